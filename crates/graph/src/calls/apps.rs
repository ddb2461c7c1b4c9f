//! The tenant's own record, its domains, and our application in it.

use uuid::Uuid;

use crate::call::Call;
use crate::client::Client;
use crate::error::GraphError;
use crate::query::Query;
use crate::resources::{AppRoleAssignment, Application, Domain, Organization, ServicePrincipal};

/// The application id of Microsoft Graph, the same in every tenant and cloud.
pub const GRAPH_APP_ID: Uuid = Uuid::from_u128(0x0000_0003_0000_0000_c000_0000_0000_0000);

/// More of these than anyone has.
const MOST: usize = 10_000;

impl Client {
    /// The tenant's own record.
    pub async fn organization(&self) -> Result<Option<Organization>, GraphError> {
        let mut records = self.list(&["organization"], &Query::new()).all(MOST).await?;
        Ok(records.pop())
    }

    /// The tenant's domains.
    pub async fn domains(&self) -> Result<Vec<Domain>, GraphError> {
        self.list(&["domains"], &Query::new()).all(MOST).await
    }

    /// The service principal of an application in this tenant; `None` when Graph says that there is none.
    pub async fn service_principal(
        &self,
        app_id: Uuid,
        select: &[&str],
    ) -> Result<Option<ServicePrincipal>, GraphError> {
        self.by_app_id("servicePrincipals", app_id, select).await
    }

    /// The registration of an application, where it lives in this tenant; `None` when Graph says that it does not.
    pub async fn application(&self, app_id: Uuid) -> Result<Option<Application>, GraphError> {
        let select = ["id", "appId", "displayName", "passwordCredentials", "keyCredentials"];
        self.by_app_id("applications", app_id, &select).await
    }

    /// The permissions granted to a service principal.
    pub async fn app_role_assignments(&self, service_principal: Uuid) -> Result<Vec<AppRoleAssignment>, GraphError> {
        let id = service_principal.to_string();
        self.list(&["servicePrincipals", &id, "appRoleAssignments"], &Query::new()).all(MOST).await
    }

    async fn by_app_id<T: serde::de::DeserializeOwned>(
        &self,
        collection: &str,
        app_id: Uuid,
        select: &[&str],
    ) -> Result<Option<T>, GraphError> {
        let url =
            self.root().path(&[&format!("{collection}(appId='{app_id}')")], &Query::new().select(select).to_text());
        match self.send(Call::get(self, url)).await {
            Ok(answer) => answer.json().map(Some),
            Err(GraphError::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

//! Opens connected tenants as sources.

use std::sync::Arc;

use async_trait::async_trait;
use directory::SourceId;
use graph::GraphError;
use kernel::OrganisationId;
use tenants::{Feature, Frozen, Tenant, TenantId, Tenants, TenantsError};

use super::{Former, Freeze, GraphNotifier, GraphSource, Notifier, Source};
use crate::engine::OpenSource;
use crate::error::DirsyncError;

/// Connected tenants; a tenant's id is its source's id.
pub struct TenantSources(pub Tenants);

#[async_trait]
impl OpenSource for TenantSources {
    async fn open(&self, organisation: OrganisationId, id: SourceId) -> Result<Arc<dyn Source>, DirsyncError> {
        let client = self.0.client(organisation, TenantId(id.0)).await?;
        Ok(Arc::new(GraphSource::new(client)))
    }

    async fn notifier(
        &self,
        organisation: OrganisationId,
        id: SourceId,
    ) -> Result<Option<Arc<dyn Notifier>>, DirsyncError> {
        match self.0.client(organisation, TenantId(id.0)).await {
            Ok(client) => Ok(Some(Arc::new(GraphNotifier::new(client)))),
            Err(TenantsError::NoSuchTenant(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn frozen(&self, organisation: OrganisationId, id: SourceId) -> Result<Option<Freeze>, DirsyncError> {
        let tenant = match self.0.find(organisation, TenantId(id.0)).await {
            Ok(tenant) => tenant,
            Err(TenantsError::NoSuchTenant(_)) => return Ok(Some(Freeze::all("the tenant is not connected"))),
            Err(error) => return Err(error.into()),
        };
        Ok(freeze_of(&tenant, tenant.frozen()))
    }

    async fn former(&self, organisation: OrganisationId) -> Result<Vec<Former>, DirsyncError> {
        let former = self.0.former(organisation).await?;
        Ok(former
            .into_iter()
            .map(|tenant| Former {
                id: SourceId(tenant.id.0),
                name: tenant.name,
                since: tenant.disconnected_at,
                by: tenant.disconnected_by,
                person: tenant.person,
            })
            .collect())
    }

    async fn user_id_attribute(
        &self,
        organisation: OrganisationId,
        id: SourceId,
    ) -> Result<Option<tenants::UserIdAttribute>, DirsyncError> {
        match self.0.find(organisation, TenantId(id.0)).await {
            Ok(tenant) => Ok(Some(tenant.user_id_attribute)),
            Err(TenantsError::NoSuchTenant(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn report(&self, organisation: OrganisationId, id: SourceId, error: &GraphError) {
        if let Err(error) = self.0.report(organisation, TenantId(id.0), error).await {
            let error: &TenantsError = &error;
            tracing::warn!(error = error as &dyn std::error::Error, "a tenant's status cannot be written");
        }
    }

    async fn worked(&self, organisation: OrganisationId, id: SourceId) {
        if let Err(error) = self.0.worked(organisation, TenantId(id.0)).await {
            let error: &TenantsError = &error;
            tracing::warn!(error = error as &dyn std::error::Error, "a tenant's status cannot be written");
        }
    }

    async fn list(&self, organisation: OrganisationId) -> Result<Vec<(SourceId, String)>, DirsyncError> {
        let tenants = self.0.list(organisation).await?;
        Ok(tenants.into_iter().map(|tenant| (SourceId(tenant.id.0), tenant.name)).collect())
    }
}

/// What a tenant's trouble stops: only what needs the feature that stopped, or that was never chosen.
fn freeze_of(tenant: &Tenant, frozen: Option<Frozen>) -> Option<Freeze> {
    let stops = |feature| frozen.as_ref().is_some_and(|frozen| frozen.stops(feature));
    let lacks = |feature| !tenant.features.contains(&feature);
    let groups_off = lacks(Feature::Groups);
    let freeze = Freeze {
        paused: tenant.state == tenants::TenantState::Paused,
        users: stops(Feature::Users),
        groups: stops(Feature::Groups) || groups_off,
        hidden_members: stops(Feature::HiddenMembers) || lacks(Feature::HiddenMembers),
        reason: match &frozen {
            Some(frozen) => frozen.detail.clone(),
            None if groups_off => "groups are not among the features chosen for the tenant".to_owned(),
            None => "members of groups with hidden membership are not among the features chosen".to_owned(),
        },
    };
    (freeze.paused || freeze.users || freeze.groups || freeze.hidden_members).then_some(freeze)
}

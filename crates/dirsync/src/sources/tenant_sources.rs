//! Opens connected tenants as sources.

use std::sync::Arc;

use async_trait::async_trait;
use directory::SourceId;
use graph::GraphError;
use kernel::OrganisationId;
use tenants::{TenantId, Tenants, TenantsError};

use super::{GraphSource, Source};
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

    async fn frozen(&self, organisation: OrganisationId, id: SourceId) -> Result<Option<String>, DirsyncError> {
        let frozen = self.0.is_frozen(organisation, TenantId(id.0)).await?;
        Ok(frozen.map(|frozen| frozen.detail))
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

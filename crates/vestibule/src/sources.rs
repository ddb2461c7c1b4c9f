//! The directory sync's sources: connected tenants, and what ended provisioning connections have left behind.
//!
//! Deliberately reads no connection: what is pushed is not collected. Only an end is planned, like a tenant's.

use std::sync::Arc;

use async_trait::async_trait;
use directory::SourceId;
use dirsync::sources::{Former, Freeze, Notifier, Source, TenantSources};
use dirsync::{DirsyncError, OpenSource};
use graph::GraphError;
use kernel::OrganisationId;
use provisioning::ending::{EndedConnection, EndedConnections};

/// Everything that the directory sync plans for.
pub struct Sources {
    /// Connected tenants, and those that were disconnected.
    pub tenants: TenantSources,
    /// Connections that were ended.
    pub ended: EndedConnections,
}

#[async_trait]
impl OpenSource for Sources {
    async fn open(&self, organisation: OrganisationId, id: SourceId) -> Result<Arc<dyn Source>, DirsyncError> {
        self.tenants.open(organisation, id).await
    }

    async fn notifier(
        &self,
        organisation: OrganisationId,
        id: SourceId,
    ) -> Result<Option<Arc<dyn Notifier>>, DirsyncError> {
        self.tenants.notifier(organisation, id).await
    }

    async fn frozen(&self, organisation: OrganisationId, id: SourceId) -> Result<Option<Freeze>, DirsyncError> {
        self.tenants.frozen(organisation, id).await
    }

    async fn list(&self, organisation: OrganisationId) -> Result<Vec<(SourceId, String)>, DirsyncError> {
        self.tenants.list(organisation).await
    }

    async fn former(&self, organisation: OrganisationId) -> Result<Vec<Former>, DirsyncError> {
        let mut former = self.tenants.former(organisation).await?;
        let ended = self.ended.list().await?;
        former.extend(ended.iter().filter(|ended| ended.organisation == organisation).filter_map(left));
        Ok(former)
    }

    async fn left_behind(&self) -> Result<Vec<(OrganisationId, SourceId)>, DirsyncError> {
        let ended = self.ended.list().await?;
        Ok(ended.iter().filter_map(|ended| Some((ended.organisation, ended.source()?))).collect())
    }

    async fn user_id_attribute(
        &self,
        organisation: OrganisationId,
        id: SourceId,
    ) -> Result<Option<tenants::UserIdAttribute>, DirsyncError> {
        self.tenants.user_id_attribute(organisation, id).await
    }

    async fn worked(&self, organisation: OrganisationId, id: SourceId) {
        self.tenants.worked(organisation, id).await;
    }

    async fn report(&self, organisation: OrganisationId, id: SourceId, error: &GraphError) {
        self.tenants.report(organisation, id, error).await;
    }
}

/// A connection that was a source of its own.
fn left(ended: &EndedConnection) -> Option<Former> {
    Some(Former {
        id: ended.source()?,
        name: ended.name.clone(),
        since: ended.ended_at,
        by: ended.ended_by.clone(),
        person: ended.person,
    })
}

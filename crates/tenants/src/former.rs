//! Tenants that were disconnected: remembered by id for as long as some of their users may be here, so that connecting
//! one again finds them.

use kernel::{OperatorId, OrganisationId, Timestamp};
use uuid::Uuid;

use crate::model::TenantId;
use crate::store::former;
use crate::{Tenants, TenantsError};

/// A tenant that was disconnected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerTenant {
    /// The id it had, and will have again.
    pub id: TenantId,
    /// Whose it was.
    pub organisation: OrganisationId,
    /// Its id in Entra.
    pub entra_id: Uuid,
    /// The friendly name it had.
    pub name: String,
    /// When it was disconnected.
    pub disconnected_at: Timestamp,
    /// By whom: an actor's label.
    pub disconnected_by: String,
    /// By which operator, directly or through a token of theirs.
    pub person: Option<OperatorId>,
}

impl Tenants {
    /// Tenants of an organisation that were disconnected and not connected again, by name.
    pub async fn former(&self, organisation: OrganisationId) -> Result<Vec<FormerTenant>, TenantsError> {
        Ok(former::list(&mut self.store.read().await?, organisation).await?)
    }

    /// Forgets a tenant that was disconnected: nothing of it is left.
    pub async fn forget_former(&self, organisation: OrganisationId, tenant: TenantId) -> Result<(), TenantsError> {
        let mut tx = self.store.begin().await?;
        former::delete(&mut tx, organisation, tenant).await?;
        tx.commit().await?;
        Ok(())
    }
}

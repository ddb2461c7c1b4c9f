//! The room's door: routes, pages, jobs, commands and the rooms above all use [`Tenants`].

use std::sync::Arc;

use async_trait::async_trait;
use graph::{HttpSettings, Pace};
use kernel::{Env, OrganisationId, Timestamp};
use store::{Sealer, Store};

use crate::client::Clients;
use crate::model::{Frozen, Tenant, TenantId};
use crate::store::tenants as rows;
use crate::{Config, Health, TenantsError};

/// What the room is made of.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// Clock and chance.
    pub env: Env,
    /// Seals credentials.
    pub sealer: Sealer,
    /// The section of the configuration.
    pub config: Config,
    /// How the server reaches the outside, where a tenant does not say otherwise.
    pub http: HttpSettings,
    /// How to wait for Graph.
    pub pace: Pace,
}

/// Takes leave of a tenant while it can still be reached: it is about to be disconnected, and its credentials wiped.
#[async_trait]
pub trait TakeLeave: Send + Sync {
    /// Ends what was asked for at the tenant. What cannot be ended must end by itself: nothing here holds a disconnection up.
    async fn take_leave(&self, organisation: OrganisationId, tenant: TenantId);
}

/// Connected tenants. Cheap to clone. Its verbs stand in the files of their nouns.
#[derive(Clone)]
pub struct Tenants {
    pub(crate) store: Store,
    pub(crate) env: Env,
    pub(crate) sealer: Sealer,
    pub(crate) config: Arc<Config>,
    pub(crate) clients: Arc<Clients>,
    pub(crate) leave: Option<Arc<dyn TakeLeave>>,
}

impl Tenants {
    /// The room over a database.
    pub fn new(parts: Parts) -> Result<Self, TenantsError> {
        let Parts { store, env, sealer, config, http, pace } = parts;
        let clients = Arc::new(Clients::new(http, pace)?);
        Ok(Self { store, env, sealer, config: Arc::new(config), clients, leave: None })
    }

    /// With who takes leave of a tenant before it is disconnected.
    #[must_use]
    pub fn with_leave(self, leave: Arc<dyn TakeLeave>) -> Self {
        Self { leave: Some(leave), ..self }
    }

    /// The time, for what is shown beside it.
    pub fn now(&self) -> Timestamp {
        self.env.now()
    }

    /// One tenant.
    pub async fn find(&self, organisation: OrganisationId, tenant: TenantId) -> Result<Tenant, TenantsError> {
        let mut tx = self.store.look().await?;
        rows::find(&mut tx, organisation, tenant).await?.ok_or(TenantsError::NoSuchTenant(tenant))
    }

    /// Every tenant of an organisation, by name.
    pub async fn list(&self, organisation: OrganisationId) -> Result<Vec<Tenant>, TenantsError> {
        Ok(rows::list(&mut self.store.read().await?, organisation).await?)
    }

    /// How a tenant is.
    pub async fn status(&self, organisation: OrganisationId, tenant: TenantId) -> Result<Health, TenantsError> {
        Ok(self.find(organisation, tenant).await?.health)
    }

    /// Whether nothing of this tenant may be removed for now, and why: it is paused, errored, expired or throttled.
    pub async fn is_frozen(
        &self,
        organisation: OrganisationId,
        tenant: TenantId,
    ) -> Result<Option<Frozen>, TenantsError> {
        Ok(self.find(organisation, tenant).await?.frozen())
    }
}

//! The room's door for the SCIM routes, the API, the pages and the timers. What it does is in the modules beside it.

use std::sync::Arc;

use directory::Directory;
use kernel::Env;
use store::Store;
use tenants::Tenants;

/// What the room is built from.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// Clock and chance.
    pub env: Env,
    /// The directory, for its index.
    pub directory: Directory,
    /// Connected tenants.
    pub tenants: Tenants,
    /// Where clients reach this server, without a slash at its end.
    pub url: String,
}

/// The SCIM server and everything about it. Cheap to clone.
#[derive(Clone)]
pub struct Provisioning {
    pub(crate) parts: Arc<Parts>,
}

impl Provisioning {
    /// The room over its parts.
    pub fn new(parts: Parts) -> Self {
        Self { parts: Arc::new(parts) }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.parts.store
    }

    pub(crate) fn env(&self) -> &Env {
        &self.parts.env
    }
}

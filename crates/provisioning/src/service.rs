//! The room's door for the SCIM routes, the API, the pages and the timers. What it does is in the modules beside it.

use std::sync::Arc;

use directory::Directory;
use kernel::{Env, OrganisationId};
use oidc::IssuerKeys;
use store::Store;
use store::worker::Handler;
use tenants::Tenants;

use crate::config::Config;
use crate::door::Door;
use crate::holds::carry_out::CarryOutHandler;
use crate::journal::Journal;
use crate::notice::{Post, TellHandler};
use crate::resources::Trails;
use crate::user_groups::KnowUse;

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
    config: Arc<Config>,
    door: Arc<Door>,
    journal: Journal,
    issuer_keys: Option<IssuerKeys>,
    uses: Vec<Arc<dyn KnowUse>>,
    post: Option<Post>,
    trails: Trails,
}

impl Provisioning {
    /// The room over its parts.
    pub fn new(parts: Parts) -> Self {
        let (door, journal) = (Arc::new(Door::new()), Journal::new(parts.store.clone()));
        Self {
            parts: Arc::new(parts),
            config: Arc::default(),
            door,
            journal,
            issuer_keys: None,
            uses: Vec::new(),
            post: None,
            trails: Trails::default(),
        }
    }

    /// With another configuration than the usual. Before it is cloned.
    #[must_use]
    pub fn with_config(mut self, config: Config) -> Self {
        self.config = Arc::new(config);
        self
    }

    /// With the means to check tokens that Entra itself issues; without, none is taken.
    #[must_use]
    pub fn with_issuer_keys(mut self, keys: IssuerKeys) -> Self {
        self.issuer_keys = Some(keys);
        self
    }

    /// With one who knows where groups are used.
    #[must_use]
    pub fn with_uses(mut self, knows: Arc<dyn KnowUse>) -> Self {
        self.uses.push(knows);
        self
    }

    /// With what letters about held calls are sent with; without, the log says that nobody was told.
    #[must_use]
    pub fn with_post(mut self, post: Post) -> Self {
        self.post = Some(post);
        self
    }

    pub(crate) fn post(&self) -> Option<&Post> {
        self.post.as_ref()
    }

    pub(crate) fn uses(&self) -> &[Arc<dyn KnowUse>] {
        &self.uses
    }

    pub(crate) fn trails(&self) -> &Trails {
        &self.trails
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) fn door(&self) -> &Door {
        &self.door
    }

    /// Where calls are written down: to be run beside the server, and flushed by tests.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The handlers of this room's jobs.
    pub fn handlers(&self) -> Vec<Arc<dyn Handler>> {
        vec![Arc::new(CarryOutHandler(self.clone())), Arc::new(TellHandler(self.clone()))]
    }

    pub(crate) fn issuer_keys(&self) -> Option<&IssuerKeys> {
        self.issuer_keys.as_ref()
    }

    /// The address of an organisation's resources, without a slash at its end: what is entered as Entra's tenant URL.
    pub(crate) fn base_of(&self, organisation: OrganisationId) -> String {
        format!("{}{}/orgs/{organisation}", self.parts.url, crate::door::PREFIX)
    }

    pub(crate) fn store(&self) -> &Store {
        &self.parts.store
    }

    pub(crate) fn env(&self) -> &Env {
        &self.parts.env
    }
}

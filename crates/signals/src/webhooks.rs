//! Webhooks: an organisation's events, sent to whoever should know.
//!
//! ```text
//! log ──► parts ──► sign ──► post ──► decide ──► delivered
//!                                        │
//!                                        └─► waiting ──► … ──► dead letter
//! ```
//!
//! Each webhook has a place in the log. Everything before it was sent, or waits in the list of those to be sent again;
//! nothing is forgotten. What was answered wrongly is sent again with growing waits, while later events go on; those about
//! the same object wait behind it, so that per object the order holds. A webhook that fails again and again is only
//! tried now and then, and the log is read no further for it.
//!
//! One node at a time serves a webhook: it is a job of the queue, and a job has one holder. Deliberately knows nothing of
//! the directory: [`crate::KnowObjects`] fills in what it knows.

pub mod decide;
pub mod events;
pub mod guard;
pub mod message;
pub mod model;
pub mod post;
pub mod views;

pub(crate) mod sign;

mod deliver;
mod endpoints;
mod history;
mod jobs;
mod plan;
mod settle;
mod tell;

use std::sync::Arc;

use kernel::{Env, OrganisationId};
use mail::Mailer;
use store::seal::SealedColumn;
use store::{Sealer, Store, Tx};

use crate::store as rows;
use crate::webhooks::model::{Webhook, WebhookId};
use crate::{Config, KnowObjects, SignalsError};

pub use endpoints::MOST_WEBHOOKS;
pub use events::{CATALOGUE, EventType};
pub use guard::Guard;
pub use history::Retried;
pub use model::{DeliveryId, DeliveryState, DisabledBy, Origin, WebhookState};
pub use post::PostError;
pub use views::{
    AttemptView, DeliveryDetail, DeliveryFilter, DeliveryView, HealthView, Issued, NewWebhook, ReplayFrom,
    WebhookUpdate, WebhookView,
};

/// What is sealed in the room's tables, for the rotation of keys.
pub const SEALED: &[SealedColumn] = &[
    SealedColumn { table: "signals_webhooks", column: "secret" },
    SealedColumn { table: "signals_webhooks", column: "former_secret" },
];

/// What webhooks are built from.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// Clock and chance.
    pub env: Env,
    /// Seals secrets.
    pub sealer: Sealer,
    /// The section `[signals]`.
    pub config: Config,
    /// Who knows where objects come from.
    pub objects: Option<Arc<dyn KnowObjects>>,
    /// Who sends letters; none where no mail server is set up.
    pub mailer: Option<Mailer>,
    /// Where people reach the console, without a slash at its end.
    pub url: String,
}

/// The webhooks of every organisation. Cheap to clone.
#[derive(Clone)]
pub struct Webhooks {
    store: Store,
    env: Env,
    sealer: Sealer,
    config: Arc<Config>,
    post: post::Post,
    objects: Option<Arc<dyn KnowObjects>>,
    mailer: Option<Mailer>,
    url: String,
}

impl Webhooks {
    /// Builds the service and its HTTP client.
    pub fn new(parts: Parts) -> Result<Self, PostError> {
        let Parts { store, env, sealer, config, objects, mailer, url } = parts;
        let post = post::Post::new(&config)?;
        Ok(Self { store, env, sealer, config: Arc::new(config), post, objects, mailer, url })
    }

    /// How many webhooks a node serves at once.
    pub fn lanes(&self) -> usize {
        self.config.lanes()
    }

    async fn find(&self, tx: &mut Tx, organisation: OrganisationId, id: WebhookId) -> Result<Webhook, SignalsError> {
        rows::webhooks::find(tx, organisation, id).await?.ok_or(SignalsError::NoSuchWebhook(id))
    }
}

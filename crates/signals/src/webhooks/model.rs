//! The nouns of webhooks.

use kernel::{OrganisationId, Timestamp, id_type, text_enum};
use uuid::Uuid;

use crate::Revision;

id_type!(
    /// A webhook: an address that an organisation's events are sent to.
    WebhookId,
    /// One event for one webhook.
    DeliveryId,
);

text_enum!(
    /// Whether anything is sent.
    pub enum WebhookState {
        /// Events are sent.
        Enabled = "enabled",
        /// Nothing is sent; the place in the log is kept.
        Disabled = "disabled",
    }
);

text_enum!(
    /// Who switched a webhook off.
    pub enum DisabledBy {
        /// An operator.
        Operator = "operator",
        /// The receiver: it answered 410 Gone.
        Gone = "gone",
        /// Nothing had arrived for too long.
        Failing = "failing",
    }
);

text_enum!(
    /// Why a delivery is there.
    pub enum Origin {
        /// The log was followed.
        Log = "log",
        /// Somebody asked for the event again.
        Replay = "replay",
        /// Somebody tried the webhook.
        Test = "test",
    }
);

text_enum!(
    /// Where a delivery stands.
    pub enum DeliveryState {
        /// To be sent, or sent again.
        Waiting = "waiting",
        /// Arrived.
        Delivered = "delivered",
        /// Given up: a dead letter.
        Dead = "dead",
    }
);

/// A webhook as it is kept. Its secrets are kept apart.
#[derive(Debug, Clone)]
pub(crate) struct Webhook {
    pub id: WebhookId,
    pub organisation: OrganisationId,
    pub name: String,
    pub description: Option<String>,
    pub url: String,
    pub events: Vec<String>,
    pub in_flight: u32,
    pub tell: Vec<String>,
    pub state: WebhookState,
    pub disabled_by: Option<DisabledBy>,
    pub disabled_at: Option<Timestamp>,
    pub former_until: Option<Timestamp>,
    pub rotated_at: Timestamp,
    pub cursor: Revision,
    pub version: i64,
    pub health: Health,
    pub created_by: String,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
}

/// How a webhook does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Health {
    /// Failed calls in a row.
    pub failures: u32,
    pub failing_since: Option<Timestamp>,
    /// Nothing is sent before.
    pub retry_at: Option<Timestamp>,
    pub last_success_at: Option<Timestamp>,
    pub last_failure_at: Option<Timestamp>,
    pub last_error: Option<String>,
}

impl Health {
    /// As if nothing had failed: after an operator's change.
    pub(crate) fn mended(&self) -> Self {
        Self { last_success_at: self.last_success_at, last_failure_at: self.last_failure_at, ..Self::default() }
    }
}

/// One event for one webhook.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub id: DeliveryId,
    pub organisation: OrganisationId,
    pub webhook: WebhookId,
    pub origin: Origin,
    pub revision: Revision,
    pub part: u32,
    pub event: String,
    pub object: Option<Uuid>,
    pub object_name: Option<String>,
    pub state: DeliveryState,
    pub attempts: u32,
    pub next_at: Option<Timestamp>,
    pub last: Option<Last>,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

/// The last attempt in short.
#[derive(Debug, Clone)]
pub(crate) struct Last {
    pub at: Timestamp,
    pub duration: i64,
    pub status: Option<u16>,
    pub error: Option<String>,
}

/// One call, as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    pub delivery: DeliveryId,
    pub at: Timestamp,
    /// Microseconds.
    pub duration: i64,
    pub status: Option<u16>,
    pub error: Option<String>,
    pub response: Option<String>,
}

impl Attempt {
    pub(crate) fn last(&self) -> Last {
        Last { at: self.at, duration: self.duration, status: self.status, error: self.error.clone() }
    }
}

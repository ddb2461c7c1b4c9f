//! Webhooks and deliveries as they travel, and as pages draw them.

use std::collections::HashMap;

use kernel::{Secret, Timestamp};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;
use uuid::Uuid;

use super::message::{Message, message_id};
use super::model::{
    Attempt, Delivery, DeliveryId, DeliveryState, DisabledBy, Origin, Webhook, WebhookId, WebhookState,
};
use crate::Revision;

/// A webhook, without its secrets.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub struct WebhookView {
    /// Its id.
    pub id: WebhookId,
    /// What people call it.
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where events are sent.
    pub url: String,
    /// Which events; a name that ends in `*` stands for all that begin so.
    pub events: Vec<String>,
    /// How many calls are under way at once; 1 keeps the log's order.
    pub in_flight: u32,
    /// Who is told when it is switched off: mail addresses.
    pub tell: Vec<String>,
    /// Whether events are sent.
    pub state: WebhookState,
    /// Who switched it off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_by: Option<DisabledBy>,
    /// When it was switched off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<Timestamp>,
    /// When its secret was made.
    pub rotated_at: Timestamp,
    /// Until when the former secret signs as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub former_secret_until: Option<Timestamp>,
    /// How it does.
    pub health: HealthView,
    /// Send it with a change, so that nobody's change is overwritten.
    pub version: i64,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// How a webhook does.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = WebhookHealth)]
pub struct HealthView {
    /// Every event up to this revision was sent, or waits.
    pub revision: Revision,
    /// Where the log ends.
    pub newest: Revision,
    /// How many events wait to be sent again.
    pub waiting: u64,
    /// How many were given up.
    pub dead: u64,
    /// When a call was last answered as it should.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_success_at: Option<Timestamp>,
    /// When a call last failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_failure_at: Option<Timestamp>,
    /// How many calls have failed in a row.
    pub failures: u32,
    /// Since when every call has failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Timestamp>,
    /// Nothing is sent before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Timestamp>,
    /// Why the last call failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
}

/// How many deliveries wait and are dead, by webhook.
pub(crate) type Counts = HashMap<(WebhookId, DeliveryState), u64>;

impl WebhookView {
    pub(crate) fn of(webhook: Webhook, counts: &Counts, newest: Revision, now: Timestamp) -> Self {
        let count = |state| counts.get(&(webhook.id, state)).copied().unwrap_or(0);
        let health = webhook.health;
        Self {
            health: HealthView {
                revision: webhook.cursor,
                newest,
                waiting: count(DeliveryState::Waiting),
                dead: count(DeliveryState::Dead),
                last_success_at: health.last_success_at,
                last_failure_at: health.last_failure_at,
                failures: health.failures,
                failing_since: health.failing_since,
                retry_at: health.retry_at.filter(|at| *at > now),
                last_error: health.last_error,
            },
            id: webhook.id,
            name: webhook.name,
            description: webhook.description,
            url: webhook.url,
            events: webhook.events,
            in_flight: webhook.in_flight,
            tell: webhook.tell,
            state: webhook.state,
            disabled_by: webhook.disabled_by,
            disabled_at: webhook.disabled_at,
            rotated_at: webhook.rotated_at,
            former_secret_until: webhook.former_until.filter(|until| *until > now),
            version: webhook.version,
            created_by: webhook.created_by,
            created_at: webhook.created_at,
            changed_at: webhook.changed_at,
        }
    }
}

/// A webhook with its new secret.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = WebhookWithSecret)]
pub struct Issued {
    /// The webhook.
    pub webhook: WebhookView,
    /// What its calls are signed with: `whsec_` and base64. It is shown this once.
    #[serde(serialize_with = "exposed")]
    #[schema(value_type = String, example = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")]
    pub secret: Secret<String>,
}

fn exposed<S: Serializer>(secret: &Secret<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

/// One event for one webhook.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
pub struct DeliveryView {
    /// Its id.
    pub id: DeliveryId,
    /// The `webhook-id` it is sent with; the same however often the event is sent.
    pub message_id: String,
    /// Why it is there.
    pub origin: Origin,
    /// The entry of the log; 0 for a test.
    pub revision: Revision,
    /// 0 for the whole entry, else which of its members.
    pub part: u32,
    /// What happened.
    #[serde(rename = "type")]
    pub event: String,
    /// To which object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_id: Option<Uuid>,
    /// What people called it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_name: Option<String>,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was sent since somebody last asked for it.
    pub attempts: u32,
    /// When it is sent again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Timestamp>,
    /// The HTTP status of the last answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why the last attempt failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When it was last sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
    /// How long the last answer took, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<f64>,
    /// When it was taken from the log.
    pub created_at: Timestamp,
    /// When it arrived or was given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
}

impl From<Delivery> for DeliveryView {
    fn from(one: Delivery) -> Self {
        let message_id = match one.origin {
            Origin::Test => test_id(one.id),
            _ => message_id(one.organisation, one.revision, one.part),
        };
        let last = one.last;
        Self {
            id: one.id,
            message_id,
            origin: one.origin,
            revision: one.revision,
            part: one.part,
            event: one.event,
            object_id: one.object,
            object_name: one.object_name,
            state: one.state,
            attempts: one.attempts,
            next_at: one.next_at.filter(|_| one.state == DeliveryState::Waiting),
            status: last.as_ref().and_then(|last| last.status),
            sent_at: last.as_ref().map(|last| last.at),
            duration_ms: last.as_ref().map(|last| millis(last.duration)),
            error: last.and_then(|last| last.error),
            created_at: one.created_at,
            finished_at: one.finished_at,
        }
    }
}

/// The `webhook-id` of a test.
pub(crate) fn test_id(id: DeliveryId) -> String {
    format!("test_{}", id.0.simple())
}

#[expect(clippy::cast_precision_loss, reason = "a call lasts less than a century")]
fn millis(micros: i64) -> f64 {
    micros as f64 / 1_000.0
}

/// A delivery whole.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = WebhookDeliveryDetail)]
pub struct DeliveryDetail {
    /// What lists show.
    #[serde(flatten)]
    pub delivery: DeliveryView,
    /// The calls, the newest first.
    pub history: Vec<AttemptView>,
    /// What is sent, as it would be sent now; absent for a test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
}

/// One call.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = WebhookAttempt)]
pub struct AttemptView {
    /// When.
    pub at: Timestamp,
    /// How long until the answer, in milliseconds.
    pub duration_ms: f64,
    /// The HTTP status, where there was an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How the answer began: 1 KiB at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<String>,
}

impl From<Attempt> for AttemptView {
    fn from(one: Attempt) -> Self {
        Self {
            at: one.at,
            duration_ms: millis(one.duration),
            status: one.status,
            error: one.error,
            response: one.response,
        }
    }
}

/// Which deliveries are wanted; everything that is set must hold.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    /// In this state.
    pub state: Option<DeliveryState>,
    /// Only this event; one that ends in `*` stands for all that begin so.
    pub event: Option<String>,
    /// Only about this object.
    pub object: Option<Uuid>,
    /// Only of this entry of the log.
    pub revision: Option<Revision>,
    /// Only about objects whose name holds this.
    pub text: Option<String>,
}

/// A webhook to be made.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateWebhook)]
pub struct NewWebhook {
    /// What people call it.
    #[schema(max_length = 100, example = "Warehouse")]
    pub name: String,
    /// What it is for.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub description: Option<String>,
    /// Where events are sent: `https://…`.
    #[schema(example = "https://warehouse.example/hooks/vestibule")]
    pub url: String,
    /// Which events; a name that ends in `*` stands for all that begin so.
    #[schema(example = json!(["user.*", "group.*"]))]
    pub events: Vec<String>,
    /// How many calls may be under way at once, 1 to 16. With 1, the usual, events arrive in the order of the log; with
    /// more, those about one object do.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 16)]
    pub in_flight: Option<u32>,
    /// Who is told when it is switched off: mail addresses.
    #[serde(default)]
    pub tell: Vec<String>,
    /// Whether to begin at once; left out is yes.
    #[serde(default)]
    pub enabled: Option<bool>,
    /// From which revision of the log on events are sent: what comes after it. Left out is from now on.
    #[serde(default)]
    #[schema(minimum = 0)]
    pub after: Option<Revision>,
}

/// A change of a webhook; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UpdateWebhook)]
pub struct WebhookUpdate {
    /// The version that was read; a webhook that has changed since is not overwritten. Left out, the last one wins.
    #[serde(default)]
    pub version: Option<i64>,
    /// What people call it.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub name: Option<String>,
    /// What it is for; empty is nothing.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub description: Option<String>,
    /// Where events are sent.
    #[serde(default)]
    pub url: Option<String>,
    /// Which events.
    #[serde(default)]
    pub events: Option<Vec<String>>,
    /// How many calls may be under way at once.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 16)]
    pub in_flight: Option<u32>,
    /// Who is told when it is switched off.
    #[serde(default)]
    pub tell: Option<Vec<String>>,
    /// Whether events are sent. Switched on, it goes on where it stood.
    #[serde(default)]
    pub enabled: Option<bool>,
}

/// From where on events are sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReplayFrom)]
pub enum ReplayFrom {
    /// From this revision on, itself included.
    Revision(Revision),
    /// From this moment on.
    Time(Timestamp),
    /// This one event, and no other.
    Only(Revision),
}

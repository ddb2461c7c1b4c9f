//! Holds as they travel.

use kernel::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::{Held, HeldId, HeldState, Hold, HoldState, Tally};
use super::needs_confirmation;
use crate::guard::{Asked, Breach, Loss, LossKind};
use crate::journal::redact;
use crate::model::{Connection, ConnectionId, HoldId};

/// Calls that wait for one decision, or waited.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ProvisioningHold)]
pub struct HoldView {
    /// Its id.
    pub id: HoldId,
    /// Of which connection.
    pub connection_id: ConnectionId,
    /// The connection's name; absent when it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_name: Option<String>,
    /// Of what too much would be lost.
    pub kind: LossKind,
    /// Where it stands.
    pub state: HoldState,
    /// The limit that the first call reached.
    pub breach: Breach,
    /// The same in a sentence.
    pub because: String,
    /// Where its calls stand, and what those that wait would take away.
    pub calls: Tally,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it counts as rejected.
    pub expires_at: Timestamp,
    /// When it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What must be typed to allow all of it, because it takes away more than a fifth of all users.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<String>,
}

impl HoldView {
    pub(crate) fn new(hold: Hold, calls: Tally, connection: Option<&Connection>) -> Self {
        let open = connection.filter(|_| hold.state == HoldState::Open);
        let asks = open.filter(|connection| needs_confirmation(&hold, calls.at_stake, connection));
        Self {
            confirmation: asks.map(|connection| connection.name.clone()),
            connection_name: connection.map(|connection| connection.name.clone()),
            because: hold.breach.describe(),
            id: hold.id,
            connection_id: hold.connection,
            kind: hold.kind,
            state: hold.state,
            breach: hold.breach,
            calls,
            created_at: hold.created_at,
            expires_at: hold.expires_at,
            decided_at: hold.decided_at,
            decided_by: hold.decided_by,
            reason: hold.reason,
        }
    }
}

/// A call that waits for a decision, or waited.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = HeldCall)]
pub struct HeldView {
    /// Its id.
    pub id: HeldId,
    /// What it would do: `disable Mia Okafor`, `delete Crane operators`.
    pub effect: String,
    /// `PUT`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// `User` or `Group`.
    pub resource_type: &'static str,
    /// The user or group: its SCIM id.
    pub resource_id: Uuid,
    /// What people call it.
    pub name: String,
    /// What it would take away.
    pub losses: Vec<Loss>,
    /// The body, as it was sent, redacted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub body: Option<Value>,
    /// How often it was asked.
    pub asked: u64,
    /// When it was first asked.
    pub first_at: Timestamp,
    /// When it was last asked.
    pub last_at: Timestamp,
    /// Where it stands.
    pub state: HeldState,
    /// What came of it, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
}

impl From<Held> for HeldView {
    fn from(held: Held) -> Self {
        Self {
            effect: effect(&held.call, &held.name, &held.losses),
            method: held.call.method.as_str(),
            resource_type: held.call.kind.name,
            resource_id: held.call.id,
            body: held.call.body.map(|body| redact::object(&body)),
            id: held.id,
            name: held.name,
            losses: held.losses,
            asked: held.asked,
            first_at: held.first_at,
            last_at: held.last_at,
            state: held.state,
            outcome: held.outcome,
        }
    }
}

/// What a call would do, in a few words.
fn effect(call: &Asked, name: &str, losses: &[Loss]) -> String {
    if call.method == scim::bulk::Method::Delete {
        return format!("delete {name}");
    }
    match losses.first() {
        Some(loss) if loss.kind == LossKind::Members => {
            format!("remove {} of {} members from {name}", loss.amount, loss.of)
        }
        Some(_) => format!("disable {name}"),
        None => format!("change {name}"),
    }
}

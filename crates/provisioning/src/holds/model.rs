//! The nouns of holds.

use kernel::{OrganisationId, Timestamp, id_type, text_enum};

use crate::guard::{Asked, Breach, Loss, LossKind};
use crate::model::{ConnectionId, HoldId};

id_type!(
    /// A call that waits.
    HeldId,
);

text_enum!(
    /// Where a hold stands.
    pub enum HoldState {
        /// It waits for a person's decision; further calls of its kind join it.
        Open = "open",
        /// Its calls, or the chosen ones, are carried out.
        Allowed = "allowed",
        /// Its calls are refused.
        Rejected = "rejected",
        /// Nobody has decided in time: its calls are refused.
        Expired = "expired",
    }
);

text_enum!(
    /// Where a held call stands.
    pub enum HeldState {
        /// It waits for the decision.
        Waiting = "waiting",
        /// It is allowed, and will be carried out.
        Allowed = "allowed",
        /// It has been carried out.
        Done = "done",
        /// It was allowed and could not be carried out.
        Failed = "failed",
        /// It is refused, for a time also when it is asked again.
        Rejected = "rejected",
        /// The client has asked otherwise since.
        Dropped = "dropped",
    }
);

/// Calls that wait for one decision: those of one connection that lose one kind of thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Hold {
    /// Its id.
    pub id: HoldId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Of which connection.
    pub connection: ConnectionId,
    /// Of what too much would be lost.
    pub kind: LossKind,
    /// Where it stands.
    pub state: HoldState,
    /// The limit that the first call reached.
    pub breach: Breach,
    /// When that was.
    pub created_at: Timestamp,
    /// When it counts as rejected.
    pub expires_at: Timestamp,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// By whom.
    pub decided_by: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

/// A call that waits.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// Its place among all; 0 before it has one.
    pub number: i64,
    /// Its id.
    pub id: HeldId,
    /// In which hold.
    pub hold: HoldId,
    /// Of which connection.
    pub connection: ConnectionId,
    /// The call, as it was sent.
    pub call: Asked,
    /// What people call the user or group.
    pub name: String,
    /// What it would take away.
    pub losses: Vec<Loss>,
    /// How many users, groups or members that is, of the hold's kind.
    pub amount: u64,
    /// How often it was asked.
    pub asked: u64,
    /// When it was first asked.
    pub first_at: Timestamp,
    /// When it was last asked.
    pub last_at: Timestamp,
    /// Where it stands.
    pub state: HeldState,
    /// What came of it, in words.
    pub outcome: Option<String>,
}

/// How many calls of a hold stand where, and what those that wait would take away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = HeldTally)]
pub struct Tally {
    /// Calls that wait for the decision.
    pub waiting: u64,
    /// Calls that are allowed and not yet carried out.
    pub allowed: u64,
    /// Calls that have been carried out.
    pub done: u64,
    /// Calls that could not be carried out.
    pub failed: u64,
    /// Calls that are refused.
    pub rejected: u64,
    /// Calls whose client has asked otherwise since.
    pub dropped: u64,
    /// Users, groups or members that the waiting calls would take away.
    pub at_stake: u64,
}

impl Tally {
    /// Adds calls that stand somewhere.
    pub(crate) fn add(&mut self, state: HeldState, calls: u64, amount: u64) {
        match state {
            HeldState::Waiting => {
                self.waiting += calls;
                self.at_stake += amount;
            }
            HeldState::Allowed => self.allowed += calls,
            HeldState::Done => self.done += calls,
            HeldState::Failed => self.failed += calls,
            HeldState::Rejected => self.rejected += calls,
            HeldState::Dropped => self.dropped += calls,
        }
    }
}

/// Which holds are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HoldFilter {
    /// Only of this connection.
    pub connection: Option<ConnectionId>,
    /// Only those that stand here.
    pub state: Option<HoldState>,
}

/// Which calls of a hold are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeldFilter {
    /// Only those that stand here.
    pub state: Option<HeldState>,
    /// Only about users or groups whose name contains this.
    pub text: Option<String>,
}

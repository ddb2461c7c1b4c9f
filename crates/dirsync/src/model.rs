//! The nouns: runs, their states and what they found.

use directory::SourceId;
use kernel::{OperatorId, OrganisationId, Timestamp, id_type, text_enum};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::guard::Verdict;
use crate::totals::Totals;

id_type!(
    /// One execution of collect, plan, guard, apply, verify.
    RunId,
    /// An exception.
    ExceptionId,
    /// An addition.
    AdditionId,
);

text_enum!(
    /// What a run reads.
    pub enum RunKind {
        /// Everything: every user and group, so that what is gone shows by its absence.
        Full = "full",
        /// What changed since the last run.
        Delta = "delta",
        /// Nothing outside: what is known, looked at with new settings.
        Rescope = "rescope",
        /// One user or one group.
        Single = "single",
        /// Nothing outside: what an earlier run or change did, taken back.
        Undo = "undo",
        /// Nothing outside: what a source left behind that is no longer connected.
        Detach = "detach",
    }
);

text_enum!(
    /// Where a run stands.
    ///
    /// `queued → collecting → planning → (held →) applying → verifying → done`; any of them `→ failed | cancelled`;
    /// `planning → previewed`; `held → rejected | superseded`.
    pub enum RunState {
        /// Waits for a worker.
        Queued = "queued",
        /// Reads the source.
        Collecting = "collecting",
        /// Compares.
        Planning = "planning",
        /// Waits for a person's decision.
        Held = "held",
        /// Writes.
        Applying = "applying",
        /// Reads back.
        Verifying = "verifying",
        /// Finished.
        Done = "done",
        /// Finished without writing, because only a preview was asked for.
        Previewed = "previewed",
        /// Gave up; the error says why. Nothing was removed.
        Failed = "failed",
        /// An operator stopped it.
        Cancelled = "cancelled",
        /// An operator refused the plan, or nobody decided in time.
        Rejected = "rejected",
        /// A newer run took its place.
        Superseded = "superseded",
    }
);

impl RunKind {
    /// Whether the source is asked.
    pub const fn reads(self) -> bool {
        matches!(self, Self::Full | Self::Delta | Self::Single)
    }
}

impl RunState {
    /// Whether anything is still to come.
    pub const fn open(self) -> bool {
        matches!(self, Self::Queued | Self::Collecting | Self::Planning | Self::Held | Self::Applying | Self::Verifying)
    }
}

/// How far a run is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Progress {
    /// Pages read.
    pub pages: u64,
    /// Users read.
    pub users: u64,
    /// Groups read.
    pub groups: u64,
    /// Memberships read.
    pub memberships: u64,
    /// How many users there are to read, where the source says.
    pub users_expected: Option<u64>,
    /// Changes planned.
    pub planned: u64,
    /// Changes applied.
    pub applied: u64,
    /// When this was noted.
    pub at: Timestamp,
    /// Objects that could not be read or written, with the reason; the run went on without them (NET-20).
    pub skipped: Vec<Skipped>,
}

/// An object that a run went on without.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Skipped {
    /// Its id in the source.
    pub object_id: Uuid,
    /// Why.
    pub reason: String,
}

/// Where to go on after a stop.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Resume {
    /// The next page of users; set while there is one.
    pub users_next: Option<String>,
    /// The delta link that ended the users.
    pub users_delta: Option<String>,
    /// The next page of groups.
    pub groups_next: Option<String>,
    /// The delta link that ended the groups.
    pub groups_delta: Option<String>,
    /// Whether what the source said is gone was looked at a second time.
    pub confirmed: bool,
    /// Where the slices of members stand.
    pub slice: i64,
    /// Whether the source refused the last delta link, so that this run became a full one (NET-18).
    pub reset: bool,
    /// How far users are planned while they are read; nothing where they are planned afterwards.
    pub early: Option<Early>,
}

/// How far users are planned while they are read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Early {
    /// The last item of the plan that was made so.
    pub seq: i64,
    /// What these items would do, in numbers.
    pub totals: Totals,
    /// A mark of the rules that they were made by.
    pub rules: u64,
}

/// A run.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// Whose.
    pub organisation: OrganisationId,
    /// Of which source.
    pub source_id: SourceId,
    /// What it reads.
    pub kind: RunKind,
    /// Whether it only shows what it would do.
    pub preview: bool,
    /// Where it stands.
    pub state: RunState,
    /// Who started it: an actor's label.
    pub started_by: String,
    /// On whose account it is, directly or through a token of theirs; nobody's where the clockwork acts of itself.
    pub person: Option<OperatorId>,
    /// Of a single run: `user:<id>`, `group:<id>` or an address.
    pub subject: Option<String>,
    /// Where to go on after a stop.
    pub resume: Resume,
    /// How far it is.
    pub progress: Progress,
    /// What the plan would do.
    pub totals: Option<Totals>,
    /// What the guard said.
    pub verdict: Option<Verdict>,
    /// What was done.
    pub outcome: Option<serde_json::Value>,
    /// Why it failed: a stable code.
    pub error_code: Option<String>,
    /// Why it failed, in words.
    pub error_detail: Option<String>,
    /// Under which version of the settings.
    pub settings_version: i64,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Of a hold: when it counts as rejected.
    pub expires_at: Option<Timestamp>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// What was decided.
    pub decision: Option<String>,
    /// Users lost by it.
    pub users_lost: u64,
    /// Groups lost by it.
    pub groups_lost: u64,
}

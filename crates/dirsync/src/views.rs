//! What callers of the API see.

use directory::views::{FieldChange, MemberNote};
use directory::{Change, SourceId};
use kernel::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::guard::Verdict;
use crate::model::{Progress, Run, RunId, RunKind, RunState};
use crate::notify::NotificationStatus;
use crate::service::changes::ShownChange;
use crate::service::detach::FormerSource;
use crate::service::source_settings::{SourceStatus, StateCount};
use crate::settings::Settings;
use crate::totals::{Effect, Totals};

/// A run.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RunView {
    /// Its id.
    pub id: RunId,
    /// Of which source.
    pub source_id: SourceId,
    /// What it reads.
    pub kind: RunKind,
    /// Whether it only shows what it would do.
    pub preview: bool,
    /// Where it stands.
    pub state: RunState,
    /// Who started it.
    pub started_by: String,
    /// Of a single run or an undo: what it looks at.
    pub subject: Option<String>,
    /// How far it is.
    pub progress: Progress,
    /// What the plan would do.
    pub totals: Option<Totals>,
    /// What the guard said.
    pub verdict: Option<Verdict>,
    /// What whoever decides should know beside the figures.
    pub warnings: Vec<String>,
    /// What was done, and what reading back found.
    #[schema(value_type = Option<Object>)]
    pub outcome: Option<serde_json::Value>,
    /// Why it failed: a stable code.
    pub error_code: Option<String>,
    /// Why it failed, in words.
    pub error_detail: Option<String>,
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
}

/// What whoever decides about a run should know beside its figures.
pub fn warnings(run: &Run) -> Vec<String> {
    let Some(totals) = &run.totals else { return Vec::new() };
    let mut warnings = Vec::new();
    if totals.redone > 0 {
        warnings.push(format!(
            "{} of these changes were made by the source or by the settings; the next full compare makes them again unless \
             they are changed there",
            totals.redone
        ));
    }
    if totals.paused > 0 {
        warnings.push(format!(
            "{} changes are left out: the source has trouble, and nothing is taken away while it has",
            totals.paused
        ));
    }
    if totals.adoptable > 0 {
        warnings.push(format!("{} users can be taken over by users of another tenant first", totals.adoptable));
    }
    warnings
}

impl From<Run> for RunView {
    fn from(run: Run) -> Self {
        let warnings = warnings(&run);
        Self {
            id: run.id,
            source_id: run.source_id,
            kind: run.kind,
            preview: run.preview,
            state: run.state,
            started_by: run.started_by,
            subject: run.subject,
            progress: run.progress,
            warnings,
            totals: run.totals,
            verdict: run.verdict,
            outcome: run.outcome,
            error_code: run.error_code,
            error_detail: run.error_detail,
            created_at: run.created_at,
            started_at: run.started_at,
            finished_at: run.finished_at,
            expires_at: run.expires_at,
            decided_by: run.decided_by,
            decided_at: run.decided_at,
            decision: run.decision,
        }
    }
}

/// A source and how it is doing.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SourceView {
    /// Its id: the tenant's.
    pub id: SourceId,
    /// What people call it.
    pub name: String,
    /// The version of the settings; sent back with a change.
    pub version: i64,
    /// The settings.
    pub settings: Settings,
    /// Whether a plan under these settings was confirmed.
    pub confirmed: bool,
    /// When the settings were changed.
    pub updated_at: Timestamp,
    /// By whom.
    pub updated_by: String,
    /// Since when it is not connected any more, if so.
    pub disconnected_at: Option<Timestamp>,
    /// The run that is not over.
    pub open_run: Option<RunView>,
    /// The newest run.
    pub last_run: Option<RunView>,
    /// When everything was last compared.
    pub last_full_at: Option<Timestamp>,
    /// When the source was last followed.
    pub last_read_at: Option<Timestamp>,
    /// When the next run is due.
    pub next_run_at: Option<Timestamp>,
    /// Whether there was no good run for twice the interval.
    pub stale: bool,
    /// Whether owners can be written to: a mail server is set up.
    pub mail_is_set_up: bool,
    /// How notifications stand.
    pub notifications: NotificationStatus,
    /// Since when the alarm about that has been raised.
    pub stale_since: Option<Timestamp>,
    /// Users by state and cause.
    pub users: Vec<StateCount>,
    /// Groups by state and cause.
    pub groups: Vec<StateCount>,
}

impl From<SourceStatus> for SourceView {
    fn from(status: SourceStatus) -> Self {
        let confirmed = status.kept.confirmed();
        let stale_since = status.kept.stale_since;
        Self {
            id: status.kept.source_id,
            name: status.name,
            version: status.kept.version,
            settings: status.kept.settings,
            confirmed,
            updated_at: status.kept.updated_at,
            updated_by: status.kept.updated_by,
            disconnected_at: status.disconnected_at,
            open_run: status.open_run.map(Into::into),
            last_run: status.last_run.map(Into::into),
            last_full_at: status.last_full_at,
            last_read_at: status.last_read_at,
            next_run_at: status.next_run_at,
            stale: status.stale,
            mail_is_set_up: status.mail_is_set_up,
            notifications: status.notifications,
            stale_since,
            users: status.users,
            groups: status.groups,
        }
    }
}

/// One item of a plan.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ChangeView {
    /// Its place in the plan.
    pub seq: i64,
    /// What it means.
    pub effect: Effect,
    /// Whether it is to be applied.
    pub allowed: bool,
    /// When it was applied.
    pub applied_at: Option<Timestamp>,
    /// Our id of the user or group; none before it is made and after it was purged.
    pub id: Option<Uuid>,
    /// What is different: against the directory as it is where the item was not applied, else as it was changed.
    pub fields: Vec<FieldChange>,
    /// Who joins and leaves; the first few of them.
    pub members: Vec<MemberNote>,
    /// How many join.
    pub members_added: usize,
    /// How many leave.
    pub members_removed: usize,
    /// The change: what, to what, and why.
    #[schema(value_type = Object)]
    pub change: Change,
}

impl From<ShownChange> for ChangeView {
    fn from(shown: ShownChange) -> Self {
        let planned = shown.planned;
        Self {
            id: shown.id,
            fields: shown.fields,
            members: shown.members,
            members_added: shown.members_added,
            members_removed: shown.members_removed,
            seq: planned.seq,
            effect: planned.effect,
            allowed: planned.allowed,
            applied_at: planned.applied_at,
            change: planned.change,
        }
    }
}

/// A source that is no longer connected and has left users or groups here.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = FormerSource)]
pub struct FormerSourceView {
    /// The source.
    pub id: SourceId,
    /// What people called it.
    pub name: String,
    /// Since when it is not connected.
    pub disconnected_at: Timestamp,
    /// By whom.
    pub disconnected_by: String,
    /// Users by state and cause.
    pub users: Vec<StateCount>,
    /// Groups by state and cause.
    pub groups: Vec<StateCount>,
    /// Users who can be taken over by a user of another source.
    pub adoptable: u64,
    /// The run that is not over; a held one waits for somebody to confirm.
    pub open_run: Option<RunView>,
    /// The newest run that looked at what it left.
    pub last_detach: Option<RunView>,
}

impl From<FormerSource> for FormerSourceView {
    fn from(former: FormerSource) -> Self {
        Self {
            id: former.id,
            name: former.name,
            disconnected_at: former.disconnected_at,
            disconnected_by: former.disconnected_by,
            users: former.users,
            groups: former.groups,
            adoptable: former.adoptable,
            open_run: former.open_run.map(Into::into),
            last_detach: former.last_detach.map(Into::into),
        }
    }
}

//! One provisioning job: what is configured, what it remembers between cycles, and how it stands.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::behaviour::Behaviour;
use super::credentials::Credentials;
use super::escrow::Escrow;
use super::mapping::Schema;
use super::mishap::Mishaps;
use super::quarantine::Quarantine;
use super::target::Target;
use crate::directory::Kind;
use crate::world::World;

/// How many lines of the provisioning log are kept.
pub const LOG_KEPT: usize = 20_000;

/// A job of one enterprise application.
#[derive(Debug)]
pub struct Job {
    /// `scim.{tenant}.{guid}`.
    pub id: String,
    /// The tenant.
    pub tenant_id: Uuid,
    /// The application's service principal.
    pub principal_id: Uuid,
    state: Mutex<State>,
    /// As text: parsed, a line takes four times the memory.
    log: Mutex<VecDeque<Box<str>>>,
    /// Mishaps on demand.
    pub mishaps: Arc<Mishaps>,
    /// Held while a cycle or a provisioning on demand works: they take turns.
    pub(super) turn: tokio::sync::Mutex<()>,
}

/// Whether cycles run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Schedule {
    /// They do.
    Active,
    /// Not started yet, or given up after four weeks of quarantine.
    Disabled,
    /// Stopped by an administrator.
    Paused,
}

/// The partner of an object in the target, remembered once it was matched or created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// User or group.
    pub kind: Kind,
    /// The target's id.
    pub target: String,
    /// False once the object fell out of scope: then nothing is sent any more, not even a deletion.
    pub managed: bool,
    /// Whether it was active when last sent.
    pub active: bool,
    /// A group's members as they were sent.
    pub members: BTreeSet<Uuid>,
    /// A user's manager as it was sent: the target's id.
    pub manager: Option<String>,
}

/// What a cycle has seen of the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watermark {
    /// Which directory.
    pub origin: u64,
    /// How far its log was read.
    pub position: u64,
}

/// Everything about a job that changes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct State {
    /// `scim` or `customappsso`.
    pub template: String,
    /// When it was made.
    pub created: Timestamp,
    /// The secrets by key: `BaseAddress` is the tenant URL, `SecretToken` the token, `Oauth2…` what gets one.
    pub secrets: BTreeMap<String, String>,
    /// The mappings.
    pub schema: Schema,
    /// The switches.
    pub behaviour: Behaviour,
    /// Whether cycles run.
    pub schedule: Schedule,
    /// When the next cycle is due.
    pub due: Option<Timestamp>,
    /// How far the directory was read; none asks for an initial cycle.
    pub watermark: Option<Watermark>,
    /// Who was in scope in the last cycle.
    pub scoped: BTreeSet<Uuid>,
    /// Partners by object id.
    pub links: BTreeMap<Uuid, Link>,
    /// Objects that failed and are tried again.
    pub escrows: BTreeMap<Uuid, Escrow>,
    /// Some were given up.
    pub escrows_pruned: bool,
    /// Deletions that the guard holds.
    pub held: BTreeSet<Uuid>,
    /// An administrator let the held deletions pass.
    pub deletions_allowed: bool,
    /// The quarantine, while it lasts.
    pub quarantine: Option<Quarantine>,
    /// How the job went.
    pub history: History,
}

/// How a job went.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct History {
    /// The last cycle.
    pub last: Option<Execution>,
    /// The last that succeeded.
    pub last_success: Option<Execution>,
    /// The last that succeeded and sent something.
    pub last_export: Option<Execution>,
    /// When nothing was left to do for the first time.
    pub steady_first: Option<Timestamp>,
    /// When nothing was left to do for the last time.
    pub steady_last: Option<Timestamp>,
    /// Cycles in a row that failed as a whole.
    pub failures_in_row: u64,
}

/// How a cycle ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ended {
    /// Everything was done.
    Succeeded,
    /// The cycle was given up.
    Failed,
    /// Some objects failed.
    EntryLevelErrors,
}

/// One cycle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// Its id.
    pub id: Uuid,
    /// Whether it read everything.
    pub initial: bool,
    /// How it ended.
    pub state: Ended,
    /// When it began.
    pub began: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// Why it failed.
    pub error: Option<ExecutionError>,
    /// The counts.
    pub counts: Counts,
}

/// Why a cycle failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutionError {
    /// The code.
    pub code: String,
    /// What happened.
    pub message: String,
}

/// What a cycle did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Objects in scope.
    pub entitled: u64,
    /// Objects looked at.
    pub imported: u64,
    /// Objects created.
    pub created: u64,
    /// Objects changed.
    pub updated: u64,
    /// Users disabled.
    pub disabled: u64,
    /// Objects deleted.
    pub deleted: u64,
    /// Memberships added.
    pub members_added: u64,
    /// Memberships removed.
    pub members_removed: u64,
    /// Objects with nothing to do.
    pub skipped: u64,
    /// Objects that failed.
    pub failed: u64,
    /// Deletions that the guard held.
    pub held: u64,
}

impl Counts {
    /// How many objects were written to.
    pub fn exported(&self) -> u64 {
        self.created + self.updated + self.disabled + self.deleted
    }
}

impl Job {
    /// A job as it stands.
    pub fn new(id: String, tenant_id: Uuid, principal_id: Uuid, state: State) -> Self {
        let turn = tokio::sync::Mutex::new(());
        Self {
            id,
            tenant_id,
            principal_id,
            state: Mutex::new(state),
            log: Mutex::default(),
            mishaps: Arc::default(),
            turn,
        }
    }

    /// Reads or changes the state. Never across an `await`.
    pub fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// An object's partner.
    pub fn link(&self, id: Uuid) -> Option<Link> {
        self.with(|state| state.links.get(&id).cloned())
    }

    /// Adds a line to the provisioning log.
    pub(super) fn note(&self, line: &Value) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() == LOG_KEPT {
            log.pop_back();
        }
        log.push_front(line.to_string().into_boxed_str());
    }

    /// The last lines of the provisioning log, youngest first.
    pub fn log(&self, limit: usize) -> Vec<Value> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.iter().take(limit).filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// Whether a cycle or a provisioning on demand is at work.
    pub fn is_at_work(&self) -> bool {
        self.turn.try_lock().is_err()
    }

    /// The endpoint that the saved secrets name.
    pub fn target(&self, world: &World) -> Result<Target, String> {
        let target = self.with(|state| target_of(world, self.tenant_id, &state.secrets, &state.behaviour))?;
        Ok(target.with_mishaps(self.mishaps.clone()))
    }
}

/// The endpoint that some secrets name.
pub fn target_of(
    world: &World,
    tenant_id: Uuid,
    secrets: &BTreeMap<String, String>,
    behaviour: &Behaviour,
) -> Result<Target, String> {
    let url = secrets.get("BaseAddress").ok_or("there is no tenant URL")?;
    let credentials = Credentials::of(world, tenant_id, secrets, behaviour)?;
    Target::new(world.provisioning.client(), url, credentials, behaviour)
}

impl State {
    /// A job that is configured and not started.
    pub fn new(template: &str, now: Timestamp) -> Self {
        Self {
            template: template.to_owned(),
            created: now,
            secrets: BTreeMap::new(),
            schema: Schema::usual("mailNickname"),
            behaviour: Behaviour::default(),
            schedule: Schedule::Disabled,
            due: None,
            watermark: None,
            scoped: BTreeSet::new(),
            links: BTreeMap::new(),
            escrows: BTreeMap::new(),
            escrows_pruned: false,
            held: BTreeSet::new(),
            deletions_allowed: false,
            quarantine: None,
            history: History::default(),
        }
    }

    /// Starts it: the first cycle, or the next, is due at once.
    pub fn start(&mut self, now: Timestamp) {
        self.schedule = Schedule::Active;
        self.due = Some(now);
    }

    /// Restarts it with the flags of `resetScope`; `None` and unknown words do nothing.
    pub fn restart(&mut self, flags: &[&str], now: Timestamp) {
        let full = flags.contains(&"Full");
        let has = |flag: &str| full || flags.contains(&flag);
        if has("Watermark") {
            self.watermark = None;
        }
        if has("Escrows") {
            self.escrows.clear();
            self.escrows_pruned = false;
        }
        if has("QuarantineState") {
            self.quarantine = None;
        }
        if has("ConnectorDataStore") {
            self.links.clear();
            self.scoped.clear();
            self.watermark = None;
        }
        if flags.contains(&"ForceDeletes") {
            self.allow_deletions(now);
        }
        self.start(now);
    }

    /// Lets the deletions that the guard holds pass in the next cycle.
    pub fn allow_deletions(&mut self, now: Timestamp) {
        self.deletions_allowed = true;
        self.quarantine = None;
        self.due = Some(now);
    }

    /// New mappings: everything is looked at again.
    pub fn set_schema(&mut self, schema: Schema) {
        self.schema = schema;
        self.watermark = None;
    }
}

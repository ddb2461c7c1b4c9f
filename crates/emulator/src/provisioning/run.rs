//! What every piece of work shares: the job, its target, its mappings, and what happened so far.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kernel::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::behaviour::Behaviour;
use super::escrow;
use super::failure::{Failure, Reach};
use super::job::{Counts, Job, Schedule};
use super::mapping::{Flow, Schema};
use super::patch::Dialect;
use super::scope::InScope;
use super::source::Entry;
use super::story::{Action, Story};
use super::target::Target;
use crate::directory::{Kind, Ref};
use crate::world::{Tenant, World};

/// A cycle, or one provisioning on demand.
#[derive(Debug)]
pub struct Run<'a> {
    /// The world.
    pub world: &'a World,
    /// The job.
    pub job: &'a Job,
    /// The tenant.
    pub tenant: Arc<Tenant>,
    /// The endpoint.
    pub target: Target,
    /// How PATCH is spoken.
    pub dialect: Dialect,
    /// The mappings.
    pub schema: Schema,
    /// The users' mappings, ready.
    pub users: Vec<Flow>,
    /// The groups' mappings, ready.
    pub groups: Vec<Flow>,
    /// The switches.
    pub behaviour: Behaviour,
    /// Who is in scope.
    pub scope: InScope,
    /// The cycle's id.
    pub id: Uuid,
    /// The application's name.
    pub principal_name: String,
    /// Who asked for it.
    pub initiator: &'static str,
    /// When it began.
    pub began: Timestamp,
    watched: bool,
    notes: Mutex<Notes>,
}

/// What happened so far.
#[derive(Debug, Default)]
pub struct Notes {
    /// The counts.
    pub counts: Counts,
    /// Why the whole job is to stop.
    pub stop: Option<Failure>,
    /// An administrator paused it.
    pub paused: bool,
    /// Objects that got a partner.
    pub linked: Vec<Uuid>,
    /// Managers as the target told them.
    pub managers: HashMap<Uuid, Option<String>>,
    /// The lines written, when somebody waits for them.
    pub told: Option<Vec<Value>>,
}

impl<'a> Run<'a> {
    /// Makes everything ready. A cycle watches whether it is paused; work on demand keeps its lines and speaks the
    /// usual dialect whatever the tenant URL says.
    pub fn new(world: &'a World, job: &'a Job, on_demand: bool) -> Result<Self, String> {
        let tenant = world.tenant_by_id(job.tenant_id).ok_or("the tenant is gone")?;
        let target = job.target(world)?;
        let (schema, behaviour, active) =
            job.with(|state| (state.schema.clone(), state.behaviour.clone(), state.schedule == Schedule::Active));
        let now = world.clock.now();
        if tenant.directory().has_expired(now) {
            tenant.directory_mut().purge_expired(now);
        }
        let (scope, principal_name) = {
            let (apps, directory) = (tenant.apps(), tenant.directory());
            let principal = apps.service_principals.get(&job.principal_id).ok_or("the application is gone")?;
            (InScope::of(&directory, &apps, job.principal_id, &schema, &behaviour), principal.display_name.clone())
        };
        Ok(Self {
            world,
            job,
            tenant,
            dialect: if on_demand { Dialect::Legacy } else { target.dialect },
            target,
            users: schema.users.compile()?,
            groups: schema.groups.compile()?,
            schema,
            behaviour,
            scope,
            id: world.guid(),
            principal_name,
            initiator: if on_demand { "Provisioning on demand" } else { "Microsoft Entra provisioning service" },
            began: now,
            watched: !on_demand && active,
            notes: Mutex::new(Notes { told: on_demand.then(Vec::new), ..Notes::default() }),
        })
    }

    /// What happened so far.
    pub fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether to go no further.
    pub fn stopped(&self) -> bool {
        let paused = self.watched && self.job.with(|state| state.schedule != Schedule::Active);
        let mut notes = self.notes();
        notes.paused |= paused;
        notes.paused || notes.stop.is_some()
    }

    /// Reads one object as it stands now.
    pub fn read(&self, object: Ref) -> Entry {
        let flows = if object.kind == Kind::User { &self.users } else { &self.groups };
        Entry::read(&self.tenant.directory(), object, self.scope.holds(object), flows, &self.behaviour)
    }

    /// Writes down how the work on one object ended.
    pub fn settle(&self, entry: &Entry, story: Story, outcome: &Result<Action, Failure>, reference: bool) {
        let now = self.world.clock.now();
        let line = story.finish(self, entry, outcome, now);
        self.job.note(&line);
        self.job.with(|state| match outcome {
            Ok(_) => escrow::mend(state, entry.id, reference),
            Err(failure) if failure.reach == Reach::Job => {}
            Err(failure) => escrow::note(state, entry.id, failure, reference, now),
        });
        let mut notes = self.notes();
        if let Some(told) = &mut notes.told {
            told.push(line);
        }
        let counts = &mut notes.counts;
        match outcome {
            Ok(Action::Create) => counts.created += 1,
            Ok(Action::Update) => counts.updated += 1,
            Ok(Action::Disable) => counts.disabled += 1,
            Ok(Action::Delete) => counts.deleted += 1,
            Ok(Action::Skip) => counts.skipped += 1,
            Err(failure) => {
                counts.failed += 1;
                if failure.reach == Reach::Job {
                    notes.stop.get_or_insert_with(|| failure.clone());
                }
            }
        }
    }
}

//! Applying changes: rows, log entries and nothing else, in the caller's unit of work.
//!
//! Idempotent: a change that is in force already leaves no entry and no write. What it deliberately does not do: decide.
//! Whoever calls has planned and guarded.

use std::collections::{BTreeMap, HashMap};

use kernel::{Actor, Env};
use serde::{Deserialize, Serialize};
use signals::{Entry, Object};
use store::{StoreError, Tx};
use uuid::Uuid;

use crate::change::{Act, Change, ObjectKind};
use crate::model::{Group, Source, User};
use crate::state::State;
use crate::store as rows;

mod entry;
mod memberships;
mod working;

pub use entry::event_name;
use working::Working;

/// What made the changes happen, for the log: a run, an undo, an operator's request.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    /// The kind: `run`, `undo`, `request`.
    pub kind: &'static str,
    /// Its id.
    pub id: Option<Uuid>,
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Applied {
    /// How many entries of each name were logged.
    pub events: BTreeMap<String, u64>,
    /// Memberships added.
    pub members_added: u64,
    /// Memberships removed.
    pub members_removed: u64,
    /// Changes left alone because their object has moved on since they were planned.
    pub stale: u64,
    /// The log's revision after it.
    pub revision: i64,
}

impl Applied {
    /// Adds another part's counts.
    pub fn merge(&mut self, other: &Self) {
        for (name, count) in &other.events {
            *self.events.entry(name.clone()).or_default() += count;
        }
        self.members_added += other.members_added;
        self.members_removed += other.members_removed;
        self.stale += other.stale;
        self.revision = self.revision.max(other.revision);
    }
}

/// Applies up to a few thousand changes of one source. Members of one change should not be more than
/// [`signals::members::MOST`]; split larger ones.
pub async fn apply(
    tx: &mut Tx,
    env: &Env,
    actor: &Actor,
    source: Source,
    changes: &[Change],
    origin: Origin,
) -> Result<Applied, StoreError> {
    // First of all, so that nothing that is read here is changed by somebody else before it is written.
    let turn = signals::turn(tx, source.organisation).await?;
    let mut working = Working::load(tx, env, source, changes).await?;
    let mut done = Applied::default();
    let mut entries = Vec::new();
    for change in changes {
        if let Some(entry) = working.step(change) {
            entries.push(entry.cause(origin.kind, origin.id));
        }
    }
    done.stale = working.stale;
    // Groups must have their ordinals before their members can be written.
    working.write_groups(tx).await?;
    for (change, found) in memberships::write(tx, &working, changes).await? {
        done.members_added += found.iter().filter(|found| !found.removed).count() as u64;
        done.members_removed += found.iter().filter(|found| found.removed).count() as u64;
        entries.extend(memberships::entries(&working, change, &found).map(|entry| entry.cause(origin.kind, origin.id)));
    }
    for entry in &entries {
        *done.events.entry(entry.name.to_owned()).or_default() += 1;
    }
    done.revision = signals::append_in(tx, env, actor, turn, entries).await?;
    working.finish(tx, done.revision).await?;
    Ok(done)
}

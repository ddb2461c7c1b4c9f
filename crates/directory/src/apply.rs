//! Applying changes: rows, log entries and nothing else, in the caller's unit of work.
//!
//! Idempotent: a change that is in force already leaves no entry and no write. What it deliberately does not do: decide.
//! Whoever calls has planned and guarded.

use std::collections::{BTreeMap, HashMap, VecDeque};

use kernel::{Actor, Env};
use serde::{Deserialize, Serialize};
use signals::{Entry, Object, Turn};
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
    let mut turn = signals::turn(tx, source.organisation).await?;
    let (users, groups) = working::read(tx, source, changes).await?;
    apply_to(tx, env, actor, source, changes, origin, Known { turn: &mut turn, users, groups }).await
}

/// What the caller holds already, so that it is not read again.
#[derive(Debug)]
pub struct Known<'t> {
    /// The turn at the organisation's log, taken in this unit of work.
    pub turn: &'t mut Turn,
    /// Every user that the changes are about and that there is, as read since.
    pub users: Vec<User>,
    /// Every such group.
    pub groups: Vec<Group>,
}

/// The same as [`apply`], to what the caller knows.
pub async fn apply_to(
    tx: &mut Tx,
    env: &Env,
    actor: &Actor,
    source: Source,
    changes: &[Change],
    origin: Origin,
    known: Known<'_>,
) -> Result<Applied, StoreError> {
    let Known { turn, users, groups } = known;
    let mut working = Working::over(env, source, users, groups);
    let mut done = Applied::default();
    // Groups must have their ordinals before their members can be written.
    let of_groups = changes.iter().filter(|change| change.kind == ObjectKind::Group);
    let mut of_groups: VecDeque<_> = of_groups.map(|change| working.step(change)).collect();
    working.write_groups(tx).await?;
    let mut of_members = Vec::new();
    for (change, found) in memberships::write(tx, &working, changes).await? {
        done.members_added += found.iter().filter(|found| !found.removed).count() as u64;
        done.members_removed += found.iter().filter(|found| found.removed).count() as u64;
        of_members.extend(memberships::entries(&working, change, &found));
    }
    let mut events = BTreeMap::<_, u64>::new();
    // Users are worked on while the database has the entries of those before. Boxed, so that the future does not hold the
    // iterator's type.
    let entries: Box<dyn Iterator<Item = Entry> + Send> = Box::new(
        changes
            .iter()
            .filter_map(|change| match change.kind {
                ObjectKind::User => working.step(change),
                ObjectKind::Group => of_groups.pop_front().flatten(),
            })
            .chain(of_members)
            .map(|entry| {
                *events.entry(entry.name).or_default() += 1;
                entry.cause(origin.kind, origin.id)
            }),
    );
    done.revision = signals::append_in(tx, env, actor, turn, entries).await?;
    done.events = events.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
    done.stale = working.stale;
    working.finish(tx, done.revision).await?;
    Ok(done)
}

//! Applying changes: rows, log entries and nothing else, in the caller's unit of work.
//!
//! Idempotent: a change that is in force already leaves no entry and no write. What it deliberately does not do: decide.
//! Whoever calls has planned and guarded.

use std::collections::{BTreeMap, HashMap};

use kernel::{Actor, Env};
use serde::{Deserialize, Serialize};
use signals::members::{self, MemberChange};
use signals::{Entry, Object};
use store::{StoreError, Tx};
use uuid::Uuid;

use crate::change::{Act, Change, ObjectKind};
use crate::model::{Group, Member, Source, User};
use crate::state::State;
use crate::store as rows;

mod entry;
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
/// [`members::MOST`]; split larger ones.
pub async fn apply(
    tx: &mut Tx,
    env: &Env,
    actor: &Actor,
    source: Source,
    changes: &[Change],
    origin: Origin,
) -> Result<Applied, StoreError> {
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
    for change in changes {
        if let Act::Members { added, removed } = &change.act {
            let found = change_members(tx, &working, change, added, removed).await?;
            done.members_added += found.iter().filter(|found| !found.removed).count() as u64;
            done.members_removed += found.iter().filter(|found| found.removed).count() as u64;
            entries.extend(member_entries(&working, change, &found).map(|entry| entry.cause(origin.kind, origin.id)));
        }
    }
    for entry in &entries {
        *done.events.entry(entry.name.to_owned()).or_default() += 1;
    }
    done.revision = signals::append(tx, env, actor, entries).await?;
    working.finish(tx, done.revision).await?;
    Ok(done)
}

async fn change_members(
    tx: &mut Tx,
    working: &Working,
    change: &Change,
    added: &[Member],
    removed: &[Member],
) -> Result<Vec<MemberChange>, StoreError> {
    let Some(group) = working.groups.get(&change.object_id) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    // Loss first: if this is cut short, nobody has kept what they lost.
    for member in rows::members::remove(tx, group.ordinal, removed).await? {
        found.push(MemberChange { removed: true, kind: member.kind as u8, object_id: member.object_id });
    }
    for member in rows::members::add(tx, group.ordinal, added).await? {
        found.push(MemberChange { removed: false, kind: member.kind as u8, object_id: member.object_id });
    }
    Ok(found)
}

fn member_entries<'a>(
    working: &'a Working,
    change: &'a Change,
    found: &'a [MemberChange],
) -> impl Iterator<Item = Entry> + 'a {
    let group = working.groups.get(&change.object_id);
    found.chunks(members::MOST).filter_map(move |part| {
        let group = group.filter(|group| group.state.visible())?;
        let mut entry = Entry::change("group.members_changed")
            .object(Object::new("group", group.id, group.name()))
            .reason(change.cause.as_str());
        entry.members = Some(members::pack(part));
        Some(entry)
    })
}

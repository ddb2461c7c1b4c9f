//! Plan: what is known against what was read, as typed changes with causes.
//!
//! Streams both sides in the order of their ids and writes the changes down as it goes. The decisions themselves are
//! pure: `scope` and `transition`. A plan that was begun and not finished is dropped and made again.

use std::collections::{HashMap, HashSet};

use directory::{Act, Change, ObjectKind, State};
use uuid::Uuid;

use crate::error::DirsyncError;
use crate::lists::Addition;
use crate::model::{RunKind, RunState};
use crate::store::changes::{self, Fresh};
use crate::store::lists;
use crate::totals::{Totals, effect};
use crate::work::Work;

mod detach;
pub(crate) mod early;
mod freeze;
mod groups;
pub(crate) mod restore;
pub(crate) mod rules;
mod undo;
mod users;

/// How many objects are looked at together.
const BATCH: usize = 1_000;
/// From how many changes on the database is told that there are many.
const MANY: i64 = 2_000;
/// How many protected or reused names are kept for showing.
const MOST_NAMES: usize = 100;

/// A plan in the making.
pub(crate) struct Draft<'a> {
    work: &'a mut Work,
    totals: Totals,
    seq: i64,
    waiting: Vec<Fresh>,
    /// Objects that have a change already; a second one would be planned on what is no longer true.
    touched: HashSet<Uuid>,
    /// The names of groups that have a change, for the changes of their members.
    group_names: HashMap<Uuid, String>,
    /// New users of the batch at hand with their user principal names in lower case.
    new_names: Vec<(Uuid, String)>,
    /// Expected users that the source has by now.
    found: Vec<Addition>,
    /// Whether somebody else writes what is planned.
    holds_back: bool,
}

/// Makes the plan and counts it; nothing where the rules have changed since a part of it was made, so that what it was
/// made of must be read again.
pub(crate) async fn plan(work: &mut Work) -> Result<Option<Totals>, DirsyncError> {
    let run = work.run.id;
    let early = work.run.resume.early.as_ref().map_or(0, |early| early.seq);
    let mut tx = work.store.begin().await?;
    changes::clear_after(&mut tx, run, early).await?;
    tx.commit().await?;
    if work.run.kind == RunKind::Undo {
        let mut draft = Draft::new(work);
        draft.population().await?;
        undo::plan(&mut draft).await?;
        return draft.close().await.map(Some);
    }
    if work.run.kind == RunKind::Detach {
        let mut draft = Draft::new(work);
        draft.population().await?;
        detach::plan(&mut draft).await?;
        return draft.close().await.map(Some);
    }
    let rules = rules::load(work).await?;
    if !early::fits(work, &rules) {
        return Ok(None);
    }
    let begun = work.run.resume.early.clone().unwrap_or_default();
    let mut draft = Draft::new(work);
    (draft.seq, draft.totals) = (begun.seq, begun.totals);
    draft.population().await?;
    users::plan(&mut draft, &rules).await?;
    groups::plan(&mut draft, &rules).await?;
    draft.close().await.map(Some)
}

impl<'a> Draft<'a> {
    fn new(work: &'a mut Work) -> Self {
        Self {
            work,
            totals: Totals::default(),
            seq: 0,
            waiting: Vec::new(),
            touched: HashSet::new(),
            group_names: HashMap::new(),
            new_names: Vec::new(),
            found: Vec::new(),
            holds_back: false,
        }
    }

    async fn close(mut self) -> Result<Totals, DirsyncError> {
        self.flush().await?;
        if self.seq >= MANY {
            let mut tx = self.work.store.begin().await?;
            changes::analyze(&mut tx).await?;
            tx.commit().await?;
        }
        self.totals.trim();
        Ok(self.totals)
    }

    /// How many users and groups are usable now: what per cent are counted of.
    async fn population(&mut self) -> Result<(), DirsyncError> {
        let mut tx = self.work.store.read().await?;
        let (organisation, source) = (self.work.run.organisation, self.work.run.source_id);
        let active = |counts: Vec<(String, Option<String>, u64)>| {
            counts.iter().filter(|(state, _, _)| state == "active").map(|(_, _, count)| count).sum()
        };
        self.totals.users_before = active(directory::read::user_counts(&mut tx, organisation, source).await?);
        self.totals.groups_before = active(directory::read::group_counts(&mut tx, organisation, source).await?);
        Ok(())
    }

    /// Adds a change, given the state before it.
    async fn push(&mut self, change: Change, before: Option<&State>) -> Result<(), DirsyncError> {
        self.push_read(change, before, false).await
    }

    /// Adds a change; `as_staged` tells that its attributes are exactly what was read.
    async fn push_read(&mut self, change: Change, before: Option<&State>, as_staged: bool) -> Result<(), DirsyncError> {
        let effect = effect(&change, before);
        let object_id = change.object_id;
        let Some(change) = freeze::thaw(self.work.freeze.as_ref(), change, effect) else {
            self.touched.insert(object_id);
            self.totals.paused += 1;
            return Ok(());
        };
        if !matches!(change.act, Act::Members { .. }) {
            self.touched.insert(change.object_id);
            if change.kind == ObjectKind::Group {
                self.group_names.insert(change.object_id, change.name.clone());
            }
        }
        self.totals.add(&change, effect);
        self.waiting.push(Fresh { change, effect, as_staged });
        if self.waiting.len() >= BATCH && !self.holds_back { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> Result<(), DirsyncError> {
        if self.waiting.is_empty() && self.found.is_empty() {
            return Ok(());
        }
        self.work.go_on()?;
        let mut tx = self.work.store.begin().await?;
        for addition in self.found.drain(..) {
            lists::put_addition(&mut tx, &addition).await?;
            let entry = signals::Entry::act("dirsync.addition_found").reason(addition.email.clone());
            self.work.log(&mut tx, entry).await?;
        }
        changes::insert(&mut tx, self.work.run.id, self.seq + 1, &self.waiting).await?;
        self.seq += i64::try_from(self.waiting.len()).unwrap_or(i64::MAX);
        self.waiting.clear();
        self.work.run.progress.planned = u64::try_from(self.seq).unwrap_or(0);
        self.work.save(&mut tx, RunState::Planning).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Whether it is left alone because an operator protects it (NET-09); notes its name when it is.
    fn shielded(&mut self, object_id: Uuid, name: &str, before: Option<&State>, after: Option<&State>) -> bool {
        let loses = before.is_some_and(State::usable) && !after.is_some_and(State::usable);
        let shielded = loses && self.work.settings.protected.contains(&object_id);
        if shielded && self.totals.protected.len() < MOST_NAMES {
            self.totals.protected.push(name.to_owned());
        }
        shielded
    }

    /// Whether what a complete read did not show is gone: only when an earlier one, half an hour ago or more, did not
    /// show it either (NET-04).
    fn absence_proven(&self, missing_since: Option<kernel::Timestamp>) -> bool {
        missing_since.is_some_and(|since| self.work.env.now().since(since) >= BETWEEN_READS)
    }

    fn is_full(&self) -> bool {
        self.work.run.kind == RunKind::Full
    }
}

/// How far apart two complete reads must be to prove an absence (NET-04).
const BETWEEN_READS: std::time::Duration = std::time::Duration::from_mins(30);

/// The change that a transition asks for.
fn change(kind: ObjectKind, object: (Uuid, String, Option<i64>), act: Act, cause: directory::Cause) -> Change {
    let (object_id, name, base) = object;
    Change { kind, object_id, name, act, cause, base }
}

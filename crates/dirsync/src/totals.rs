//! What a plan would do, in numbers: what the guard judges and what people see first.

use std::collections::BTreeMap;

use directory::{Act, Cause, Change, ObjectKind, State};
use kernel::text_enum;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

text_enum!(
    /// What a change means to the one it happens to.
    pub enum Effect {
        /// It appears.
        Create = "create",
        /// Its attributes change.
        Update = "update",
        /// It can no longer be used: conflict, disabled or deleted.
        Lose = "lose",
        /// It can be used again.
        Return = "return",
        /// It is removed for good.
        Purge = "purge",
        /// Its members change.
        Members = "members",
        /// Nothing anyone sees: a note of ours.
        Note = "note",
    }
);

/// A group that would lose a large part of its members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Shrink {
    /// The group's id in the source.
    pub object_id: Uuid,
    /// What people call it.
    pub name: String,
    /// Members it would lose.
    pub lost: u64,
    /// Members it has.
    pub of: u64,
}

/// What a plan would do, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Totals {
    /// Changes by `user.create`, `group.lose`, …
    pub effects: BTreeMap<String, u64>,
    /// Changes by cause, notes of ours included.
    pub causes: BTreeMap<String, u64>,
    /// Of those, notes of ours by cause: nothing anyone sees.
    pub notes: BTreeMap<String, u64>,
    /// Memberships that would be added.
    pub members_added: u64,
    /// Memberships that would be removed.
    pub members_removed: u64,
    /// Usable users before.
    pub users_before: u64,
    /// Usable groups before.
    pub groups_before: u64,
    /// Groups that would lose a large part of their members, largest loss first, at most [`MOST_SHRINKS`].
    pub shrinks: Vec<Shrink>,
    /// How many groups would.
    pub shrink_count: u64,
    /// Changes that were left out because the source has trouble: nothing is taken away while it has (NET-05).
    pub paused: u64,
    /// Of an undo: changes that come from the source or the settings, which make them again (NET-11).
    pub redone: u64,
    /// Users of a disconnected source whom another source has too, so that they can be taken over.
    pub adoptable: u64,
    /// Protected users and groups that were left alone.
    pub protected: Vec<String>,
    /// Users whose user principal name belonged to another object before (NET-12).
    pub reused_names: Vec<String>,
}

/// The most groups that [`Totals::shrinks`] names.
pub const MOST_SHRINKS: usize = 100;

impl Totals {
    /// Counts one change.
    pub fn add(&mut self, change: &Change, effect: Effect) {
        *self.effects.entry(format!("{}.{effect}", change.kind.as_str())).or_default() += 1;
        *self.causes.entry(change.cause.to_string()).or_default() += 1;
        if effect == Effect::Note {
            *self.notes.entry(change.cause.to_string()).or_default() += 1;
        }
        if let Act::Members { added, removed } = &change.act {
            self.members_added += added.len() as u64;
            self.members_removed += removed.len() as u64;
        }
    }

    /// Notes what a group would lose.
    pub fn shrink(&mut self, shrink: Shrink) {
        self.shrink_count += 1;
        self.shrinks.push(shrink);
        if self.shrinks.len() > 2 * MOST_SHRINKS {
            self.trim();
        }
    }

    /// Keeps the largest losses only.
    pub fn trim(&mut self) {
        self.shrinks.sort_by_key(|shrink| std::cmp::Reverse(shrink.lost));
        self.shrinks.truncate(MOST_SHRINKS);
    }

    /// How many objects of a kind have an effect.
    pub fn count(&self, kind: ObjectKind, effect: Effect) -> u64 {
        self.effects.get(&format!("{}.{effect}", kind.as_str())).copied().unwrap_or(0)
    }

    /// Objects of a kind that can no longer be used afterwards.
    pub fn lost(&self, kind: ObjectKind) -> u64 {
        self.count(kind, Effect::Lose)
    }

    /// Whether something of a kind would be lost, purged, or lose members.
    pub fn takes_away(&self, kind: ObjectKind) -> bool {
        let members = kind == ObjectKind::Group && self.members_removed > 0;
        members || self.lost(kind) > 0 || self.count(kind, Effect::Purge) > 0
    }

    /// Changes that people see, by cause: together as many as [`Totals::visible`] counts.
    pub fn visible_causes(&self) -> impl Iterator<Item = (&str, u64)> {
        let shown = self.causes.iter().map(|(cause, count)| {
            let notes = self.notes.get(cause).copied().unwrap_or(0);
            (cause.as_str(), count.saturating_sub(notes))
        });
        shown.filter(|(_, count)| *count > 0)
    }

    /// How many changes people see; of one kind where a kind is given.
    pub fn visible(&self, kind: Option<ObjectKind>) -> u64 {
        let of_kind = |name: &str| kind.is_none_or(|kind| name == kind.as_str());
        let parts = self.effects.iter().filter_map(|(name, count)| Some((name.split_once('.')?, count)));
        let seen = parts.filter(|((of, effect), _)| of_kind(of) && *effect != Effect::Note.as_str());
        seen.map(|(_, count)| count).sum()
    }

    /// Whether something would be left of it without what it takes away.
    pub fn gives_something(&self) -> bool {
        let gives = [Effect::Create, Effect::Update, Effect::Return];
        let some = |kind| gives.iter().any(|effect| self.count(kind, *effect) > 0);
        some(ObjectKind::User) || some(ObjectKind::Group) || self.members_added > 0
    }

    /// Whether nothing would change that anyone sees.
    pub fn is_empty(&self) -> bool {
        self.effects.iter().all(|(name, count)| *count == 0 || name == "user.note" || name == "group.note")
    }
}

/// What a change means, given the state before.
pub fn effect(change: &Change, before: Option<&State>) -> Effect {
    let usable_before = before.is_some_and(State::usable);
    let visible_before = before.is_some_and(State::visible);
    match &change.act {
        Act::PutUser { state, .. } | Act::PutGroup { state, .. } | Act::SetState { state } => {
            if !state.visible() && !visible_before {
                Effect::Note
            } else if !visible_before {
                Effect::Create
            } else if usable_before && !state.usable() || deletes(before, state) {
                Effect::Lose
            } else if !usable_before && state.usable() {
                Effect::Return
            } else {
                Effect::Update
            }
        }
        Act::Members { .. } => Effect::Members,
        Act::Purge if visible_before => Effect::Purge,
        Act::Purge | Act::MarkMissing => Effect::Note,
    }
}

/// From a conflict to deletion: the loss of what was left.
fn deletes(before: Option<&State>, after: &State) -> bool {
    matches!(after, State::Deleted { .. }) && !matches!(before, Some(State::Deleted { .. }))
}

/// Whether a change is part of what may go on while a plan is held (NET-02).
pub const fn safe(effect: Effect, cause: Cause) -> bool {
    match effect {
        Effect::Create | Effect::Update | Effect::Return | Effect::Note => !matches!(cause, Cause::Missing),
        Effect::Lose | Effect::Purge | Effect::Members => false,
    }
}

//! The membership index: who is in which group, answered from memory without a lock.
//!
//! A [`Snapshot`] is immutable and a pure function of the directory at one revision of the log. An [`Index`] holds the
//! newest one and swaps it as a whole, so that every reader sees one revision and no reader ever waits.
//!
//! | question | answered from | cost |
//! |---|---|---|
//! | is this user in that group, at any depth | the user's direct groups against the group's closure | below a microsecond |
//! | by which path | a walk upwards that never leaves the group's closure | the size of that closure |
//! | all groups of a user | a walk upwards from the direct groups | the answer's size |
//! | all members of a group, at any depth | the union of the direct members of its closure | the answer's size |
//! | refresh after n changes | copies of the touched pages only | n, not the size of the directory |
//!
//! **Why the closure of groups and not of users.** Keeping, per group, the set of *groups* nested below it and, per
//! user, the sorted list of direct groups costs one number per membership in each direction. Sets of transitive *users*
//! per group would answer in one look-up, but cost a multiple that grows with the depth of nesting, and one change deep
//! down would rewrite the sets of everything above it.
//!
//! What it deliberately does not do: read the database, follow the log, know names or states. The caller feeds it the
//! users that count (not the excluded and the deleted), all groups that live and every membership row; a membership of
//! somebody who is not there waits, in 20 bytes, until that user or group appears.

use std::ops::Deref;
use std::sync::Arc;

use arc_swap::ArcSwap;
use uuid::Uuid;

use crate::model::{GroupId, MemberKind, SourceId, UserId};

pub use builder::IndexBuilder;
pub use memory::Memory;
pub use paths::Paths;
pub use snapshot::{Counts, Members, Reach, Snapshot};
#[doc(hidden)]
pub use synthetic::{Synthetic, synthetic};

mod builder;
mod closure;
mod draft;
mod groups;
mod memory;
mod paged;
mod pairs;
mod paths;
mod set;
mod snapshot;
mod synthetic;
mod users;

#[cfg(test)]
mod tests;

/// The per-database number of a user. Numbers are never used again for somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserOrdinal(pub u32);

/// The per-database number of a group; a number space of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupOrdinal(pub u32);

/// What a membership row names its member by: the object id, told apart by where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberKey(Uuid);

impl MemberKey {
    /// The key of `object_id` in `source`, so that two tenants with equal object ids stay apart.
    pub fn new(source: SourceId, object_id: Uuid) -> Self {
        Self(Uuid::from_u128(pairs::scatter(source.0.as_u128()) ^ object_id.as_u128()))
    }
}

/// One change of the directory as the index sees it. Changes are idempotent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexChange {
    /// A user appears, comes back, or is switched on or off.
    PutUser {
        /// Its number.
        ordinal: UserOrdinal,
        /// Its id.
        id: UserId,
        /// What memberships name it by.
        key: MemberKey,
        /// Whether it may sign in.
        active: bool,
    },
    /// A user is deleted or excluded; its memberships wait for its return.
    RemoveUser {
        /// Its number.
        ordinal: UserOrdinal,
    },
    /// A group appears or comes back.
    PutGroup {
        /// Its number.
        ordinal: GroupOrdinal,
        /// Its id.
        id: GroupId,
        /// What memberships name it by.
        key: MemberKey,
    },
    /// A group is deleted; its membership rows stay and count again when it returns.
    RemoveGroup {
        /// Its number.
        ordinal: GroupOrdinal,
    },
    /// A group is purged together with its membership rows.
    ForgetGroup {
        /// Its number.
        ordinal: GroupOrdinal,
    },
    /// A membership row appears.
    PutMembership {
        /// The group it is a row of.
        group: GroupOrdinal,
        /// Whom it names.
        member: MemberKey,
        /// What it says that is.
        kind: MemberKind,
    },
    /// A membership row goes.
    RemoveMembership {
        /// The group it was a row of.
        group: GroupOrdinal,
        /// Whom it named.
        member: MemberKey,
        /// What it said that was.
        kind: MemberKind,
    },
}

/// The newest snapshot of one organisation.
#[derive(Debug)]
pub struct Index {
    current: ArcSwap<Snapshot>,
}

impl Index {
    /// Begins with one snapshot.
    pub fn new(snapshot: Snapshot) -> Self {
        Self { current: ArcSwap::from_pointee(snapshot) }
    }

    /// The newest snapshot, borrowed for one decision. Does not lock and does not wait.
    pub fn read(&self) -> impl Deref<Target = Arc<Snapshot>> + use<> {
        self.current.load()
    }

    /// The newest snapshot, to keep.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// Puts `snapshot` in place unless a newer one is there already; says whether it did.
    pub fn publish(&self, snapshot: Snapshot) -> bool {
        let fresh = Arc::new(snapshot);
        self.current.rcu(|held| if held.revision() < fresh.revision() { fresh.clone() } else { held.clone() });
        Arc::ptr_eq(&self.current.load(), &fresh)
    }

    /// The revision of the log that the newest snapshot shows.
    pub fn revision(&self) -> i64 {
        self.current.load().revision()
    }

    /// How many revisions the newest snapshot is behind the `head` of the log.
    pub fn behind(&self, head: i64) -> u64 {
        u64::try_from(head.saturating_sub(self.revision())).unwrap_or(0)
    }
}

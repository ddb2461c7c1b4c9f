//! One tenant's people and groups, in memory: compact enough for a million users and ten million memberships.
//!
//! Users and groups sit in slots that are never reused; a slot's number is the object's *ordinal*. Every edit
//! appends to one ordered log, and a position in that log is what a delta token carries.
//!
//! | state | seen by | leaves by |
//! |---|---|---|
//! | live | lists, delta | delete |
//! | deleted (30 days) | deletedItems, delta as `changed` | restore, purge, 30 days |
//! | purged | delta as `deleted` | never |
//!
//! Deliberately knows no HTTP, no permissions and no query options: those are `graph`'s.

mod change;
mod edit;
mod edit_groups;
mod edit_members;
mod edit_users;
pub mod generate;
pub mod life;
pub mod property;
mod read;
pub mod record;
mod snapshot;

use std::collections::HashMap;

use kernel::Timestamp;
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use uuid::Uuid;

pub use change::{Change, Entry};
pub use edit::{Author, EditError};
pub use edit_groups::GroupDeletion;
pub use generate::{Draw, Spec, generate, generate_from};
use record::Record;
pub use snapshot::SnapshotError;

/// No manager, no log entry.
const NONE: u32 = u32::MAX;

/// The two kinds of object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// A user, guests included.
    User,
    /// A group of any type.
    Group,
}

/// Points at an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ref {
    /// Its kind.
    pub kind: Kind,
    /// Its slot among its kind.
    pub ordinal: u32,
}

impl Ref {
    /// Points at a user.
    pub const fn user(ordinal: u32) -> Self {
        Self { kind: Kind::User, ordinal }
    }

    /// Points at a group.
    pub const fn group(ordinal: u32) -> Self {
        Self { kind: Kind::Group, ordinal }
    }
}

/// Where an object stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// In use.
    Live,
    /// Soft-deleted at a moment; restorable for 30 days.
    Deleted(Timestamp),
    /// Gone for good; only its id is remembered.
    Purged,
}

/// A user's slot.
#[derive(Debug)]
pub struct User {
    /// The object id.
    pub id: Uuid,
    /// The properties.
    pub record: Record,
    /// Where it stands.
    pub life: Life,
    /// When it came to be; reads hide it until replication has caught up.
    pub born: Timestamp,
    manager: u32,
    reports: Vec<u32>,
    groups: Vec<u32>,
    head: u32,
}

/// A group's slot.
#[derive(Debug)]
pub struct Group {
    /// The object id.
    pub id: Uuid,
    /// The properties.
    pub record: Record,
    /// Where it stands.
    pub life: Life,
    /// When it came to be; reads hide it until replication has caught up.
    pub born: Timestamp,
    users: RoaringBitmap,
    groups: RoaringBitmap,
    parents: Vec<u32>,
    /// The department of a `user.department -eq "…"` rule.
    department: Option<Box<str>>,
    head: u32,
}

/// One tenant's people and groups.
#[derive(Debug)]
pub struct Directory {
    users: Vec<User>,
    groups: Vec<Group>,
    by_id: HashMap<Uuid, Ref>,
    by_name: HashMap<Box<str>, u32>,
    live_users: RoaringBitmap,
    live_groups: RoaringBitmap,
    deleted_users: RoaringBitmap,
    deleted_groups: RoaringBitmap,
    /// Users who hold a privileged role: only a privileged caller may touch them.
    admins: RoaringBitmap,
    oldest_deletion: Option<Timestamp>,
    log: Vec<Entry>,
    changed: watch::Sender<u64>,
    draw: Draw,
    origin: u64,
    domains: Vec<String>,
}

impl Directory {
    /// A directory without anybody. `seed` decides the ids of what is created later.
    pub fn empty(seed: u64, domains: Vec<String>) -> Self {
        Self {
            users: Vec::new(),
            groups: Vec::new(),
            by_id: HashMap::new(),
            by_name: HashMap::new(),
            live_users: RoaringBitmap::new(),
            live_groups: RoaringBitmap::new(),
            deleted_users: RoaringBitmap::new(),
            deleted_groups: RoaringBitmap::new(),
            admins: RoaringBitmap::new(),
            oldest_deletion: None,
            log: Vec::new(),
            changed: watch::Sender::new(0),
            draw: Draw::new(seed ^ 0xA5A5_5A5A_0F0F_F0F0),
            origin: seed,
            domains,
        }
    }
}

impl Default for Directory {
    fn default() -> Self {
        Self::empty(0, Vec::new())
    }
}

#[cfg(test)]
mod tests;

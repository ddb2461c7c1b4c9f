//! How much memory a snapshot holds, so that an operator can see it and a test can bound it.

use serde::Serialize;

use super::Snapshot;
use super::draft::State;

/// Bytes by what they are for. Pages that two snapshots share are counted in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Memory {
    /// Users and their direct groups.
    pub users: usize,
    /// Groups, their direct members, nesting and closures.
    pub groups: usize,
    /// Ids and keys to ordinals.
    pub ids: usize,
    /// Memberships of users and groups that are not there.
    pub waiting: usize,
}

impl Memory {
    /// All of it.
    pub fn total(&self) -> usize {
        self.users + self.groups + self.ids + self.waiting
    }
}

impl Snapshot {
    /// What this snapshot holds on the heap. Walks all of it: some milliseconds for a million users.
    pub fn memory(&self) -> Memory {
        let State { users, groups, user_ids, group_ids, user_keys, group_keys, waiting_users, waiting_groups } =
            self.state();
        let bytes = |maps: &[&super::pairs::PairMap]| maps.iter().map(|map| map.heap_bytes()).sum();
        Memory {
            users: users.heap_bytes(),
            groups: groups.heap_bytes(),
            ids: bytes(&[user_ids, group_ids, user_keys, group_keys]),
            waiting: bytes(&[waiting_users, waiting_groups]),
        }
    }
}

//! Builds a snapshot from streams of users, groups and memberships, in any order; users first is quickest.
//!
//! Memberships of known users are gathered and merged in sorted lots, because a lot touches every leaf and every group
//! once. The result is the same as that of the changes one by one.

use super::draft::Draft;
use super::set::OrdinalSet;
use super::{GroupOrdinal, MemberKey, Snapshot, UserOrdinal};
use crate::model::{GroupId, MemberKind, UserId};

/// How many memberships are merged at once: 16 MiB of pairs.
const LOT: usize = 1 << 21;

/// Builds a snapshot.
#[derive(Debug, Default)]
pub struct IndexBuilder {
    draft: Draft,
    /// Pairs of (user, group).
    links: Vec<(u32, u32)>,
}

impl IndexBuilder {
    /// Begins with nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// A user that counts: active or disabled, not excluded and not deleted.
    pub fn add_user(&mut self, ordinal: UserOrdinal, id: UserId, key: MemberKey, active: bool) {
        self.merge(); // a user may take the place of one with gathered memberships
        self.draft.put_user(ordinal.0, id, key, active);
    }

    /// A group that lives.
    pub fn add_group(&mut self, ordinal: GroupOrdinal, id: GroupId, key: MemberKey) {
        self.draft.put_group(ordinal.0, id, key);
    }

    /// A membership row: of whichever group, naming whomever.
    pub fn add_membership(&mut self, group: GroupOrdinal, member: MemberKey, kind: MemberKind) {
        match self.draft.state.user_keys.first(member.0).filter(|_| kind == MemberKind::User) {
            Some(user) => self.links.push((user, group.0)),
            None => self.draft.put_membership(group.0, member, kind),
        }
        if self.links.len() >= LOT {
            self.merge();
        }
    }

    /// The snapshot at `revision` of the log.
    pub fn build(mut self, revision: i64) -> Snapshot {
        self.merge();
        self.draft.finish(revision)
    }

    fn merge(&mut self) {
        if self.links.is_empty() {
            return;
        }
        let state = &mut self.draft.state;
        self.links.sort_unstable();
        state.users.link_many(&self.links);
        self.links.sort_unstable_by_key(|(user, group)| (*group, *user));
        let mut members = Vec::new();
        for links in self.links.chunk_by(|a, b| a.1 == b.1) {
            members.clear();
            members.extend(links.iter().map(|(user, _)| *user));
            members.dedup();
            OrdinalSet::merge(&mut state.groups.entry(links[0].1).members, &members);
        }
        self.links.clear();
    }
}

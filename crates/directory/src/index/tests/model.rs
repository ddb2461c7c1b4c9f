//! The same rows, kept naively and walked every time.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::*;

/// The directory as three plain tables.
#[derive(Debug, Clone, Default)]
pub(super) struct Model {
    pub(super) users: BTreeMap<u32, (UserId, MemberKey, bool)>,
    pub(super) groups: BTreeMap<u32, (GroupId, MemberKey)>,
    pub(super) rows: BTreeSet<(u32, MemberKey, MemberKind)>,
}

impl Model {
    pub(super) fn apply(&mut self, change: IndexChange) {
        match change {
            IndexChange::PutUser { ordinal, id, key, active } => {
                self.users.retain(|_, (held, held_key, _)| *held != id && *held_key != key);
                self.users.insert(ordinal.0, (id, key, active));
            }
            IndexChange::RemoveUser { ordinal } => drop(self.users.remove(&ordinal.0)),
            IndexChange::PutGroup { ordinal, id, key } => {
                self.groups.retain(|_, (held, held_key)| *held != id && *held_key != key);
                self.groups.insert(ordinal.0, (id, key));
            }
            IndexChange::RemoveGroup { ordinal } => drop(self.groups.remove(&ordinal.0)),
            IndexChange::ForgetGroup { ordinal } => {
                self.groups.remove(&ordinal.0);
                self.rows.retain(|(group, _, _)| *group != ordinal.0);
            }
            IndexChange::PutMembership { kind, .. } if !matches!(kind, MemberKind::User | MemberKind::Group) => {}
            IndexChange::PutMembership { group, member, kind } => drop(self.rows.insert((group.0, member, kind))),
            IndexChange::RemoveMembership { group, member, kind } => drop(self.rows.remove(&(group.0, member, kind))),
        }
    }

    /// Builds from nothing: rows first, so that everything has to wait.
    pub(super) fn rebuild(&self, users_first: bool) -> Snapshot {
        let mut builder = IndexBuilder::new();
        let users = |builder: &mut IndexBuilder| {
            for (ordinal, (id, key, active)) in &self.users {
                builder.add_user(UserOrdinal(*ordinal), *id, *key, *active);
            }
        };
        if users_first {
            users(&mut builder);
        }
        for (group, member, kind) in &self.rows {
            builder.add_membership(GroupOrdinal(*group), *member, *kind);
        }
        if !users_first {
            users(&mut builder);
        }
        for (ordinal, (id, key)) in &self.groups {
            builder.add_group(GroupOrdinal(*ordinal), *id, *key);
        }
        builder.build(1)
    }

    fn parents(&self, key: MemberKey, kind: MemberKind) -> BTreeSet<u32> {
        let rows = self.rows.iter().filter(|(_, member, of)| *member == key && *of == kind);
        rows.map(|(group, _, _)| *group).filter(|group| self.groups.contains_key(group)).collect()
    }

    /// Groups above, with the length of the shortest path.
    fn above(&self, first: BTreeSet<u32>) -> BTreeMap<u32, usize> {
        let mut found: BTreeMap<u32, usize> = first.iter().map(|group| (*group, 1)).collect();
        let mut open: VecDeque<u32> = first.into_iter().collect();
        while let Some(group) = open.pop_front() {
            let next = found[&group] + 1;
            for parent in self.parents(self.groups[&group].1, MemberKind::Group) {
                found.entry(parent).or_insert_with(|| {
                    open.push_back(parent);
                    next
                });
            }
        }
        found
    }

    fn ids(&self, groups: impl IntoIterator<Item = u32>) -> Vec<GroupId> {
        groups.into_iter().map(|group| self.groups[&group].0).collect()
    }

    /// Fails unless `index` answers every question as the plain tables do.
    pub(super) fn must_agree(&self, index: &Snapshot) {
        let mut members: BTreeMap<u32, BTreeSet<UserId>> = BTreeMap::new();
        for (id, key, active) in self.users.values() {
            let direct = self.parents(*key, MemberKind::User);
            let above = self.above(direct.clone());
            assert_eq!(index.groups_of(*id, Reach::Direct), self.ids(direct.iter().copied()));
            assert_eq!(index.groups_of(*id, Reach::Transitive), self.ids(above.keys().copied()));
            assert_eq!(index.is_active(index.user(*id).unwrap()), *active);
            for (ordinal, (group, _)) in &self.groups {
                assert_eq!(index.is_member(*id, *group), above.contains_key(ordinal));
                assert_eq!(index.is_direct_member(*id, *group), direct.contains(ordinal));
                self.paths_must_agree(index, (*id, *key), *group, above.get(ordinal).copied());
            }
            for group in above.into_keys() {
                members.entry(group).or_default().insert(*id);
            }
        }
        for (ordinal, (id, key)) in &self.groups {
            let found: BTreeSet<UserId> =
                index.members_of(*id, Reach::Transitive).iter().map(|(_, user)| user).collect();
            assert_eq!(found, members.get(ordinal).cloned().unwrap_or_default());
            let above = self.above(self.parents(*key, MemberKind::Group));
            assert_eq!(index.groups_above(*id, Reach::Transitive), self.ids(above.keys().copied()));
            assert_eq!(index.cycles().iter().any(|knot| knot.contains(id)), above.contains_key(ordinal));
            for upper in self.groups.keys() {
                let within = index.groups_within(self.groups[upper].0, Reach::Transitive);
                assert_eq!(within.contains(id), above.contains_key(upper));
            }
        }
        self.counts_must_agree(index);
    }

    fn paths_must_agree(&self, index: &Snapshot, user: (UserId, MemberKey), group: GroupId, length: Option<usize>) {
        let path = index.path(user.0, group);
        assert_eq!(path.as_ref().map(Vec::len), length);
        let all = index.paths_all(user.0, group, 3).paths;
        assert_eq!(all.first().map(Vec::len), length);
        for path in all.iter().chain(&path) {
            let ordinals: Vec<u32> = path.iter().map(|id| index.group(*id).unwrap().0).collect();
            assert!(self.rows.contains(&(ordinals[0], user.1, MemberKind::User)));
            for step in ordinals.windows(2) {
                assert!(self.rows.contains(&(step[1], self.groups[&step[0]].1, MemberKind::Group)));
            }
            assert_eq!(path.last(), Some(&group));
        }
    }

    fn counts_must_agree(&self, index: &Snapshot) {
        let counts = index.counts();
        assert_eq!(counts.users, self.users.len() as u64);
        assert_eq!(counts.active_users, self.users.values().filter(|(_, _, active)| *active).count() as u64);
        assert_eq!(counts.groups, self.groups.len() as u64);
        let known = |member: &MemberKey, kind| match kind {
            MemberKind::User => self.users.values().any(|(_, key, _)| key == member),
            _ => self.groups.values().any(|(_, key)| key == member),
        };
        let (there, waiting): (Vec<_>, Vec<_>) = self.rows.iter().partition(|(_, member, kind)| known(member, *kind));
        let of_kind = |wanted: MemberKind| {
            let rows = there.iter().filter(|(group, _, kind)| *kind == wanted && self.groups.contains_key(group));
            rows.count() as u64
        };
        assert_eq!(counts.memberships, of_kind(MemberKind::User));
        assert_eq!(counts.nestings, of_kind(MemberKind::Group));
        assert_eq!(counts.waiting, waiting.len() as u64);
    }
}

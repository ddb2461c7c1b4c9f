//! A snapshot in the making: the changes, one by one, on pages that are copied when somebody else still reads them.

use std::collections::BTreeSet;

use super::groups::{Groups, Identity};
use super::pairs::PairMap;
use super::set::{insert_sorted, remove_sorted};
use super::users::{User, Users};
use super::{IndexChange, MemberKey, Snapshot, closure};
use crate::model::{GroupId, MemberKind, UserId};

/// Everything a snapshot knows. A clone shares all its pages.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    pub(super) users: Users,
    pub(super) groups: Groups,
    pub(super) user_ids: PairMap,
    pub(super) group_ids: PairMap,
    pub(super) user_keys: PairMap,
    pub(super) group_keys: PairMap,
    /// Memberships of users that are not there: key of the user, ordinal of the group.
    pub(super) waiting_users: PairMap,
    /// Memberships of groups that do not live: key of the member, ordinal of the group it is in.
    pub(super) waiting_groups: PairMap,
}

/// A state being changed, and the groups whose closure has to be computed again.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) state: State,
    dirty: BTreeSet<u32>,
}

impl Draft {
    pub(super) fn of(state: State) -> Self {
        Self { state, dirty: BTreeSet::new() }
    }

    pub(super) fn finish(mut self, revision: i64) -> Snapshot {
        closure::refresh(&mut self.state.groups, &self.dirty);
        Snapshot::new(revision, self.state)
    }

    pub(super) fn apply(&mut self, change: IndexChange) {
        match change {
            IndexChange::PutUser { ordinal, id, key, active } => self.put_user(ordinal.0, id, key, active),
            IndexChange::RemoveUser { ordinal } => self.remove_user(ordinal.0),
            IndexChange::PutGroup { ordinal, id, key } => self.put_group(ordinal.0, id, key),
            IndexChange::RemoveGroup { ordinal } => self.remove_group(ordinal.0),
            IndexChange::ForgetGroup { ordinal } => self.forget_group(ordinal.0),
            IndexChange::PutMembership { group, member, kind } => self.put_membership(group.0, member, kind),
            IndexChange::RemoveMembership { group, member, kind } => self.remove_membership(group.0, member, kind),
        }
    }

    pub(super) fn put_user(&mut self, ordinal: u32, id: UserId, key: MemberKey, active: bool) {
        let held = self.state.users.get(ordinal).is_some_and(|user| user.id == id && user.key == key);
        if !held {
            self.make_room_for_user(ordinal, id, key);
        }
        self.state.users.put(ordinal, User { id, key, active });
        if !held {
            self.state.user_ids.insert(id.0, ordinal);
            self.state.user_keys.insert(key.0, ordinal);
            for group in self.state.waiting_users.take(key.0) {
                self.link(ordinal, group);
            }
        }
    }

    /// Whoever holds the number, the id or the key goes: each names one user.
    fn make_room_for_user(&mut self, ordinal: u32, id: UserId, key: MemberKey) {
        let holders = [Some(ordinal), self.state.user_ids.first(id.0), self.state.user_keys.first(key.0)];
        for holder in holders.into_iter().flatten() {
            self.remove_user(holder);
        }
    }

    fn remove_user(&mut self, ordinal: u32) {
        let Some((user, groups)) = self.state.users.remove(ordinal) else { return };
        self.state.user_ids.remove(user.id.0, ordinal);
        self.state.user_keys.remove(user.key.0, ordinal);
        for group in groups {
            self.state.groups.entry(group).members.remove(ordinal);
            self.state.waiting_users.insert(user.key.0, group);
            self.state.groups.prune(group);
        }
    }

    pub(super) fn put_group(&mut self, ordinal: u32, id: GroupId, key: MemberKey) {
        let identity = Identity { id, key };
        if self.state.groups.live(ordinal).is_some_and(|(_, held)| held == identity) {
            return;
        }
        let holders = [Some(ordinal), self.state.group_ids.first(id.0), self.state.group_keys.first(key.0)];
        for holder in holders.into_iter().flatten() {
            self.remove_group(holder);
        }
        self.state.groups.entry(ordinal).identity = Some(identity);
        self.state.groups.count += 1;
        self.state.group_ids.insert(id.0, ordinal);
        self.state.group_keys.insert(key.0, ordinal);
        self.dirty.insert(ordinal);
        for parent in self.state.waiting_groups.take(key.0) {
            self.nest(parent, ordinal);
        }
    }

    fn remove_group(&mut self, ordinal: u32) {
        let Some((group, identity)) = self.state.groups.live(ordinal) else { return };
        for parent in group.parents.clone() {
            self.unnest(parent, ordinal);
            self.state.waiting_groups.insert(identity.key.0, parent);
            self.state.groups.prune(parent);
        }
        self.state.groups.entry(ordinal).identity = None;
        self.state.groups.count -= 1;
        self.state.group_ids.remove(identity.id.0, ordinal);
        self.state.group_keys.remove(identity.key.0, ordinal);
        self.dirty.insert(ordinal);
        self.state.groups.prune(ordinal);
    }

    fn forget_group(&mut self, ordinal: u32) {
        self.remove_group(ordinal);
        if let Some(group) = self.state.groups.get(ordinal) {
            let (members, children): (Vec<u32>, _) = (group.members.iter().collect(), group.children.clone());
            for user in members {
                self.unlink(user, ordinal);
            }
            for child in children {
                self.unnest(ordinal, child);
            }
            self.state.groups.prune(ordinal);
        }
        self.state.waiting_users.remove_value(ordinal);
        self.state.waiting_groups.remove_value(ordinal);
    }

    pub(super) fn put_membership(&mut self, group: u32, member: MemberKey, kind: MemberKind) {
        match kind {
            MemberKind::User => match self.state.user_keys.first(member.0) {
                Some(user) => self.link(user, group),
                None => drop(self.state.waiting_users.insert(member.0, group)),
            },
            MemberKind::Group => match self.state.group_keys.first(member.0) {
                Some(child) => self.nest(group, child),
                None => drop(self.state.waiting_groups.insert(member.0, group)),
            },
            // Devices, contacts, service principals: never users, so not kept.
            _ => {}
        }
    }

    fn remove_membership(&mut self, group: u32, member: MemberKey, kind: MemberKind) {
        match kind {
            MemberKind::User => match self.state.user_keys.first(member.0) {
                Some(user) => self.unlink(user, group),
                None => drop(self.state.waiting_users.remove(member.0, group)),
            },
            MemberKind::Group => match self.state.group_keys.first(member.0) {
                Some(child) => self.unnest(group, child),
                None => drop(self.state.waiting_groups.remove(member.0, group)),
            },
            // Devices, contacts, service principals: never users, so not kept.
            _ => {}
        }
        self.state.groups.prune(group);
    }

    fn link(&mut self, user: u32, group: u32) {
        if self.state.users.link(user, group) {
            self.state.groups.entry(group).members.insert(user);
        }
    }

    fn unlink(&mut self, user: u32, group: u32) {
        if self.state.users.unlink(user, group) {
            self.state.groups.entry(group).members.remove(user);
        }
    }

    fn nest(&mut self, parent: u32, child: u32) {
        if insert_sorted(&mut self.state.groups.entry(child).parents, parent) {
            insert_sorted(&mut self.state.groups.entry(parent).children, child);
            self.dirty.insert(parent);
        }
    }

    fn unnest(&mut self, parent: u32, child: u32) {
        let nested = self.state.groups.get(child).is_some_and(|child| child.parents.binary_search(&parent).is_ok());
        if nested {
            remove_sorted(&mut self.state.groups.entry(child).parents, parent);
            remove_sorted(&mut self.state.groups.entry(parent).children, child);
            self.dirty.insert(parent);
        }
    }
}

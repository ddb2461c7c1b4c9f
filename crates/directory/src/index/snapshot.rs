//! One revision of the directory's memberships, and the questions it answers.

use std::collections::BTreeSet;

use roaring::RoaringBitmap;
use serde::Serialize;

use super::draft::{Draft, State};
use super::groups::Group;
use super::set::OrdinalSet;
use super::{GroupOrdinal, IndexChange, UserOrdinal};
use crate::model::{GroupId, UserId};

/// How far a question about groups goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Only what the directory says itself.
    Direct,
    /// Also through nested groups, at any depth.
    Transitive,
}

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Users, active and disabled.
    pub users: u64,
    /// Users that may sign in.
    pub active_users: u64,
    /// Groups.
    pub groups: u64,
    /// Direct memberships of users in groups.
    pub memberships: u64,
    /// Direct memberships of groups in groups.
    pub nestings: u64,
    /// Memberships that name nobody who is there.
    pub waiting: u64,
}

/// An immutable view of who is in which group, at one revision of the log. Clones share everything.
#[derive(Debug, Clone)]
pub struct Snapshot {
    revision: i64,
    state: State,
}

impl Snapshot {
    pub(super) fn new(revision: i64, state: State) -> Self {
        Self { revision, state }
    }

    pub(super) fn state(&self) -> &State {
        &self.state
    }

    /// Nobody, before the first entry of the log.
    pub fn empty() -> Self {
        Self::new(0, State::default())
    }

    /// The revision of the log it shows.
    pub fn revision(&self) -> i64 {
        self.revision
    }

    /// The snapshot after `changes`, in order. Shares with this one all pages that no change touches, and equals what a
    /// build from nothing at `revision` would give.
    #[must_use]
    pub fn refresh(&self, changes: &[IndexChange], revision: i64) -> Self {
        let mut draft = Draft::of(self.state.clone());
        for change in changes {
            draft.apply(*change);
        }
        draft.finish(revision)
    }

    // === ids and numbers ===

    /// The number of a user that is there.
    pub fn user(&self, id: UserId) -> Option<UserOrdinal> {
        self.state.user_ids.first(id.0).map(UserOrdinal)
    }

    /// The number of a group that lives.
    pub fn group(&self, id: GroupId) -> Option<GroupOrdinal> {
        self.state.group_ids.first(id.0).map(GroupOrdinal)
    }

    /// The id of a user that is there.
    pub fn user_id(&self, user: UserOrdinal) -> Option<UserId> {
        self.state.users.get(user.0).map(|user| user.id)
    }

    /// The id of a group that lives.
    pub fn group_id(&self, group: GroupOrdinal) -> Option<GroupId> {
        self.state.groups.live(group.0).map(|(_, identity)| identity.id)
    }

    /// Whether the user is there and may sign in.
    pub fn is_active(&self, user: UserOrdinal) -> bool {
        self.state.users.get(user.0).is_some_and(|user| user.active)
    }

    /// All users, in the order of their numbers.
    pub fn users(&self) -> impl Iterator<Item = (UserOrdinal, UserId)> {
        self.state.users.iter().map(|(ordinal, user)| (UserOrdinal(ordinal), user.id))
    }

    /// All groups, in the order of their numbers.
    pub fn groups(&self) -> impl Iterator<Item = (GroupOrdinal, GroupId)> {
        self.state.groups.iter().map(|(ordinal, _, identity)| (GroupOrdinal(ordinal), identity.id))
    }

    // === is somebody in something ===

    /// Whether the user is in the group, directly or through nested groups.
    pub fn is_member(&self, user: UserId, group: GroupId) -> bool {
        matches!((self.user(user), self.group(group)), (Some(user), Some(group)) if self.is_member_at(user, group))
    }

    /// [`Snapshot::is_member`] by number, for callers that ask again and again.
    pub fn is_member_at(&self, user: UserOrdinal, group: GroupOrdinal) -> bool {
        let direct = self.state.users.groups_of(user.0);
        let Some(closure) = self.state.groups.closure(group.0) else { return false };
        closure.meets(direct) || direct.binary_search(&group.0).is_ok()
    }

    /// Whether the directory itself says that the user is in the group.
    pub fn is_direct_member(&self, user: UserId, group: GroupId) -> bool {
        let (Some(user), Some(group)) = (self.user(user), self.group(group)) else { return false };
        self.state.users.groups_of(user.0).binary_search(&group.0).is_ok()
    }

    /// The first of `groups` that the user is in, at any depth.
    pub fn first_group_of(&self, user: UserId, groups: &[GroupId]) -> Option<GroupId> {
        let user = self.user(user)?;
        groups.iter().copied().find(|group| self.group(*group).is_some_and(|group| self.is_member_at(user, group)))
    }

    // === lists ===

    /// The groups a user is in.
    pub fn groups_of(&self, user: UserId, reach: Reach) -> Vec<GroupId> {
        let direct = self.user(user).map_or(&[][..], |user| self.state.users.groups_of(user.0));
        self.upwards(direct.iter().copied().filter(|group| self.state.groups.is_live(*group)), reach)
    }

    /// The groups a group is nested in.
    pub fn groups_above(&self, group: GroupId, reach: Reach) -> Vec<GroupId> {
        let Some(group) = self.group(group) else { return Vec::new() };
        self.upwards(self.state.groups.parents(group.0), reach)
    }

    /// The groups nested in a group; itself only when it is in a cycle.
    pub fn groups_within(&self, group: GroupId, reach: Reach) -> Vec<GroupId> {
        let Some((group, closure)) = self.live(group) else { return Vec::new() };
        match reach {
            Reach::Direct => self.ids_of(group.children.iter().copied()),
            Reach::Transitive => self.ids_of(closure.iter()),
        }
    }

    /// The users in a group.
    pub fn members_of(&self, group: GroupId, reach: Reach) -> Members<'_> {
        let set = match self.live(group) {
            None => MemberSet::Gathered(RoaringBitmap::new()),
            Some((group, closure)) if reach == Reach::Transitive && !closure.is_empty() => {
                MemberSet::Gathered(self.gather(group, closure))
            }
            Some((group, _)) => MemberSet::Held(&group.members),
        };
        Members { snapshot: self, set }
    }

    /// Nested groups that contain themselves, one list for each knot of them.
    pub fn cycles(&self) -> Vec<Vec<GroupId>> {
        let mut seen = BTreeSet::new();
        let mut cycles = Vec::new();
        let within = |upper: u32, lower| self.state.groups.closure(upper).is_some_and(|below| below.contains(lower));
        for (ordinal, _, _) in self.state.groups.iter() {
            if !within(ordinal, ordinal) || seen.contains(&ordinal) {
                continue;
            }
            let below = self.state.groups.closure(ordinal).into_iter().flat_map(OrdinalSet::iter);
            let knot: Vec<u32> = below.filter(|other| within(*other, ordinal)).collect();
            seen.extend(knot.iter().copied());
            cycles.push(self.ids_of(knot.into_iter()));
        }
        cycles
    }

    /// How much there is. Walks the groups.
    pub fn counts(&self) -> Counts {
        let state = &self.state;
        let sum = |of: fn(&Group) -> usize| state.groups.iter().map(|(_, group, _)| of(group) as u64).sum();
        Counts {
            users: state.users.count() as u64,
            active_users: state.users.active() as u64,
            groups: state.groups.count as u64,
            memberships: sum(|group| group.members.len()),
            nestings: sum(|group| group.children.len()),
            waiting: (state.waiting_users.len() + state.waiting_groups.len()) as u64,
        }
    }

    fn live(&self, group: GroupId) -> Option<(&Group, &OrdinalSet)> {
        let group = self.group(group)?;
        Some((self.state.groups.get(group.0)?, self.state.groups.closure(group.0)?))
    }

    fn gather(&self, group: &Group, closure: &OrdinalSet) -> RoaringBitmap {
        let mut users = RoaringBitmap::new();
        group.members.add_to(&mut users);
        for (below, _) in closure.iter().filter_map(|below| self.state.groups.live(below)) {
            below.members.add_to(&mut users);
        }
        users
    }

    fn upwards(&self, first: impl Iterator<Item = u32>, reach: Reach) -> Vec<GroupId> {
        let mut found: RoaringBitmap = first.collect();
        let mut open: Vec<u32> = if reach == Reach::Transitive { found.iter().collect() } else { Vec::new() };
        while let Some(group) = open.pop() {
            open.extend(self.state.groups.parents(group).filter(|parent| found.insert(*parent)));
        }
        self.ids_of(found.iter())
    }

    pub(super) fn ids_of(&self, groups: impl Iterator<Item = u32>) -> Vec<GroupId> {
        groups.filter_map(|group| self.group_id(GroupOrdinal(group))).collect()
    }
}

#[derive(Debug)]
enum MemberSet<'a> {
    Held(&'a OrdinalSet),
    Gathered(RoaringBitmap),
}

/// The users in a group, in the order of their numbers.
#[derive(Debug)]
pub struct Members<'a> {
    snapshot: &'a Snapshot,
    set: MemberSet<'a>,
}

impl Members<'_> {
    /// How many.
    pub fn len(&self) -> u64 {
        match &self.set {
            MemberSet::Held(set) => set.len() as u64,
            MemberSet::Gathered(bitmap) => bitmap.len(),
        }
    }

    /// Whether nobody is in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the user is among them.
    pub fn contains(&self, user: UserOrdinal) -> bool {
        match &self.set {
            MemberSet::Held(set) => set.contains(user.0),
            MemberSet::Gathered(bitmap) => bitmap.contains(user.0),
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (UserOrdinal, UserId)> {
        self.iter_from(UserOrdinal(0))
    }

    /// Those whose number is not below `first`: the next page of a list.
    pub fn iter_from(&self, first: UserOrdinal) -> impl Iterator<Item = (UserOrdinal, UserId)> {
        let (held, gathered) = match &self.set {
            MemberSet::Held(set) => (Some(set.iter_from(first.0)), None),
            MemberSet::Gathered(bitmap) => (None, Some(bitmap.range(first.0..))),
        };
        let ordinals = held.into_iter().flatten().chain(gathered.into_iter().flatten()).map(UserOrdinal);
        ordinals.filter_map(|user| Some((user, self.snapshot.user_id(user)?)))
    }
}

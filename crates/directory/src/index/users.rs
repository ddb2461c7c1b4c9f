//! The users, and the direct groups of each.
//!
//! Who a user is and which groups it is in lie apart: a question about membership reads only the second. The groups of
//! eight users make one leaf: one list, the groups of one user after those of another, and where those of each end. The
//! ends lie in the page, so that reaching a user's groups costs one jump; a change copies a few hundred bytes.

use std::sync::Arc;

use uuid::Uuid;

use super::MemberKey;
use super::paged::PagedVec;
use super::set::merge_sorted;
use crate::model::UserId;

/// Users to a leaf of groups.
const LEAF: usize = 8;
/// Users to a leaf of people.
const CROWD: usize = 64;

/// Who a user is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct User {
    pub(super) id: UserId,
    pub(super) key: MemberKey,
    pub(super) active: bool,
}

const NOBODY: User = User { id: UserId(Uuid::nil()), key: MemberKey(Uuid::nil()), active: false };

#[derive(Debug, Clone)]
struct Crowd {
    /// One bit per slot that holds somebody.
    present: u64,
    users: [User; CROWD],
}

impl Default for Crowd {
    fn default() -> Self {
        Self { present: 0, users: [NOBODY; CROWD] }
    }
}

impl Crowd {
    fn holds(&self, slot: usize) -> bool {
        self.present >> slot & 1 == 1
    }
}

/// The direct groups of [`LEAF`] users.
#[derive(Debug, Clone, Default)]
struct Leaf {
    /// Where the groups of each user end in `groups`; they begin where those of the user before end.
    ends: [u32; LEAF],
    groups: Arc<[u32]>,
}

impl Leaf {
    fn groups_of(&self, slot: usize) -> &[u32] {
        let begin = if slot == 0 { 0 } else { self.ends[slot - 1] };
        self.groups.get(begin as usize..self.ends[slot] as usize).unwrap_or(&[])
    }
}

/// All users by ordinal.
#[derive(Debug, Clone, Default)]
pub(super) struct Users {
    crowds: PagedVec<Arc<Crowd>>,
    leaves: PagedVec<Leaf>,
    count: usize,
    active: usize,
}

impl Users {
    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn active(&self) -> usize {
        self.active
    }

    pub(super) fn get(&self, ordinal: u32) -> Option<&User> {
        let (crowd, slot) = place::<CROWD>(ordinal);
        let crowd = self.crowds.get(crowd)?;
        crowd.holds(slot).then(|| &crowd.users[slot])
    }

    /// The user's direct groups, sorted; also those that do not live.
    pub(super) fn groups_of(&self, ordinal: u32) -> &[u32] {
        let (leaf, slot) = place::<LEAF>(ordinal);
        self.leaves.get(leaf).map_or(&[], |leaf| leaf.groups_of(slot))
    }

    /// Puts a user in a slot; the groups of who was there stay.
    pub(super) fn put(&mut self, ordinal: u32, user: User) {
        let before = self.get(ordinal).copied();
        if before == Some(user) {
            return;
        }
        let (crowd, slot) = place::<CROWD>(ordinal);
        let crowd = Arc::make_mut(self.crowds.entry(crowd));
        crowd.present |= 1 << slot;
        crowd.users[slot] = user;
        self.count += usize::from(before.is_none());
        self.active -= usize::from(before.is_some_and(|before| before.active));
        self.active += usize::from(user.active);
    }

    /// Takes a user out, with its groups.
    pub(super) fn remove(&mut self, ordinal: u32) -> Option<(User, Vec<u32>)> {
        let user = *self.get(ordinal)?;
        let (number, slot) = place::<CROWD>(ordinal);
        let crowd = Arc::make_mut(self.crowds.entry(number));
        crowd.present &= !(1 << slot);
        crowd.users[slot] = NOBODY;
        if crowd.present == 0 {
            self.crowds.remove(number);
        }
        self.count -= 1;
        self.active -= usize::from(user.active);
        let groups = self.groups_of(ordinal).to_vec();
        self.change(ordinal, |_, _| {});
        Some((user, groups))
    }

    /// Says whether the user was not in the group before. Invariant: the user is there; the caller has looked.
    pub(super) fn link(&mut self, ordinal: u32, group: u32) -> bool {
        let fresh = self.groups_of(ordinal).binary_search(&group).is_err();
        if fresh {
            self.change(ordinal, |held, out| merge_sorted(held, &[group], out));
        }
        fresh
    }

    /// Says whether the user was in the group.
    pub(super) fn unlink(&mut self, ordinal: u32, group: u32) -> bool {
        let held = self.groups_of(ordinal).binary_search(&group).is_ok();
        if held {
            self.change(ordinal, |held, out| out.extend(held.iter().filter(|own| **own != group)));
        }
        held
    }

    /// Links many at once: pairs of (user, group), sorted. Invariant: the users are there.
    pub(super) fn link_many(&mut self, pairs: &[(u32, u32)]) {
        let mut fresh = Vec::new();
        for pairs in pairs.chunk_by(|a, b| place::<LEAF>(a.0).0 == place::<LEAF>(b.0).0) {
            let mut rest = pairs;
            self.rebuild(place::<LEAF>(pairs[0].0).0, |slot, held, out| {
                let count = rest.iter().take_while(|(user, _)| place::<LEAF>(*user).1 == slot).count();
                let (own, others) = rest.split_at(count);
                rest = others;
                fresh.clear();
                fresh.extend(own.iter().map(|(_, group)| *group));
                merge_sorted(held, &fresh, out);
            });
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &User)> {
        self.crowds.iter().flat_map(|(number, crowd)| {
            let first = number * u32::try_from(CROWD).unwrap_or(u32::MAX);
            let held = crowd.users.iter().enumerate().filter(|(slot, _)| crowd.holds(*slot));
            held.map(move |(slot, user)| (first + u32::try_from(slot).unwrap_or(0), user))
        })
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let leaves: usize = self.leaves.iter().map(|(_, leaf)| size_of_val::<[u32]>(&leaf.groups) + 32).sum();
        let crowds = self.crowds.iter().count() * (size_of::<Crowd>() + 32);
        leaves + crowds + self.leaves.page_bytes() + self.crowds.page_bytes()
    }

    /// Gives one user other groups: `write` gets those it has and writes those it will have.
    fn change(&mut self, ordinal: u32, write: impl FnOnce(&[u32], &mut Vec<u32>)) {
        let (leaf, own) = place::<LEAF>(ordinal);
        let mut write = Some(write);
        self.rebuild(leaf, |slot, held, out| match write.take_if(|_| slot == own) {
            Some(write) => write(held, out),
            None => out.extend_from_slice(held),
        });
    }

    /// Writes a leaf anew, user by user.
    fn rebuild(&mut self, number: u32, mut write: impl FnMut(usize, &[u32], &mut Vec<u32>)) {
        let leaf = self.leaves.entry(number);
        let mut groups = Vec::with_capacity(leaf.groups.len() + 8);
        let mut ends = [0; LEAF];
        for (slot, end) in ends.iter_mut().enumerate() {
            write(slot, leaf.groups_of(slot), &mut groups);
            *end = u32::try_from(groups.len()).unwrap_or(u32::MAX);
        }
        *leaf = Leaf { ends, groups: groups.into() };
    }
}

fn place<const SIZE: usize>(ordinal: u32) -> (u32, usize) {
    let size = u32::try_from(SIZE).unwrap_or(u32::MAX);
    (ordinal / size, (ordinal % size) as usize)
}

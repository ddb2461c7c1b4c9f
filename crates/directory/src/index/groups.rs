//! The groups and how they nest.
//!
//! A group that does not live keeps its own membership rows (`members`, `children`), because they count again when it
//! returns; nobody is nested in anything through it meanwhile, and it has no parents and no closure.

use std::sync::Arc;

use super::MemberKey;
use super::paged::PagedVec;
use super::set::OrdinalSet;
use crate::model::GroupId;

/// Who a group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) id: GroupId,
    pub(super) key: MemberKey,
}

/// One group.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    /// `None` when it does not live.
    pub(super) identity: Option<Identity>,
    /// Direct users.
    pub(super) members: OrdinalSet,
    /// Groups directly in it, sorted; all of them live.
    pub(super) children: Vec<u32>,
    /// Groups it is directly in, sorted; some may not live.
    pub(super) parents: Vec<u32>,
}

/// All groups by ordinal.
#[derive(Debug, Clone, Default)]
pub(super) struct Groups {
    table: PagedVec<Arc<Group>>,
    /// Of each group that lives, every group below it; itself only when it is in a cycle. Apart from the rest, because
    /// it is all that a question about membership reads.
    closures: PagedVec<OrdinalSet>,
    pub(super) count: usize,
}

impl Groups {
    /// The group, whether it lives or only has rows.
    pub(super) fn get(&self, ordinal: u32) -> Option<&Group> {
        self.table.get(ordinal).map(AsRef::as_ref)
    }

    /// The group, to change; made when it is not there.
    pub(super) fn entry(&mut self, ordinal: u32) -> &mut Group {
        Arc::make_mut(self.table.entry(ordinal))
    }

    /// The group's closure, when it lives.
    pub(super) fn closure(&self, ordinal: u32) -> Option<&OrdinalSet> {
        self.closures.get(ordinal)
    }

    /// Puts the closure in place; `None` for a group that does not live.
    pub(super) fn set_closure(&mut self, ordinal: u32, closure: Option<OrdinalSet>) {
        match closure {
            Some(closure) if self.closures.get(ordinal) != Some(&closure) => self.closures.set(ordinal, closure),
            Some(_) => {}
            None => self.closures.remove(ordinal),
        }
    }

    /// The group, when it lives.
    pub(super) fn live(&self, ordinal: u32) -> Option<(&Group, Identity)> {
        let group = self.get(ordinal)?;
        Some((group, group.identity?))
    }

    pub(super) fn is_live(&self, ordinal: u32) -> bool {
        self.live(ordinal).is_some()
    }

    /// The groups that live.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &Group, Identity)> {
        self.table.iter().filter_map(|(ordinal, group)| Some((ordinal, group.as_ref(), group.identity?)))
    }

    /// The living groups that `ordinal` is directly in.
    pub(super) fn parents(&self, ordinal: u32) -> impl Iterator<Item = u32> {
        let parents = self.get(ordinal).map_or(&[][..], |group| &group.parents);
        parents.iter().copied().filter(|parent| self.is_live(*parent))
    }

    /// Drops what is left of a group that neither lives nor has rows.
    pub(super) fn prune(&mut self, ordinal: u32) {
        let empty = self.get(ordinal).is_some_and(|group| {
            group.identity.is_none()
                && group.members.is_empty()
                && group.children.is_empty()
                && group.parents.is_empty()
        });
        if empty {
            self.table.remove(ordinal);
        }
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let lists = |group: &Group| (group.children.capacity() + group.parents.capacity()) * size_of::<u32>();
        let groups =
            self.table.iter().map(|(_, group)| size_of::<Group>() + 80 + lists(group) + group.members.heap_bytes());
        let closures: usize = self.closures.iter().map(|(_, closure)| closure.heap_bytes()).sum();
        self.table.page_bytes() + self.closures.page_bytes() + closures + groups.sum::<usize>()
    }
}

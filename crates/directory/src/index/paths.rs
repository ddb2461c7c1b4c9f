//! By which path somebody is in a group: the answer to "why".
//!
//! The walk goes upwards from the user's direct groups and never leaves the closure of the group asked for, so every
//! step leads there. Cycles are safe: a path never visits a group twice.

use std::collections::{HashMap, VecDeque};

use super::Snapshot;
use super::set::OrdinalSet;
use crate::model::{GroupId, UserId};

/// The most unfinished paths that one question looks at: nesting can hold more paths than anyone can read.
const MOST_STEPS: usize = 20_000;

/// Paths from a user to a group, shortest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// Each begins with a direct group of the user and ends with the group asked for.
    pub paths: Vec<Vec<GroupId>>,
    /// Whether these are all.
    pub complete: bool,
}

impl Snapshot {
    /// The shortest path by which the user is in the group: from the user's direct group to the group itself.
    pub fn path(&self, user: UserId, group: GroupId) -> Option<Vec<GroupId>> {
        let walk = Walk::new(self, user, group)?;
        let mut came_from: HashMap<u32, Option<u32>> = walk.begin().map(|first| (first, None)).collect();
        let mut open: VecDeque<u32> = walk.begin().collect();
        while let Some(at) = open.pop_front() {
            if at == walk.target {
                let mut path: Vec<u32> =
                    std::iter::successors(Some(at), |step| came_from.get(step).copied().flatten()).collect();
                path.reverse();
                return Some(self.ids_of(path.into_iter()));
            }
            for next in walk.next(at) {
                came_from.entry(next).or_insert_with(|| {
                    open.push_back(next);
                    Some(at)
                });
            }
        }
        None
    }

    /// Up to `limit` paths by which the user is in the group, shortest first.
    pub fn paths_all(&self, user: UserId, group: GroupId, limit: usize) -> Paths {
        let mut found = Paths { paths: Vec::new(), complete: true };
        let Some(walk) = Walk::new(self, user, group) else { return found };
        let mut open: VecDeque<Vec<u32>> = walk.begin().map(|first| vec![first]).collect();
        let mut steps = 0;
        while let Some(path) = open.pop_front() {
            let Some(&at) = path.last() else { continue };
            steps += 1;
            if found.paths.len() >= limit || steps > MOST_STEPS {
                found.complete = false;
                break;
            }
            if at == walk.target {
                found.paths.push(self.ids_of(path.into_iter()));
                continue;
            }
            for next in walk.next(at).filter(|next| !path.contains(next)) {
                open.push_back([path.as_slice(), &[next]].concat());
            }
        }
        found
    }
}

/// A walk from one user up to one group.
struct Walk<'a> {
    snapshot: &'a Snapshot,
    direct: &'a [u32],
    target: u32,
    within: &'a OrdinalSet,
}

impl<'a> Walk<'a> {
    fn new(snapshot: &'a Snapshot, user: UserId, group: GroupId) -> Option<Self> {
        let direct = snapshot.state().users.groups_of(snapshot.user(user)?.0);
        let target = snapshot.group(group)?.0;
        let within = snapshot.state().groups.closure(target)?;
        Some(Self { snapshot, direct, target, within })
    }

    fn begin(&self) -> impl Iterator<Item = u32> {
        self.direct.iter().copied().filter(|group| self.leads_there(*group))
    }

    fn next(&self, at: u32) -> impl Iterator<Item = u32> {
        self.snapshot.state().groups.parents(at).filter(|group| self.leads_there(*group))
    }

    fn leads_there(&self, group: u32) -> bool {
        group == self.target || self.within.contains(group)
    }
}

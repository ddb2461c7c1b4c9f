//! Keeps each group's closure (every group below it) true after nestings changed.
//!
//! Only groups that stand above a change are computed again, children before parents, each from the closures of its
//! children. Groups in one cycle have one closure, which contains themselves.

use std::collections::{BTreeSet, HashMap};

use roaring::RoaringBitmap;

use super::groups::Groups;
use super::set::OrdinalSet;

/// Computes the closures of `dirty` groups and of all that stand above them.
pub(super) fn refresh(groups: &mut Groups, dirty: &BTreeSet<u32>) {
    let affected = above(groups, dirty);
    for component in components(groups, &affected) {
        let closure = union(groups, &component);
        for ordinal in component {
            groups.set_closure(ordinal, groups.is_live(ordinal).then(|| closure.clone()));
        }
    }
}

/// The dirty groups and everything above them.
fn above(groups: &Groups, dirty: &BTreeSet<u32>) -> RoaringBitmap {
    let mut affected: RoaringBitmap = dirty.iter().copied().collect();
    let mut open: Vec<u32> = dirty.iter().copied().collect();
    while let Some(ordinal) = open.pop() {
        open.extend(groups.parents(ordinal).filter(|parent| affected.insert(*parent)));
    }
    affected
}

/// The closure of one component, from those of the groups just below it.
fn union(groups: &Groups, component: &[u32]) -> OrdinalSet {
    let own: RoaringBitmap = component.iter().copied().collect();
    let mut closure = RoaringBitmap::new();
    for (group, _) in component.iter().filter_map(|ordinal| groups.live(*ordinal)) {
        for child in &group.children {
            let fresh = closure.insert(*child);
            // What was there came with its own closure; what is of this component is walked anyway.
            if fresh
                && !own.contains(*child)
                && let Some(below) = groups.closure(*child)
            {
                below.add_to(&mut closure);
            }
        }
    }
    OrdinalSet::from_bitmap(closure)
}

/// One group on its way through the search.
struct Visit<'a> {
    ordinal: u32,
    children: &'a [u32],
}

/// The strongly connected components among `affected`, each after those below it (Tarjan's algorithm, without
/// recursion: nesting is as deep as somebody outside made it).
fn components(groups: &Groups, affected: &RoaringBitmap) -> Vec<Vec<u32>> {
    let children_of = |ordinal| groups.live(ordinal).map_or(&[][..], |(group, _)| &group.children);
    let mut search = Search::default();
    for root in affected {
        if search.number.contains_key(&root) {
            continue;
        }
        let mut path = vec![search.enter(root, children_of(root))];
        while let Some(visit) = path.last_mut() {
            let (ordinal, children) = (visit.ordinal, visit.children);
            if let Some((child, rest)) = children.split_first() {
                visit.children = rest;
                if !affected.contains(*child) {
                    continue;
                }
                match search.number.get(child) {
                    None => path.push(search.enter(*child, children_of(*child))),
                    Some(_) => search.see(ordinal, *child),
                }
            } else {
                path.pop();
                search.leave(ordinal, path.last().map(|parent| parent.ordinal));
            }
        }
    }
    search.found
}

#[derive(Default)]
struct Search {
    /// Per group: when it was entered, and the earliest group it reaches; `None` once its component is known.
    number: HashMap<u32, Option<(usize, usize)>>,
    entered: usize,
    stack: Vec<u32>,
    found: Vec<Vec<u32>>,
}

impl Search {
    fn enter<'a>(&mut self, ordinal: u32, children: &'a [u32]) -> Visit<'a> {
        self.number.insert(ordinal, Some((self.entered, self.entered)));
        self.entered += 1;
        self.stack.push(ordinal);
        Visit { ordinal, children }
    }

    /// A child that was entered before: when it still waits for its component, the two may share one.
    fn see(&mut self, ordinal: u32, child: u32) {
        let seen = self.number.get(&child).copied().flatten();
        if let (Some((entered, _)), Some(Some((_, low)))) = (seen, self.number.get_mut(&ordinal)) {
            *low = entered.min(*low);
        }
    }

    fn leave(&mut self, ordinal: u32, parent: Option<u32>) {
        let Some(Some((entered, low))) = self.number.get(&ordinal).copied() else { return };
        if entered == low {
            self.close(ordinal);
        } else if let Some(Some((_, parent_low))) = parent.and_then(|parent| self.number.get_mut(&parent)) {
            *parent_low = low.min(*parent_low);
        }
    }

    /// Everything on the stack down to `root` is one component.
    fn close(&mut self, root: u32) {
        let begin = self.stack.iter().rposition(|ordinal| *ordinal == root).unwrap_or(0);
        let component = self.stack.split_off(begin);
        for ordinal in &component {
            self.number.insert(*ordinal, None);
        }
        self.found.push(component);
    }
}

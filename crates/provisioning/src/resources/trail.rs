//! Where the places of a list are: what earlier pages found, so that a page deep in a list need not count its way there.
//!
//! What was found holds for as long as nothing that was counted then was removed, and that is asked before it is used. New
//! resources of a connection come after all there are, since writes of one organisation come one after the other. Memory of
//! this node alone; a list without any is counted from its nearer end.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use scim::ResourceType;

use crate::model::ConnectionId;
use crate::store::resources::is_user;

/// The most lists that are remembered; more, and all are forgotten.
const MOST_LISTS: usize = 256;
/// The most places of one list that are remembered.
const MOST_PLACES: usize = 8_192;

/// What a list was when its places were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Base {
    /// How many there were.
    pub total: usize,
    /// The number of the newest of them.
    pub newest: i64,
}

impl Base {
    /// Whether nothing of it was removed: there are `total` now, and so many were added since.
    pub(super) fn holds(self, total: usize, added: usize) -> bool {
        self.total + added == total
    }
}

/// The way to a place: how many to skip beyond a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// There is none to go.
    Here(i64),
    /// So many are skipped after this number.
    After(i64, usize),
    /// So many are skipped before this number, going back.
    Before(i64, usize),
}

/// Places of one list by how many there are up to there, with the number that is there.
#[derive(Debug)]
struct Trail {
    base: Base,
    places: BTreeMap<usize, i64>,
}

/// The shortest way to a place, counted from one, of a list of `total`, by places that are known.
fn shortest(places: &BTreeMap<usize, i64>, place: usize, total: usize) -> Way {
    let (below, before) = places.range(..=place).next_back().map_or((0, 0), |(at, number)| (*at, *number));
    if below == place {
        return Way::Here(before);
    }
    let above = places.range(place..).next();
    let (above, after) = above.map_or((total + 1, i64::MAX), |(at, number)| (*at, *number));
    if place - below <= above - place {
        Way::After(before, place - below - 1)
    } else {
        Way::Before(after, above - place - 1)
    }
}

/// A list: whose, and whether of users.
type List = (ConnectionId, bool);

/// The places that this node remembers. Cheap to clone; clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trails(Arc<Mutex<HashMap<List, Trail>>>);

impl Trails {
    /// What a list was when its places were counted, if they were.
    pub(super) fn base(&self, connection: ConnectionId, kind: &'static ResourceType) -> Option<Base> {
        self.lock().get(&(connection, is_user(kind))).map(|trail| trail.base)
    }

    /// The shortest way to a place, counted from one, of a list of `total`. Places count only where they were counted from
    /// this base, which must hold.
    pub(super) fn way(
        &self,
        connection: ConnectionId,
        kind: &'static ResourceType,
        base: Option<Base>,
        place: usize,
        total: usize,
    ) -> Way {
        let all = self.lock();
        match all.get(&(connection, is_user(kind))).filter(|trail| Some(trail.base) == base) {
            Some(trail) => shortest(&trail.places, place, total),
            None => shortest(&BTreeMap::new(), place, total),
        }
    }

    /// Remembers places that were counted from a base. What was added after it may be removed without a trace: such places
    /// are left out.
    pub(super) fn note(
        &self,
        connection: ConnectionId,
        kind: &'static ResourceType,
        base: Base,
        places: impl IntoIterator<Item = (usize, i64)>,
    ) {
        let mut all = self.lock();
        let list = (connection, is_user(kind));
        if all.len() >= MOST_LISTS && !all.contains_key(&list) {
            all.clear();
        }
        let trail = all.entry(list).or_insert_with(|| Trail { base, places: BTreeMap::new() });
        if trail.base != base {
            *trail = Trail { base, places: BTreeMap::new() };
        }
        for (place, number) in places.into_iter().filter(|(place, _)| (1..=base.total).contains(place)) {
            if trail.places.len() < MOST_PLACES {
                trail.places.insert(place, number);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<List, Trail>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;

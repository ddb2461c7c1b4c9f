//! Objects that failed. They are tried again with growing distance and given up after four weeks.

use std::time::Duration;

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::behaviour::Behaviour;
use super::failure::{Failure, Reach};
use super::job::State;

const HOUR: Duration = Duration::from_hours(1);

/// One object that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escrow {
    /// Whether only its references (manager, members) failed.
    pub reference: bool,
    /// The code of the last failure.
    pub code: String,
    /// What happened last.
    pub detail: String,
    /// When it failed for the first time.
    pub first: Timestamp,
    /// How often it failed.
    pub attempts: u32,
    /// When it is tried again.
    pub due: Timestamp,
}

/// Notes a failure.
pub fn note(state: &mut State, id: Uuid, failure: &Failure, reference: bool, now: Timestamp) {
    let known = state.escrows.get(&id);
    if known.is_some_and(|known| reference && !known.reference) {
        return;
    }
    let first = known.map_or(now, |known| known.first);
    let attempts = known.map_or(0, |known| known.attempts);
    let due = next(&state.behaviour, failure.reach, first, attempts, now);
    let (code, detail) = (failure.code.to_owned(), failure.detail.clone());
    state.escrows.insert(id, Escrow { reference, code, detail, first, attempts: attempts + 1, due });
}

fn next(behaviour: &Behaviour, reach: Reach, first: Timestamp, attempts: u32, now: Timestamp) -> Timestamp {
    if reach == Reach::Passing {
        return now;
    }
    let steps = &behaviour.escrow_hours;
    let at = usize::try_from(attempts).unwrap_or(usize::MAX);
    let planned = steps.get(at).map(|hours| first.plus(HOUR * u32::try_from(*hours).unwrap_or(u32::MAX)));
    let last = steps.last().copied().unwrap_or(24);
    planned.filter(|due| *due > now).unwrap_or_else(|| now.plus(HOUR * u32::try_from(last).unwrap_or(24)))
}

/// Forgets a failure that is mended.
pub fn mend(state: &mut State, id: Uuid, reference: bool) {
    if state.escrows.get(&id).is_some_and(|known| known.reference == reference) {
        state.escrows.remove(&id);
    }
}

/// Gives up what has been failing for too long.
pub fn prune(state: &mut State, now: Timestamp) {
    let life = Duration::from_secs(state.behaviour.escrow_days * 86_400);
    let before = state.escrows.len();
    state.escrows.retain(|_, escrow| now < escrow.first.plus(life));
    state.escrows_pruned |= state.escrows.len() < before;
}

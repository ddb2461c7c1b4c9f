//! When a key is published, signs, and goes (eam.md §2).
//!
//! ```text
//! published ──two days── signs ──────── key_days ──────── the next signs ──two days── removed
//! ```
//!
//! Entra reads our keys once a day and promises no other look, so that a key must be published two days before it signs.

use std::time::Duration;

use kernel::Timestamp;

use crate::model::KeyId;

/// How long Entra may need to see a change of our keys: twice the day that it keeps them.
pub const OVERLAP: Duration = Duration::from_hours(48);
/// How long before its turn the next key is published: the overlap and a day in which somebody can look.
const LEAD: Duration = Duration::from_hours(72);

/// The life of one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// Which.
    pub id: KeyId,
    /// Signs from.
    pub signs_from: Timestamp,
    /// Signs until: another takes over.
    pub signs_until: Option<Timestamp>,
    /// No longer published from.
    pub removed_at: Option<Timestamp>,
}

/// What is to be done about a provider's keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Make a key that signs from then on; the one before signs until then.
    Make {
        /// From when it signs.
        signs_from: Timestamp,
    },
    /// Publish the key no longer, and wipe its private half.
    Remove(KeyId),
}

/// What is due now. Keys are sorted by the time from which they sign.
pub fn due(keys: &[Life], now: Timestamp, key_days: u32) -> Vec<Act> {
    let living: Vec<&Life> = keys.iter().filter(|key| key.removed_at.is_none()).collect();
    let over = |key: &&&Life| key.signs_until.is_some_and(|until| until.plus(OVERLAP) <= now);
    let mut acts: Vec<Act> = living.iter().filter(over).map(|key| Act::Remove(key.id)).collect();
    match living.last() {
        None => acts.push(Act::Make { signs_from: now }),
        Some(last) => {
            let turn = last.signs_from.plus(Duration::from_hours(24) * key_days);
            if turn <= now.plus(LEAD) {
                acts.push(Act::Make { signs_from: turn.max(now.plus(OVERLAP)) });
            }
        }
    }
    acts
}

/// Which key signs now.
pub fn signs_now(keys: &[Life], now: Timestamp) -> Option<KeyId> {
    let able = |key: &&Life| key.removed_at.is_none() && key.signs_from <= now;
    keys.iter().filter(able).max_by_key(|key| key.signs_from).map(|key| key.id)
}

#[cfg(test)]
mod tests;

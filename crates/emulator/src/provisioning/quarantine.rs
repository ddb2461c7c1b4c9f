//! Quarantine: why a job gets there, how often it is tried there, and how it ends.
//!
//! | reason | when |
//! |---|---|
//! | `EncounteredQuarantineException` | bad credentials, a query answered with 404, members that were excluded |
//! | `EncounteredEscrowProportionThreshold` | too large a share of objects fails |
//! | `EncounteredBaseEscrowThreshold`, `EncounteredTotalEscrowThreshold` | too many objects fail, without and with references |
//! | `TooManyDeletes` | the guard holds deletions |

use kernel::Timestamp;
use serde::{Deserialize, Serialize};

use super::job::{ExecutionError, Schedule, State};

/// A quarantine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantine {
    /// Graph's `quarantineReason`.
    pub reason: String,
    /// When the series of quarantines began.
    pub series_began: Timestamp,
    /// How many there were in the series.
    pub series_count: u64,
    /// When this one began.
    pub began: Timestamp,
    /// When it is tried next.
    pub next_attempt: Timestamp,
    /// What happened.
    pub error: ExecutionError,
}

/// Puts a job into quarantine, or keeps it there.
pub fn enter(state: &mut State, reason: &str, error: ExecutionError, now: Timestamp) {
    let next_attempt = now.plus(state.behaviour.quarantine_interval());
    let known = state.quarantine.take();
    let same = known.as_ref().filter(|known| known.reason == reason);
    state.quarantine = Some(Quarantine {
        reason: reason.to_owned(),
        series_began: known.as_ref().map_or(now, |known| known.series_began),
        series_count: known.as_ref().map_or(1, |known| known.series_count + 1),
        began: same.map_or(now, |known| known.began),
        next_attempt,
        error,
    });
    state.due = Some(next_attempt);
}

/// The reason that the number of failures gives, when it gives one.
pub fn by_volume(state: &State) -> Option<&'static str> {
    let behaviour = &state.behaviour;
    let total = state.escrows.len();
    let base = state.escrows.values().filter(|escrow| !escrow.reference).count();
    if total >= behaviour.escrow_total {
        return Some("EncounteredTotalEscrowThreshold");
    }
    if base >= behaviour.escrow_base {
        return Some("EncounteredBaseEscrowThreshold");
    }
    #[expect(clippy::cast_precision_loss, reason = "a share of counts far below 2^52")]
    let share = base as f64 / (state.scoped.len().max(1)) as f64;
    (base >= behaviour.escrow_floor && share > behaviour.escrow_share).then_some("EncounteredEscrowProportionThreshold")
}

/// Disables a job that has been in quarantine for four weeks; answers whether it did.
pub fn give_up(state: &mut State, now: Timestamp) -> bool {
    let life = state.behaviour.quarantine_life();
    let over = state.quarantine.as_ref().is_some_and(|quarantine| now >= quarantine.series_began.plus(life));
    if over {
        state.schedule = Schedule::Disabled;
        state.due = None;
    }
    over
}

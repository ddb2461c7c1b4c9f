//! How quick each statement was of late.

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use super::Statement;

/// What takes less keeps nobody waiting who waits for the same thread.
pub(super) const QUICK: Duration = Duration::from_millis(1);
/// After how many quick runs a statement that nobody knows is trusted.
const UNKNOWN: u8 = 4;
/// The same for one that was slow.
pub(super) const SLOW: u8 = 24;
/// Statements whose places coincide share what is known of them: the slower one decides.
const PLACES: usize = 4_096;

/// For each statement by its text, how many more quick runs it takes until it is trusted.
pub(crate) struct Paces(Box<[AtomicU8]>);

impl Default for Paces {
    fn default() -> Self {
        Self((0..PLACES).map(|_| AtomicU8::new(UNKNOWN)).collect())
    }
}

impl Paces {
    /// Whether it may run where it keeps others waiting.
    pub(super) fn trusts(&self, statement: &Statement) -> bool {
        self.place(statement).load(Ordering::Relaxed) == 0
    }

    /// Runs it, and notes how long it took.
    pub(super) fn timed<T>(&self, statement: &Statement, run: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let answer = run();
        self.note(statement, begun.elapsed());
        answer
    }

    pub(super) fn note(&self, statement: &Statement, took: Duration) {
        let place = self.place(statement);
        let before = place.load(Ordering::Relaxed);
        let now = if took < QUICK { before.saturating_sub(1) } else { SLOW };
        if now != before {
            // Of two at once one may be lost: it is a guess either way.
            place.store(now, Ordering::Relaxed);
        }
    }

    fn place(&self, statement: &Statement) -> &AtomicU8 {
        &self.0[usize::try_from(statement.hash() % PLACES as u64).unwrap_or(0)]
    }
}

//! Waiting, handed in: real time for the server, a time that jumps for tests.
//!
//! Pacing is monotonic and has nothing to do with the clock on the wall; `kernel::Clock` tells that one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// Measures and waits. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Pace(Source);

#[derive(Clone, Debug)]
enum Source {
    Real(Instant),
    Virtual(VirtualPace),
}

impl Pace {
    /// Real time.
    pub fn real() -> Self {
        Self(Source::Real(Instant::now()))
    }

    /// A time that passes only by waiting, at once, and the handle that reads it. For tests.
    pub fn virtual_time() -> (Self, VirtualPace) {
        let hand = VirtualPace::default();
        (Self(Source::Virtual(hand.clone())), hand)
    }

    /// How long since the beginning.
    pub fn now(&self) -> Duration {
        match &self.0 {
            Source::Real(start) => start.elapsed(),
            Source::Virtual(hand) => hand.now(),
        }
    }

    /// Waits.
    pub async fn pause(&self, span: Duration) {
        match &self.0 {
            #[expect(clippy::disallowed_methods, reason = "Graph told us to come back later; no event says when")]
            Source::Real(_) => tokio::time::sleep(span).await,
            Source::Virtual(hand) => {
                hand.advance(span);
                tokio::task::yield_now().await;
            }
        }
    }
}

/// Reads and moves a virtual time.
#[derive(Clone, Debug, Default)]
pub struct VirtualPace(Arc<AtomicU64>);

impl VirtualPace {
    /// How much time has passed, which is how long everybody has waited.
    pub fn now(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::SeqCst))
    }

    /// Lets time pass.
    pub fn advance(&self, span: Duration) {
        self.0.fetch_add(u64::try_from(span.as_micros()).unwrap_or(u64::MAX / 2), Ordering::SeqCst);
    }
}

//! Clock and chance together, because an id needs both.

use std::time::Duration;

use uuid::Builder;

use crate::id::Id;
use crate::{Clock, ManualClock, Rng, Timestamp};

/// What code may not take from the air: the time and chance. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Env {
    /// The clock.
    pub clock: Clock,
    /// The source of chance.
    pub rng: Rng,
}

impl Env {
    /// The machine's clock and generator.
    pub fn system() -> Self {
        Self { clock: Clock::system(), rng: Rng::system() }
    }

    /// A clock that stands still and a repeatable generator, for tests.
    pub fn fixed(start: Timestamp, seed: u64) -> (Self, ManualClock) {
        let (clock, hand) = Clock::manual(start);
        (Self { clock, rng: Rng::seeded(seed) }, hand)
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A fresh id that sorts by time (UUID version 7, RFC 9562 §5.7).
    pub fn new_id<I: Id>(&self) -> I {
        let since_1970 = self.now().since(Timestamp::from_micros(0));
        let millis = u64::try_from(Duration::as_millis(&since_1970)).unwrap_or(u64::MAX);
        Builder::from_unix_timestamp_millis(millis, &self.rng.bytes::<10>()).into_uuid().into()
    }
}

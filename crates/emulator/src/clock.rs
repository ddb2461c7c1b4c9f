//! The emulator's clock: the machine's, moved by an offset, or frozen. Everything in here asks it for the time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kernel::{Clock, Timestamp};
use serde::{Deserialize, Serialize};

/// Tells the emulated time; the admin API moves it, for every copy.
#[derive(Debug, Clone)]
pub struct EmulatorClock {
    base: Clock,
    setting: Arc<Mutex<ClockSetting>>,
}

/// How the emulated time follows the machine's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClockSetting {
    /// Microseconds added to the machine's time.
    pub offset_micros: i64,
    /// Where the clock stands still, when it does.
    pub frozen_at: Option<Timestamp>,
}

impl EmulatorClock {
    /// A clock that follows `base`.
    pub fn new(base: Clock) -> Self {
        Self { base, setting: Arc::default() }
    }

    /// The emulated time now.
    pub fn now(&self) -> Timestamp {
        let setting = self.setting();
        setting.frozen_at.unwrap_or_else(|| shifted(self.base.now(), setting.offset_micros))
    }

    /// How the clock is set.
    pub fn setting(&self) -> ClockSetting {
        *self.setting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts back a setting read before.
    pub fn restore(&self, setting: ClockSetting) {
        self.change(|current| *current = setting);
    }

    /// Sets the time; a frozen clock stays frozen, at the new time.
    pub fn set(&self, moment: Timestamp) {
        let base = self.base.now();
        self.change(|setting| {
            setting.offset_micros = moment.micros().saturating_sub(base.micros());
            if setting.frozen_at.is_some() {
                setting.frozen_at = Some(moment);
            }
        });
    }

    /// Moves the time forward.
    pub fn advance(&self, span: Duration) {
        let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        self.change(|setting| {
            setting.offset_micros = setting.offset_micros.saturating_add(micros);
            setting.frozen_at = setting.frozen_at.map(|moment| moment.plus(span));
        });
    }

    /// Stops the clock where it is.
    pub fn freeze(&self) {
        let now = self.now();
        self.change(|setting| setting.frozen_at = Some(now));
    }

    /// Lets a frozen clock run on from where it stood.
    pub fn run(&self) {
        let now = self.now();
        self.change(|setting| setting.frozen_at = None);
        self.set(now);
    }

    /// Back to the machine's time.
    pub fn reset(&self) {
        self.restore(ClockSetting::default());
    }

    fn change(&self, change: impl FnOnce(&mut ClockSetting)) {
        change(&mut self.setting.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

fn shifted(moment: Timestamp, micros: i64) -> Timestamp {
    Timestamp::from_micros(moment.micros().saturating_add(micros))
}

//! One budget per tenant and application, shared by everybody who calls Graph for it.
//!
//! Graph counts resource units per (application, tenant) and keeps counting requests that come while it throttles.
//! So everybody draws from one token bucket, everybody stops while a `Retry-After` is in force, and response actions
//! go before sync: they may use a reserve that sync leaves alone, and sync lets waiting actions pass.

use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use crate::cost::Cost;
use crate::pace::Pace;

/// Who goes first when there is not enough for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Priority {
    /// Directory sync and other work that can wait.
    #[default]
    Sync,
    /// An action somebody waits for.
    Action,
}

/// Graph's quotas for one application in one tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Resource units in ten seconds.
    pub units: u32,
    /// Writes in two and a half minutes.
    pub writes: u32,
}

impl Limits {
    /// Tenants below 50 users.
    pub const SMALL: Self = Self { units: 3_500, writes: 3_000 };
    /// Tenants of 50 to 500 users.
    pub const MEDIUM: Self = Self { units: 5_000, writes: 3_000 };
    /// Tenants above 500 users.
    pub const LARGE: Self = Self { units: 8_000, writes: 3_000 };

    /// The quota of a tenant by its number of users.
    pub fn for_users(count: u64) -> Self {
        match count {
            0..50 => Self::SMALL,
            50..=500 => Self::MEDIUM,
            _ => Self::LARGE,
        }
    }
}

const UNITS_SECONDS: f64 = 10.0;
const WRITES_SECONDS: f64 = 150.0;
/// The part of the bucket that sync leaves to actions.
const RESERVE: f64 = 0.2;
/// The longest pause: Graph asks for seconds or minutes, and a word gone wrong must not stop everybody for good.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);
/// How long sync steps aside while actions wait.
const STEP_ASIDE: Duration = Duration::from_millis(100);

/// The shared budget.
#[derive(Debug)]
pub struct Budget {
    pace: Pace,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    limits: Limits,
    units: f64,
    writes: f64,
    refilled_at: Duration,
    paused_until: Duration,
    actions_waiting: usize,
    units_used: u64,
    throttled_count: u64,
}

/// What the budget looks like now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BudgetState {
    /// How long everybody still stops because Graph said so.
    pub throttled_for: Option<Duration>,
    /// How often Graph said so.
    pub throttled_count: u64,
    /// Resource units left in the bucket.
    pub units_left: u32,
    /// Resource units drawn since the start.
    pub units_used: u64,
    /// Writes left in the bucket.
    pub writes_left: u32,
    /// Actions that wait for their turn.
    pub actions_waiting: usize,
}

impl Budget {
    /// A full budget.
    pub fn new(limits: Limits, pace: Pace) -> Self {
        let state = State {
            limits,
            units: f64::from(limits.units),
            writes: f64::from(limits.writes),
            refilled_at: pace.now(),
            paused_until: Duration::ZERO,
            actions_waiting: 0,
            units_used: 0,
            throttled_count: 0,
        };
        Self { pace, state: Mutex::new(state) }
    }

    /// How this budget waits.
    pub fn pace(&self) -> &Pace {
        &self.pace
    }

    /// Changes the quota, once the size of the tenant is known.
    pub fn set_limits(&self, limits: Limits) {
        let mut state = self.refilled();
        state.limits = limits;
        state.units = state.units.min(f64::from(limits.units));
        state.writes = state.writes.min(f64::from(limits.writes));
    }

    /// Draws `cost`, waiting for it at most `patience`; otherwise says how long it would have taken.
    pub async fn draw(&self, cost: Cost, priority: Priority, patience: Duration) -> Result<(), Duration> {
        let deadline = self.pace.now() + patience;
        let mut place = None;
        loop {
            let Err(wait) = self.try_draw(cost, priority) else { return Ok(()) };
            if self.pace.now() + wait > deadline {
                return Err(wait);
            }
            if priority == Priority::Action && place.is_none() {
                place = Some(Place::taken(self));
            }
            self.pace.pause(wait).await;
        }
    }

    /// Graph asked everybody to stop for a while, at most [`LONGEST_PAUSE`].
    pub fn throttle(&self, wait: Duration) {
        let until = self.pace.now() + wait.min(LONGEST_PAUSE);
        let mut state = self.state();
        state.paused_until = state.paused_until.max(until);
        state.throttled_count += 1;
    }

    /// Graph told what a request really cost.
    pub fn correct(&self, expected: Cost, charged: u32) {
        let difference = f64::from(charged) - f64::from(expected.units);
        let mut state = self.state();
        state.units = (state.units - difference).min(f64::from(state.limits.units));
        state.units_used = (state.units_used + u64::from(charged)).saturating_sub(u64::from(expected.units));
    }

    /// What the budget looks like now.
    pub fn look(&self) -> BudgetState {
        let now = self.pace.now();
        let state = self.refilled();
        BudgetState {
            throttled_for: state.paused_until.checked_sub(now).filter(|left| !left.is_zero()),
            throttled_count: state.throttled_count,
            units_left: whole(state.units),
            units_used: state.units_used,
            writes_left: whole(state.writes),
            actions_waiting: state.actions_waiting,
        }
    }

    fn try_draw(&self, cost: Cost, priority: Priority) -> Result<(), Duration> {
        let now = self.pace.now();
        let mut state = self.refilled();
        if let Some(left) = state.paused_until.checked_sub(now).filter(|left| !left.is_zero()) {
            return Err(left);
        }
        if priority == Priority::Sync && state.actions_waiting > 0 {
            return Err(STEP_ASIDE);
        }
        let reserve = if priority == Priority::Sync { RESERVE } else { 0.0 };
        let units = Bucket { level: state.units, size: f64::from(state.limits.units), seconds: UNITS_SECONDS };
        let writes = Bucket { level: state.writes, size: f64::from(state.limits.writes), seconds: WRITES_SECONDS };
        let wait = units.wait(cost.units, reserve).max(writes.wait(cost.writes, reserve));
        if !wait.is_zero() {
            return Err(wait);
        }
        state.units -= f64::from(cost.units);
        state.writes -= f64::from(cost.writes);
        state.units_used += u64::from(cost.units);
        Ok(())
    }

    fn refilled(&self) -> MutexGuard<'_, State> {
        let now = self.pace.now();
        let mut state = self.state();
        let seconds = now.saturating_sub(state.refilled_at).as_secs_f64();
        let (units, writes) = (f64::from(state.limits.units), f64::from(state.limits.writes));
        state.units = (state.units + seconds * units / UNITS_SECONDS).min(units);
        state.writes = (state.writes + seconds * writes / WRITES_SECONDS).min(writes);
        state.refilled_at = state.refilled_at.max(now);
        state
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("invariant: no holder of the budget panics")
    }
}

struct Bucket {
    level: f64,
    size: f64,
    seconds: f64,
}

impl Bucket {
    /// How long until `cost` fits above the reserve. A cost above what is ever there goes when the bucket is full.
    fn wait(&self, cost: u32, reserve: f64) -> Duration {
        let needed = (f64::from(cost) + self.size * reserve).min(self.size);
        if cost == 0 || self.level >= needed {
            return Duration::ZERO;
        }
        Duration::from_secs_f64((needed - self.level) * self.seconds / self.size).max(Duration::from_millis(1))
    }
}

/// An action's place in the queue; given up when the action goes or is dropped.
struct Place<'a>(&'a Budget);

impl<'a> Place<'a> {
    fn taken(budget: &'a Budget) -> Self {
        budget.state().actions_waiting += 1;
        Self(budget)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.state().actions_waiting -= 1;
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a bucket level is small and clamped")]
fn whole(level: f64) -> u32 {
    level.clamp(0.0, f64::from(u32::MAX)) as u32
}

//! How often and how long to try again.
//!
//! | answer | repeated | wait |
//! |---|---|---|
//! | 429 | always: Graph did not do it | `Retry-After`, else doubling with jitter; everybody waits |
//! | 503 with `Retry-After` | as below | that long; everybody waits |
//! | 500 502 503 504, broken connection | when doing it twice does no harm | doubling with jitter |
//! | 409 `Directory_ConcurrencyViolation` | always: Graph did not do it | doubling with jitter |
//!
//! All waits of one call together stay below a limit; then the caller is told, with the wait that was asked for.

use std::time::Duration;

use kernel::{Clock, Rng, Timestamp};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use time::PrimitiveDateTime;
use time::macros::format_description;

/// How often and how long to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How many times a call is made at most; throttled answers do not count.
    pub attempts: u32,
    /// The first wait when Graph names none; doubles each time.
    pub first_wait: Duration,
    /// All waits of one call together.
    pub patience: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { attempts: 5, first_wait: Duration::from_secs(2), patience: Duration::from_mins(3) }
    }
}

/// What is left of a policy during one call.
#[derive(Debug)]
pub(crate) struct Patience {
    policy: RetryPolicy,
    failed: u32,
    throttled: u32,
    waited: Duration,
    booked: Duration,
}

impl Patience {
    pub(crate) fn new(policy: RetryPolicy) -> Self {
        Self { policy, failed: 0, throttled: 0, waited: Duration::ZERO, booked: Duration::ZERO }
    }

    pub(crate) fn left(&self) -> Duration {
        self.policy.patience.saturating_sub(self.waited)
    }

    /// What was booked for throttled answers: the next draw from the budget does that waiting.
    pub(crate) fn booked(&self) -> Duration {
        self.booked
    }

    /// The wait before trying again after a throttled answer; `None` when patience is at its end.
    pub(crate) fn after_throttle(&mut self, asked: Option<Duration>, rng: &Rng) -> Option<Duration> {
        self.throttled += 1;
        let wait = asked.map_or_else(|| self.doubling(self.throttled, rng), |asked| asked.max(Duration::from_secs(1)));
        let wait = self.spend(wait)?;
        self.booked = wait;
        Some(wait)
    }

    /// The wait before trying again after a failure; `None` when patience or attempts are at their end.
    pub(crate) fn after_failure(&mut self, asked: Option<Duration>, rng: &Rng) -> Option<Duration> {
        self.failed += 1;
        self.booked = Duration::ZERO;
        if self.failed >= self.policy.attempts {
            return None;
        }
        let wait = asked.unwrap_or_else(|| self.doubling(self.failed, rng));
        self.spend(wait)
    }

    fn doubling(&self, nth: u32, rng: &Rng) -> Duration {
        let wait = self.policy.first_wait.saturating_mul(1 << nth.saturating_sub(1).min(10));
        wait + Duration::from_millis(rng.below(1_000))
    }

    fn spend(&mut self, wait: Duration) -> Option<Duration> {
        if wait > self.left() {
            return None;
        }
        self.waited += wait;
        Some(wait)
    }
}

/// Reads `Retry-After`: seconds or an HTTP date (RFC 9110 §10.2.3). A date counts from the answer's own `Date`.
pub(crate) fn retry_after(headers: &HeaderMap, clock: &Clock) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let until = http_date(text)?;
    let now = headers.get(DATE).and_then(|date| http_date(date.to_str().ok()?)).unwrap_or_else(|| clock.now());
    Some(until.since(now))
}

fn http_date(text: &str) -> Option<Timestamp> {
    let format =
        format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    PrimitiveDateTime::parse(text, format).ok().map(|moment| Timestamp::from(moment.assume_utc()))
}

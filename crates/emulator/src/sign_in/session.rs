//! Browsers with somebody in them, and how often somebody got a password wrong.

use std::time::Duration;

use kernel::Timestamp;
use uuid::Uuid;

use super::Memory;
use super::person::Person;
use crate::kept::Passing;

/// A session without "stay signed in" lives this long.
const LIFE: Duration = Duration::from_hours(24);
/// So many wrong passwords lock an account.
const PATIENCE: u32 = 10;
/// For so long.
const LOCKED: Duration = Duration::from_mins(1);

/// One browser's session.
#[derive(Debug, Clone)]
pub struct Session {
    /// `sid`.
    pub sid: String,
    /// The tenant.
    pub tenant: Uuid,
    /// Who.
    pub user: Uuid,
    /// How they proved themselves.
    pub evidence: Evidence,
    /// Where applications want to hear that it is over.
    pub leaving: Vec<String>,
}

/// How somebody proved to be who they are.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// When the password was entered.
    pub since: Timestamp,
    /// The first factor's and the second's words, without `mfa`.
    pub amr: Vec<String>,
    /// When the second factor was passed.
    pub second: Option<Timestamp>,
    /// Custom controls that were passed.
    pub controls: Vec<String>,
}

impl Evidence {
    /// A password, just now.
    pub fn password(now: Timestamp) -> Self {
        Self { since: now, amr: vec!["pwd".to_owned()], second: None, controls: Vec::new() }
    }

    /// The words for a token: `mfa` only after a real second factor.
    pub fn words(&self) -> Vec<String> {
        let more = self.second.map(|_| "mfa".to_owned());
        self.amr.iter().cloned().chain(more).collect()
    }
}

impl Session {
    /// Whether it still holds for the person.
    pub fn holds(&self, person: &Person, now: Timestamp) -> bool {
        self.evidence.since >= person.sessions_from && now < self.evidence.since.plus(LIFE)
    }
}

impl Passing for Session {
    fn gone(&self) -> Timestamp {
        self.evidence.since.plus(LIFE)
    }
}

/// Wrong passwords of one account.
#[derive(Debug, Clone, Copy, Default)]
pub struct Failures {
    count: u32,
    locked_until: Timestamp,
}

impl Memory {
    /// Whether an account is locked.
    pub fn is_locked(&self, key: (Uuid, Uuid), now: Timestamp) -> bool {
        self.failures.get(&key).is_some_and(|failures| now < failures.locked_until)
    }

    /// Counts one wrong password.
    pub fn failed(&mut self, key: (Uuid, Uuid), now: Timestamp) {
        let failures = self.failures.entry(key).or_default();
        failures.count += 1;
        if failures.count >= PATIENCE {
            *failures = Failures { count: 0, locked_until: now.plus(LOCKED) };
        }
    }
}

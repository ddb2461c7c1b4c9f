//! One-time codes by time (RFC 6238) and by count (RFC 4226). Pure.
//!
//! | the code fits a step | answer |
//! |---|---|
//! | near, and later than the last that counted | it fits |
//! | at or before the last that counted, or one that was shown too far out | used |
//! | further out, and the step before it was shown just before | it fits, and the clock's offset is learnt |
//! | further out | far: the person is told how far the clock is off |
//!
//! A step that was shown too far out is burnt: a guess that happens to be the code of a step to come is worth nothing when
//! the step has come.

use std::ops::RangeInclusive;

use aws_lc_rs::{constant_time, hmac};
use kernel::text_enum;
use serde::{Deserialize, Serialize};

use super::work;

text_enum!(
    /// The hash under a code.
    pub enum Algorithm {
        /// SHA-1: what every app can (RFC 4226).
        Sha1 = "SHA1",
        /// SHA-256.
        Sha256 = "SHA256",
        /// SHA-512.
        Sha512 = "SHA512",
    }
);

/// How far out a code of a clock may be for two in a row to set the clock's offset, in seconds.
const FAR_SECONDS: i64 = 600;
/// How many counts a hardware token may be ahead for one code, and for two in a row (RFC 4226 §7.4).
const NEAR_COUNTS: i64 = 10;
const FAR_COUNTS: i64 = 100;
/// The most far steps that are remembered: more wrong codes in a row lock.
const MOST_FAR: usize = 100;

/// How codes are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// The hash.
    pub algorithm: Algorithm,
    /// Digits of a code, 6 to 8.
    pub digits: u32,
    /// Seconds of a step; 0 counts instead.
    pub period: u32,
}

impl Default for Shape {
    /// What every app can: many ignore anything else that the address of a key says.
    fn default() -> Self {
        Self { algorithm: Algorithm::Sha1, digits: 6, period: 30 }
    }
}

/// Where a token stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The last step that counted.
    pub last_step: i64,
    /// How far the token's clock is off, in steps.
    pub drift: i64,
    /// Steps whose codes were shown too far out.
    pub far: Vec<i64>,
}

/// What a code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// The code of this step, which counts now.
    Fits {
        /// The step.
        step: i64,
    },
    /// The code of a step that counted before, or was burnt.
    Used,
    /// The code of a step too far out to count alone.
    Far {
        /// The step.
        step: i64,
    },
    /// Not a code of this token.
    Wrong,
}

impl Shape {
    /// The step of a moment (RFC 6238 §4.2).
    pub fn step_at(self, seconds: i64) -> i64 {
        seconds.div_euclid(i64::from(self.period.max(1)))
    }

    /// The code of a step.
    pub fn code(self, seed: &[u8], step: i64) -> String {
        let width = self.digits as usize;
        format!("{:0width$}", self.number(&self.key(seed), step))
    }

    fn key(self, seed: &[u8]) -> hmac::Key {
        let algorithm = match self.algorithm {
            Algorithm::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Algorithm::Sha256 => hmac::HMAC_SHA256,
            Algorithm::Sha512 => hmac::HMAC_SHA512,
        };
        hmac::Key::new(algorithm, seed)
    }

    /// The code of a step as a number (RFC 4226 §5.3).
    fn number(self, key: &hmac::Key, step: i64) -> u32 {
        work::one_time();
        let tag = hmac::sign(key, &step.to_be_bytes());
        let tag = tag.as_ref();
        let offset = usize::from(tag[tag.len() - 1] & 0x0f);
        let word = tag[offset..offset + 4].iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        (word & 0x7fff_ffff) % 10_u32.pow(self.digits.min(9))
    }

    /// A code as a number; what is not a code becomes a number that none has.
    fn read(self, code: &str) -> u32 {
        let digits = code.len() == self.digits as usize && code.bytes().all(|digit| digit.is_ascii_digit());
        code.parse().ok().filter(|_| digits).unwrap_or(u32::MAX)
    }

    /// What a code is for a token that stands so. Looks at every step in any case: how long it takes tells nothing.
    pub fn judge(self, seed: &[u8], standing: &Standing, window: u32, now: i64, code: &str) -> Fit {
        let (near, far) = self.reach(standing, window, now);
        let (key, shown) = (self.key(seed), self.read(code).to_be_bytes());
        let mut fit = Fit::Wrong;
        for step in far {
            let right = self.number(&key, step).to_be_bytes();
            if constant_time::verify_slices_are_equal(&right, &shown).is_ok() {
                fit = fit.or(standing.fit_at(step, near.contains(&step)));
            }
        }
        fit
    }

    /// The steps of which one code counts, and those of which two in a row do.
    fn reach(self, standing: &Standing, window: u32, now: i64) -> (RangeInclusive<i64>, RangeInclusive<i64>) {
        if self.period == 0 {
            let next = standing.last_step.saturating_add(1);
            // Behind it as well: what was used is said to be used.
            return (next..=next + NEAR_COUNTS - 1, (next - NEAR_COUNTS).max(0)..=next + FAR_COUNTS - 1);
        }
        let (here, window) = (self.step_at(now), i64::from(window));
        let middle = here + standing.drift;
        let most = (FAR_SECONDS / i64::from(self.period)).max(window);
        let near = middle - window..=middle + window;
        let far = (here - most).min(*near.start())..=(here + most).max(*near.end());
        (near, far)
    }

    /// How many seconds a step is off.
    pub fn seconds_off(self, step: i64, now: i64) -> i64 {
        (step - self.step_at(now)) * i64::from(self.period)
    }
}

impl Standing {
    fn fit_at(&self, step: i64, near: bool) -> Fit {
        if step <= self.last_step || self.far.contains(&step) {
            Fit::Used
        } else if near || self.far.contains(&(step - 1)) {
            Fit::Fits { step }
        } else {
            Fit::Far { step }
        }
    }

    /// With a step that was shown too far out.
    #[must_use]
    pub fn with_far(mut self, step: i64) -> Self {
        self.far.push(step);
        let surplus = self.far.len().saturating_sub(MOST_FAR);
        self.far.drain(..surplus);
        self
    }
}

impl Fit {
    /// The better of two, where two steps happen to have one code.
    fn or(self, other: Self) -> Self {
        let rank = |fit: &Self| match fit {
            Self::Fits { .. } => 3,
            Self::Used => 2,
            Self::Far { .. } => 1,
            Self::Wrong => 0,
        };
        if rank(&other) > rank(&self) { other } else { self }
    }
}

#[cfg(test)]
mod tests;

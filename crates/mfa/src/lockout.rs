//! When guessing ends: who guesses waits longer each time, then is locked. Pure; the counts are the database's.
//!
//! | counted by | what follows |
//! |---|---|
//! | person and source, in a row | past `wait_after`, a wait that doubles each time |
//! | person, over all sources, in a row | at `lock_after`, no code is looked at until somebody unlocks |
//! | source, over all people, within an hour | at `address_limit`, no code from there is looked at for the rest of it |
//!
//! What is counted is the person, never the single factor: a wrong code wears out no factor that was not meant. A passkey
//! cannot be guessed: it is looked at in any case, and proving by it unlocks (NIST SP 800-63B §5.2.2).

use std::net::IpAddr;
use std::time::Duration;

use kernel::Timestamp;

use crate::settings::Lockout;

/// The first wait, in seconds.
const FIRST_WAIT: u64 = 5;
/// How long a source's failures count against it.
pub(crate) const SOURCE_MEMORY: Duration = Duration::from_hours(1);

/// What is known of a person and a source before a code is looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// Since when the person is locked.
    pub locked_at: Option<Timestamp>,
    /// Until when the person waits, at this source.
    pub waits_until: Option<Timestamp>,
    /// Failures of the source over all people within [`SOURCE_MEMORY`].
    pub source_failures: i64,
    /// When the last of those was.
    pub source_last_at: Option<Timestamp>,
}

/// Why no code is looked at now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// Somebody has to unlock the person.
    Locked {
        /// Since when.
        since: Timestamp,
    },
    /// The person waits.
    Waits {
        /// Until when.
        until: Timestamp,
    },
    /// The source waits, whoever is asked for.
    Source {
        /// Until when.
        until: Timestamp,
    },
}

/// What a failure leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consequence {
    /// Whether the person is locked from now on.
    pub locks: bool,
    /// Until when the person waits, at this source.
    pub waits_until: Option<Timestamp>,
}

/// Whether a code is looked at now.
pub fn gate(limits: &Lockout, standing: &Standing, now: Timestamp) -> Result<(), Closed> {
    if let Some(since) = standing.locked_at {
        return Err(Closed::Locked { since });
    }
    if let Some(until) = standing.waits_until.filter(|until| *until > now) {
        return Err(Closed::Waits { until });
    }
    let limit = i64::from(limits.address_limit);
    let until = standing.source_last_at.map(|last| last.plus(SOURCE_MEMORY)).filter(|until| *until > now);
    match until {
        Some(until) if limit > 0 && standing.source_failures >= limit => Err(Closed::Source { until }),
        _ => Ok(()),
    }
}

/// What follows from a failure that was the `person`-th in a row for the person and the `here`-th of those from this source.
pub fn after_failure(limits: &Lockout, person: i64, here: i64, now: Timestamp) -> Consequence {
    let locks = person >= i64::from(limits.lock_after);
    let beyond = here.saturating_sub(i64::from(limits.wait_after) + 1);
    let waits_until = u32::try_from(beyond).ok().map(|beyond| now.plus(wait(limits, beyond)));
    Consequence { locks, waits_until: waits_until.filter(|_| !locks) }
}

/// The wait after the first failure that makes wait, and after each further one.
fn wait(limits: &Lockout, beyond: u32) -> Duration {
    let doubled = 1_u64.checked_shl(beyond.min(20)).unwrap_or(u64::MAX).saturating_mul(FIRST_WAIT);
    Duration::from_secs(doubled.min(limits.longest_wait_seconds.into()))
}

/// What failures from an address are counted under: an IPv4 address, or the 64 bits of an IPv6 network, of which one
/// subscriber has all addresses.
pub fn source_of(address: Option<&str>) -> String {
    match address.and_then(|text| text.parse::<IpAddr>().ok()).map(|address| address.to_canonical()) {
        None => String::new(),
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", std::net::Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests;

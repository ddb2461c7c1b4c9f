//! What follows from an answer, and when to try again. Pure.
//!
//! | answer | follows |
//! |---|---|
//! | 2xx | delivered |
//! | 410 | the webhook is switched off: nobody lives there any more |
//! | 429, 503 with `Retry-After` | again after that, and nothing else is sent to the webhook before |
//! | anything else, or none | again after a wait that grows: 5 s, 30 s, 2 min, 10 min, 30 min, 2 h, 6 h, 12 h |
//! | the ninth failure | a dead letter, which waits for an operator |

use std::time::Duration;

/// The waits between attempts.
pub const WAITS: [Duration; 8] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_mins(2),
    Duration::from_mins(10),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(6),
    Duration::from_hours(12),
];
/// After so many failures in a row the log is no longer read for a webhook; it is only tried now and then.
pub const FAILING: u32 = 5;
/// The longest wait between two tries of a webhook that fails.
const LONGEST_PAUSE: usize = 4;
/// The longest wait that a receiver may ask for.
const LONGEST_ASKED: Duration = Duration::from_hours(24);

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It has arrived.
    Delivered,
    /// Nobody lives there any more.
    Gone,
    /// Again after a while.
    Again(Duration),
    /// Given up.
    Dead,
}

/// What follows from the answer to one attempt: its number from 1, the status where there was an answer, and what
/// `Retry-After` said.
pub fn verdict(attempt: u32, status: Option<u16>, retry_after: Option<Duration>) -> Verdict {
    match status {
        Some(200..=299) => return Verdict::Delivered,
        Some(410) => return Verdict::Gone,
        _ => {}
    }
    let Some(usual) = usize::try_from(attempt).ok().and_then(|attempt| WAITS.get(attempt.saturating_sub(1))) else {
        return Verdict::Dead;
    };
    Verdict::Again(asked(status, retry_after).unwrap_or_default().max(*usual))
}

/// How long a receiver asks to be left alone.
pub fn asked(status: Option<u16>, retry_after: Option<Duration>) -> Option<Duration> {
    retry_after.filter(|_| matches!(status, Some(429 | 503))).map(|wait| wait.min(LONGEST_ASKED))
}

/// How long a webhook is left alone after so many failures in a row.
pub fn pause(failures: u32) -> Option<Duration> {
    let over = usize::try_from(failures.checked_sub(FAILING)?).unwrap_or(LONGEST_PAUSE);
    Some(WAITS[over.min(LONGEST_PAUSE)])
}

#[cfg(test)]
mod tests;

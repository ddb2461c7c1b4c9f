//! Why somebody was not proven: exactly for the log, uniformly for people.

use kernel::Timestamp;

use crate::lockout::Closed;

/// Why somebody was not proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The code is none of the person's.
    WrongCode,
    /// The code counted before.
    Used,
    /// The code is one of the person's, and of another time.
    ClockOff {
        /// How far the token's clock is ahead, in seconds; behind when negative. 0 for a token that counts.
        seconds: i64,
    },
    /// The person has no factor that such a code could be of.
    NoFactor,
    /// The code has expired.
    Expired,
    /// The code waits for a second administrator.
    NotApproved,
    /// It has not the form of a code.
    Malformed,
    /// No code is looked at for now.
    Waits {
        /// Until when.
        until: Timestamp,
    },
    /// No code from this source is looked at for now, whoever is asked for.
    Source {
        /// Until when.
        until: Timestamp,
    },
    /// Somebody has to unlock the person.
    Locked {
        /// Since when.
        since: Timestamp,
    },
    /// The directory has the person disabled or deleted.
    Suspended,
    /// Too many wrong codes while a factor was being confirmed: it was given up.
    TooManyTries,
    /// A passkey's ceremony went wrong.
    Ceremony(CeremonyFault),
}

/// What went wrong with a passkey's ceremony.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CeremonyFault {
    /// There is no such ceremony: it has ended, has expired, or is another sign-in's.
    Over,
    /// The credential is none of the person's.
    Unknown,
    /// The answer does not verify; the text says why.
    Rejected(String),
    /// The security key counted backwards: there may be two of it.
    Cloned,
    /// A policy does not take the key's model: the word says why (`not_attested`, `denied`, `not_allowed`).
    Model(&'static str),
}

/// What people are told of a refusal, in their language: never more than helps them, and one thing where a difference
/// would tell a guesser something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// The code is not right, or was used before.
    NotRight,
    /// The clock of the device is off.
    ClockOff {
        /// How far it is ahead, in seconds; behind when negative.
        seconds: i64,
    },
    /// A token that counts was pressed more often than anybody here knows: its next code is waited for.
    AskNext,
    /// It does not look like a code.
    Malformed,
    /// Wait before the next try.
    Wait {
        /// How long, in seconds.
        seconds: i64,
    },
    /// A helpdesk has to unlock them; a passkey still counts.
    Locked,
    /// The account cannot be used for now.
    Suspended,
    /// The factor that was being registered was given up: begin again.
    GivenUp,
    /// The passkey could not be used.
    PasskeyFailed,
    /// The ceremony took too long.
    TookTooLong,
}

impl Refusal {
    /// A stable word, for logs and tests.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongCode => "wrong_code",
            Self::Used => "code_used",
            Self::ClockOff { .. } => "clock_off",
            Self::NoFactor => "no_factor",
            Self::Expired => "code_expired",
            Self::NotApproved => "code_not_approved",
            Self::Malformed => "malformed_code",
            Self::Waits { .. } => "waits",
            Self::Source { .. } => "source_waits",
            Self::Locked { .. } => "locked",
            Self::Suspended => "suspended",
            Self::TooManyTries => "too_many_tries",
            Self::Ceremony(CeremonyFault::Over) => "ceremony_over",
            Self::Ceremony(CeremonyFault::Unknown) => "unknown_credential",
            Self::Ceremony(CeremonyFault::Rejected(_)) => "assertion_rejected",
            Self::Ceremony(CeremonyFault::Cloned) => "credential_cloned",
            Self::Ceremony(CeremonyFault::Model(_)) => "model_not_taken",
        }
    }

    /// What people are told, now.
    pub fn told(&self, now: Timestamp) -> Told {
        match self {
            Self::WrongCode | Self::Used | Self::NoFactor | Self::Expired | Self::NotApproved => Told::NotRight,
            Self::ClockOff { seconds: 0 } => Told::AskNext,
            Self::ClockOff { seconds } => Told::ClockOff { seconds: *seconds },
            Self::Malformed => Told::Malformed,
            Self::Waits { until } | Self::Source { until } => {
                Told::Wait { seconds: (until.seconds() - now.seconds()).max(1) }
            }
            Self::Locked { .. } => Told::Locked,
            Self::Suspended => Told::Suspended,
            Self::TooManyTries => Told::GivenUp,
            Self::Ceremony(CeremonyFault::Over) => Told::TookTooLong,
            Self::Ceremony(_) => Told::PasskeyFailed,
        }
    }

    /// More for the log.
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::ClockOff { seconds } => Some(format!("the token's clock is off by {seconds} s")),
            Self::Waits { until } | Self::Source { until } => Some(format!("until {until}")),
            Self::Locked { since } => Some(format!("since {since}")),
            Self::Ceremony(CeremonyFault::Rejected(why)) => Some(why.clone()),
            Self::Ceremony(CeremonyFault::Model(why)) => Some((*why).to_owned()),
            _ => None,
        }
    }

    /// Until when there is no point in trying.
    pub fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Waits { until } | Self::Source { until } => Some(*until),
            _ => None,
        }
    }

    /// Whether it was a guess that counts as a failure. A passkey cannot be guessed.
    pub(crate) fn counts(&self) -> bool {
        matches!(
            self,
            Self::WrongCode | Self::Used | Self::ClockOff { .. } | Self::NoFactor | Self::Expired | Self::NotApproved
        )
    }
}

impl From<Closed> for Refusal {
    fn from(closed: Closed) -> Self {
        match closed {
            Closed::Locked { since } => Self::Locked { since },
            Closed::Waits { until } => Self::Waits { until },
            Closed::Source { until } => Self::Source { until },
        }
    }
}

//! Why the log could not be written or read.

use kernel::{ErrorKind, Kinded};
use store::StoreError;

use crate::Revision;

/// Why the log could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum SignalsError {
    /// A filter or a cursor makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// A follower knows of more than the log holds: the log was restored from a backup, or it is another one.
    #[error("the log ends at revision {newest}, before the {after} that was read already; read everything again")]
    Ahead {
        /// What the follower has read.
        after: Revision,
        /// Where the log ends.
        newest: Revision,
    },
    /// The caller may not read it.
    #[error(transparent)]
    Denied(#[from] kernel::Denied),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Kinded for SignalsError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Invalid(_) => ErrorKind::Invalid,
            Self::Ahead { .. } => ErrorKind::Conflict,
            Self::Denied(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "signals.invalid",
            Self::Ahead { .. } => "signals.ahead",
            Self::Denied(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

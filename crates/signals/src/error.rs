//! Why the log could not be written or read.

use kernel::{ErrorKind, Kinded};
use store::StoreError;

/// Why the log could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum SignalsError {
    /// A filter or a cursor makes no sense.
    #[error("{0}")]
    Invalid(String),
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
            Self::Denied(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "signals.invalid",
            Self::Denied(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

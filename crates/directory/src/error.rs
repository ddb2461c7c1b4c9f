//! Why the directory could not answer or change.

use kernel::{ErrorKind, Kinded};
use store::StoreError;

/// Why the directory could not answer or change.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// There is no such user, or the caller may not know.
    #[error("there is no such user")]
    NoSuchUser,
    /// There is no such group, or the caller may not know.
    #[error("there is no such group")]
    NoSuchGroup,
    /// The request makes no sense; the text says how.
    #[error("{0}")]
    Invalid(String),
    /// The index is not loaded yet.
    #[error("the membership index is still loading; try again in a moment")]
    Loading,
    /// Others are reading snapshots.
    #[error("this node gives as many snapshots as it can; try again when one is done")]
    TooManySnapshots,
    /// A snapshot could not be read to its end.
    #[error("the snapshot broke off; begin again")]
    BrokenOff,
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] kernel::Denied),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Kinded for DirectoryError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NoSuchUser | Self::NoSuchGroup => ErrorKind::NotFound,
            Self::Invalid(_) => ErrorKind::Invalid,
            Self::TooManySnapshots => ErrorKind::TooMany,
            Self::Loading | Self::BrokenOff => ErrorKind::Unavailable,
            Self::Denied(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::NoSuchUser => "directory.no_such_user",
            Self::NoSuchGroup => "directory.no_such_group",
            Self::Invalid(_) => "directory.invalid",
            Self::Loading => "directory.loading",
            Self::TooManySnapshots => "directory.too_many_snapshots",
            Self::BrokenOff => "directory.snapshot_broke_off",
            Self::Denied(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

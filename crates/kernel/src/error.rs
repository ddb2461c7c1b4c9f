//! What kind of failure an error is. `web` turns the kind into a status, once, for every room.

use std::error::Error;
use std::time::Duration;

/// What a caller can do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The input is wrong; sending it again will not help.
    Invalid,
    /// Nobody has signed in.
    Unauthenticated,
    /// Somebody has signed in who may not do this.
    Forbidden,
    /// It does not exist, or the caller may not know that it does.
    NotFound,
    /// It clashes with what is there; read again and decide.
    Conflict,
    /// Too many requests; wait.
    TooMany,
    /// Something outside is out of reach for now; try again.
    Unavailable,
    /// A fault of ours.
    Internal,
}

/// An error that knows its kind and has a stable code such as `dirsync.no_such_run`.
pub trait Kinded: Error {
    /// The kind.
    fn kind(&self) -> ErrorKind;

    /// The stable code: `<room>.<what>`.
    fn code(&self) -> &'static str;

    /// What the caller may read. The text of an internal error stays in the log.
    fn public_detail(&self) -> String {
        match self.kind() {
            ErrorKind::Internal => "something went wrong on the server; the request id finds it in the log".to_owned(),
            _ => self.to_string(),
        }
    }

    /// How long to wait before trying again, where that is known.
    fn retry_after(&self) -> Option<Duration> {
        None
    }
}

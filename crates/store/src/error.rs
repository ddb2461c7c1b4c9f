//! Why the database could not do as it was told.

use kernel::{ErrorKind, Kinded};

/// What was behind it.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// PostgreSQL, the way to it, or what brings the tables of either database up to date.
    #[error(transparent)]
    Postgres(sqlx::Error),
    /// SQLite.
    #[error(transparent)]
    Sqlite(rusqlite::Error),
    /// Every connection was lent for too long.
    #[error("no connection was free in time")]
    NoneFree,
    /// The connections are closed.
    #[error("the connections are closed")]
    Closed,
    /// What ran the statement ended before it did.
    #[error("the thread of the statement ended")]
    Ended,
    /// What was committed could not be written to the disk.
    #[error("the log could not be written to the disk: {0}")]
    Flush(std::io::Error),
    /// The same, since an earlier one.
    #[error("since the log could not be written to the disk, nothing that is committed may last: start again")]
    NotFlushed,
    /// Something was to be written where nothing may be.
    #[error("a look writes nothing")]
    Look,
}

/// Why a statement, a unit of work or a start failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, or is shutting down; trying again may help.
    #[error("the database cannot be reached")]
    Unreachable(#[source] Cause),
    /// Another unit of work was in the way; trying again will help.
    #[error("another change was in the way")]
    Busy(#[source] Cause),
    /// There is no room left to write; trying again helps once there is.
    #[error("the database has no room left to write; make room on its disk")]
    Full(#[source] Cause),
    /// A uniqueness rule of the named constraint or columns was broken.
    #[error("a row with the same key exists already ({constraint})")]
    Duplicate {
        /// The constraint (PostgreSQL) or the columns (SQLite).
        constraint: String,
    },
    /// A stored value does not have the expected shape.
    #[error("the stored value in column {column} does not fit")]
    Corrupt {
        /// The column.
        column: String,
    },
    /// A sealed value cannot be opened: wrong key, wrong place, or tampered with.
    #[error("the sealed value in {place} cannot be opened: {reason}")]
    Sealed {
        /// Table, row and column.
        place: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// The settings are wrong; the text says how.
    #[error("{0}")]
    Settings(String),
    /// The migrations do not match the database.
    #[error("the database cannot be brought up to date: {0}")]
    Migration(String),
    /// Anything else: a fault of ours.
    #[error("the database refused a statement")]
    Broken(#[source] Cause),
}

impl StoreError {
    /// Whether the same unit of work may succeed when tried again.
    pub fn try_again(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Busy(_) | Self::Full(_))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        let kind = match &error {
            E::Io(_) | E::Tls(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed => Self::Unreachable,
            E::Database(cause) if cause.is_unique_violation() => {
                let constraint = cause.constraint().unwrap_or_else(|| cause.message()).to_owned();
                return Self::Duplicate { constraint };
            }
            E::Database(cause) => of_code(&cause.code().unwrap_or_default()),
            _ => Self::Broken,
        };
        kind(Cause::Postgres(error))
    }
}

/// By PostgreSQL's code.
fn of_code(code: &str) -> fn(Cause) -> StoreError {
    match code {
        // Serialisation failure; deadlock; lock not available.
        "40001" | "40P01" | "55P03" => StoreError::Busy,
        // disk_full.
        "53100" => StoreError::Full,
        // Classes 08 (connection) and 57P (shutdown, crash, cannot connect now), 53300 (full).
        _ if code.starts_with("08") || code.starts_with("57P") || code == "53300" => StoreError::Unreachable,
        _ => StoreError::Broken,
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as C;
        if let rusqlite::Error::SqliteFailure(cause, Some(message)) = &error
            && [rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE, rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY]
                .contains(&cause.extended_code)
        {
            return Self::Duplicate { constraint: message.clone() };
        }
        let kind = match error.sqlite_error_code() {
            Some(C::DatabaseBusy | C::DatabaseLocked) => Self::Busy,
            Some(C::DiskFull) => Self::Full,
            _ => Self::Broken,
        };
        kind(Cause::Sqlite(error))
    }
}

impl Kinded for StoreError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unreachable(_) | Self::Busy(_) | Self::Full(_) => ErrorKind::Unavailable,
            Self::Duplicate { .. } => ErrorKind::Conflict,
            Self::Settings(_) => ErrorKind::Invalid,
            Self::Corrupt { .. } | Self::Sealed { .. } | Self::Migration(_) | Self::Broken(_) => ErrorKind::Internal,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "store.unreachable",
            Self::Busy(_) => "store.busy",
            Self::Full(_) => "store.full",
            Self::Duplicate { .. } => "store.duplicate",
            Self::Corrupt { .. } => "store.corrupt",
            Self::Sealed { .. } => "store.sealed",
            Self::Settings(_) => "store.settings",
            Self::Migration(_) => "store.migration",
            Self::Broken(_) => "store.broken",
        }
    }
}

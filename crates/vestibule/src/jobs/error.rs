//! Why a job could not be read or moved.

use kernel::{ErrorKind, Kinded};
use store::StoreError;
use store::queue::{JobId, JobState};

/// Why a job could not be read or moved.
#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    /// There is no such job.
    #[error("job {0} does not exist")]
    NoSuchJob(JobId),
    /// The job is not in a state in which that makes sense.
    #[error("job {id} is {state}, so it cannot be {wanted}")]
    WrongState {
        /// Which.
        id: JobId,
        /// How it stands.
        state: JobState,
        /// What was asked for.
        wanted: &'static str,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Kinded for JobsError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NoSuchJob(_) => ErrorKind::NotFound,
            Self::WrongState { .. } => ErrorKind::Conflict,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NoSuchJob(_) => "jobs.no_such_job",
            Self::WrongState { .. } => "jobs.wrong_state",
            Self::Store(error) => error.code(),
        }
    }
}

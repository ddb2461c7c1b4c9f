//! The job queue as operators see it: what waits, what runs, what was given up. Routes under `/api/v1/jobs`.
//!
//! Deliberately runs no job: that is `store::worker`.

mod error;
pub mod permissions;
mod routes;
mod service;

pub use error::JobsError;
pub use routes::routes;
pub use service::{JobCounts, JobView, Jobs};

#[cfg(test)]
mod tests;

//! Pages about the one ordered log: the audit trail.

pub mod audit;
pub mod entry;
pub mod routes;
pub mod words;

//! Pages about the one ordered log: the audit trail.

pub mod audit;
pub mod entry;

//! Pages about the one ordered log: the audit trail, and where events are sent.

pub mod audit;
pub mod entry;
pub mod routes;
pub mod webhooks;
pub mod words;

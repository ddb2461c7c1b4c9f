//! Pages about the server itself.

pub mod health;
pub mod jobs;

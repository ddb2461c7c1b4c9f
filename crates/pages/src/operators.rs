//! Pages about who may run this server.

pub mod gate;
pub mod operators;
pub mod sessions;
pub mod tokens;

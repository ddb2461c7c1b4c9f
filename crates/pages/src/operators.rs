//! Pages about who may run this server.

pub mod gate;
pub mod operator;
pub mod operators;
pub mod routes;
pub mod sessions;
pub mod tokens;

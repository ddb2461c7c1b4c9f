//! Pages about who may run this server.

pub mod gate;
pub mod list;
pub mod operator;
pub mod routes;
pub mod sessions;
pub mod tokens;

//! Pages about applications that push: connections, what Entra saw, held pushes, user groups.

pub mod call;
pub mod calls;
pub mod connection;
pub mod connections;
pub mod group;
pub mod groups;
pub mod hold;
pub mod holds;
pub mod job;
pub mod routes;
pub mod settings;
pub mod words;

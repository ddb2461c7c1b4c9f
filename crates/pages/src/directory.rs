//! Pages about people and groups.

pub mod group;
pub mod groups;
pub mod routes;
pub mod search;
pub mod superiors;
pub mod user;
pub mod users;
pub mod words;

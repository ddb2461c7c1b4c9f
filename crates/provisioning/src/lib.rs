#![doc = include_str!("../README.md")]

pub mod checker;
pub mod conclusion;
pub mod config;
pub mod connections;
pub mod cycles;
pub mod door;
pub mod ending;
pub mod error;
pub mod guard;
pub mod holds;
pub mod journal;
pub mod keys;
pub mod model;
pub mod notice;
pub mod operation;
pub mod permissions;
pub mod pusher;
pub mod pushes;
pub mod resources;
pub mod service;
pub mod settings;
pub mod user_groups;

mod entra_tokens;
mod ledger;
mod plan;
mod retention;
mod routes;
mod store;
mod tokens;
mod upkeep;

pub use config::Config;
pub use connections::{ConnectionUpdate, ConnectionView, NewConnection};
pub use door::{problem, scim_routes};
pub use error::ProvisioningError;
pub use keys::{IssuedKey, KeyView, NewKey};
pub use model::{CallId, Connection, ConnectionId, ConnectionState, HoldId, KeyId};
pub use pusher::Pusher;
pub use routes::routes;
pub use service::{Parts, Provisioning};
pub use settings::Settings;

#[cfg(test)]
mod tests;

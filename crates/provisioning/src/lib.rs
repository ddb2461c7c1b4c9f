#![doc = include_str!("../README.md")]

pub mod error;
pub mod guard;
pub mod model;
pub mod pusher;
pub mod service;
pub mod settings;

pub use error::ProvisioningError;
pub use model::{CallId, Connection, ConnectionId, ConnectionState, HoldId, KeyId};
pub use pusher::Pusher;
pub use service::Provisioning;
pub use settings::Settings;

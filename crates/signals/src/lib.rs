#![doc = include_str!("../README.md")]

pub mod append;
pub mod cef;
pub mod chain;
pub mod cloudevents;
pub mod config;
pub mod error;
pub mod identity;
pub mod members;
pub mod model;
pub mod permissions;
pub mod read;
pub mod service;
pub mod view;
pub mod webhooks;

mod routes;
mod store;

pub use append::{Turn, append, append_in, turn};
pub use config::Config;
pub use error::SignalsError;
pub use identity::{Identities, Identity, KnowObjects, Known};
pub use model::{Cause, Entry, Json, Logged, Object, Revision, Stream};
pub use read::{Filter, list, newest, of_objects, oldest_first};
pub use routes::routes;
pub use service::{ExportFormat, Followed, Signals, Wish};
pub use view::EventView;
pub use webhooks::Webhooks;

#[cfg(test)]
mod tests;

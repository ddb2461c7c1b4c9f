#![doc = include_str!("../README.md")]

pub mod append;
pub mod cef;
pub mod chain;
pub mod error;
pub mod members;
pub mod model;
pub mod permissions;
pub mod read;
pub mod service;
pub mod view;

mod routes;
mod store;

pub use append::append;
pub use error::SignalsError;
pub use model::{Cause, Entry, Json, Logged, Object, Revision, Stream};
pub use read::{Filter, list, newest, of_objects, oldest_first};
pub use routes::routes;
pub use service::{ExportFormat, Followed, Signals, Wish};
pub use view::EventView;

#[cfg(test)]
mod tests;

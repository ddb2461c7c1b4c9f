#![doc = include_str!("../README.md")]

pub mod append;
pub mod chain;
pub mod error;
pub mod members;
pub mod model;
pub mod permissions;
pub mod read;
mod store;

pub use append::append;
pub use error::SignalsError;
pub use model::{Cause, Entry, Json, Logged, Object, Revision, Stream};
pub use read::{Filter, list, newest, oldest_first};

#[cfg(test)]
mod tests;

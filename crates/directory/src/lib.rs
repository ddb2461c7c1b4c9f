#![doc = include_str!("../README.md")]

pub mod apply;
pub mod attributes;
pub mod change;
pub mod diff;
pub mod error;
pub mod filter;
pub mod follow;
pub mod index;
pub mod limit;
pub mod model;
pub mod permissions;
pub mod read;
pub mod search;
pub mod service;
pub mod state;
pub mod views;

mod routes;
mod store;

pub use apply::{Applied, Known, Origin, apply, apply_to};
pub use attributes::{Addresses, GroupAttributes, GroupKind, UserAttributes};
pub use change::{Act, Cause, Change, ObjectKind};
pub use error::DirectoryError;
pub use filter::{GroupFilter, GroupSort, Order, UserFilter, UserSort};
pub use limit::Toll;
pub use model::{Group, GroupId, Member, MemberKind, Source, SourceId, SourceKind, User, UserId};
pub use permissions::ReadDirectory;
pub use routes::routes;
pub use service::Directory;
pub use state::{Conflict, ConflictCause, Decision, ExcludedBecause, State, StateName};

#[cfg(test)]
mod tests;

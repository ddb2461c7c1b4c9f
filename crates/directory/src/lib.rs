#![doc = include_str!("../README.md")]

pub mod apply;
pub mod attributes;
pub mod change;
pub mod error;
pub mod follow;
pub mod index;
pub mod model;
pub mod read;
pub mod state;
mod store;

pub use apply::{Applied, Origin, apply};
pub use attributes::{Addresses, GroupAttributes, GroupKind, UserAttributes};
pub use change::{Act, Cause, Change, ObjectKind};
pub use error::DirectoryError;
pub use model::{Group, GroupId, Member, MemberKind, Source, SourceId, SourceKind, User, UserId};
pub use state::{Conflict, ConflictCause, Decision, ExcludedBecause, State, StateName};

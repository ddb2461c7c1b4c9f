//! The ground every crate stands on: ids, clock, chance, actor, error kind, page, secret.
//!
//! Deliberately does no I/O, knows no HTTP and no SQL.

pub mod actor;
pub mod chance;
pub mod clock;
pub mod env;
pub mod error;
pub mod id;
pub mod page;
pub mod permission;
pub mod scalar;
pub mod schema;
pub mod secret;

pub use actor::{Actor, ActorKind, Role};
pub use chance::Rng;
pub use clock::{Clock, ManualClock, Timestamp};
pub use env::Env;
pub use error::{ErrorKind, Kinded};
pub use id::{OperatorId, OrganisationId, RequestId, TokenId};
pub use page::{Cursor, Page, PageRequest};
pub use permission::{Denied, May, Permission};
pub use scalar::{Scalar, ScalarKind, Stored};
pub use secret::Secret;

#[cfg(test)]
mod tests;

//! Test tools: a fresh database of each kind, a clock that stands still, actors, calls to a router.
//!
//! Deliberately knows no room.

pub mod call;
#[cfg(test)]
mod conformance;
pub mod db;
pub mod postgres;
pub mod smtp;

pub use call::{Answer, call, get, send};
pub use db::{Db, on_each_database};
pub use smtp::MailServer;

use kernel::{Actor, ActorKind, OperatorId, OrganisationId, RequestId, Role, Timestamp, TokenId};
use uuid::Uuid;

/// When a test's clock begins: 2026-03-02T09:00:00Z, a Monday.
pub const START: Timestamp = Timestamp::from_seconds(1_772_442_000);

/// An operator of a role, for services called directly.
pub fn operator(organisation: OrganisationId, role: Role) -> Actor {
    Actor {
        kind: ActorKind::Operator { id: OperatorId(Uuid::from_u128(role as u128 + 1)), name: format!("test-{role}") },
        organisation,
        role,
        request_id: RequestId(Uuid::from_u128(0xabc)),
        address: Some([192, 0, 2, 7].into()),
    }
}

/// The same operator by an API token of their own.
pub fn token_of(operator: Actor) -> Actor {
    let Some(person) = operator.person() else { return operator };
    let id = TokenId(Uuid::from_u128(person.0.as_u128() << 64));
    Actor { kind: ActorKind::Token { id, name: "nightly".to_owned(), operator: person }, ..operator }
}

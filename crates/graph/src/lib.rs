//! Microsoft Graph client: token, typed resources, delta pages, batch, throttling.
//!
//! Typed and small: it offers the calls that Vestibule makes, not Graph's whole surface. It knows Graph's rules (which
//! failures pass, when a delta token is dead, what a 404 proves) and deliberately none of ours: no decision about a
//! user is taken here. Reading order: `client` → `tokens` → `budget` → `retry` → `error`, then `delta`, `list`, `batch`.

pub mod batch;
pub mod budget;
mod call;
pub mod calls;
pub mod client;
mod cost;
pub mod delta;
pub mod error;
pub mod field;
pub mod http;
pub mod list;
pub mod pace;
pub mod query;
pub mod resources;
mod retry;
pub mod subscriptions;
pub mod synchronization;
mod tokens;
mod urls;

#[cfg(test)]
mod tests;

pub use batch::{BatchAnswer, BatchCall};
pub use budget::{Budget, BudgetState, Limits, Priority};
pub use calls::{Existence, GRAPH_APP_ID, UserKey};
pub use client::{Answer, Client, Config};
pub use cost::Cost;
pub use delta::{DeltaReader, Next, Page, Start};
pub use error::{GraphError, Refusal};
pub use field::Field;
pub use http::{HttpError, HttpSettings, ProxySetting, http_client};
pub use list::{List, ListPage};
pub use pace::{Pace, VirtualPace};
pub use query::Query;
pub use resources::{
    DeltaGroup, DeltaUser, DirectoryObject, EmailMethod, Group, MemberChange, ObjectKind, PhoneMethod, RemovedReason,
    User,
};
pub use retry::RetryPolicy;
pub use subscriptions::{LONGEST_SUBSCRIPTION, NewSubscription, Subscription};
pub use tokens::{CredentialProvider, CredentialsError, FixedCredentials, NamedCredentials};

//! The nouns: connections, and the ids of what belongs to them.

use kernel::{OrganisationId, Timestamp, id_type, text_enum};
use tenants::TenantId;

use crate::settings::Settings;

id_type!(
    /// An application that pushes users and groups.
    ConnectionId,
    /// A user or a group as SCIM knows it: the `id` of RFC 7643 §3.1.
    ResourceId,
    /// What a client signs its calls with.
    KeyId,
    /// Calls that wait for a person's decision.
    HoldId,
);

/// The place of a call in the journal.
pub type CallId = i64;

text_enum!(
    /// Whether a connection takes calls.
    pub enum ConnectionState {
        /// It takes calls.
        On = "on",
        /// It answers 503, so that the client comes again: nothing is read, nothing is changed.
        Paused = "paused",
    }
);

/// An application that pushes users and groups. Its resources are a world of their own.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    /// Its id; also the id of the directory's source where it is bound to no tenant.
    pub id: ConnectionId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// The friendly name.
    pub name: String,
    /// The connected tenant that it pushes from, where it is known to be one. Then `externalId` is Entra's object id, and
    /// push and pull meet in one user.
    pub tenant: Option<TenantId>,
    /// Whether it takes calls.
    pub state: ConnectionState,
    /// What an operator sets.
    pub settings: Settings,
    /// How many users it has.
    pub user_count: u64,
    /// How many groups it has.
    pub group_count: u64,
    /// When it was last called with a valid key.
    pub last_call_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its name, tenant, state or settings last changed.
    pub changed_at: Timestamp,
    /// Grows with every such change.
    pub version: i64,
}

impl Connection {
    /// Whether it has neither users nor groups.
    pub fn is_empty(&self) -> bool {
        self.user_count + self.group_count == 0
    }
}

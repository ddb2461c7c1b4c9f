//! Who pushes: a client whose key, access token or Entra-issued token has been checked.

use std::sync::Arc;

use kernel::{Actor, RequestId};

use crate::model::{Connection, KeyId};

/// A client that has shown who it is: the proof that SCIM reads and writes ask for, as operators show a permission.
///
/// Made by the door, which has checked a key, and by an operator's decision about held calls. Carries the connection as it
/// was when that was checked.
#[derive(Debug, Clone)]
pub struct Pusher {
    /// The connection.
    pub(crate) connection: Arc<Connection>,
    /// The key that was shown, where it was one.
    pub(crate) key: Option<KeyId>,
    /// Who is in the log.
    pub(crate) actor: Actor,
    /// The public address of the connection's resources, without a slash at its end: `https://…/scim/orgs/…`.
    pub(crate) base: Arc<str>,
}

impl Pusher {
    /// The connection.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Which key was shown.
    pub const fn key(&self) -> Option<KeyId> {
        self.key
    }

    /// In the course of which request.
    pub const fn request_id(&self) -> RequestId {
        self.actor.request_id
    }
}

//! What the console shows: the services of the rooms.

use std::sync::Arc;

use directory::Directory;
use dirsync::Dirsync;
use kernel::Env;
use mfa::Mfa;
use operators::Operators;
use provisioning::Provisioning;
use signals::{Signals, Webhooks};
use tenants::Tenants;

use crate::server::Server;

/// The rooms' services. Cheap to clone.
#[derive(Clone)]
pub struct Rooms {
    /// Time and chance.
    pub env: Env,
    /// Where people reach this server: `https://vestibule.example`, without a slash at its end.
    pub url: String,
    /// Who may run this server.
    pub operators: Operators,
    /// People and groups.
    pub directory: Directory,
    /// The directory sync.
    pub dirsync: Dirsync,
    /// The applications that push.
    pub provisioning: Provisioning,
    /// The second factor.
    pub mfa: Mfa,
    /// The one ordered log.
    pub signals: Signals,
    /// Where events are sent.
    pub webhooks: Webhooks,
    /// The connected tenants.
    pub tenants: Tenants,
    /// The server itself: its jobs and its health.
    pub server: Arc<dyn Server>,
}

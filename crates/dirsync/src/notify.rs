//! Change notifications of Microsoft Graph: what is told hastens the next delta run, and is never believed.
//!
//! | file | what it does |
//! |---|---|
//! | `decide` | pure: when to subscribe, renew and end; whether a run is asked for, and when |
//! | `receive` | a post to our address: the echo that Graph asks for, whether it is Graph, and what it leads to |
//! | `tend` | asks Graph for subscriptions, renews and ends them, by a job that is tried again |
//! | `follow` | asks for the run, by a job |
//! | `jobs` | what the jobs of both have in common |
//! | `status` | how it stands, for people |
//!
//! Deliberately reads nothing out of a notification but whether it is Graph's and whether it is about the subscription
//! itself. A notification that never comes costs nothing but time: the clockwork asks for runs as ever.

use std::sync::Arc;

use directory::SourceId;
use kernel::{OrganisationId, Timestamp, id_type, text_enum};
use store::Sealer;
use store::seal::SealedColumn;

use crate::model::RunState;
use crate::settings::{Mode, Settings};
use crate::store::subscriptions;

pub(crate) mod decide;
pub(crate) mod follow;
mod jobs;
pub mod receive;
pub mod status;
pub(crate) mod tend;

#[cfg(test)]
mod tests;

pub use status::{NotificationState, NotificationStatus};

/// What is sealed in the room's tables, for the rotation of master keys.
pub const SEALED: &[SealedColumn] = &[subscriptions::SEALED];

/// Where our address for notifications begins, below the public address of the server.
const PATH: &str = "/api/v1/dirsync/notifications/";

id_type!(
    /// The last part of the address that one subscription's notifications come to.
    HookId,
);

text_enum!(
    /// What Graph tells about; each is a subscription of its own.
    pub enum Resource {
        /// Users come, change and go.
        Users = "users",
        /// Groups do, and their members.
        Groups = "groups",
    }
);

/// What went wrong with a subscription, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// A stable code.
    pub code: String,
    /// What Graph said.
    pub detail: String,
    /// What to do about it.
    pub mend: String,
}

/// A subscription as it is kept.
#[derive(Clone)]
pub struct Subscribed {
    /// The last part of its address.
    pub id: HookId,
    /// Whose.
    pub organisation: OrganisationId,
    /// Of which source.
    pub source_id: SourceId,
    /// What it tells about.
    pub resource: Resource,
    /// What every notification must carry; sealed.
    pub client_state: Vec<u8>,
    /// The address that Graph was given.
    pub address: String,
    /// Graph's id of it; none before Graph has agreed.
    pub graph_id: Option<String>,
    /// When Graph ends it by itself.
    pub expires_at: Option<Timestamp>,
    /// When it is renewed.
    pub renew_at: Option<Timestamp>,
    /// When a change was last told that no run had begun after.
    pub heard_at: Option<Timestamp>,
    /// How often Graph was asked in vain.
    pub attempts: u32,
    /// Graph is not asked before.
    pub try_at: Timestamp,
    /// What went wrong last.
    pub trouble: Option<Trouble>,
}

impl Subscribed {
    /// Whether Graph tells us by it now.
    pub fn is_there(&self, now: Timestamp) -> bool {
        self.graph_id.is_some() && self.expires_at.is_none_or(|end| end > now)
    }
}

/// What notifications need beside the database.
#[derive(Clone)]
pub struct Hook {
    /// The public address of this server, without a slash at its end.
    pub base: Arc<str>,
    /// Seals what notifications must carry.
    pub sealer: Sealer,
}

impl Hook {
    /// The address that one subscription's notifications come to.
    pub(crate) fn address(&self, id: HookId) -> String {
        format!("{}{PATH}{id}", self.base)
    }
}

impl Settings {
    /// Whether the operator wants to be told, and it makes sense: a preview keeps no place from which to go on.
    pub(crate) fn wants_notifications(&self) -> bool {
        self.notifications && self.mode == Mode::On
    }
}

/// The newest run that reads a source: whether it has begun, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Newest {
    /// When it began to read; none while it waits.
    pub started_at: Option<Timestamp>,
    /// Where it stands.
    pub state: RunState,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

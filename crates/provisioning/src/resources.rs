//! Users, groups and members as a client pushes and reads them.
//!
//! | verb | file |
//! |---|---|
//! | read one, and how a resource is shown | `read.rs`, `show.rs` |
//! | list, search | `list.rs`, `trail.rs`, `matches.rs` |
//! | create | `create.rs` |
//! | replace, patch, delete | `modify.rs`, `members.rs` |
//! | what a write does to the directory | `effects.rs` |
//! | many in one call | `bulk.rs` |
//!
//! Every write of an organisation takes its turn at the log first: writes of one organisation come one after the other,
//! so that none is lost and none can wait for another in a circle. They would wait there anyway, to be logged.

use std::time::Duration;

use kernel::RequestId;
use scim::etag::ETag;
use scim::{Object, ResourceType, ScimError, ScimType};
use signals::Turn;
use store::{StoreError, Tx};
use uuid::Uuid;

use crate::error::ProvisioningError;
use crate::pusher::Pusher;
use crate::service::Provisioning;
use crate::store::resources::{self as rows, Beside, Home, Stored};

mod bulk;
mod create;
mod effects;
mod list;
mod matches;
mod members;
mod modify;
mod read;
mod show;
mod trail;

pub(crate) use members::leaving;
pub use read::Found;
pub(crate) use trail::{Trails, Way};

/// The most operations of a bulk call, as discovery says.
pub const MOST_BULK_OPERATIONS: usize = 1_000;
/// How long a list's cursor is good for, as discovery says.
pub const CURSOR_TIMEOUT: Duration = Duration::from_hours(1);

/// A resource as it is answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The SCIM id.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// What is shown of it; `None` answers without a body.
    pub resource: Option<Object>,
    /// Its version.
    pub etag: ETag,
    /// Its absolute address.
    pub location: String,
}

impl Pusher {
    pub(crate) fn home(&self) -> Home {
        Home { organisation: self.connection.organisation, connection: self.connection.id }
    }

    /// The address of a resource.
    pub(crate) fn location(&self, kind: &'static ResourceType, id: Uuid) -> String {
        format!("{}{}/{id}", self.base, kind.endpoint)
    }

    pub(crate) fn rules(&self) -> scim::resource::Rules {
        let unknown = if self.connection.settings.refuse_unknown {
            scim::resource::Unknown::Refuse
        } else {
            scim::resource::Unknown::Ignore
        };
        scim::resource::Rules { unknown, ..scim::resource::Rules::default() }
    }

    pub(crate) fn request(&self) -> RequestId {
        self.actor.request_id
    }
}

impl Provisioning {
    /// Begins a write: takes the organisation's turn at its log.
    async fn begin_write(&self, pusher: &Pusher) -> Result<Write, StoreError> {
        let mut tx = self.store().begin().await?;
        let turn = signals::turn(&mut tx, pusher.actor.organisation).await?;
        Ok(Write { tx, turn })
    }
}

/// A write in the making: its unit of work, and the turn at the organisation's log that it began with.
struct Write {
    tx: Tx,
    turn: Turn,
}

impl Write {
    async fn commit(self) -> Result<(), StoreError> {
        self.tx.commit().await
    }
}

fn etag(row: &Stored) -> ETag {
    ETag::new(row.version)
}

/// Finds a resource; what is not a SCIM id of ours is not found.
async fn find(
    tx: &mut Tx,
    pusher: &Pusher,
    kind: &'static ResourceType,
    id: &str,
    beside: Beside,
) -> Result<Stored, ProvisioningError> {
    let found = match rows::canonical(id) {
        Some(id) => rows::find(tx, kind, pusher.connection.id, id, beside).await?,
        None => None,
    };
    found.ok_or_else(|| not_found(kind).into())
}

fn not_found(kind: &'static ResourceType) -> ScimError {
    ScimError::with_status(404, format!("there is no {} with this id", kind.name))
}

fn taken(kind: &'static ResourceType) -> ScimError {
    let attribute = if rows::is_user(kind) { "userName" } else { "displayName" };
    ScimError::new(ScimType::Uniqueness, format!("another {} has this {attribute}", kind.name))
}

/// Tries a unit of work again when another was in its way.
macro_rules! again {
    ($attempt:expr) => {{
        let mut left = 3_u8;
        loop {
            match $attempt.await {
                Err(ProvisioningError::Store(error)) if left > 0 && error.try_again() => {
                    tracing::debug!(error = &error as &dyn std::error::Error, "a push is tried again");
                    left -= 1;
                }
                outcome => break outcome,
            }
        }
    }};
}
use again;

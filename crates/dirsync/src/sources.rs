//! Outside directories: the seam, and what is behind it.
//!
//! A source reads and never decides. A read that fails half-way is an error, never a short read.

use async_trait::async_trait;
use directory::{GroupAttributes, Member, ObjectKind, SourceId, UserAttributes};
use graph::GraphError;
use kernel::{OperatorId, Secret, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::notify::Resource;

pub mod graph_notifier;
pub mod graph_source;
pub mod tenant_sources;

pub use graph_notifier::GraphNotifier;
pub use graph_source::GraphSource;
pub use tenant_sources::TenantSources;

/// Why nothing may be taken away for now, and of what (NET-05).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freeze {
    /// Why, in a sentence.
    pub reason: String,
    /// Whether an operator has paused the source: it is not even read.
    pub paused: bool,
    /// Whether users stay as they are.
    pub users: bool,
    /// Whether groups and their members stay as they are.
    pub groups: bool,
    /// Whether the members of groups with hidden membership cannot be seen, so that those groups only look empty.
    pub hidden_members: bool,
}

impl Freeze {
    /// Everything stays as it is.
    pub fn all(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), paused: false, users: true, groups: true, hidden_members: false }
    }
}

/// A source that is no longer connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Former {
    /// The source.
    pub id: SourceId,
    /// What people called it.
    pub name: String,
    /// Since when it is not connected.
    pub since: Timestamp,
    /// Who disconnected it: an actor's label.
    pub by: String,
    /// Which operator that was, directly or through a token of theirs.
    pub person: Option<OperatorId>,
}

/// Where a read begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From {
    /// With everything there is.
    Everything,
    /// With what changed since a finished read.
    Link(String),
    /// In the middle of a read that was interrupted.
    Next(String),
}

/// What comes after a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum After {
    /// Another page.
    Next(String),
    /// Nothing; the next read begins here.
    Link(String),
}

/// A user as it was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeenUser {
    /// What the source reports.
    pub attributes: UserAttributes,
    /// Whether the source told the manager; otherwise the one we know stays.
    pub manager_told: bool,
    /// Whether the source told the other attributes; otherwise those we know stay.
    pub attributes_told: bool,
}

/// A group as it was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeenGroup {
    /// What the source reports.
    pub attributes: GroupAttributes,
    /// Whether the source told the attributes; otherwise those we know stay.
    pub attributes_told: bool,
}

/// One item of a page: what was read, or word that the object is gone.
#[derive(Debug, Clone)]
pub struct Item<T> {
    /// Its id in the source.
    pub object_id: Uuid,
    /// What was read; nothing when it is gone.
    pub seen: Option<T>,
    /// The source says that it is gone for good, not just put aside.
    pub for_good: bool,
    /// What was read about its members: the member, and whether it was removed.
    pub members: Vec<(Member, bool)>,
}

/// One page.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The items as they came; the last word on an object counts.
    pub items: Vec<Item<T>>,
    /// What comes after it.
    pub after: After,
}

/// What a second look found (NET-04).
#[derive(Debug, Clone)]
pub enum Look {
    /// It is there after all.
    There(Looked),
    /// It is gone.
    Gone,
}

/// What is there after all.
#[derive(Debug, Clone)]
pub enum Looked {
    /// A user.
    User(Box<SeenUser>),
    /// A group.
    Group(Box<SeenGroup>),
}

/// Reads one outside directory.
#[async_trait]
pub trait Source: Send + Sync {
    /// Begins, or goes on with, a read of users.
    async fn users(&self, from: From) -> Result<Box<dyn Pages<SeenUser>>, GraphError>;

    /// Begins, or goes on with, a read of groups and their direct members.
    async fn groups(&self, from: From) -> Result<Box<dyn Pages<SeenGroup>>, GraphError>;

    /// Looks at single objects: the evidence before anything is taken away. One answer for each id, in their order.
    async fn look(&self, kind: ObjectKind, ids: &[Uuid]) -> Result<Vec<Look>, GraphError>;

    /// Finds a user by an address: user principal name, mail or alias.
    async fn find_by_address(&self, address: &str) -> Result<Option<(Uuid, SeenUser)>, GraphError>;

    /// Every direct member of a group.
    async fn members(&self, group: Uuid) -> Result<Vec<Member>, GraphError>;

    /// The groups that a user is a direct member of.
    async fn groups_of(&self, user: Uuid) -> Result<Vec<Uuid>, GraphError>;

    /// How many users there are, where the source says.
    async fn user_count(&self) -> Result<Option<u64>, GraphError>;
}

/// The pages of one read.
#[async_trait]
pub trait Pages<T>: Send {
    /// The next page; `None` after the last one.
    async fn next(&mut self) -> Result<Option<Page<T>>, GraphError>;
}

/// Asks an outside directory to tell of changes.
#[async_trait]
pub trait Notifier: Send + Sync {
    /// Asks to be told at an address until then. The source calls the address before it agrees; what it tells will carry
    /// `state`. Returns the source's id of it and its real end.
    async fn begin(
        &self,
        resource: Resource,
        address: &str,
        state: Secret<String>,
        until: Timestamp,
    ) -> Result<(String, Timestamp), GraphError>;

    /// Lets it live on; its real end, or nothing when the source has it no more.
    async fn renew(&self, id: &str, until: Timestamp) -> Result<Option<Timestamp>, GraphError>;

    /// Ends it; one that is not there is ended.
    async fn end(&self, id: &str) -> Result<(), GraphError>;

    /// Ends whatever tells at an address.
    async fn end_all_at(&self, address: &str) -> Result<(), GraphError>;
}

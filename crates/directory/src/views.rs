//! Users, groups and memberships as they travel, and as pages draw them.

use kernel::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::attributes::{Addresses, GroupAttributes, GroupKind, UserAttributes};
use crate::model::{Group, GroupId, SourceId, SourceKind, User, UserId};
use crate::state::{Decision, State, StateName};

/// The state of a user or a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StateView {
    /// Its name.
    pub state: StateName,
    /// The cause of a conflict or the reason of an exclusion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<&'static str>,
    /// Since when it is in conflict or deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// When a conflict is acted on, or a deleted object is purged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// What is to happen with a conflict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
}

impl From<&State> for StateView {
    fn from(state: &State) -> Self {
        let (since, decision) = match state {
            State::Conflict(conflict) => (Some(conflict.since), Some(conflict.decision)),
            State::Deleted { since, .. } => (Some(*since), None),
            State::Active | State::Disabled | State::Excluded { .. } => (None, None),
        };
        Self { state: state.name(), cause: state.cause(), since, due: state.due(), decision }
    }
}

/// Where an object comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DirectorySource)]
pub struct SourceView {
    /// The kind of the source.
    pub kind: SourceKind,
    /// Which one; for `graph` the tenant.
    pub id: SourceId,
}

/// A user in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UserSummary {
    /// Our id; stays for life.
    pub id: UserId,
    /// Where it comes from.
    pub source: SourceView,
    /// The immutable id there.
    pub object_id: Uuid,
    /// What people call it.
    pub name: String,
    /// The user principal name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_principal_name: Option<String>,
    /// The primary mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
    /// The department.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// The job title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_title: Option<String>,
    /// `Member` or `Guest`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_type: Option<String>,
    /// The state.
    #[serde(flatten)]
    pub state: StateView,
    /// When it last changed here.
    pub changed_at: Timestamp,
    /// The log's revision of the last change.
    pub revision: i64,
}

impl From<&User> for UserSummary {
    fn from(user: &User) -> Self {
        let a = &user.attributes;
        Self {
            id: user.id,
            source: SourceView { kind: user.source.kind, id: user.source.id },
            object_id: user.object_id,
            name: user.name(),
            user_principal_name: a.user_principal_name.clone(),
            mail: user.addresses().primary,
            department: a.department.clone(),
            job_title: a.job_title.clone(),
            user_type: a.user_type.clone(),
            state: (&user.state).into(),
            changed_at: user.changed_at,
            revision: user.revision,
        }
    }
}

impl From<User> for UserSummary {
    fn from(user: User) -> Self {
        (&user).into()
    }
}

/// One user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DirectoryUser)]
pub struct UserView {
    /// What lists show.
    #[serde(flatten)]
    pub summary: UserSummary,
    /// What the source reports, by Graph's names.
    pub attributes: UserAttributes,
    /// Its addresses, sorted by what they are.
    pub addresses: Addresses,
    /// When we first saw it.
    pub created_at: Timestamp,
    /// When the source last showed it changed.
    pub seen_at: Timestamp,
    /// Since when complete reads have not shown it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_since: Option<Timestamp>,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            summary: (&user).into(),
            addresses: user.addresses(),
            created_at: user.created_at,
            seen_at: user.seen_at,
            missing_since: user.missing_since,
            attributes: user.attributes,
        }
    }
}

/// A group by id and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GroupRef {
    /// Our id.
    pub id: GroupId,
    /// What people call it.
    pub name: String,
}

/// A group in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GroupSummary {
    /// Our id; stays for life.
    pub id: GroupId,
    /// Where it comes from.
    pub source: SourceView,
    /// The immutable id there.
    pub object_id: Uuid,
    /// What people call it.
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its primary address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
    /// The kind.
    pub kind: GroupKind,
    /// Whether a rule decides who is in it.
    pub dynamic: bool,
    /// The state.
    #[serde(flatten)]
    pub state: StateView,
    /// Users directly in it; absent while the index is loading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direct_members: Option<u64>,
    /// Users in it at any depth; absent while the index is loading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transitive_members: Option<u64>,
    /// When it last changed here.
    pub changed_at: Timestamp,
    /// The log's revision of the last change.
    pub revision: i64,
}

impl From<&Group> for GroupSummary {
    fn from(group: &Group) -> Self {
        let a = &group.attributes;
        Self {
            id: group.id,
            source: SourceView { kind: group.source.kind, id: group.source.id },
            object_id: group.object_id,
            name: group.name(),
            description: a.description.clone(),
            mail: a.mail.clone(),
            kind: a.kind(),
            dynamic: a.is_dynamic(),
            state: (&group.state).into(),
            direct_members: None,
            transitive_members: None,
            changed_at: group.changed_at,
            revision: group.revision,
        }
    }
}

/// One group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DirectoryGroup)]
pub struct GroupView {
    /// What lists show.
    #[serde(flatten)]
    pub summary: GroupSummary,
    /// What the source reports, by Graph's names.
    pub attributes: GroupAttributes,
    /// What its rows name.
    pub members: MemberCounts,
    /// Groups directly in it.
    pub children: Vec<GroupRef>,
    /// Groups it is directly in.
    pub parents: Vec<GroupRef>,
    /// Groups that contain each other and this one; empty when there is no such knot.
    pub cycle: Vec<GroupRef>,
    /// When we first saw it.
    pub created_at: Timestamp,
    /// When the source last showed it changed.
    pub seen_at: Timestamp,
    /// Since when complete reads have not shown it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_since: Option<Timestamp>,
}

/// What the rows of a group name, by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct MemberCounts {
    /// Users.
    pub users: u64,
    /// Of those, users that are known here and left out or deleted.
    pub left_out: u64,
    /// Of those, users that are not known here.
    pub unknown: u64,
    /// Groups.
    pub groups: u64,
    /// Devices.
    pub devices: u64,
    /// Service principals.
    pub service_principals: u64,
    /// Anything else, such as contacts.
    pub others: u64,
}

/// A group that a user is in, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UserGroup {
    /// The group.
    #[serde(flatten)]
    pub group: GroupSummary,
    /// Whether the directory itself says so.
    pub direct: bool,
    /// By which ways: from a group of the user's own up to the group, the shortest first.
    pub paths: Vec<Vec<GroupRef>>,
    /// Whether there are more ways than these.
    pub more_paths: bool,
}

/// A user in a group, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GroupMember {
    /// The user.
    #[serde(flatten)]
    pub user: UserSummary,
    /// Whether the directory itself says so.
    pub direct: bool,
    /// The shortest way: from a group of the user's own up to the group.
    pub path: Vec<GroupRef>,
}

/// Whether a user is in a group, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Membership {
    /// Whether it is, at any depth.
    pub member: bool,
    /// Whether the directory itself says so.
    pub direct: bool,
    /// The shortest way: from a group of the user's own up to the group.
    pub path: Vec<GroupRef>,
    /// The user's state: only a usable one passes doors.
    pub user_state: StateName,
    /// The group's state: only a usable one gives rights.
    pub group_state: StateName,
    /// The log's revision of the answer.
    pub revision: i64,
}

/// What happened to an object.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HistoryEntry {
    /// The number in the organisation's log.
    pub revision: i64,
    /// When.
    pub at: Timestamp,
    /// What: `user.updated`.
    pub event: String,
    /// Who: a name, or the system's reason.
    pub actor: String,
    /// `operator`, `token` or `system`.
    pub actor_kind: String,
    /// What made it happen: `run`, `undo`, `request`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Which one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause_id: Option<Uuid>,
    /// Why, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What is different.
    pub changes: Vec<FieldChange>,
    /// Who joined and left; the first [`crate::views::MOST_NAMED`] of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<MemberNote>,
    /// How many joined.
    pub members_added: usize,
    /// How many left.
    pub members_removed: usize,
}

/// How many of those who joined or left an entry of a history names.
pub const MOST_NAMED: usize = 25;

/// One thing that is different.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FieldChange {
    /// `state`, or the attribute by Graph's name.
    pub field: String,
    /// What it was; null when there was nothing.
    pub before: Value,
    /// What it is; null when there is nothing.
    pub after: Value,
}

/// One who joined or left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MemberNote {
    /// Left, not joined.
    pub removed: bool,
    /// What it is.
    pub kind: crate::MemberKind,
    /// The object id in the source.
    pub object_id: Uuid,
    /// Our id, where it is known here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// What people call it, where it is known here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// How many there are in a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StateCount {
    /// The state.
    pub state: StateName,
    /// The cause of a conflict or the reason of an exclusion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// How many.
    pub count: u64,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DirectoryHits)]
pub struct Found {
    /// Users, the best match first.
    pub users: Vec<UserSummary>,
    /// Groups, the best match first.
    pub groups: Vec<GroupSummary>,
}

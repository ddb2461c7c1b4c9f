//! User groups as they travel.

use directory::views::{GroupRef, GroupSummary, MemberCounts};
use directory::{Group, GroupId, SourceKind};
use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::names::GroupName;
use super::sid;
use crate::model::ConnectionId;

/// A group of the organisation, wherever it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = KnownGroup)]
pub struct UserGroupView {
    /// What the directory shows.
    #[serde(flatten)]
    pub summary: GroupSummary,
    /// The name of its source: the tenant's, or the connection's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_name: Option<String>,
    /// Its security identifier in the cloud, where it is Entra's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud_sid: Option<String>,
    /// Its security identifier on the premises.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_premises_sid: Option<String>,
    /// When its source last showed it.
    pub seen_at: Timestamp,
    /// Since when complete reads have not shown it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_since: Option<Timestamp>,
    /// Who pushes it.
    pub pushes: Vec<PushView>,
    /// What it is used for.
    pub used_by: Vec<Use>,
    /// The last other group that had its name, deleted since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namesake: Option<Namesake>,
}

impl UserGroupView {
    pub(super) fn new(summary: GroupSummary, group: &Group) -> Self {
        let a = &group.attributes;
        let of_entra = (group.source.kind == SourceKind::Graph).then(|| sid::of_object(group.object_id));
        Self {
            summary,
            source_name: None,
            cloud_sid: a.security_identifier.clone().or(of_entra),
            on_premises_sid: a.on_premises_security_identifier.clone(),
            seen_at: group.seen_at,
            missing_since: group.missing_since,
            pushes: Vec::new(),
            used_by: Vec::new(),
            namesake: None,
        }
    }
}

/// That a connection pushes a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = GroupPush)]
pub struct PushView {
    /// Which connection.
    pub connection_id: ConnectionId,
    /// Its name.
    pub connection_name: String,
    /// The group's id there.
    pub scim_id: Uuid,
    /// What the client calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// How many members were pushed.
    pub members: u64,
    /// When the push last changed it.
    pub pushed_at: Timestamp,
    /// When the connection was last called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_call_at: Option<Timestamp>,
}

/// What a group is used for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = GroupUse)]
pub struct Use {
    /// What kind of thing uses it: `sync_scope` …
    pub kind: String,
    /// Which, for people.
    pub name: String,
    /// Where that is in the console.
    pub href: String,
}

/// Another group that had the name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = GroupNamesake)]
pub struct Namesake {
    /// Our id, as long as it can be looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<GroupId>,
    /// Its immutable id.
    pub object_id: Uuid,
    /// When it was deleted.
    pub until: Timestamp,
}

/// A group with all that is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = KnownGroupDetails)]
pub struct UserGroupDetails {
    /// What lists show.
    #[serde(flatten)]
    pub group: UserGroupView,
    /// What its rows name, by kind.
    pub members: MemberCounts,
    /// Groups directly in it.
    pub children: Vec<GroupRef>,
    /// Groups it is directly in.
    pub parents: Vec<GroupRef>,
    /// Groups that contain each other and this one.
    pub cycle: Vec<GroupRef>,
    /// When we first saw it.
    pub created_at: Timestamp,
    /// What it was called, the newest first.
    pub names: Vec<GroupName>,
}

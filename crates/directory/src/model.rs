//! The nouns: users, groups, members.

use kernel::{OrganisationId, Timestamp, id_type, text_enum};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::attributes::{Addresses, GroupAttributes, UserAttributes};
use crate::state::State;

id_type!(
    /// A user of the directory.
    UserId,
    /// A group of the directory.
    GroupId,
    /// One source of users and groups; for Graph, the tenant's id.
    SourceId,
);

text_enum!(
    /// The kind of a source.
    pub enum SourceKind {
        /// Read from Microsoft Graph.
        Graph = "graph",
        /// Pushed by SCIM.
        Scim = "scim",
        /// Read from LDAP.
        Ldap = "ldap",
        /// Imported from a file.
        Csv = "csv",
        /// Added by hand.
        Manual = "manual",
    }
);

/// Where an object comes from: the organisation, the kind of source, and which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Source {
    /// Whose directory.
    pub organisation: OrganisationId,
    /// The kind.
    pub kind: SourceKind,
    /// Which one.
    pub id: SourceId,
}

/// A user of the directory.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// The place in the index.
    pub ordinal: u32,
    /// Our id; stays for life.
    pub id: UserId,
    /// Where it comes from.
    pub source: Source,
    /// The immutable id there. With the source it is the user's key (NET-12).
    pub object_id: Uuid,
    /// The state.
    pub state: State,
    /// Since when complete reads have not shown it.
    pub missing_since: Option<Timestamp>,
    /// What the source reports.
    pub attributes: UserAttributes,
    /// When we first saw it.
    pub created_at: Timestamp,
    /// When it last changed here.
    pub changed_at: Timestamp,
    /// When the source last showed it.
    pub seen_at: Timestamp,
    /// The log's revision of the last change.
    pub revision: i64,
}

impl User {
    /// What people call it: the display name, else the user principal name, else the object id.
    pub fn name(&self) -> String {
        let attributes = &self.attributes;
        attributes
            .display_name
            .clone()
            .or_else(|| attributes.user_principal_name.clone())
            .unwrap_or_else(|| self.object_id.to_string())
    }

    /// Its addresses, sorted by what they are.
    pub fn addresses(&self) -> Addresses {
        Addresses::parse(&self.attributes.proxy_addresses, self.attributes.mail.as_deref())
    }
}

/// A group of the directory.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The place in the index.
    pub ordinal: u32,
    /// Our id; stays for life.
    pub id: GroupId,
    /// Where it comes from.
    pub source: Source,
    /// The immutable id there.
    pub object_id: Uuid,
    /// The state.
    pub state: State,
    /// Since when complete reads have not shown it.
    pub missing_since: Option<Timestamp>,
    /// What the source reports.
    pub attributes: GroupAttributes,
    /// When we first saw it.
    pub created_at: Timestamp,
    /// When it last changed here.
    pub changed_at: Timestamp,
    /// When the source last showed it.
    pub seen_at: Timestamp,
    /// The log's revision of the last change.
    pub revision: i64,
}

impl Group {
    /// What people call it.
    pub fn name(&self) -> String {
        self.attributes.display_name.clone().unwrap_or_else(|| self.object_id.to_string())
    }
}

/// What a member of a group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum MemberKind {
    /// A user.
    User = 0,
    /// A group: membership is passed on.
    Group = 1,
    /// A device.
    Device = 2,
    /// A service principal.
    ServicePrincipal = 3,
    /// Anything else, such as a contact.
    Other = 4,
}

impl MemberKind {
    /// Reads the number in the database; an unknown one is [`MemberKind::Other`].
    pub const fn from_code(code: i64) -> Self {
        match code {
            0 => Self::User,
            1 => Self::Group,
            2 => Self::Device,
            3 => Self::ServicePrincipal,
            _ => Self::Other,
        }
    }
}

/// A direct member of a group, by its immutable id in the group's source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Member {
    /// The object id in the source; need not be known here yet.
    pub object_id: Uuid,
    /// What it is.
    pub kind: MemberKind,
}

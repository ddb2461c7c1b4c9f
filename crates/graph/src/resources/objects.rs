//! Directory objects of mixed kinds: members, groups of a user, deleted items.

use std::fmt;

use kernel::Timestamp;
use serde::de::{IgnoredAny, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// What kind of directory object it is (`@odata.type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ObjectKind {
    /// A user.
    User,
    /// A group.
    Group,
    /// A device.
    Device,
    /// A service principal.
    ServicePrincipal,
    /// A contact.
    OrgContact,
    /// A directory role.
    DirectoryRole,
    /// An administrative unit.
    AdministrativeUnit,
    /// Graph did not say, or said something newer than this table.
    #[default]
    Other,
}

impl ObjectKind {
    const TABLE: [(Self, &'static str); 7] = [
        (Self::User, "#microsoft.graph.user"),
        (Self::Group, "#microsoft.graph.group"),
        (Self::Device, "#microsoft.graph.device"),
        (Self::ServicePrincipal, "#microsoft.graph.servicePrincipal"),
        (Self::OrgContact, "#microsoft.graph.orgContact"),
        (Self::DirectoryRole, "#microsoft.graph.directoryRole"),
        (Self::AdministrativeUnit, "#microsoft.graph.administrativeUnit"),
    ];

    fn from_wire(name: &str) -> Self {
        Self::TABLE.iter().find(|(_, wire)| *wire == name).map_or(Self::Other, |(kind, _)| *kind)
    }

    fn as_wire(self) -> &'static str {
        Self::TABLE.iter().find(|(kind, _)| *kind == self).map_or("#microsoft.graph.directoryObject", |(_, wire)| wire)
    }
}

impl<'de> Deserialize<'de> for ObjectKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;
        impl Visitor<'_> for Name {
            type Value = ObjectKind;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a type name")
            }
            fn visit_str<E>(self, name: &str) -> Result<ObjectKind, E> {
                Ok(ObjectKind::from_wire(name))
            }
        }
        deserializer.deserialize_str(Name)
    }
}

impl Serialize for ObjectKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_wire())
    }
}

/// An object with what is common to all kinds.
///
/// An application that may read a group but not the members' own kind gets only `id` and the kind, with status 200.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DirectoryObject {
    /// The object id.
    pub id: Uuid,
    /// What kind of object it is.
    #[serde(rename = "@odata.type", default)]
    pub kind: ObjectKind,
    /// The name shown to people.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Of users.
    #[serde(default)]
    pub user_principal_name: Option<String>,
    /// Of deleted items.
    #[serde(default)]
    pub deleted_date_time: Option<Timestamp>,
}

/// One entry of `members@delta` or `manager@delta`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
pub struct MemberChange {
    /// The member.
    pub id: Uuid,
    /// What kind of object the member is.
    #[serde(rename = "@odata.type", default)]
    pub kind: ObjectKind,
    /// Removed, or else added (or there, in a first round). The reason given inside an entry is always `deleted`,
    /// whatever happened to the member, so it is not kept.
    #[serde(rename = "@removed", default, deserialize_with = "present")]
    pub removed: bool,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(Option::<IgnoredAny>::deserialize(deserializer)?.is_some())
}

impl Serialize for MemberChange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("@odata.type", &self.kind)?;
        map.serialize_entry("id", &self.id)?;
        if self.removed {
            map.serialize_entry("@removed", &super::delta::Removed::DELETED)?;
        }
        map.end()
    }
}

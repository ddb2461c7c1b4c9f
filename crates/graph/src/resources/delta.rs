//! Items of delta answers: a resource, or word that it is gone, or a slice of its members.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use super::property::Key;
use super::{Group, MemberChange, User};
use crate::field::Field;

/// Why an object is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RemovedReason {
    /// Soft-deleted: it can be restored. Also anything this table does not know, as it is the milder word.
    Changed,
    /// Gone for good.
    Deleted,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Removed<'a> {
    #[serde(borrow, default)]
    reason: std::borrow::Cow<'a, str>,
}

impl Removed<'_> {
    pub(super) const DELETED: Removed<'static> = Removed { reason: std::borrow::Cow::Borrowed("deleted") };

    fn reason(&self) -> RemovedReason {
        if self.reason == "deleted" { RemovedReason::Deleted } else { RemovedReason::Changed }
    }
}

/// A user in a delta answer. May come several times in one round: the last word on each property counts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeltaUser {
    /// The user; only the id when it is removed.
    pub user: User,
    /// The user is gone.
    pub removed: Option<RemovedReason>,
    /// What changed about the manager (`manager@delta`).
    pub manager_changes: Vec<MemberChange>,
}

impl DeltaUser {
    /// The manager, as far as this item tells.
    pub fn manager(&self) -> Field<Uuid> {
        match self.manager_changes.iter().rfind(|change| !change.removed) {
            Some(manager) => Field::Value(manager.id),
            None if self.manager_changes.is_empty() => Field::Absent,
            None => Field::Null,
        }
    }
}

/// A group in a delta answer. A big group comes in slices, anywhere in the round: append, never replace.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeltaGroup {
    /// The group; only the id when it is removed.
    pub group: Group,
    /// The group is gone.
    pub removed: Option<RemovedReason>,
    /// A slice of what changed among the members (`members@delta`), in the order it came.
    pub member_changes: Vec<MemberChange>,
}

/// What both kinds of items have in common, for the one reader and writer below.
trait Item: Default {
    const CHANGES: &'static str;
    const NAME: &'static str;
    fn parts(&mut self) -> (&mut Option<RemovedReason>, &mut Vec<MemberChange>);
    fn read_property<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error>;
    fn id(&self) -> Uuid;
}

impl Item for DeltaUser {
    const CHANGES: &'static str = "manager@delta";
    const NAME: &'static str = "a user of a delta answer";
    fn parts(&mut self) -> (&mut Option<RemovedReason>, &mut Vec<MemberChange>) {
        (&mut self.removed, &mut self.manager_changes)
    }
    fn read_property<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        self.user.read_property(name, map)
    }
    fn id(&self) -> Uuid {
        self.user.id
    }
}

impl Item for DeltaGroup {
    const CHANGES: &'static str = "members@delta";
    const NAME: &'static str = "a group of a delta answer";
    fn parts(&mut self) -> (&mut Option<RemovedReason>, &mut Vec<MemberChange>) {
        (&mut self.removed, &mut self.member_changes)
    }
    fn read_property<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        self.group.read_property(name, map)
    }
    fn id(&self) -> Uuid {
        self.group.id
    }
}

struct Properties<T>(PhantomData<T>);

impl<'de, T: Item> Visitor<'de> for Properties<T> {
    type Value = T;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::NAME)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut item = T::default();
        while let Some(key) = map.next_key::<Key<'de>>()? {
            let (removed, changes) = item.parts();
            match &*key.0 {
                "@removed" => *removed = map.next_value::<Option<Removed<'de>>>()?.map(|removed| removed.reason()),
                name if name == T::CHANGES => changes.append(&mut map.next_value()?),
                name => item.read_property(name, &mut map)?,
            }
        }
        if item.id().is_nil() { Err(serde::de::Error::missing_field("id")) } else { Ok(item) }
    }
}

impl<'de> Deserialize<'de> for DeltaUser {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Properties(PhantomData))
    }
}

impl<'de> Deserialize<'de> for DeltaGroup {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Properties(PhantomData))
    }
}

impl Serialize for DeltaUser {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.user.write_properties(&mut map)?;
        write_rest(&mut map, self.removed, Self::CHANGES, &self.manager_changes)?;
        map.end()
    }
}

impl Serialize for DeltaGroup {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.group.write_properties(&mut map)?;
        write_rest(&mut map, self.removed, Self::CHANGES, &self.member_changes)?;
        map.end()
    }
}

fn write_rest<M: SerializeMap>(
    map: &mut M,
    removed: Option<RemovedReason>,
    name: &str,
    changes: &[MemberChange],
) -> Result<(), M::Error> {
    match removed {
        Some(RemovedReason::Changed) => map.serialize_entry("@removed", &Removed { reason: "changed".into() })?,
        Some(RemovedReason::Deleted) => map.serialize_entry("@removed", &Removed::DELETED)?,
        None => {}
    }
    if changes.is_empty() { Ok(()) } else { map.serialize_entry(name, changes) }
}

//! The table form of a resource, and the reader it expands to.
//!
//! Why not `#[serde(flatten)]` for the extras: it buffers every object before it reads it, and half a million of them
//! come in one sync.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};

/// A property name, borrowed from the answer wherever it can be.
pub(super) struct Key<'de>(pub(super) Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;
        impl<'de> Visitor<'de> for Name {
            type Value = Key<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a property name")
            }
            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(name)))
            }
            fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(Name)
    }
}

/// Declares a resource: `resource!(/// A user. User { mail: String = "mail" });`.
macro_rules! resource {
    ($(#[$meta:meta])* $name:ident { $($field:ident : $type:ty = $wire:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Default)]
        pub struct $name {
            /// The object id.
            pub id: uuid::Uuid,
            $(
                #[doc = concat!("Graph's `", $wire, "`.")]
                pub $field: $crate::field::Field<$type>,
            )*
            /// What was selected beyond the fields above.
            pub extras: $crate::resources::extras::Extras,
        }

        impl $name {
            /// The names of all fields but `id`, as Graph spells them.
            pub const PROPERTIES: &'static [&'static str] = &[$($wire),*];

            /// Takes over what a newer answer says; where it is silent, what was known stays.
            pub fn overlay(&mut self, newer: Self) {
                $(self.$field = std::mem::take(&mut self.$field).overlaid(newer.$field);)*
                self.extras.overlay(newer.extras);
            }

            /// Reads the value of one property. Annotations (names with `@`) are passed over.
            pub(super) fn read_property<'de, A: serde::de::MapAccess<'de>>(
                &mut self,
                name: &str,
                map: &mut A,
            ) -> Result<(), A::Error> {
                match name {
                    "id" => self.id = map.next_value()?,
                    $($wire => self.$field = map.next_value()?,)*
                    annotation if annotation.contains('@') => {
                        map.next_value::<serde::de::IgnoredAny>()?;
                    }
                    other => self.extras.insert(other, map.next_value()?),
                }
                Ok(())
            }

            /// Writes all properties that are not absent.
            pub(super) fn write_properties<M: serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                map.serialize_entry("id", &self.id)?;
                $(
                    if !self.$field.is_absent() {
                        map.serialize_entry($wire, &self.$field)?;
                    }
                )*
                self.extras.iter().try_for_each(|(name, raw)| map.serialize_entry(name, raw))
            }

            pub(super) fn identified<E: serde::de::Error>(self) -> Result<Self, E> {
                if self.id.is_nil() { Err(E::missing_field("id")) } else { Ok(self) }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Properties;
                impl<'de> serde::de::Visitor<'de> for Properties {
                    type Value = $name;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str(concat!("a ", stringify!($name)))
                    }
                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<$name, A::Error> {
                        let mut read = $name::default();
                        while let Some(key) = map.next_key::<$crate::resources::property::Key<'de>>()? {
                            read.read_property(&key.0, &mut map)?;
                        }
                        read.identified()
                    }
                }
                deserializer.deserialize_map(Properties)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serde::Serializer::serialize_map(serializer, None)?;
                self.write_properties(&mut map)?;
                serde::ser::SerializeMap::end(map)
            }
        }
    };
}

pub(super) use resource;

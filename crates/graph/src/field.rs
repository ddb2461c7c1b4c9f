//! A property that is absent, null, or there. For Graph these are three different things.
//!
//! In a delta answer *absent* never means *cleared*: null does (delta query, "default mode").

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One property of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Field<T> {
    /// Graph said nothing about it.
    #[default]
    Absent,
    /// Graph said that there is none.
    Null,
    /// Graph said what it is.
    Value(T),
}

impl<T> Field<T> {
    /// The value, where there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// The value, where there is one, taken out.
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// Graph said nothing about it.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Graph said that there is none.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// What is known after `newer` arrived: the newer word counts, silence changes nothing.
    #[must_use]
    pub fn overlaid(self, newer: Self) -> Self {
        if newer.is_absent() { self } else { newer }
    }

    /// The same field with another value in it.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Field<U> {
        match self {
            Self::Absent => Field::Absent,
            Self::Null => Field::Null,
            Self::Value(value) => Field::Value(f(value)),
        }
    }
}

impl Field<String> {
    /// The text, where there is one.
    pub fn text(&self) -> Option<&str> {
        self.value().map(String::as_str)
    }
}

impl<T> Field<Vec<T>> {
    /// The items; none when the field is absent or null.
    pub fn items(&self) -> &[T] {
        self.value().map_or(&[], Vec::as_slice)
    }
}

impl<T> From<Option<T>> for Field<T> {
    fn from(option: Option<T>) -> Self {
        option.map_or(Self::Null, Self::Value)
    }
}

/// A present property: null or a value. Absence is the business of `#[serde(default)]`.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::from)
    }
}

/// Use with `#[serde(skip_serializing_if = "Field::is_absent")]`.
impl<T: Serialize> Serialize for Field<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

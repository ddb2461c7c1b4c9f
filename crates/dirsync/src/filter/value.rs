//! What a filter asks a user for. Values are borrowed, so that a million users cost no allocation.

use kernel::Timestamp;
use uuid::Uuid;

/// A user, as a filter sees it.
pub trait Attributes {
    /// The value of the property at `path`, which is one of [`super::properties`]: `department`,
    /// `onPremisesExtensionAttributes/extensionAttribute1`, `proxyAddresses`. Of `assignedLicenses` it is the list of
    /// the SKU ids.
    fn value(&self, path: &str) -> Value<'_>;
}

/// A value of a property.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// Not set.
    Null,
    /// Text. Also a date or an id that the source reported as text.
    Text(&'a str),
    /// Yes or no.
    Flag(bool),
    /// An id.
    Id(Uuid),
    /// A moment.
    Time(Timestamp),
    /// Several texts.
    List(&'a [String]),
}

impl Value<'_> {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    pub(super) fn id(&self) -> Option<Uuid> {
        match self {
            Self::Id(id) => Some(*id),
            Self::Text(text) => Uuid::try_parse(text).ok(),
            _ => None,
        }
    }

    pub(super) fn time(&self) -> Option<Timestamp> {
        match self {
            Self::Time(time) => Some(*time),
            Self::Text(text) => Timestamp::parse(text).ok(),
            _ => None,
        }
    }

    pub(super) fn list(&self) -> &[String] {
        match self {
            Self::List(list) => list,
            _ => &[],
        }
    }
}

impl<'a> From<&'a Option<String>> for Value<'a> {
    fn from(text: &'a Option<String>) -> Self {
        text.as_deref().map_or(Self::Null, Self::Text)
    }
}

impl<'a> From<Option<&'a String>> for Value<'a> {
    fn from(text: Option<&'a String>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(text))
    }
}

impl From<Option<bool>> for Value<'_> {
    fn from(flag: Option<bool>) -> Self {
        flag.map_or(Self::Null, Self::Flag)
    }
}

impl From<Option<Uuid>> for Value<'_> {
    fn from(id: Option<Uuid>) -> Self {
        id.map_or(Self::Null, Self::Id)
    }
}

impl<'a> From<&'a Vec<String>> for Value<'a> {
    fn from(list: &'a Vec<String>) -> Self {
        Self::List(list)
    }
}

/// One item of a list: every question gets that item.
pub(super) struct Item<'a>(pub(super) &'a str);

impl Attributes for Item<'_> {
    fn value(&self, _path: &str) -> Value<'_> {
        Value::Text(self.0)
    }
}

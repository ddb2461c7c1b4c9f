//! Properties without a field of their own, kept as the JSON text that came.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// Raw properties by name.
#[derive(Debug, Clone, Default)]
pub struct Extras(BTreeMap<Box<str>, Box<RawValue>>);

impl Extras {
    /// The JSON text of one property.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|raw| raw.get())
    }

    /// Every property with its JSON text, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &RawValue)> {
        self.0.iter().map(|(name, raw)| (&**name, &**raw))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn insert(&mut self, name: &str, raw: Box<RawValue>) {
        self.0.insert(name.into(), raw);
    }

    pub(super) fn overlay(&mut self, newer: Self) {
        self.0.extend(newer.0);
    }
}

impl PartialEq for Extras {
    fn eq(&self, other: &Self) -> bool {
        self.iter().map(|(name, raw)| (name, raw.get())).eq(other.iter().map(|(name, raw)| (name, raw.get())))
    }
}

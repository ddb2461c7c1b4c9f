//! What a filter lets in, what it refuses to be, and how it explains itself.

#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use std::collections::BTreeMap;

use super::{Attributes, Filter, MOST_BYTES, MOST_DEPTH, MOST_NODES, Truth, Value, properties};

mod errors;
mod graph;
mod kept;
mod matching;
mod random;

/// A user with whatever attributes a test gives it.
#[derive(Debug, Clone, Default)]
struct Person {
    texts: BTreeMap<String, String>,
    flags: BTreeMap<String, bool>,
    lists: BTreeMap<String, Vec<String>>,
}

impl Attributes for Person {
    fn value(&self, path: &str) -> Value<'_> {
        if let Some(text) = self.texts.get(path) {
            return Value::Text(text);
        }
        if let Some(flag) = self.flags.get(path) {
            return Value::Flag(*flag);
        }
        self.lists.get(path).map_or(Value::Null, Value::from)
    }
}

impl Person {
    fn text(mut self, path: &str, value: &str) -> Self {
        self.texts.insert(path.to_owned(), value.to_owned());
        self
    }

    fn flag(mut self, path: &str, value: bool) -> Self {
        self.flags.insert(path.to_owned(), value);
        self
    }

    fn list(mut self, path: &str, values: &[&str]) -> Self {
        self.lists.insert(path.to_owned(), values.iter().map(|value| (*value).to_owned()).collect());
        self
    }
}

/// Ada: a member in Sales with an empty job title, two addresses and one licence.
fn ada() -> Person {
    Person::default()
        .flag("accountEnabled", true)
        .text("displayName", "Ada O'Neil")
        .text("userPrincipalName", "Ada@Contoso.com")
        .text("department", "Sales")
        .text("city", "Zürich")
        .text("createdDateTime", "2024-03-01T08:00:00Z")
        .text("employeeOrgData/costCenter", "4711")
        .text("onPremisesExtensionAttributes/extensionAttribute1", "vip")
        .text("manager/id", "0d9ed2f0-1c1f-4a9e-8d5d-5d1f0a6f2b11")
        .list("proxyAddresses", &["SMTP:ada@contoso.com", "smtp:a.oneil@contoso.com"])
        .list("assignedLicenses", &["184efa21-98c3-4e5d-95ab-d07053a96e67"])
        .list("businessPhones", &[])
}

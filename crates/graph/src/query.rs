//! OData query options, written the way Graph reads them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What may stand in a query value as it is; the rest is escaped.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b',')
    .remove(b'$')
    .remove(b'(')
    .remove(b')')
    .remove(b':')
    .remove(b'/')
    .remove(b'@');

/// OData query options of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    select: Vec<String>,
    filter: Option<String>,
    search: Option<String>,
    order_by: Option<String>,
    expand: Option<String>,
    top: Option<u16>,
    count: bool,
    advanced: bool,
    token: Option<&'static str>,
}

impl Query {
    /// No options at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// `$select`: only these properties.
    #[must_use]
    pub fn select<S: AsRef<str>>(mut self, properties: impl IntoIterator<Item = S>) -> Self {
        self.select.extend(properties.into_iter().map(|name| name.as_ref().to_owned()));
        self
    }

    /// `$filter`; literals in it go through [`quote`].
    #[must_use]
    pub fn filter(mut self, filter: impl Into<String>) -> Self {
        self.filter = Some(filter.into());
        self
    }

    /// `$search="property:text"`; advanced by nature.
    #[must_use]
    pub fn search(mut self, property: &str, text: &str) -> Self {
        self.search = Some(format!("\"{property}:{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")));
        self.advanced = true;
        self
    }

    /// `$orderby`.
    #[must_use]
    pub fn order_by(mut self, order: impl Into<String>) -> Self {
        self.order_by = Some(order.into());
        self
    }

    /// `$expand`: at most twenty related items, one level.
    #[must_use]
    pub fn expand(mut self, relation: impl Into<String>) -> Self {
        self.expand = Some(relation.into());
        self
    }

    /// `$top`: items per page, 1 to 999.
    #[must_use]
    pub fn top(mut self, top: u16) -> Self {
        self.top = Some(top.clamp(1, 999));
        self
    }

    /// Asks for an advanced query: `$count=true` and, on **every** page, `ConsistencyLevel: eventual`.
    #[must_use]
    pub fn advanced(mut self) -> Self {
        self.count = true;
        self.advanced = true;
        self
    }

    /// `$deltatoken=latest`: changes from now on only.
    #[must_use]
    pub(crate) fn latest(mut self) -> Self {
        self.token = Some("latest");
        self
    }

    pub(crate) fn is_advanced(&self) -> bool {
        self.advanced
    }

    /// The query text, escaped, without the `?`; empty when there are no options.
    pub fn to_text(&self) -> String {
        let mut parts = Vec::new();
        let mut add = |name: &str, value: &str| parts.push(format!("{name}={}", escape(value)));
        if !self.select.is_empty() {
            add("$select", &self.select.join(","));
        }
        for (name, value) in [
            ("$filter", &self.filter),
            ("$search", &self.search),
            ("$orderby", &self.order_by),
            ("$expand", &self.expand),
        ] {
            if let Some(value) = value {
                add(name, value);
            }
        }
        if let Some(top) = self.top {
            add("$top", &top.to_string());
        }
        if self.count {
            add("$count", "true");
        }
        if let Some(token) = self.token {
            add("$deltatoken", token);
        }
        parts.join("&")
    }
}

/// A string literal of a filter: quoted, with single quotes doubled.
pub fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

pub(crate) fn escape(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

//! Order: `sortBy` and `sortOrder` (RFC 7644 §3.4.2.3).
//!
//! | what | how |
//! |---|---|
//! | text | by its folded form, or as it is where the schema says `caseExact` |
//! | moments | by instant |
//! | a list | by its primary element, else its first |
//! | no value, or an attribute that only another kind of resource has | last when ascending, first when descending |

use std::cmp::Ordering;
use std::fmt;

use kernel::Timestamp;
use serde_json::Value;

use crate::path::AttributePath;
use crate::schema::{Kind, ResourceType, Returned};
use crate::text::{fold, shorten};
use crate::{Object, ScimError, ScimType};

/// An order of resources. It is not total: the caller breaks ties by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub path: AttributePath,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// What a resource is ordered by. Derived order: values by kind and size, no value last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortKey {
    /// False before true.
    Boolean(bool),
    /// A moment.
    Moment(Timestamp),
    /// A text as it is compared.
    Text(String),
    /// No value.
    Nothing,
}

impl Sort {
    /// Reads the two parameters; without `sortBy` there is no order.
    pub fn parse(
        kind: &'static ResourceType,
        by: Option<&str>,
        order: Option<&str>,
    ) -> Result<Option<Self>, ScimError> {
        Self::parse_among(kind, &[], by, order)
    }

    /// The same, asked of several kinds of resource at once, for one of them.
    pub fn parse_among(
        kind: &'static ResourceType,
        others: &[&'static ResourceType],
        by: Option<&str>,
        order: Option<&str>,
    ) -> Result<Option<Self>, ScimError> {
        let invalid = |detail: String| ScimError::new(ScimType::InvalidValue, detail);
        let descending = match order.map(str::trim) {
            None | Some("") => false,
            Some(order) if order.eq_ignore_ascii_case("ascending") => false,
            Some(order) if order.eq_ignore_ascii_case("descending") => true,
            Some(_) => return Err(invalid("`sortOrder` is \"ascending\" or \"descending\"".to_owned())),
        };
        let Some(by) = by.map(str::trim).filter(|by| !by.is_empty()) else { return Ok(None) };
        let path = AttributePath::parse_among(kind, others, by);
        let path = path.filter(|path| path.leaf().returned != Returned::Never);
        let path = path.ok_or_else(|| invalid(format!("`sortBy`: there is no attribute `{}`", shorten(by))))?;
        if path.leaf().kind != Kind::Complex {
            return Ok(Some(Self { path, descending }));
        }
        let value = path.attribute.value().filter(|_| path.sub.is_none());
        let value = value.ok_or_else(|| invalid(format!("`sortBy`: `{path}` has parts; name one of them")))?;
        Ok(Some(Self { path: AttributePath { sub: Some(value), ..path }, descending }))
    }

    /// What a normalised resource is ordered by.
    pub fn key(&self, resource: &Object) -> SortKey {
        let leaf = self.path.leaf();
        match self.value(resource) {
            Some(Value::Bool(flag)) => SortKey::Boolean(*flag),
            Some(Value::String(text)) if leaf.kind == Kind::DateTime => {
                Timestamp::parse(text).map_or(SortKey::Nothing, SortKey::Moment)
            }
            Some(Value::String(text)) if leaf.case_exact => SortKey::Text(text.clone()),
            Some(Value::String(text)) => SortKey::Text(fold(text).into_owned()),
            _ => SortKey::Nothing,
        }
    }

    /// Which of two keys comes first.
    pub fn compare(&self, left: &SortKey, right: &SortKey) -> Ordering {
        if self.descending { right.cmp(left) } else { left.cmp(right) }
    }

    fn value<'r>(&self, resource: &'r Object) -> Option<&'r Value> {
        let value = match self.path.value_in(resource)? {
            Value::Array(elements) => {
                let primary = elements.iter().find(|element| element.get("primary") == Some(&Value::Bool(true)));
                primary.or_else(|| elements.first())?
            }
            value => value,
        };
        match self.path.sub {
            Some(sub) => value.get(sub.name),
            None => Some(value),
        }
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.path, if self.descending { "descending" } else { "ascending" })
    }
}

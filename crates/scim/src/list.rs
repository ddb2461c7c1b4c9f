//! Lists: what a query asks for and what a page says (RFC 7644 §3.4.2 and §3.4.3, RFC 9865).
//!
//! | parameter | rule |
//! |---|---|
//! | `startIndex` | counts from one; less is one |
//! | `count` | at most the largest page; with an index, less than zero is zero, which asks for `totalResults` alone |
//! | `cursor` | empty begins; else what `nextCursor` or `previousCursor` said. With it `count` is at least one (`invalidCount`) and `startIndex` means nothing |
//! | `sortBy`, `sortOrder` | see [`sort`] |
//! | `attributes`, `excludedAttributes` | see [`crate::project`] |
//! | any other | ignored: Entra adds a flag of its own |
//!
//! Names of parameters are case-sensitive. One given twice is refused; lists of attributes are put together. Deliberately
//! counts and fetches nothing.

use serde::Serialize;
use serde_json::Value;

pub use cursor::CursorKey;
pub use parameters::parameters;
pub use sort::{Sort, SortKey};

use crate::filter::{Among, Filter};
use crate::json::{check_names, take};
use crate::project::Projection;
use crate::schema::ResourceType;
use crate::{Object, ScimError, ScimType};

mod cursor;
mod parameters;
pub mod sort;

#[cfg(test)]
mod tests;

/// The URN of a list.
pub const LIST_URN: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
/// The URN of a query in a body.
pub const SEARCH_URN: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// How large pages are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageLimits {
    /// Resources in a page when the client does not say.
    pub default: usize,
    /// Most resources in a page.
    pub most: usize,
}

impl Default for PageLimits {
    fn default() -> Self {
        Self { default: 100, most: 500 }
    }
}

/// What a client asks of a list.
#[derive(Debug, Clone)]
pub struct Query {
    /// Which resources.
    pub filter: Option<Filter>,
    /// In which order.
    pub sort: Option<Sort>,
    /// Which part of the list.
    pub page: Paging,
    /// Which attributes of each.
    pub projection: Projection,
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paging {
    /// By place.
    Index {
        /// The place of the first resource, counted from one.
        start: usize,
        /// How many at most; zero asks for the total alone.
        count: usize,
    },
    /// By cursor.
    Cursor {
        /// What `nextCursor` or `previousCursor` said; `None` begins.
        after: Option<String>,
        /// How many at most, one or more.
        count: usize,
    },
}

impl Paging {
    /// How many resources at most.
    pub const fn count(&self) -> usize {
        match self {
            Self::Index { count, .. } | Self::Cursor { count, .. } => *count,
        }
    }
}

/// The parameters as they were sent.
#[derive(Default)]
struct Parameters {
    filter: Option<String>,
    attributes: Option<String>,
    excluded: Option<String>,
    sort_by: Option<String>,
    sort_order: Option<String>,
    start_index: Option<String>,
    count: Option<String>,
    cursor: Option<String>,
}

impl Query {
    /// Reads the decoded parameters of an address; [`parameters`] decodes them.
    pub fn from_parameters<'q>(
        kind: &'static ResourceType,
        pairs: impl IntoIterator<Item = (&'q str, &'q str)>,
        limits: &PageLimits,
    ) -> Result<Self, ScimError> {
        let mut parameters = Parameters::default();
        for (name, value) in pairs {
            let Some(place) = parameters.place(name) else { continue };
            if let (Some(names), "attributes" | "excludedAttributes") = (place.as_mut(), name) {
                names.extend([",", value]);
            } else if place.replace(value.to_owned()).is_some() {
                return Err(invalid(format!("`{name}` is given twice")));
            }
        }
        parameters.read(kind, limits)
    }

    /// Reads the body of `.search`. Attribute names are lists there, and compared without regard to case.
    pub fn from_search(kind: &'static ResourceType, body: Object, limits: &PageLimits) -> Result<Self, ScimError> {
        Parameters::of_search(body)?.read(kind, limits)
    }

    /// The same at the root, for one kind of resource among others; `None` where nothing of it can be meant.
    pub fn from_search_among(
        kind: &'static ResourceType,
        others: &'static [&'static ResourceType],
        body: Object,
        limits: &PageLimits,
    ) -> Result<Option<Self>, ScimError> {
        Parameters::of_search(body)?.read_among(kind, others, limits)
    }
}

impl Parameters {
    const NAMES: [&'static str; 8] =
        ["filter", "attributes", "excludedAttributes", "sortBy", "sortOrder", "startIndex", "count", "cursor"];

    fn of_search(mut body: Object) -> Result<Self, ScimError> {
        check_names(&body)?;
        let mut parameters = Self::default();
        for name in Self::NAMES {
            let text = match take(&mut body, name) {
                None | Some(Value::Null) => continue,
                Some(Value::String(text)) => text,
                Some(Value::Number(number)) => number.to_string(),
                Some(Value::Array(names)) => {
                    let names: Option<Vec<&str>> = names.iter().map(Value::as_str).collect();
                    names.ok_or_else(|| invalid(format!("`{name}` is a list of names")))?.join(",")
                }
                Some(_) => return Err(invalid(format!("`{name}` is of the wrong type"))),
            };
            if let Some(place) = parameters.place(name) {
                *place = Some(text);
            }
        }
        Ok(parameters)
    }

    fn place(&mut self, name: &str) -> Option<&mut Option<String>> {
        Some(match name {
            "filter" => &mut self.filter,
            "attributes" => &mut self.attributes,
            "excludedAttributes" => &mut self.excluded,
            "sortBy" => &mut self.sort_by,
            "sortOrder" => &mut self.sort_order,
            "startIndex" => &mut self.start_index,
            "count" => &mut self.count,
            "cursor" => &mut self.cursor,
            _ => return None,
        })
    }

    fn read(self, kind: &'static ResourceType, limits: &PageLimits) -> Result<Query, ScimError> {
        let page = self.page(limits)?;
        let filter = self.filter().map(|text| Filter::parse(kind, text)).transpose()?;
        self.query(kind, &[], page, filter)
    }

    fn read_among(
        self,
        kind: &'static ResourceType,
        others: &'static [&'static ResourceType],
        limits: &PageLimits,
    ) -> Result<Option<Query>, ScimError> {
        let page = self.page(limits)?;
        let (filter, nothing) = match self.filter().map(|text| Filter::parse_among(kind, others, text)).transpose()? {
            None | Some(Among::Everything) => (None, false),
            Some(Among::These(filter)) => (Some(filter), false),
            Some(Among::Nothing) => (None, true),
        };
        let query = self.query(kind, others, page, filter)?;
        Ok((!nothing).then_some(query))
    }

    fn filter(&self) -> Option<&str> {
        self.filter.as_deref().filter(|text| !text.trim().is_empty())
    }

    fn query(
        &self,
        kind: &'static ResourceType,
        others: &[&'static ResourceType],
        page: Paging,
        filter: Option<Filter>,
    ) -> Result<Query, ScimError> {
        let sort = Sort::parse_among(kind, others, self.sort_by.as_deref(), self.sort_order.as_deref())?;
        let projection = Projection::parse(kind, self.attributes.as_deref(), self.excluded.as_deref())?;
        Ok(Query { filter, sort, page, projection })
    }

    fn page(&self, limits: &PageLimits) -> Result<Paging, ScimError> {
        let wanted = self.count.as_deref().map(|text| whole_number("count", text));
        if let Some(cursor) = &self.cursor {
            let wanted = wanted.unwrap_or(Ok(i64::try_from(limits.default).unwrap_or(i64::MAX)));
            let count = wanted.ok().and_then(|wanted| usize::try_from(wanted).ok()).filter(|count| *count > 0);
            let too_small = || ScimError::new(ScimType::InvalidCount, "with a cursor, `count` is one or more");
            let count = count.ok_or_else(too_small)?.min(limits.most);
            return Ok(Paging::Cursor { after: (!cursor.is_empty()).then(|| cursor.clone()), count });
        }
        let count =
            wanted.transpose()?.map_or(limits.default, |count| usize::try_from(count.max(0)).unwrap_or(limits.most));
        let start = self.start_index.as_deref().map(|text| whole_number("startIndex", text)).transpose()?;
        let start = usize::try_from(start.unwrap_or(1).max(1)).unwrap_or(usize::MAX);
        Ok(Paging::Index { start, count: count.min(limits.most) })
    }
}

/// A whole number of any size: what is too large is as good as the largest.
fn whole_number(name: &str, text: &str) -> Result<i64, ScimError> {
    let digits = text.trim().strip_prefix(['-', '+']).unwrap_or(text.trim());
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(invalid(format!("`{name}` is a whole number")));
    }
    Ok(text.trim().parse().unwrap_or(if text.trim().starts_with('-') { i64::MIN } else { i64::MAX }))
}

fn invalid(detail: String) -> ScimError {
    ScimError::new(ScimType::InvalidValue, detail)
}

/// A page of a list. `R` is anything that serialises to a resource: a value, or JSON that is text already.
#[derive(Debug, Clone, Serialize)]
pub struct ListResponse<R> {
    schemas: [&'static str; 1],
    #[serde(rename = "totalResults", skip_serializing_if = "Option::is_none")]
    total_results: Option<usize>,
    #[serde(rename = "startIndex", skip_serializing_if = "Option::is_none")]
    start_index: Option<usize>,
    #[serde(rename = "itemsPerPage")]
    items_per_page: usize,
    #[serde(rename = "nextCursor", skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    #[serde(rename = "previousCursor", skip_serializing_if = "Option::is_none")]
    previous_cursor: Option<String>,
    /// Always there, even empty: some clients need it.
    #[serde(rename = "Resources")]
    resources: Vec<R>,
}

impl<R> ListResponse<R> {
    /// A page by place.
    pub fn by_index(resources: Vec<R>, total: usize, start: usize) -> Self {
        Self { start_index: Some(start), ..Self::by_cursor(resources, Some(total), None) }
    }

    /// A page by cursor; without `next` it is the last. The total may be left out (RFC 9865 §2).
    pub fn by_cursor(resources: Vec<R>, total: Option<usize>, next: Option<String>) -> Self {
        Self {
            schemas: [LIST_URN],
            total_results: total,
            start_index: None,
            items_per_page: resources.len(),
            next_cursor: next,
            previous_cursor: None,
            resources,
        }
    }

    /// The same page, from which the list can be walked back (RFC 9865 §2).
    #[must_use]
    pub fn after_page(self, previous: Option<String>) -> Self {
        Self { previous_cursor: previous, ..self }
    }

    /// The resources of the page.
    pub fn resources(&self) -> &[R] {
        &self.resources
    }
}

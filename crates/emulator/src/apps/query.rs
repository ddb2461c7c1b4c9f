//! The query options that these small collections know: `$select`, `$filter` by equality and prefix, `$top`, `$count`, and
//! `$orderby` where a collection says by what.
//!
//! Deliberately less than users and groups offer; what is not understood is refused, never ignored.

use std::cmp::Ordering;
use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, OriginalUri};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use kernel::Timestamp;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use crate::World;
use crate::graph::error::GraphError;
use crate::links::Links;

/// Pages hold this many unless `$top` says otherwise.
const PAGE: usize = 100;

/// The query of one request.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Where links lead.
    pub links: Links,
    /// `v1.0` or `beta`.
    pub version: String,
    select: Vec<String>,
    filter: Option<String>,
    order: Option<String>,
    top: Option<String>,
    skip: usize,
    count: bool,
    advanced: bool,
    pairs: Vec<(String, String)>,
}

impl FromRequestParts<Arc<World>> for Asked {
    type Rejection = GraphError;

    async fn from_request_parts(parts: &mut Parts, world: &Arc<World>) -> Result<Self, GraphError> {
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
        Self::read(Links::of(world, &parts.headers), &parts.headers, uri.path(), uri.query().unwrap_or_default())
    }
}

impl Asked {
    fn read(links: Links, headers: &HeaderMap, path: &str, query: &str) -> Result<Self, GraphError> {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let option = |name: &str| {
            let bare = name.trim_start_matches('$');
            pairs
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name) || key.eq_ignore_ascii_case(bare))
                .map(|(_, value)| value.clone())
        };
        for refused in ["$search", "$expand", "$skip"] {
            if option(refused).is_some() {
                return Err(GraphError::unsupported_query(format!("'{refused}' is not supported for this resource.")));
            }
        }
        let advanced =
            headers.get("ConsistencyLevel").is_some_and(|level| level.as_bytes().eq_ignore_ascii_case(b"eventual"));
        let select = option("$select")
            .map(|names| names.split(',').map(|name| name.trim().to_owned()).collect())
            .unwrap_or_default();
        Ok(Self {
            links,
            version: path.split('/').nth(1).unwrap_or("v1.0").to_owned(),
            select,
            filter: option("$filter").filter(|filter| !filter.trim().is_empty()),
            order: option("$orderby"),
            top: option("$top"),
            skip: option("$skiptoken").map_or(Ok(0), |token| skip_of(&token))?,
            count: option("$count").is_some_and(|count| count.eq_ignore_ascii_case("true")),
            advanced,
            pairs,
        })
    }

    /// Whether a property was named in `$select`.
    pub fn selects(&self, name: &str) -> bool {
        self.select.iter().any(|selected| selected == name)
    }

    /// A list answer: filtered, paged, cut to the selection.
    pub fn page(&self, set: &str, items: Vec<Value>) -> Result<Response, GraphError> {
        self.pages(set, items, page_size(self.top.as_deref(), PAGE, 999)?, &[])
    }

    /// The same with another size of page, which is also the greatest, and properties it may be ordered by.
    pub fn page_of(&self, set: &str, items: Vec<Value>, size: usize, by: &[&str]) -> Result<Response, GraphError> {
        self.pages(set, items, page_size(self.top.as_deref(), size, size)?, by)
    }

    fn pages(&self, set: &str, items: Vec<Value>, top: usize, by: &[&str]) -> Result<Response, GraphError> {
        let mut found = self.filtered(items)?;
        if let Some((name, down)) = self.ordered(by)? {
            found.sort_by(|one, other| {
                let order = one[name].as_str().cmp(&other[name].as_str());
                if down { order.reverse() } else { order }
            });
        }
        let total = found.len();
        let mut body = Map::new();
        body.insert("@odata.context".to_owned(), json!(self.context(set, false)));
        if self.count && self.advanced {
            body.insert("@odata.count".to_owned(), json!(total));
        }
        if total > self.skip + top {
            body.insert("@odata.nextLink".to_owned(), json!(self.next_link(set, top)));
        }
        let page: Result<Vec<Value>, _> =
            found.into_iter().skip(self.skip).take(top).map(|item| self.cut(set, item)).collect();
        body.insert("value".to_owned(), Value::Array(page?));
        Ok(Json(Value::Object(body)).into_response())
    }

    /// A single object.
    pub fn entity(&self, set: &str, item: Value) -> Result<Response, GraphError> {
        self.entity_with_status(StatusCode::OK, set, item)
    }

    /// A single object that was just made.
    pub fn created(&self, set: &str, item: Value) -> Result<Response, GraphError> {
        self.entity_with_status(StatusCode::CREATED, set, item)
    }

    /// `/$count`: a bare number; needs the header.
    pub fn bare_count(&self, items: Vec<Value>) -> Result<Response, GraphError> {
        if !self.advanced {
            return Err(GraphError::bad_request("$count is not currently supported."));
        }
        Ok(self.filtered(items)?.len().to_string().into_response())
    }

    fn entity_with_status(&self, status: StatusCode, set: &str, item: Value) -> Result<Response, GraphError> {
        let mut body = Map::new();
        body.insert("@odata.context".to_owned(), json!(self.context(set, true)));
        if let Value::Object(members) = self.cut(set, item)? {
            body.extend(members);
        }
        Ok((status, Json(Value::Object(body))).into_response())
    }

    fn context(&self, set: &str, entity: bool) -> String {
        let selected = if self.select.is_empty() { String::new() } else { format!("({})", self.select.join(",")) };
        let suffix = if entity { "/$entity" } else { "" };
        self.links.graph(&self.version, &format!("/$metadata#{set}{selected}{suffix}"))
    }

    fn next_link(&self, set: &str, top: usize) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (key, value) in self.pairs.iter().filter(|(key, _)| key != "$skiptoken") {
            query.append_pair(key, value);
        }
        query.append_pair("$skiptoken", &format!("RFNwdAIAAQ{}", self.skip + top));
        self.links.graph(&self.version, &format!("/{set}?{}", query.finish().replace("%24", "$")))
    }

    fn cut(&self, set: &str, item: Value) -> Result<Value, GraphError> {
        let Value::Object(mut members) = item else { return Ok(item) };
        if self.select.is_empty() || self.select.iter().any(|name| name == "*") {
            return Ok(Value::Object(members));
        }
        let mut cut = Map::new();
        for name in &self.select {
            let value = members.remove(name).ok_or_else(|| unknown_property(name, set))?;
            cut.insert(name.clone(), value);
        }
        Ok(Value::Object(cut))
    }

    /// By which property, and whether downwards.
    fn ordered<'a>(&'a self, by: &[&str]) -> Result<Option<(&'a str, bool)>, GraphError> {
        let Some(order) = &self.order else { return Ok(None) };
        let mut words = order.split_ascii_whitespace();
        let name = words.next().filter(|name| by.contains(name));
        match (name, words.next(), words.next()) {
            (Some(name), None | Some("asc"), None) => Ok(Some((name, false))),
            (Some(name), Some("desc"), None) => Ok(Some((name, true))),
            _ => Err(GraphError::unsupported_query(format!("'$orderby={order}' is not supported for this resource."))),
        }
    }

    fn filtered(&self, items: Vec<Value>) -> Result<Vec<Value>, GraphError> {
        let Some(filter) = &self.filter else { return Ok(items) };
        let alternatives: Vec<Vec<Test>> =
            split_outside_quotes(filter, " or ").iter().map(|part| tests(part)).collect::<Result<_, _>>()?;
        Ok(items
            .into_iter()
            .filter(|item| alternatives.iter().any(|all| all.iter().all(|test| test.holds(item))))
            .collect())
    }
}

fn page_size(top: Option<&str>, usual: usize, most: usize) -> Result<usize, GraphError> {
    let Some(top) = top else { return Ok(usual) };
    top.parse().ok().filter(|size| (1..=most).contains(size)).ok_or_else(|| {
        GraphError::unsupported_query(format!(
            "Invalid page size specified: '{top}'. Must be between 1 and {most} inclusive."
        ))
    })
}

fn skip_of(token: &str) -> Result<usize, GraphError> {
    token.strip_prefix("RFNwdAIAAQ").and_then(|rest| rest.parse().ok()).ok_or_else(|| {
        let text = "The specified page token value has expired and can no longer be included in your request.";
        GraphError::new(StatusCode::BAD_REQUEST, "Directory_ExpiredPageToken", text)
    })
}

fn unknown_property(name: &str, set: &str) -> GraphError {
    let kind = set.trim_end_matches('s');
    GraphError::new(
        StatusCode::BAD_REQUEST,
        "BadRequest",
        format!(
            "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type 'microsoft.graph.{kind}'."
        ),
    )
}

/// One comparison.
struct Test {
    path: Vec<String>,
    how: How,
    value: String,
}

enum How {
    Equal,
    NotEqual,
    Prefix,
    /// By order, and whether equal will do.
    After(bool),
    Before(bool),
    AnyEqual,
}

impl Test {
    fn holds(&self, item: &Value) -> bool {
        let found = self.path.iter().fold(item, |value, name| &value[name.as_str()]);
        match self.how {
            How::Equal => equal(found, &self.value),
            How::NotEqual => !equal(found, &self.value),
            How::Prefix => {
                found.as_str().is_some_and(|text| text.to_lowercase().starts_with(&self.value.to_lowercase()))
            }
            How::After(same) => order(found, &self.value).is_some_and(|order| order.is_gt() || (same && order.is_eq())),
            How::Before(same) => {
                order(found, &self.value).is_some_and(|order| order.is_lt() || (same && order.is_eq()))
            }
            How::AnyEqual => found.as_array().is_some_and(|all| all.iter().any(|one| equal(one, &self.value))),
        }
    }
}

/// Moments by time, other texts by letters.
fn order(found: &Value, wanted: &str) -> Option<Ordering> {
    let text = found.as_str()?;
    match (Timestamp::parse(text), Timestamp::parse(wanted)) {
        (Ok(found), Ok(wanted)) => Some(found.cmp(&wanted)),
        _ => Some(text.cmp(wanted)),
    }
}

fn equal(found: &Value, wanted: &str) -> bool {
    match found {
        Value::String(text) => text.eq_ignore_ascii_case(wanted),
        Value::Null => wanted == "null",
        other => serde_json::from_str::<Value>(wanted).is_ok_and(|wanted| wanted == *other),
    }
}

fn tests(text: &str) -> Result<Vec<Test>, GraphError> {
    split_outside_quotes(text, " and ").iter().map(|part| test(part.trim())).collect()
}

/// `a eq 'x'`, `startswith(a,'x')`, `a/any(n:n eq 'x')`.
fn test(text: &str) -> Result<Test, GraphError> {
    let invalid = || GraphError::new(StatusCode::BAD_REQUEST, "Request_UnsupportedQuery", "Unsupported Query.");
    let path = |name: &str| name.trim().split('/').map(str::to_owned).collect();
    if let Some(inner) = strip_call(text, "startswith") {
        let (name, value) = inner.split_once(',').ok_or_else(invalid)?;
        return Ok(Test { path: path(name), how: How::Prefix, value: literal(value) });
    }
    if let Some((name, rest)) = text.split_once("/any(") {
        let (range, comparison) = rest.trim_end_matches(')').split_once(':').ok_or_else(invalid)?;
        let (one, value) = comparison.split_once(" eq ").ok_or_else(invalid)?;
        if one.trim() != range.trim() {
            return Err(invalid());
        }
        return Ok(Test { path: path(name), how: How::AnyEqual, value: literal(value) });
    }
    let operators = [
        (" eq ", How::Equal),
        (" ne ", How::NotEqual),
        (" ge ", How::After(true)),
        (" gt ", How::After(false)),
        (" le ", How::Before(true)),
        (" lt ", How::Before(false)),
    ];
    for (operator, how) in operators {
        if let Some((name, value)) = text.split_once(operator) {
            return Ok(Test { path: path(name), how, value: literal(value) });
        }
    }
    Err(invalid())
}

fn strip_call<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (called, inner) = text.split_once('(')?;
    called.trim().eq_ignore_ascii_case(name).then_some(inner)?.strip_suffix(')')
}

fn literal(text: &str) -> String {
    let text = text.trim();
    match text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        Some(inner) => inner.replace("''", "'"),
        None => text.to_owned(),
    }
}

fn split_outside_quotes<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, character) in text.char_indices() {
        if character == '\'' {
            quoted = !quoted;
        }
        if !quoted && at >= start && text[at..].starts_with(separator) {
            parts.push(&text[start..at]);
            start = at + separator.len();
        }
    }
    parts.push(&text[start..]);
    parts
}

//! The query options of a request: `$select`, `$filter` and kin. The `$` may be left out and case does not matter.
//!
//! Deliberately judges only the syntax of each option; what an endpoint supports is the endpoint's to say.

use http::StatusCode;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::error::GraphError;

/// What must be encoded in a link's query; the rest stays readable, as Graph's links do.
const QUERY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'&')
    .add(b'+')
    .add(b'%')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The largest page Graph serves.
const MAX_TOP: usize = 999;

/// The query options of one request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    /// `$select`, split.
    pub select: Option<Vec<String>>,
    /// `$filter`.
    pub filter: Option<String>,
    /// `$search`.
    pub search: Option<String>,
    /// `$orderby`.
    pub orderby: Option<String>,
    /// `$expand`.
    pub expand: Option<String>,
    /// `$top`.
    pub top: Option<usize>,
    /// `$count=true`.
    pub count: bool,
    /// `$skip` was given.
    pub skip: bool,
    /// `$skiptoken`.
    pub skiptoken: Option<String>,
    /// `$deltatoken`; empty when given without a value.
    pub deltatoken: Option<String>,
    /// Everything but the page token, as it came, for the next link.
    kept: Vec<(String, String)>,
}

impl Options {
    /// Reads a raw query.
    pub fn parse(query: &str) -> Result<Self, GraphError> {
        let mut options = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let plain = name.strip_prefix('$').unwrap_or(&name).to_ascii_lowercase();
            options.take(&plain, value.into_owned(), &name)?;
        }
        Ok(options)
    }

    fn take(&mut self, plain: &str, value: String, name: &str) -> Result<(), GraphError> {
        if plain != "skiptoken" && plain != "deltatoken" {
            self.kept.push((name.to_owned(), value.clone()));
        }
        match plain {
            "select" => {
                let names = value.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
                self.select = Some(names.collect()).filter(|names: &Vec<String>| !names.is_empty());
            }
            "filter" => self.filter = Some(value),
            "search" => self.search = Some(value),
            "orderby" => self.orderby = Some(value),
            "expand" => self.expand = Some(value),
            "top" => self.top = Some(parse_top(&value)?),
            "count" => self.count = value.eq_ignore_ascii_case("true"),
            "skip" => self.skip = true,
            "skiptoken" => self.skiptoken = Some(value),
            "deltatoken" => self.deltatoken = Some(value),
            "format" | "apply" | "compute" => {}
            _ if name.starts_with('$') => return Err(bad(format!("The query parameter '{name}' is not supported."))),
            _ => {}
        }
        Ok(())
    }

    /// Graph refuses `$skip` on directory objects.
    pub fn refuse_skip(&self) -> Result<(), GraphError> {
        if self.skip { Err(bad("'$skip' is not supported by the service.")) } else { Ok(()) }
    }

    /// How many items a page holds.
    pub fn page_size(&self) -> usize {
        self.top.unwrap_or(100)
    }

    /// The query of the next page's link.
    pub fn next_query(&self, token: &str) -> String {
        let mut query = String::new();
        for (name, value) in &self.kept {
            query += name;
            query.push('=');
            query.extend(utf8_percent_encode(value, QUERY));
            query.push('&');
        }
        query + "$skiptoken=" + token
    }
}

fn parse_top(value: &str) -> Result<usize, GraphError> {
    match value.parse() {
        Ok(top @ 1..=MAX_TOP) => Ok(top),
        Ok(top) => Err(GraphError::unsupported_query(format!(
            "Invalid page size specified: '{top}'. Must be between 1 and 999 inclusive."
        ))),
        Err(_) => Err(bad(format!(
            "Invalid value '{value}' for $top query option found. The $top query option requires a non-negative integer value."
        ))),
    }
}

/// 400 `BadRequest`: what the OData layer says before the directory is asked.
pub(crate) fn bad(message: impl Into<String>) -> GraphError {
    GraphError::new(StatusCode::BAD_REQUEST, "BadRequest", message)
}

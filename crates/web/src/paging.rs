//! Cursor paging on the wire: `?limit=50&after=…` in, `{items, next}` and a `Link` header out.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::header::LINK;
use http::request::Parts;
use http::{HeaderValue, Uri};
use kernel::{Cursor, Page, PageRequest};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{FieldError, Json, Problem, Query, RequestContext};

/// Which part of a list is wanted. An extractor of its own: `page: PageQuery`; in the description `params(PageQuery)`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many items at most.
    #[param(minimum = 1, maximum = 500, default = 50)]
    pub limit: Option<usize>,
    /// Where to go on: `next` of the page before.
    pub after: Option<String>,
}

impl PageQuery {
    /// The request for the service.
    pub fn request(&self) -> PageRequest {
        let usual = PageRequest::default();
        PageRequest::new(self.limit.unwrap_or(usual.limit), self.after.clone().map(Cursor::from))
    }
}

impl From<PageQuery> for PageRequest {
    fn from(query: PageQuery) -> Self {
        query.request()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PageQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(query) = Query::<Self>::from_request_parts(parts, state).await?;
        match query.limit {
            Some(limit) if !(1..=PageRequest::MOST).contains(&limit) => Err(bad_limit()),
            _ => Ok(query),
        }
    }
}

fn bad_limit() -> Problem {
    let message = format!("must be from 1 to {}", PageRequest::MOST);
    Problem::invalid("web.bad_query", format!("limit {message}")).with_errors(vec![FieldError::new("limit", message)])
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PageBody<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<String>,
}

impl<T> PageBody<T> {
    /// The page with its items turned into what travels.
    pub fn of<U: Into<T>>(page: Page<U>) -> Self {
        Self::from(page.map(Into::into))
    }
}

impl<T> From<Page<T>> for PageBody<T> {
    fn from(page: Page<T>) -> Self {
        Self { items: page.items, next: page.next.map(|next| next.as_str().to_owned()) }
    }
}

impl<T: Serialize> IntoResponse for PageBody<T> {
    fn into_response(self) -> Response {
        let uri = RequestContext::current().map(|context| context.uri);
        let link = uri.zip(self.next.as_deref()).and_then(|(uri, next)| link(&uri, next));
        let mut response = Json(self).into_response();
        if let Some(link) = link {
            response.headers_mut().insert(LINK, link);
        }
        response
    }
}

/// The characters that cursors and query strings leave alone (RFC 3986 §2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The same request with another `after` (RFC 8288 §3).
fn link(uri: &Uri, next: &str) -> Option<HeaderValue> {
    let others = uri.query().unwrap_or_default().split('&');
    let mut pairs: Vec<&str> = others.filter(|pair| !pair.is_empty() && !pair.starts_with("after=")).collect();
    let after = format!("after={}", utf8_percent_encode(next, UNRESERVED));
    pairs.push(&after);
    HeaderValue::from_str(&format!("<{}?{}>; rel=\"next\"", uri.path(), pairs.join("&"))).ok()
}

#[cfg(test)]
mod tests;

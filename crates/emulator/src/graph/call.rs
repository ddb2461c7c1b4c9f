//! One call of Graph: who calls, with what options, and how the answer leaves. Everything a handler needs.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, OriginalUri, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Map, Value};

use super::error::GraphError;
use super::options::Options;
use super::quota::Charge;
use super::view::View;
use crate::World;
use crate::auth::AppToken;
use crate::directory::Directory;
use crate::links::Links;
use crate::switches::Switches;

/// What Graph calls its JSON.
const JSON: HeaderValue = HeaderValue::from_static(
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
);

/// One call. Extracting it verifies the token, charges the quota and reads the query options.
#[derive(Debug)]
pub(crate) struct Call {
    /// The emulator.
    pub world: Arc<World>,
    /// Who calls.
    pub caller: AppToken,
    /// The query options.
    pub options: Options,
    /// The request's headers.
    pub headers: HeaderMap,
    /// The switches when the call began.
    pub switches: Switches,
    links: Links,
    version: &'static str,
    path: String,
    charge: Charge,
}

impl FromRequestParts<Arc<World>> for Call {
    type Rejection = GraphError;

    async fn from_request_parts(parts: &mut Parts, world: &Arc<World>) -> Result<Self, GraphError> {
        let caller = AppToken::from_request_parts(parts, world).await?;
        let links = Links::of(world, &parts.headers);
        let original = parts.extensions.get::<OriginalUri>().map_or(parts.uri.path(), |uri| uri.path());
        let version =
            if original.get(1..5).is_some_and(|name| name.eq_ignore_ascii_case("beta")) { "beta" } else { "v1.0" };
        let options = Options::parse(parts.uri.query().unwrap_or_default())?;
        let switches = world.switches();
        let path = parts.uri.path().to_owned();
        let charge = Charge::of(&parts.method, &path, &options);
        let charge = world.graph.quota.charge(world, &caller, &switches, charge)?;
        let headers = parts.headers.clone();
        Ok(Self { world: world.clone(), caller, options, headers, switches, links, version, path, charge })
    }
}

impl Call {
    /// Whether the caller asked for advanced queries: `ConsistencyLevel: eventual`.
    pub fn eventual(&self) -> bool {
        let level = self.headers.get("consistencylevel").and_then(|value| value.to_str().ok());
        level.is_some_and(|level| level.trim().eq_ignore_ascii_case("eventual"))
    }

    /// Whether a `Prefer` header holds the word.
    pub fn prefers(&self, wanted: &str) -> bool {
        let values = self.headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|word| word.trim().eq_ignore_ascii_case(wanted))
    }

    /// The directory through the switches' eyes. Do not hold the guard across an `await`.
    pub fn view<'a>(&self, directory: &'a Directory) -> View<'a> {
        View::new(directory, &self.switches, self.world.clock.now())
    }

    /// `…/v1.0/$metadata#{fragment}`.
    pub fn context(&self, fragment: &str) -> String {
        self.links.graph(self.version, &format!("/$metadata#{fragment}"))
    }

    /// This call's own address with other query options.
    pub fn link(&self, query: &str) -> String {
        self.link_to(&self.path, query)
    }

    /// An address below the version root.
    pub fn link_to(&self, path: &str, query: &str) -> String {
        self.links.graph(self.version, &format!("{path}?{query}"))
    }

    /// `v1.0` or `beta`.
    pub fn version(&self) -> &'static str {
        self.version
    }

    /// The path without the version.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// 200 with JSON that is already written.
    pub fn json(&self, body: Vec<u8>) -> Response {
        self.finish((StatusCode::OK, [(CONTENT_TYPE, JSON)], body).into_response())
    }

    /// A status with a JSON value.
    pub fn value(&self, status: StatusCode, body: &Value) -> Response {
        self.finish((status, [(CONTENT_TYPE, JSON)], body.to_string()).into_response())
    }

    /// 200 with a bare number.
    pub fn count(&self, count: u64) -> Response {
        self.finish(([(CONTENT_TYPE, HeaderValue::from_static("text/plain"))], count.to_string()).into_response())
    }

    /// 204.
    pub fn no_content(&self) -> Response {
        self.finish((StatusCode::NO_CONTENT, Body::empty()).into_response())
    }

    fn finish(&self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        headers.insert("odata-version", HeaderValue::from_static("4.0"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(
            "x-ms-ags-diagnostic",
            HeaderValue::from_static(
                r#"{"ServerInfo":{"DataCenter":"Local","Slice":"E","Ring":"5","ScaleUnit":"000","RoleInstance":"EMULATOR"}}"#,
            ),
        );
        self.charge.put_headers(headers);
        response
    }
}

/// A body as a JSON object, refused as Graph does. Extract it in a handler.
pub(crate) struct Object(pub Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Object {
    type Rejection = GraphError;

    async fn from_request(request: Request, state: &S) -> Result<Self, GraphError> {
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|error| GraphError::new(StatusCode::BAD_REQUEST, "BadRequest", error.to_string()))?;
        object(&body).map(Self)
    }
}

/// Reads a body as a JSON object; an empty one counts as `{}`.
pub(crate) fn object(body: &[u8]) -> Result<Map<String, Value>, GraphError> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    let unreadable = "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.";
    serde_json::from_slice(body).map_err(|_| GraphError::new(StatusCode::BAD_REQUEST, "BadRequest", unreadable))
}

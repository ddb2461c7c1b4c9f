//! Faults on demand: rules that match requests and spoil their answers.
//!
//! A rule strikes a number of times, or with a probability, or until it is cleared. Rules apply to the login and
//! Graph endpoints and, because inner requests of a `$batch` pass the same layer, to those as well. Never to the
//! admin API.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use futures_util::future::ready;
use futures_util::stream;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use kernel::Rng;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::World;
use crate::graph::error::GraphError;
use crate::world::tenant_of;

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Kind {
    /// 429, with `Retry-After` when there are seconds.
    Throttle {
        /// The seconds of `Retry-After`; none leaves the header out.
        #[serde(default)]
        retry_after_seconds: Option<u32>,
    },
    /// A status with a body of that shape.
    Status {
        /// 4xx or 5xx.
        status: u16,
        /// The body.
        #[serde(default)]
        body: BodyShape,
        /// `error.code` of a JSON body.
        #[serde(default)]
        code: Option<String>,
        /// `error.message` of a JSON body.
        #[serde(default)]
        message: Option<String>,
    },
    /// 403 `Authorization_RequestDenied`.
    Forbidden,
    /// The answer comes late, by the machine's clock.
    Latency {
        /// Milliseconds.
        millis: u64,
    },
    /// The body ends early; with `abort` the connection is cut there, else the length header fits the short body.
    Truncate {
        /// How much of the body is kept, in percent.
        #[serde(default = "half")]
        keep_percent: u8,
        /// Cut the connection.
        #[serde(default)]
        abort: bool,
    },
    /// The connection is closed without an answer.
    Reset,
    /// `value` of a list is empty; with `keep_links` the next or delta link stays.
    EmptyPage {
        /// Keep `@odata.nextLink` and `@odata.deltaLink`.
        #[serde(default)]
        keep_links: bool,
    },
}

/// The body of a fault's answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyShape {
    /// Graph's error envelope.
    #[default]
    Json,
    /// A gateway's HTML page.
    Html,
    /// Nothing.
    Empty,
}

fn half() -> u8 {
    50
}

fn always() -> f64 {
    1.0
}

impl Kind {
    /// Its name on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Throttle { .. } => "throttle",
            Self::Status { .. } => "status",
            Self::Forbidden => "forbidden",
            Self::Latency { .. } => "latency",
            Self::Truncate { .. } => "truncate",
            Self::Reset => "reset",
            Self::EmptyPage { .. } => "empty_page",
        }
    }
}

/// What a caller asks for: a rule without its id and counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRule {
    /// What goes wrong.
    pub fault: Kind,
    /// A label for people.
    #[serde(default)]
    pub label: Option<String>,
    /// Only this method.
    #[serde(default)]
    pub method: Option<String>,
    /// Only this path: a prefix, or a pattern with `*` for any text. The case does not matter; the query is not looked at.
    #[serde(default)]
    pub path: Option<String>,
    /// Only this tenant (GUID or domain).
    #[serde(default)]
    pub tenant: Option<String>,
    /// Strikes this often, then is cleared; none is until cleared.
    #[serde(default)]
    pub count: Option<u32>,
    /// Lets this many matching requests pass first.
    #[serde(default)]
    pub skip: u32,
    /// The chance of striking, 0 to 1.
    #[serde(default = "always")]
    pub probability: f64,
}

/// A rule at work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Its id.
    pub id: u64,
    /// What was asked for; `count` and `skip` go down.
    #[serde(flatten)]
    pub spec: NewRule,
    /// How often it struck.
    pub hits: u64,
}

#[derive(Debug, Default)]
struct Book {
    rules: Vec<Rule>,
    next_id: u64,
}

/// The rules of a world.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Book>);

impl Faults {
    /// Adds a rule.
    pub fn add(&self, spec: NewRule) -> Rule {
        self.with(|book| {
            book.next_id += 1;
            let rule = Rule { id: book.next_id, spec, hits: 0 };
            book.rules.push(rule.clone());
            rule
        })
    }

    /// The rules at work.
    pub fn list(&self) -> Vec<Rule> {
        self.with(|book| book.rules.clone())
    }

    /// Takes one rule away; false when there was none.
    pub fn remove(&self, id: u64) -> bool {
        self.with(|book| {
            let before = book.rules.len();
            book.rules.retain(|rule| rule.id != id);
            book.rules.len() < before
        })
    }

    /// Takes every rule away.
    pub fn clear(&self) {
        self.with(|book| book.rules.clear());
    }

    /// The faults that strike one request, in the order of their rules. Counts them.
    pub fn strike(&self, rng: &Rng, method: &str, path: &str, tenant: &[String]) -> Vec<Kind> {
        self.with(|book| {
            let mut struck = Vec::new();
            for rule in &mut book.rules {
                if matches(&rule.spec, method, path, tenant) && due(rule, rng) {
                    struck.push(rule.spec.fault.clone());
                }
            }
            book.rules.retain(|rule| rule.spec.count != Some(0));
            struck
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut Book) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn matches(spec: &NewRule, method: &str, path: &str, tenant: &[String]) -> bool {
    spec.method.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
        && spec.path.as_ref().is_none_or(|pattern| path_matches(pattern, path))
        && spec.tenant.as_ref().is_none_or(|wanted| tenant.iter().any(|name| name.eq_ignore_ascii_case(wanted)))
}

fn due(rule: &mut Rule, rng: &Rng) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "20 bits fit a float exactly")]
    let drawn = rng.below(1 << 20) as f64 / f64::from(1 << 20);
    if drawn >= rule.spec.probability {
        return false;
    }
    if rule.spec.skip > 0 {
        rule.spec.skip -= 1;
        return false;
    }
    if let Some(count) = &mut rule.spec.count {
        *count = count.saturating_sub(1);
    }
    rule.hits += 1;
    true
}

/// A prefix, or with `*` a pattern over the whole path.
pub(crate) fn path_matches(pattern: &str, path: &str) -> bool {
    let (pattern, path) = (pattern.to_ascii_lowercase(), path.to_ascii_lowercase());
    if !pattern.contains('*') {
        return path.starts_with(&pattern);
    }
    let mut rest = path.as_str();
    let mut parts = pattern.split('*').peekable();
    let Some(stripped) = parts.next().and_then(|first| rest.strip_prefix(first)) else { return false };
    rest = stripped;
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.is_empty()
}

/// The names of the faults that struck, kept on the answer for the request log.
#[derive(Debug, Clone)]
pub struct Struck(pub Vec<String>);

/// Marks an answer whose connection is to be closed without sending it.
#[derive(Debug, Clone, Copy)]
pub struct CutConnection;

/// The layer that lets faults strike.
pub async fn layer(State(world): State<Arc<World>>, request: Request, next: Next) -> Response {
    let tenant = tenant_of(&world, request.uri().path(), request.headers());
    let names: Vec<String> = tenant.map(|tenant| tenant.names()).unwrap_or_default();
    let struck = world.faults.strike(&world.rng, request.method().as_str(), request.uri().path(), &names);
    if struck.is_empty() {
        return next.run(request).await;
    }
    let labels = Struck(struck.iter().map(|kind| kind.name().to_owned()).collect());
    let mut response = spoil(&world, struck, request, next).await;
    response.extensions_mut().insert(labels);
    response
}

async fn spoil(world: &World, struck: Vec<Kind>, request: Request, next: Next) -> Response {
    for kind in &struck {
        if let Kind::Latency { millis } = kind {
            wait(Duration::from_millis(*millis)).await;
        }
    }
    let scope = throttle_scope(world, &request);
    if let Some(answer) = struck.iter().find_map(|kind| instead(kind, scope.as_deref())) {
        return answer;
    }
    let mut response = next.run(request).await;
    for kind in &struck {
        response = match kind {
            Kind::Truncate { keep_percent, abort } => truncated(response, *keep_percent, *abort).await,
            Kind::EmptyPage { keep_links } => emptied(response, *keep_links).await,
            _ => response,
        };
    }
    response
}

/// Latency is real time: it is the client's patience that is tried.
#[expect(clippy::disallowed_methods, reason = "the fault is the pause itself")]
async fn wait(span: Duration) {
    tokio::time::sleep(span).await;
}

fn throttle_scope(world: &World, request: &Request) -> Option<String> {
    let tenant = tenant_of(world, request.uri().path(), request.headers())?;
    let app = crate::auth::unverified(request.headers())?.appid?;
    Some(format!("Tenant_Application/ReadWrite/{app}/{}", tenant.id))
}

/// The answer a fault gives in place of the real one, if it does.
pub fn instead(kind: &Kind, scope: Option<&str>) -> Option<Response> {
    match kind {
        Kind::Throttle { retry_after_seconds } => Some(throttled(*retry_after_seconds, scope)),
        Kind::Forbidden => Some(GraphError::denied().into_response()),
        Kind::Status { status, body, code, message } => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            Some(with_status(status, *body, code.as_deref(), message.as_deref()))
        }
        Kind::Reset => {
            let mut response = StatusCode::BAD_GATEWAY.into_response();
            response.extensions_mut().insert(CutConnection);
            Some(response)
        }
        Kind::Latency { .. } | Kind::Truncate { .. } | Kind::EmptyPage { .. } => None,
    }
}

/// Graph's 429 (Graph: throttling guidance).
pub fn throttled(retry_after_seconds: Option<u32>, scope: Option<&str>) -> Response {
    let mut error = GraphError::new(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", "Please retry again later.");
    if let Some(seconds) = retry_after_seconds {
        error = error.with_header(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(scope) = scope.and_then(|scope| HeaderValue::from_str(scope).ok()) {
        error = error.with_header(http::HeaderName::from_static("x-ms-throttle-scope"), scope).with_header(
            http::HeaderName::from_static("x-ms-throttle-information"),
            HeaderValue::from_static("ResourceUnitLimitExceeded"),
        );
    }
    error.into_response()
}

fn with_status(status: StatusCode, body: BodyShape, code: Option<&str>, message: Option<&str>) -> Response {
    match body {
        BodyShape::Empty => status.into_response(),
        BodyShape::Html => {
            let page = format!(
                "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n<center><h1>{status}</h1></center>\r\n<hr><center>Microsoft-Azure-Application-Gateway/v2</center>\r\n</body>\r\n</html>\r\n"
            );
            (status, [(CONTENT_TYPE, "text/html")], page).into_response()
        }
        BodyShape::Json => {
            let (usual_code, usual_message) = usual(status);
            GraphError::new(status, code.unwrap_or(usual_code), message.unwrap_or(usual_message)).into_response()
        }
    }
}

fn usual(status: StatusCode) -> (&'static str, &'static str) {
    match status.as_u16() {
        401 => ("InvalidAuthenticationToken", "Access token has expired or is not yet valid."),
        403 => ("Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
        404 => (
            "Request_ResourceNotFound",
            "Resource does not exist or one of its queried reference-property objects are not present.",
        ),
        503 => ("ServiceUnavailable", "Service is temporarily unavailable. Please wait and retry again."),
        504 => ("UnknownError", "The gateway did not receive a timely response from the upstream server."),
        500.. => ("InternalServerError", "Internal server error occurred."),
        _ => ("BadRequest", "The request could not be processed."),
    }
}

async fn truncated(response: Response, keep_percent: u8, abort: bool) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, usize::MAX).await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let kept = bytes.slice(..bytes.len() * usize::from(keep_percent.min(100)) / 100);
    parts.headers.remove(CONTENT_LENGTH);
    if !abort {
        return Response::from_parts(parts, Body::from(kept));
    }
    let cut = async {
        // What was written so far goes out before the connection is cut.
        tokio::task::yield_now().await;
        Err(std::io::Error::other("the connection is cut here on purpose"))
    };
    let pieces = stream::once(ready(Ok(kept))).chain(stream::once(cut));
    Response::from_parts(parts, Body::from_stream(pieces))
}

async fn emptied(response: Response, keep_links: bool) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, usize::MAX).await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let Ok(mut page) = serde_json::from_slice::<Value>(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    if page.get("value").is_some_and(Value::is_array) {
        page["value"] = Value::Array(Vec::new());
        if let Some(members) = page.as_object_mut().filter(|_| !keep_links) {
            members.remove("@odata.nextLink");
            members.remove("@odata.deltaLink");
        }
    }
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(page.to_string()))
}

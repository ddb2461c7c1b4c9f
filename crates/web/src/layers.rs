//! Everything that happens to every request, in one stack.
//!
//! From the outside in: `frame` (id, address, the room for problems) · `observe` (span, figures) · `headers` ·
//! compression · panics · then, for all but the probes: rate · load · time · forgery · body length · the routes.

mod frame;
mod headers;
pub mod limits;
mod observe;

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use http::{Extensions, HeaderMap, Method, StatusCode, Uri, Version};
use kernel::{Env, ErrorKind};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate as _};

use crate::address::TrustedProxies;
use crate::{Gate, Problem, ProblemBody, csrf};
use limits::{Load, RateLimit};

pub(crate) use frame::Closing;

/// Draws a problem as a page, for browsers outside `/api/`.
pub type ProblemPage = Arc<dyn Fn(&ProblemBody, &Looker) -> String + Send + Sync>;

/// A person who is shown a problem: where they are, and what their browser says of them.
#[derive(Debug, Clone)]
pub struct Looker {
    /// The path that they asked for.
    pub path: String,
    /// The headers of their request.
    pub headers: HeaderMap,
}

/// A part of the paths whose protocol is not ours: it says in its own words what did not work, and counts its callers by
/// itself.
#[derive(Debug, Clone, Copy)]
pub struct Protocol {
    /// What its paths begin with: `/scim`.
    pub prefix: &'static str,
    /// The media type and the body of a problem.
    pub problem: fn(&ProblemBody) -> (&'static str, Vec<u8>),
}

impl Protocol {
    /// Whether a path is one of its own.
    pub(crate) fn serves(&self, path: &str) -> bool {
        path.strip_prefix(self.prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// Put into an answer's extensions, keeps it from being compressed: its reader insists on `Content-Length`, which a
/// compressed answer does not have.
#[derive(Debug, Clone, Copy)]
pub struct Uncompressed;

fn may_be_compressed(_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions) -> bool {
    extensions.get::<Uncompressed>().is_none()
}

/// What the stack needs to know.
#[derive(Clone)]
pub struct Settings {
    /// Time and chance.
    pub env: Env,
    /// Who is let in.
    pub gate: Gate,
    /// Whose word about callers counts.
    pub proxies: TrustedProxies,
    /// Our own origin (`https://vestibule.example`), where the `Host` header does not tell it.
    pub origin: Option<String>,
    /// The longest body, in bytes. A route sets its own with [`limits::longest_body`].
    pub longest_body: usize,
    /// How long a request may take until its answer begins.
    pub timeout: Duration,
    /// How many requests are worked on at once; more are turned away.
    pub at_once: usize,
    /// How many requests one address may send; `None` does not count.
    pub rate: Option<RateLimit>,
    /// Protocols that are not ours.
    pub protocols: Vec<Protocol>,
    /// Paths to which other sites' pages post by design; no session counts there.
    pub foreign_forms: fn(&str) -> bool,
    /// How problems look to people.
    pub problem_page: Option<ProblemPage>,
    /// Routes that limits do not touch, so that a busy server is not taken for a dead one.
    pub probes: Router,
}

impl Settings {
    /// The usual limits.
    pub fn new(env: Env, gate: Gate) -> Self {
        Self {
            env,
            gate,
            proxies: TrustedProxies::default(),
            origin: None,
            longest_body: 1024 * 1024,
            timeout: Duration::from_secs(30),
            at_once: 512,
            rate: Some(RateLimit::per_second(100, 400)),
            protocols: Vec::new(),
            foreign_forms: |_| false,
            problem_page: None,
            probes: Router::new(),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("proxies", &self.proxies).field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// Wraps the whole router. Paths and methods that nobody serves become problems.
pub fn layers(router: Router, settings: Settings) -> Router {
    let guard = csrf::Guard {
        gate: settings.gate.clone(),
        origin: settings.origin.clone(),
        longest_form: settings.longest_body,
        foreign_forms: settings.foreign_forms,
    };
    let rate = limits::Rate { limit: settings.rate.clone(), but: settings.protocols.clone() };
    let inner = ServiceBuilder::new()
        .layer(from_fn_with_state(rate, limits::rate_of_all))
        .layer(from_fn_with_state(Load::new(settings.at_once), limits::load))
        .layer(from_fn_with_state(settings.timeout, limits::time))
        .layer(Extension(settings.gate.clone()))
        .layer(from_fn_with_state(guard, csrf::protect))
        .layer(DefaultBodyLimit::max(settings.longest_body));
    let outer = ServiceBuilder::new()
        // Outermost: what is drawn for people instead of a problem document is compressed too, not the document before it.
        .layer(CompressionLayer::new().gzip(true).compress_when(DefaultPredicate::new().and(may_be_compressed)))
        .layer(from_fn_with_state(Arc::new(frame::Frame::new(&settings)), frame::frame))
        .layer(from_fn(observe::observe))
        .layer(from_fn(headers::secure))
        .layer(CatchPanicLayer::custom(panicked));
    router
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(inner)
        .merge(settings.probes.method_not_allowed_fallback(method_not_allowed))
        .layer(outer)
}

async fn not_found(uri: Uri) -> Problem {
    Problem::not_found("web.no_such_path", format!("there is nothing at {}", uri.path()))
}

async fn method_not_allowed(method: Method, uri: Uri) -> Problem {
    let detail = format!("{} does not answer {method}", uri.path());
    Problem::with_status(StatusCode::METHOD_NOT_ALLOWED, "web.method_not_allowed", detail)
}

/// A panic is a bug report: it is logged, the request fails and the server goes on.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands the panic over")]
fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    tracing::error!(web.panic = text, "a handler panicked");
    let detail = "something went wrong on the server; the request id finds it in the log";
    Problem::new(ErrorKind::Internal, "web.panic", detail).into_response()
}

#[cfg(test)]
mod tests;

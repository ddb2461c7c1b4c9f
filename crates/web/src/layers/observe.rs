//! One span, one line and three figures per request. Never query strings, never bodies.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::Method;
use tracing::Instrument as _;

use crate::{RequestContext, health};

pub(super) async fn observe(
    context: RequestContext,
    path: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let path = path.as_ref().map_or("unmatched", MatchedPath::as_str).to_owned();
    let method = method(request.method());
    let span = tracing::info_span!(
        "request",
        web.request_id = %context.request_id,
        web.method = method,
        web.path = path,
        web.address = context.address.map(tracing::field::display),
        web.actor = tracing::field::Empty,
    );
    let begun = Instant::now();
    let in_flight = InFlight::enter();
    let response = next.run(request).instrument(span.clone()).await;
    drop(in_flight);
    let status = response.status().as_u16();
    let took = begun.elapsed();
    metrics::counter!("web_requests_total", "method" => method, "path" => path.clone(), "status" => status.to_string())
        .increment(1);
    metrics::histogram!("web_request_seconds", "method" => method, "path" => path.clone()).record(took.as_secs_f64());
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| {
        if health::is_probe(&path) {
            tracing::debug!(web.status = status, web.milliseconds = milliseconds, "answered");
        } else {
            tracing::info!(web.status = status, web.milliseconds = milliseconds, "answered");
        }
    });
    response
}

/// The methods that are figures of their own; strangers can send any word.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Counts a request as long as it is worked on, also when it is dropped half-way.
struct InFlight;

impl InFlight {
    fn enter() -> Self {
        metrics::gauge!("web_requests_in_flight").increment(1);
        Self
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        metrics::gauge!("web_requests_in_flight").decrement(1);
    }
}

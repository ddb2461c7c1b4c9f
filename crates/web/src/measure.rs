//! Figures for Prometheus: the recorder and who may read it.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aws_lc_rs::constant_time;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use kernel::Secret;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use crate::address::Peer;
use crate::{Credentials, Problem, RequestContext};

static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
static INSTALLING: Mutex<()> = Mutex::new(());

/// Bounds of histograms named `…_seconds`.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// Begins to record for the whole process. A second call changes nothing.
pub fn install() -> Result<(), BuildError> {
    // Two servers in one process may begin at once; the one who comes second finds it done.
    let _turn = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    if RECORDER.get().is_some() {
        return Ok(());
    }
    let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?;
    let handle = builder.install_recorder()?;
    // Only one install succeeds, so nobody else can have set it.
    let _ = RECORDER.set(handle);
    metrics::describe_counter!("web_requests_total", "Requests answered, by method, matched path and status.");
    metrics::describe_histogram!("web_request_seconds", "Time until an answer began, by method and matched path.");
    metrics::describe_gauge!("web_requests_in_flight", "Requests being worked on.");
    Ok(())
}

/// The figures as text; empty when nothing records.
pub fn render() -> String {
    RECORDER.get().map(PrometheusHandle::render).unwrap_or_default()
}

/// Folds what has been recorded, so that nobody reading the figures does not mean ever more memory.
pub(crate) fn upkeep() {
    if let Some(handle) = RECORDER.get() {
        handle.run_upkeep();
    }
}

/// Who may read `/metrics`.
#[derive(Clone, Default)]
pub enum Exposure {
    /// Nobody.
    Closed,
    /// Callers on this machine that did not come through a proxy.
    #[default]
    Loopback,
    /// Callers with this token.
    Token(Secret<String>),
}

impl fmt::Debug for Exposure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "Closed",
            Self::Loopback => "Loopback",
            Self::Token(_) => "Token(…)",
        })
    }
}

impl Exposure {
    fn allows(&self, peer: Option<Peer>, context: &RequestContext, headers: &HeaderMap) -> bool {
        match self {
            Self::Closed => false,
            Self::Loopback => {
                let proxied = headers.contains_key("x-forwarded-for") || headers.contains_key("forwarded");
                !proxied && peer.is_some_and(|peer| peer.address.ip().to_canonical().is_loopback())
            }
            Self::Token(expected) => match Credentials::read(headers, context.secure) {
                Some(Credentials::Bearer(shown)) => {
                    let (shown, expected) = (shown.expose().as_bytes(), expected.expose().as_bytes());
                    constant_time::verify_slices_are_equal(shown, expected).is_ok()
                }
                _ => false,
            },
        }
    }
}

/// `GET /metrics`. Strangers may not know that it exists.
pub(crate) async fn show(
    State(exposure): State<Arc<Exposure>>,
    peer: Option<axum::Extension<Peer>>,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    if !exposure.allows(peer.map(|peer| peer.0), &context, &headers) {
        return Problem::not_found("web.no_such_path", "there is nothing at /metrics").into_response();
    }
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], render()).into_response()
}

#[cfg(test)]
mod tests;

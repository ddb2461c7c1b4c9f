//! `GET /healthz`, `GET /readyz`, `GET /metrics`: for probes and collectors, outside every limit.
//!
//! They say nothing that a stranger may not know: names of failing checks, never causes.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::future::{BoxFuture, join_all};
use http::header::CONTENT_TYPE;

use crate::measure::{self, Exposure};
use crate::{FieldError, Problem, Public, RequestContext};

/// One thing that must be in order before requests make sense.
type Check = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// How long a check may take; one that hangs has failed.
const PATIENCE: Duration = Duration::from_secs(5);

/// What must be in order for `/readyz`.
#[derive(Clone)]
pub struct Checks {
    checks: Vec<(&'static str, Check)>,
    patience: Duration,
}

impl Default for Checks {
    fn default() -> Self {
        Self { checks: Vec::new(), patience: PATIENCE }
    }
}

impl Checks {
    /// Nothing to check.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a check. Its error is a short sentence that everyone may read; the cause belongs in the log.
    #[must_use]
    pub fn with<F, A>(mut self, name: &'static str, check: F) -> Self
    where
        F: Fn() -> A + Send + Sync + 'static,
        A: Future<Output = Result<(), String>> + Send + 'static,
    {
        self.checks.push((name, Arc::new(move || Box::pin(check()))));
        self
    }

    async fn failures(&self) -> Vec<FieldError> {
        let runs = self.checks.iter().map(|(name, check)| async move {
            let outcome = tokio::time::timeout(self.patience, check()).await;
            let outcome = outcome.unwrap_or_else(|_| Err("did not answer in time".to_owned()));
            outcome.err().map(|sentence| FieldError::new(*name, sentence))
        });
        join_all(runs).await.into_iter().flatten().collect()
    }
}

impl fmt::Debug for Checks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.checks.iter().map(|(name, _)| name)).finish()
    }
}

/// Whether a path is one of these.
pub(crate) fn is_probe(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz" | "/metrics")
}

/// The three routes.
pub fn routes(checks: Checks, exposure: Exposure) -> Router {
    Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready).with_state(checks))
        .route("/metrics", get(measure::show).with_state(Arc::new(exposure)))
}

async fn alive(_: Public) -> &'static str {
    "alive\n"
}

async fn ready(_: Public, context: RequestContext, State(checks): State<Checks>) -> Response {
    if context.closing.is_cancelled() {
        return not_ready("the server is closing", Vec::new());
    }
    let failures = checks.failures().await;
    if failures.is_empty() {
        return ([(CONTENT_TYPE, "text/plain; charset=utf-8")], "ready\n").into_response();
    }
    let names: Vec<&str> = failures.iter().map(|failure| failure.field.as_str()).collect();
    not_ready(&format!("not in order: {}", names.join(", ")), failures.clone())
}

fn not_ready(detail: &str, failures: Vec<FieldError>) -> Response {
    Problem::unavailable("web.not_ready", detail)
        .with_errors(failures)
        .with_retry_after(Duration::from_secs(5))
        .into_response()
}

#[cfg(test)]
mod tests;

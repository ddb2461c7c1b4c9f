//! What probes learn.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use tokio_util::sync::CancellationToken;

use super::{Checks, routes};
use crate::layers::Closing;
use crate::measure::Exposure;
use crate::testing::{ask, get, request, settings};
use crate::{FieldError, layers};

fn probed(checks: Checks) -> Router {
    let mut settings = settings();
    settings.probes = routes(checks, Exposure::Closed);
    layers(Router::new(), settings)
}

#[tokio::test]
async fn readiness_follows_the_checks_and_names_what_fails() {
    let well = Arc::new(AtomicBool::new(false));
    let database = well.clone();
    let checks = Checks::new().with("keys", async || Ok(())).with("database", move || {
        let well = database.load(Ordering::SeqCst);
        async move { if well { Ok(()) } else { Err("cannot be reached".to_owned()) } }
    });
    let router = probed(checks);
    assert_eq!(get(&router, "/healthz", &[]).await.body, "alive\n");
    let answer = get(&router, "/readyz", &[]).await;
    let (status, code, detail) = answer.verdict();
    assert_eq!((status, code.as_str(), detail.as_str()), (503, "web.not_ready", "not in order: database"));
    assert_eq!(answer.problem().errors, [FieldError::new("database", "cannot be reached")]);
    well.store(true, Ordering::SeqCst);
    assert_eq!(get(&router, "/readyz", &[]).await.body, "ready\n");
}

#[tokio::test]
async fn a_check_that_hangs_has_failed() {
    let checks = Checks::new().with("database", std::future::pending::<Result<(), String>>);
    let router = probed(Checks { patience: Duration::from_millis(10), ..checks });
    assert_eq!(get(&router, "/readyz", &[]).await.problem().errors[0].message, "did not answer in time");
}

#[tokio::test]
async fn a_closing_server_is_alive_but_not_ready() {
    let router = probed(Checks::new());
    let closing = Closing(CancellationToken::new());
    closing.0.cancel();
    let mut probe = request("GET /readyz", &[], "");
    probe.extensions_mut().insert(closing);
    assert_eq!(ask(&router, probe).await.verdict().2, "the server is closing");
    assert_eq!(get(&router, "/healthz", &[]).await.status, 200);
}

#[tokio::test]
async fn probes_refuse_other_methods() {
    let answer = ask(&probed(Checks::new()), request("POST /healthz", &[], "")).await;
    assert_eq!(answer.header("allow").parse::<http::HeaderValue>().unwrap(), "GET,HEAD");
    assert_eq!(answer.verdict().0, 405);
}

//! What callers and the log learn from failures.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use std::time::Duration;

use axum::Router;
use axum::routing::get as route;
use kernel::{ErrorKind, Kinded};
use utoipa::IntoResponses as _;

use super::{FieldError, Problem, Problems};
use crate::testing::{Log, get, wrapped};

#[derive(Debug, thiserror::Error)]
#[error("run 7 cannot be read")]
struct Failure {
    kind: ErrorKind,
    wait: Option<Duration>,
    #[source]
    cause: std::io::Error,
}

impl Failure {
    fn of(kind: ErrorKind) -> Self {
        Self { kind, wait: None, cause: std::io::Error::other("disk gone") }
    }
}

impl Kinded for Failure {
    fn kind(&self) -> ErrorKind {
        self.kind
    }
    fn code(&self) -> &'static str {
        "dirsync.unreadable"
    }
    fn retry_after(&self) -> Option<Duration> {
        self.wait
    }
}

fn failing(error: fn() -> Failure) -> Router {
    wrapped(Router::new().route("/", route(move || async move { Err::<(), Problem>(error().into()) })))
}

#[tokio::test]
async fn every_kind_has_its_status_and_the_caller_reads_why() {
    async fn check(error: fn() -> Failure, status: u16, title: &str, retry_after: &str) {
        let answer = get(&failing(error), "/", &[]).await;
        let problem = answer.problem();
        let request_id = problem.request_id.unwrap().to_string();
        assert_eq!(
            (problem.status, problem.title.as_str(), problem.code.as_str()),
            (status, title, "dirsync.unreadable")
        );
        assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (status, retry_after));
        assert_eq!((problem.kind.as_str(), problem.detail.as_str()), ("about:blank", "run 7 cannot be read"));
        assert_eq!(answer.header("x-request-id"), request_id);
    }
    check(|| Failure::of(ErrorKind::Invalid), 400, "Bad Request", "").await;
    check(|| Failure::of(ErrorKind::Unauthenticated), 401, "Unauthorized", "").await;
    check(|| Failure::of(ErrorKind::Forbidden), 403, "Forbidden", "").await;
    check(|| Failure::of(ErrorKind::NotFound), 404, "Not Found", "").await;
    check(|| Failure::of(ErrorKind::Conflict), 409, "Conflict", "").await;
    check(|| Failure::of(ErrorKind::TooMany), 429, "Too Many Requests", "5").await;
    check(|| Failure::of(ErrorKind::Unavailable), 503, "Service Unavailable", "5").await;
}

#[tokio::test]
async fn a_wait_is_rounded_up_to_whole_seconds() {
    let error = || Failure { wait: Some(Duration::from_millis(1_001)), ..Failure::of(ErrorKind::TooMany) };
    assert_eq!(get(&failing(error), "/", &[]).await.header("retry-after"), "2");
}

#[tokio::test]
async fn an_internal_failure_is_logged_once_with_its_causes_and_hidden_from_the_caller() {
    let (log, _guard) = Log::keep();
    let answer = get(&failing(|| Failure::of(ErrorKind::Internal)), "/", &[]).await;
    assert_eq!(answer.status.as_u16(), 500);
    assert!(!answer.body.contains("run 7") && !answer.body.contains("disk"), "{}", answer.body);
    assert_eq!(log.text().matches("run 7 cannot be read: disk gone").count(), 1, "{}", log.text());
    assert!(log.text().contains(answer.header("x-request-id")), "the log line is found by the request id");
}

#[tokio::test]
async fn wrong_fields_are_named() {
    let wrong = || Problem::invalid("dirsync.bad_rule", "no").with_errors(vec![FieldError::new("filter", "odd quote")]);
    let router = wrapped(Router::new().route("/", route(move || async move { wrong() })));
    assert_eq!(get(&router, "/", &[]).await.problem().errors, [FieldError::new("filter", "odd quote")]);
}

#[test]
fn the_description_covers_every_status_that_web_gives() {
    let responses = Problems::responses();
    for status in ["400", "401", "403", "404", "408", "409", "413", "415", "429", "500", "503"] {
        let response = serde_json::to_value(&responses[status]).unwrap();
        let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
        assert_eq!(schema, "#/components/schemas/Problem", "{status}");
    }
}

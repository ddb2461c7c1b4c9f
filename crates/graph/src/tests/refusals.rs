//! What becomes of Graph's refusals.

use std::time::Duration;

use kernel::{ErrorKind, Kinded};
use serde_json::{Value, json};

use super::double::{Double, answer, double, ok, refused};
use crate::GraphError;

async fn get(double: &Double) -> Result<Value, GraphError> {
    double.client.get_json("/organization").await
}

#[tokio::test]
async fn a_named_wait_is_kept() {
    for (value, seconds) in [("7", 7), ("Fri, 31 Dec 2027 23:59:59 GMT", 59), ("0", 1)] {
        let throttled = refused(429, "TooManyRequests")
            .header("retry-after", value)
            .header("date", "Fri, 31 Dec 2027 23:59:00 GMT");
        let double = double([throttled, ok(json!({}))]).await;
        get(&double).await.unwrap();
        assert_eq!(double.waited(), Duration::from_secs(seconds), "{value}");
    }
}

#[tokio::test]
async fn without_a_named_wait_each_is_about_twice_as_long() {
    let storm = (0..4).map(|_| refused(429, "Request_ThrottledTemporarily"));
    let double = double(storm.chain([ok(json!({}))])).await;
    get(&double).await.unwrap();
    // 2 + 4 + 8 + 16 seconds, each with less than a second of jitter.
    assert!((30..34).contains(&double.waited().as_secs()), "{:?}", double.waited());
    assert_eq!(double.client.budget().look().throttled_count, 4);
}

#[tokio::test]
async fn a_wait_beyond_patience_is_handed_to_the_caller() {
    let double = double([refused(429, "TooManyRequests").header("retry-after", "600")]).await;
    let error = get(&double).await.unwrap_err();
    assert_eq!((error.code(), error.kind(), error.try_again()), ("graph.throttled", ErrorKind::Unavailable, true));
    assert_eq!(error.retry_after(), Some(Duration::from_mins(10)));
    assert_eq!(double.waited(), Duration::ZERO);

    // Nobody else asks Graph either, until then.
    let error = get(&double).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_mins(10)));
    assert_eq!(double.asked().len(), 1);
    assert_eq!(double.client.budget().look().throttled_for, Some(Duration::from_mins(10)));
    double.waited.advance(Duration::from_mins(10));
    double.then([ok(json!({}))]);
    get(&double).await.unwrap();
}

#[tokio::test]
async fn trouble_passes_or_is_reported() {
    for status in [500, 502, 503, 504] {
        let double = double([answer(status, "<html>upstream</html>"), ok(json!({ "a": 1 }))]).await;
        assert_eq!(get(&double).await.unwrap(), json!({ "a": 1 }), "{status}");
    }
    let double = double((0..9).map(|_| answer(503, "<html>upstream</html>"))).await;
    let error = get(&double).await.unwrap_err();
    assert_eq!((error.code(), error.try_again(), double.asked().len()), ("graph.unavailable", true, 5));
    assert_eq!(error.refusal().unwrap().request_id.as_deref(), Some("graph-id"));
}

#[tokio::test]
async fn a_write_is_not_done_twice() {
    let double = double([answer(503, ""), ok(json!({}))]).await;
    let error = double.client.post("/users/x/revokeSignInSessions", &json!({})).await.unwrap_err();
    assert_eq!((error.code(), double.asked().len()), ("graph.unavailable", 1));

    // Throttled means not done; so does a concurrency violation.
    for first in [refused(429, "x"), refused(409, "Directory_ConcurrencyViolation")] {
        let double = super::double::double([first, answer(204, "")]).await;
        double.client.post("/users", &json!({ "a": 1 })).await.unwrap();
        assert_eq!(double.asked()[1].body, r#"{"a":1}"#);
    }
}

#[tokio::test]
async fn refusals_carry_code_and_both_ids() {
    let double = double([refused(403, "Authorization_RequestDenied")]).await;
    let error = get(&double).await.unwrap_err();
    assert_eq!(
        (error.code(), error.kind(), error.try_again(), error.is_forbidden()),
        ("graph.rejected", ErrorKind::Conflict, false, true)
    );
    assert_eq!(error.raw_code().as_deref(), Some("Authorization_RequestDenied"));
    let sent = double.asked()[0].headers["client-request-id"].clone();
    assert_eq!(error.request_ids(), (Some("graph-id"), Some(sent.as_str())));
    assert_eq!(
        error.to_string(),
        format!(
            "graph refused: 403 Authorization_RequestDenied: because (request-id graph-id, client-request-id {sent})"
        )
    );
}

#[tokio::test]
async fn what_is_not_graph_is_broken() {
    for body in ["<html>sign in to the hotel network</html>", "", "{\"value\":[", "[]x"] {
        let double = double([answer(200, body)]).await;
        let error = get(&double).await.unwrap_err();
        assert_eq!((error.code(), error.try_again()), ("graph.broken", true), "{body}");
    }
    // A redirect is not followed: the token goes nowhere else.
    let double = double([answer(302, "").header("location", "http://evil.example/")]).await;
    assert_eq!(get(&double).await.unwrap_err().code(), "graph.rejected");
}

#[tokio::test]
async fn paths_stay_on_the_configured_graph() {
    let double = double([]).await;
    for path in ["../beta/users", "http://evil.example/v1.0/users", "//../x"] {
        let error = double.client.get_json::<Value>(path).await.unwrap_err();
        assert_eq!(error.code(), "graph.broken", "{path}");
    }
    assert!(double.asked().is_empty() && double.token_forms().is_empty());
}

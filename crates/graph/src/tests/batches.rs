//! `$batch`.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::double::{Asked, Step, double, ok, refused};
use crate::{BatchCall, GraphError};

fn reply(answers: &[(&str, u16, Value, Option<Value>)]) -> Step {
    let responses: Vec<_> = answers
        .iter()
        .map(|(id, status, body, wait)| {
            let headers = wait.as_ref().map_or(json!({}), |wait| json!({ "retry-after": wait, "x": ["odd"] }));
            json!({ "id": id, "status": status, "headers": headers, "body": body })
        })
        .collect();
    ok(json!({ "responses": responses }))
}

fn sent(asked: &Asked) -> Vec<(String, String)> {
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    let requests = body["requests"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    requests.iter().map(|request| (text(&request["id"]), text(&request["url"]))).collect()
}

fn gets(count: usize) -> Vec<BatchCall> {
    (0..count).map(|at| BatchCall::get(format!("/users/{at}"))).collect()
}

#[tokio::test]
async fn only_throttled_calls_are_made_again_after_the_longest_wait() {
    let busy = json!({ "error": { "code": "TooManyRequests", "message": "x" } });
    let double = double([
        reply(&[
            ("2", 429, busy.clone(), Some(json!("7"))),
            ("0", 200, json!({ "at": 0 }), None),
            ("1", 429, busy, Some(json!(11))),
        ]),
        reply(&[("1", 200, json!({ "at": 1 }), None), ("2", 200, json!({ "at": 2 }), None)]),
    ])
    .await;
    let answers = double.client.batch(&gets(3)).await.unwrap();
    let read: Vec<Value> = answers.iter().map(|answer| answer.json().unwrap()).collect();
    assert_eq!(read, [json!({ "at": 0 }), json!({ "at": 1 }), json!({ "at": 2 })]);
    assert_eq!(double.waited(), Duration::from_secs(11));
    assert_eq!(sent(&double.asked()[1]).len(), 2);
    assert_eq!(double.client.budget().look().throttled_count, 1);
}

#[tokio::test]
async fn twenty_at_a_time() {
    let all = |range: std::ops::Range<usize>| {
        let answers: Vec<_> = range.map(|at| at.to_string()).collect();
        reply(&answers.iter().map(|id| (id.as_str(), 204, Value::Null, None)).collect::<Vec<_>>())
    };
    let double = double([all(0..20), all(0..20), all(0..1)]).await;
    let answers = double.client.batch(&gets(41)).await.unwrap();
    assert!(answers.len() == 41 && answers.iter().all(|answer| answer.success().is_ok()));
    assert_eq!(sent(&double.asked()[2]), [("0".to_owned(), "/users/40".to_owned())]);
    assert_eq!(double.lines(), ["POST /v1.0/$batch"; 3]);
}

#[tokio::test]
async fn writes_with_an_open_outcome_are_not_made_again() {
    let write = BatchCall::with_body(Method::PATCH, "/users/1", &json!({ "accountEnabled": false }));
    let double = double([
        reply(&[("0", 503, Value::Null, None), ("1", 503, Value::Null, None)]),
        reply(&[("1", 200, json!({}), None)]),
    ])
    .await;
    let answers = double.client.batch(&[write, BatchCall::get("/users/2").advanced()]).await.unwrap();
    assert!(matches!(answers[0].success(), Err(GraphError::Unavailable(_))));
    assert!(answers[1].success().is_ok());
    let body: Value = serde_json::from_str(&double.asked()[0].body).unwrap();
    assert_eq!(body["requests"][0]["headers"], json!({ "Content-Type": "application/json" }));
    assert_eq!(body["requests"][0]["body"], json!({ "accountEnabled": false }));
    assert_eq!(body["requests"][1]["headers"], json!({ "ConsistencyLevel": "eventual" }));
    assert!(body["requests"][1].get("body").is_none());
}

#[tokio::test]
async fn what_stays_throttled_is_told() {
    let busy = || reply(&[("0", 429, Value::Null, Some(json!("100")))]);
    let double = double([busy(), busy()]).await;
    let answers = double.client.batch(&gets(1)).await.unwrap();
    let error = answers[0].success().unwrap_err();
    assert_eq!(kernel::Kinded::retry_after(&error), Some(Duration::from_secs(100)));
}

#[tokio::test]
async fn a_wait_without_end_breaks_nothing() {
    for endless in [json!(u64::MAX), json!(u64::MAX.to_string())] {
        let double = double([reply(&[("0", 429, Value::Null, Some(endless))])]).await;
        let answers = double.client.batch(&gets(1)).await.unwrap();
        assert!(matches!(answers[0].success(), Err(GraphError::Throttled { .. })));
        assert_eq!(double.client.budget().look().throttled_for, Some(Duration::from_hours(1)));
    }
}

#[tokio::test]
async fn answers_must_fit_the_calls() {
    for answers in [
        vec![("0", 200, json!({}), None)],
        vec![("0", 200, json!({}), None), ("0", 200, json!({}), None)],
        vec![("0", 200, json!({}), None), ("7", 200, json!({}), None)],
        vec![("0", 200, json!({}), None), ("x", 200, json!({}), None)],
    ] {
        let double = double([reply(&answers)]).await;
        assert!(matches!(double.client.batch(&gets(2)).await, Err(GraphError::Broken { .. })));
    }
    let double = double([refused(400, "MaximumValueExceeded")]).await;
    assert!(matches!(double.client.batch(&gets(2)).await, Err(GraphError::Rejected(_))));
}

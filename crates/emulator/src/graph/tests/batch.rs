//! Several calls in one.

use super::*;
use crate::faults::{Kind as Fault, NewRule};

fn by_id<'a>(reply: &'a Value, id: &str) -> &'a Value {
    reply["responses"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap()
}

#[tokio::test]
async fn steps_run_in_order_of_dependence_and_fail_together() {
    let rig = Rig::new(60, 10, EVERYTHING);
    let person = rig.plain_user(3);
    let reply = rig
        .post(
            "/$batch",
            json!({ "requests": [
        { "id": "1", "method": "GET", "url": format!("/users/{person}?$select=id") },
        { "id": "2", "method": "GET", "url": "users/$count", "headers": { "ConsistencyLevel": "eventual" } },
        { "id": "3", "dependsOn": ["1"], "method": "PATCH", "url": format!("/users/{person}"),
          "headers": { "Content-Type": "application/json" }, "body": { "jobTitle": "Batched" } },
        { "id": "4", "method": "GET", "url": "/users/nobody@contoso.com" },
        { "id": "5", "dependsOn": ["4"], "method": "GET", "url": "/users?$top=1" },
        { "id": "6", "method": "GET", "url": "/users?$filter=accountEnabled eq false&$select=id" },
    ] }),
        )
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let body = reply.json();
    let statuses: Vec<i64> =
        ["1", "2", "3", "4", "5", "6"].iter().map(|id| by_id(&body, id)["status"].as_i64().unwrap()).collect();
    assert_eq!(statuses, [200, 200, 204, 404, 424, 200]);
    assert_eq!(by_id(&body, "2")["body"], 60);
    assert_eq!(by_id(&body, "5")["body"]["error"]["code"], "FailedDependency");
    assert!(by_id(&body, "1")["headers"]["Content-Type"].as_str().unwrap().starts_with("application/json"));
    assert_eq!(rig.get(&format!("/users/{person}")).await.json()["jobTitle"], "Batched");
}

#[tokio::test]
async fn malformed_batches_are_refused_as_a_whole() {
    let rig = Rig::new(10, 2, EVERYTHING);
    let get = |id: &str| json!({ "id": id, "method": "GET", "url": "/users?$top=1" });
    let many: Vec<Value> = (0..21).map(|index| get(&index.to_string())).collect();
    let reply = rig.post("/$batch", json!({ "requests": many })).await;
    assert_eq!(
        (reply.status, reply.code().as_str(), reply.message().as_str()),
        (400, "MaximumValueExceeded", "Number of batch request steps exceeds the maximum value of 20.")
    );
    let broken = [
        json!({ "requests": [get("a"), get("A")] }),
        json!({ "requests": [{ "id": "1", "method": "PATCH", "url": "/users/x", "body": {} }] }),
        json!({ "requests": [{ "id": "1", "method": "GET", "url": "/users", "dependsOn": ["7"] }] }),
        json!({ "requests": [{ "method": "GET", "url": "/users" }] }),
        json!({}),
    ];
    for body in broken {
        assert_eq!(rig.post("/$batch", body.clone()).await.status, 400, "{body}");
    }
    let nested = rig.post("/$batch", json!({ "requests": [{ "id": "1", "method": "POST", "url": "/$batch", "headers": {"Content-Type": "application/json"}, "body": {} }] })).await;
    assert_eq!(nested.json()["responses"][0]["status"], 400);
}

#[tokio::test]
async fn faults_and_throttling_strike_single_steps() {
    let rig = Rig::new(10, 2, EVERYTHING);
    let rule: NewRule = serde_json::from_value(
        json!({ "fault": { "kind": "throttle", "retry_after_seconds": 7 }, "path": "/v1.0/groups", "count": 1 }),
    )
    .unwrap();
    assert_eq!(rule.fault, Fault::Throttle { retry_after_seconds: Some(7) });
    rig.world.faults.add(rule);
    let body = rig
        .post(
            "/$batch",
            json!({ "requests": [
        { "id": "1", "method": "GET", "url": "/groups" }, { "id": "2", "method": "GET", "url": "/users" },
    ] }),
        )
        .await
        .json();
    assert_eq!(
        (by_id(&body, "1")["status"].as_i64(), by_id(&body, "1")["headers"]["Retry-After"].as_str()),
        (Some(429), Some("7"))
    );
    assert_eq!(by_id(&body, "2")["status"], 200);
}

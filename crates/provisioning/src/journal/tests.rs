//! What is written down of a call, without a database.

#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use serde_json::{Value, json};

use super::redact;

fn kept(body: &Value) -> Value {
    serde_json::from_str(&redact::request(body.as_object().unwrap())).unwrap()
}

#[test]
fn secrets_are_hidden_wherever_they_stand() {
    let cases = [
        json!({ "password": "hunter2" }),
        json!({ "Password": { "deep": ["hunter2"] } }),
        json!({ "urn:x:y": { "clientSecret": "hunter2", "api_token": 7 } }),
        json!({ "Operations": [{ "op": "replace", "path": "password", "value": "hunter2" }] }),
        json!({ "Operations": [{ "op": "replace", "path": "urn:a:User:PASSWORD", "value": { "x": "hunter2" } }] }),
        json!({ "Operations": [{ "op": "add", "value": { "password": "hunter2" } }] }),
        json!({ "Operations": [{ "op": "remove", "path": "x[password eq \"hunter2\"]" }] }),
        json!({ "filter": "password eq \"hunter2\"" }),
        json!({ "Operations": [{ "method": "POST", "data": { "password": "hunter2" } }] }),
    ];
    for case in cases {
        let text = kept(&case).to_string();
        assert!(!text.contains("hunter2") && text.contains("[hidden]"), "{case} is kept as {text}");
    }
    assert_eq!(kept(&json!({ "userName": "mia", "active": true })), json!({ "userName": "mia", "active": true }));
    assert_eq!(
        redact::query("count=1&access_token=abc&filter=password+eq+1"),
        "count=1&access_token=[hidden]&filter=[hidden]"
    );
    assert_eq!(
        redact::answer(br#"{"access_token":"abc","token_type":"Bearer"}"#),
        r#"{"access_token":"[hidden]","token_type":"[hidden]"}"#
    );
}

#[test]
fn what_is_long_is_cut_and_stays_json() {
    let members: Vec<Value> = (0..5_000).map(|number| json!({ "value": format!("{number:036}") })).collect();
    let cut = kept(&json!({ "displayName": "ü".repeat(5_000), "members": members }));
    assert_eq!(cut["members"].as_array().unwrap().len(), 101);
    assert_eq!(cut["members"][100], "[4900 more]");
    assert_eq!(cut["displayName"].as_str().unwrap().chars().count(), 1_001);

    let wide: serde_json::Map<String, Value> =
        (0..190).map(|number| (format!("n{number}"), json!("\"".repeat(900)))).collect();
    let text = redact::request(&wide);
    assert!(text.len() <= redact::MOST_BYTES);
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["cut"], json!(true));

    let mut deep = json!("end");
    for _ in 0..60 {
        deep = json!({ "d": deep });
    }
    assert!(kept(&json!({ "deep": deep })).to_string().contains("[cut]"));

    let long = format!("{{\"Resources\":[\"{}\"]}}", "é".repeat(40_000));
    let text = redact::answer(long.as_bytes());
    assert!(text.len() <= redact::MOST_BYTES);
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["bytes"], json!(long.len()));
}

#[test]
fn the_number_of_results_is_found_at_the_beginning_of_a_list() {
    assert_eq!(super::results_in(br#"{"schemas":["x"],"totalResults":12,"Resources":[]}"#), Some(12));
    assert_eq!(super::results_in(br#"{"displayName":"\"totalResults\":7"}"#), None);
    assert_eq!(super::results_in(b"{}"), None);
}

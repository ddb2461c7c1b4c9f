//! Over the loopback: what the network adds.

#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use std::collections::HashMap;

use axum::Router;
use axum::extract::Query;
use axum::routing::post;
use serde_json::{Value, json};

use crate::config::Options;
use crate::serve::{Running, start};

fn client(running: &Running) -> reqwest::Client {
    // An error only says that a provider was installed before.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let mut builder = reqwest::Client::builder().no_proxy();
    if let Some(pem) = &running.ca_pem {
        builder = builder.add_root_certificate(reqwest::Certificate::from_pem(pem.as_bytes()).unwrap());
    }
    builder.build().unwrap()
}

async fn token(running: &Running, client: &reqwest::Client) -> reqwest::Result<Value> {
    let id = running.client_id.to_string();
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", id.as_str()),
        ("client_secret", running.client_secret.as_str()),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let url = format!("{}/{}/oauth2/v2.0/token", running.base_url, running.tenant_id);
    client.post(url).form(&fields).send().await?.json().await
}

async fn organization(running: &Running, client: &reqwest::Client) -> reqwest::Result<Value> {
    let token = token(running, client).await?;
    let url = format!("{}/v1.0/organization", running.base_url);
    client.get(url).bearer_auth(token["access_token"].as_str().unwrap_or_default()).send().await?.json().await
}

#[tokio::test]
async fn it_serves_plain_and_over_tls() {
    for tls in [false, true] {
        let running = start(Options { tls, ..Options::default() }).await.unwrap();
        let client = client(&running);
        let body = organization(&running, &client).await.unwrap();
        assert_eq!(body["value"][0]["id"], json!(running.tenant_id), "{body}");
        assert!(body["@odata.context"].as_str().unwrap().starts_with(&running.base_url));
        running.shutdown().await.unwrap();
    }
}

#[tokio::test]
async fn a_stranger_does_not_trust_it() {
    let mut running = start(Options { tls: true, ..Options::default() }).await.unwrap();
    running.ca_pem = None;
    assert!(token(&running, &client(&running)).await.is_err());
}

#[tokio::test]
async fn connections_are_cut_before_and_within_the_answer() {
    let running = start(Options::default()).await.unwrap();
    let client = client(&running);
    let strike = async |fault: Value| {
        let rule = json!({ "fault": fault, "path": "/v1.0/organization", "count": 1 });
        client.post(format!("{}/faults", running.admin_url)).json(&rule).send().await.unwrap();
        organization(&running, &client).await.unwrap_err()
    };
    assert!(strike(json!({ "kind": "reset" })).await.is_request());
    let cut = strike(json!({ "kind": "truncate", "abort": true })).await;
    assert!(cut.is_body() || cut.is_decode());
    let log: Value =
        client.get(format!("{}/requests?limit=3", running.admin_url)).send().await.unwrap().json().await.unwrap();
    assert!(log.as_array().unwrap().iter().any(|entry| entry["status"] == 0 && entry["faults"] == json!(["reset"])));
}

#[tokio::test]
async fn a_state_file_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { state_file: Some(folder.path().join("state.json")), tls: true, ..Options::default() };
    let first = start(options.clone()).await.unwrap();
    let (ca, tenant_id, people) =
        (first.ca_pem.clone(), first.tenant_id, first.world.tenants()[0].directory().position());
    let web = client(&first);
    let users = format!("{}/tenants/default/users", first.admin_url);
    web.post(&users).json(&json!({ "userPrincipalName": "ada@contoso.com" })).send().await.unwrap();
    web.post(format!("{}/clock", first.admin_url)).json(&json!({ "advance_seconds": 86_400 })).send().await.unwrap();
    let old = token(&first, &web).await.unwrap()["access_token"].as_str().unwrap().to_owned();
    first.shutdown().await.unwrap();

    let second = start(Options { seed: 99, ..options }).await.unwrap();
    let tomorrow = client(&second).get(format!("{}/common/discovery/keys", second.base_url)).send().await.unwrap();
    let date = tomorrow.headers()["date"].to_str().unwrap();
    let expected = time::OffsetDateTime::from(second.world.clock.now()).day();
    assert!(date.split(' ').nth(1) == Some(&format!("{expected:02}")) && date.ends_with(" GMT"), "emulated: {date}");
    assert_eq!((second.ca_pem.clone(), second.tenant_id), (ca, tenant_id));
    assert_eq!(second.world.tenants()[0].directory().position(), people + 1);
    assert!(second.world.tenants()[0].directory().find_user("ada@contoso.com").is_some());
    assert!(second.world.clock.setting().offset_micros >= 86_400_000_000);
    let web = client(&second);
    let answer = web.get(format!("{}/v1.0/organization", second.base_url)).bearer_auth(old).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn who_subscribed_to_changes_is_told_of_them_after_a_restart_too() {
    let (sender, mut posts) = tokio::sync::mpsc::unbounded_channel();
    let hear = async move |Query(query): Query<HashMap<String, String>>, body: String| {
        // A handshake is echoed, a notification is heard.
        query.get("validationToken").cloned().unwrap_or_else(|| {
            let _ = sender.send(serde_json::from_str::<Value>(&body).unwrap());
            String::new()
        })
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hook = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/hook", post(hear))).await });

    let folder = tempfile::tempdir().unwrap();
    let options = Options { state_file: Some(folder.path().join("state.json")), ..Options::default() };
    let first = start(options.clone()).await.unwrap();
    let web = client(&first);
    let until = first.world.clock.now().plus(std::time::Duration::from_hours(24));
    let wish = json!({ "changeType": "updated,deleted", "notificationUrl": hook, "resource": "users",
        "expirationDateTime": until, "clientState": "secret" });
    let bearer = token(&first, &web).await.unwrap()["access_token"].as_str().unwrap().to_owned();
    let made = web.post(format!("{}/v1.0/subscriptions", first.base_url)).bearer_auth(&bearer).json(&wish);
    let made: Value = made.send().await.unwrap().error_for_status().unwrap().json().await.unwrap();
    first.shutdown().await.unwrap();

    let second = start(options).await.unwrap();
    let users = format!("{}/tenants/default/users", second.admin_url);
    web.post(&users).json(&json!({ "userPrincipalName": "ada@contoso.com" })).send().await.unwrap();
    let told = tokio::time::timeout(std::time::Duration::from_secs(20), posts.recv()).await.unwrap().unwrap();
    assert_eq!(told["value"][0]["subscriptionId"], made["id"]);
    assert_eq!(told["value"][0]["clientState"], "secret");
    second.shutdown().await.unwrap();
}

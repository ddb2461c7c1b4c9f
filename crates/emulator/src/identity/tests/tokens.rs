//! Tokens that are issued.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use serde_json::{Value, json};

use crate::apps::catalogue::GRAPH_APP_ID;
use crate::probe::{Probe, START, claims};

fn seconds(text: &str) -> i64 {
    kernel::Timestamp::parse(text).unwrap().seconds()
}

#[tokio::test]
async fn a_secret_buys_a_version_1_graph_token() {
    let probe = Probe::start();
    let answer = probe.ask_token(&[]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers["cache-control"], "no-store, no-cache");
    let body = answer.json();
    let mut names: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
    names.sort();
    assert_eq!(names, ["access_token", "expires_in", "ext_expires_in", "token_type"]);
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(3599)));

    let claims = claims(body["access_token"].as_str().unwrap());
    let now = seconds(START);
    let principal = probe.world.tenants()[0].apps().principal_of(probe.prepared.client_id).unwrap().id;
    let issuer = format!("https://sts.windows.net/{}/", probe.prepared.tenant_id);
    for (name, expected) in [
        ("aud", json!("https://graph.microsoft.com")),
        ("iss", json!(issuer)),
        ("idp", json!(issuer)),
        ("ver", json!("1.0")),
        ("idtyp", json!("app")),
        ("appid", json!(probe.prepared.client_id)),
        ("appidacr", json!("1")),
        ("tid", json!(probe.prepared.tenant_id)),
        ("oid", json!(principal)),
        ("sub", json!(principal)),
        ("iat", json!(now - 300)),
        ("nbf", json!(now - 300)),
        ("exp", json!(now + 3600)),
        ("scp", Value::Null),
        ("wids", json!(["0997a1d0-0d1d-4acb-b408-d5ca73121e90"])),
    ] {
        assert_eq!(claims[name], expected, "{name}");
    }
    assert!(claims["roles"].as_array().unwrap().contains(&json!("User.ReadWrite.All")));
}

#[tokio::test]
async fn without_consent_the_token_has_no_roles_at_all() {
    let probe = Probe::start();
    let path = format!("/tenants/default/apps/{}/consent", probe.prepared.client_id);
    probe.admin("DELETE", &path, json!({})).await;
    assert!(claims(&probe.token().await).get("roles").is_none());
}

#[tokio::test]
async fn the_secret_may_come_as_http_basic() {
    let probe = Probe::start();
    let pair = format!("{}:{}", probe.prepared.client_id, probe.prepared.client_secret.replace('~', "%7E"));
    let request = http::Request::post(format!("/{}/oauth2/v2.0/token", probe.prepared.tenant_id))
        .header("authorization", format!("Basic {}", STANDARD.encode(pair)))
        .body("grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default".into())
        .unwrap();
    assert_eq!(probe.send(request).await.status, StatusCode::OK);
}

#[tokio::test]
async fn graph_goes_by_several_names() {
    let probe = Probe::start();
    let id = GRAPH_APP_ID.to_string();
    for (scope, audience) in [
        (format!("{id}/.default"), id.as_str()),
        ("https://graph.microsoft.com//.default".to_owned(), "https://graph.microsoft.com/"),
        ("http://emulator.test/.default".to_owned(), "https://graph.microsoft.com"),
    ] {
        let body = probe.ask_token(&[("scope", &scope)]).await.json();
        let token = body["access_token"].as_str().unwrap();
        assert_eq!(claims(token)["aud"], audience, "{scope}");
        assert_eq!(probe.graph_with(token, "GET", "/organization", Value::Null).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_domain_names_the_tenant_too() {
    let probe = Probe::start();
    let client_id = probe.prepared.client_id.to_string();
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", client_id.as_str()),
        ("client_secret", probe.prepared.client_secret.as_str()),
        ("resource", "https://graph.microsoft.com"),
    ];
    let body = probe.form("/contoso.onmicrosoft.com/oauth2/token", &fields).await.json();
    // The v1.0 endpoint sends its numbers as text.
    assert_eq!(body["expires_in"], "3599");
    assert_eq!(body["resource"], "https://graph.microsoft.com");
    assert_eq!(claims(body["access_token"].as_str().unwrap())["tid"], json!(probe.prepared.tenant_id));
}

#[tokio::test]
async fn a_client_that_declares_cp1_can_be_challenged() {
    let probe = Probe::start();
    let declared = r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#;
    let capable = probe.ask_token(&[("claims", declared)]).await.json()["access_token"].as_str().unwrap().to_owned();
    let plain = probe.token().await;
    assert_eq!(claims(&capable)["xms_cc"], json!(["cp1"]));
    probe.hand.advance(std::time::Duration::from_mins(1));
    probe.switch("claims_challenge", json!(true)).await;

    let challenged = probe.graph_with(&capable, "GET", "/organization", Value::Null).await;
    assert_eq!(challenged.status, StatusCode::UNAUTHORIZED);
    let challenge = challenged.headers["www-authenticate"].to_str().unwrap();
    assert!(challenge.contains(r#"error="insufficient_claims", claims=""#), "{challenge}");
    assert_eq!(probe.graph_with(&plain, "GET", "/organization", Value::Null).await.status, StatusCode::OK);

    let again = probe.ask_token(&[("claims", declared)]).await.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(probe.graph_with(&again, "GET", "/organization", Value::Null).await.status, StatusCode::OK);
}

#[tokio::test]
async fn graph_refuses_tokens_that_are_not_good() {
    let probe = Probe::start();
    let token = probe.token().await;
    let bare = probe.get("/v1.0/organization").await;
    assert_eq!(bare.status, StatusCode::UNAUTHORIZED);
    assert_eq!(bare.json()["error"]["code"], "InvalidAuthenticationToken");
    assert_eq!(bare.json()["error"]["message"], "Access token is empty.");
    assert_eq!(bare.json()["error"]["innerError"]["date"], "2026-01-09T02:02:12");
    let challenge = bare.headers["www-authenticate"].to_str().unwrap();
    assert!(
        challenge.starts_with(r#"Bearer realm="", authorization_uri="http://emulator.test/common/oauth2/authorize""#)
    );

    let foreign = probe.graph_with("a.b.c", "GET", "/organization", Value::Null).await;
    assert!(foreign.json()["error"]["message"].as_str().unwrap().starts_with("IDX14100"));
    let mut forged = token.clone();
    forged.replace_range(token.len() - 6..token.len() - 3, "AAA");
    assert_eq!(probe.graph_with(&forged, "GET", "/organization", Value::Null).await.status, StatusCode::UNAUTHORIZED);

    probe.hand.advance(std::time::Duration::from_secs(3_601));
    let late = probe.graph_with(&token, "GET", "/organization", Value::Null).await;
    assert_eq!(late.json()["error"]["message"], "Access token has expired or is not yet valid.");
}

#[tokio::test]
async fn a_token_dies_with_its_service_principal() {
    let probe = Probe::start();
    let token = probe.token().await;
    let path = format!("/tenants/default/apps/{}", probe.prepared.client_id);
    probe.admin("PATCH", &path, json!({ "enabled": false })).await;
    let answer = probe.graph_with(&token, "GET", "/organization", Value::Null).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.json()["error"]["code"], "Authorization_IdentityNotFound");
}

#[tokio::test]
async fn the_same_seed_makes_the_same_credentials() {
    let (one, two) = (Probe::start(), Probe::start());
    assert_eq!(one.prepared.client_secret, two.prepared.client_secret);
    assert_eq!(one.prepared.tenant_id, two.prepared.tenant_id);
    assert_ne!(one.prepared.client_id, Probe::with(|options| options.seed = 2).prepared.client_id);
}

#[tokio::test]
async fn graph_refuses_tokens_for_other_resources() {
    let probe = Probe::start();
    let order = json!({ "display_name": "Payroll", "identifier_uris": ["api://payroll"], "permissions": [], "consented": true });
    probe.admin("POST", "/tenants/default/apps", order).await;
    let body = probe.ask_token(&[("scope", "api://payroll/.default")]).await.json();
    let token = body["access_token"].as_str().unwrap();
    assert_eq!((&claims(token)["aud"], claims(token).get("roles")), (&json!("api://payroll"), None));
    let answer = probe.graph_with(token, "GET", "/organization", Value::Null).await;
    assert_eq!(answer.json()["error"]["message"], "Access token validation failure. Invalid audience.");
}

//! The table of AADSTS answers: request, number, OAuth error, status.

use http::StatusCode;
use serde_json::{Value, json};

use crate::probe::{Answer, Probe};

fn check(answer: &Answer, status: u16, error: &str, code: u32) -> Value {
    let body = answer.json();
    assert_eq!(body["error_codes"], json!([code]), "{body}");
    assert_eq!(body["error"], error, "{body}");
    assert_eq!(answer.status.as_u16(), status, "{body}");
    let description = body["error_description"].as_str().unwrap();
    assert!(description.starts_with(&format!("AADSTS{code}: ")), "{description}");
    body
}

#[tokio::test]
async fn every_wrong_request_has_its_number() {
    let probe = Probe::start();
    let stranger = "11111111-2222-4333-8444-555555555555";
    for (over, status, error, code) in [
        (&[("grant_type", "")][..], 400, "invalid_request", 900_144),
        (&[("client_id", "")], 400, "invalid_request", 900_144),
        (&[("scope", "")], 400, "invalid_request", 900_144),
        (&[("grant_type", "password")], 400, "unsupported_grant_type", 70003),
        (&[("client_id", "my-app")], 400, "unauthorized_client", 700_038),
        (&[("client_id", stranger)], 400, "unauthorized_client", 700_016),
        (&[("client_secret", "")], 401, "invalid_client", 7_000_216),
        (&[("client_secret", "wrong")], 401, "invalid_client", 7_000_215),
        (&[("scope", "User.Read.All")], 400, "invalid_scope", 1_002_012),
        (&[("scope", "openid")], 400, "invalid_scope", 1_002_012),
        (&[("scope", "/.default")], 400, "invalid_scope", 1_002_012),
        (&[("scope", "https://graph.microsoft.com/.default openid")], 400, "invalid_scope", 70011),
        (
            &[("scope", "https://graph.microsoft.com/.default https://vault.azure.net/.default")],
            400,
            "invalid_scope",
            700_022,
        ),
        (&[("scope", "https://nowhere.example/.default")], 400, "invalid_resource", 500_011),
        (&[("resource", "https://graph.microsoft.com")], 400, "invalid_request", 901_002),
        (&[("client_assertion", "x")], 400, "invalid_request", 900_144),
        (
            &[
                ("client_assertion", "x"),
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ],
            400,
            "invalid_request",
            50027,
        ),
    ] {
        check(&probe.ask_token(over).await, status, error, code);
    }
}

#[tokio::test]
async fn the_envelope_is_entras() {
    let probe = Probe::start();
    let body = check(&probe.ask_token(&[("client_secret", "wrong")]).await, 401, "invalid_client", 7_000_215);
    let expected = format!(
        "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{}'.\r\nTrace ID: {}\r\nCorrelation ID: {}\r\nTimestamp: 2026-01-09 02:02:12Z",
        probe.prepared.client_id,
        body["trace_id"].as_str().unwrap(),
        body["correlation_id"].as_str().unwrap(),
    );
    assert_eq!(body["error_description"], expected);
    assert_eq!(body["timestamp"], "2026-01-09 02:02:12Z");
    assert_eq!(body["error_uri"], "https://login.microsoftonline.com/error?code=7000215");

    probe.switch("error_parts_by_space", json!(true)).await;
    let body = probe.ask_token(&[("client_secret", "wrong")]).await.json();
    assert!(!body["error_description"].as_str().unwrap().contains('\n'));
}

#[tokio::test]
async fn the_callers_id_comes_back_as_correlation_id() {
    let probe = Probe::start();
    let id = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
    let request =
        http::Request::post("/contoso.com/oauth2/v2.0/token").header("client-request-id", id).body("".into()).unwrap();
    assert_eq!(probe.send(request).await.json()["correlation_id"], id);
}

#[tokio::test]
async fn tenants_that_are_none_are_refused() {
    let probe = Probe::start();
    let fields = [("grant_type", "client_credentials")];
    let shared = probe.form("/common/oauth2/v2.0/token", &fields).await;
    check(&shared, 400, "invalid_request", 9_001_023);
    let unknown = probe.form("/nowhere.example/oauth2/v2.0/token", &fields).await;
    check(&unknown, 400, "invalid_request", 90002);
    check(&probe.get("/contoso.com/oauth2/v2.0/token").await, 400, "invalid_request", 900_561);
}

#[tokio::test]
async fn an_expired_secret_says_so() {
    let probe = Probe::start();
    let app = format!("/apps/{}/secrets", probe.prepared.client_id);
    assert_eq!(probe.admin("POST", &format!("{app}/expire"), json!({})).await.status, StatusCode::NO_CONTENT);
    check(&probe.ask_token(&[]).await, 401, "invalid_client", 7_000_222);
    // With a second one, the first is still expired and any other is wrong.
    let fresh = probe.admin("POST", &app, json!({ "days": 1 })).await.json();
    check(&probe.ask_token(&[]).await, 401, "invalid_client", 7_000_222);
    check(&probe.ask_token(&[("client_secret", "wrong")]).await, 401, "invalid_client", 7_000_215);
    assert_eq!(probe.ask_token(&[("client_secret", fresh["secret"].as_str().unwrap())]).await.status, StatusCode::OK);
    // The clock alone ends it.
    probe.admin("POST", "/clock", json!({ "advance_seconds": 90_000 })).await;
    check(&probe.ask_token(&[("client_secret", "any")]).await, 401, "invalid_client", 7_000_222);
}

#[tokio::test]
async fn a_disabled_or_removed_application_gets_nothing() {
    let probe = Probe::start();
    let app = format!("/tenants/default/apps/{}", probe.prepared.client_id);
    probe.admin("PATCH", &app, json!({ "enabled": false })).await;
    let body = check(&probe.ask_token(&[]).await, 400, "unauthorized_client", 7_000_112);
    assert!(body["error_description"].as_str().unwrap().contains("(Prepared application) is disabled."));
    probe.switch("disabled_app_status", json!(401)).await;
    check(&probe.ask_token(&[]).await, 401, "unauthorized_client", 7_000_112);
    probe.admin("PATCH", &app, json!({ "enabled": true })).await;
    assert_eq!(probe.ask_token(&[]).await.status, StatusCode::OK);
    probe.admin("DELETE", &app, json!({})).await;
    let body = check(&probe.ask_token(&[]).await, 400, "unauthorized_client", 700_016);
    assert!(body["error_description"].as_str().unwrap().contains("was not found in the directory 'Contoso'."));
}

#[tokio::test]
async fn a_fallback_to_a_public_client_takes_no_secret_away() {
    let probe = Probe::start();
    let app = format!("/apps/{}", probe.prepared.client_id);
    probe.admin("PATCH", &app, json!({ "public_client": true })).await;
    assert_eq!(probe.ask_token(&[]).await.status, http::StatusCode::OK);
}

#[tokio::test]
async fn a_throttled_login_speaks_its_own_language() {
    let probe = Probe::start();
    let fault = json!({ "fault": { "kind": "throttle", "retry_after_seconds": 7 }, "path": "/*/oauth2/v2.0/token", "count": 1 });
    assert_eq!(probe.admin("POST", "/faults", fault).await.status, StatusCode::CREATED);
    let answer = probe.ask_token(&[]).await;
    check(&answer, 429, "temporarily_unavailable", 90055);
    assert_eq!(answer.headers["retry-after"], "7");
    assert_eq!(probe.ask_token(&[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_fault_can_name_the_number() {
    let probe = Probe::start();
    let message =
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.";
    let fault = json!({ "kind": "status", "status": 400, "code": "AADSTS53003", "message": message });
    probe.admin("POST", "/faults", json!({ "fault": fault, "path": "/*/token", "count": 1 })).await;
    let body = check(&probe.ask_token(&[]).await, 400, "access_denied", 53003);
    assert!(body["error_description"].as_str().unwrap().contains("blocked by Conditional Access"));
}

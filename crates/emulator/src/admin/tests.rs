//! The admin API and its page as a person or a test uses them.

#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use http::StatusCode;
use serde_json::{Value, json};

use crate::probe::{Probe, START};

#[tokio::test]
async fn the_clock_moves_stops_and_returns() {
    let probe = Probe::start();
    let now = |body: Value| body["now"].as_str().unwrap().to_owned();
    let set = async |order: Value| now(probe.admin("POST", "/clock", order).await.json());
    assert_eq!(set(json!({ "advance_seconds": 86_400 })).await, "2026-01-10T02:02:12Z");
    assert_eq!(set(json!({ "now": "2030-05-01T00:00:00Z", "frozen": true })).await, "2030-05-01T00:00:00Z");
    probe.hand.advance(std::time::Duration::from_mins(1));
    assert_eq!(set(json!({})).await, "2030-05-01T00:00:00Z");
    assert_eq!(set(json!({ "frozen": false, "advance_seconds": 5 })).await, "2030-05-01T00:00:05Z");
    assert_eq!(set(json!({ "reset": true })).await, "2026-01-09T02:03:12Z");
    assert_eq!(probe.admin("POST", "/clock", json!({ "nonsense": 1 })).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn faults_strike_what_they_match_and_are_counted() {
    let probe = Probe::start();
    let token = probe.token().await;
    let ask = async |path: &str| probe.graph_with(&token, "GET", path, Value::Null).await;
    let rule = json!({
        "fault": { "kind": "status", "status": 503, "body": "html" }, "method": "GET", "path": "/v1.0/organ*", "count": 2, "skip": 1,
    });
    let id = probe.admin("POST", "/faults", rule).await.json()["id"].as_u64().unwrap();
    assert_eq!(ask("/domains").await.status, StatusCode::OK);
    assert_eq!(ask("/organization").await.status, StatusCode::OK);
    let struck = ask("/organization").await;
    assert_eq!(struck.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(struck.text.starts_with("<html>"));
    assert_eq!(probe.admin("GET", "/faults", Value::Null).await.json()[0]["hits"], 1);
    assert_eq!(ask("/organization").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ask("/organization").await.status, StatusCode::OK);
    assert_eq!(probe.admin("DELETE", &format!("/faults/{id}"), Value::Null).await.status, StatusCode::NOT_FOUND);
    let log = probe.admin("GET", "/requests?limit=2", Value::Null).await.json();
    assert_eq!(log[1]["faults"], json!(["status"]));
    assert_eq!(log[1]["tenant"], json!(probe.prepared.tenant_id));
    assert_eq!(probe.admin("GET", "/counters", Value::Null).await.json()["faults"], 2);
}

#[tokio::test]
async fn every_kind_of_fault_does_what_it_says() {
    let probe = Probe::start();
    let token = probe.token().await;
    let whole = probe.graph_with(&token, "GET", "/domains", Value::Null).await;
    let strike = async |fault: Value| {
        probe.admin("POST", "/faults", json!({ "fault": fault, "count": 1, "tenant": "contoso.com" })).await;
        probe.graph_with(&token, "GET", "/domains", Value::Null).await
    };
    let throttled = strike(json!({ "kind": "throttle", "retry_after_seconds": 9 })).await;
    assert_eq!((throttled.status.as_u16(), throttled.headers["retry-after"].to_str().unwrap()), (429, "9"));
    assert_eq!(throttled.json()["error"]["code"], "TooManyRequests");
    assert!(throttled.headers["x-ms-throttle-scope"].to_str().unwrap().starts_with("Tenant_Application/ReadWrite/"));
    assert!(!strike(json!({ "kind": "throttle" })).await.headers.contains_key("retry-after"));
    let forbidden = strike(json!({ "kind": "forbidden" })).await;
    assert_eq!(forbidden.json()["error"]["code"], "Authorization_RequestDenied");
    let half = strike(json!({ "kind": "truncate" })).await;
    assert_eq!((half.status, half.text.len()), (StatusCode::OK, whole.text.len() / 2));
    let empty = strike(json!({ "kind": "empty_page" })).await.json();
    assert_eq!(empty["value"], json!([]));
    let blank = strike(json!({ "kind": "status", "status": 504, "body": "empty" })).await;
    assert_eq!((blank.status.as_u16(), blank.text.as_str()), (504, ""));
    assert_eq!(
        probe.admin("POST", "/faults", json!({ "fault": { "kind": "earthquake" } })).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[tokio::test]
async fn unknown_switches_are_refused() {
    let probe = Probe::start();
    let answer = probe.admin("PATCH", "/switches", json!({ "delta_page_siez": 5 })).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(probe.admin("PATCH", "/switches", json!({ "delta_page_size": 5 })).await.json()["delta_page_size"], 5);
    assert_eq!(probe.admin("DELETE", "/switches", Value::Null).await.json()["delta_page_size"], 200);
}

#[tokio::test]
async fn people_come_change_leave_and_return() {
    let probe = Probe::start();
    let users = "/tenants/contoso.com/users";
    let boss = probe.admin("POST", users, json!({ "userPrincipalName": "boss@contoso.com" })).await;
    assert_eq!(boss.status, StatusCode::CREATED, "{}", boss.text);
    let ada = json!({ "displayName": "Ada", "userPrincipalName": "ada@contoso.com", "manager": "boss@contoso.com" });
    let ada = probe.admin("POST", users, ada).await.json();
    assert_eq!(ada["manager"], boss.json()["id"]);
    let path = format!("{users}/{}", ada["id"].as_str().unwrap());
    let patched = probe.admin("PATCH", &path, json!({ "accountEnabled": false, "manager": null })).await.json();
    assert_eq!((&patched["accountEnabled"], &patched["manager"]), (&json!(false), &Value::Null));

    let group = json!({ "displayName": "Team", "members": ["ada@contoso.com", "boss@contoso.com"] });
    let group = probe.admin("POST", "/tenants/default/groups", group).await.json();
    let members = format!("/tenants/default/groups/{}/members", group["id"].as_str().unwrap());
    assert_eq!(
        probe.admin("DELETE", &format!("{members}/boss@contoso.com"), Value::Null).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        probe.admin("DELETE", &format!("{members}/boss@contoso.com"), Value::Null).await.status,
        StatusCode::CONFLICT
    );
    assert_eq!(probe.admin("GET", &members, Value::Null).await.json()[0]["displayName"], "Ada");

    assert_eq!(probe.admin("DELETE", &path, Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(probe.admin("GET", &path, Value::Null).await.json()["state"], "deleted");
    let deleted = probe.admin("GET", &format!("{users}?deleted=true"), Value::Null).await.json();
    assert_eq!(deleted.as_array().unwrap().len(), 1);
    assert_eq!(probe.admin("POST", &format!("{path}/restore"), json!({})).await.json()["state"], "live");
    probe.admin("DELETE", &format!("{path}?purge=true"), Value::Null).await;
    assert_eq!(probe.admin("GET", &path, Value::Null).await.json()["state"], "purged");
    let unknown = probe.admin("GET", &format!("{users}/nobody@contoso.com"), Value::Null).await;
    assert_eq!(
        (unknown.status, unknown.json()["error"].clone()),
        (StatusCode::NOT_FOUND, json!("there is no user nobody@contoso.com"))
    );
}

#[tokio::test]
async fn tenants_are_made_changed_and_regenerated() {
    let probe = Probe::start();
    let made = probe
        .admin("POST", "/tenants", json!({ "display_name": "Fabrikam", "domain": "fabrikam.com", "license": "P2" }))
        .await;
    assert_eq!((made.status, made.json()["license"].clone()), (StatusCode::CREATED, json!("P2")));
    let again =
        probe.admin("POST", "/tenants/fabrikam.com/regenerate", json!({ "users": 12, "groups": 3 })).await.json();
    assert_eq!((&again["users"], &again["groups"]), (&json!(12), &json!(3)));
    let lived = probe.admin("POST", "/tenants/fabrikam.com/live", json!({ "steps": 40, "seed": 1 })).await.json();
    assert!(!lived.as_array().unwrap().is_empty());
    assert_eq!(probe.admin("DELETE", "/tenants/fabrikam.com", Value::Null).await.status, StatusCode::NO_CONTENT);
    let gone = probe.get("/fabrikam.com/v2.0/.well-known/openid-configuration").await;
    assert_eq!(gone.json()["error"], "invalid_tenant");
}

#[tokio::test]
async fn the_page_shows_and_does_without_script() {
    let probe = Probe::start();
    probe.token().await;
    let home = probe.get("/").await;
    assert_eq!(home.status, StatusCode::OK);
    assert!(home.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    for expected in ["Contoso", "Delta page size", "429 with Retry-After", "/oauth2/v2.0/token", &START[..10]] {
        assert!(home.text.contains(expected), "{expected}");
    }
    assert!(!home.text.contains("<script") && !home.text.contains(" style="));

    let fault = probe.form("/emulator/do/fault", &[("kind", "503"), ("path", "/v1.0"), ("count", "3")]).await;
    assert_eq!((fault.status, fault.location().split('?').next()), (StatusCode::SEE_OTHER, Some("/")));
    assert_eq!(probe.world.faults.list()[0].spec.count, Some(3));
    probe.form("/emulator/do/clock", &[("advance_seconds", "86400")]).await;
    assert!(probe.get("/").await.text.contains("2026-01-10 02:02"));
    let mut fields: Vec<(String, String)> =
        vec![("delta_shuffle".to_owned(), "on".to_owned()), ("delta_page_size".to_owned(), "7".to_owned())];
    fields.push(("retry_after".to_owned(), "on".to_owned()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    probe.form("/emulator/do/switches", &fields).await;
    let switches = probe.world.switches();
    assert!(switches.delta_shuffle && switches.retry_after && switches.delta_page_size == 7);
    assert!(!switches.delete_member_deletes_user);

    let tenant = probe.prepared.tenant_id.to_string();
    let client = probe.prepared.client_id.to_string();
    let page = format!("/emulator/tenants/{tenant}");
    assert!(probe.get(&page).await.text.contains(&probe.prepared.client_secret));
    let fields = [("tenant", tenant.as_str()), ("client", client.as_str()), ("back", page.as_str())];
    let answer = probe.form("/emulator/do/app-disable", &fields).await;
    assert!(answer.location().starts_with(&page));
    assert_eq!(probe.ask_token(&[]).await.json()["error_codes"], json!([7_000_112]));
    let failed = probe.form("/emulator/do/user-delete", &[("tenant", &tenant), ("id", "nobody")]).await;
    assert!(failed.location().starts_with("/?failed="));
    probe.form("/emulator/do/reset", &[]).await;
    assert!(probe.world.faults.list().is_empty());
}

#[tokio::test]
async fn policies_and_providers_are_made_by_hand() {
    let probe = Probe::start();
    let tenant = probe.prepared.tenant_id.to_string();
    let back = format!("/emulator/tenants/{tenant}");
    let fill = async |what: &str, fields: &[(&str, &str)]| {
        let mut all = vec![("tenant", tenant.as_str()), ("back", back.as_str())];
        all.extend(fields);
        let done = probe.form(&format!("/emulator/do/{what}"), &all).await.location();
        assert!(done.contains("done="), "{done}");
        probe.get(&back).await.text
    };
    let page =
        fill("door-policy", &[("name", "Second factor"), ("grant", "mfa"), ("state", "enabled"), ("group", "")]).await;
    assert!(page.contains("Second factor") && page.contains("Passw0rd!"));
    let policies = probe.admin("GET", "/tenants/default/policies", Value::Null).await.json();
    let id = policies[0]["id"].as_str().unwrap();
    assert!(fill("door-policy-report", &[("id", id)]).await.contains("report only</span>"));
    assert!(fill("door-policy-remove", &[("id", id)]).await.contains("a password is enough"));
    let provider = [
        ("name", "Example MFA"),
        ("client_id", "entra-42"),
        ("discovery_url", "https://mfa.example/.well-known/openid-configuration"),
    ];
    assert!(fill("door-method", &provider).await.contains("<code>entra-42</code>"));
    let methods = probe.admin("GET", "/tenants/default/external-methods", Value::Null).await.json();
    let id = methods[0]["id"].as_str().unwrap();
    fill("door-method-disable", &[("id", id)]).await;
    assert_eq!(
        probe.admin("GET", "/tenants/default/external-methods", Value::Null).await.json()[0]["state"],
        "disabled"
    );
    fill("door-method-remove", &[("id", id)]).await;
    assert_eq!(probe.admin("GET", "/tenants/default/external-methods", Value::Null).await.json(), json!([]));
}

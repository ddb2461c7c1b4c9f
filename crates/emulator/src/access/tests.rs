//! Conditional Access as administrators, browsers and clients see it.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

mod pure;

use http::StatusCode;
use serde_json::{Value, json};

use crate::config::DEFAULT_PERMISSIONS;
use crate::probe::browser::{Browser, PASSWORD, handed};
use crate::probe::{Answer, Probe, claims};
use crate::sign_in::tests::{ADA, APP, CALLBACK, SECRET, address, redeem, sign_in, tokens};
use crate::world::License;

const POLICIES: &str = "/identity/conditionalAccess/policies";

async fn office(further: &[&str]) -> Probe {
    let permissions: Vec<String> = DEFAULT_PERMISSIONS.iter().chain(further).map(|name| (*name).to_owned()).collect();
    let probe = Probe::with(move |options| {
        options.permissions = permissions;
        options.license = License::P2;
    });
    probe.admin("POST", "/tenants/default/users", json!({ "userPrincipalName": ADA })).await;
    let order =
        json!({ "client_id": APP, "client_secret": SECRET, "redirect_uris": [CALLBACK], "display_name": "Ledger" });
    probe.admin("POST", "/tenants/default/apps", order).await;
    probe
}

async fn policy(probe: &Probe, order: Value) -> Value {
    let made = probe.admin("POST", "/tenants/default/policies", order).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    made.json()
}

async fn last(probe: &Probe) -> Value {
    probe.admin("GET", "/tenants/default/sign-ins?limit=1", Value::Null).await.json()[0].clone()
}

/// The AADSTS number Ada's sign-in ends with; 0 when she is in.
async fn ends_with(probe: &Probe, from: &str) -> u64 {
    let browser = Browser::new(probe);
    browser.come_from(from);
    let answer = sign_in(&browser, &[]).await;
    let code = last(probe).await["code"].as_u64().unwrap();
    if code == 0 {
        assert!(handed(&answer).contains_key("code"));
    } else {
        assert!(answer.text.contains(&format!("AADSTS{code}:")), "{}", answer.text);
    }
    code
}

#[tokio::test]
async fn policies_live_in_graph() {
    let probe = office(&["Policy.Read.All", "Policy.ReadWrite.ConditionalAccess"]).await;
    let body = json!({
        "displayName": "Require MFA", "state": "enabledForReportingButNotEnforced",
        "conditions": { "clientAppTypes": ["all"], "applications": { "includeApplications": ["All"] }, "users": { "includeUsers": ["All"] } },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] },
    });
    let made = probe.graph("POST", POLICIES, body.clone()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let made = made.json();
    assert_eq!(
        (&made["conditions"]["users"]["excludeUsers"], &made["conditions"]["platforms"], &made["modifiedDateTime"]),
        (&json!([]), &Value::Null, &Value::Null)
    );
    let path = format!("{POLICIES}/{}", made["id"].as_str().unwrap());
    let patched = probe.graph("PATCH", &path, json!({ "state": "enabled" })).await;
    assert_eq!((patched.status, patched.text.as_str()), (StatusCode::NO_CONTENT, ""));
    let read = probe.graph("GET", &path, Value::Null).await.json();
    assert_eq!((&read["state"], &read["grantControls"]["builtInControls"]), (&json!("enabled"), &json!(["mfa"])));
    assert!(read["modifiedDateTime"].is_string());
    let listed = probe.graph("GET", &format!("{POLICIES}?$filter=state eq 'enabled'"), Value::Null).await.json();
    assert_eq!(listed["value"].as_array().unwrap().len(), 1);
    assert_eq!(probe.graph("DELETE", &path, Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(probe.graph("GET", &path, Value::Null).await.status, StatusCode::NOT_FOUND);

    let without = |name: &str| {
        let mut body = body.clone();
        body.as_object_mut().unwrap().remove(name);
        body
    };
    let with = |name: &str, value: &Value| {
        let mut body = body.clone();
        body[name] = value.clone();
        body
    };
    let frequency = |mut frequency: Value| {
        frequency["isEnabled"] = json!(true);
        json!({ "signInFrequency": frequency })
    };
    let mut with_block = body.clone();
    with_block["grantControls"]["builtInControls"] = json!(["block", "mfa"]);
    for (body, number) in [
        (without("displayName"), "1007"),
        (without("conditions"), "1007"),
        (without("grantControls"), "1032"),
        (with_block, "1032"),
        (with("sessionControls", &frequency(json!({ "value": 0, "type": "hours" }))), "1007"),
        (with("sessionControls", &frequency(json!({ "value": 4, "type": "weeks" }))), "1007"),
        (with("sessionControls", &frequency(json!({ "type": "hours" }))), "1007"),
        (with("grantControls", &json!({ "operator": "OR", "builtInControls": ["goodWill"] })), "1007"),
    ] {
        let refused = probe.graph("POST", POLICIES, body).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert!(refused.json()["error"]["message"].as_str().unwrap().starts_with(number), "{}", refused.text);
    }
    probe.admin("PATCH", "/tenants/default", json!({ "license": "Free" })).await;
    assert_eq!(probe.graph("POST", POLICIES, body).await.json()["error"]["code"], "AccessDenied");
}

#[tokio::test]
async fn policies_need_their_permissions() {
    for (granted, read, write) in [
        (vec![], 403, 403),
        (vec!["Policy.Read.All"], 200, 403),
        (vec!["Policy.ReadWrite.ConditionalAccess"], 200, 403),
        (vec!["Policy.Read.All", "Policy.ReadWrite.ConditionalAccess"], 200, 400),
    ] {
        let probe = office(&granted).await;
        assert_eq!(probe.graph("GET", POLICIES, Value::Null).await.status, read, "{granted:?}");
        let refused = probe.graph("POST", POLICIES, json!({})).await;
        assert_eq!(refused.status, write, "{granted:?}");
    }
}

#[tokio::test]
async fn a_policy_is_about_whom_and_what_it_names() {
    let probe = office(&[]).await;
    let group =
        probe.admin("POST", "/tenants/default/groups", json!({ "displayName": "Crew", "members": [ADA] })).await.json()
            ["id"]
            .clone();
    let block = |further: Value| {
        let mut order = json!({ "display_name": "Block", "grant": ["block"] });
        order.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
        order
    };
    for (order, expected) in [
        (block(json!({})), 53003),
        (block(json!({ "state": "disabled" })), 0),
        (block(json!({ "state": "enabledForReportingButNotEnforced" })), 0),
        (block(json!({ "users": [ADA] })), 53003),
        (block(json!({ "exclude_users": [ADA] })), 0),
        (block(json!({ "groups": [group] })), 53003),
        (block(json!({ "exclude_groups": [group] })), 0),
        (block(json!({ "apps": [APP] })), 53003),
        (block(json!({ "exclude_apps": [APP] })), 0),
        (block(json!({ "apps": ["00000002-0000-0000-c000-000000000000"] })), 0),
        (block(json!({ "user_risk": ["high"] })), 0),
        (json!({ "grant": ["compliantDevice"] }), 53000),
        (json!({ "grant": ["compliantDevice", "mfa"], "operator": "AND" }), 53000),
        (json!({ "grant": ["compliantDevice", "mfa"] }), 50079),
        (json!({}), 50079),
    ] {
        probe.admin("DELETE", "/tenants/default/policies", Value::Null).await;
        policy(&probe, order.clone()).await;
        assert_eq!(ends_with(&probe, "192.0.2.1").await, expected, "{order}");
    }
}

#[tokio::test]
async fn risk_and_place_decide_too() {
    let probe = office(&["IdentityRiskyUser.ReadWrite.All"]).await;
    policy(&probe, json!({ "grant": ["block"], "user_risk": ["high"] })).await;
    let risk = format!("/tenants/default/users/{ADA}/risk");
    assert_eq!(ends_with(&probe, "192.0.2.1").await, 0);
    probe.admin("PUT", &risk, json!({ "level": "high" })).await;
    assert_eq!(ends_with(&probe, "192.0.2.1").await, 53003);
    let risky =
        probe.graph("GET", "/identityProtection/riskyUsers?$filter=riskLevel eq 'high'", Value::Null).await.json();
    assert_eq!(risky["value"][0]["userPrincipalName"], ADA);
    let dismiss = json!({ "userIds": [risky["value"][0]["id"]] });
    assert_eq!(
        probe.graph("POST", "/identityProtection/riskyUsers/dismiss", dismiss).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(ends_with(&probe, "192.0.2.1").await, 0);

    let home = json!({ "@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": "Home", "isTrusted": true, "ipRanges": [{ "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "192.0.2.0/24" }] });
    assert_eq!(probe.admin("POST", "/tenants/default/locations", home).await.status, StatusCode::CREATED);
    policy(&probe, json!({ "grant": ["block"], "exclude_locations": ["AllTrusted"] })).await;
    assert_eq!(ends_with(&probe, "192.0.2.77").await, 0);
    assert_eq!(ends_with(&probe, "203.0.113.5").await, 53003);
}

#[tokio::test]
async fn nobody_may_be_asked_so_the_application_hears_why() {
    let probe = office(&[]).await;
    let browser = Browser::new(&probe);
    let body = tokens(&browser, &[]).await;
    let made = policy(&probe, json!({})).await;
    let back = handed(&browser.get(&address("contoso.com", &[("prompt", "none")])).await);
    assert_eq!((back["error"].as_str(), back["suberror"].as_str()), ("interaction_required", "basic_action"));
    assert!(back["error_description"].starts_with("AADSTS50076"));
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", APP),
        ("client_secret", SECRET),
        ("refresh_token", body["refresh_token"].as_str().unwrap()),
    ];
    let refused: Answer = probe.form("/contoso.com/oauth2/v2.0/token", &fields).await;
    let refused = refused.json();
    assert_eq!(
        (&refused["error"], &refused["suberror"], &refused["error_codes"]),
        (&json!("invalid_grant"), &json!("basic_action"), &json!([50076]))
    );
    let asked: Value = serde_json::from_str(refused["claims"].as_str().unwrap()).unwrap();
    assert_eq!(asked["access_token"]["capolids"]["values"], json!([made["id"]]));
}

#[tokio::test]
async fn a_context_is_granted_when_nothing_protects_it_or_its_policy_is_content() {
    let probe = office(&[]).await;
    let asked = [("claims", r#"{"id_token":{"acrs":{"essential":true,"value":"c1"}}}"#)];
    let body = tokens(&Browser::new(&probe), &asked).await;
    assert_eq!(claims(body["id_token"].as_str().unwrap())["acrs"], json!(["c1"]));
    policy(&probe, json!({ "contexts": ["c1"], "grant": ["block"] })).await;
    let browser = Browser::new(&probe);
    let refused = sign_in(&browser, &asked).await;
    assert!(refused.text.contains("AADSTS53003"));
    let plain = handed(&browser.get(&address("contoso.com", &[])).await);
    assert!(plain.contains_key("code"), "without the context nothing is in the way");
}

#[tokio::test]
async fn a_sign_in_may_not_be_too_old() {
    let probe = office(&[]).await;
    let browser = Browser::new(&probe);
    sign_in(&browser, &[]).await;
    let hours = json!({ "signInFrequency": { "isEnabled": true, "type": "hours", "value": 2, "frequencyInterval": "timeBased" } });
    policy(&probe, json!({ "grant": [], "session": hours })).await;
    probe.hand.advance(std::time::Duration::from_mins(119));
    assert!(handed(&browser.get(&address("contoso.com", &[])).await).contains_key("code"));
    probe.hand.advance(std::time::Duration::from_mins(1));
    let page = browser.get(&address("contoso.com", &[])).await;
    assert!(page.text.contains("name=\"passwd\""), "{}", page.text);
    assert!(handed(&browser.enter(&page, ADA, PASSWORD).await).contains_key("code"));
}

#[tokio::test]
async fn the_log_tells_each_sign_in() {
    let probe = office(&["AuditLog.Read.All"]).await;
    let report = policy(&probe, json!({ "state": "enabledForReportingButNotEnforced", "display_name": "Watch" })).await;
    let browser = Browser::new(&probe);
    browser.come_from("203.0.113.9");
    let page =
        browser.get(&address("contoso.com", &[("client-request-id", "5c0e1f3a-0000-4000-8000-0000000000aa")])).await;
    let page = browser.enter(&page, ADA, "guess").await;
    browser.enter(&page, ADA, PASSWORD).await;
    let listed = probe
        .graph("GET", "/auditLogs/signIns?$top=1000&$filter=createdDateTime ge 2026-01-01T00:00:00Z", Value::Null)
        .await;
    assert_eq!(listed.status, StatusCode::OK, "{}", listed.text);
    let entries = listed.json()["value"].as_array().unwrap().clone();
    let codes: Vec<_> = entries.iter().map(|entry| entry["status"]["errorCode"].as_u64().unwrap()).collect();
    assert_eq!(codes, [0, 50126]);
    let entry = &entries[0];
    assert_eq!(
        (&entry["correlationId"], &entry["ipAddress"], &entry["location"]["countryOrRegion"]),
        (&json!("5c0e1f3a-0000-4000-8000-0000000000aa"), &json!("203.0.113.9"), &json!("SE"))
    );
    assert_eq!(
        entry["appliedConditionalAccessPolicies"][0],
        json!({ "id": report["id"], "displayName": "Watch", "enforcedGrantControls": ["mfa"], "enforcedSessionControls": [], "result": "reportOnlyInterrupted" })
    );
    assert_eq!(
        (&entry["conditionalAccessStatus"], &entry["authenticationDetails"]),
        (&json!("notApplied"), &Value::Null)
    );
    let token = probe.token().await;
    let beta =
        crate::probe::request("GET", "/beta/auditLogs/signIns").header("authorization", format!("Bearer {token}"));
    let beta = probe.send(beta.body(axum::body::Body::empty()).unwrap()).await.json();
    assert_eq!(beta["value"][0]["authenticationDetails"][0]["authenticationMethod"], "Password");
    let one = probe.graph("GET", &format!("/auditLogs/signIns/{}", entry["id"].as_str().unwrap()), Value::Null).await;
    assert_eq!(one.json()["userPrincipalName"], ADA);
    probe.admin("PATCH", "/tenants/default", json!({ "license": "Free" })).await;
    let free = probe.graph("GET", "/auditLogs/signIns", Value::Null).await;
    assert_eq!(free.json()["error"]["code"], "Authentication_RequestFromNonPremiumTenantOrB2CTenant");
}

#[tokio::test]
async fn locations_and_contexts_live_in_graph() {
    let probe =
        office(&["Policy.Read.All", "Policy.ReadWrite.ConditionalAccess", "AuthenticationContext.ReadWrite.All"]).await;
    let path = "/identity/conditionalAccess/namedLocations";
    let sweden = json!({ "@odata.type": "#microsoft.graph.countryNamedLocation", "displayName": "Sweden", "countriesAndRegions": ["SE"] });
    let made = probe.graph("POST", path, sweden).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    policy(&probe, json!({ "grant": ["block"], "locations": [made.json()["id"]] })).await;
    assert_eq!(ends_with(&probe, "203.0.113.5").await, 53003);
    assert_eq!(ends_with(&probe, "198.51.100.5").await, 0);
    assert_eq!(probe.graph("POST", path, json!({ "displayName": "Untyped" })).await.status, StatusCode::BAD_REQUEST);

    let path = "/identity/conditionalAccess/authenticationContextClassReferences";
    assert_eq!(
        probe
            .graph("PATCH", &format!("{path}/c1"), json!({ "displayName": "Contracts", "isAvailable": true }))
            .await
            .status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(probe.graph("GET", &format!("{path}/c1"), Value::Null).await.json()["displayName"], "Contracts");
    assert_eq!(probe.graph("PATCH", &format!("{path}/c100"), json!({})).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(redeem(&probe, "none", &[]).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_excluded_client_does_not_exclude_the_api() {
    let probe = office(&[]).await;
    let api = "0a0b0c0d-0000-4000-8000-000000000004";
    probe
        .admin("POST", "/tenants/default/apps", json!({ "client_id": api, "identifier_uris": ["api://harbour"] }))
        .await;
    policy(&probe, json!({ "grant": ["block"], "exclude_apps": [APP] })).await;
    assert_eq!(ends_with(&probe, "127.0.0.1").await, 0);
    let browser = Browser::new(&probe);
    let page = sign_in(&browser, &[("scope", "openid api://harbour/Ships.Read")]).await;
    assert!(page.text.contains("AADSTS53003"), "{}", page.text);
}

#[tokio::test]
async fn a_frequency_without_end_never_asks_again() {
    let probe = office(&[]).await;
    let long = json!({ "signInFrequency": { "isEnabled": true, "value": u64::MAX, "type": "days" } });
    policy(&probe, json!({ "grant": [], "session": long })).await;
    assert_eq!(ends_with(&probe, "127.0.0.1").await, 0);
}

#[tokio::test]
async fn a_refresh_is_judged_where_it_comes_from_and_on_its_system() {
    let probe = office(&[]).await;
    let body = tokens(&Browser::new(&probe), &[]).await;
    let token = body["refresh_token"].as_str().unwrap();
    let fields =
        [("grant_type", "refresh_token"), ("client_id", APP), ("client_secret", SECRET), ("refresh_token", token)];
    let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let on = json!({
        "displayName": "Not on Linux", "state": "enabled", "grantControls": { "operator": "OR", "builtInControls": ["block"] },
        "conditions": { "clientAppTypes": ["all"], "applications": { "includeApplications": ["All"] },
            "users": { "includeUsers": ["All"] }, "platforms": { "includePlatforms": ["linux"] } },
    });
    policy(&probe, on).await;
    let home = json!({ "@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": "Abroad", "isTrusted": false,
        "ipRanges": [{ "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "198.51.100.0/24" }] });
    let abroad = probe.admin("POST", "/tenants/default/locations", home).await.json()["id"].clone();
    policy(&probe, json!({ "grant": ["block"], "locations": [abroad] })).await;
    for (agent, peer, expected) in [
        ("app/1 (Windows)", "192.0.2.1", 200),
        ("app/1 (Linux)", "192.0.2.1", 400),
        ("app/1 (Windows)", "198.51.100.7", 400),
    ] {
        let mut asked = http::Request::post("/contoso.com/oauth2/v2.0/token")
            .header("user-agent", agent)
            .body(axum::body::Body::from(text.clone()))
            .unwrap();
        asked.extensions_mut().insert(crate::sign_in::visit::Peer(peer.parse().unwrap()));
        let answer = probe.send(asked).await;
        assert_eq!(answer.status.as_u16(), expected, "{agent} {peer}: {}", answer.text);
    }
}

//! The conversation with a provider, seen from both ends.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

mod controls;
mod hints;
mod papers;
mod provider;
mod refusals;
mod strangers;

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};

use crate::probe::browser::{Browser, Form, handed};
use crate::probe::{Answer, Probe, claims};
use crate::sign_in::tests::{ADA, address, office, redeem, sign_in};
use provider::Provider;

/// What Entra asks for after a password.
const EVERY: [&str; 13] =
    ["face", "fido", "fpt", "hwk", "iris", "otp", "pop", "retina", "sc", "sms", "swk", "tel", "vbm"];
const PROVIDER_APP: &str = "0a0b0c0d-0000-4000-8000-0000000000ee";

/// A tenant that wants a second factor from a provider. The method's id comes too.
async fn guarded() -> (Probe, Provider, String) {
    let probe = office().await;
    let provider = Provider::start().await;
    let made = probe.admin("POST", "/tenants/default/external-methods", order(&provider)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let policy = probe.admin("POST", "/tenants/default/policies", json!({})).await;
    assert_eq!(policy.status, StatusCode::CREATED, "{}", policy.text);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    (probe, provider, id)
}

fn order(provider: &Provider) -> Value {
    json!({ "display_name": "Example MFA", "client_id": "entra-42", "discovery_url": provider.discovery_url(), "app_id": PROVIDER_APP })
}

async fn registered(probe: &Probe, method: &str) {
    let path = format!("/tenants/default/users/{ADA}/external-methods/{method}");
    assert_eq!(probe.admin("PUT", &path, Value::Null).await.status, StatusCode::NO_CONTENT);
}

/// Ada signs in and picks the method; gives the page that takes her to the provider.
async fn to_provider(browser: &Browser<'_>, method: &str) -> Answer {
    let picker = sign_in(browser, &[]).await;
    assert!(picker.text.contains("Example MFA"), "{}", picker.text);
    browser.post(&Form::of(&picker).with("method", method)).await
}

async fn log(probe: &Probe) -> Vec<Value> {
    probe.admin("GET", "/tenants/default/sign-ins", Value::Null).await.json().as_array().unwrap().clone()
}

#[tokio::test]
async fn the_second_factor_is_in_the_token_and_in_the_log() {
    let (probe, provider, method) = guarded().await;
    registered(&probe, &method).await;
    let browser = Browser::new(&probe);
    let request = Form::of(&to_provider(&browser, &method).await);
    assert_eq!(request.action, format!("{}/authorize", provider.issuer));
    let back = browser.post(&provider.answer(&request, &json!({ "amr": ["fido"] }))).await;
    let answer = handed(&back);
    assert_eq!(
        (back.status, answer["state"].as_str()),
        (StatusCode::OK, "s 1"),
        "a page goes on, nothing is redirected"
    );
    let body = redeem(&probe, &answer["code"], &[]).await.json();
    assert_eq!(claims(body["id_token"].as_str().unwrap())["amr"], json!(["pwd", "fido", "mfa"]));
    assert_eq!(claims(body["access_token"].as_str().unwrap())["amr"], json!(["pwd", "fido", "mfa"]));

    let entry = log(&probe).await[0].clone();
    assert_eq!(
        (&entry["code"], &entry["amr"], &entry["policy_status"]),
        (&json!(0), &json!(["pwd", "fido", "mfa"]), &json!("success"))
    );
    assert_eq!((&entry["steps"][1]["method"], &entry["steps"][1]["succeeded"]), (&json!("Example MFA"), &json!(true)));
    let again = handed(&browser.get(&address("contoso.com", &[("prompt", "none")])).await);
    assert!(again.contains_key("code"), "the session remembers it: {again:?}");
    let answers = probe.admin("GET", "/external/answers", Value::Null).await.json();
    assert_eq!(
        (&answers[0]["code"], &answers[0]["amr"], &answers[0]["method"]),
        (&json!(0), &json!("fido"), &json!("Example MFA"))
    );
}

#[tokio::test]
async fn the_first_time_registers() {
    let (probe, provider, method) = guarded().await;
    let browser = Browser::new(&probe);
    let picker = sign_in(&browser, &[]).await;
    assert!(picker.text.contains("Keep your account secure"), "{}", picker.text);
    let request = Form::of(&browser.post(&Form::of(&picker).with("method", &method)).await);
    assert!(handed(&browser.post(&provider.answer(&request, &json!({}))).await).contains_key("code"));
    let own = probe.admin("GET", &format!("/tenants/default/users/{ADA}/methods"), Value::Null).await.json();
    assert_eq!(own["external"][0]["configuration"], json!(method));
    let next = sign_in(&Browser::new(&probe), &[]).await;
    assert!(next.text.contains("Verify your identity"));
    probe.admin("DELETE", &format!("/tenants/default/users/{ADA}/external-methods/{method}"), Value::Null).await;
    assert!(sign_in(&Browser::new(&probe), &[]).await.text.contains("Keep your account secure"));
    probe.switch("external_methods_need_registration", json!(false)).await;
    assert!(sign_in(&Browser::new(&probe), &[]).await.text.contains("Verify your identity"));
}

#[tokio::test]
async fn somebody_a_method_is_not_meant_for_cannot_go_on() {
    let (probe, _, method) = guarded().await;
    let path = format!("/tenants/default/external-methods/{method}");
    let group =
        probe.admin("POST", "/tenants/default/groups", json!({ "displayName": "Pilot" })).await.json()["id"].clone();
    let target = json!({ "includeTargets": [{ "targetType": "group", "id": group }] });
    assert_eq!(probe.admin("PATCH", &path, target).await.status, StatusCode::OK);
    assert!(sign_in(&Browser::new(&probe), &[]).await.text.contains("AADSTS50079"));
    let member = format!("/tenants/default/groups/{}/members/{ADA}", group.as_str().unwrap());
    probe.admin("PUT", &member, Value::Null).await;
    assert!(sign_in(&Browser::new(&probe), &[]).await.text.contains("Example MFA"));
    probe.admin("PATCH", &path, json!({ "excludeTargets": [{ "targetType": "group", "id": group }] })).await;
    assert!(sign_in(&Browser::new(&probe), &[]).await.text.contains("AADSTS50079"));
    probe.admin("PATCH", &path, json!({ "excludeTargets": [], "state": "disabled" })).await;
    assert!(sign_in(&Browser::new(&probe), &[]).await.text.contains("AADSTS50079"));
}

#[tokio::test]
async fn a_strength_is_not_satisfied() {
    let (probe, provider, method) = guarded().await;
    registered(&probe, &method).await;
    probe.admin("DELETE", "/tenants/default/policies", Value::Null).await;
    let strength = json!({
        "displayName": "Strong", "state": "enabled",
        "conditions": { "clientAppTypes": ["all"], "applications": { "includeApplications": ["All"] }, "users": { "includeUsers": ["All"] } },
        "grantControls": { "operator": "OR", "builtInControls": [], "authenticationStrength": { "id": "00000000-0000-0000-0000-000000000002" } },
    });
    probe.admin("POST", "/tenants/default/policies", strength).await;
    assert!(sign_in(&Browser::new(&probe), &[]).await.text.contains("AADSTS53003"), "{}", provider.issuer);
}

#[tokio::test]
async fn a_second_factor_lowers_the_risk_of_the_sign_in() {
    let (probe, provider, method) = guarded().await;
    registered(&probe, &method).await;
    probe.admin("DELETE", "/tenants/default/policies", Value::Null).await;
    probe.admin("POST", "/tenants/default/policies", json!({ "sign_in_risk": ["medium", "high"] })).await;
    assert!(handed(&sign_in(&Browser::new(&probe), &[]).await).contains_key("code"));
    probe.admin("PUT", &format!("/tenants/default/users/{ADA}/risk"), json!({ "sign_in_level": "medium" })).await;
    let browser = Browser::new(&probe);
    let request = Form::of(&to_provider(&browser, &method).await);
    assert!(handed(&browser.post(&provider.answer(&request, &json!({}))).await).contains_key("code"));
    assert!(handed(&sign_in(&Browser::new(&probe), &[]).await).contains_key("code"));
}

#[tokio::test]
async fn every_time_means_every_sign_in() {
    let (probe, provider, method) = guarded().await;
    registered(&probe, &method).await;
    probe.admin("DELETE", "/tenants/default/policies", Value::Null).await;
    let every = json!({ "signInFrequency": { "isEnabled": true, "frequencyInterval": "everyTime", "authenticationType": "secondaryAuthentication" } });
    probe.admin("POST", "/tenants/default/policies", json!({ "session": every })).await;
    let browser = Browser::new(&probe);
    let request = Form::of(&to_provider(&browser, &method).await);
    browser.post(&provider.answer(&request, &json!({}))).await;
    probe.hand.advance(Duration::from_mins(1));
    let next = browser.get(&address("contoso.com", &[])).await;
    assert!(next.text.contains("Verify your identity"), "the password still counts: {}", next.text);
    let request = Form::of(&browser.post(&Form::of(&next).with("method", &method)).await);
    assert!(handed(&browser.post(&provider.answer(&request, &json!({}))).await).contains_key("code"));
}

#[tokio::test]
async fn a_request_can_be_minted_without_a_sign_in() {
    let (probe, provider, method) = guarded().await;
    let path = format!("/tenants/default/external-methods/{method}/request");
    let mint = |quirks: Value| probe.admin("POST", &path, json!({ "user": ADA, "quirks": quirks }));
    let request = as_form(&mint(json!([])).await.json());
    let good = Browser::new(&probe).post(&provider.answer(&request, &json!({}))).await;
    assert!(good.text.contains("The answer is accepted"), "{}", good.text);
    let request = as_form(
        &mint(json!([{ "kind": "claim", "name": "tid", "value": "elsewhere" }, { "kind": "repeat", "name": "state" }]))
            .await
            .json(),
    );
    assert_eq!(claims(&request.field("id_token_hint"))["tid"], "elsewhere");
    assert_eq!(request.fields.iter().filter(|(name, _)| name == "state").count(), 2);
    let bad = Browser::new(&probe).post(&provider.answer(&request, &json!({ "amr": ["pwd"] }))).await;
    assert!(bad.text.contains("AADSTS50130"));
    assert!(log(&probe).await.is_empty());
    assert_eq!(probe.admin("GET", "/external/answers", Value::Null).await.json()[0]["code"], 50130);
}

fn as_form(minted: &Value) -> Form {
    let fields = serde_json::from_value(minted["fields"].clone()).unwrap();
    Form { action: minted["action"].as_str().unwrap().to_owned(), fields }
}

//! Signing in as a browser and an application see it.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

mod answers;
mod apis;
mod grants;
mod log;
mod requests;
mod sessions;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::probe::browser::{Browser, PASSWORD, handed};
use crate::probe::{Answer, Probe};

pub(crate) const APP: &str = "0a0b0c0d-0000-4000-8000-000000000001";
pub(crate) const SECRET: &str = "the application's secret";
pub(crate) const CALLBACK: &str = "https://app.example/back";
pub(crate) const VERIFIER: &str = "a-verifier-that-is-long-enough-to-be-one-of-them";
pub(crate) const ADA: &str = "ada@contoso.com";

/// A tenant with Ada in it, and a web application.
pub(crate) async fn office() -> Probe {
    let probe = Probe::start();
    let ada = json!({ "userPrincipalName": ADA, "displayName": "Ada Lovelace", "givenName": "Ada", "surname": "Lovelace", "mail": "ada@contoso.com" });
    assert_eq!(probe.admin("POST", "/tenants/default/users", ada).await.status, StatusCode::CREATED);
    register(&probe, json!({ "redirect_uris": [CALLBACK] })).await;
    probe
}

pub(crate) async fn register(probe: &Probe, further: Value) {
    let mut order = json!({
        "display_name": "Ledger", "client_id": APP, "client_secret": SECRET, "multi_tenant": false,
        "optional_claims": { "id_token": ["amr", "auth_time", "sid", "login_hint"] },
    });
    order.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    let made = probe.admin("POST", "/tenants/default/apps", order).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
}

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, VERIFIER.as_bytes()))
}

/// An authorize address of the application, with parameters laid over; an empty value leaves one out.
pub(crate) fn address(tenant: &str, over: &[(&str, &str)]) -> String {
    let challenge = challenge();
    let usual = [
        ("client_id", APP),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid profile email offline_access"),
        ("state", "s 1"),
        ("nonce", "n-1"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let mut pairs: Vec<_> = usual.into_iter().filter(|(name, _)| over.iter().all(|(key, _)| key != name)).collect();
    pairs.extend(over.iter().filter(|(_, value)| !value.is_empty()));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("/{tenant}/oauth2/v2.0/authorize?{query}")
}

/// Signs Ada in; gives the answer to the application.
pub(crate) async fn sign_in(browser: &Browser<'_>, over: &[(&str, &str)]) -> Answer {
    let page = browser.get(&address("contoso.com", over)).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    browser.enter(&page, ADA, PASSWORD).await
}

/// Redeems a code.
pub(crate) async fn redeem(probe: &Probe, code: &str, over: &[(&str, &str)]) -> Answer {
    let usual = [
        ("grant_type", "authorization_code"),
        ("client_id", APP),
        ("client_secret", SECRET),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let mut fields: Vec<_> = usual.into_iter().filter(|(name, _)| over.iter().all(|(key, _)| key != name)).collect();
    fields.extend(over.iter().filter(|(_, value)| !value.is_empty()));
    probe.form("/contoso.com/oauth2/v2.0/token", &fields).await
}

/// Signs Ada in and redeems the code.
pub(crate) async fn tokens(browser: &Browser<'_>, over: &[(&str, &str)]) -> Value {
    let code = handed(&sign_in(browser, over).await)["code"].clone();
    let answer = redeem(browser.probe, &code, &[]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()
}

//! How the answer goes back, and what the page does with names and passwords.

use super::*;
use crate::probe::browser::Form;
use crate::probe::claims;

#[tokio::test]
async fn the_answer_travels_as_it_was_asked_to() {
    let probe = office().await;
    for (mode, start) in [
        ("", "https://app.example/back?code="),
        ("query", "https://app.example/back?code="),
        ("fragment", "https://app.example/back#code="),
    ] {
        let answer = sign_in(&Browser::new(&probe), &[("response_mode", mode)]).await;
        assert_eq!(answer.status, StatusCode::FOUND);
        assert!(answer.location().starts_with(start), "{mode}: {}", answer.location());
        assert_eq!(handed(&answer)["state"], "s 1");
    }
    let page = sign_in(&Browser::new(&probe), &[("response_mode", "form_post")]).await;
    let form = Form::of(&page);
    assert_eq!(form.action, CALLBACK);
    assert_eq!(form.field("state"), "s 1");
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(!policy.contains("form-action"), "an application may redirect on to wherever it likes: {policy}");
}

#[tokio::test]
async fn an_id_token_may_come_at_once_when_the_registration_allows_it() {
    let probe = office().await;
    probe.admin("PATCH", &format!("/apps/{APP}"), json!({ "id_token": true })).await;
    let answer = sign_in(&Browser::new(&probe), &[("response_type", "code id_token")]).await;
    assert!(answer.location().starts_with("https://app.example/back#"));
    let handed = handed(&answer);
    let token = claims(&handed["id_token"]);
    let hash = digest::digest(&digest::SHA256, handed["code"].as_bytes());
    assert_eq!(
        (&token["nonce"], &token["c_hash"]),
        (&json!("n-1"), &json!(URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16])))
    );
    let without =
        Browser::new(&probe).get(&address("contoso.com", &[("response_type", "id_token"), ("nonce", "")])).await;
    assert!(handed_error(&without).starts_with("AADSTS900144"));
}

fn handed_error(answer: &Answer) -> String {
    handed(answer)["error_description"].clone()
}

#[tokio::test]
async fn the_id_token_says_who_and_how() {
    let probe = office().await;
    let body = tokens(&Browser::new(&probe), &[]).await;
    let token = claims(body["id_token"].as_str().unwrap());
    let now = probe.world.clock.now().seconds();
    let ada = probe.admin("GET", &format!("/tenants/default/users/{ADA}"), Value::Null).await.json();
    for (name, expected) in [
        ("iss", json!(format!("http://emulator.test/{}/v2.0", probe.prepared.tenant_id))),
        ("aud", json!(APP)),
        ("tid", json!(probe.prepared.tenant_id)),
        ("oid", ada["id"].clone()),
        ("name", json!("Ada Lovelace")),
        ("preferred_username", json!(ADA)),
        ("email", json!(ADA)),
        ("nonce", json!("n-1")),
        ("ver", json!("2.0")),
        ("amr", json!(["pwd"])),
        ("auth_time", json!(now)),
        ("iat", json!(now - 300)),
        ("exp", json!(now + 3600)),
        ("upn", Value::Null),
        ("acr", Value::Null),
    ] {
        assert_eq!(token[name], expected, "{name}");
    }
    assert_eq!(body["scope"], "openid profile email");
    let access = claims(body["access_token"].as_str().unwrap());
    assert_eq!(
        (&access["scp"], &access["amr"], &access["acr"]),
        (&json!("openid profile email"), &json!(["pwd"]), &json!("1"))
    );
}

#[tokio::test]
async fn one_person_has_another_name_at_every_application() {
    let probe = office().await;
    let first = tokens(&Browser::new(&probe), &[]).await;
    let again = tokens(&Browser::new(&probe), &[]).await;
    let subject = |body: &Value| claims(body["id_token"].as_str().unwrap())["sub"].clone();
    assert_eq!(subject(&first), subject(&again));
    let other = "0a0b0c0d-0000-4000-8000-000000000003";
    let order = json!({ "client_id": other, "redirect_uris": [CALLBACK], "client_secret": SECRET });
    probe.admin("POST", "/tenants/default/apps", order).await;
    let code = handed(&sign_in(&Browser::new(&probe), &[("client_id", other)]).await)["code"].clone();
    let third = redeem(&probe, &code, &[("client_id", other)]).await.json();
    assert_ne!(subject(&first), subject(&third));
}

#[tokio::test]
async fn names_and_passwords_are_checked() {
    let probe = office().await;
    let browser = Browser::new(&probe);
    let page = browser.get(&address("contoso.com", &[("login_hint", ADA)])).await;
    assert!(page.text.contains(&format!("value=\"{ADA}\"")), "{}", page.text);
    assert!(!page.text.contains("<script"));
    let wrong = browser.enter(&page, ADA, "guess").await;
    assert!(wrong.text.contains("Your account or password is incorrect."));
    let unknown = browser.enter(&wrong, "nobody@contoso.com", PASSWORD).await;
    assert!(unknown.text.contains("This user name may be incorrect."));
    probe.switch("default_password", json!("Another1!")).await;
    let good = browser.enter(&unknown, ADA, "Another1!").await;
    assert!(handed(&good).contains_key("code"));
}

#[tokio::test]
async fn a_person_may_have_a_password_of_their_own() {
    let probe = office().await;
    let patch = json!({ "passwordProfile": { "password": "Own-1-own" } });
    assert_eq!(probe.admin("PATCH", &format!("/tenants/default/users/{ADA}"), patch).await.status, StatusCode::OK);
    let browser = Browser::new(&probe);
    let page = browser.get(&address("contoso.com", &[])).await;
    assert!(browser.enter(&page, ADA, PASSWORD).await.text.contains("incorrect"));
    assert!(handed(&browser.enter(&page, ADA, "Own-1-own").await).contains_key("code"));
}

#[tokio::test]
async fn ten_wrong_passwords_lock_for_a_minute() {
    let probe = office().await;
    let browser = Browser::new(&probe);
    let page = browser.get(&address("contoso.com", &[])).await;
    for _ in 0..10 {
        browser.enter(&page, ADA, "guess").await;
    }
    assert!(browser.enter(&page, ADA, PASSWORD).await.text.contains("temporarily locked"));
    probe.hand.advance(std::time::Duration::from_secs(61));
    assert!(handed(&browser.enter(&page, ADA, PASSWORD).await).contains_key("code"));
}

#[tokio::test]
async fn a_disabled_person_ends_on_the_page() {
    let probe = office().await;
    probe.admin("PATCH", &format!("/tenants/default/users/{ADA}"), json!({ "accountEnabled": false })).await;
    let answer = sign_in(&Browser::new(&probe), &[]).await;
    assert!(answer.text.contains("AADSTS50057"), "{}", answer.text);
}

#[tokio::test]
async fn going_back_is_told_to_the_application() {
    let probe = office().await;
    let browser = Browser::new(&probe);
    let page = browser.get(&address("contoso.com", &[])).await;
    let back = handed(&browser.post(&Form::of(&page).with("decision", "cancel")).await);
    assert_eq!((back["error"].as_str(), back["state"].as_str()), ("access_denied", "s 1"));
}

#[tokio::test]
async fn a_form_of_another_browser_is_refused() {
    let probe = office().await;
    let (mine, other) = (Browser::new(&probe), Browser::new(&probe));
    let page = mine.get(&address("contoso.com", &[])).await;
    other.get(&address("contoso.com", &[])).await;
    let answer = other.enter(&page, ADA, PASSWORD).await;
    assert!(answer.text.contains("AADSTS165000"), "{}", answer.text);
    probe.hand.advance(std::time::Duration::from_hours(1));
    assert!(mine.enter(&page, ADA, PASSWORD).await.text.contains("AADSTS50089"));
}

//! What a browser remembers, consent, leaving.

use std::time::Duration;

use super::*;
use crate::probe::browser::Form;
use crate::probe::claims;

#[tokio::test]
async fn a_browser_with_a_session_is_not_asked_again() {
    let probe = office().await;
    let browser = Browser::new(&probe);
    sign_in(&browser, &[]).await;
    probe.hand.advance(Duration::from_mins(30));
    for prompt in ["", "none"] {
        let again = handed(&browser.get(&address("contoso.com", &[("prompt", prompt)])).await);
        let body = redeem(&probe, &again["code"], &[]).await.json();
        let token = claims(body["id_token"].as_str().unwrap());
        assert_eq!(token["auth_time"], json!(probe.world.clock.now().seconds() - 1_800), "{prompt}");
    }
    for over in [
        [("prompt", "login")],
        [("prompt", "select_account")],
        [("max_age", "60")],
        [("max_age", "0")],
        [("login_hint", "bob@contoso.com")],
    ] {
        let page = browser.get(&address("contoso.com", &over)).await;
        assert!(page.text.contains("name=\"passwd\""), "{over:?}");
    }
    probe.hand.advance(Duration::from_hours(24));
    assert!(browser.get(&address("contoso.com", &[])).await.text.contains("name=\"passwd\""));
}

#[tokio::test]
async fn a_hint_out_of_a_token_names_the_session() {
    let probe = office().await;
    let browser = Browser::new(&probe);
    let body = tokens(&browser, &[]).await;
    let hint = claims(body["id_token"].as_str().unwrap())["login_hint"].as_str().unwrap().to_owned();
    let again = browser.get(&address("contoso.com", &[("login_hint", hint.as_str()), ("prompt", "none")])).await;
    assert!(handed(&again).contains_key("code"));
}

#[tokio::test]
async fn a_session_ends_with_a_revocation() {
    let probe = office().await;
    let browser = Browser::new(&probe);
    sign_in(&browser, &[]).await;
    probe.graph("POST", &format!("/users/{ADA}/revokeSignInSessions"), json!({})).await;
    assert!(browser.get(&address("contoso.com", &[])).await.text.contains("name=\"passwd\""));
}

#[tokio::test]
async fn signing_out_tells_the_applications() {
    let probe = office().await;
    let leave = "/contoso.com/oauth2/v2.0/logout?post_logout_redirect_uri=https://app.example/back&state=bye";
    let browser = Browser::new(&probe);
    sign_in(&browser, &[]).await;
    let gone = browser.get(leave).await;
    assert_eq!((gone.status, gone.location().as_str()), (StatusCode::FOUND, "https://app.example/back?state=bye"));
    assert!(browser.get(&address("contoso.com", &[])).await.text.contains("name=\"passwd\""));

    probe.admin("PATCH", &format!("/apps/{APP}"), json!({ "logout_url": "https://app.example/left" })).await;
    let body = tokens(&browser, &[]).await;
    let sid = claims(body["id_token"].as_str().unwrap())["sid"].as_str().unwrap().to_owned();
    let page = browser.get(leave).await;
    assert!(
        page.text.contains("https://app.example/left?iss=") && page.text.contains(&format!("sid={sid}")),
        "{}",
        page.text
    );
    let foreign = browser.get("/contoso.com/oauth2/v2.0/logout?post_logout_redirect_uri=https://evil.example/").await;
    assert!(!foreign.text.contains("evil.example"));
}

#[tokio::test]
async fn an_application_of_elsewhere_needs_consent() {
    let probe = office().await;
    probe.admin("POST", "/tenants", json!({ "display_name": "Fabrikam", "domain": "fabrikam.com" })).await;
    probe.admin("POST", "/tenants/fabrikam.com/users", json!({ "userPrincipalName": "bo@fabrikam.com" })).await;
    probe.admin("PATCH", &format!("/apps/{APP}"), json!({ "multi_tenant": true })).await;
    let browser = Browser::new(&probe);
    let page = browser.get(&address("common", &[])).await;
    let consent = browser.enter(&page, "bo@fabrikam.com", PASSWORD).await;
    assert!(consent.text.contains("Permissions requested"), "{}", consent.text);
    let no = handed(&browser.post(&Form::of(&consent).with("decision", "cancel")).await);
    assert_eq!(no["error"], "access_denied");
    let silent = handed(&browser.get(&address("organizations", &[("prompt", "none")])).await);
    assert_eq!(silent["error"], "consent_required");
    let consent = browser.get(&address("fabrikam.com", &[])).await;
    let yes = handed(&browser.post(&Form::of(&consent).with("decision", "accept")).await);
    assert!(yes.contains_key("code"));
    assert!(handed(&browser.get(&address("common", &[("prompt", "none")])).await).contains_key("code"));
    let home = browser.get(&address("contoso.com", &[])).await;
    let foreign = browser.enter(&home, "bo@fabrikam.com", PASSWORD).await;
    assert!(foreign.text.contains("AADSTS50020"), "{}", foreign.text);
}

#[tokio::test]
async fn a_hint_of_the_domain_says_whose_people_are_meant() {
    let probe = office().await;
    let guest = json!({ "userPrincipalName": "kim_home.example#EXT#@contoso.onmicrosoft.com", "displayName": "Kim", "mail": "kim@home.example", "userType": "Guest" });
    probe.admin("POST", "/tenants/default/users", guest).await;
    probe.admin("POST", "/tenants", json!({ "display_name": "Fabrikam", "domain": "fabrikam.com" })).await;
    probe.admin("PATCH", &format!("/apps/{APP}"), json!({ "multi_tenant": true })).await;
    let browser = Browser::new(&probe);
    let id = probe.prepared.tenant_id.to_string();
    for hint in ["contoso.com", "CONTOSO.com", id.as_str()] {
        let page = browser.get(&address("organizations", &[("domain_hint", hint), ("prompt", "login")])).await;
        let back = handed(&browser.enter(&page, "kim@home.example", PASSWORD).await);
        assert!(back.contains_key("code"), "no home is looked for by the name with {hint}: {back:?}");
    }
    for hint in ["", "organizations", "nobody.example"] {
        let page = browser.get(&address("organizations", &[("domain_hint", hint), ("prompt", "login")])).await;
        let stranger = browser.enter(&page, "kim@home.example", PASSWORD).await;
        assert!(stranger.text.contains("name=\"passwd\""), "{hint}: {}", stranger.text);
    }

    // A session of theirs is taken up silently, one of another organisation's is not.
    let silent = async |hint| {
        let asked = address("organizations", &[("domain_hint", hint), ("prompt", "none")]);
        handed(&browser.get(&asked).await)
    };
    assert!(silent("contoso.com").await.contains_key("code"));
    assert_eq!(silent("fabrikam.com").await["error"], "login_required");
    let page = browser.get(&address("organizations", &[("domain_hint", "fabrikam.com")])).await;
    assert!(page.text.contains("name=\"passwd\""), "{}", page.text);
    let path = browser.get(&address("contoso.com", &[("domain_hint", "fabrikam.com"), ("prompt", "none")])).await;
    assert!(handed(&path).contains_key("code"), "the path counts before the hint");
}

#[tokio::test]
async fn a_guest_signs_in_by_the_address_at_home() {
    let probe = office().await;
    let guest = json!({ "userPrincipalName": "kim_home.example#EXT#@contoso.onmicrosoft.com", "displayName": "Kim", "mail": "kim@home.example", "userType": "Guest" });
    probe.admin("POST", "/tenants/default/users", guest).await;
    let browser = Browser::new(&probe);
    let page = browser.get(&address("contoso.com", &[])).await;
    let code = handed(&browser.enter(&page, "kim@home.example", PASSWORD).await)["code"].clone();
    let body = redeem(&probe, &code, &[]).await.json();
    assert_eq!(claims(body["id_token"].as_str().unwrap())["preferred_username"], "kim@home.example");
}

#[tokio::test]
async fn userinfo_tells_what_the_token_allows() {
    let probe = office().await;
    let body = tokens(&Browser::new(&probe), &[]).await;
    let ask = |token: String| {
        let asked = crate::probe::request("GET", "/oidc/userinfo").header("authorization", format!("Bearer {token}"));
        probe.send(asked.body(axum::body::Body::empty()).unwrap())
    };
    let told = ask(body["access_token"].as_str().unwrap().to_owned()).await.json();
    assert_eq!((&told["name"], &told["email"]), (&json!("Ada Lovelace"), &json!(ADA)));
    assert_eq!(told["sub"], claims(body["id_token"].as_str().unwrap())["sub"]);
    assert_eq!(ask(probe.token().await).await.status, StatusCode::FORBIDDEN);
    assert_eq!(ask("x".to_owned()).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn entering_the_password_again_goes_on_with_the_session() {
    let probe = office().await;
    let bo = json!({ "userPrincipalName": "bo@contoso.com", "displayName": "Bo" });
    probe.admin("POST", "/tenants/default/users", bo).await;
    probe.admin("PATCH", &format!("/apps/{APP}"), json!({ "logout_url": "https://app.example/left" })).await;
    let other = "0a0b0c0d-0000-4000-8000-000000000003";
    let order = json!({ "client_id": other, "redirect_uris": [CALLBACK], "logout_url": "https://other.example/left" });
    probe.admin("POST", "/tenants/default/apps", order).await;
    let browser = Browser::new(&probe);
    sign_in(&browser, &[("client_id", other)]).await;
    let sid = |body: &Value| claims(body["id_token"].as_str().unwrap())["sid"].clone();
    let first = tokens(&browser, &[("prompt", "login")]).await;
    probe.hand.advance(Duration::from_mins(1));
    let second = tokens(&browser, &[("prompt", "login")]).await;
    assert_eq!(sid(&first), sid(&second));
    let token = claims(second["id_token"].as_str().unwrap());
    assert_eq!(token["auth_time"], json!(probe.world.clock.now().seconds()));
    let page = browser.get(&address("contoso.com", &[("prompt", "login")])).await;
    let code = handed(&browser.enter(&page, "bo@contoso.com", PASSWORD).await)["code"].clone();
    assert_ne!(sid(&redeem(&probe, &code, &[]).await.json()), sid(&second), "another person has another session");

    sign_in(&browser, &[("client_id", other), ("prompt", "login")]).await;
    tokens(&browser, &[("prompt", "login")]).await;
    let left = browser.get("/contoso.com/oauth2/v2.0/logout").await;
    assert!(left.text.contains("https://other.example/left") && left.text.contains("https://app.example/left"));
}

#[tokio::test]
async fn a_silent_request_says_that_the_session_is_too_old() {
    let probe = office().await;
    let hourly = json!({ "signInFrequency": { "isEnabled": true, "value": 1, "type": "hours" } });
    probe.admin("POST", "/tenants/default/policies", json!({ "grant": [], "session": hourly })).await;
    let browser = Browser::new(&probe);
    sign_in(&browser, &[]).await;
    probe.hand.advance(Duration::from_hours(1));
    let silent = handed(&browser.get(&address("contoso.com", &[("prompt", "none")])).await);
    assert_eq!(silent["error"], "interaction_required");
    assert!(silent["error_description"].starts_with("AADSTS70044"), "{silent:?}");
}

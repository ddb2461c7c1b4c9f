//! Codes and refresh tokens.

use std::time::Duration;

use super::*;
use crate::probe::claims;

fn code_of(answer: &Answer) -> u64 {
    answer.json()["error_codes"][0].as_u64().unwrap_or_else(|| panic!("{}", answer.text))
}

#[tokio::test]
async fn a_code_works_once_for_a_minute_and_for_whom_it_was_made() {
    let probe = office().await;
    for (over, expected) in [
        (vec![("client_secret", "")], 7_000_218),
        (vec![("client_secret", "wrong")], 7_000_215),
        (vec![("code_verifier", "")], 501_481),
        (vec![("code_verifier", "another-verifier-that-is-long-enough-to-be-one")], 501_481),
        (vec![("redirect_uri", "https://app.example/other")], 500_112),
        (vec![("code", "1.unknown")], 70000),
        (vec![("redirect_uri", "")], 900_144),
    ] {
        let code = handed(&sign_in(&Browser::new(&probe), &[]).await)["code"].clone();
        let refused = redeem(&probe, &code, &over).await;
        assert_eq!(code_of(&refused), expected, "{over:?}: {}", refused.text);
    }
    let code = handed(&sign_in(&Browser::new(&probe), &[]).await)["code"].clone();
    assert_eq!(redeem(&probe, &code, &[]).await.status, StatusCode::OK);
    assert_eq!(code_of(&redeem(&probe, &code, &[]).await), 54005);
    let late = handed(&sign_in(&Browser::new(&probe), &[]).await)["code"].clone();
    probe.hand.advance(Duration::from_mins(1));
    let refused = redeem(&probe, &late, &[]).await;
    assert_eq!((code_of(&refused), refused.json()["suberror"].as_str()), (70008, Some("token_expired")));
}

#[tokio::test]
async fn a_code_is_of_its_tenant() {
    let probe = office().await;
    probe.admin("POST", "/tenants", json!({ "display_name": "Fabrikam", "domain": "fabrikam.com" })).await;
    let code = handed(&sign_in(&Browser::new(&probe), &[]).await)["code"].clone();
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", APP),
        ("client_secret", SECRET),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let refused = probe.form("/fabrikam.com/oauth2/v2.0/token", &fields).await;
    assert_eq!(code_of(&refused), 700_005);
}

async fn refresh(probe: &Probe, token: &str, over: &[(&str, &str)]) -> Answer {
    let mut fields =
        vec![("grant_type", "refresh_token"), ("client_id", APP), ("client_secret", SECRET), ("refresh_token", token)];
    fields.extend(over);
    probe.form("/contoso.com/oauth2/v2.0/token", &fields).await
}

#[tokio::test]
async fn a_refresh_token_goes_on_until_sessions_are_revoked() {
    let probe = office().await;
    let body = tokens(&Browser::new(&probe), &[("claims", r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#)]).await;
    let token = body["refresh_token"].as_str().unwrap();
    probe.hand.advance(Duration::from_hours(48));
    let next = refresh(&probe, token, &[("client_info", "1")]).await;
    assert_eq!(next.status, StatusCode::OK, "{}", next.text);
    let next = next.json();
    assert_ne!(next["refresh_token"], body["refresh_token"]);
    assert!(next["client_info"].is_string());
    let access = claims(next["access_token"].as_str().unwrap());
    assert_eq!((&access["amr"], &access["xms_cc"]), (&json!(["pwd"]), &json!(["cp1"])));
    assert_eq!(refresh(&probe, token, &[]).await.status, StatusCode::OK, "the old one stays good");

    assert_eq!(
        probe.graph("POST", &format!("/users/{ADA}/revokeSignInSessions"), json!({})).await.status,
        StatusCode::OK
    );
    let revoked = refresh(&probe, token, &[]).await;
    assert_eq!((code_of(&revoked), revoked.json()["suberror"].as_str()), (50173, Some("bad_token")));
    probe.hand.advance(Duration::from_hours(91 * 24));
    let inactive = refresh(&probe, token, &[]).await;
    assert_eq!((code_of(&inactive), inactive.json()["suberror"].as_str()), (700_082, Some("bad_token")));
}

#[tokio::test]
async fn a_disabled_person_gets_no_more_tokens() {
    let probe = office().await;
    let body = tokens(&Browser::new(&probe), &[]).await;
    probe.admin("PATCH", &format!("/tenants/default/users/{ADA}"), json!({ "accountEnabled": false })).await;
    assert_eq!(code_of(&refresh(&probe, body["refresh_token"].as_str().unwrap(), &[]).await), 50057);
}

#[tokio::test]
async fn a_single_page_application_redeems_from_a_browser_for_a_day() {
    let probe = Probe::start();
    probe.admin("POST", "/tenants/default/users", json!({ "userPrincipalName": ADA })).await;
    register(&probe, json!({ "spa_redirect_uris": [CALLBACK] })).await;
    let browser = Browser::new(&probe);
    let bare = handed(&browser.get(&address("contoso.com", &[("code_challenge", "")])).await);
    assert!(bare["error_description"].starts_with("AADSTS9002325"));
    let code = handed(&sign_in(&browser, &[]).await)["code"].clone();
    assert_eq!(code_of(&redeem(&probe, &code, &[("client_secret", "")]).await), 9_002_327);
    let cross = |fields: String| {
        http::Request::post("/contoso.com/oauth2/v2.0/token")
            .header("host", "emulator.test")
            .header("origin", "https://app.example")
            .body(axum::body::Body::from(fields))
            .unwrap()
    };
    let fields = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("grant_type", "authorization_code"),
            ("client_id", APP),
            ("code", code.as_str()),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ])
        .finish();
    let answer = probe.send(cross(fields)).await;
    assert_eq!(answer.headers["access-control-allow-origin"], "https://app.example");
    let token = answer.json()["refresh_token"].as_str().unwrap_or_else(|| panic!("{}", answer.text)).to_owned();
    probe.hand.advance(Duration::from_hours(24));
    let late = probe.send(cross(format!("grant_type=refresh_token&client_id={APP}&refresh_token={token}"))).await;
    assert_eq!(code_of(&late), 700_084);
}

#[tokio::test]
async fn an_access_token_is_for_one_api() {
    let probe = office().await;
    let api = "0a0b0c0d-0000-4000-8000-000000000004";
    let order = json!({ "client_id": api, "identifier_uris": ["api://harbour"], "token_version": 2, "optional_claims": { "access_token": ["amr"] } });
    probe.admin("POST", "/tenants/default/apps", order).await;
    let body = tokens(&Browser::new(&probe), &[("scope", "openid api://harbour/Ships.Read")]).await;
    let access = claims(body["access_token"].as_str().unwrap());
    assert_eq!(
        (&access["aud"], &access["azp"], &access["scp"], &access["amr"]),
        (&json!(api), &json!(APP), &json!("Ships.Read"), &json!(["pwd"]))
    );
    assert_eq!(access["azpacr"], "1");
    let code =
        handed(&sign_in(&Browser::new(&probe), &[("scope", "User.Read api://harbour/Ships.Read")]).await)["code"]
            .clone();
    assert_eq!(code_of(&redeem(&probe, &code, &[]).await), 700_022);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_redemptions_at_once_one_is_good() {
    let probe = std::sync::Arc::new(office().await);
    let code = handed(&sign_in(&Browser::new(&probe), &[]).await)["code"].clone();
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (probe, code) = (probe.clone(), code.clone());
        all.spawn(async move { redeem(&probe, &code, &[]).await.status });
    }
    let good = all.join_all().await.into_iter().filter(|status| *status == StatusCode::OK).count();
    assert_eq!(good, 1);
}

#[tokio::test]
async fn a_fallback_to_a_public_client_leaves_a_web_application_its_secret() {
    let probe = office().await;
    probe.admin("PATCH", &format!("/apps/{APP}"), json!({ "public_client": true })).await;
    let code = handed(&sign_in(&Browser::new(&probe), &[]).await)["code"].clone();
    let answer = redeem(&probe, &code, &[]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
}

#[tokio::test]
async fn a_parameter_comes_once() {
    let probe = office().await;
    let code = handed(&sign_in(&Browser::new(&probe), &[]).await)["code"].clone();
    assert_eq!(code_of(&redeem(&probe, &code, &[("code", &code), ("code", &code)]).await), 9_000_411);
}

#[tokio::test]
async fn nobody_has_a_personal_account() {
    let probe = office().await;
    probe.admin("PATCH", &format!("/apps/{APP}"), json!({ "multi_tenant": true })).await;
    let page = Browser::new(&probe).get(&address("consumers", &[])).await;
    assert!(page.text.contains("AADSTS9002332"), "{}", page.text);
    let body = tokens(&Browser::new(&probe), &[]).await;
    let token = body["refresh_token"].as_str().unwrap();
    let fields =
        [("grant_type", "refresh_token"), ("client_id", APP), ("client_secret", SECRET), ("refresh_token", token)];
    assert_eq!(code_of(&probe.form("/consumers/oauth2/v2.0/token", &fields).await), 9_002_332);
    let document = probe.get("/consumers/v2.0/.well-known/openid-configuration").await.json();
    assert_eq!(document["issuer"], "http://emulator.test/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0");
}

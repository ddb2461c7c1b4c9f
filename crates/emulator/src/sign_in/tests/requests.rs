//! What is asked wrongly: on the page, or back to the application.

use super::*;

#[tokio::test]
async fn what_may_not_be_sent_back_is_said_on_the_page() {
    let probe = office().await;
    let browser = Browser::new(&probe);
    for (tenant, over, code) in [
        ("nowhere.example", vec![], "AADSTS90002"),
        ("contoso.com", vec![("client_id", "")], "AADSTS900144"),
        ("contoso.com", vec![("client_id", "ledger")], "AADSTS700038"),
        ("contoso.com", vec![("client_id", "0a0b0c0d-0000-4000-8000-00000000000f")], "AADSTS700016"),
        ("contoso.com", vec![("redirect_uri", "https://app.example/back/")], "AADSTS50011"),
        ("contoso.com", vec![("redirect_uri", "https://evil.example/back")], "AADSTS50011"),
        ("common", vec![], "AADSTS50194"),
        ("Common", vec![], "AADSTS50194"),
        ("contoso.com", vec![("scope", "openid"), ("scope", "profile")], "AADSTS9000411"),
    ] {
        let page = browser.get(&address(tenant, &over)).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{code}");
        assert!(page.text.contains(code), "{code}: {}", page.text);
    }
}

#[tokio::test]
async fn what_else_is_wrong_goes_back_to_the_application() {
    let probe = office().await;
    let browser = Browser::new(&probe);
    for (over, error, code) in [
        (vec![("response_type", "")], "invalid_request", "AADSTS900144"),
        (vec![("response_type", "token")], "unsupported_response_type", "AADSTS700051"),
        (vec![("response_type", "id_token token")], "unsupported_response_type", "AADSTS700051"),
        (vec![("response_type", "soap")], "unsupported_response_type", "AADSTS70005"),
        (
            vec![("response_type", "id_token"), ("response_mode", "fragment")],
            "unsupported_response_type",
            "AADSTS700054",
        ),
        (vec![("response_mode", "web_message")], "invalid_request", "AADSTS70007"),
        (vec![("scope", "")], "invalid_request", "AADSTS900144"),
        (vec![("prompt", "please")], "invalid_request", "AADSTS90023"),
        (vec![("code_challenge_method", "S512")], "invalid_request", "AADSTS50149"),
        (vec![("code_challenge", "short")], "invalid_request", "AADSTS501491"),
        (vec![("claims", "{")], "invalid_request", "AADSTS50117"),
        (vec![("prompt", "none")], "login_required", "AADSTS50058"),
    ] {
        let back = handed(&browser.get(&address("contoso.com", &over)).await);
        assert_eq!((back["error"].as_str(), back["state"].as_str()), (error, "s 1"), "{code}");
        assert!(back["error_description"].starts_with(code), "{code}: {back:?}");
    }
}

#[tokio::test]
async fn an_application_without_an_address_cannot_be_signed_in_to() {
    let probe = Probe::start();
    register(&probe, json!({})).await;
    let page = probe.get(&address("contoso.com", &[])).await;
    assert!(page.text.contains("AADSTS500113"), "{}", page.text);
}

#[tokio::test]
async fn a_device_may_listen_at_any_port() {
    let probe = office().await;
    let id = "0a0b0c0d-0000-4000-8000-000000000002";
    let order = json!({ "client_id": id, "public_redirect_uris": ["http://localhost"], "consented": true });
    probe.admin("POST", "/tenants/default/apps", order).await;
    let browser = Browser::new(&probe);
    let over = [("client_id", id), ("redirect_uri", "http://localhost:41237/")];
    let answer = sign_in(&browser, &over).await;
    assert!(answer.location().starts_with("http://localhost:41237/?code="), "{}", answer.location());
    let code = handed(&answer)["code"].clone();
    let tokens =
        redeem(&probe, &code, &[("client_id", id), ("redirect_uri", "http://localhost:41237/"), ("client_secret", "")])
            .await;
    assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.text);
    let refused =
        browser.get(&address("contoso.com", &[("client_id", id), ("redirect_uri", "http://localhost:1/x")])).await;
    assert!(refused.text.contains("AADSTS50011"));
}

#[tokio::test]
async fn an_address_of_this_machine_may_have_any_port_and_is_of_its_list() {
    let lists = ["redirect_uris", "spa_redirect_uris", "public_redirect_uris"];
    for (list, needs_secret) in lists.into_iter().zip([true, false, false]) {
        let probe = Probe::start();
        probe.admin("POST", "/tenants/default/users", json!({ "userPrincipalName": ADA })).await;
        register(&probe, json!({ list: ["http://localhost:3000/back"] })).await;
        let here = ("redirect_uri", "http://localhost:41237/back");
        let code = handed(&sign_in(&Browser::new(&probe), &[here]).await)["code"].clone();
        let refused = redeem(&probe, &code, &[here, ("client_secret", "wrong")]).await.json()["error_codes"][0].clone();
        let expected = if needs_secret {
            7_000_215
        } else if list.starts_with("spa") {
            9_002_327
        } else {
            700_025
        };
        assert_eq!(refused, json!(expected), "{list}");
    }
}

#[tokio::test]
async fn the_exact_address_comes_first() {
    let probe = Probe::start();
    probe.admin("POST", "/tenants/default/users", json!({ "userPrincipalName": ADA })).await;
    let lists =
        json!({ "redirect_uris": ["http://localhost:5000/"], "public_redirect_uris": ["http://localhost:7071"] });
    register(&probe, lists).await;
    let here = ("redirect_uri", "http://localhost:7071");
    let answer = sign_in(&Browser::new(&probe), &[here]).await;
    assert!(answer.location().starts_with("http://localhost:7071/?code="), "{}", answer.location());
    let tokens = redeem(&probe, &handed(&answer)["code"], &[here, ("client_secret", "")]).await;
    assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.text);
}

#[tokio::test]
async fn a_page_that_only_wants_an_id_token_needs_no_challenge() {
    let probe = Probe::start();
    register(&probe, json!({ "spa_redirect_uris": [CALLBACK], "id_token": true })).await;
    let browser = Browser::new(&probe);
    for (kind, asked) in [("id_token", true), ("code id_token", false)] {
        let over = [("response_type", kind), ("code_challenge", ""), ("code_challenge_method", "")];
        let answer = browser.get(&address("contoso.com", &over)).await;
        assert_eq!(answer.text.contains("name=\"passwd\""), asked, "{kind}");
    }
}

//! Custom controls: asked for by a policy, answered by a provider, and no second factor.

use super::*;

fn control(provider: &Provider) -> Value {
    json!({
        "Name": "Old MFA", "AppId": PROVIDER_APP, "ClientId": "entra-7", "DiscoveryUrl": provider.discovery_url(),
        "Controls": [{ "Id": "RequireOld", "Name": "Require old MFA", "Claims": null,
            "ClaimsRequested": [{ "Type": "OldMfa", "Value": "MfaDone", "Values": null }] }],
    })
}

/// A tenant in which a policy asks for a custom control. The policy's id comes too.
pub(super) async fn controlled() -> (Probe, Provider, String) {
    let probe = office().await;
    let provider = Provider::start().await;
    let app = json!({ "display_name": "Old MFA", "client_id": PROVIDER_APP, "consented": true });
    assert_eq!(probe.admin("POST", "/tenants/default/apps", app).await.status, StatusCode::CREATED);
    let made = probe.admin("POST", "/tenants/default/custom-controls", control(&provider)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let policy = json!({ "display_name": "The old way", "grant": [], "controls": ["RequireOld"] });
    let policy = probe.admin("POST", "/tenants/default/policies", policy).await;
    assert_eq!(policy.status, StatusCode::CREATED, "{}", policy.text);
    let id = policy.json()["id"].as_str().unwrap().to_owned();
    (probe, provider, id)
}

/// The page that goes on by itself, and the request that it leads to.
pub(super) async fn asked(browser: &Browser<'_>, page: &Answer) -> Form {
    let going = Form::of(page);
    assert!(going.action.ends_with("/control"), "{}", page.text);
    Form::of(&browser.post(&going).await)
}

/// What the claims of a custom control are laid over the usual answer with.
pub(super) fn said(value: &str) -> Value {
    json!({ "acr": null, "amr": null, "OldMfa": value })
}

#[tokio::test]
async fn a_custom_control_sends_people_to_its_provider_and_proves_no_second_factor() {
    let (probe, provider, _) = controlled().await;
    let browser = Browser::new(&probe);
    let request = asked(&browser, &sign_in(&browser, &[]).await).await;
    assert_eq!(request.action, format!("{}/authorize", provider.issuer));
    assert!(request.field("redirect_uri").ends_with("/common/federation/OAuth2ClaimsProvider"));
    let claims_asked: Value = serde_json::from_str(&request.field("claims")).unwrap();
    assert_eq!(claims_asked, json!({ "id_token": { "OldMfa": { "essential": true, "value": "MfaDone" } } }));
    assert_eq!(request.field("client_id"), "entra-7");

    let answer = handed(&browser.post(&provider.answer(&request, &said("MfaDone"))).await);
    let body = redeem(&probe, &answer["code"], &[]).await.json();
    assert_eq!(claims(body["id_token"].as_str().unwrap())["amr"], json!(["pwd"]), "never mfa");
    let entry = log(&probe).await[0].clone();
    assert_eq!((&entry["code"], &entry["policy_status"]), (&json!(0), &json!("success")));
    assert_eq!(entry["steps"][1]["requirement"], "Custom control");
    let again = handed(&browser.get(&address("contoso.com", &[("prompt", "none")])).await);
    assert!(again.contains_key("code"), "the session remembers it: {again:?}");
    let silent = handed(&Browser::new(&probe).get(&address("contoso.com", &[("prompt", "none")])).await);
    assert_eq!(silent["error"], "login_required");
}

#[tokio::test]
async fn what_a_provider_answers_must_be_what_was_asked() {
    let (probe, provider, _) = controlled().await;
    for (over, code) in [
        (said("nearly"), "AADSTS50159"),
        (json!({ "acr": null, "amr": null }), "AADSTS50159"),
        (json!({ "OldMfa": "MfaDone", "nonce": "another" }), "AADSTS50027"),
    ] {
        let browser = Browser::new(&probe);
        let request = asked(&browser, &sign_in(&browser, &[]).await).await;
        let page = browser.post(&provider.answer(&request, &over)).await;
        assert!(page.text.contains(code), "{over}: {}", page.text);
        let again = Form::of(&page);
        assert!(again.action.ends_with("/control"), "there is another try");
    }
    // An answer to a custom control is none to a second factor.
    let browser = Browser::new(&probe);
    let request = asked(&browser, &sign_in(&browser, &[]).await).await;
    let mut elsewhere = provider.answer(&request, &said("MfaDone"));
    elsewhere.action = elsewhere.action.replace("OAuth2ClaimsProvider", "externalauthprovider");
    assert!(!browser.post(&elsewhere).await.text.contains("id=\"continue\""));
}

#[tokio::test]
async fn who_is_under_both_is_sent_to_a_provider_twice() {
    let (probe, provider, method) = guarded().await;
    registered(&probe, &method).await;
    probe.admin("POST", "/tenants/default/custom-controls", control(&provider)).await;
    probe.admin("POST", "/tenants/default/policies", json!({ "grant": [], "controls": ["RequireOld"] })).await;
    let browser = Browser::new(&probe);
    let first = Form::of(&to_provider(&browser, &method).await);
    let page = browser.post(&provider.answer(&first, &json!({}))).await;
    let second = asked(&browser, &page).await;
    assert_ne!(first.field("redirect_uri"), second.field("redirect_uri"));
    let answer = handed(&browser.post(&provider.answer(&second, &said("MfaDone"))).await);
    let body = redeem(&probe, &answer["code"], &[]).await.json();
    assert_eq!(claims(body["id_token"].as_str().unwrap())["amr"], json!(["pwd", "otp", "mfa"]));
}

#[tokio::test]
async fn a_control_that_nobody_defined_refuses_and_one_in_use_stays() {
    let (probe, provider, policy) = controlled().await;
    let twice = probe.admin("POST", "/tenants/default/custom-controls", control(&provider)).await;
    assert_eq!(twice.status, StatusCode::BAD_REQUEST, "{}", twice.text);
    let all = probe.admin("GET", "/tenants/default/custom-controls", Value::Null).await.json();
    let path = format!("/tenants/default/custom-controls/{}", all[0]["id"].as_str().unwrap());
    assert_eq!(probe.admin("DELETE", &path, Value::Null).await.status, StatusCode::BAD_REQUEST, "a policy asks for it");
    probe.admin("DELETE", &format!("/tenants/default/policies/{policy}"), Value::Null).await;
    assert_eq!(probe.admin("DELETE", &path, Value::Null).await.status, StatusCode::NO_CONTENT);
    probe.admin("POST", "/tenants/default/policies", json!({ "grant": [], "controls": ["RequireOld"] })).await;
    let refused = sign_in(&Browser::new(&probe), &[]).await;
    assert!(refused.text.contains("AADSTS50176"), "{}", refused.text);
}

//! Answers and methods that are somebody else's.

use super::controls::{asked, controlled, said};
use super::*;

const BO: &str = "bo@contoso.com";

/// In another tab of the same browser Bo enters the password into Ada's sign-in.
async fn bo_comes(browser: &Browser<'_>, page: &Answer) {
    let flow = Form::of(page).field("flow");
    let form = Form { action: "/contoso.com/login".to_owned(), fields: vec![("flow".to_owned(), flow)] };
    let answer = browser.post(&form.with("login", BO).with("passwd", crate::probe::browser::PASSWORD)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
}

async fn hire_bo(probe: &Probe) {
    let bo = json!({ "userPrincipalName": BO, "displayName": "Bo" });
    assert_eq!(probe.admin("POST", "/tenants/default/users", bo).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_second_factor_is_of_the_person_who_left() {
    let (probe, provider, method) = guarded().await;
    registered(&probe, &method).await;
    hire_bo(&probe).await;
    let browser = Browser::new(&probe);
    let picker = sign_in(&browser, &[]).await;
    let request = Form::of(&browser.post(&Form::of(&picker).with("method", &method)).await);
    bo_comes(&browser, &picker).await;
    let page = browser.post(&provider.answer(&request, &json!({}))).await;
    assert!(page.text.contains("AADSTS50027"), "{}", page.text);
    let silent = handed(&browser.get(&address("contoso.com", &[("prompt", "none")])).await);
    assert_eq!(silent["error"], "interaction_required", "Bo has proved nothing: {silent:?}");
    assert_eq!(log(&probe).await[1]["code"], 50027);
}

#[tokio::test]
async fn a_custom_control_is_of_the_person_who_left() {
    let (probe, provider, _) = controlled().await;
    hire_bo(&probe).await;
    let browser = Browser::new(&probe);
    let page = sign_in(&browser, &[]).await;
    let request = asked(&browser, &page).await;
    bo_comes(&browser, &page).await;
    let refused = browser.post(&provider.answer(&request, &said("MfaDone"))).await;
    assert!(refused.text.contains("AADSTS50027"), "{}", refused.text);
}

#[tokio::test]
async fn the_same_person_may_enter_the_password_again_meanwhile() {
    let (probe, provider, method) = guarded().await;
    registered(&probe, &method).await;
    let browser = Browser::new(&probe);
    let request = Form::of(&to_provider(&browser, &method).await);
    assert!(sign_in(&browser, &[("prompt", "login")]).await.text.contains("Example MFA"), "in another tab");
    let answer = handed(&browser.post(&provider.answer(&request, &json!({}))).await);
    let body = redeem(&probe, &answer["code"], &[]).await.json();
    assert_eq!(claims(body["id_token"].as_str().unwrap())["amr"], json!(["pwd", "otp", "mfa"]));
}

#[tokio::test]
async fn who_is_registered_registers_no_other_method_on_the_way() {
    let (probe, provider, method) = guarded().await;
    registered(&probe, &method).await;
    let mut second = order(&provider);
    second["display_name"] = json!("Another MFA");
    let second = probe.admin("POST", "/tenants/default/external-methods", second).await.json();
    let second = second["id"].as_str().unwrap();
    let browser = Browser::new(&probe);
    let picker = sign_in(&browser, &[]).await;
    let refused = browser.post(&Form::of(&picker).with("method", second)).await;
    assert!(refused.text.contains("AADSTS50079"), "{}", refused.text);
    probe.switch("external_methods_need_registration", json!(false)).await;
    let page = browser.post(&Form::of(&picker).with("method", second)).await;
    assert_eq!(Form::of(&page).action, format!("{}/authorize", provider.issuer));
}

#[tokio::test]
async fn a_policy_about_registering_holds_for_a_form_too() {
    let (probe, _, method) = guarded().await;
    let browser = Browser::new(&probe);
    let picker = sign_in(&browser, &[]).await;
    let policy = json!({
        "displayName": "No registration", "state": "enabled", "grantControls": { "operator": "OR", "builtInControls": ["block"] },
        "conditions": { "clientAppTypes": ["all"], "users": { "includeUsers": ["All"] },
            "applications": { "includeUserActions": ["urn:user:registersecurityinfo"] } },
    });
    let made = probe.admin("POST", "/tenants/default/policies", policy).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let refused = browser.post(&Form::of(&picker).with("method", &method)).await;
    assert!(refused.text.contains("AADSTS53003"), "{}", refused.text);
}

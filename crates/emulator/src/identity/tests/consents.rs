//! Consent as an administrator and the application see it.

use http::StatusCode;
use serde_json::{Value, json};
use url::Url;

use crate::probe::{Answer, Probe, claims};

const REDIRECT: &str = "https://app.example/consented";

fn fresh() -> Probe {
    Probe::with(|options| options.consented = false)
}

fn query(answer: &Answer) -> Vec<(String, String)> {
    assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.text);
    let url = Url::parse(&answer.location()).unwrap();
    assert_eq!(url.as_str().split('?').next(), Some(REDIRECT));
    url.query_pairs().into_owned().collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

async fn decide(probe: &Probe, version: &str, decision: &str, who: &str) -> Answer {
    let client = probe.prepared.client_id.to_string();
    let mut fields = vec![
        ("client_id", client.as_str()),
        ("redirect_uri", REDIRECT),
        ("state", "s 1"),
        ("decision", decision),
        ("who", who),
    ];
    if version == "/v2.0" {
        fields.push(("scope", "https://graph.microsoft.com/.default"));
    }
    probe.form(&format!("/{}{version}/adminconsent", probe.prepared.tenant_id), &fields).await
}

#[tokio::test]
async fn the_page_names_the_application_and_what_it_wants() {
    let probe = fresh();
    let page = probe
        .get(&format!(
            "/contoso.com/adminconsent?client_id={}&redirect_uri={REDIRECT}&state=x",
            probe.prepared.client_id
        ))
        .await;
    assert_eq!(page.status, StatusCode::OK);
    for expected in ["Prepared application", "User.ReadWrite.All", "Accept", "Cancel", "Contoso"] {
        assert!(page.text.contains(expected), "{expected}");
    }
    assert!(!page.text.contains("<script"));
}

#[tokio::test]
async fn accepting_v1_installs_the_application_with_its_roles() {
    let probe = fresh();
    assert_eq!(probe.ask_token(&[]).await.json()["error_codes"], json!([700_016]));
    let answer = decide(&probe, "", "accept", "administrator").await;
    let tenant = probe.prepared.tenant_id.to_string();
    assert_eq!(query(&answer), pairs(&[("tenant", &tenant), ("state", "s 1"), ("admin_consent", "True")]));
    assert!(claims(&probe.token().await)["roles"].as_array().unwrap().len() > 3);
}

#[tokio::test]
async fn accepting_v2_says_the_scope_too() {
    let probe = fresh();
    let answer = decide(&probe, "/v2.0", "accept", "administrator").await;
    let tenant = probe.prepared.tenant_id.to_string();
    let scope = "https://graph.microsoft.com/.default";
    assert_eq!(
        query(&answer),
        pairs(&[("admin_consent", "True"), ("tenant", &tenant), ("scope", scope), ("state", "s 1")])
    );
    assert!(claims(&probe.token().await)["roles"].is_array());
}

#[tokio::test]
async fn cancelling_v1_is_permission_denied() {
    let probe = fresh();
    let answer = decide(&probe, "", "cancel", "administrator").await;
    let expected =
        [("error", "permission_denied"), ("error_description", "The admin canceled the request"), ("state", "s 1")];
    assert_eq!(query(&answer), pairs(&expected));
    assert!(answer.location().contains("The+admin+canceled+the+request"));
    assert_eq!(probe.ask_token(&[]).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn cancelling_v2_claims_consent_beside_the_error() {
    let probe = fresh();
    let answer = query(&decide(&probe, "/v2.0", "cancel", "administrator").await);
    assert_eq!(answer[0], ("admin_consent".to_owned(), "True".to_owned()));
    assert_eq!(answer[1], ("error".to_owned(), "consent_required".to_owned()));
    assert!(answer[2].1.starts_with("AADSTS65004: "));
    probe.switch("consent_error_says_true", json!(false)).await;
    let answer = query(&decide(&probe, "/v2.0", "cancel", "administrator").await);
    assert_eq!(answer[0].0, "error");
}

#[tokio::test]
async fn somebody_without_rights_is_told_so_and_nothing_is_granted() {
    let probe = fresh();
    let page = decide(&probe, "", "accept", "member").await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.text.contains("AADSTS90094"));
    assert!(page.text.contains("error=permission_denied"));
    assert_eq!(probe.ask_token(&[]).await.json()["error_codes"], json!([700_016]));
}

#[tokio::test]
async fn consent_takes_effect_after_a_while() {
    let probe = fresh();
    probe.switch("consent_delay_seconds", json!(90)).await;
    decide(&probe, "", "accept", "administrator").await;
    assert_eq!(probe.ask_token(&[]).await.json()["error_codes"], json!([700_016]));
    probe.admin("POST", "/clock", json!({ "advance_seconds": 91 })).await;
    assert!(claims(&probe.token().await)["roles"].is_array());
}

#[tokio::test]
async fn what_is_wrong_is_shown_and_never_redirected() {
    let probe = fresh();
    let app = probe.prepared.client_id.to_string();
    let stranger = "11111111-2222-4333-8444-555555555555";
    let ask = |tenant: &str, version: &str, client: &str, redirect: &str, more: &str| {
        format!("/{tenant}{version}/adminconsent?client_id={client}&redirect_uri={redirect}{more}")
    };
    for (path, code) in [
        ("/contoso.com/adminconsent".to_owned(), "AADSTS900144"),
        (ask("contoso.com", "", "nonsense", REDIRECT, ""), "AADSTS700038"),
        (ask("contoso.com", "", stranger, REDIRECT, ""), "AADSTS700016"),
        (ask("nowhere.example", "", &app, REDIRECT, ""), "AADSTS90002"),
        (ask("contoso.com", "", &app, "https://evil.example/", ""), "AADSTS50011"),
        (ask("contoso.com", "", &app, "https://app.example/consented-too", ""), "AADSTS50011"),
        (ask("contoso.com", "/v2.0", &app, REDIRECT, ""), "AADSTS900144"),
        (ask("contoso.com", "/v2.0", &app, &format!("{REDIRECT}/deeper"), "&scope=x"), "AADSTS50011"),
        (ask("contoso.com", "/v2.0", &app, REDIRECT, "&scope=https://nowhere.example/.default"), "AADSTS500011"),
        (ask("common", "/v2.0", &app, REDIRECT, "&scope=x"), "AADSTS900023"),
    ] {
        let page = probe.get(&path).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{path}");
        assert!(page.text.contains(&format!("{code}:")), "{path}: {}", page.text);
    }
    assert_eq!(
        probe.get(&ask("contoso.com", "", &app, &format!("{REDIRECT}/deeper"), "")).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn an_application_of_another_tenant_is_consented_to_through_common() {
    let probe = fresh();
    let other = json!({ "display_name": "Fabrikam", "domain": "fabrikam.com", "users": 3 });
    let other = probe.admin("POST", "/tenants", other).await.json()["id"].as_str().unwrap().to_owned();
    let client = probe.prepared.client_id.to_string();
    let fields = [
        ("client_id", client.as_str()),
        ("redirect_uri", REDIRECT),
        ("decision", "accept"),
        ("tenant_id", other.as_str()),
    ];
    let answer = probe.form("/common/adminconsent", &fields).await;
    assert!(answer.location().contains(&format!("tenant={other}")));
    let installed = probe.admin("GET", &format!("/tenants/{other}/apps"), Value::Null).await.json();
    assert!(installed.as_array().unwrap().iter().any(|app| app["client_id"] == json!(client)));

    probe.admin("PATCH", &format!("/apps/{client}"), json!({ "multi_tenant": false })).await;
    let page = probe.get(&format!("/{other}/adminconsent?client_id={client}&redirect_uri={REDIRECT}")).await;
    assert!(page.text.contains("AADSTS50194:"));
}

#[tokio::test]
async fn what_is_not_documented_about_refusals_is_a_switch() {
    let probe = fresh();
    probe.switch("consent_v1_access_denied", json!(true)).await;
    probe.switch("consent_error_keeps_state", json!(false)).await;
    let answer = query(&decide(&probe, "", "cancel", "administrator").await);
    assert_eq!(answer[0], ("error".to_owned(), "access_denied".to_owned()));
    assert!(answer.iter().all(|(name, _)| name != "state"));
}

//! The sample application as a browser sees it.

use http::StatusCode;
use serde_json::{Value, json};

use crate::probe::Probe;
use crate::probe::browser::{Browser, PASSWORD};

const ADA: &str = "ada@contoso.com";

async fn office() -> Probe {
    let probe = Probe::start();
    probe.admin("POST", "/tenants/default/users", json!({ "userPrincipalName": ADA, "displayName": "Ada" })).await;
    probe
}

#[tokio::test]
async fn somebody_signs_in_sees_the_token_and_signs_out() {
    let probe = office().await;
    let browser = Browser::new(&probe);
    assert!(browser.get("/sample").await.text.contains("Nobody is signed in."));
    let leaving = browser.get("/sample/sign-in?login_hint=ada@contoso.com").await;
    assert_eq!(leaving.status, StatusCode::SEE_OTHER);
    let page = browser.get(&leaving.location()).await;
    let back = browser.enter(&page, ADA, PASSWORD).await;
    let home = browser.get(&back.location()).await;
    assert_eq!(home.location(), "/sample");
    let shown = browser.get("/sample").await;
    assert!(shown.text.contains("Signed in as Ada") && shown.text.contains("password only"), "{}", shown.text);
    let told = browser.get("/sample/claims").await.json();
    assert_eq!((&told["signed_in"], &told["id_token"]["amr"]), (&json!(true), &json!(["pwd"])));
    let out = browser.get("/sample/sign-out").await;
    let gone = browser.get(&out.location()).await;
    assert_eq!(gone.location(), "http://emulator.test/sample");
    assert!(browser.get("/sample").await.text.contains("Nobody is signed in."));
}

#[tokio::test]
async fn a_policy_can_name_it() {
    let probe = office().await;
    let told = probe.admin("GET", "/tenants/default/sample", Value::Null).await.json();
    assert_eq!(told["client_id"], json!(super::client_id(probe.prepared.tenant_id)));
    let order = json!({ "apps": [told["client_id"]], "grant": ["block"] });
    assert_eq!(probe.admin("POST", "/tenants/default/policies", order).await.status, StatusCode::CREATED);
    let browser = Browser::new(&probe);
    let page = browser.get(&browser.get("/sample/sign-in").await.location()).await;
    assert!(browser.enter(&page, ADA, PASSWORD).await.text.contains("AADSTS53003"));
}

#[tokio::test]
async fn what_went_wrong_is_shown() {
    let probe = office().await;
    let browser = Browser::new(&probe);
    let quiet = browser.get("/sample/sign-in?prompt=none").await;
    let back = browser.get(&quiet.location()).await;
    browser.get(&back.location()).await;
    assert!(browser.get("/sample").await.text.contains("AADSTS50058"));
    browser.get("/sample/callback?code=x&state=forged").await;
    assert!(browser.get("/sample").await.text.contains("The state is not the one that was sent."));
}

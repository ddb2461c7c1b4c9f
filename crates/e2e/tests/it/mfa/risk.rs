//! Risk: Entra says that somebody is at high risk, and a policy wants a passkey of them until Entra says otherwise.

use std::time::Duration;

use e2e::{World, http};
use serde_json::{Value, json};
use store::Backend;

use super::policies::{enrol_app, offered, our_page};
use super::seat::ground;
use super::stage::{Stage, code};
use crate::console::page;

const SOON: Duration = Duration::from_secs(30);

fn path(world: &World, tail: &str) -> String {
    format!("mfa/providers/{}/{tail}", world.tenant)
}

/// The tenant's administrator consents, and the feature is chosen here.
async fn grant(world: &World) {
    world.entra.call("PATCH", "tenants/default", json!({ "license": "P2" })).await;
    let consent = format!("tenants/default/apps/{}/consent", world.entra.running.client_id);
    world.entra.call("POST", &consent, json!({ "permissions": ["IdentityRiskyUser.Read.All"] })).await;
    let path = format!("tenants/{}", world.tenant);
    let tenant = world.get(&path).await;
    let body = json!({ "version": tenant["version"], "features": ["users", "groups", "risk"] });
    http::good(&path, world.ask("PATCH", &path, body).await);
    world.post(&format!("{path}/probe"), Value::Null).await;
}

async fn says(world: &World, name: &str, level: &str) {
    let path = format!("tenants/default/users/{}/risk", e2e::entra::address(name));
    world.entra.call("PUT", &path, json!({ "level": level })).await;
}

/// The policy is in force: at high risk only passkeys count, and no browser is remembered.
async fn enforce(world: &World) {
    let rules = json!({ "kinds": ["passkey"], "devices": { "days": 0, "idle_days": 1 } });
    let policy = json!({ "name": "At high risk", "whom": { "risk": { "at_least": "high" } }, "rules": rules });
    let draft = path(world, "policies/draft");
    let saved = http::good(&draft, world.ask("PUT", &draft, json!({ "policies": [policy] })).await);
    let risk = world.post(&path(world, "policies/preview"), json!({})).await["figures"]["risk"].clone();
    assert_eq!((&risk["unknown"], &risk["why"]), (&json!(2), &json!("not_chosen")), "{risk:#}");
    assert_eq!(risk["stuck_if_high"], 1, "p1 has an app alone: {risk:#}");
    world.post(&path(world, "policies/apply"), json!({ "version": saved["version"] })).await;
}

#[tokio::test]
async fn who_is_at_high_risk_needs_more_until_entra_says_otherwise_and_what_is_unknown_is_told() {
    testkit::on_each_database(async |db| {
        let world = World::new(ground(&db), 2).await;
        let stage = Stage::new(&world).await;
        world.filled().await;
        let key = enrol_app(&stage, "p1").await;
        enforce(&world).await;
        let risk = world.get(&path(&world, "risk")).await;
        assert_eq!((&risk["unknown"], &risk["asked"]), (&json!("not_chosen"), &json!(true)), "{risk:#}");
        assert!(offered(&our_page(&stage, "p1").await.1)[0], "what is not known keeps nobody out");

        grant(&world).await;
        world.later(SOON).await;
        let risk = world.get(&path(&world, "risk")).await;
        assert_eq!((&risk["unknown"], &risk["high"]), (&Value::Null, &json!(0)), "{risk:#}");
        let (mut held, before) = our_page(&stage, "p1").await;
        assert!(offered(&before)[0]);
        says(&world, "p1", "high").await;
        world.later(SOON).await;
        let people = world.get(&path(&world, "risk/people?least=high")).await;
        let person = &people["items"][0];
        assert_eq!((&person["name"], &person["level"]), (&json!("p1"), &json!("high")), "{people:#}");
        let late = held.post(&before.form("/code").with("code", &code(&key, world.now().seconds()))).await;
        assert_eq!(late.status, 422, "a sign-in under way is judged by the risk of now: {}", late.html);
        let attempt = stage.last_attempt().await;
        assert_eq!(attempt["ruled"]["risk"]["level"], "high", "{attempt:#}");
        assert_eq!(attempt["ruled"]["given"][0]["name"], "At high risk", "{attempt:#}");
        assert!(!offered(&our_page(&stage, "p1").await.1)[0], "no code is asked for");
        assert!(offered(&our_page(&stage, "p2").await.1)[2], "who is at none registers as before");
        let account = attempt["account"].as_str().expect("an account");
        let rules = world.get(&format!("mfa/accounts/{account}/rules")).await;
        assert_eq!(rules["risk"]["level"], "high", "{rules:#}");
        assert_eq!(world.count_events("mfa.risk_changed").await, 1);

        let fault = json!({ "kind": "status", "status": 500 });
        world.entra.spoil("/v1.0/identityProtection", fault, None, 0).await;
        says(&world, "p1", "none").await;
        world.later(Duration::from_hours(7)).await;
        let risk = world.get(&path(&world, "risk")).await;
        assert_eq!((&risk["unknown"], &risk["high"]), (&json!("unanswered"), &json!(1)), "{risk:#}");
        assert!(!offered(&our_page(&stage, "p1").await.1)[0], "a read that fails takes no risk away");
        world.entra.heal().await;
        world.later(SOON).await;
        let (mut walker, page) = our_page(&stage, "p1").await;
        let back = walker.post(&page.form("/code").with("code", &code(&key, world.now().seconds()))).await;
        walker.post(&back.form("externalauthprovider")).await;
        let claims = stage.claims(&mut walker).await;
        assert!(claims["id_token"]["amr"].to_string().contains("mfa"), "{claims:#}");
        world.prove_audit().await;
        world.node.store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_policy_by_risk_is_written_in_the_console_which_says_what_is_not_known() {
    World::on(Backend::Sqlite, 1, async |world| {
        Stage::new(world).await;
        let Some(page) = page::Page::open(world).await else { return };
        page.driver.look(1280, 900, false).await.unwrap();
        let here = format!("/second-factor/providers/{}/policies", world.tenant);
        page.go(&format!("{here}/new")).await;
        page.until("the form", "document.querySelector('#f-risk')").await;
        assert!(page.text("#f-risk-hint").await.contains("nobody has chosen"), "the form says why");
        page.fill("#f-name", "At risk").await;
        // The foot of a long form stays in sight, and would be hit in their place.
        page.eval(
            "['rule_kinds', 'kind_passkey', 'risk_unknown']\
             .forEach((name) => document.querySelector(`#f-${name}`).checked = true)",
        )
        .await;
        page.eval("(document.querySelector('#f-risk').value = 'high')").await;
        page.press(".form-foot .button.primary").await;
        page.until("the draft", "document.querySelectorAll('#policies tbody tr').length === 1").await;
        assert!(page.text("#policies").await.contains("Risk: at least high, or not known"));
        assert!(page.text("main").await.contains("Risk is not known"), "and the list says it too");
        let board = world.get(&path(world, "policies")).await;
        let asked = &board["draft"]["policies"][0]["whom"]["risk"];
        assert_eq!(*asked, json!({ "at_least": "high", "when_unknown": "apply" }), "{board:#}");
        page.press(".callout button[formaction$='/policies/preview']").await;
        page.until("the preview", "document.querySelector('main')?.textContent.includes('Some policies go by risk')")
            .await;
        assert_eq!(page.complaints().await, Vec::<String>::new());
        page.close().await;
    })
    .await;
}

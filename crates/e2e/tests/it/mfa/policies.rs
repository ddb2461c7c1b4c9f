//! Policies: a group is kept to passkeys, with the reason in the log of attempts; then everything is given back.

use std::time::Duration;

use e2e::{World, http};
use serde_json::{Value, json};
use store::Backend;

use super::seat::ground;
use super::stage::{Stage, code};
use super::walker::{Page, Walker};
use crate::console::page;

fn path(world: &World, tail: &str) -> String {
    format!("mfa/providers/{}/policies{tail}", world.tenant)
}

/// Registers an authenticator app within a sign-in; returns its key.
pub(super) async fn enrol_app(stage: &Stage<'_>, user: &str) -> String {
    let mut walker = Walker::new();
    let page = stage.to_our_page(&mut walker, user).await;
    let scan = walker.post(&page.form("/enrol/totp")).await;
    let key = scan.between("id=\"totp-key\">", "<").replace(' ', "");
    let back = walker.post(&scan.form("/confirm").with("code", &code(&key, stage.world.now().seconds()))).await;
    walker.post(&back.form("externalauthprovider")).await;
    key
}

pub(super) async fn our_page(stage: &Stage<'_>, user: &str) -> (Walker, Page) {
    let mut walker = Walker::new();
    let page = stage.to_our_page(&mut walker, user).await;
    (walker, page)
}

/// Which of an app's code, registering a passkey and registering an app a page offers.
pub(super) fn offered(page: &Page) -> [bool; 3] {
    ["/code\"", "/enrol/passkey\"", "/enrol/totp\""].map(|tail| page.html.contains(tail))
}

#[tokio::test]
async fn a_group_is_kept_to_passkeys_with_the_reason_in_the_log_and_undo_gives_codes_back() {
    testkit::on_each_database(async |db| {
        let world = World::new(ground(&db), 3).await;
        let stage = Stage::new(&world).await;
        let board = world.entra.found("Board", &["p1", "p2"]).await;
        world.filled().await;
        let key = enrol_app(&stage, "p1").await;
        let since = world.newest().await;

        let rules = json!({ "kinds": ["passkey"] });
        let policy = json!({ "name": "Board", "whom": { "groups": [board] }, "rules": rules });
        let draft = path(&world, "/draft");
        let body = json!({ "version": 0, "policies": [policy] });
        let saved = http::good(&draft, world.ask("PUT", &draft, body.clone()).await);
        let stale = world.ask("PUT", &draft, body).await;
        assert_eq!((stale.status, &stale.body["code"]), (409, &json!("mfa.stale")), "{:#}", stale.body);
        let preview = world.post(&path(&world, "/preview"), json!({})).await;
        let figures = &preview["figures"];
        assert_eq!((&figures["people"], &figures["loses_last"]), (&json!(3), &json!(1)), "{preview:#}");
        assert_eq!((&figures["outside"], &figures["policies"][0]["people"]), (&json!(1), &json!(2)), "{preview:#}");
        let people = world.get(&path(&world, "/preview/people?effect=loses_last")).await;
        assert_eq!((&people["items"][0]["name"], &people["items"][0]["lost"]), (&json!("p1"), &json!(["totp"])));

        let (mut held, before) = our_page(&stage, "p1").await;
        assert_eq!(offered(&before), [true, false, false], "{}", before.html);
        let apply = path(&world, "/apply");
        let order = json!({ "version": saved["version"] });
        let refused = world.ask("POST", &apply, order).await;
        assert_eq!((refused.status, &refused.body["code"]), (409, &json!("mfa.last_factors")), "{:#}", refused.body);
        let order =
            json!({ "version": saved["version"], "confirmation": "Contoso", "reason": "passkeys for the board" });
        let applied = world.post(&apply, order).await;
        assert_eq!((&applied["revision"], &applied["loses_last"]), (&json!(1), &json!(1)), "{applied:#}");

        world.advance(Duration::from_secs(30));
        let late = held.post(&before.form("/code").with("code", &code(&key, world.now().seconds()))).await;
        assert_eq!(late.status, 422, "a sign-in under way is judged by what is in force: {}", late.html);
        let attempt = stage.last_attempt().await;
        let ruled = &attempt["ruled"];
        assert_eq!((&ruled["revision"], &ruled["given"][0]["name"]), (&json!(1), &json!("Board")), "{attempt:#}");
        assert_eq!((&ruled["given"][0]["rule"], &ruled["given"][0]["group"]), (&json!("kinds"), &json!(board)));
        assert!(!offered(&our_page(&stage, "p1").await.1)[0], "no code is asked for");
        assert_eq!(offered(&our_page(&stage, "p2").await.1), [false, true, false], "only a passkey is offered");
        assert_eq!(offered(&our_page(&stage, "p3").await.1), [false, true, true], "who is in no group has both");
        let account = attempt["account"].as_str().expect("an account");
        let rules = world.get(&format!("mfa/accounts/{account}/rules")).await;
        let because = &rules["doors"][0]["because"][0];
        assert_eq!((&because["name"], &because["path"][0]["name"]), (&json!("Board"), &json!("Board")), "{rules:#}");

        let undone = world.post(&path(&world, "/undo"), json!({ "in_force": 1, "reason": "too early" })).await;
        assert_eq!((&undone["revision"], &undone["restores"]), (&json!(2), &json!(0)), "{undone:#}");
        world.advance(Duration::from_secs(30));
        let (mut walker, page) = our_page(&stage, "p1").await;
        let back = walker.post(&page.form("/code").with("code", &code(&key, world.now().seconds()))).await;
        walker.post(&back.form("externalauthprovider")).await;
        let claims = stage.claims(&mut walker).await;
        assert!(claims["id_token"]["amr"].to_string().contains("mfa"), "{claims:#}");
        assert_eq!(stage.last_attempt().await["ruled"], Value::Null);
        let told: Vec<_> = world.events(since).await.iter().map(|event| event["type"].to_string()).collect();
        for name in ["mfa.policies_drafted", "mfa.policies_applied", "mfa.policies_undone"] {
            assert!(told.iter().any(|told| told.contains(name)), "{name}: {told:?}");
        }
        let history = world.get(&path(&world, "/revisions")).await;
        assert_eq!(
            (&history["items"][0]["revision"], &history["items"][1]["reason"]),
            (&json!(2), &json!("passkeys for the board")),
            "{history:#}"
        );
        world.prove_audit().await;
        world.node.store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_policy_is_written_previewed_applied_and_taken_back_in_the_console() {
    World::on(Backend::Sqlite, 3, async |world| {
        let stage = Stage::new(world).await;
        world.filled().await;
        enrol_app(&stage, "p1").await;
        let Some(page) = page::Page::open(world).await else { return };
        page.driver.look(1280, 900, false).await.unwrap();
        let here = format!("/second-factor/providers/{}/policies", world.tenant);
        page.go(&here).await;
        page.press(".empty a.button.primary").await;
        page.until("the form", "document.querySelector('#f-name')").await;
        page.fill("#f-name", "Only passkeys").await;
        // The foot of a long form stays in sight, and would be hit in their place.
        page.eval(
            "['rule_kinds', 'kind_passkey'].forEach((name) => document.querySelector(`#f-${name}`).checked = true)",
        )
        .await;
        page.eval("(document.querySelector('#f-session_minutes').value = '30')").await;
        page.press(".form-foot .button.primary").await;
        page.until("the draft", "document.querySelectorAll('#policies tbody tr').length === 1").await;
        assert!(page.text("#policies").await.contains("Ways: Passkey"));
        assert_eq!(world.get(&path(world, "")).await["revision"], 0, "nothing is in force yet");

        page.press(".callout button[formaction$='/policies/preview']").await;
        page.until("the preview", "document.querySelector('#people tbody tr')").await;
        assert!(page.text("#people").await.contains("Loses the last one"));
        page.fill("#f-confirmation", "Fabrikam").await;
        page.press("form[action$='/apply'] .button.primary").await;
        page.until("the refusal", "document.querySelector('#f-confirmation-error')").await;
        let noted = page.complaints().await;
        assert!(noted.iter().all(|line| line.contains("the server responded with a status of 409")), "{noted:?}");
        page.fill("#f-confirmation", "Contoso").await;
        page.fill("#f-reason", "a test").await;
        page.press("form[action$='/apply'] .button.primary").await;
        page.until("word of it", "document.querySelector('.callout.toast')?.textContent.includes('in force')").await;
        assert_eq!(world.get(&path(world, "")).await["revision"], 1);

        page.press("a.button[href$='/policies/history']").await;
        page.until("the history", "document.querySelectorAll('#policy-history tbody tr').length === 1").await;
        page.press(".callout button[formaction*='revision=0']").await;
        page.until("the way back", "document.querySelector(\"form[action$='/undo']\")").await;
        assert!(page.text("#people").await.contains("Gets one back"));
        page.press("form[action$='/undo'] .button.primary").await;
        page.until("word of it", "document.querySelector('.callout.toast')?.textContent.includes('before')").await;
        let board = world.get(&path(world, "")).await;
        assert_eq!((&board["revision"], &board["policies"]), (&json!(2), &json!([])), "{board:#}");
        page.close().await;
    })
    .await;
}

//! People who can pass are registered in Entra on their behalf, and that is taken back.

use e2e::world::text;
use e2e::{World, http};
use kernel::Role;
use serde_json::{Value, json};
use store::Backend;

use super::stage::Stage;
use super::walker::Walker;
use crate::console::page;

fn path(world: &World, tail: &str) -> String {
    format!("mfa/providers/{}/registrations{tail}", world.tenant)
}

/// The tenant's administrator consents, and the feature is chosen here.
async fn grant(world: &World) {
    let permissions = json!(["Policy.Read.All", "UserAuthMethod-External.ReadWrite.All"]);
    world.entra.call("POST", &consent_of(world), json!({ "permissions": permissions })).await;
    let path = format!("tenants/{}", world.tenant);
    let tenant = world.get(&path).await;
    let features = json!(["users", "groups", "registration"]);
    let body = json!({ "version": tenant["version"], "features": features });
    http::good(&path, world.ask("PATCH", &path, body).await);
    world.post(&format!("{path}/probe"), Value::Null).await;
}

async fn last(world: &World) -> Value {
    world.get(&path(world, "")).await["items"][0].clone()
}

#[tokio::test]
async fn who_can_pass_is_registered_in_entra_and_taken_out_again() {
    World::on_each(3, async |world| {
        let stage = Stage::new(world).await;
        world.filled().await;
        for user in ["p1", "p2"] {
            stage.enrol_app(&mut Walker::new(), user).await;
        }
        let preview = path(world, "/preview");
        let early = world.ask("POST", &preview, json!({})).await;
        assert_eq!((early.status, &early.body["code"]), (409, &json!("mfa.conflict")), "{:#}", early.body);
        grant(world).await;
        let pilot = world.entra.found("Pilot", &["p1", "p3"]).await;
        world.delta().await;
        let seen = world.post(&preview, json!({ "group": pilot })).await;
        assert_eq!(
            (&seen["people"], &seen["without"], &seen["already"]),
            (&json!(1), &json!(1), &json!(0)),
            "{seen:#}"
        );
        assert_eq!(seen["first"][0]["name"], "p1", "{seen:#}");

        let auditor = world.token_for(Role::Auditor).await;
        let refused = world.ask_as(&auditor, "POST", &path(world, ""), json!({ "group": pilot })).await;
        assert_eq!(refused.status, 403, "who only looks registers nobody");
        let begun = world.post(&path(world, ""), json!({ "group": pilot, "reason": "pilot" })).await;
        assert_eq!((&begun["state"], &begun["people"]), (&json!("running"), &json!(1)), "{begun:#}");
        world.work().await;
        let done = last(world).await;
        assert_eq!((&done["state"], &done["registered"]), (&json!("done"), &json!(1)), "{done:#}");
        let all = world.post(&preview, json!({})).await;
        assert_eq!((&all["people"], &all["already"]), (&json!(2), &json!(1)), "{all:#}");
        let begun = world.post(&path(world, ""), json!({})).await;
        world.work().await;
        let both = world.get(&path(world, &format!("/{}", text(&begun["id"])))).await;
        assert_eq!((&both["registered"], &both["already"]), (&json!(1), &json!(1)), "{both:#}");

        let undo = path(world, &format!("/{}/undo", text(&done["id"])));
        assert_eq!(world.post(&undo, Value::Null).await["state"], "undoing");
        world.work().await;
        let run = world.get(&path(world, &format!("/{}", text(&done["id"])))).await;
        assert_eq!((&run["state"], &run["removed"]), (&json!("undone"), &json!(1)), "{run:#}");
        let people = world.get(&path(world, &format!("/{}/people?state=removed", text(&done["id"])))).await;
        assert_eq!(people["items"][0]["upn"], e2e::entra::address("p1"), "{people:#}");
        let left = world.post(&preview, json!({})).await;
        assert_eq!(left["already"], 1, "the other run's stay: {left:#}");

        // The consent is withdrawn: it waits, and says for what.
        world.entra.withdraw_consent().await;
        world
            .entra
            .call("POST", &consent_of(world), json!({ "permissions": ["Policy.Read.All", "User.Read.All"] }))
            .await;
        world.post(&format!("tenants/{}/probe", world.tenant), Value::Null).await;
        let late = world.ask("POST", &preview, json!({})).await;
        assert_eq!(late.status, 409, "{:#}", late.body);
        assert!(text(&late.body["detail"]).contains("UserAuthMethod-External.ReadWrite.All"), "{:#}", late.body);
        assert_eq!(world.count_events("mfa.person_registered").await, 2);
        assert_eq!(world.count_events("mfa.person_unregistered").await, 1);
    })
    .await;
}

fn consent_of(world: &World) -> String {
    format!("tenants/default/apps/{}/consent", world.entra.running.client_id)
}

#[tokio::test]
async fn people_are_registered_and_taken_out_again_in_the_console() {
    World::on(Backend::Sqlite, 2, async |world| {
        let stage = Stage::new(world).await;
        world.filled().await;
        stage.enrol_app(&mut Walker::new(), "p1").await;
        grant(world).await;
        let Some(page) = page::Page::open(world).await else { return };
        page.driver.look(1280, 900, false).await.unwrap();
        page.go(&format!("/second-factor/providers/{}/readiness", world.tenant)).await;
        page.press("a.button[href$='/registrations']").await;
        page.until("the form", "document.querySelector('#f-reason')").await;
        page.fill("#f-reason", "roll-out").await;
        page.press(".form-foot .button.primary").await;
        page.until("the preview", "document.querySelector('.form-foot button[formaction$=\"/registrations\"]')").await;
        assert!(page.text("main").await.contains("1 person"), "{}", page.text("main").await);
        page.press(".form-foot .button.primary").await;
        page.until("word of it", "document.querySelector('.callout.toast')?.textContent.includes('being registered')")
            .await;
        world.work().await;
        page.go(&format!("/second-factor/providers/{}/registrations", world.tenant)).await;
        page.until("its end", "document.querySelector('#registrations')?.textContent.includes('Done')").await;
        page.press("#registrations a[href$='/undo']").await;
        page.until("the question", "document.querySelector('form[action$=\"/undo\"] .button.danger')").await;
        page.press("form[action$='/undo'] .button.danger").await;
        page.until("word of it", "document.querySelector('.callout.toast')?.textContent.includes('taken back')").await;
        world.work().await;
        assert_eq!(last(world).await["state"], "undone");
        page.go(&run_href(world).await).await;
        page.until("the people", "document.querySelector('#people')?.textContent.includes('Taken back')").await;
        assert_eq!(page.complaints().await, Vec::<String>::new());
        page.close().await;
    })
    .await;
}

async fn run_href(world: &World) -> String {
    format!("/second-factor/providers/{}/registrations/{}", world.tenant, text(&last(world).await["id"]))
}

//! Entra tells of changes: a membership that is lost in Entra is lost here without a timer.

use std::time::Duration;

use dirsync::notify::receive::LONGEST_POST;
use e2e::World;
use e2e::http::client;
use e2e::world::{Ground, HOUR, MINUTE, text};
use reqwest::Response;
use serde_json::{Value, json};
use store::args;
use tenants::TenantId;
use testkit::on_each_database;
use uuid::Uuid;

/// How long what another task does at once may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// Switches notifications on and lets the server ask for them.
async fn subscribe(world: &World) {
    world.filled().await;
    world.set(|settings| settings["notifications"] = json!(true)).await;
    world.later(MINUTE).await;
}

async fn notifications(world: &World) -> Value {
    world.status().await["notifications"].clone()
}

/// Has something happen in Entra and waits until the server has heard of it and queued what it leads to.
async fn heard(world: &World, happening: impl Future<Output = ()>) {
    let mut jobs = world.node.store.jobs();
    jobs.borrow_and_update();
    happening.await;
    tokio::time::timeout(PATIENCE, jobs.changed()).await.expect("Entra tells in time").expect("the database is open");
}

async fn everyone(world: &World) -> String {
    let groups = world.entra.groups().await;
    groups.into_iter().find(|(_, group)| group["displayName"] == "Everyone").expect("the group is there").0
}

/// What Graph has been asked to tell.
async fn at_graph(world: &World) -> usize {
    let organisation = world.node.app.operators.ensure_organisation().await.unwrap().id;
    let client = world.node.app.tenants.client(organisation, TenantId(world.tenant)).await.unwrap();
    client.subscriptions().await.unwrap().len()
}

#[tokio::test]
async fn a_membership_lost_in_entra_is_lost_here_without_a_timer() {
    on_each_database(async |db| {
        let world = World::told_of_changes(Ground::of(&db), 12, None).await;
        subscribe(&world).await;
        let shown = notifications(&world).await;
        assert_eq!((&shown["state"], at_graph(&world).await), (&json!("on"), 2), "{shown:#}");

        let group = everyone(&world).await;
        world.advance(MINUTE);
        heard(&world, world.entra.leave(&group, "p3")).await;
        // Only jobs run: no clock of this server has ticked.
        world.work().await;
        let last = world.status().await["last_run"].clone();
        assert_eq!((&last["kind"], &last["state"]), (&json!("delta"), &json!("done")), "{last:#}");
        assert!(text(&last["started_by"]).contains("change notification"), "{last:#}");
        world.must_mirror_entra("after a member has left").await;
        let left = world.entra.members(&group).await;
        assert_eq!(left.len(), 11, "the emulator has let them go");

        world.advance(MINUTE);
        heard(&world, async { drop(world.entra.hire("p13", json!({})).await) }).await;
        world.work().await;
        assert_eq!(world.standing("p13").await, "active", "who comes is told of too");
        world.prove_audit().await;
        world.node.store.close().await;
    })
    .await;
}

#[tokio::test]
async fn what_entra_asks_to_be_renewed_is_renewed_and_what_is_switched_off_ends_there() {
    on_each_database(async |db| {
        let world = World::told_of_changes(Ground::of(&db), 3, None).await;
        subscribe(&world).await;
        let before = notifications(&world).await;
        // The last tenth of three days: Graph warns, whatever the clockwork of this server does.
        heard(&world, async { world.advance(66 * HOUR) }).await;
        world.work().await;
        let after = notifications(&world).await;
        assert!(text(&after["until"]) > text(&before["until"]), "{before:#} {after:#}");

        world.set(|settings| settings["notifications"] = json!(false)).await;
        world.later(MINUTE).await;
        assert_eq!((&notifications(&world).await["state"], at_graph(&world).await), (&json!("off"), 0));
        world.node.store.close().await;
    })
    .await;
}

#[tokio::test]
async fn before_a_tenant_is_disconnected_entra_is_asked_to_tell_no_more() {
    on_each_database(async |db| {
        let world = World::told_of_changes(Ground::of(&db), 3, None).await;
        subscribe(&world).await;
        let asked = world.entra.requests("/v1.0/subscriptions/").await;
        let gone = world.ask("DELETE", &format!("tenants/{}?confirmation=Contoso", world.tenant), Value::Null).await;
        assert_eq!(gone.status, 204, "{:#}", gone.body);
        assert_eq!(world.entra.requests("/v1.0/subscriptions/").await, asked + 2, "users and groups");
        assert!(hooks(&world).await.is_empty());
        assert_eq!(world.count_events("dirsync.notifications_ended").await, 1);
        world.node.store.close().await;
    })
    .await;
}

#[tokio::test]
async fn an_address_that_entra_cannot_reach_is_told_and_the_timer_goes_on() {
    on_each_database(async |db| {
        let world = World::told_of_changes(Ground::of(&db), 3, Some("http://127.0.0.1:9")).await;
        subscribe(&world).await;
        let shown = notifications(&world).await;
        assert_eq!(
            (&shown["state"], &shown["error_code"]),
            (&json!("failing"), &json!("ValidationError")),
            "{shown:#}"
        );
        assert!(text(&shown["mend"]).contains("http://127.0.0.1:9/api/v1/dirsync/notifications/"), "{shown:#}");
        world.entra.hire("p4", json!({})).await;
        world.later(6 * MINUTE).await;
        assert_eq!(world.standing("p4").await, "active", "the timer has read the source");
        world.node.store.close().await;
    })
    .await;
}

/// The last parts of the addresses that Graph was given.
async fn hooks(world: &World) -> Vec<Uuid> {
    let mut tx = world.node.store.read().await.unwrap();
    let rows = tx.all("SELECT id FROM dirsync_subscriptions", args![]).await.unwrap();
    rows.iter().map(|row| row.get("id").unwrap()).collect()
}

async fn post(world: &World, rest: &str, body: String) -> Response {
    let url = format!("{}/api/v1/dirsync/notifications/{rest}", world.node.url);
    client().post(url).header("content-type", "application/json").body(body).send().await.unwrap()
}

#[tokio::test]
async fn strangers_at_the_door_are_refused_and_cause_no_work() {
    on_each_database(async |db| {
        let world = World::told_of_changes(Ground::of(&db), 3, None).await;
        subscribe(&world).await;
        world.advance(HOUR);
        let known = hooks(&world).await[0].to_string();
        let unknown = Uuid::from_u128(7).to_string();
        let newest = world.newest().await;
        let guess = json!({ "value": [{ "clientState": "guess", "changeType": "updated", "resource": "Users/1" }] });
        let event = json!({ "value": [{ "clientState": "", "lifecycleEvent": "subscriptionRemoved" }] });
        let long = format!("{known}?validationToken={}", "x".repeat(1_025));
        let cases = [
            (known.clone(), guess.to_string()),
            (known.clone(), event.to_string()),
            (known.clone(), String::new()),
            (known.clone(), "x".repeat(LONGEST_POST + 1)),
            (known.clone(), format!("{}{}", "[".repeat(50_000), "]".repeat(50_000))),
            (unknown.clone(), guess.to_string()),
            (format!("{unknown}?validationToken=hello"), String::new()),
            (format!("{known}?validationToken="), String::new()),
            (format!("{known}?validationToken=a%0d%0ab"), String::new()),
            (long, String::new()),
        ];
        for (rest, body) in cases {
            let answer = post(&world, &rest, body).await;
            let shown = format!("{rest:.120}");
            assert_eq!((answer.status().as_u16(), &answer.headers()["content-type"]), (401, &kind()), "{shown}");
            let problem: Value = answer.json().await.unwrap();
            assert_eq!(problem["code"], "dirsync.strange_notification", "{shown}");
        }
        let garbage = post(&world, "no-id", "{}".to_owned()).await;
        assert_eq!(garbage.status(), 400);
        world.work().await;
        assert_eq!(world.newest().await, newest, "nothing was written down");

        let echo =
            post(&world, &format!("{known}?validationToken=Validation%3A%20%3Cb%3E%20hello"), String::new()).await;
        assert_eq!((echo.status().as_u16(), &echo.headers()["content-type"]), (200, &plain()));
        assert_eq!(echo.headers()["x-content-type-options"], "nosniff", "nobody may take it for a page");
        assert_eq!(echo.text().await.unwrap(), "Validation: <b> hello");
        world.node.store.close().await;
    })
    .await;
}

fn kind() -> reqwest::header::HeaderValue {
    reqwest::header::HeaderValue::from_static("application/problem+json")
}

fn plain() -> reqwest::header::HeaderValue {
    reqwest::header::HeaderValue::from_static("text/plain; charset=utf-8")
}

//! Connections that break: the status says so, nothing is taken away meanwhile, and it goes on by itself.

use std::time::Duration;

use e2e::World;
use e2e::world::{DAY, HOUR};
use serde_json::{Value, json};

/// Breaks the connection, lets an hour pass in which a user is deleted, and mends it again.
async fn breaks_and_mends(world: &World, status: &str, break_it: impl AsyncFn(&World), mend: impl AsyncFn(&World)) {
    world.filled().await;
    let since = world.newest().await;
    break_it(world).await;
    // The token at hand has run out by then.
    world.later(2 * HOUR).await;
    let health = world.health().await;
    assert_eq!(health["status"], status, "{health:#}");
    assert_ne!(health["stopped"], json!([]), "{health:#}");
    assert!(!health["mend"].as_str().unwrap_or_default().is_empty(), "{health:#}");
    let changed = world.event(since, "tenants.status_changed", "Contoso").await;
    assert_eq!((&changed["before"]["status"], &changed["after"]["status"]), (&json!("granted"), &json!(status)));

    world.entra.delete("p1").await;
    let run = world.run("delta").await;
    assert_eq!(run["state"], "failed", "{run:#}");
    let run = world.run("full").await;
    assert_eq!(run["state"], "failed", "{run:#}");
    assert_eq!((world.usable().await, world.standing("p1").await), (12, "active".to_owned()), "frozen");

    let since = world.newest().await;
    mend(world).await;
    world.later(Duration::from_mins(16)).await;
    let health = world.health().await;
    assert_eq!((&health["status"], &health["stopped"]), (&json!("granted"), &json!([])), "by itself: {health:#}");
    let changed = world.event(since, "tenants.status_changed", "Contoso").await;
    assert_eq!(changed["after"]["status"], "granted", "{changed:#}");
    world.later(Duration::from_mins(6)).await;
    assert_eq!(world.standing("p1").await, "conflict/deleted", "the clockwork has caught up");
    world.must_mirror_entra("after it is mended").await;
}

#[tokio::test]
async fn consent_is_withdrawn_and_given_again() {
    World::on_each(12, async |world| {
        let withdraw = async |world: &World| world.entra.withdraw_consent().await;
        breaks_and_mends(world, "consent_withdrawn", withdraw, async |world| world.entra.consent().await).await;
    })
    .await;
}

#[tokio::test]
async fn the_application_is_disabled_and_enabled() {
    World::on_each(12, async |world| {
        let disable = async |world: &World| world.entra.enable_app(false).await;
        breaks_and_mends(world, "app_disabled", disable, async |world| world.entra.enable_app(true).await).await;
    })
    .await;
}

#[tokio::test]
async fn the_secret_ends_and_a_new_one_is_entered() {
    World::on_each(12, async |world| {
        let expire = async |world: &World| world.entra.expire_secrets().await;
        let mend = async |world: &World| {
            let secret = world.entra.new_secret().await;
            let path = format!("tenants/{}/credentials", world.tenant);
            world.post(&path, json!({ "credential": { "secret": secret }, "slot": "primary" })).await;
        };
        breaks_and_mends(world, "secret_expired", expire, mend).await;
    })
    .await;
}

#[tokio::test]
async fn a_staged_secret_takes_over_when_the_first_one_ends() {
    World::on_each(12, async |world| {
        world.filled().await;
        let since = world.newest().await;
        world.entra.expire_secrets().await;
        let secret = world.entra.new_secret().await;
        let path = format!("tenants/{}/credentials", world.tenant);
        let staged = world.post(&path, json!({ "credential": { "secret": secret, "label": "next" } })).await;
        assert_eq!(staged["slot"], "staged", "{staged:#}");
        world.later(2 * HOUR).await;
        assert_eq!(world.health().await["status"], "granted");
        world.event(since, "tenants.credential_switched", "Contoso").await;
        let credentials = world.get(&path).await;
        let list = credentials.as_array().or_else(|| credentials["items"].as_array()).cloned().unwrap_or_default();
        let primary =
            list.iter().find(|credential| credential["slot"] == "primary" && credential["retired_at"] == Value::Null);
        assert_eq!(primary.map(|credential| &credential["label"]), Some(&json!("next")), "{credentials:#}");
        world.entra.delete("p1").await;
        world.delta().await;
        assert_eq!(world.standing("p1").await, "conflict/deleted");
        let log = world.get("signals/audit?limit=500").await.to_string();
        assert!(!log.contains(&secret), "no secret in the audit trail");
    })
    .await;
}

#[tokio::test]
async fn the_end_of_a_secret_is_known_and_warned_about() {
    World::on_each(3, async |world| {
        world.later(HOUR).await;
        let since = world.newest().await;
        world.later(310 * DAY).await;
        world.later(30 * DAY).await;
        let warned: Vec<_> = world
            .happened(since)
            .await
            .into_iter()
            .filter(|it| it.starts_with("tenants.credential_expiring"))
            .collect();
        assert_eq!(warned.len(), 2, "60 days and 30 days before: {warned:?}");
    })
    .await;
}

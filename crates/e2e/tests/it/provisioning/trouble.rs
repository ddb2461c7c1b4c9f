//! Keys that end, and what Entra makes of it.

use std::time::Duration;

use e2e::World;
use e2e::world::{DAY, text};
use serde_json::json;

use super::stage::Push;

#[tokio::test]
async fn a_revoked_key_quarantines_the_job_and_a_new_one_heals_it() {
    World::on_each(6, async |world| {
        let push = Push::start(world).await;
        push.pushed().await;
        let since = world.newest().await;
        push.revoke(&push.key).await;
        world.event(since, "provisioning.key_revoked", "first").await;
        world.entra.hire("late", json!({})).await;
        let everyone = super::stage::everyone(&world.entra).await.remove(0);
        world.entra.join(&everyone, "late").await;
        let cycle = push.cycle().await;
        assert_eq!((&cycle["state"], &cycle["error"]["code"]), (&json!("Failed"), &json!("Unauthorized")), "{cycle:#}");
        assert_eq!(push.state().await["quarantine"]["reason"], "EncounteredQuarantineException");

        world.later(DAY).await;
        let fresh = push.key("second").await;
        world.event(since, "provisioning.key_created", "second").await;
        push.use_token(&fresh.token).await;
        push.pushed().await;
        let state = push.state().await;
        assert!(state["quarantine"].is_null(), "{state:#}");
        let push = Push { key: fresh, ..push };
        push.must_mirror_entra("after the quarantine").await;
    })
    .await;
}

#[tokio::test]
async fn a_key_is_exchanged_between_cycles_and_under_load_without_a_lost_call() {
    World::on_each(40, async |world| {
        let push = Push::start(world).await;
        let second = push.key("second").await;
        // The cycle goes on with the key it began with while both work.
        let (cycle, ()) = tokio::join!(push.cycle(), push.use_token(&second.token));
        assert_eq!((&cycle["state"], &cycle["counts"]["failed"]), (&json!("Succeeded"), &json!(0)), "{cycle:#}");
        world.entra.change("p1", json!({ "jobTitle": "Pilot" })).await;
        push.pushed().await;
        push.revoke(&push.key).await;
        world.entra.change("p1", json!({ "jobTitle": "Captain" })).await;
        push.pushed().await;
        let old = push.call("GET", "Users?count=1", serde_json::Value::Null).await;
        assert_eq!((old.status, text(&old.body["status"])), (401, "401".to_owned()), "{:#}", old.body);
        let push = Push { key: second, ..push };
        push.must_mirror_entra("after the exchange").await;
    })
    .await;
}

#[tokio::test]
async fn a_key_that_has_an_end_ends() {
    World::on_each(3, async |world| {
        let push = Push::start(world).await;
        let path = format!("provisioning/connections/{}/keys", push.connection);
        let made = world.post(&path, json!({ "label": "short", "expires_in_days": 1 })).await;
        push.use_token(&text(&made["token"])).await;
        push.pushed().await;
        world.later(DAY + Duration::from_mins(1)).await;
        let cycle = push.cycle().await;
        assert_eq!(cycle["state"], "Succeeded", "nothing to ask, nothing refused: {cycle:#}");
        world.entra.change("p1", json!({ "jobTitle": "Pilot" })).await;
        assert_eq!(push.cycle().await["error"]["code"], "Unauthorized");
    })
    .await;
}

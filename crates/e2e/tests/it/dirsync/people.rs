//! What happens to people in Entra, and what is seen of it here.

use e2e::World;
use e2e::world::DAY;
use serde_json::json;

#[tokio::test]
async fn somebody_is_renamed() {
    World::on_each(8, async |world| {
        world.filled().await;
        let (before, since) = (world.user("p1").await, world.newest().await);
        world.entra.change("p1", json!({ "displayName": "Ada Byron", "userPrincipalName": "ada@contoso.com" })).await;
        world.delta().await;
        let after = world.user("ada").await;
        assert_eq!(after.id, before.id, "a rename never makes a new user");
        let event = world.event(since, "user.updated", "Ada Byron").await;
        assert_eq!(event["after"]["attributes"]["user_principal_name"], "ada@contoso.com", "{event:#}");
        assert_eq!(event["before"]["attributes"]["display_name"], "p1", "{event:#}");
        assert_eq!((&event["cause"]["kind"], &event["actor"]["kind"]), (&json!("run"), &json!("system")));
        world.must_mirror_entra("after a rename").await;
    })
    .await;
}

#[tokio::test]
async fn somebody_is_disabled_and_comes_back() {
    World::on_each(8, async |world| {
        world.filled().await;
        let since = world.newest().await;
        world.entra.change("p1", json!({ "accountEnabled": false })).await;
        world.delta().await;
        assert_eq!(world.standing("p1").await, "conflict/disabled");
        world.event(since, "user.conflicted", "p1").await;
        world.entra.change("p1", json!({ "accountEnabled": true })).await;
        world.delta().await;
        assert_eq!(world.standing("p1").await, "active");
        world.event(since, "user.enabled", "p1").await;
        world.must_mirror_entra("after coming back").await;
    })
    .await;
}

#[tokio::test]
async fn somebody_is_deleted_waits_in_conflict_and_is_gone_after_seven_days() {
    World::on_each(8, async |world| {
        world.filled().await;
        let since = world.newest().await;
        world.entra.delete("p1").await;
        world.delta().await;
        assert_eq!(world.standing("p1").await, "conflict/deleted");
        world.event(since, "user.conflicted", "p1").await;
        world.later(6 * DAY).await;
        assert_eq!(world.standing("p1").await, "conflict/deleted", "not before the day");
        world.later(DAY).await;
        assert_eq!(world.standing("p1").await, "deleted");
        let event = world.event(since, "user.deleted", "p1").await;
        assert_eq!(event["reason"], "due", "{event:#}");
        world.later(30 * DAY).await;
        assert_eq!(world.standing("p1").await, "absent");
        world.event(since, "user.purged", "p1").await;
    })
    .await;
}

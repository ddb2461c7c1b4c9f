//! What happens to people in Entra, and what is seen of it here.

use e2e::World;
use e2e::world::{DAY, MINUTE, text};
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
        assert_eq!(event["after"]["attributes"]["userPrincipalName"], "ada@contoso.com", "{event:#}");
        assert_eq!(event["before"]["attributes"]["displayName"], "p1", "{event:#}");
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
        assert_eq!(event["reason"], "delay_over", "{event:#}");
        world.later(30 * DAY).await;
        assert_eq!(world.standing("p1").await, "absent");
        world.event(since, "user.purged", "p1").await;
    })
    .await;
}

#[tokio::test]
async fn somebody_in_conflict_is_ignored_until_a_day() {
    World::on_each(8, async |world| {
        world.filled().await;
        world.entra.delete("p1").await;
        world.delta().await;
        let since = world.newest().await;
        let conflicts = world.get("dirsync/conflicts").await;
        assert_eq!((&conflicts["items"][0]["name"], conflicts["items"].as_array().unwrap().len()), (&json!("p1"), 1));
        let until = world.now().plus(20 * DAY);
        let decision = json!({ "act": "ignore", "until": until });
        let body =
            json!({ "kind": "user", "ids": [conflicts["items"][0]["id"]], "decision": decision, "reason": "leave" });
        assert_eq!(world.post("dirsync/conflicts/decide", body).await["decided"], 1);
        let decided = world.event(since, "dirsync.conflicts_decided", "-").await;
        assert_eq!((&decided["reason"], &decided["actor"]["name"]), (&json!("leave"), &json!("first person")));
        world.event(since, "user.enabled", "p1").await;
        world.later(19 * DAY).await;
        assert!(world.user("p1").await.state.usable(), "ignored is in use");
        world.later(DAY).await;
        assert!(!world.user("p1").await.state.usable(), "the day has come");
        assert_eq!(world.standing("p1").await, "conflict/deleted");
        world.event(since, "user.conflicted", "p1").await;
    })
    .await;
}

#[tokio::test]
async fn somebody_is_restored_in_entra_with_their_groups() {
    World::on_each(8, async |world| {
        world.filled().await;
        let before = world.user("p1").await;
        let id = before.object_id.to_string();
        world.entra.delete("p1").await;
        world.delta().await;
        assert_eq!(world.standing("p1").await, "conflict/deleted");
        let since = world.newest().await;
        world.entra.restore(&id).await;
        world.delta().await;
        assert_eq!(world.user("p1").await.id, before.id);
        world.event(since, "user.enabled", "p1").await;
        world.must_mirror_entra("after a restore").await;
        // The same after the delay: deleted here, restored there.
        world.later(2 * DAY).await;
        world.entra.delete("p1").await;
        world.delta().await;
        world.later(7 * DAY).await;
        world.later(6 * MINUTE).await;
        assert_eq!(world.standing("p1").await, "deleted");
        let since = world.newest().await;
        world.entra.restore(&id).await;
        world.delta().await;
        world.event(since, "user.restored", "p1").await;
        world.must_mirror_entra("after a late restore").await;
    })
    .await;
}

#[tokio::test]
async fn a_name_used_again_is_somebody_else_and_an_alarm() {
    World::on_each(8, async |world| {
        world.filled().await;
        let old = world.user("p1").await;
        world.entra.delete("p1").await;
        world.delta().await;
        let since = world.newest().await;
        let new = world.entra.hire("p1", json!({ "displayName": "Another" })).await;
        let run = world.delta().await;
        assert_eq!(run["totals"]["reused_names"], json!(["p1@contoso.com"]), "{run:#}");
        assert_ne!(world.user(&new).await.id, old.id);
        assert_eq!(world.standing(&old.object_id.to_string()).await, "conflict/deleted");
        let names = world.happened(since).await;
        assert!(names.iter().any(|name| name.starts_with("dirsync.user_name_reused")), "{names:?}");
        assert!(names.contains(&"user.created Another".to_owned()), "{names:?}");
    })
    .await;
}

#[tokio::test]
async fn a_manager_and_a_group_change_are_followed() {
    World::on_each(8, async |world| {
        world.filled().await;
        let boss = world.entra.id("p2").await;
        world.entra.change("p1", json!({ "manager": boss })).await;
        let sales = world.entra.found("Sales", &["p1", "p3"]).await;
        world.delta().await;
        world.must_mirror_entra("a manager and a group").await;
        let since = world.newest().await;
        world.entra.leave(&sales, "p3").await;
        world.entra.join(&sales, "p4").await;
        let nested = world.entra.found("Sales North", &["p5"]).await;
        world.entra.join(&sales, &nested).await;
        world.entra.change_group(&nested, json!({ "displayName": "North" })).await;
        world.delta().await;
        world.must_mirror_entra("other members").await;
        let event = world.event(since, "group.members_changed", "Sales").await;
        assert_eq!(event["members"].as_array().map(Vec::len), Some(3), "{event:#}");
        world.entra.delete_group(&nested).await;
        world.delta().await;
        world.must_mirror_entra("a group is gone").await;
        let names = world.happened(since).await;
        assert!(names.contains(&"group.conflicted North".to_owned()), "{names:?}");
        assert!(!text(&event["hash"]).is_empty());
    })
    .await;
}

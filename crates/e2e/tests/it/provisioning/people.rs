//! What happens to people and groups in Entra, and what is seen of it over SCIM, in the directory and in the log.

use e2e::World;
use e2e::world::{DAY, text};
use serde_json::{Value, json};

use super::stage::{DIALECTS, Plot, Push};

#[tokio::test]
async fn a_leaver_is_disabled_at_once_and_deleted_after_thirty_days() {
    World::on_each(6, async |world| {
        let push = Push::start(world).await;
        push.pushed().await;
        let (before, since) = (push.user("p1").await, world.newest().await);
        world.entra.delete("p1").await;
        assert_eq!(push.pushed().await["disabled"], 1);
        let disabled = push.user("p1").await;
        assert_eq!((&disabled["active"], &disabled["id"]), (&json!(false), &before["id"]));
        let event = world.event(since, "user.disabled", "p1").await;
        assert_eq!(event["reason"], "disabled_in_source", "{event:#}");
        assert!(push.members("Everyone").await.contains(&"p1".to_owned()), "memberships are kept");
        push.must_mirror_entra("a leaver is disabled").await;

        world.later(29 * DAY).await;
        assert_eq!(push.pushed().await["deleted"], 0, "not before the day");
        world.later(2 * DAY).await;
        assert_eq!(push.pushed().await["deleted"], 1);
        let path = format!("Users/{}", text(&before["id"]));
        assert_eq!(push.call("GET", &path, Value::Null).await.status, 404);
        assert!(!push.members("Everyone").await.contains(&"p1".to_owned()));
        world.event(since, "user.deleted", "p1").await;
        push.must_mirror_entra("a leaver is deleted").await;
        world.later(31 * DAY).await;
        world.event(since, "user.purged", "p1").await;
    })
    .await;
}

#[tokio::test]
async fn somebody_who_comes_back_has_the_same_id_and_the_same_groups() {
    World::on_each(6, async |world| {
        world.entra.found("Crew", &["p1", "p2"]).await;
        let crew = world.entra.groups().await.into_keys().collect::<Vec<_>>();
        let push = Push::with(world, Plot { order: json!({ "assign": crew }), ..Plot::default() }).await;
        push.pushed().await;
        let (before, id, since) = (push.user("p1").await, world.entra.id("p1").await, world.newest().await);
        world.entra.delete("p1").await;
        push.pushed().await;
        world.later(20 * DAY).await;
        world.entra.restore(&id).await;
        push.pushed().await;
        let after = push.user("p1").await;
        assert_eq!((&after["id"], &after["active"]), (&before["id"], &json!(true)));
        assert_eq!(push.members("Crew").await, ["p1", "p2"]);
        world.event(since, "user.disabled", "p1").await;
        world.event(since, "user.enabled", "p1").await;
        push.must_mirror_entra("somebody is back").await;
    })
    .await;
}

#[tokio::test]
async fn somebody_is_renamed_and_moves() {
    World::on_each(6, async |world| {
        for flag in DIALECTS {
            let name = format!("Entra{}", flag.len());
            let push = Push::with(world, Plot { flag, connection: json!({ "name": name }), ..Plot::default() }).await;
            push.pushed().await;
            let who = format!("p{}", if flag.is_empty() { 1 } else { 2 });
            let (before, since) = (push.user(&who).await, world.newest().await);
            let new = format!("{who}.byron@contoso.com");
            let changes = json!({ "displayName": "Ada Byron", "userPrincipalName": new, "department": "Bridge", "manager": "p5@contoso.com" });
            world.entra.change(&who, changes).await;
            push.pushed().await;
            let after = push.user(&new).await;
            assert_eq!(after["id"], before["id"], "a rename never makes a new user");
            assert_eq!(push.find("Users", &format!("userName eq \"{who}@contoso.com\"")).await, None);
            let events = world.events(since).await;
            let updated: Vec<_> = events.iter().filter(|event| event["type"] == "user.updated").collect();
            let first = updated.first().unwrap_or_else(|| panic!("{events:#?}"));
            assert_eq!(first["before"]["attributes"]["displayName"], who.as_str(), "{first:#}");
            let renamed = updated.iter().any(|it| it["after"]["attributes"]["userPrincipalName"] == new.as_str());
            assert!(renamed, "{updated:#?}");
            push.must_mirror_entra(&format!("renamed, dialect {flag:?}")).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_group_is_renamed_and_stays_the_same_group() {
    World::on_each(6, async |world| {
        let push = Push::start(world).await;
        push.pushed().await;
        let (before, since) = (push.group("Everyone").await, world.newest().await);
        let id = text(&before["externalId"]);
        world.entra.change_group(&id, json!({ "displayName": "All hands" })).await;
        push.pushed().await;
        let after = push.group("All hands").await;
        assert_eq!((&after["id"], &after["members"]), (&before["id"], &before["members"]));
        let event = world.event(since, "group.updated", "All hands").await;
        assert_eq!(event["before"]["attributes"]["displayName"], "Everyone", "{event:#}");
        push.must_mirror_entra("a group is renamed").await;
    })
    .await;
}

#[tokio::test]
async fn a_member_leaves_a_group_in_both_dialects() {
    World::on_each(6, async |world| {
        let crew = world.entra.found("Crew", &["p1", "p2", "p3", "p4"]).await;
        let assigned: Vec<_> = world.entra.groups().await.into_keys().collect();
        for (flag, who) in [(DIALECTS[0], "p1"), (DIALECTS[1], "p2")] {
            let connection = json!({ "name": format!("Entra {who}") });
            let push = Push::with(world, Plot { flag, order: json!({ "assign": assigned }), connection }).await;
            push.pushed().await;
            let since = world.newest().await;
            world.entra.leave(&crew, who).await;
            assert_eq!(push.pushed().await["members_removed"], 1);
            let left: Vec<_> = push.members("Crew").await;
            assert!(!left.contains(&who.to_owned()) && left.len() >= 2, "{left:?}");
            assert_eq!(push.user(who).await["active"], true);
            world.event(since, "group.members_changed", "Crew").await;
            push.must_mirror_entra(&format!("{who} left, dialect {flag:?}")).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_group_goes_and_one_of_the_same_name_is_another_group() {
    World::on_each(6, async |world| {
        let crew = world.entra.found("Crew", &["p1", "p2"]).await;
        let assigned: Vec<_> = world.entra.groups().await.into_keys().collect();
        let push = Push::with(world, Plot { order: json!({ "assign": assigned }), ..Plot::default() }).await;
        push.pushed().await;
        let (before, since) = (push.group("Crew").await, world.newest().await);
        world.entra.delete_group(&crew).await;
        push.pushed().await;
        assert_eq!(push.find("Groups", "displayName eq \"Crew\"").await, None);
        world.event(since, "group.deleted", "Crew").await;
        let again = world.entra.found("Crew", &["p3"]).await;
        push.tell("POST", "/assignments", json!([again])).await;
        push.pushed().await;
        let after = push.group("Crew").await;
        assert_ne!(after["id"], before["id"], "an id is never used again");
        assert_eq!((text(&after["externalId"]), push.members("Crew").await), (again, vec!["p3".to_owned()]));
        world.event(since, "group.created", "Crew").await;
        push.must_mirror_entra("another group of the same name").await;
    })
    .await;
}

#[tokio::test]
async fn somebody_is_provisioned_on_demand_in_the_other_dialect() {
    World::on_each(6, async |world| {
        let push = Push::with(world, Plot { flag: DIALECTS[1], ..Plot::default() }).await;
        push.pushed().await;
        world.entra.change("p1", json!({ "jobTitle": "Pilot", "accountEnabled": false })).await;
        let since = world.newest().await;
        let lines = push.tell("POST", "/on-demand", json!({ "object": "p1@contoso.com" })).await;
        assert_eq!(lines[0]["provisioningStatusInfo"]["status"], "success", "{lines:#}");
        let user = push.user("p1").await;
        assert_eq!((&user["active"], &user["title"]), (&json!(false), &json!("Pilot")));
        let event = push.event(since, "user.disabled", "p1").await;
        assert_eq!(event["after"]["attributes"]["jobTitle"], "Pilot", "one call, one change: {event:#}");
        let since = world.newest().await;
        let counts = push.pushed().await;
        assert_eq!(counts["updated"], 0, "the next cycle finds nothing to do: {counts:#}");
        assert_eq!(world.happened(since).await, Vec::<String>::new());
        push.must_mirror_entra("after provisioning on demand").await;
    })
    .await;
}

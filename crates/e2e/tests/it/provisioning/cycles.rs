//! Initial and incremental cycles over a generated organisation.

use std::time::Duration;

use e2e::World;
use serde_json::{Value, json};
use store::Backend;

use super::stage::{COMPLIANT, Plot, Push};

/// Everybody of a generated organisation, with guests, disabled people, managers and nested groups.
async fn organisation(world: &World, users: u32, groups: u32) {
    let order = json!({ "users": users, "groups": groups, "seed": 7 });
    world.entra.call("POST", "tenants/default/regenerate", order).await;
}

fn everybody(flag: &'static str) -> Plot {
    let behaviour = json!({ "scope": "everyone", "parallel_requests": 8 });
    Plot { flag, order: json!({ "assign": [], "behaviour": behaviour }), connection: Value::Null }
}

/// One initial cycle of an organisation of that size: everybody, every group and every membership is here as in Entra, and
/// was made once.
async fn initial_cycle(push: &Push<'_>) {
    let counts = push.pushed().await;
    let picture = push.must_mirror_entra("after the initial cycle").await;
    let (users, groups) = (picture.users.len(), picture.groups.len());
    let memberships: usize = picture.groups.values().map(|(_, members)| members.len()).sum();
    let view = push.view().await;
    assert_eq!((&view["user_count"], &view["group_count"]), (&json!(users), &json!(groups)), "{view:#}");
    let told = [&counts["created"], &counts["members_added"], &counts["failed"]];
    assert_eq!(told, [&json!(users + groups), &json!(memberships), &json!(0)], "{counts:#}");
    for (kind, count) in [("user.created", users), ("group.created", groups)] {
        let made = push.world.count_events(kind).await;
        assert_eq!(made, count, "{kind}: each was made once");
    }
}

#[tokio::test]
async fn an_initial_cycle_brings_everybody_once_and_a_second_one_changes_nothing() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        World::on(backend, 1, async |world| {
            organisation(world, 300, 20).await;
            let flag = if backend == Backend::Sqlite { "" } else { COMPLIANT };
            let push = Push::with(world, everybody(flag)).await;
            initial_cycle(&push).await;

            let since = world.newest().await;
            push.tell("POST", "/restart", json!({})).await;
            let again = push.pushed().await;
            assert_eq!(
                (&again["created"], &again["updated"], &again["members_added"]),
                (&json!(0), &json!(0), &json!(0))
            );
            assert_eq!(world.happened(since).await, Vec::<String>::new(), "what is asked again changes nothing");
        })
        .await;
    }
}

/// `VESTIBULE_CYCLE` says how many people and groups, as `10000x300`; that is the usual size of an optimised build. Without
/// optimisation a thousand people and sixty groups take half a minute of CPU, mostly in `core` and `alloc` that nobody has
/// inlined on either side, and the whole size more than ten times that.
fn whole_size() -> (u32, u32) {
    let usual = if cfg!(debug_assertions) { "1000x60" } else { "10000x300" };
    let wanted = std::env::var("VESTIBULE_CYCLE").unwrap_or_else(|_| usual.to_owned());
    let (users, groups) = wanted.split_once('x').expect("people x groups");
    (users.parse().unwrap(), groups.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_initial_cycle_of_the_whole_size_ends_in_the_same_people_groups_and_memberships() {
    let (users, groups) = whole_size();
    World::on(Backend::Sqlite, 1, async |world| {
        organisation(world, users, groups).await;
        let push = Push::with(world, everybody("")).await;
        initial_cycle(&push).await;
    })
    .await;
}

#[tokio::test]
async fn incremental_cycles_follow_everyday_life() {
    World::on_each(1, async |world| {
        organisation(world, 150, 12).await;
        let push = Push::with(world, everybody("")).await;
        // Whoever is a day old counts as a loss; here people come and go as chance has it.
        push.set(|settings| settings["limits"]["young_hours"] = json!(720)).await;
        push.pushed().await;
        for round in 0..4 {
            let order = json!({ "steps": 40, "seed": round });
            world.entra.call("POST", "tenants/default/live", order).await;
            world.advance(Duration::from_mins(40));
            let counts = push.pushed().await;
            assert!(counts["imported"].as_u64().unwrap() < 150, "only what changed is looked at: {counts:#}");
        }
        push.must_mirror_entra("after four rounds").await;
    })
    .await;
}

#[tokio::test]
async fn a_cycle_in_which_requests_are_lost_and_repeated_comes_to_the_same() {
    World::on_each(20, async |world| {
        let push = Push::start(world).await;
        let rules = [
            json!({ "kind": "lose_answer", "method": "POST", "path": "/Users", "count": 3, "skip": 2 }),
            json!({ "kind": "repeat", "method": "PATCH", "count": 5, "skip": 3 }),
            json!({ "kind": "unreachable", "method": "GET", "path": "/Users", "count": 2, "skip": 6 }),
        ];
        for rule in rules {
            push.tell("POST", "/mishaps", rule).await;
        }
        let first = push.cycle().await;
        assert_eq!(first["state"], "EntryLevelErrors", "{first:#}");
        push.tell("DELETE", "/mishaps", Value::Null).await;
        for _ in 0..2 {
            world.advance(Duration::from_mins(40));
            push.cycle().await;
        }
        push.must_mirror_entra("after lost and repeated requests").await;
        let created = world.happened(0).await.into_iter().filter(|it| it.starts_with("user.created"));
        assert_eq!(created.count(), 20, "nobody was made twice");
    })
    .await;
}

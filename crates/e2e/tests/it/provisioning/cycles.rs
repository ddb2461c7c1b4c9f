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

/// The whole size, 10,000 people and 300 groups, is run by the benchmark; in the development profile it takes minutes.
#[tokio::test]
async fn an_initial_cycle_brings_everybody_once_and_a_second_one_changes_nothing() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        World::on(backend, 1, async |world| {
            organisation(world, 300, 20).await;
            let flag = if backend == Backend::Sqlite { "" } else { COMPLIANT };
            let push = Push::with(world, everybody(flag)).await;
            let counts = push.pushed().await;
            push.must_mirror_entra("after the initial cycle").await;
            let view = push.view().await;
            let made = view["user_count"].as_u64().unwrap() + view["group_count"].as_u64().unwrap();
            assert_eq!(Some(made), counts["created"].as_u64(), "{view:#}");
            let events = world.events(0).await;
            let created = events.iter().filter(|event| {
                event["type"].as_str().is_some_and(|name| name == "user.created" || name == "group.created")
            });
            assert_eq!(created.count() as u64, made, "each was created once");

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
        // Entra writes a manager when it looks at the report; a restart looks at everybody.
        push.tell("POST", "/restart", json!({})).await;
        push.pushed().await;
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

//! Nodes that die in the middle of a run.

use std::collections::BTreeMap;

use e2e::World;
use e2e::cut;
use e2e::world::{MINUTE, text};
use kernel::Rng;
use serde_json::{Value, json};

/// Longer than a job's lease.
const LEASE_OVER: std::time::Duration = std::time::Duration::from_mins(2);

/// Limits that nothing in these stories reaches.
pub async fn without_limits(world: &World) {
    world
        .set(|settings| {
            settings["limits"]["users"] = json!(1_000_000);
            settings["limits"]["groups"] = json!(1_000_000);
            for name in ["users_percent", "groups_percent", "members_percent"] {
                settings["limits"][name] = json!(100);
            }
        })
        .await;
}

/// Everybody was created once, and nobody twice.
pub async fn nothing_was_done_twice(world: &World) {
    let mut created: BTreeMap<String, u32> = BTreeMap::new();
    for event in world.events(0).await.iter().filter(|event| text(&event["type"]).ends_with(".created")) {
        *created.entry(event["subject"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    let twice: Vec<_> = created.iter().filter(|(subject, count)| subject.contains('/') && **count > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[tokio::test]
async fn a_run_that_is_killed_twenty_times_ends_in_the_right_directory() {
    World::on_each(40, async |world| {
        let rng = Rng::seeded(20);
        world.entra.switch(json!({ "delta_page_size": 6, "group_split_size": 5 })).await;
        world.set(|settings| settings["mode"] = json!("on")).await;
        let mut run = world.begin("full").await;
        let (mut kills, mut hired) = (0, 0);
        while run["state"] != "done" || kills < 20 {
            if run["state"] == "done" {
                // It was over before it could be killed often enough: once more, with somebody new.
                hired += 1;
                world.entra.hire(&format!("late{hired}"), json!({})).await;
                run = world.begin("full").await;
            }
            let worker = world.node.worker();
            let mut work = Box::pin(async move { worker.run_due().await });
            if kills < 20 {
                kills += u32::from(cut::steps(&mut work, 3 + rng.below(25)).await.is_none());
                drop(work);
            } else {
                work.await.expect("the last execution is not killed");
            }
            world.advance(LEASE_OVER);
            run = world.again(&run).await;
            assert_ne!(run["state"], "failed", "{run:#}");
            if run["state"] == "held" {
                run = approve(world, &run).await;
            }
        }
        assert_eq!(kills, 20);
        world.must_mirror_entra("killed twenty times").await;
        nothing_was_done_twice(world).await;
    })
    .await;
}

/// Approves without running anything.
async fn approve(world: &World, run: &Value) -> Value {
    let path = format!("dirsync/runs/{}/approve", text(&run["id"]));
    world.post(&path, json!({ "allow": { "part": "all" } })).await
}

#[tokio::test]
async fn runs_killed_at_twenty_points_are_taken_up_by_the_next_node() {
    World::on_each(30, async |world| {
        let rng = Rng::seeded(21);
        without_limits(world).await;
        world.entra.switch(json!({ "delta_page_size": 6 })).await;
        world.filled().await;
        world.begin("full").await;
        let worker = world.node.worker();
        let length = cut::count(worker.run_due()).await;
        let everyone = world.entra.groups().await.into_keys().next().unwrap();
        for round in 0..20 {
            world.entra.hire(&format!("new{round}"), json!({})).await;
            world.entra.join(&everyone, &format!("new{round}")).await;
            world.entra.change(&format!("p{}", round + 2), json!({ "jobTitle": format!("Title {round}") })).await;
            let delta = round % 2 == 0;
            if delta {
                world.entra.delete(&format!("new{}", round / 2)).await;
            }
            let run = world.begin(if delta { "delta" } else { "full" }).await;
            let worker = world.node.worker();
            let mut work = Box::pin(worker.run_due());
            cut::steps(&mut work, 1 + rng.below(length)).await;
            drop(work);
            world.advance(LEASE_OVER);
            let run = world.finish(&run).await;
            assert_eq!(run["state"], "done", "round {round}: {run:#}");
            world.must_mirror_entra(&format!("round {round}")).await;
            world.advance(MINUTE);
        }
        nothing_was_done_twice(world).await;
    })
    .await;
}

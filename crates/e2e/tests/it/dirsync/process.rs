//! A node in a process of its own, killed with SIGKILL in the middle of a run.
//!
//! The other process is this test program once more, told by its environment which database to work on and what time
//! it is there.

use std::process::Stdio;
use std::time::Duration;

use e2e::world::{Ground, text};
use e2e::{Node, World};
use kernel::{Env, Timestamp};
use serde_json::{Value, json};
use tokio::process::{Child, Command};

use super::killed::nothing_was_done_twice;

const DATABASE: &str = "VESTIBULE_E2E_DATABASE";
const NOW: &str = "VESTIBULE_E2E_NOW";

/// Not a story: the other process of the story below is this very program, told so by its environment.
#[tokio::test]
async fn node_in_a_process_of_its_own() {
    let (Ok(url), Ok(now)) = (std::env::var(DATABASE), std::env::var(NOW)) else { return };
    let (env, hand) = Env::fixed(Timestamp::parse(&now).unwrap(), 1_000_000 + u64::from(std::process::id()));
    let node = Node::start(&Ground { url, env, hand, host: "127.0.0.1" }).await.unwrap();
    node.worker().run_due().await.unwrap();
}

/// Another process that does every due job and ends.
fn node(world: &World) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "dirsync::process::node_in_a_process_of_its_own"])
        .env(DATABASE, &world.ground.url)
        .env(NOW, world.now().to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn a_process_that_is_killed_is_followed_by_another_that_ends_its_work() {
    let points: [fn(&Value) -> bool; 5] = [
        |run| run["state"] == "collecting",
        |run| run["progress"]["pages"].as_u64() >= Some(2),
        |run| run["progress"]["pages"].as_u64() >= Some(9),
        |run| run["state"] != "collecting" && run["state"] != "queued",
        |run| run["progress"]["applied"].as_u64() >= Some(1),
    ];
    World::on_each(40, async |world| {
        world.entra.switch(json!({ "delta_page_size": 4 })).await;
        world.filled().await;
        for (number, reached) in points.into_iter().enumerate() {
            world.entra.hire(&format!("new{number}"), json!({})).await;
            world.entra.change("p7", json!({ "jobTitle": format!("Title {number}") })).await;
            let run = world.begin("full").await;
            let mut other = node(world);
            loop {
                let now = world.again(&run).await;
                let over = other.try_wait().unwrap().is_some();
                assert!(!over || now["state"] == "done", "the other process does its work: {now:#}");
                if over || reached(&now) {
                    break;
                }
            }
            other.kill().await.unwrap();
            world.advance(Duration::from_mins(2));
            let mut next = node(world);
            assert!(next.wait().await.unwrap().success());
            let done = world.again(&run).await;
            assert_eq!(text(&done["state"]), "done", "killed at point {number}: {done:#}");
            world.must_mirror_entra(&format!("killed at point {number}")).await;
        }
        nothing_was_done_twice(world).await;
    })
    .await;
}

//! A server in a process of its own, killed with SIGKILL in the middle of a cycle; another takes its place.
//!
//! The other process is this test program once more, told by its environment which database to work on, where to listen
//! and what time it is there.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::Stdio;

use e2e::world::{Ground, text};
use e2e::{Node, World};
use kernel::{Env, Timestamp};
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use super::stage::Push;

const DATABASE: &str = "VESTIBULE_E2E_PUSHED_DATABASE";
const NOW: &str = "VESTIBULE_E2E_PUSHED_NOW";
/// What the other process says once it serves, before its address.
const SERVES: &str = "serves at ";

/// Not a story: the other process of the story below is this very program, told so by its environment.
#[tokio::test]
async fn server_in_a_process_of_its_own() {
    let (Ok(url), Ok(now)) = (std::env::var(DATABASE), std::env::var(NOW)) else { return };
    let (env, hand) = Env::fixed(Timestamp::parse(&now).unwrap(), 2_000_000 + u64::from(std::process::id()));
    let node = Node::start(&Ground { url, env, hand, host: "127.0.0.1" }).await.unwrap();
    writeln!(std::io::stdout(), "\n{SERVES}{}", node.url).unwrap();
    std::future::pending::<()>().await;
}

/// Another process that serves, and its address.
async fn server(world: &World) -> (Child, String) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "provisioning::killed::server_in_a_process_of_its_own", "--nocapture"])
        .env(DATABASE, &world.ground.url)
        .env(NOW, world.now().to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    loop {
        let line = lines.next_line().await.unwrap().expect("the other process serves");
        if let Some(url) = line.strip_prefix(SERVES) {
            return (child, url.to_owned());
        }
    }
}

/// Everybody was created once, and nobody twice.
pub async fn nobody_was_made_twice(world: &World) {
    let mut created: BTreeMap<String, u32> = BTreeMap::new();
    for event in world.events(0).await.iter().filter(|event| text(&event["type"]).ends_with(".created")) {
        *created.entry(event["subject"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    let twice: Vec<_> = created.iter().filter(|(subject, count)| subject.contains('/') && **count > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[tokio::test]
async fn a_server_that_is_killed_during_a_cycle_loses_and_doubles_nothing() {
    World::on_each(60, async |world| {
        let push = Push::start(world).await;
        let base = push.base.clone();
        let aim = async |url: &str| {
            let target = base.replace(&world.node.url, url);
            push.tell("PATCH", "", json!({ "target_url": target })).await;
        };
        // Killed with ever more of the cycle behind it; what counts is what has been committed by then.
        for part in 1..=4 {
            let (mut child, url) = server(world).await;
            aim(&url).await;
            let enough = part * 20;
            let cut = async {
                while world.newest().await < enough {
                    tokio::task::yield_now().await;
                }
                child.kill().await.unwrap();
            };
            let (cycle, ()) = tokio::join!(push.cycle(), cut);
            assert_ne!(cycle["state"], "Succeeded", "part {part}: {cycle:#}");
            assert_ne!(cycle["state"], "Failed", "a server that is away is no reason for quarantine: {cycle:#}");
            world.advance(std::time::Duration::from_mins(40));
        }
        aim(&world.node.url).await;
        push.pushed().await;
        push.must_mirror_entra("after four kills").await;
        nobody_was_made_twice(world).await;
    })
    .await;
}

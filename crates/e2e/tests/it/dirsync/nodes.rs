//! Several nodes on one PostgreSQL, and a PostgreSQL that goes away.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use e2e::world::Ground;
use e2e::{Node, World, cut};
use kernel::Env;
use serde_json::{Value, json};
use store::{Backend, Store, args};
use testkit::postgres::Keeps;

use super::killed::nothing_was_done_twice;

const LEASE_OVER: Duration = Duration::from_mins(2);

#[tokio::test]
async fn two_nodes_ask_for_one_run_and_one_of_them_does_it() {
    World::on(Backend::Postgres, 24, async |world| {
        world.filled().await;
        let other = Node::start(&world.ground).await.unwrap();
        world.entra.hire("new", json!({})).await;
        world.advance(Duration::from_mins(6));
        tokio::join!(world.node.tick(), other.tick());
        let before = world.entra.requests("/v1.0/users/delta").await;
        let (one, two) = (world.node.worker(), other.worker());
        let (one, two) = tokio::join!(one.run_due(), two.run_due());
        assert!(one.is_ok() && two.is_ok(), "{one:?} {two:?}");
        let runs = world.get("dirsync/runs?limit=10").await;
        let deltas = runs["items"].as_array().unwrap().iter().filter(|run| run["kind"] == "delta").count();
        assert_eq!(deltas, 1, "{runs:#}");
        assert_eq!(world.entra.requests("/v1.0/users/delta").await - before, 1, "one page, read once");
        world.must_mirror_entra("after both nodes").await;
        nothing_was_done_twice(world).await;
    })
    .await;
}

#[tokio::test]
async fn the_other_node_takes_over_and_the_first_one_writes_nothing_more() {
    World::on(Backend::Postgres, 24, async |world| {
        world.entra.switch(json!({ "delta_page_size": 4 })).await;
        world.filled().await;
        let other = Node::start(&world.ground).await.unwrap();
        world.begin("full").await;
        let length = cut::count(world.node.worker().run_due()).await;
        for part in 1..=5 {
            world.entra.change("p2", json!({ "jobTitle": format!("Title {part}") })).await;
            world.entra.hire(&format!("new{part}"), json!({})).await;
            let run = world.begin("full").await;
            let worker = world.node.worker();
            let mut paused = Box::pin(worker.run_due());
            let ended = cut::steps(&mut paused, length * part / 12).await;
            assert!(ended.is_none(), "the first node is in the middle of it");
            // A node that sleeps inside a unit of work holds its locks until PostgreSQL misses it: not this story.
            while is_inside_a_unit(&other).await {
                assert!(cut::steps(&mut paused, 1).await.is_none());
            }
            other.worker().run_due().await.unwrap();
            assert_ne!(world.again(&run).await["state"], "done", "the lease is the first node's");
            world.advance(LEASE_OVER);
            other.worker().run_due().await.unwrap();
            let done = world.again(&run).await;
            assert_eq!(done["state"], "done", "{done:#}");
            let log = world.newest().await;
            // The first node wakes up from its long pause.
            paused.await.ok();
            assert_eq!(world.newest().await, log, "it had nothing to say any more");
            world.must_mirror_entra("after the takeover").await;
        }
        nothing_was_done_twice(world).await;
    })
    .await;
}

/// Whether a connection to this database waits inside a unit of work.
async fn is_inside_a_unit(node: &Node) -> bool {
    let sql = "SELECT COUNT(*) AS n FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'";
    let mut tx = node.store.read().await.unwrap();
    tx.count(sql, args![]).await.unwrap() > 0
}

/// A cluster of the story's own.
struct Cluster {
    url: String,
    folder: PathBuf,
}

impl Cluster {
    async fn start() -> Self {
        let start = || testkit::postgres::start(&std::env::temp_dir(), Keeps::Commits);
        let url = tokio::task::spawn_blocking(start).await.unwrap().unwrap();
        let folder = url.split_once("host=").map(|(_, at)| PathBuf::from(at)).unwrap();
        Self { url, folder }
    }

    async fn control(&self, arguments: Vec<String>) {
        let mut found: Vec<_> = std::fs::read_dir("/usr/lib/postgresql").unwrap().flatten().collect();
        found.sort_by_key(std::fs::DirEntry::path);
        let program = found.last().unwrap().path().join("bin/pg_ctl");
        let data = self.folder.join("data");
        let done = tokio::task::spawn_blocking(move || run(&program, &data, &arguments)).await.unwrap();
        assert!(done, "pg_ctl did what it was told");
    }

    async fn stop(&self) {
        self.control(vec!["-m".to_owned(), "immediate".to_owned(), "stop".to_owned()]).await;
    }

    async fn go_on(&self) {
        let at = self.folder.display();
        let options =
            format!("-c listen_addresses= -c unix_socket_directories={at} -c fsync=off -c max_connections=300");
        let log = format!("{at}/again.log");
        self.control(["-w", "-l", &log, "-o", &options, "start"].map(str::to_owned).to_vec()).await;
    }
}

fn run(program: &Path, data: &Path, arguments: &[String]) -> bool {
    let as_root = Command::new("id").arg("-u").output().unwrap().stdout.starts_with(b"0\n");
    let mut command = if as_root { Command::new("runuser") } else { Command::new(program) };
    if as_root {
        command.args(["-u", "postgres", "--"]).arg(program);
    }
    let quiet = command.arg("-D").arg(data).args(arguments).current_dir("/").stdout(std::process::Stdio::null());
    quiet.status().unwrap().success()
}

#[tokio::test]
async fn postgresql_goes_away_under_load_and_comes_back() {
    let cluster = Cluster::start().await;
    let store = Store::open(&store::Settings::new(&cluster.url)).await.unwrap();
    store.migrate().await.unwrap();
    store.close().await;
    let (env, hand) = Env::fixed(testkit::START, 9);
    let world = World::new(Ground { url: cluster.url.clone(), env, hand, host: "127.0.0.1" }, 30).await;
    world.entra.switch(json!({ "delta_page_size": 4 })).await;
    world.filled().await;
    world.entra.change("p3", json!({ "jobTitle": "Changed" })).await;
    let run = world.begin("full").await;
    let load = Load::start(&world);
    let worker = world.node.worker();
    let mut work = Box::pin(worker.run_due());
    // How many steps there are depends on what else the machine does; what has begun is seen from outside.
    while world.again(&run).await["state"] == "queued" {
        assert!(cut::steps(&mut work, 1).await.is_none(), "the worker is in the middle of it");
    }
    cluster.stop().await;
    let outcome = work.await;
    assert!(outcome.is_err(), "the worker says that the database is away");
    let away = world.ask("GET", "dirsync/sources", Value::Null).await;
    assert_eq!(away.status, 503, "{:#}", away.body);
    cluster.go_on().await;
    world.advance(LEASE_OVER);
    let run = world.finish(&run).await;
    assert_eq!(run["state"], "done", "{run:#}");
    let statuses = load.stop().await;
    assert!(statuses.contains(&200) && statuses.iter().all(|status| [200, 503].contains(status)), "{statuses:?}");
    world.must_mirror_entra("after PostgreSQL came back").await;
    nothing_was_done_twice(&world).await;
    world.prove_audit().await;
}

/// Callers who do not stop asking.
struct Load {
    over: Arc<AtomicBool>,
    callers: Vec<tokio::task::JoinHandle<std::collections::BTreeSet<u16>>>,
}

impl Load {
    fn start(world: &World) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let url = format!("{}/api/v1/dirsync/runs", world.node.url);
        let callers = (0..3).map(|_| tokio::spawn(Self::call(url.clone(), world.token.clone(), Arc::clone(&over))));
        Self { callers: callers.collect(), over }
    }

    async fn call(url: String, token: String, over: Arc<AtomicBool>) -> std::collections::BTreeSet<u16> {
        let client = e2e::http::client();
        let mut statuses = std::collections::BTreeSet::new();
        while !over.load(Ordering::Relaxed) {
            statuses.insert(e2e::http::ask(&client, "GET", &url, Some(&token), None).await.status);
        }
        statuses
    }

    async fn stop(self) -> std::collections::BTreeSet<u16> {
        self.over.store(true, Ordering::Relaxed);
        let mut all = std::collections::BTreeSet::new();
        for caller in self.callers {
            all.extend(caller.await.unwrap());
        }
        all
    }
}

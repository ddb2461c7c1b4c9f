//! A full sync against only draining the same pages with the same client, and deltas at two sizes.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use directory::SourceId;
use dirsync::jobs::RunHandler;
use dirsync::permissions::{ChangeSettings, DecideRun, StartRun};
use dirsync::service::runs::Part;
use dirsync::sources::{Freeze, GraphSource, Source};
use dirsync::{Dirsync, DirsyncError, Mode, OpenSource, RunKind, RunState, Settings};
use graph::{Client, GraphError, Start, User};
use kernel::{OrganisationId, Role};
use serde_json::{Value, json};
use store::worker::Worker;
use store::{Backend, Store};
use testkit::{Db, operator};
use uuid::Uuid;

use super::entra::Entra;
use super::{flag, process};

const SOURCE: SourceId = SourceId(Uuid::from_u128(0x50));

struct One(Client);

#[async_trait]
impl OpenSource for One {
    async fn open(&self, _: OrganisationId, _: SourceId) -> Result<Arc<dyn Source>, DirsyncError> {
        Ok(Arc::new(GraphSource::new(self.0.clone())))
    }
    async fn frozen(&self, _: OrganisationId, _: SourceId) -> Result<Option<Freeze>, DirsyncError> {
        Ok(None)
    }
    async fn list(&self, _: OrganisationId) -> Result<Vec<(SourceId, String)>, DirsyncError> {
        Ok(vec![(SOURCE, "bench".to_owned())])
    }
    async fn report(&self, _: OrganisationId, _: SourceId, _: &GraphError) {}
    async fn worked(&self, _: OrganisationId, _: SourceId) {}
}

/// A server's sync over one database, which outlives a loss of power as an administrator's does.
struct Server {
    /// Where its tables are.
    db: Db,
    dirsync: Dirsync,
    worker: Worker,
}

/// What something took.
struct Took {
    wall: f64,
    cpu: f64,
}

/// A run, and what it took until its plan was judged: reading and planning.
struct Ran {
    planned: f64,
}

async fn timed<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<(T, Took)> {
    let (begin, cpu) = (Instant::now(), process::cpu_seconds());
    let done = work.await?;
    Ok((done, Took { wall: begin.elapsed().as_secs_f64(), cpu: process::cpu_seconds() - cpu }))
}

impl Server {
    async fn new(backend: Backend, client: Client) -> anyhow::Result<Self> {
        let db = Db::new(backend).await?;
        let store = Store::open(&store::Settings::new(&db.url)).await?;
        let env = kernel::Env::system();
        let dirsync = Dirsync::new(store.clone(), env.clone(), Arc::new(One(client)));
        let handlers: Vec<Arc<dyn store::worker::Handler>> = vec![Arc::new(RunHandler::new(dirsync.engine()))];
        let worker = Worker::new(store, env, "bench".to_owned(), handlers);
        let server = Self { db, dirsync, worker };
        let actor = operator(server.db.organisation, Role::Owner);
        let settings = Settings { mode: Mode::On, include_disabled: true, include_guests: true, ..Settings::default() };
        server.dirsync.put_settings(&actor.may(ChangeSettings { source: SOURCE })?, 0, settings).await?;
        Ok(server)
    }

    /// A run to its end, allowed where it is held.
    async fn run(&self, kind: RunKind) -> anyhow::Result<Ran> {
        let begin = Instant::now();
        let actor = operator(self.db.organisation, Role::Owner);
        let run = self.dirsync.start_run(&actor.may(StartRun { source: SOURCE })?, kind, false).await?;
        self.worker.run_due().await?;
        let planned = begin.elapsed().as_secs_f64();
        let read = actor.may(dirsync::permissions::ReadSync {})?;
        let mut run = self.dirsync.get_run(&read, run.id).await?;
        if run.state == RunState::Held {
            let other = operator(self.db.organisation, Role::Administrator);
            self.dirsync.approve_run(&other.may(DecideRun { run: run.id })?, &Part::All, None).await?;
            self.worker.run_due().await?;
            run = self.dirsync.get_run(&read, run.id).await?;
        }
        anyhow::ensure!(run.state == RunState::Done, "the run is {}: {:?}", run.state, run.error_detail);
        Ok(Ran { planned })
    }
}

/// Reads every page and drops it.
async fn drain(client: &Client) -> anyhow::Result<(u64, u64, u64)> {
    let (mut users, mut groups, mut members) = (0, 0, 0);
    let select = User::SYNC_SELECT.iter().copied().chain(["manager"]);
    let mut reader = client.delta_users(&Start::full(select))?;
    while let Some(page) = reader.next_page().await? {
        users += page.items.len() as u64;
    }
    let select = graph::Group::SYNC_SELECT.iter().copied().chain(["members"]);
    let mut reader = client.delta_groups(&Start::full(select))?;
    while let Some(page) = reader.next_page().await? {
        groups += page.items.len() as u64;
        members += page.items.iter().map(|item| item.member_changes.len() as u64).sum::<u64>();
    }
    Ok((users, groups, members))
}

/// `dirsync`: rows (a) and (b).
#[expect(clippy::print_stdout, reason = "a tool that prints its findings")]
pub async fn run(args: &[String]) -> anyhow::Result<Value> {
    let users = flag(args, "--users", 100_000);
    let entra = Entra::start(users, flag(args, "--groups", users / 20))?;
    let client = entra.client()?;
    drain(&client).await?;
    let mut found = json!({ "users": users });
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let (read, drained) = timed(drain(&client)).await?;
        let server = Server::new(backend, client.clone()).await?;
        let (ran, synced) = Box::pin(timed(server.run(RunKind::Full))).await?;
        let (_, again) = Box::pin(timed(server.run(RunKind::Full))).await?;
        let name = format!("{backend:?}").to_lowercase();
        println!(
            "{name}: {} users, {} memberships: drain {:.2} s, full sync {:.2} s ({:.2} s until planned) = {:.2} x (CPU {:.2} x), unchanged again {:.2} s = {:.2} x",
            read.0,
            read.2,
            drained.wall,
            synced.wall,
            ran.planned,
            synced.wall / drained.wall,
            synced.cpu / drained.cpu,
            again.wall,
            again.wall / drained.wall
        );
        found[&name] = json!({
            "memberships": read.2, "drain_seconds": drained.wall, "sync_seconds": synced.wall,
            "planned_seconds": ran.planned,
            "ratio": synced.wall / drained.wall, "cpu_ratio": synced.cpu / drained.cpu,
            "unchanged_ratio": again.wall / drained.wall,
        });
        found[&name]["delta"] = Box::pin(delta(&server, &entra, backend, users)).await?;
    }
    Ok(found)
}

/// A delta of 500 changes here against the same at a tenth of the size, three times each, the best counting.
#[expect(clippy::print_stdout, reason = "a tool that prints its findings")]
async fn delta(large: &Server, entra: &Entra, backend: Backend, users: usize) -> anyhow::Result<Value> {
    let small_entra = Entra::start(users / 10, users / 200)?;
    let small = Server::new(backend, small_entra.client()?).await?;
    small.run(RunKind::Full).await?;
    let mut best = [f64::MAX; 2];
    for _ in 0..5 {
        for (place, (server, entra)) in [(large, entra), (&small, &small_entra)].into_iter().enumerate() {
            entra.live(500).await?;
            let (_, took) = Box::pin(timed(server.run(RunKind::Delta))).await?;
            best[place] = best[place].min(took.wall);
        }
    }
    println!(
        "  delta of 500 changes: {:.3} s at {users}, {:.3} s at {} = {:.2} x",
        best[0],
        best[1],
        users / 10,
        best[0] / best[1]
    );
    Ok(json!({ "large_seconds": best[0], "small_seconds": best[1], "ratio": best[0] / best[1] }))
}

/// `memory`: row (c).
#[expect(clippy::print_stdout, reason = "a tool that prints its findings")]
pub async fn memory(args: &[String]) -> anyhow::Result<Value> {
    let users = flag(args, "--users", 1_000_000);
    let entra = Entra::start(users, flag(args, "--groups", users / 50))?;
    let server = Server::new(Backend::Sqlite, entra.client()?).await?;
    let before = process::peak_mib();
    let (_, took) = Box::pin(timed(server.run(RunKind::Full))).await?;
    let peak = process::peak_mib();
    println!("full sync of {users} users: {:.0} s, at most {peak} MiB ({before} MiB before)", took.wall);
    Ok(json!({ "users": users, "seconds": took.wall, "peak_mib": peak, "before_mib": before }))
}

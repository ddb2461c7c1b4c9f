//! The server in a process of its own, with one client's key; beside it bare handlers on the same HTTP stack, and what the
//! process has spent so far.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use kernel::{Env, Role, Secret};
use provisioning::permissions::{CreateConnection, CreateKey};
use provisioning::{NewConnection, NewKey};
use serde::{Deserialize, Serialize};
use store::{Backend, Settings, Store};
use testkit::{Db, operator};
use tokio::sync::{Mutex, watch};
use vestibule::keys::{KeyOrigin, Ring};
use vestibule::{App, Config, Outside};
use web::{CsrfKey, Gate, ServeSettings, Server};

/// How to reach it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ready {
    /// The address of the SCIM resources.
    pub base: String,
    pub token: String,
    /// A handler in all layers of the server: `{bare}/{bytes}` answers with so many.
    pub bare: String,
    /// The same without the layers.
    pub naked: String,
    /// `{aside}/spent`, `{aside}/search/on`, `{aside}/search/off`.
    pub aside: String,
}

/// Processor time that was spent so far, in seconds.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Spent {
    pub server: f64,
    /// By the processes of PostgreSQL that serve it.
    pub database: f64,
}

/// A running server; ends with this value.
pub struct Hall {
    pub ready: Ready,
    child: Child,
}

impl Drop for Hall {
    fn drop(&mut self) {
        // It ends, and clears up, when its input does.
        drop(self.child.stdin.take());
        // It may have ended by itself.
        let _ = self.child.wait();
    }
}

impl Hall {
    /// Starts one over a fresh database of a kind.
    pub fn start(backend: Backend) -> anyhow::Result<Self> {
        let kind = if backend == Backend::Sqlite { "sqlite" } else { "postgres" };
        let mut command = Command::new(std::env::current_exe()?);
        let mut child = command.args(["hall", kind]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("the child has a standard output")?).read_line(&mut line)?;
        let ready = serde_json::from_str(&line).with_context(|| format!("the server said {line:?}"))?;
        Ok(Self { ready, child })
    }

    /// The process, for a profiler.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// The most memory it has held, in MiB.
    pub fn peak_mib(&self) -> u64 {
        super::process::peak_mib_of(&self.child.id().to_string())
    }
}

/// The child's side: serves until its input ends.
#[expect(clippy::print_stdout, reason = "the parent reads it")]
pub async fn serve(args: &[String]) -> anyhow::Result<()> {
    let backend = if args.get(1).is_some_and(|kind| kind == "postgres") { Backend::Postgres } else { Backend::Sqlite };
    let db = Db::new(backend).await?;
    // What is measured has connections of its own, with the usual settings.
    db.store.close().await;
    let store = Store::open(&Settings::new(&db.url)).await?;
    let [server, naked, aside] = [bind().await?, bind().await?, bind().await?];
    let mut config = Config::default();
    config.web.public_url = Some(server.url());
    config.web.requests_per_second = 0;
    let env = Env::system();
    let ring = Ring::of(&[Secret::from("07".repeat(32).as_str())], KeyOrigin::Written, &env.rng)?;
    let app = App::over(config, Outside::system(), store, ring)?;
    let owner = operator(db.organisation, Role::Owner);
    let new = NewConnection { name: "bench".to_owned(), ..NewConnection::default() };
    let connection = app.provisioning.create_connection(&owner.may(CreateConnection {})?, new).await?;
    let may = owner.may(CreateKey { connection: connection.id })?;
    let key = app.provisioning.create_key(&may, NewKey { label: "bench".to_owned(), ..NewKey::default() }).await?;
    let layered = bind().await?;
    let ready = Ready {
        base: connection.base_url.clone(),
        token: key.token().expose().clone(),
        bare: format!("{}/bare", layered.url()),
        naked: format!("{}/bare", naked.url()),
        aside: aside.url(),
    };
    let (_go_on, stop) = watch::channel(false);
    let background = app.clone();
    tokio::spawn(async move { background.run_background(stop).await });
    let somebody =
        Arc::new(Somebody { app: app.clone(), owner, types: AtomicBool::new(false), waits: Mutex::default() });
    tokio::spawn(somebody.clone().search());
    tokio::spawn(server.run(app.router.clone(), std::future::pending()));
    tokio::spawn(naked.run(fixed(), std::future::pending()));
    tokio::spawn(layered.run(in_layers(&app), std::future::pending()));
    tokio::spawn(aside.run(beside(somebody), std::future::pending()));
    println!("{}", serde_json::to_string(&ready)?);
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    Ok(())
}

async fn bind() -> anyhow::Result<Server> {
    Ok(Server::bind(ServeSettings::plain(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))).await?)
}

/// A handler that answers with so many bytes.
fn fixed() -> Router {
    Router::new().route("/bare/{bytes}", get(|Path(bytes): Path<usize>| async move { "x".repeat(bytes) }))
}

/// The same in the layers that every request of the server meets.
fn in_layers(app: &App) -> Router {
    let key = CsrfKey::new(&app.ring.csrf, app.env.rng.clone());
    let gate = Gate::new(Arc::new(app.operators.clone()), key);
    web::layers(fixed(), app.config.web.layer_settings(app.env.clone(), gate))
}

/// Somebody who searches in the console, five times a second, when told to.
struct Somebody {
    app: App,
    owner: kernel::Actor,
    types: AtomicBool,
    waits: Mutex<Vec<f64>>,
}

impl Somebody {
    async fn search(self: Arc<Self>) {
        let mut ticks = tokio::time::interval(Duration::from_millis(200));
        for letters in ["an", "bench", "user 9", "x.example", "zz"].into_iter().cycle() {
            ticks.tick().await;
            let Ok(may) = self.owner.may(directory::ReadDirectory {}) else { return };
            if self.types.load(Ordering::Relaxed) {
                let begun = Instant::now();
                // The index may not be there yet.
                if self.app.directory.search(&may, letters, 20).await.is_ok() {
                    self.waits.lock().await.push(begun.elapsed().as_secs_f64() * 1e3);
                }
            }
        }
    }

    /// What was spent, once everything that calls have left behind is done.
    async fn spent(&self) -> Spent {
        // What fails is done later, and counted then.
        let _ = self.app.provisioning.write_down().await;
        let _ = self.app.directory.catch_up_all().await;
        Spent { server: super::process::exact_cpu_seconds(), database: self.database_seconds().await.unwrap_or(0.0) }
    }

    async fn database_seconds(&self) -> anyhow::Result<f64> {
        if self.app.store.backend() == Backend::Sqlite {
            return Ok(0.0);
        }
        let sql = "SELECT CAST(pid AS BIGINT) AS pid FROM pg_stat_activity WHERE datname = current_database()";
        let rows = self.app.store.read().await?.all(sql, Vec::new()).await?;
        let mut seconds = 0.0;
        for row in rows {
            seconds += super::process::task_seconds(&format!("/proc/{}", row.get::<i64>("pid")?));
        }
        Ok(seconds)
    }
}

fn beside(somebody: Arc<Somebody>) -> Router {
    let spent = |State(somebody): State<Arc<Somebody>>| async move { Json(somebody.spent().await) };
    let search = |State(somebody): State<Arc<Somebody>>, Path(on): Path<String>| async move {
        somebody.types.store(on == "on", Ordering::Relaxed);
        Json(std::mem::take(&mut *somebody.waits.lock().await))
    };
    Router::new().route("/spent", get(spent)).route("/search/{on}", get(search)).with_state(somebody)
}

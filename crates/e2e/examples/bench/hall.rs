//! The server in a process of its own, with one client's key; and beside it a bare handler on the same HTTP stack.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;
use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use kernel::{Env, Role, Secret};
use provisioning::permissions::{CreateConnection, CreateKey};
use provisioning::{NewConnection, NewKey};
use serde::{Deserialize, Serialize};
use store::{Backend, Settings, Store};
use testkit::{Db, operator};
use tokio::sync::watch;
use vestibule::keys::{KeyOrigin, Ring};
use vestibule::{App, Config, Outside};
use web::{ServeSettings, Server};

/// How to reach it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ready {
    /// The address of the SCIM resources.
    pub base: String,
    pub token: String,
    /// The bare handler: `{bare}/{bytes}` answers with so many.
    pub bare: String,
}

/// A running server; ends with this value.
pub struct Hall {
    pub ready: Ready,
    child: Child,
}

impl Drop for Hall {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Hall {
    /// Starts one over a fresh database of a kind.
    pub fn start(backend: Backend) -> anyhow::Result<Self> {
        let kind = if backend == Backend::Sqlite { "sqlite" } else { "postgres" };
        let mut child = Command::new(std::env::current_exe()?).args(["hall", kind]).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("the child has a standard output")?).read_line(&mut line)?;
        let ready = serde_json::from_str(&line).with_context(|| format!("the server said {line:?}"))?;
        Ok(Self { ready, child })
    }

    /// Processor time it has used so far, in seconds.
    pub fn cpu_seconds(&self) -> f64 {
        super::process::cpu_seconds_of(&self.child.id().to_string())
    }

    /// The most memory it has held, in MiB.
    pub fn peak_mib(&self) -> u64 {
        super::process::peak_mib_of(&self.child.id().to_string())
    }
}

/// The child's side: serves until it is killed. Meanwhile somebody searches in the console, when told to.
#[expect(clippy::print_stdout, reason = "the parent reads it")]
pub async fn serve(args: &[String]) -> anyhow::Result<()> {
    let backend = if args.get(1).is_some_and(|kind| kind == "postgres") { Backend::Postgres } else { Backend::Sqlite };
    let db = Db::new(backend).await?;
    let store = Store::open(&Settings::new(&db.url)).await?;
    let server = Server::bind(ServeSettings::plain(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))).await?;
    let bare = Server::bind(ServeSettings::plain(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))).await?;
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
    let ready = Ready {
        base: connection.base_url.clone(),
        token: key.token().expose().clone(),
        bare: format!("{}/bare", bare.url()),
    };
    let (_go_on, stop) = watch::channel(false);
    let (background, searching) = (app.clone(), app.clone());
    tokio::spawn(async move { background.run_background(stop).await });
    tokio::spawn(async move { search(&searching, &owner).await });
    tokio::spawn(server.run(app.router.clone(), std::future::pending()));
    println!("{}", serde_json::to_string(&ready)?);
    let fixed = Router::new().route("/bare/{bytes}", get(|Path(bytes): Path<usize>| async move { "x".repeat(bytes) }));
    bare.run(fixed, std::future::pending()).await;
    Ok(())
}

/// Somebody who searches in the console, five times a second.
async fn search(app: &App, owner: &kernel::Actor) {
    let mut ticks = tokio::time::interval(std::time::Duration::from_millis(200));
    for letters in ["an", "bench", "user 9", "x.example", "zz"].into_iter().cycle() {
        ticks.tick().await;
        let Ok(may) = owner.may(directory::ReadDirectory {}) else { return };
        // The index may not be there yet.
        let _ = app.directory.search(&may, letters, 20).await;
    }
}

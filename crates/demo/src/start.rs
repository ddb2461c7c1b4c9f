//! Starts everything, in order: emulator, server, set-up, life.

use std::path::PathBuf;

use anyhow::Context as _;
use directory::SourceId;
use emulator::{Options, Running};
use kernel::OrganisationId;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use vestibule::{App, Config, Outside};
use web::Server;

use crate::folder::Folder;
use crate::ready::note;
use crate::second::Second;
use crate::second_factor::SecondFactor;
use crate::{Arguments, life, set_up};

/// Everything, running. Stop it with [`Demo::stop`].
#[derive(Debug)]
pub struct Demo {
    /// The console and the API.
    pub url: String,
    /// Who signs in.
    pub username: &'static str,
    /// With which password.
    pub password: String,
    /// A token of the role owner.
    pub api_token: String,
    /// The organisation.
    pub organisation: OrganisationId,
    /// The connected tenant, which is also the id of its source.
    pub tenant: SourceId,
    /// How many people came in.
    pub user_count: u64,
    /// The organisation that is pushed to.
    pub second: Second,
    /// Where it is pushed to.
    pub scim_url: String,
    /// The second factor that the local Entra asks for.
    pub second_factor: SecondFactor,
    /// The certificate authority of both sides, when they speak HTTPS.
    pub ca_file: Option<PathBuf>,
    /// The local Entra.
    pub emulator: Running,
    folder: Folder,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// Starts the demo; returns when the whole organisation has arrived.
pub async fn start(arguments: &Arguments) -> anyhow::Result<Demo> {
    let folder = Folder::open(arguments.data.as_deref())?;
    note(&format!("making an organisation of {} people …", arguments.users));
    let emulator = emulator::start(options(arguments, &folder)).await?;
    let mut config = config(arguments, &folder, &emulator)?;
    vestibule::log::install(&config.log);
    let server = Server::bind(config.web.serve_settings()).await.context("the server cannot start")?;
    // By name: browsers make no passkeys for an address in numbers.
    let url = server.url().replace("://127.0.0.1:", "://localhost:");
    config.web.public_url = Some(url.clone());
    config.dirsync.notification_url = Some(server.url());
    if config.dirsync.notification_base().is_none() {
        // The server is told at no address that the local Entra could go to; what changes is found by the timer.
        config.dirsync.notification_url = None;
    }
    let app = App::build(config, Outside::system()).await?;
    app.store.migrate().await?;
    let (stop, stopped) = watch::channel(false);
    let mut tasks = vec![tokio::spawn(serve(server, app.clone(), stopped.clone()))];
    tasks.push(tokio::spawn({
        let (app, stopped) = (app.clone(), stopped.clone());
        async move { app.run_background(stopped).await }
    }));
    let done = set_up::set_up(&app, &emulator, &folder, &url).await?;
    if !arguments.quiet_directory {
        tasks.push(tokio::spawn(life::live(emulator.world.clone(), emulator.tenant_id, stopped)));
    }
    let ca_file = emulator.ca_pem.is_some().then(|| folder.file(AUTHORITY));
    Ok(Demo {
        url,
        username: set_up::OWNER,
        password: done.password,
        api_token: done.api_token,
        organisation: done.organisation,
        tenant: done.tenant,
        user_count: done.user_count,
        second: done.second,
        scim_url: done.base_url,
        second_factor: done.second_factor,
        ca_file,
        emulator,
        folder,
        stop,
        tasks,
    })
}

impl Demo {
    /// Whether the data outlives the process.
    pub fn is_kept(&self) -> bool {
        self.folder.is_kept()
    }

    /// Stops everything and waits for it.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.stop.send_replace(true);
        for task in self.tasks {
            task.await?;
        }
        self.emulator.shutdown().await
    }
}

/// Only what somebody should look at. The pool complains when the one writer of SQLite is busy, which it is at first.
const QUIET: &str = "warn,sqlx=error";
const AUTHORITY: &str = "ca.pem";

fn options(arguments: &Arguments, folder: &Folder) -> Options {
    Options {
        listen: arguments.emulator,
        seed: arguments.seed,
        users: arguments.users,
        groups: arguments.groups,
        tls: arguments.tls,
        ca_file: arguments.tls.then(|| folder.file(AUTHORITY)),
        state_file: folder.is_kept().then(|| folder.file("emulator.json")),
        ..Options::default()
    }
}

fn config(arguments: &Arguments, folder: &Folder, emulator: &Running) -> anyhow::Result<Config> {
    let mut config = Config::default();
    config.web.listen = arguments.listen;
    config.signals.webhook_networks = vec!["127.0.0.0/8".to_owned(), "::1".to_owned()];
    config.store.url = Some(format!("sqlite:{}", folder.file("vestibule.db").display()).as_str().into());
    config.log.level = std::env::var("RUST_LOG").unwrap_or_else(|_| QUIET.to_owned());
    if let Some(authority) = &emulator.authority {
        let hosts = [arguments.listen.ip().to_string(), "localhost".to_owned()];
        let issued = authority.issue(&hosts, kernel::Clock::system().now())?;
        config.web.tls_certificate_file = Some(folder.write("server.pem", &issued.certificate_pem())?);
        config.web.tls_key_file = Some(folder.write("server.key.pem", &issued.key_pem())?);
        config.graph.ca_file = Some(folder.file(AUTHORITY));
    }
    Ok(config)
}

async fn serve(server: Server, app: App, mut stop: watch::Receiver<bool>) {
    let stopped = async move {
        // A sender that is gone means the same as one that says stop.
        let _ = stop.wait_for(|stop| *stop).await;
    };
    server.run(app.router, stopped).await;
}

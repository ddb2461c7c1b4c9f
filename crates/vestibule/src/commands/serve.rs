//! `vestibule serve`: the server.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::{Common, begin_log};
use crate::config::{Config, ConfigError};
use crate::keys::KeyOrigin;
use crate::{App, Outside, output};

/// The flags of `serve`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Where to listen, in place of web.listen.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// The database, in place of store.url.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Leave the database's tables as they are; for installations that run `vestibule migrate` by themselves.
    #[arg(long)]
    no_migrate: bool,
}

pub(super) async fn run(common: &Common, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut config = configured(common, arguments)?;
    begin_log(&config);
    let server = web::Server::bind(config.web.serve_settings()).await?;
    // With port 0 only the bound server knows where it is.
    let url = config.web.origin().unwrap_or_else(|| server.url());
    config.web.public_url = Some(url.clone());
    let app = App::build(config, Outside::system()).await?;
    note_key(&app.ring.origin);
    if !arguments.no_migrate {
        app.store.migrate().await?;
    }
    welcome(&app, &url).await?;
    let (stop, stopped) = watch::channel(false);
    let background = tokio::spawn({
        let app = app.clone();
        async move { app.run_background(stopped).await }
    });
    server.run(app.router.clone(), asked_to_stop()).await;
    tracing::info!("no more requests; waiting for jobs to pause");
    stop.send_replace(true);
    background.await.context("the background tasks ended badly")?;
    app.store.close().await;
    Ok(ExitCode::SUCCESS)
}

fn configured(common: &Common, arguments: &Arguments) -> Result<Config, ConfigError> {
    let mut sources = common.sources();
    let flags = [("web.listen", &arguments.listen), ("store.url", &arguments.database)];
    for (key, value) in flags {
        if let Some(value) = value {
            sources.flags.push((key.to_owned(), value.clone()));
        }
    }
    Config::load(&sources)
}

fn note_key(origin: &KeyOrigin) {
    if let KeyOrigin::Made(file) = origin {
        tracing::warn!(
            file = %file.display(),
            "NO MASTER KEY IS CONFIGURED: one was made beside the database. Whoever has both can read the secrets in \
             it, and without the key nobody can. Keep a copy apart from the database's backups, or set \
             keys.master_key_file"
        );
    }
}

/// Says where the server is and, while nobody can sign in, how the first owner does.
async fn welcome(app: &App, url: &str) -> anyhow::Result<()> {
    tracing::info!(%url, "Vestibule is serving");
    let Some(link) = app.operators.ensure_first_start().await? else { return Ok(()) };
    output::say(&format!(
        "\nNobody can sign in yet. Make yourself the owner of this server with this link, once, until {}:\n\n  {url}{}\n",
        link.expires_at,
        link.path(),
    ))?;
    Ok(())
}

/// Ends when the process is told to stop.
async fn asked_to_stop() {
    let Ok(mut terminated) = signal(SignalKind::terminate()) else {
        // Without the signal there is only the other way to stop.
        return interrupted().await;
    };
    tokio::select! {
        () = interrupted() => {}
        _ = terminated.recv() => {}
    }
}

async fn interrupted() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::error!(%error, "signals are not heard; the server can only be killed");
        std::future::pending::<()>().await;
    }
}

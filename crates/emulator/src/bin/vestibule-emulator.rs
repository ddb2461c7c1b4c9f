//! `vestibule-emulator serve`: the local Entra alone.

use std::io::Write as _;

use anyhow::Context as _;
use clap::Parser as _;
use emulator::apps::catalogue;
use emulator::config::{Arguments, Command, ServeArguments};
use emulator::{Options, Running};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // An error only says that a provider was installed before.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    match Arguments::parse().command {
        Command::Serve(arguments) => serve(&arguments).await,
        Command::Permissions => {
            let names: Vec<_> = catalogue::ROLES.iter().map(|role| format!("{}  {}", role.id, role.value)).collect();
            print(&names.join("\n"))
        }
    }
}

async fn serve(arguments: &ServeArguments) -> anyhow::Result<()> {
    let level = if arguments.verbose { "info" } else { "warn" };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| level.into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let running = emulator::start(Options::from(arguments)).await?;
    print(&welcome(&running, arguments))?;
    if let Some(file) = &arguments.ready_file {
        let text = json!({ "emulator": ready(&running, arguments) }).to_string();
        std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))?;
    }
    stop_asked_for().await?;
    running.shutdown().await
}

async fn stop_asked_for() -> anyhow::Result<()> {
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminated.recv() => {}
    }
    Ok(())
}

fn ready(running: &Running, arguments: &ServeArguments) -> Value {
    json!({
        "url": running.base_url,
        "authority": format!("{}/{}", running.base_url, running.tenant_id),
        "graph": format!("{}/v1.0", running.base_url),
        "tenant_id": running.tenant_id,
        "client_id": running.client_id,
        "client_secret": running.client_secret,
        "admin_url": running.admin_url,
        "ca_file": arguments.ca_file.as_ref().filter(|_| running.ca_pem.is_some()),
    })
}

fn welcome(running: &Running, arguments: &ServeArguments) -> String {
    let base = &running.base_url;
    let trust = match (&running.ca_pem, &arguments.ca_file) {
        (Some(_), Some(file)) => format!("\nTrust       {}", file.display()),
        (Some(pem), None) => format!("\nTrust this authority:\n{pem}"),
        (None, _) => String::new(),
    };
    format!(
        "A local Entra is ready.\n\n\
         Authority   {base}/{tenant}\n\
         Graph       {base}/v1.0\n\
         Tenant      {tenant}\n\
         Client      {client}\n\
         Secret      {secret}\n\
         Console     {base}/\n\
         Admin API   {admin}{trust}",
        tenant = running.tenant_id,
        client = running.client_id,
        secret = running.client_secret,
        admin = running.admin_url,
    )
}

fn print(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{text}").context("cannot print")
}

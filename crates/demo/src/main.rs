//! The binary `vestibule-demo`.

use anyhow::Context as _;
use clap::Parser as _;
use demo::{Arguments, ready, start};
use tokio::signal::unix::{SignalKind, signal};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // An error only says that a provider was installed before.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let arguments = Arguments::parse();
    let demo = tokio::select! {
        demo = start(&arguments) => demo?,
        stopped = asked_to_stop() => return stopped,
    };
    ready::say(&ready::banner(&demo))?;
    if let Some(file) = &arguments.ready_file {
        std::fs::write(file, ready::json(&demo).to_string())
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    asked_to_stop().await?;
    ready::say("Stopping.")?;
    demo.stop().await
}

async fn asked_to_stop() -> anyhow::Result<()> {
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminated.recv() => {}
    }
    Ok(())
}

//! `vestibule keys`: the master keys.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use kernel::Rng;
use serde_json::json;
use store::MasterKey;

use super::{Common, begin_log, open_store};
use crate::keys::{self, Ring};
use crate::output;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Makes a master key and prints it, or puts it first in the configured key file.
    Generate(Generate),
    /// Moves every secret in the database to the newest key. Restart every node with the new key first.
    Rotate(Rotate),
}

#[derive(Debug, Args)]
pub(super) struct Generate {
    /// Put the key first in the key file instead of printing it; the former keys stay below it.
    #[arg(long)]
    add: bool,
}

#[derive(Debug, Args)]
pub(super) struct Rotate {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(common: &Common, verb: &Verb) -> anyhow::Result<ExitCode> {
    match verb {
        Verb::Generate(Generate { add: false }) => output::say(MasterKey::generate(&Rng::system()).expose())?,
        Verb::Generate(Generate { add: true }) => {
            let file = keys::add(&common.load()?, &Rng::system())?;
            output::say(&format!(
                "A new key is first in {}. Now restart every node, then run `vestibule keys rotate`.",
                file.display()
            ))?;
        }
        Verb::Rotate(arguments) => rotate(common, arguments.json).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn rotate(common: &Common, as_json: bool) -> anyhow::Result<()> {
    let config = common.load()?;
    begin_log(&config);
    let ring = Ring::load(&config, &Rng::system())?;
    let store = open_store(&config).await?;
    let report = keys::rotate(&store, &ring.sealer).await?;
    store.close().await;
    if as_json {
        output::say(&output::json(&json!({ "columns": report, "keys": ring.count })))?;
        return Ok(());
    }
    let headings = ["table", "column", "moved"].map(str::to_owned);
    let rows = report.iter().map(|line| vec![line.table.to_owned(), line.column.to_owned(), line.moved.to_string()]);
    output::say(&output::table(&headings, rows.collect()))?;
    if ring.count > 1 {
        output::say(
            "Nothing in the database needs the older keys any more. Backups from before do: keep the keys with them.",
        )?;
    }
    Ok(())
}

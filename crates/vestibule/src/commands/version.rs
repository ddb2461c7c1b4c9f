//! `vestibule version`: which version this is.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::output;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let version = env!("CARGO_PKG_VERSION");
    let newest = store::migrate::names().last().unwrap_or_default();
    let text = if arguments.json {
        output::json(&json!({ "version": version, "database": newest }))
    } else {
        format!("vestibule {version}\ndatabase  {newest}")
    };
    output::say(&text)?;
    Ok(ExitCode::SUCCESS)
}

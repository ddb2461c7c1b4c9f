//! `vestibule config`: the configuration itself.

use std::process::ExitCode;

use clap::Subcommand;

use super::Common;
use crate::output;

/// The example in the repository, generated; a test fails when it is stale.
const EXAMPLE: &str = include_str!("../../../../docs/reference/vestibule.example.toml");

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Prints an example with every key, its default and what it is for.
    Example,
    /// Says whether the configuration makes sense.
    Check,
    /// Prints what results from file, environment and flags, without secrets.
    Show,
}

pub(super) fn run(common: &Common, verb: &Verb) -> anyhow::Result<ExitCode> {
    match verb {
        Verb::Example => output::say(EXAMPLE.trim_end())?,
        Verb::Check => {
            common.load()?;
            output::say("The configuration makes sense. `vestibule doctor` checks what a file cannot say.")?;
        }
        Verb::Show => output::say(common.load()?.shown().trim_end())?,
    }
    Ok(ExitCode::SUCCESS)
}

//! Repository commands, called by `./dev` and `cargo xtask`: tests, lint, demo, benchmarks, new files, house rules.
//!
//! Deliberately knows none of the crates it works on, except by their files: it must build in seconds.
#![expect(clippy::print_stdout, reason = "a command line tool talks on its standard output")]

mod command;
mod exceptions;
mod postgres;
mod repository;
mod rules;
mod verbs;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::verbs::new::Thing;

/// The repository's commands.
#[derive(Parser)]
#[command(name = "xtask", bin_name = "./dev")]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Every test: both databases, then Microsoft's own clients.
    Test(Rest),
    /// Only Microsoft's own clients against the emulator; arguments go to pytest.
    Sdk(Rest),
    /// Format, clippy, house rules.
    Lint,
    /// The server, a local Entra and a sample organisation; `--release` builds for size.
    Demo(Rest),
    /// Benchmarks.
    Bench(Rest),
    /// Formats everything.
    Fmt,
    /// Screenshots of every page.
    Shots(Rest),
    /// Writes the generated files again.
    Generate,
    /// The house rules alone; fails with every breach.
    Rules,
    /// Empty, well-formed files in the right rooms.
    #[command(subcommand)]
    New(Thing),
}

/// What is handed on as it is.
#[derive(clap::Args)]
struct Rest {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

fn main() -> ExitCode {
    match run(Cli::parse().verb) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(verb: Verb) -> Result<()> {
    match verb {
        Verb::Test(rest) => verbs::test::run(&rest.arguments),
        Verb::Sdk(rest) => verbs::sdk::run(&rest.arguments, command::Beside::Nothing),
        Verb::Lint => verbs::lint::run(),
        Verb::Demo(rest) => verbs::demo::run(&rest.arguments),
        Verb::Bench(rest) => verbs::bench::run(&rest.arguments),
        Verb::Fmt => verbs::lint::format(),
        Verb::Shots(rest) => verbs::shots::run(&rest.arguments),
        Verb::Generate => verbs::generate::run(),
        Verb::Rules => verbs::lint::rules(),
        Verb::New(thing) => verbs::new::run(&thing),
    }
}

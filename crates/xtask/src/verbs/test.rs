//! `./dev test`: every test on both databases, then clients that others wrote.
//!
//! Arguments go to `cargo test`; with a package among them only that is tested.

use anyhow::Result;

use crate::command::{Beside, cargo, run as run_command};
use crate::postgres::{Durability, Postgres, VARIABLE};
use crate::verbs::sdk;

/// Runs the tests.
pub fn run(arguments: &[String]) -> Result<()> {
    let postgres = Postgres::start(Durability::None)?;
    let narrow = names_a_package(arguments);
    let scope = if narrow { None } else { Some("--workspace") };
    let mut test = cargo(["test"].into_iter().chain(scope));
    run_command(test.args(arguments).env(VARIABLE, &postgres.url))?;
    if arguments.is_empty() { sdk::run(&[], Beside::Tests) } else { Ok(()) }
}

fn names_a_package(arguments: &[String]) -> bool {
    let ours = arguments.iter().take_while(|argument| *argument != "--");
    ours.into_iter().any(|argument| argument.starts_with("-p") || argument.starts_with("--package"))
}

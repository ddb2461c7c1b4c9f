//! `./dev lint` and `./dev fmt`: what must hold before a commit, apart from tests.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::command::{cargo, run as run_command};
use crate::repository::{Repository, root};
use crate::rules;

/// Runs every check; the quick ones first.
pub fn run() -> Result<()> {
    run_command(&mut cargo(["fmt", "--all", "--check"]))?;
    rules()?;
    run_command(&mut cargo(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    if installed("cargo-deny") {
        run_command(Command::new("cargo-deny").args(["--workspace", "check"]).current_dir(root()))?;
    }
    println!("lint: all in order");
    Ok(())
}

/// Formats everything.
pub fn format() -> Result<()> {
    run_command(&mut cargo(["fmt", "--all"]))
}

/// Checks the house rules and names every breach.
pub fn rules() -> Result<()> {
    let complaints = rules::complaints(&Repository::read()?)?;
    for complaint in &complaints {
        println!("{complaint}");
    }
    if !complaints.is_empty() {
        bail!("{} breaches of house rules", complaints.len());
    }
    println!("house rules: {} kept", rules::RULES.len());
    Ok(())
}

fn installed(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

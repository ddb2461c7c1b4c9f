//! `./dev demo`: builds and runs `vestibule-demo`. Arguments are its own, except `--release`.

use anyhow::Result;

use crate::command::{cargo, run as run_command};

/// Runs the demo in the foreground. The plain build starts soonest; `--release` is for large organisations.
pub fn run(arguments: &[String]) -> Result<()> {
    let (ours, theirs): (Vec<&String>, Vec<&String>) = arguments.iter().partition(|argument| *argument == "--release");
    let mut demo = cargo(["run", "--package", "demo", "--bin", "vestibule-demo"]);
    run_command(demo.args(ours).arg("--").args(theirs))
}

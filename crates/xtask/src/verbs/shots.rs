//! `./dev shots`: runs the screenshot binary of `e2e`.

use anyhow::{Result, ensure};

use crate::command::{cargo, run as run_command};
use crate::repository::root;

const SOURCE: &str = "crates/e2e/src/bin/shots.rs";

/// Takes the screenshots.
pub fn run(arguments: &[String]) -> Result<()> {
    ensure!(root().join(SOURCE).exists(), "there is no {SOURCE}");
    let mut shots = cargo(["run", "--package", "e2e", "--bin", "shots", "--"]);
    run_command(shots.args(arguments))
}

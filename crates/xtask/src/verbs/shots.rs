//! `./dev shots`: runs the screenshots of `e2e`.

use anyhow::{Result, ensure};

use crate::command::{cargo, run as run_command};
use crate::repository::root;

const SOURCE: &str = "crates/e2e/examples/shots.rs";

/// Takes the screenshots.
pub fn run(arguments: &[String]) -> Result<()> {
    ensure!(root().join(SOURCE).exists(), "there is no {SOURCE}");
    let mut shots = cargo(["run", "--package", "e2e", "--example", "shots", "--"]);
    run_command(shots.args(arguments))
}

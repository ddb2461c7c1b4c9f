//! `./dev generate`: writes the generated files again.
//!
//! The tests that find them stale are the ones that write them, when they are asked to.

use anyhow::Result;

use crate::command::{cargo, run as run_command};

/// Tells a freshness test to write instead of to complain.
const VARIABLE: &str = "VESTIBULE_GENERATE";

/// Writes every generated file.
pub fn run() -> Result<()> {
    run_command(cargo(["test", "--package", "vestibule", "fresh"]).env(VARIABLE, "1"))
}

//! `./dev generate`: writes the generated files again.
//!
//! The tests that find them stale are the ones that write them, when they are asked to.

use anyhow::Result;

use crate::command::{cargo, run as run_command};

/// Tells a freshness test to write instead of to complain.
const VARIABLE: &str = "VESTIBULE_GENERATE";

/// Writes every generated file. Twice, because the command line is made from the API's description that the first pass
/// writes.
pub fn run() -> Result<()> {
    for _ in 0..2 {
        run_command(cargo(["test", "--package", "vestibule", "fresh"]).env(VARIABLE, "1"))?;
    }
    Ok(())
}

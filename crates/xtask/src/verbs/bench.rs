//! `./dev bench NAME`: runs the benchmarks of `e2e`, with a PostgreSQL that pays for durability.

use anyhow::Result;

use crate::command::{cargo, run as run_command};
use crate::postgres::{Durability, Postgres, VARIABLE};

/// Runs a benchmark.
pub fn run(arguments: &[String]) -> Result<()> {
    let postgres = Postgres::start(Durability::Full)?;
    let mut bench = cargo(["run", "--release", "--package", "e2e", "--example", "bench", "--"]);
    run_command(bench.args(arguments).env(VARIABLE, &postgres.url))
}

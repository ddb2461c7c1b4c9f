//! The benchmarks: `./dev bench NAME`. Prints ratios measured side by side in one run, and writes JSON beside them.
//!
//! | name | measures |
//! |---|---|
//! | `dirsync` | full sync against only draining the same pages; a delta of 500 changes at two sizes |
//! | `memory` | the most memory the server holds during a full sync of a million users |
//! | `index` | "is in group", memory, refresh at a million users |
//! | `console` | people found in the console of the `vestibule-demo` whose ready-file is `--ready-file`, over HTTP |
//! | `provisioning` | what each SCIM verb costs at two sizes, a mixed load, memory |
//! | `mfa` | a second factor against the signatures that it needs; one-time codes; both at two sizes |
//!
//! The emulator runs in a process of its own, so that what is counted is the server's.
#![expect(clippy::print_stdout, reason = "a tool that prints its findings")]

#[path = "bench/console.rs"]
mod console_bench;
#[path = "bench/dirsync.rs"]
mod dirsync_bench;
#[path = "bench/entra.rs"]
mod entra;
#[path = "bench/hall.rs"]
mod hall;
#[path = "bench/index.rs"]
mod index_bench;
#[path = "bench/mfa.rs"]
mod mfa_bench;
#[path = "bench/process.rs"]
mod process;
#[path = "bench/provisioning.rs"]
mod provisioning_bench;

use anyhow::Context as _;
use serde_json::Value;

/// The server's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let name = args.first().map_or("dirsync", String::as_str);
    // An error means that a provider is there already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let found = match name {
        "entra" => return entra::serve(&args).await,
        "hall" => return hall::serve(&args).await,
        "dirsync" => Box::pin(dirsync_bench::run(&args)).await?,
        "memory" => Box::pin(dirsync_bench::memory(&args)).await?,
        "index" => index_bench::run(&args)?,
        "console" => console_bench::run(&args).await?,
        "provisioning" => provisioning_bench::run(&args).await?,
        "mfa" => Box::pin(mfa_bench::run(&args)).await?,
        other => anyhow::bail!(
            "there is no benchmark {other}; there are dirsync, memory, index, console, provisioning and mfa"
        ),
    };
    write(name, &found)
}

/// A number after a flag: `--users 1000`.
pub fn flag(args: &[String], name: &str, default: usize) -> usize {
    let place = args.iter().position(|arg| arg == name);
    place.and_then(|place| args.get(place + 1)?.parse().ok()).unwrap_or(default)
}

fn write(name: &str, found: &Value) -> anyhow::Result<()> {
    let folder = std::path::Path::new("target/bench");
    std::fs::create_dir_all(folder)?;
    let file = folder.join(format!("{name}.json"));
    std::fs::write(&file, serde_json::to_string_pretty(found)?).context("the findings cannot be written")?;
    println!("written to {}", file.display());
    Ok(())
}

//! A private PostgreSQL for tests and benchmarks: own folder, own socket, gone when `xtask` ends, however it ends.
//!
//! Deliberately needs no port, no password and no running service, and never touches a cluster of the machine.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

/// The variable that tells tests where PostgreSQL is.
pub const VARIABLE: &str = "VESTIBULE_TEST_POSTGRES";

const SCRIPT: &str = include_str!("postgres/cluster.sh");

/// What a crash may cost.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Everything: for tests, where speed is all.
    None,
    /// Nothing: for benchmarks, which must pay what an administrator pays.
    Full,
}

/// A PostgreSQL that answers, until it is dropped.
pub struct Postgres {
    /// The address in the form that `sqlx` reads.
    pub url: String,
    cluster: Option<Child>,
}

impl Postgres {
    /// The server that `VESTIBULE_TEST_POSTGRES` names, or a private one.
    pub fn start(durability: Durability) -> Result<Self> {
        if let Ok(url) = std::env::var(VARIABLE)
            && !url.is_empty()
        {
            println!("PostgreSQL: {VARIABLE} is set");
            return Ok(Self { url, cluster: None });
        }
        let binaries = newest_binaries()?;
        let mut cluster = command(&binaries, durability)?.spawn().context("sh cannot be started")?;
        let mut folder = String::new();
        let output = cluster.stdout.take().context("the script has an output")?;
        BufReader::new(output).read_line(&mut folder).context("the script cannot be heard")?;
        if folder.is_empty() {
            bail!("PostgreSQL does not start (its own words are above); both databases are needed");
        }
        let folder = folder.trim_end();
        println!("PostgreSQL: {} on a private socket in {folder}", binaries.display());
        Ok(Self { url: format!("postgres://vestibule@localhost/postgres?host={folder}"), cluster: Some(cluster) })
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(mut cluster) = self.cluster.take() {
            // Invariant: the closed pipe is the order to stop; waiting lets the folder go before we do.
            drop(cluster.stdin.take());
            let _ = cluster.wait();
        }
    }
}

/// The script, in a process group of its own so that Ctrl-C reaches it only as a closed pipe.
fn command(binaries: &PathBuf, durability: Durability) -> Result<Command> {
    let mut command = Command::new("sh");
    command.arg("-c").arg(SCRIPT).arg("cluster.sh").arg(binaries);
    command.arg("max_connections=400").arg("max_locks_per_transaction=256");
    if durability == Durability::None {
        command.args(["fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum_naptime=5min"]);
        command.args(["wal_level=minimal", "max_wal_senders=0", "max_wal_size=256MB"]);
    } else {
        command.args(["shared_buffers=512MB", "max_wal_size=4GB"]);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0).current_dir("/");
    if let Some((user, group)) = stand_in()? {
        command.uid(user).gid(group);
    }
    Ok(command)
}

/// PostgreSQL refuses to run as root: then `postgres` or `nobody` stands in.
fn stand_in() -> Result<Option<(u32, u32)>> {
    let status = fs::read_to_string("/proc/self/status").context("/proc is not mounted")?;
    let effective = status.lines().find_map(|line| line.strip_prefix("Uid:")?.split_whitespace().nth(1));
    if effective != Some("0") {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").context("/etc/passwd cannot be read")?;
    let found = ["postgres", "nobody"].iter().find_map(|name| ids_of(&users, name));
    found.map(Some).context("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody")
}

fn ids_of(users: &str, name: &str) -> Option<(u32, u32)> {
    let mut fields = users.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?.split(':').skip(1);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// Where Debian keeps the newest server, whose programs are not on the path.
fn newest_binaries() -> Result<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let binaries = versions.filter_map(|entry| {
        let version: u32 = entry.file_name().to_str()?.parse().ok()?;
        let folder = entry.path().join("bin");
        folder.join("initdb").exists().then_some((version, folder))
    });
    let newest = binaries.max_by_key(|(version, _)| *version).map(|(_, folder)| folder);
    newest.with_context(|| format!("there is no PostgreSQL: run `./dev ready`, or set {VARIABLE}"))
}

#[cfg(test)]
mod tests;

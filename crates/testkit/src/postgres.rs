//! A private PostgreSQL for the tests: the one in `VESTIBULE_TEST_POSTGRES`, or a cluster of this process's own.
//!
//! Each test gets a database copied from a migrated template, which takes milliseconds.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use store::{Settings, Store};
use tokio::sync::OnceCell;

static SERVER: OnceCell<String> = OnceCell::const_new();
static TEMPLATE: OnceCell<()> = OnceCell::const_new();
static COUNT: AtomicU64 = AtomicU64::new(0);
/// Two copies of one template at the same time are refused: one at a time, over all of this process's tests.
static COPY: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
/// Databases whose tests are over: they go before the next one comes, so that a whole run needs little room.
static OVER: std::sync::Mutex<Vec<String>> = std::sync::Mutex::new(Vec::new());

/// The environment variable that names a server to use: `postgres://user@localhost/postgres?host=/path/of/socket`.
pub const VARIABLE: &str = "VESTIBULE_TEST_POSTGRES";

/// A test's database; it is dropped some time after this.
pub struct Database {
    /// Where it is.
    pub url: String,
    name: String,
}

impl Drop for Database {
    fn drop(&mut self) {
        OVER.lock().unwrap_or_else(PoisonError::into_inner).push(std::mem::take(&mut self.name));
    }
}

/// A fresh, migrated database.
pub async fn fresh_database() -> anyhow::Result<Database> {
    let server = SERVER.get_or_try_init(server).await?;
    let template = format!("vestibule_template_{}", std::process::id());
    TEMPLATE.get_or_try_init(|| make_template(server, &template)).await?;
    let name = format!("vestibule_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let _one = COPY.lock().await;
    drop_what_is_over(server).await?;
    run(server, &format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")).await?;
    Ok(Database { url: with_database(server, &name), name })
}

async fn drop_what_is_over(server: &str) -> anyhow::Result<()> {
    let over = std::mem::take(&mut *OVER.lock().unwrap_or_else(PoisonError::into_inner));
    for name in over {
        run(server, &format!("DROP DATABASE {name} WITH (FORCE)")).await?;
    }
    Ok(())
}

async fn make_template(server: &str, name: &str) -> anyhow::Result<()> {
    run(server, &format!("CREATE DATABASE {name}")).await?;
    let store = Store::open(&Settings::new(with_database(server, name))).await?;
    store.migrate().await?;
    store.close().await;
    Ok(())
}

async fn run(server: &str, sql: &str) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(server).await.context("connecting to the test PostgreSQL")?;
    connection.execute(AssertSqlSafe(sql.to_owned())).await.with_context(|| sql.to_owned())?;
    connection.close().await?;
    Ok(())
}

fn with_database(server: &str, name: &str) -> String {
    let (head, query) = server.split_once('?').map_or((server, ""), |(head, query)| (head, query));
    let base = head.rsplit_once('/').map_or(head, |(base, _)| base);
    if query.is_empty() { format!("{base}/{name}") } else { format!("{base}/{name}?{query}") }
}

async fn server() -> anyhow::Result<String> {
    match std::env::var(VARIABLE) {
        Ok(url) => Ok(url),
        Err(_) => tokio::task::spawn_blocking(|| start(&std::env::temp_dir(), Keeps::Nothing)).await?,
    }
}

/// What a cluster keeps when it is stopped without a word. A crash of the whole machine costs everything either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// What it had time to write: for tests during which it runs, where speed is all.
    Nothing,
    /// Every commit that it acknowledged, as a cluster does that nobody has told otherwise.
    Commits,
}

/// Starts a cluster on a socket in a new folder below `parent`; it ends, and the folder goes, when this process ends.
pub fn start(parent: &Path, keeps: Keeps) -> anyhow::Result<String> {
    let binaries = binaries()?;
    let folder = tempfile::Builder::new().prefix("vpg").tempdir_in(parent)?.keep();
    let as_root = Command::new("id").arg("-u").output()?.stdout.starts_with(b"0\n");
    if as_root {
        // PostgreSQL refuses to run as root: Debian's package brings the user.
        ensure(Command::new("chown").arg("postgres").arg(&folder))?;
    }
    let prefix = if as_root { "runuser -u postgres --" } else { "" };
    let (bin, at) = (binaries.display(), folder.display());
    let commit = if keeps == Keeps::Commits { "on" } else { "off" };
    // The shell outlives nobody: when this process ends, its standard input closes, and it stops the server.
    let script = format!(
        "{prefix} {bin}/initdb -D {at}/data -A trust -U postgres --no-sync -E UTF8 --locale=C >{at}/initdb.log 2>&1 || exit 1
         {prefix} {bin}/postgres -D {at}/data -c listen_addresses= -c unix_socket_directories={at} -c fsync=off \
             -c full_page_writes=off -c synchronous_commit={commit} -c max_connections=300 -c shared_buffers=128MB \
             -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=256MB >{at}/postgres.log 2>&1 &
         server=$!
         cat >/dev/null
         {prefix} {bin}/pg_ctl -D {at}/data -m immediate stop >/dev/null 2>&1 || kill $server
         wait $server
         rm -rf {at}"
    );
    let mut shell = Command::new("sh").arg("-c").arg(script).stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    let mut stdin = shell.stdin.take().context("the shell has a standard input")?;
    stdin.flush()?;
    // The pipe stays open until the process ends.
    std::mem::forget(stdin);
    wait_for(&folder, &mut shell)?;
    Ok(format!("postgres://postgres@localhost/postgres?host={at}"))
}

#[expect(clippy::disallowed_methods, reason = "a server outside this process has no event to wait for")]
fn wait_for(folder: &Path, shell: &mut std::process::Child) -> anyhow::Result<()> {
    let end = Instant::now() + Duration::from_mins(1);
    while !is_ready(folder) {
        if shell.try_wait()?.is_some() || Instant::now() > end {
            let log = std::fs::read_to_string(folder.join("postgres.log"))
                .or_else(|_| std::fs::read_to_string(folder.join("initdb.log")))
                .unwrap_or_default();
            bail!("PostgreSQL did not start: {log}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// The socket is there before the server answers; the last line of its lock file says when it does.
fn is_ready(folder: &Path) -> bool {
    let lock = std::fs::read_to_string(folder.join("data/postmaster.pid")).unwrap_or_default();
    lock.lines().last().is_some_and(|status| status.trim() == "ready")
}

fn ensure(command: &mut Command) -> anyhow::Result<()> {
    if command.status()?.success() {
        Ok(())
    } else {
        bail!("{command:?} failed; is Debian's package postgresql installed?")
    }
}

fn binaries() -> anyhow::Result<PathBuf> {
    let mut found: Vec<_> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().context("PostgreSQL's server is missing: apt-get install postgresql, or set VESTIBULE_TEST_POSTGRES")
}

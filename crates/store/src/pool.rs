//! The pools: one writer and a few readers on SQLite, one pool on PostgreSQL.

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite, Transaction};
use tokio::sync::watch;

use crate::tx::Inner as TxInner;
use crate::{Backend, StoreError, Tx};

/// Where the database is and how much of it may be used.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `sqlite:path/to/file.db` or `postgres://…`.
    pub url: String,
    /// The most connections to hold (readers on SQLite, all on PostgreSQL).
    pub max_connections: u32,
    /// How long to wait for a connection or for a lock before giving up.
    pub acquire_timeout: Duration,
    /// Whether what was committed outlives a loss of power too, not only the end of the process. SQLite alone: PostgreSQL
    /// decides that itself. Costs a flush of the disk for each unit of work.
    pub outlives_power_loss: bool,
}

impl Settings {
    /// A database by its URL, with the usual limits.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            max_connections: 8,
            acquire_timeout: Duration::from_secs(10),
            outlives_power_loss: true,
        }
    }
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pools: Pools,
    wake: Wake,
}

#[derive(Clone)]
enum Pools {
    Sqlite { read: SqlitePool, write: SqlitePool },
    Postgres(PgPool),
}

/// Tells the tasks of this process that something was committed.
#[derive(Clone)]
pub(crate) struct Wake(Arc<watch::Sender<u64>>);

impl Wake {
    pub(crate) fn wake(&self) {
        self.0.send_modify(|count| *count = count.wrapping_add(1));
    }
}

impl Store {
    /// Opens the database without touching its tables; see [`Store::migrate`].
    pub async fn open(settings: &Settings) -> Result<Self, StoreError> {
        let wake = Wake(Arc::new(watch::Sender::new(0)));
        let pools = if settings.url.starts_with("postgres:") || settings.url.starts_with("postgresql:") {
            Pools::Postgres(open_postgres(settings).await?)
        } else if settings.url.starts_with("sqlite:") {
            open_sqlite(settings).await?
        } else {
            return Err(StoreError::Settings("the database URL must begin with sqlite: or postgres:".to_owned()));
        };
        Ok(Self { pools, wake })
    }

    /// Brings the tables up to date. Safe to call from several nodes at once.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        match &self.pools {
            Pools::Sqlite { write, .. } => crate::migrate::run(write, Backend::Sqlite).await,
            Pools::Postgres(pool) => crate::migrate::run(pool, Backend::Postgres).await,
        }
    }

    /// Which database is underneath.
    pub fn backend(&self) -> Backend {
        match self.pools {
            Pools::Sqlite { .. } => Backend::Sqlite,
            Pools::Postgres(_) => Backend::Postgres,
        }
    }

    /// Begins a unit of work. On SQLite only one is open at a time: keep it short, and never begin a second inside.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let inner = match &self.pools {
            Pools::Sqlite { write, .. } => TxInner::Sqlite(begin_to_write(write).await?),
            Pools::Postgres(pool) => TxInner::Postgres(pool.begin().await?),
        };
        Ok(Tx { inner, wake: self.wake.clone(), announce: false })
    }

    /// Begins a read that sees one moment of the database, however long it takes.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        let inner = match &self.pools {
            Pools::Sqlite { read, .. } => TxInner::Sqlite(read.begin().await?),
            Pools::Postgres(pool) => {
                TxInner::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
            }
        };
        Ok(Tx { inner, wake: self.wake.clone(), announce: false })
    }

    /// Changes whenever a unit of work that called [`Tx::announce`] has committed, here or (with
    /// [`Store::listen`] running) on another node. A hint, not a promise: readers poll as well.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.wake.0.subscribe()
    }

    /// Hears of other nodes' commits, for as long as the future lives. On SQLite there are none to hear of.
    pub async fn listen(&self) -> Result<(), StoreError> {
        let Pools::Postgres(pool) = &self.pools else {
            return std::future::pending().await;
        };
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen("vestibule").await?;
        loop {
            listener.recv().await?;
            self.wake.wake();
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.read().await?.all("SELECT 1 AS n", Vec::new()).await.map(drop)
    }

    /// Closes every connection.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

/// Begins on the one connection that writes. A unit of work that met a full disk is given up by SQLite itself, which the
/// connection does not notice: it would believe for ever that one is open. Then a new connection takes its place.
async fn begin_to_write(write: &SqlitePool) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
    match write.begin_with("BEGIN IMMEDIATE").await {
        Err(sqlx::Error::InvalidSavePointStatement) => {
            write.acquire().await?.close().await?;
            write.begin_with("BEGIN IMMEDIATE").await
        }
        outcome => outcome,
    }
}

async fn open_sqlite(settings: &Settings) -> Result<Pools, StoreError> {
    let options = SqliteConnectOptions::from_str(&settings.url)
        .map_err(|_| StoreError::Settings("the SQLite URL must be sqlite:<path of a file>".to_owned()))?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(if settings.outlives_power_loss { SqliteSynchronous::Full } else { SqliteSynchronous::Normal })
        .busy_timeout(settings.acquire_timeout)
        .foreign_keys(true)
        .pragma("cache_size", "-131072")
        .pragma("temp_store", "MEMORY")
        // Pages that many units of work change are written to the file once for all of them.
        .pragma("wal_autocheckpoint", "16384")
        .pragma("journal_size_limit", "134217728")
        // Rows wait for whoever reads them, not the other way round: a hand-over each costs more than the row.
        .row_buffer_size(1_024)
        .statement_cache_capacity(256);
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(settings.acquire_timeout * 6)
        .connect_with(options.clone())
        .await?;
    let read = SqlitePoolOptions::new()
        .max_connections(settings.max_connections.max(2))
        .acquire_timeout(settings.acquire_timeout)
        .connect_with(options.read_only(true).create_if_missing(false).pragma("cache_size", "-16384"))
        .await?;
    Ok(Pools::Sqlite { read, write })
}

async fn open_postgres(settings: &Settings) -> Result<PgPool, StoreError> {
    let options = PgConnectOptions::from_str(&settings.url)
        .map_err(|_| {
            StoreError::Settings("the PostgreSQL URL must be postgres://user:password@host/database".to_owned())
        })?
        .application_name("vestibule")
        // A node that freezes inside a unit of work must not keep its locks for ever.
        .options([("idle_in_transaction_session_timeout", "120s")]);
    let pool = PgPoolOptions::new()
        .max_connections(settings.max_connections.max(4))
        .acquire_timeout(settings.acquire_timeout)
        .connect_with(options)
        .await?;
    Ok(pool)
}

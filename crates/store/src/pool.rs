//! The pools: one writer and a few readers on SQLite, one pool on PostgreSQL.

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};
use tokio::sync::watch;

use crate::loan::{Lender, Postgres, Sqlite};
use crate::sqlite::Options;
use crate::tidy::{After, Tidy};
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
    /// decides that itself. Costs a flush of the disk, which units of work at the same time share.
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
    Sqlite {
        read: Lender<Sqlite>,
        write: Lender<Sqlite>,
        after: After,
        /// Where it is, for migrations.
        url: String,
    },
    Postgres {
        all: Lender<Postgres>,
        /// For hearing what other nodes say.
        ears: PgPool,
    },
}

/// Tells the tasks of this process that something was committed.
#[derive(Clone)]
pub(crate) struct Wake(Arc<Bells>);

/// Whoever runs jobs need not hear of every commit: each look of theirs costs.
struct Bells {
    commits: watch::Sender<u64>,
    jobs: watch::Sender<u64>,
}

impl Wake {
    fn new() -> Self {
        Self(Arc::new(Bells { commits: watch::Sender::new(0), jobs: watch::Sender::new(0) }))
    }

    pub(crate) fn wake(&self, news: News) {
        let ring = |bell: &watch::Sender<u64>| bell.send_modify(|count| *count = count.wrapping_add(1));
        if news >= News::Commit {
            ring(&self.0.commits);
        }
        if news >= News::Job {
            ring(&self.0.jobs);
        }
    }
}

/// What a unit of work has to tell once it has committed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum News {
    /// Nothing.
    #[default]
    None,
    /// There is something new to read.
    Commit,
    /// There is a job to do besides.
    Job,
}

impl News {
    /// What another node says.
    fn of(word: &str) -> Self {
        if word == "job" { Self::Job } else { Self::Commit }
    }
}

impl Store {
    /// Opens the database without touching its tables; see [`Store::migrate`].
    pub async fn open(settings: &Settings) -> Result<Self, StoreError> {
        let wake = Wake::new();
        let pools = if settings.url.starts_with("postgres:") || settings.url.starts_with("postgresql:") {
            open_postgres(settings).await?
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
            Pools::Sqlite { write, url, .. } => {
                let _turn = write.look().await?;
                crate::migrate::run_on_sqlite(url).await?;
            }
            Pools::Postgres { all, .. } => {
                let mut connection = all.look().await?;
                crate::migrate::run_on_postgres(&mut connection).await?;
                connection.answered();
            }
        }
        Ok(())
    }

    /// Which database is underneath.
    pub fn backend(&self) -> Backend {
        match self.pools {
            Pools::Sqlite { .. } => Backend::Sqlite,
            Pools::Postgres { .. } => Backend::Postgres,
        }
    }

    /// Begins a unit of work. On SQLite only one is open at a time: keep it short, and never begin a second inside.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let (inner, after) = match &self.pools {
            Pools::Sqlite { write, after, .. } => {
                (TxInner::Sqlite(write.begin("BEGIN IMMEDIATE").await?), Some(after.clone()))
            }
            Pools::Postgres { all, .. } => (TxInner::Postgres(all.begin("BEGIN").await?), None),
        };
        Ok(Tx { after, ..self.over(inner) })
    }

    /// Begins a read that sees one moment of the database, however long it takes.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        Ok(self.over(match &self.pools {
            Pools::Sqlite { read, .. } => TxInner::Sqlite(read.begin("BEGIN").await?),
            Pools::Postgres { all, .. } => TxInner::Postgres(all.begin(begin).await?),
        }))
    }

    /// Begins a read of which each statement sees the moment it is run: for one statement, or for what need not fit
    /// together. Costs less than [`Store::read`].
    pub async fn look(&self) -> Result<Tx, StoreError> {
        Ok(self.over(match &self.pools {
            Pools::Sqlite { read, .. } => TxInner::Sqlite(read.look().await?),
            Pools::Postgres { all, .. } => TxInner::Postgres(all.look().await?),
        }))
    }

    fn over(&self, inner: TxInner) -> Tx {
        Tx { inner, wake: self.wake.clone(), news: News::None, after: None }
    }

    /// Changes whenever a unit of work that called [`Tx::announce`] has committed, here or (with
    /// [`Store::listen`] running) on another node. A hint, not a promise: readers poll as well.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.wake.0.commits.subscribe()
    }

    /// Changes whenever a job was queued, here or (with [`Store::listen`] running) on another node. As much a hint.
    pub fn jobs(&self) -> watch::Receiver<u64> {
        self.wake.0.jobs.subscribe()
    }

    /// Hears of other nodes' commits, for as long as the future lives. On SQLite there are none to hear of.
    pub async fn listen(&self) -> Result<(), StoreError> {
        let Pools::Postgres { ears, .. } = &self.pools else {
            return std::future::pending().await;
        };
        let mut listener = PgListener::connect_with(ears).await?;
        listener.listen("vestibule").await?;
        loop {
            let news = News::of(listener.recv().await?.payload());
            self.wake.wake(news);
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.read().await?.all("SELECT 1 AS n", Vec::new()).await.map(drop)
    }

    /// Closes every connection.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { read, write, after, .. } => {
                after.tidy.close().await;
                read.close().await;
                write.close().await;
            }
            Pools::Postgres { all, ears } => {
                ears.close().await;
                all.close().await;
            }
        }
    }
}

async fn open_sqlite(settings: &Settings) -> Result<Pools, StoreError> {
    let options = Options::new(settings)?;
    let patience = settings.acquire_timeout;
    let write = Lender::new(options.clone(), 1, patience * 6)?;
    // Makes the file, if there is none.
    drop(write.look().await?);
    let flush = settings.outlives_power_loss.then(|| options.flush());
    let after = After { tidy: Tidy::new(&options, write.clone())?, flush };
    let read = Lender::new(options.reader(), settings.max_connections.max(2), patience)?;
    drop(read.look().await?);
    Ok(Pools::Sqlite { read, write, after, url: settings.url.clone() })
}

async fn open_postgres(settings: &Settings) -> Result<Pools, StoreError> {
    let options = PgConnectOptions::from_str(&settings.url)
        .map_err(|_| {
            StoreError::Settings("the PostgreSQL URL must be postgres://user:password@host/database".to_owned())
        })?
        .application_name("vestibule")
        // A node that freezes inside a unit of work must not keep its locks for ever.
        .options([("idle_in_transaction_session_timeout", "120s")]);
    let all = Lender::new(options.clone(), settings.max_connections.max(4), settings.acquire_timeout)?;
    drop(all.look().await?);
    let ears = PgPoolOptions::new().max_connections(1).acquire_timeout(settings.acquire_timeout);
    Ok(Pools::Postgres { all, ears: ears.connect_lazy_with(options) })
}

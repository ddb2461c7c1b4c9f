//! Moving what SQLite has written from its log into its file, beside those who write instead of in their way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use kernel::{Scalar, ScalarKind};

use crate::StoreError;
use crate::loan::{Lender, Loan, Sqlite};
use crate::sqlite::{Flush, Options, Statement};

/// After how many changed rows.
const MANY: u64 = 20_000;
/// As how many rows a unit of work counts beside those that it changed: a small one changes a page of every index it meets.
const UNIT: u64 = 16;
/// From how many pages of 4 KiB on the log should begin anew: below that at which SQLite tidies up within somebody's commit.
const LONG: i64 = 16_384;
/// From how many on it has to, whoever has to wait for it.
const TOO_LONG: i64 = 65_536;
/// How long readers are waited for then.
const PATIENCE: Duration = Duration::from_secs(1);

/// What follows a commit on SQLite. Cheap to clone.
#[derive(Clone)]
pub(crate) struct After {
    pub(crate) tidy: Tidy,
    /// None where nothing is to outlive a loss of power.
    pub(crate) flush: Option<Flush>,
}

impl After {
    /// Waits until so many rows that were changed and committed last.
    pub(crate) async fn committed(&self, rows: u64) -> Result<(), StoreError> {
        self.tidy.committed(rows);
        match &self.flush {
            Some(flush) => flush.flush().await,
            None => Ok(()),
        }
    }
}

/// Tidies up when much was written. Cheap to clone. SQLite would do it itself, but within somebody's commit, which takes a
/// tenth of a second then.
#[derive(Clone)]
pub(crate) struct Tidy(Arc<Inner>);

struct Inner {
    own: Lender<Sqlite>,
    /// The one connection that writes: whoever has it keeps others from writing.
    write: Lender<Sqlite>,
    changed: AtomicU64,
    busy: AtomicBool,
}

impl Tidy {
    /// Over a connection of its own, made when it is needed.
    pub(crate) fn new(options: &Options, write: Lender<Sqlite>) -> Result<Self, StoreError> {
        let own = Lender::new(options.tidier(PATIENCE), 1, PATIENCE)?;
        Ok(Self(Arc::new(Inner { own, write, changed: AtomicU64::new(0), busy: AtomicBool::new(false) })))
    }

    /// Hears that so many rows were changed and committed.
    fn committed(&self, rows: u64) {
        let more = rows.saturating_add(UNIT);
        let changed = self.0.changed.fetch_add(more, Ordering::Relaxed) + more;
        if changed < MANY || self.0.busy.swap(true, Ordering::Acquire) {
            return;
        }
        self.0.changed.store(0, Ordering::Relaxed);
        let inner = self.0.clone();
        tokio::spawn(async move {
            if let Err(error) = inner.tidy_up().await {
                tracing::debug!(%error, "SQLite's log could not be moved into its file");
            }
            inner.busy.store(false, Ordering::Release);
        });
    }

    /// Ends its connection.
    pub(crate) async fn close(&self) {
        self.0.own.close().await;
    }
}

impl Inner {
    async fn tidy_up(&self) -> Result<(), StoreError> {
        let mut own = self.own.look().await?;
        // Waits for nobody: what is in use is moved the next time.
        let log = checkpoint(&mut own, "PRAGMA wal_checkpoint(PASSIVE)").await?;
        if log < LONG {
            return Ok(());
        }
        // It begins anew only where nothing is left in it, and whoever writes without a pause leaves something each time: what
        // came in the meantime is moved while nobody writes.
        let _turn = self.write.look().await?;
        let statement =
            if log < TOO_LONG { "PRAGMA wal_checkpoint(PASSIVE)" } else { "PRAGMA wal_checkpoint(RESTART)" };
        checkpoint(&mut own, statement).await.map(drop)
    }
}

/// Moves pages; returns how many the log has.
async fn checkpoint(own: &mut Loan<Sqlite>, statement: &'static str) -> Result<i64, StoreError> {
    let rows = own.rows(Statement::new(statement, Vec::new())).await?;
    own.answered();
    match rows.first().and_then(|row| row.scalar("log", ScalarKind::Int)) {
        Some(Scalar::Int(Some(pages))) => Ok(pages),
        _ => Err(StoreError::Corrupt { column: "log".to_owned() }),
    }
}

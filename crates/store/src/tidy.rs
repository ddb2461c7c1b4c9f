//! Moving what SQLite has written from its log into its file, beside those who write instead of in their way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Row as _, Sqlite};

use crate::loan::Lender;

/// After how many changed rows.
const MANY: u64 = 20_000;
/// From how many pages of 4 KiB on the log has to begin anew, whoever has to wait for it.
const LONG: i64 = 65_536;
/// How long readers are waited for then.
const PATIENCE: Duration = Duration::from_secs(1);

/// Tidies up after bulk writes. Cheap to clone. Small writes are left to SQLite itself, which tidies up when its log has
/// grown long.
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
    pub(crate) fn new(options: SqliteConnectOptions, write: Lender<Sqlite>) -> Result<Self, sqlx::Error> {
        let own = Lender::new(options.busy_timeout(PATIENCE), 1, PATIENCE)?;
        Ok(Self(Arc::new(Inner { own, write, changed: AtomicU64::new(0), busy: AtomicBool::new(false) })))
    }

    /// Hears that so many rows were changed and committed.
    pub(crate) fn committed(&self, rows: u64) {
        let changed = self.0.changed.fetch_add(rows, Ordering::Relaxed) + rows;
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
    async fn tidy_up(&self) -> Result<(), sqlx::Error> {
        // Waits for nobody: what is in use is moved the next time.
        let mut own = self.own.look().await?;
        let row = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(&mut *own).await?;
        if row.try_get::<i64, _>("log")? < LONG {
            return Ok(());
        }
        // Whoever writes without a pause would have it grow for ever: it begins anew only while nobody writes.
        let _turn = self.write.look().await?;
        sqlx::query("PRAGMA wal_checkpoint(RESTART)").execute(&mut *own).await?;
        Ok(())
    }
}

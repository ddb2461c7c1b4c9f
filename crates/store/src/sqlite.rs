//! SQLite, which runs in this process.
//!
//! A statement that was quick of late runs where it is asked for: to hand it to another thread and back costs more than it
//! does. Any other one runs on a thread of its own, where it keeps nobody waiting.

mod flush;
mod options;
mod pace;
mod row;
mod statement;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use rusqlite::{ErrorCode, OpenFlags};
use tokio::sync::mpsc;
use tokio::task::{JoinError, coop, spawn_blocking};

pub(crate) use flush::Flush;
pub(crate) use options::Options;
use pace::Paces;
pub(crate) use row::SqliteRow;
pub(crate) use statement::Statement;

use crate::StoreError;
use crate::error::Cause;

/// How many statements a connection keeps prepared.
const PREPARED: usize = 256;
/// How many rows are handed over together.
const TOGETHER: usize = 256;
/// How many of those wait for whoever reads them.
const WAITING: usize = 4;

/// A connection. Whoever gives up on it in the middle of a statement leaves the statement running, and the next one waits for
/// its end; a statement that had not begun never does.
pub(crate) struct Connection {
    shared: Arc<Shared>,
    paces: Arc<Paces>,
    patience: Duration,
    /// Rows that were changed on it before its last unit of work.
    changed: u64,
}

struct Shared {
    own: Mutex<rusqlite::Connection>,
    /// How many statements have been asked for: only the last one is to run.
    asked: AtomicU64,
}

impl Connection {
    pub(crate) async fn open(options: Options) -> Result<Self, StoreError> {
        spawn_blocking(move || {
            let mode = if options.writes {
                OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
            } else {
                OpenFlags::SQLITE_OPEN_READ_ONLY
            };
            let own = rusqlite::Connection::open_with_flags(&options.path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
            own.busy_timeout(options.patience)?;
            own.execute_batch(&options.settings)?;
            // Without it a commit would not be what others take it for.
            if own.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0))? != "wal" {
                let why = "SQLite cannot keep its log (WAL) there: put the database on a local disk";
                return Err(StoreError::Settings(why.to_owned()));
            }
            own.busy_timeout(Duration::ZERO)?;
            own.set_prepared_statement_cache_capacity(PREPARED);
            let shared = Arc::new(Shared { own: Mutex::new(own), asked: AtomicU64::new(0) });
            Ok(Self { shared, paces: options.paces, patience: options.patience, changed: 0 })
        })
        .await
        .map_err(ended)?
    }

    /// Runs a statement; returns how many rows it changed.
    pub(crate) async fn change(&mut self, statement: Statement) -> Result<u64, StoreError> {
        self.run(statement, Statement::change).await
    }

    /// Runs a statement if it is trusted and the connection is free; whether it ran, and worked out.
    pub(crate) fn change_at_once(&mut self, statement: &Statement) -> bool {
        let turn = self.turn();
        self.paces.trusts(statement)
            && turn.at_once().is_some_and(|own| self.paces.timed(statement, || statement.change(&own)).is_ok())
    }

    /// Makes what its unit of work did seen by others; returns how many rows that changed.
    pub(crate) async fn commit(&mut self) -> Result<u64, StoreError> {
        self.change(Statement::new("COMMIT", Vec::new())).await?;
        let changed = self.turn().at_once().map_or(u64::MAX, |own| own.total_changes());
        let before = std::mem::replace(&mut self.changed, changed);
        Ok(changed - before)
    }

    /// Every row of the answer.
    pub(crate) async fn rows(&mut self, statement: Statement) -> Result<Vec<SqliteRow>, StoreError> {
        self.run(statement, Statement::rows).await
    }

    /// Hands every row of the answer to `each`: few ones when all are read, many while further ones are.
    pub(crate) async fn each(
        &mut self,
        statement: Statement,
        mut each: impl FnMut(SqliteRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        coop::consume_budget().await;
        if let Some(rows) = self.few_at_once(&statement) {
            return rows.into_iter().try_for_each(each);
        }
        let (sender, mut receiver) = mpsc::channel(WAITING);
        let (turn, paces) = (self.turn(), self.paces.clone());
        let read = move |own: &rusqlite::Connection| {
            let send = |rows| sender.blocking_send(rows).is_ok();
            paces.timed(&statement, || statement.portions(own, TOGETHER, send))
        };
        let reading = spawn_blocking(move || turn.patiently(read));
        while let Some(rows) = receiver.recv().await {
            rows.into_iter().try_for_each(&mut each)?;
        }
        reading.await.map_err(ended)?
    }

    /// Every row of the answer, if the statement is trusted, the connection is free and there are few.
    fn few_at_once(&self, statement: &Statement) -> Option<Vec<SqliteRow>> {
        if !self.paces.trusts(statement) {
            return None;
        }
        let (turn, mut few) = (self.turn(), Vec::new());
        let own = turn.at_once()?;
        let keep = |rows| {
            few = rows;
            false
        };
        self.paces.timed(statement, || statement.portions(&own, TOGETHER, keep)).ok()?;
        (few.len() < TOGETHER).then_some(few)
    }

    /// Ends it. The last one to end moves what is in the log into the file, which takes its time.
    pub(crate) async fn close(self) -> Result<(), StoreError> {
        spawn_blocking(move || drop(self)).await.map_err(ended)
    }

    async fn run<T: Send + 'static>(
        &mut self,
        statement: Statement,
        run: fn(&Statement, &rusqlite::Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        // Statements that wait for nothing would otherwise never let others have their turn.
        coop::consume_budget().await;
        let turn = self.turn();
        if self.paces.trusts(&statement)
            && let Some(own) = turn.at_once()
        {
            match self.paces.timed(&statement, || run(&statement, &own)) {
                // Somebody else writes, who is waited for elsewhere. Nothing has been done yet.
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {}
                answer => return Ok(answer?),
            }
        }
        let paces = self.paces.clone();
        let run = move |own: &rusqlite::Connection| paces.timed(&statement, || run(&statement, own));
        spawn_blocking(move || turn.patiently(run)).await.map_err(ended)?
    }

    fn turn(&self) -> Turn {
        let number = self.shared.asked.fetch_add(1, Ordering::Relaxed) + 1;
        Turn { shared: self.shared.clone(), number, patience: self.patience }
    }
}

/// The right to run one statement, until the next one is asked for.
struct Turn {
    shared: Arc<Shared>,
    number: u64,
    patience: Duration,
}

impl Turn {
    /// The connection, unless a statement that somebody gave up on still runs on it.
    fn at_once(&self) -> Option<MutexGuard<'_, rusqlite::Connection>> {
        match self.shared.own.try_lock() {
            Ok(own) => Some(own),
            Err(TryLockError::Poisoned(own)) => Some(own.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Runs a statement, however long the connection or the database is busy.
    fn patiently<T>(self, run: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let own = self.shared.own.lock().unwrap_or_else(PoisonError::into_inner);
        if self.shared.asked.load(Ordering::Relaxed) != self.number {
            // Whoever asked has given up, and what it was part of may be over.
            return Err(StoreError::Unreachable(Cause::Ended));
        }
        own.busy_timeout(self.patience)?;
        let answer = run(&own);
        own.busy_timeout(Duration::ZERO)?;
        Ok(answer?)
    }
}

fn ended(_: JoinError) -> StoreError {
    StoreError::Unreachable(Cause::Ended)
}

#[cfg(test)]
mod tests;

//! What was committed outlives a loss of power: many commits by one flush of the disk.
//!
//! SQLite would flush within each commit, while nobody else writes. Here it only writes its log (`synchronous = NORMAL`), the
//! next one has its turn, and whoever has committed waits for a flush that began afterwards. As the log is written from its
//! begin to its end, a flush covers everything before it, whoever did it.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use tokio::sync::Mutex;
use tokio::task::{spawn_blocking, yield_now};

use super::ended;
use super::pace::{QUICK, SLOW};
use crate::StoreError;
use crate::error::Cause;

/// Flushes the log of one database. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Flush(Arc<Inner>);

struct Inner {
    sync: Box<dyn Fn() -> io::Result<()> + Send + Sync>,
    /// How many commits have asked for one.
    asked: AtomicU64,
    done: Mutex<Done>,
}

struct Done {
    /// How many of those are covered.
    covered: u64,
    /// How many more quick ones it takes until one may keep others waiting.
    distrust: u8,
    /// What was written since a flush that failed may be lost, although the next one works out: nothing lasts from then on.
    failed: bool,
}

impl Flush {
    /// Of the database in a file.
    pub(crate) fn of(path: &Path) -> Self {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        Self::with(move || match File::open(Path::new(&log)) {
            Ok(log) => log.sync_data(),
            // Whoever ended the last connection has moved all of it into the file, and flushed that.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        })
    }

    fn with(sync: impl Fn() -> io::Result<()> + Send + Sync + 'static) -> Self {
        let done = Mutex::new(Done { covered: 0, distrust: SLOW, failed: false });
        Self(Arc::new(Inner { sync: Box::new(sync), asked: AtomicU64::new(0), done }))
    }

    /// Waits until everything lasts that was committed before.
    pub(crate) async fn flush(&self) -> Result<(), StoreError> {
        let own = self.0.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let mut done = self.0.done.lock().await;
        if done.covered < own && !done.failed {
            // Whoever is about to commit does so first, and is covered.
            yield_now().await;
            let all = self.0.asked.load(Ordering::SeqCst);
            if let Err(error) = self.sync(&mut done.distrust).await? {
                done.failed = true;
                tracing::error!(%error, "the database's log cannot be written to the disk; mend the disk and start again");
                return Err(StoreError::Unreachable(Cause::Flush(error)));
            }
            done.covered = all;
        }
        if done.covered < own { Err(StoreError::Unreachable(Cause::NotFlushed)) } else { Ok(()) }
    }

    /// Where it was quick of late, here; else on a thread of its own, where it keeps nobody waiting.
    async fn sync(&self, distrust: &mut u8) -> Result<io::Result<()>, StoreError> {
        let begun = Instant::now();
        let answer = if *distrust == 0 {
            (self.0.sync)()
        } else {
            let inner = self.0.clone();
            spawn_blocking(move || (inner.sync)()).await.map_err(ended)?
        };
        *distrust = if begun.elapsed() < QUICK { distrust.saturating_sub(1) } else { SLOW };
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use tokio::task::JoinSet;

    use super::*;

    /// Commits written, and how many of them a flush has reached.
    #[derive(Default)]
    struct Log {
        written: AtomicU64,
        flushed: AtomicU64,
        flushes: AtomicU64,
        broken: AtomicBool,
    }

    impl Log {
        fn flush(self: &Arc<Self>) -> Flush {
            let log = self.clone();
            Flush::with(move || {
                if log.broken.load(Ordering::SeqCst) {
                    return Err(io::Error::other("broken"));
                }
                log.flushed.store(log.written.load(Ordering::SeqCst), Ordering::SeqCst);
                log.flushes.fetch_add(1, Ordering::SeqCst);
                Ok(())
            })
        }
    }

    #[tokio::test]
    async fn a_commit_waits_for_a_flush_that_began_after_it_and_many_share_one() {
        let log = Arc::new(Log::default());
        let flush = log.flush();
        let mut all = JoinSet::new();
        for _ in 0..1_000 {
            let (log, flush) = (log.clone(), flush.clone());
            all.spawn(async move {
                let own = log.written.fetch_add(1, Ordering::SeqCst) + 1;
                flush.flush().await.map(|()| log.flushed.load(Ordering::SeqCst) >= own)
            });
        }
        assert!(all.join_all().await.into_iter().all(|covered| matches!(covered, Ok(true))));
        let flushes = log.flushes.load(Ordering::SeqCst);
        assert!((1..=100).contains(&flushes), "{flushes}");
    }

    #[tokio::test]
    async fn after_a_flush_that_failed_nothing_is_said_to_last() {
        let log = Arc::new(Log::default());
        let flush = log.flush();
        assert!(flush.flush().await.is_ok());
        log.broken.store(true, Ordering::SeqCst);
        assert!(flush.flush().await.is_err());
        log.broken.store(false, Ordering::SeqCst);
        assert!(flush.flush().await.is_err());
    }
}

//! What the clockwork looks after beside runs: whether sources are followed at all (NET-21), and runs that are old.

use kernel::Timestamp;
use signals::{Entry, Object};

use super::Dirsync;
use super::source_settings::is_stale;
use crate::error::DirsyncError;
use crate::jobs::clockwork;
use crate::model::RunKind;
use crate::store::settings::Kept;
use crate::store::{changes, runs, settings, staged};

/// How many runs are dropped at once.
const RUNS: usize = 100;
/// How many items of a plan one unit of work drops.
const ITEMS: i64 = 5_000;

impl Dirsync {
    /// Raises the alarm when a source has not been followed for twice its interval, once, and takes it back when it is.
    pub(super) async fn watch(&self, kept: &Kept) -> Result<(), DirsyncError> {
        let now = self.env.now();
        let mut tx = self.store.begin().await?;
        let full = runs::last_good(&mut tx, kept.source_id, RunKind::Full).await?;
        let delta = runs::last_good(&mut tx, kept.source_id, RunKind::Delta).await?;
        let read = full.and_then(|run| run.finished_at).max(delta.and_then(|run| run.finished_at));
        let stale = is_stale(kept, read, now);
        measure(kept, read, stale, now);
        if stale == kept.stale_since.is_some() {
            return Ok(());
        }
        let since = stale.then_some(now);
        if !settings::set_stale(&mut tx, kept.source_id, since).await? {
            return Ok(());
        }
        let entry = if stale {
            let last = read.map_or_else(|| "never".to_owned(), |read| read.to_string());
            Entry::act("dirsync.source_stale").reason(format!("not followed for twice its interval; last: {last}"))
        } else {
            Entry::act("dirsync.source_fresh").reason("it is followed again")
        };
        let actor = clockwork(&self.env, kept.organisation);
        self.log(&mut tx, &actor, Object::new("source", kept.source_id, "directory sync"), entry).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Drops runs and plans that are older than they are kept; what the schedule still looks at stays. Returns how many.
    pub async fn prune(&self) -> Result<u64, DirsyncError> {
        let before = self.env.now().minus(self.config.keep_runs());
        let mut count = 0;
        loop {
            let mut tx = self.store.read().await?;
            let old = runs::old(&mut tx, before, RUNS).await?;
            drop(tx);
            if old.is_empty() {
                return Ok(count);
            }
            for (id, items) in old {
                for upto in (0..=items / ITEMS).map(|part| (part + 1) * ITEMS) {
                    let mut tx = self.store.begin().await?;
                    changes::drop_until(&mut tx, id, upto).await?;
                    tx.commit().await?;
                }
                let mut tx = self.store.begin().await?;
                staged::clear(&mut tx, id).await?;
                runs::delete(&mut tx, id).await?;
                tx.commit().await?;
                count += 1;
            }
        }
    }
}

fn measure(kept: &Kept, read: Option<Timestamp>, stale: bool, now: Timestamp) {
    let source = kept.source_id.to_string();
    metrics::gauge!("dirsync_stale", "source" => source.clone()).set(if stale { 1.0 } else { 0.0 });
    if let Some(read) = read {
        metrics::gauge!("dirsync_seconds_since_read", "source" => source).set(now.since(read).as_secs_f64());
    }
}

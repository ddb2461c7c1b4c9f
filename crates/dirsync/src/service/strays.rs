//! Runs that are not over and that no job carries on: a job that was lost, discarded, or given up. Such a run would keep its
//! source from every further one.
//!
//! A run whose job is gone goes on, as long as what it found is not old; one whose job was given up, or that is old, ends
//! with the reason, and the next run looks again.

use std::time::Duration;

use kernel::PageRequest;
use signals::{Entry, Object};
use store::queue::{self, Job, JobState};

use super::Dirsync;
use crate::error::DirsyncError;
use crate::jobs::{RUN, clockwork, enqueue_decided, run_of};
use crate::model::Run;
use crate::store::{runs, staged};

/// How long after its last step a run may still go on: what it found is not looked at a second time.
const OLD: Duration = Duration::from_hours(24);

impl Dirsync {
    /// Sees to runs that nobody works on.
    pub(super) async fn sweep(&self) -> Result<(), DirsyncError> {
        let mut tx = self.store.read().await?;
        let under_way = runs::under_way(&mut tx).await?;
        if under_way.is_empty() {
            return Ok(());
        }
        let live = queue::live(&mut tx, RUN).await?;
        let mut strays = Vec::new();
        for run in under_way.into_iter().filter(|run| !live.iter().any(|job| run_of(job) == Some(run.id))) {
            let page = PageRequest::first(PageRequest::MOST);
            let dead = queue::list(&mut tx, run.organisation, Some(JobState::Dead), &page).await?.items;
            let job = dead.into_iter().find(|job| job.kind == RUN && run_of(job) == Some(run.id));
            strays.push((run, job));
        }
        drop(tx);
        for (run, dead) in strays {
            match self.end_of(&run, dead.as_ref()) {
                Some(detail) => self.give_up(&run, &detail).await?,
                None => self.resume(&run).await?,
            }
        }
        Ok(())
    }

    /// Why a stray ends; `None` where it goes on.
    fn end_of(&self, run: &Run, dead: Option<&Job>) -> Option<String> {
        if let Some(job) = dead {
            let why = job.last_error.as_deref().unwrap_or("nothing is known of why");
            return Some(format!("its job was given up after {} attempts: {why}", job.attempts));
        }
        let old = self.env.now().since(run.progress.at) > OLD;
        old.then(|| "nobody has worked on it for more than a day".to_owned())
    }

    async fn give_up(&self, run: &Run, detail: &str) -> Result<(), DirsyncError> {
        let mut tx = self.store.begin().await?;
        if runs::give_up(&mut tx, run, "dirsync.abandoned", detail, self.env.now()).await? {
            staged::clear(&mut tx, run.id).await?;
            self.note_stray(&mut tx, run, Entry::act("dirsync.run_failed").reason(detail)).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn resume(&self, run: &Run) -> Result<(), DirsyncError> {
        let mut tx = self.store.begin().await?;
        let found = runs::find(&mut tx, run.organisation, run.id).await?;
        if found.is_some_and(|found| found.state == run.state) {
            enqueue_decided(&mut tx, &self.env, run).await?;
            let entry = Entry::act("dirsync.run_resumed").reason(format!("it was {} and had no job", run.state));
            self.note_stray(&mut tx, run, entry).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn note_stray(&self, tx: &mut store::Tx, run: &Run, entry: Entry) -> Result<(), DirsyncError> {
        let object = Object::new("run", run.id, format!("{} run", run.kind));
        let entry = entry.cause("run", Some(run.id.0));
        self.log(tx, &clockwork(&self.env, run.organisation), object, entry).await
    }
}

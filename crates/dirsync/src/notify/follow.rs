//! Asks for the run that was told to be worth it. Each word that is written down has a job of its own: one that is about to
//! end cannot swallow the next. What is told while a run is waited for is not written down, so that no more than a few wait.

use std::time::Duration;

use async_trait::async_trait;
use directory::SourceId;
use kernel::{Actor, Env, OrganisationId, Timestamp};
use store::queue::Job;
use store::worker::{Handler, JobError, Outcome};
use store::{StoreError, Tx};
use tokio::sync::watch;

use super::decide::{self, Next};
use super::jobs;
use crate::Dirsync;
use crate::error::DirsyncError;
use crate::model::RunKind;
use crate::store::settings::Kept;
use crate::store::{runs, settings, subscriptions};

/// The kind of the job that asks for the run.
pub(crate) const FOLLOW: &str = "dirsync.follow";

/// Queues the job for what was told at a moment, unless it waits already.
pub(crate) async fn enqueue(
    tx: &mut Tx,
    env: &Env,
    (organisation, source): (OrganisationId, SourceId),
    heard_at: Timestamp,
) -> Result<(), StoreError> {
    let key = format!("{source}/{}", heard_at.micros());
    jobs::enqueue(tx, env, FOLLOW, key, (organisation, source)).await
}

/// Asks for runs.
pub(crate) struct FollowHandler(pub(crate) Dirsync);

#[async_trait]
impl Handler for FollowHandler {
    fn kind(&self) -> &'static str {
        FOLLOW
    }

    async fn handle(&self, job: &Job, _: watch::Receiver<bool>) -> Result<Outcome, JobError> {
        self.0.follow(jobs::source_of(job)?).await.map_err(|error| JobError::from_error(&error))
    }
}

impl Dirsync {
    /// Asks for a delta run of a source that was told to have changed.
    async fn follow(&self, source: SourceId) -> Result<Outcome, DirsyncError> {
        let mut tx = self.store.read().await?;
        let Some(kept) = settings::find(&mut tx, source).await? else { return Ok(Outcome::Done) };
        drop(tx);
        if self.wanted_address(&kept).await?.is_none() {
            return Ok(Outcome::Done);
        }
        let now = self.env.now();
        let mut tx = self.store.begin().await?;
        let rows = subscriptions::of_source(&mut tx, source).await?;
        let heard_at = rows.iter().filter_map(|row| row.heard_at).max();
        match self.next_of(&mut tx, &kept, heard_at).await? {
            Next::Nothing => return Ok(Outcome::Done),
            Next::Later(at) => return Ok(Outcome::Again(at)),
            Next::Ask => {}
        }
        let actor = Actor::system("change notification", kept.organisation, self.env.new_id());
        match self.queue_run(&mut tx, &actor, &kept, RunKind::Delta, false, None).await {
            Ok(_) => tx.commit().await?,
            Err(DirsyncError::RunUnderWay) => return Ok(Outcome::Again(now.plus(decide::BUSY))),
            Err(error) => return Err(error),
        }
        Ok(Outcome::Done)
    }

    /// What to do about something told of a source.
    pub(super) async fn next_of(
        &self,
        tx: &mut Tx,
        kept: &Kept,
        heard_at: Option<Timestamp>,
    ) -> Result<Next, DirsyncError> {
        if heard_at.is_none() {
            return Ok(Next::Nothing);
        }
        let newest = subscriptions::newest_reading(tx, kept.source_id).await?;
        let open = runs::open(tx, kept.source_id).await?.map(|run| run.state);
        let rest = Duration::from_secs(u64::from(kept.settings.delta_interval_minutes) * 60);
        Ok(decide::next(heard_at, newest, open, rest, self.env.now()))
    }
}

//! What runs without a caller: runs, and the clockwork that asks for them.

use async_trait::async_trait;
use kernel::{Actor, Env, OrganisationId};
use serde::{Deserialize, Serialize};
use store::queue::{Job, NewJob};
use store::worker::{Handler, JobError, Outcome};
use store::{StoreError, Tx, queue};
use tokio::sync::watch;

use crate::engine::Engine;
use crate::error::DirsyncError;
use crate::model::{Run, RunId};

/// The kind of the job that carries a run on.
pub const RUN: &str = "dirsync.run";

/// Which run a job carries on.
pub(crate) fn run_of(job: &Job) -> Option<RunId> {
    job.read::<Payload>().ok().map(|payload| payload.run)
}

#[derive(Serialize, Deserialize)]
struct Payload {
    run: RunId,
}

/// Queues the job that begins a run.
pub(crate) async fn enqueue(tx: &mut Tx, env: &Env, run: &Run) -> Result<(), StoreError> {
    queue::enqueue(tx, env, job_of(env, run, run.id.to_string())).await?;
    Ok(())
}

/// Queues the job that does what was decided about a run. It has a key of its own: the job that brought the run to its
/// hold may not be marked as done yet, and would swallow a second one under its key.
pub(crate) async fn enqueue_decided(tx: &mut Tx, env: &Env, run: &Run) -> Result<(), StoreError> {
    queue::enqueue(tx, env, job_of(env, run, format!("{}/decided", run.id))).await?;
    Ok(())
}

fn job_of(env: &Env, run: &Run, key: String) -> NewJob {
    NewJob {
        organisation: run.organisation,
        kind: RUN,
        unique_key: Some(key),
        payload: serde_json::json!({ "run": run.id }),
        run_at: env.now(),
        max_attempts: 50,
    }
}

/// Carries runs on.
pub struct RunHandler {
    engine: Engine,
}

impl RunHandler {
    /// A handler over an engine.
    pub fn new(engine: Engine) -> Self {
        Self { engine }
    }
}

#[async_trait]
impl Handler for RunHandler {
    fn kind(&self) -> &'static str {
        RUN
    }

    async fn handle(&self, job: &Job, stop: watch::Receiver<bool>) -> Result<Outcome, JobError> {
        let payload: Payload = job.read()?;
        match self.engine.execute(job.organisation, payload.run, stop.clone()).await {
            // This node stops: whoever comes next sees what is left to do.
            Err(DirsyncError::TakenOver) if *stop.borrow() => Ok(Outcome::Again(self.engine.env.now())),
            // Taken over: somebody has decided about the run, and what is left to do has a job of its own.
            Ok(()) | Err(DirsyncError::TakenOver) => Ok(Outcome::Done),
            Err(error) => Err(JobError::from_error(&error)),
        }
    }
}

/// The system as the clockwork's actor.
pub(crate) fn clockwork(env: &Env, organisation: OrganisationId) -> Actor {
    Actor::system("directory sync schedule", organisation, env.new_id())
}

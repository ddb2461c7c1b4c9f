//! The verbs of the queue: the door for routes and pages.

use kernel::{Env, May, OrganisationId, Page, PageRequest, Timestamp};
use serde::Serialize;
use signals::{Entry, Object};
use store::queue::{self, Job, JobId, JobState};
use store::{Store, StoreError, Tx};
use utoipa::ToSchema;

use super::JobsError;
use super::permissions::{DiscardJob, ReadJobs, RetryJob};

/// The job queue of every organisation. Cheap to clone.
#[derive(Clone)]
pub struct Jobs {
    store: Store,
    env: Env,
}

/// A job as it is shown. Its payload is the handler's business and stays out.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Job)]
pub struct JobView {
    /// Its id.
    pub id: JobId,
    /// Which handler: `dirsync.run`.
    pub kind: String,
    /// What makes it the only one of its kind, such as the run it is for.
    pub unique_key: Option<String>,
    /// Where it stands.
    pub state: JobState,
    /// Not before.
    pub run_at: Timestamp,
    /// How often it was begun.
    pub attempts: u32,
    /// How often it may be begun.
    pub max_attempts: u32,
    /// Which node holds it.
    pub holder: Option<String>,
    /// Until when.
    pub lease_until: Option<Timestamp>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it was queued.
    pub created_at: Timestamp,
    /// When it was done or given up.
    pub finished_at: Option<Timestamp>,
}

impl From<Job> for JobView {
    fn from(job: Job) -> Self {
        Self {
            id: job.id,
            kind: job.kind,
            unique_key: job.unique_key,
            state: job.state,
            run_at: job.run_at,
            attempts: job.attempts,
            max_attempts: job.max_attempts,
            holder: job.holder,
            lease_until: job.lease_until,
            last_error: job.last_error,
            created_at: job.created_at,
            finished_at: job.finished_at,
        }
    }
}

/// How many jobs an organisation has of each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct JobCounts {
    /// Wait for their time.
    pub queued: u64,
    /// Held by a node.
    pub running: u64,
    /// Given up; they wait for an operator.
    pub dead: u64,
}

impl Jobs {
    /// The queue of a database.
    pub fn new(store: Store, env: Env) -> Self {
        Self { store, env }
    }

    /// The caller's jobs, newest first.
    pub async fn list(
        &self,
        may: &May<ReadJobs>,
        state: Option<JobState>,
        page: &PageRequest,
    ) -> Result<Page<JobView>, JobsError> {
        let mut tx = self.store.read().await?;
        let jobs = queue::list(&mut tx, may.actor().organisation, state, page).await?;
        Ok(jobs.map(JobView::from))
    }

    /// One job.
    pub async fn get(&self, may: &May<ReadJobs>, id: JobId) -> Result<JobView, JobsError> {
        let mut tx = self.store.read().await?;
        Ok(find(&mut tx, may.actor().organisation, id).await?.into())
    }

    /// How many jobs of the caller there are of each state.
    pub async fn counts(&self, may: &May<ReadJobs>) -> Result<JobCounts, JobsError> {
        let mut tx = self.store.read().await?;
        let mut counts = JobCounts::default();
        for (state, count) in queue::counts_of(&mut tx, may.actor().organisation).await? {
            match state {
                JobState::Queued => counts.queued = count,
                JobState::Running => counts.running = count,
                JobState::Dead => counts.dead = count,
                JobState::Done => {}
            }
        }
        Ok(counts)
    }

    /// Gives a job that was given up another full set of attempts, from now on.
    pub async fn retry(&self, may: &May<RetryJob>) -> Result<JobView, JobsError> {
        let organisation = may.actor().organisation;
        let mut tx = self.store.begin().await?;
        let job = find(&mut tx, organisation, may.job).await?;
        if !queue::retry(&mut tx, organisation, job.id, self.env.now()).await? {
            return Err(JobsError::WrongState { id: job.id, state: job.state, wanted: "retried" });
        }
        self.note(&mut tx, may.actor(), "jobs.retried", &job).await?;
        let after = find(&mut tx, organisation, job.id).await?;
        tx.commit().await?;
        Ok(after.into())
    }

    /// Removes a job that waits or was given up.
    pub async fn discard(&self, may: &May<DiscardJob>) -> Result<(), JobsError> {
        let organisation = may.actor().organisation;
        let mut tx = self.store.begin().await?;
        let job = find(&mut tx, organisation, may.job).await?;
        if !queue::discard(&mut tx, organisation, job.id).await? {
            return Err(JobsError::WrongState { id: job.id, state: job.state, wanted: "discarded" });
        }
        self.note(&mut tx, may.actor(), "jobs.discarded", &job).await?;
        Ok(tx.commit().await?)
    }

    async fn note(&self, tx: &mut Tx, actor: &kernel::Actor, name: &'static str, job: &Job) -> Result<(), StoreError> {
        let object = Object::new("job", job.id, &job.kind);
        let entry = Entry::act(name).object(object).change_of(Some(&JobView::from(job.clone())), None::<&()>);
        signals::append(tx, &self.env, actor, vec![entry]).await.map(drop)
    }
}

async fn find(tx: &mut Tx, organisation: OrganisationId, id: JobId) -> Result<Job, JobsError> {
    queue::find(tx, organisation, id).await?.ok_or(JobsError::NoSuchJob(id))
}

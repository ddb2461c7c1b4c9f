//! What the console shows of the server itself: its jobs and its health.

use std::fs;
use std::sync::Arc;

use async_trait::async_trait;
use kernel::{Actor, Env, Page, PageRequest, Timestamp};
use pages::{Finding, Health, Job, JobCounts, JobState, Server, Verdict};
use store::queue::{self, JobId};
use store::{Backend, Store, args};
use uuid::Uuid;
use web::Problem;

use crate::config::Config;
use crate::doctor;
use crate::jobs::permissions::{DiscardJob, ReadJobs, RetryJob};
use crate::jobs::{JobView, Jobs};
use crate::keys::Ring;

kernel::permission!(
    /// Looks at how the server is.
    ReadHealth {} = "server.read_health", [Owner, Administrator, Helpdesk, Auditor]
);

/// The server as the console sees it.
pub(crate) struct Host {
    /// What it was built from.
    pub config: Arc<Config>,
    /// The database.
    pub store: Store,
    /// Clock and chance.
    pub env: Env,
    /// The ring of master keys.
    pub ring: Ring,
    /// The job queue.
    pub jobs: Jobs,
    /// When this process began.
    pub started: Timestamp,
}

#[async_trait]
impl Server for Host {
    async fn list_jobs(&self, actor: &Actor, state: JobState, page: &PageRequest) -> Result<Page<Job>, Problem> {
        let wanted = match state {
            JobState::Dead => queue::JobState::Dead,
            JobState::Queued => queue::JobState::Queued,
            JobState::Running => queue::JobState::Running,
        };
        let found = self.jobs.list(&actor.may(ReadJobs {})?, Some(wanted), page).await?;
        Ok(found.map(|job| shown(job, state)))
    }

    async fn count_jobs(&self, actor: &Actor) -> Result<JobCounts, Problem> {
        let counts = self.jobs.counts(&actor.may(ReadJobs {})?).await?;
        Ok(JobCounts { dead: counts.dead, queued: counts.queued, running: counts.running })
    }

    async fn retry_job(&self, actor: &Actor, id: Uuid) -> Result<(), Problem> {
        self.jobs.retry(&actor.may(RetryJob { job: JobId(id) })?).await?;
        Ok(())
    }

    async fn discard_job(&self, actor: &Actor, id: Uuid) -> Result<(), Problem> {
        self.jobs.discard(&actor.may(DiscardJob { job: JobId(id) })?).await?;
        Ok(())
    }

    async fn health(&self, actor: &Actor) -> Result<Health, Problem> {
        actor.may(ReadHealth {})?;
        // Only what can be seen from here: a page must not wait for hosts that do not answer.
        let found = doctor::here(&self.config, &self.store, &self.ring, &self.env).await;
        let database = match self.store.backend() {
            Backend::Sqlite => "SQLite",
            Backend::Postgres => "PostgreSQL",
        };
        Ok(Health {
            findings: found.into_iter().map(finding).collect(),
            database: database.to_owned(),
            database_size: self.size().await.unwrap_or(0),
            started: self.started,
        })
    }
}

impl Host {
    /// How large the database is, where that can be told.
    async fn size(&self) -> Option<u64> {
        if let Some(file) = self.config.store.file() {
            let log = file.with_extension("db-wal");
            return Some([&file, &log].iter().map(|file| fs::metadata(file).map_or(0, |facts| facts.len())).sum());
        }
        let mut tx = self.store.read().await.ok()?;
        tx.count("SELECT pg_database_size(current_database()) AS n", args![]).await.ok()
    }
}

fn shown(job: JobView, state: JobState) -> Job {
    let at = match state {
        JobState::Dead => job.finished_at.unwrap_or(job.run_at),
        JobState::Queued | JobState::Running => job.run_at,
    };
    Job {
        id: job.id.0,
        kind: job.kind,
        subject: job.unique_key.unwrap_or_default(),
        state,
        attempts: job.attempts,
        error: job.last_error.unwrap_or_default(),
        at,
    }
}

fn finding(found: doctor::Finding) -> Finding {
    let verdict = match found.verdict {
        doctor::Verdict::Good => Verdict::Good,
        doctor::Verdict::Warning => Verdict::Warning,
        doctor::Verdict::Bad => Verdict::Bad,
    };
    Finding { check: found.check, verdict, result: found.result, mend: found.mend }
}

//! Pages about the server itself. What they show belongs to the binary, which fills [`Server`].

pub mod health;
pub mod jobs;
pub mod routes;

use async_trait::async_trait;
use kernel::{Actor, Page, PageRequest, Timestamp};
use uuid::Uuid;
use web::Problem;

/// How a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// Given up; it waits for an operator.
    Dead,
    /// Waits for its time.
    Queued,
    /// Held by a node.
    Running,
}

/// A job.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its id.
    pub id: Uuid,
    /// Which handler: `dirsync.run`.
    pub kind: String,
    /// What it is about, where that is known.
    pub subject: String,
    /// How it stands.
    pub state: JobState,
    /// How often it was begun.
    pub attempts: u32,
    /// Why the last attempt failed.
    pub error: String,
    /// When it runs next, began, or was given up.
    pub at: Timestamp,
}

/// How many jobs there are of each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobCounts {
    /// Given up.
    pub dead: u64,
    /// Waiting.
    pub queued: u64,
    /// Running.
    pub running: u64,
}

/// How something is that was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Good,
    /// It works; somebody should look at it.
    Warning,
    /// It does not work.
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What.
    pub check: String,
    /// How it is.
    pub verdict: Verdict,
    /// What was seen.
    pub result: String,
    /// What to do about it.
    pub mend: Option<String>,
}

/// What the server is and how it is.
#[derive(Debug, Clone)]
pub struct Health {
    /// Everything that was looked at.
    pub findings: Vec<Finding>,
    /// Which database: `SQLite`, `PostgreSQL 17`.
    pub database: String,
    /// How large it is, in bytes; 0 when unknown.
    pub database_size: u64,
    /// When this process began.
    pub started: Timestamp,
}

/// What the binary knows and these pages show. Every verb asks the actor for leave itself.
#[async_trait]
pub trait Server: Send + Sync {
    /// Jobs of a state, newest first.
    async fn list_jobs(&self, actor: &Actor, state: JobState, page: &PageRequest) -> Result<Page<Job>, Problem>;
    /// How many there are of each state.
    async fn count_jobs(&self, actor: &Actor) -> Result<JobCounts, Problem>;
    /// Runs a job again that was given up.
    async fn retry_job(&self, actor: &Actor, id: Uuid) -> Result<(), Problem>;
    /// Removes a job.
    async fn discard_job(&self, actor: &Actor, id: Uuid) -> Result<(), Problem>;
    /// Looks at the server.
    async fn health(&self, actor: &Actor) -> Result<Health, Problem>;
}

//! Runs the jobs of this node: claims, keeps the lease alive, finishes or fails.

use std::any::Any;
use std::collections::HashMap;
use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt as _;
use kernel::Env;
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use crate::queue::{self, Job};
use crate::{Store, StoreError};

/// How long a claimed job is ours without a renewal.
const LEASE: Duration = Duration::from_mins(1);
/// How often a running job's lease is renewed.
const RENEWAL: Duration = Duration::from_secs(15);
/// How often to look for due jobs when nobody calls.
const POLL: Duration = Duration::from_secs(1);

/// How a job ended.
#[derive(Debug)]
pub enum Outcome {
    /// It is done.
    Done,
    /// It waits for something; run it again at this time, without counting the attempt.
    Again(kernel::Timestamp),
}

/// Why a job failed: a sentence for the operator who looks at the dead letters.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct JobError(pub String);

impl JobError {
    /// The whole chain of causes as one sentence.
    pub fn from_error(error: &(dyn std::error::Error + 'static)) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            text.push_str(": ");
            text.push_str(&inner.to_string());
            cause = inner.source();
        }
        Self(text)
    }

    /// A handler that panicked fails its job and not its lane.
    fn from_panic(panic: &Box<dyn Any + Send>) -> Self {
        let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Self(format!("the handler panicked: {}", text.unwrap_or("without a word")))
    }
}

impl Job {
    /// What its handler needs to know. What does not fit fails the job.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, JobError> {
        T::deserialize(&self.payload).map_err(|error| JobError::from_error(&error))
    }
}

/// Does one kind of job. May be called twice for one job, so what it does is idempotent.
#[async_trait]
pub trait Handler: Send + Sync {
    /// Which jobs: `dirsync.run`.
    fn kind(&self) -> &'static str;

    /// Does the job. `stop` turns true when the node shuts down or the lease is lost: stop soon, commit nothing more.
    async fn handle(&self, job: &Job, stop: watch::Receiver<bool>) -> Result<Outcome, JobError>;
}

/// The jobs of this node.
#[derive(Clone)]
pub struct Worker {
    store: Store,
    env: Env,
    holder: String,
    handlers: Arc<HashMap<&'static str, Arc<dyn Handler>>>,
    renewal: Duration,
}

impl Worker {
    /// A worker named `holder` (unique per process) with its handlers.
    pub fn new(store: Store, env: Env, holder: String, handlers: Vec<Arc<dyn Handler>>) -> Self {
        let handlers = handlers.into_iter().map(|handler| (handler.kind(), handler)).collect();
        Self { store, env, holder, handlers: Arc::new(handlers), renewal: RENEWAL }
    }

    /// Renews leases so often instead. For tests, which do not wait.
    #[must_use]
    pub fn renewing_every(self, renewal: Duration) -> Self {
        Self { renewal, ..self }
    }

    /// Runs `width` jobs at a time until `stop` turns true.
    pub async fn run(&self, width: usize, stop: watch::Receiver<bool>) {
        let lanes = (0..width.max(1)).map(|_| self.lane(stop.clone()));
        futures_util::future::join_all(lanes).await;
    }

    /// Runs every job that is due now, one after the other; returns how many. For tests and for `--once` commands.
    pub async fn run_due(&self) -> Result<usize, StoreError> {
        let (_keep, stop) = watch::channel(false);
        let mut count = 0;
        while self.run_one(&stop).await? {
            count += 1;
        }
        Ok(count)
    }

    async fn lane(&self, mut stop: watch::Receiver<bool>) {
        let mut calls = self.store.jobs();
        while !*stop.borrow() {
            match self.run_one(&stop).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "jobs cannot be read"),
            }
            tokio::select! {
                _ = tokio::time::timeout(POLL, calls.changed()) => {}
                // Nobody left who could say stop: the node is going down.
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    async fn run_one(&self, stop: &watch::Receiver<bool>) -> Result<bool, StoreError> {
        let kinds: Vec<_> = self.handlers.keys().copied().collect();
        if !queue::is_due(&mut self.store.look().await?, &kinds, self.env.now()).await? {
            return Ok(false);
        }
        let mut tx = self.store.begin().await?;
        let job = queue::claim(&mut tx, &kinds, &self.holder, self.env.now(), LEASE).await?;
        tx.commit().await?;
        let Some(job) = job else { return Ok(false) };
        let Some(handler) = self.handlers.get(job.kind.as_str()).cloned() else { return Ok(false) };
        let outcome = self.hold(&job, handler, stop.clone()).await;
        self.settle(&job, outcome).await?;
        Ok(true)
    }

    /// Runs the handler while renewing the lease.
    async fn hold(
        &self,
        job: &Job,
        handler: Arc<dyn Handler>,
        node_stop: watch::Receiver<bool>,
    ) -> Result<Outcome, JobError> {
        let (tell, stop) = watch::channel(*node_stop.borrow());
        let work = AssertUnwindSafe(handler.handle(job, stop)).catch_unwind();
        // All three go on side by side: the handler may hold SQLite's only writer while the renewal waits for it.
        tokio::select! {
            outcome = work => outcome.unwrap_or_else(|panic| Err(JobError::from_panic(&panic))),
            never = self.keep(job, &tell) => match never {},
            never = pass_on(node_stop, &tell) => match never {},
        }
    }

    /// Renews the lease for as long as the handler runs; tells it to stop when the job is no longer ours.
    async fn keep(&self, job: &Job, tell: &watch::Sender<bool>) -> Infallible {
        let mut ticks = tokio::time::interval(self.renewal);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.tick().await;
        loop {
            ticks.tick().await;
            if !self.renew(job).await {
                tell.send_replace(true);
            }
        }
    }

    /// Whether the job is still ours. A database out of reach is no loss yet: the lease outlives several renewals.
    async fn renew(&self, job: &Job) -> bool {
        let renewal = async {
            let mut tx = self.store.begin().await?;
            let held = queue::renew(&mut tx, job.id, &self.holder, self.env.now(), LEASE).await?;
            tx.commit().await?;
            Ok::<_, StoreError>(held)
        };
        renewal.await.unwrap_or_else(|error| {
            tracing::warn!(job.id = %job.id, error = &error as &dyn std::error::Error, "a lease cannot be renewed");
            true
        })
    }

    async fn settle(&self, job: &Job, outcome: Result<Outcome, JobError>) -> Result<(), StoreError> {
        let now = self.env.now();
        let mut tx = self.store.begin().await?;
        match outcome {
            Ok(Outcome::Done) => {
                queue::finish(&mut tx, job.id, &self.holder, now).await?;
            }
            Ok(Outcome::Again(at)) => {
                queue::postpone(&mut tx, job.id, &self.holder, at).await?;
            }
            Err(JobError(why)) => {
                tracing::warn!(job.id = %job.id, job.kind = job.kind, attempt = job.attempts, why, "a job failed");
                queue::fail(&mut tx, job, &self.holder, now, &why).await?;
            }
        }
        tx.commit().await
    }
}

/// Tells the handler when the node goes down, or when nobody is left who could say so.
async fn pass_on(mut node_stop: watch::Receiver<bool>, tell: &watch::Sender<bool>) -> Infallible {
    // An error is the sender's end, which means the same.
    let _ = node_stop.wait_for(|stop| *stop).await;
    tell.send_replace(true);
    std::future::pending().await
}

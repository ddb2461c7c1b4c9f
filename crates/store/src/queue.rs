//! The durable job queue: a job is a row, committed together with what asked for it.
//!
//! | state | means | goes to |
//! |---|---|---|
//! | `queued` | waits for its time | `running` |
//! | `running` | held by a node until the lease ends | `done`, `queued` (failed, lease lost), `dead` |
//! | `done` | finished | removed after a while |
//! | `dead` | failed too often; waits for an operator | `queued` |
//!
//! A job may run more than once (a node can die after the work and before the mark), so handlers are idempotent.

use std::time::Duration;

use kernel::{Env, OrganisationId, Page, PageRequest, Timestamp, id_type, text_enum};
use serde::Serialize;

use crate::{Backend, Row, Sql, StoreError, Tx, args};

id_type!(
    /// A job.
    JobId
);

text_enum!(
    /// Where a job stands.
    pub enum JobState {
        /// Waits for its time.
        Queued = "queued",
        /// Held by a node.
        Running = "running",
        /// Finished.
        Done = "done",
        /// Failed too often; waits for an operator.
        Dead = "dead",
    }
);

/// A job to be queued.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// For which organisation.
    pub organisation: OrganisationId,
    /// Which handler: `dirsync.run`.
    pub kind: &'static str,
    /// At most one waiting or running job per kind and key; a second one is not queued.
    pub unique_key: Option<String>,
    /// What the handler needs to know.
    pub payload: serde_json::Value,
    /// Not before.
    pub run_at: Timestamp,
    /// How often it may fail.
    pub max_attempts: u32,
}

/// A job as it stands.
#[derive(Debug, Clone, Serialize)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// For which organisation.
    pub organisation: OrganisationId,
    /// Which handler.
    pub kind: String,
    /// The key that makes it the only one.
    pub unique_key: Option<String>,
    /// What the handler needs to know.
    pub payload: serde_json::Value,
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

/// The wait after the first failure; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// The longest wait between attempts.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// Queues a job. Returns `None` when one with the same key waits or runs already.
pub async fn enqueue(tx: &mut Tx, env: &Env, job: NewJob) -> Result<Option<JobId>, StoreError> {
    let id: JobId = env.new_id();
    let added = tx
        .execute(
            "INSERT INTO store_jobs (id, organisation, kind, unique_key, payload, state, run_at, attempts, max_attempts, created_at)
             VALUES ($1, $2, $3, $4, $5, 'queued', $6, 0, $7, $8) ON CONFLICT DO NOTHING",
            args![id, job.organisation, job.kind, job.unique_key, job.payload.to_string(), job.run_at, job.max_attempts, env.now()],
        )
        .await?;
    tx.announce_job();
    Ok((added > 0).then_some(id))
}

/// Whether there may be something for [`claim`] to take: asked first, because to claim is to write.
pub async fn is_due(tx: &mut Tx, kinds: &[&'static str], now: Timestamp) -> Result<bool, StoreError> {
    let sql = due(Sql::new("SELECT 1 AS n FROM store_jobs WHERE "), kinds, now).push(" LIMIT 1");
    Ok(!tx.select(sql).await?.is_empty())
}

/// Adds what makes a job due.
fn due(sql: Sql, kinds: &[&'static str], now: Timestamp) -> Sql {
    sql.push("((state = 'queued' AND run_at <= ")
        .bind(now)
        .push(") OR (state = 'running' AND lease_until <= ")
        .bind(now)
        .push(")) AND kind IN ")
        .bind_list(kinds.iter().copied())
}

/// Takes the next due job of one of `kinds` for `holder`, for as long as `lease`.
///
/// A job whose lease has ended counts as due again. One that has used up its attempts becomes `dead`.
pub async fn claim(
    tx: &mut Tx,
    kinds: &[&'static str],
    holder: &str,
    now: Timestamp,
    lease: Duration,
) -> Result<Option<Job>, StoreError> {
    tx.execute(
        "UPDATE store_jobs SET state = 'dead', finished_at = $1, holder = NULL, lease_until = NULL,
             last_error = COALESCE(last_error, 'the node that ran it stopped without a word')
         WHERE state = 'running' AND lease_until <= $1 AND attempts >= max_attempts",
        args![now],
    )
    .await?;
    let lock = if tx.backend() == Backend::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
    let sql = Sql::new("UPDATE store_jobs SET state = 'running', attempts = attempts + 1, holder = ")
        .bind(holder)
        .push(", lease_until = ")
        .bind(now.plus(lease))
        .push(" WHERE id = (SELECT id FROM store_jobs WHERE ");
    let sql = due(sql, kinds, now).push(" ORDER BY run_at, id LIMIT 1").push(lock).push(") RETURNING *");
    tx.select(sql).await?.into_iter().next().map(|row| job_of(&row)).transpose()
}

/// Holds on to a running job; `false` when it is no longer ours, and the handler must stop.
pub async fn renew(tx: &mut Tx, id: JobId, holder: &str, now: Timestamp, lease: Duration) -> Result<bool, StoreError> {
    let held = tx
        .execute(
            "UPDATE store_jobs SET lease_until = $3 WHERE id = $1 AND holder = $2 AND state = 'running'",
            args![id, holder, now.plus(lease)],
        )
        .await?;
    Ok(held > 0)
}

/// Marks a job as done, in the unit of work of its last change. `false` when it is no longer ours.
pub async fn finish(tx: &mut Tx, id: JobId, holder: &str, now: Timestamp) -> Result<bool, StoreError> {
    let held = tx
        .execute(
            "UPDATE store_jobs SET state = 'done', finished_at = $3, holder = NULL, lease_until = NULL, last_error = NULL
             WHERE id = $1 AND holder = $2 AND state = 'running'",
            args![id, holder, now],
        )
        .await?;
    Ok(held > 0)
}

/// Puts a running job back for later without counting the attempt, for work that waits for something.
pub async fn postpone(tx: &mut Tx, id: JobId, holder: &str, until: Timestamp) -> Result<bool, StoreError> {
    let held = tx
        .execute(
            "UPDATE store_jobs SET state = 'queued', run_at = $3, attempts = attempts - 1, holder = NULL, lease_until = NULL
             WHERE id = $1 AND holder = $2 AND state = 'running'",
            args![id, holder, until],
        )
        .await?;
    Ok(held > 0)
}

/// Notes a failure: tried again after a growing wait, or `dead` when the attempts are used up.
pub async fn fail(tx: &mut Tx, job: &Job, holder: &str, now: Timestamp, why: &str) -> Result<(), StoreError> {
    let dead = job.attempts >= job.max_attempts;
    let state = if dead { JobState::Dead } else { JobState::Queued };
    tx.execute(
        "UPDATE store_jobs SET state = $3, run_at = $4, last_error = $5, finished_at = $6, holder = NULL, lease_until = NULL
         WHERE id = $1 AND holder = $2 AND state = 'running'",
        args![job.id, holder, state, now.plus(wait_after(job.attempts)), why, dead.then_some(now)],
    )
    .await?;
    tx.announce_job();
    Ok(())
}

/// Gives a dead job another full set of attempts, from now on. `false` when it is not dead.
pub async fn retry(tx: &mut Tx, organisation: OrganisationId, id: JobId, now: Timestamp) -> Result<bool, StoreError> {
    let revived = tx
        .execute(
            "UPDATE store_jobs SET state = 'queued', run_at = $3, attempts = 0, finished_at = NULL
             WHERE id = $1 AND organisation = $2 AND state = 'dead'",
            args![id, organisation, now],
        )
        .await?;
    tx.announce_job();
    Ok(revived > 0)
}

/// Removes a job that is dead or waiting. `false` when it is neither.
pub async fn discard(tx: &mut Tx, organisation: OrganisationId, id: JobId) -> Result<bool, StoreError> {
    let gone = tx
        .execute(
            "DELETE FROM store_jobs WHERE id = $1 AND organisation = $2 AND state IN ('dead', 'queued')",
            args![id, organisation],
        )
        .await?;
    Ok(gone > 0)
}

/// Removes jobs that were done before `before`.
pub async fn prune(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM store_jobs WHERE state = 'done' AND finished_at < $1", args![before]).await
}

/// One job of an organisation.
pub async fn find(tx: &mut Tx, organisation: OrganisationId, id: JobId) -> Result<Option<Job>, StoreError> {
    let row = tx.one("SELECT * FROM store_jobs WHERE id = $1 AND organisation = $2", args![id, organisation]).await?;
    row.map(|row| job_of(&row)).transpose()
}

/// An organisation's jobs, newest first, optionally of one state.
pub async fn list(
    tx: &mut Tx,
    organisation: OrganisationId,
    state: Option<JobState>,
    page: &PageRequest,
) -> Result<Page<Job>, StoreError> {
    let mut sql = Sql::new("SELECT * FROM store_jobs WHERE organisation = ").bind(organisation);
    if let Some(state) = state {
        sql = sql.push(" AND state = ").bind(state);
    }
    if let Some(after) = page.after.as_ref().and_then(kernel::Cursor::decode::<JobId>) {
        sql = sql.push(" AND id < ").bind(after);
    }
    let sql = sql.push(" ORDER BY id DESC LIMIT ").bind(page.limit + 1);
    let jobs = tx.select(sql).await?.iter().map(job_of).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_rows(jobs, page.limit, |job| job.id))
}

/// Jobs of a kind that wait or run, of all organisations.
pub async fn live(tx: &mut Tx, kind: &str) -> Result<Vec<Job>, StoreError> {
    let rows =
        tx.all("SELECT * FROM store_jobs WHERE kind = $1 AND state IN ('queued', 'running')", args![kind]).await?;
    rows.iter().map(job_of).collect()
}

/// How many jobs of all organisations wait, run and are dead; for metrics and readiness.
pub async fn counts(tx: &mut Tx) -> Result<Vec<(JobState, u64)>, StoreError> {
    let rows = tx.all("SELECT state, COUNT(*) AS n FROM store_jobs GROUP BY state", Vec::new()).await?;
    rows.iter().map(|row| Ok((row.get("state")?, row.get("n")?))).collect()
}

/// How many jobs an organisation has of each state.
pub async fn counts_of(tx: &mut Tx, organisation: OrganisationId) -> Result<Vec<(JobState, u64)>, StoreError> {
    let rows = tx
        .all("SELECT state, COUNT(*) AS n FROM store_jobs WHERE organisation = $1 GROUP BY state", args![organisation])
        .await?;
    rows.iter().map(|row| Ok((row.get("state")?, row.get("n")?))).collect()
}

fn wait_after(attempts: u32) -> Duration {
    let doublings = attempts.saturating_sub(1).min(12);
    (FIRST_WAIT * 2_u32.pow(doublings)).min(LONGEST_WAIT)
}

fn job_of(row: &Row) -> Result<Job, StoreError> {
    Ok(Job {
        id: row.get("id")?,
        organisation: row.get("organisation")?,
        kind: row.get("kind")?,
        unique_key: row.get("unique_key")?,
        payload: row.json("payload")?,
        state: row.get("state")?,
        run_at: row.get("run_at")?,
        attempts: row.get("attempts")?,
        max_attempts: row.get("max_attempts")?,
        holder: row.get("holder")?,
        lease_until: row.get("lease_until")?,
        last_error: row.get("last_error")?,
        created_at: row.get("created_at")?,
        finished_at: row.get("finished_at")?,
    })
}

#[cfg(test)]
mod tests;

//! `dirsync_runs`.

use directory::SourceId;
use kernel::{Cursor, OrganisationId, Page, PageRequest, Timestamp};
use store::{Row, Sql, StoreError, Tx, args, json};

use crate::model::{Run, RunId, RunKind, RunState};

/// The states of a run that is not over.
const OPEN: &str = "('queued', 'collecting', 'planning', 'held', 'applying', 'verifying')";

/// Writes a new run down; `false` when its source has one that is not over.
pub(crate) async fn insert(tx: &mut Tx, run: &Run) -> Result<bool, StoreError> {
    let added = tx.execute(
        "INSERT INTO dirsync_runs (id, organisation, source_id, kind, preview, state, started_by, subject, resume, progress,
             settings_version, created_at, person, users_lost, groups_lost)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, 0)
         ON CONFLICT DO NOTHING",
        args![
            run.id,
            run.organisation,
            run.source_id,
            run.kind,
            run.preview,
            run.state,
            run.started_by.as_str(),
            run.subject.as_deref(),
            json(&run.resume),
            json(&run.progress),
            run.settings_version,
            run.created_at,
            run.person,
        ],
    )
    .await?;
    Ok(added > 0)
}

/// Writes everything of a run that changes while it goes on. `false` when another execution owns it, or when it is no
/// longer in the state it was in: then nothing is written, and the caller must stop.
pub(crate) async fn save(tx: &mut Tx, run: &Run, was: RunState, owner: &str) -> Result<bool, StoreError> {
    let written = tx
        .execute(
            "UPDATE dirsync_runs SET state = $4, kind = $5, resume = $6, progress = $7, totals = $8, verdict = $9,
                 outcome = $10, error_code = $11, error_detail = $12, started_at = $13, finished_at = $14,
                 expires_at = $15, users_lost = $16, groups_lost = $17
             WHERE id = $1 AND state = $2 AND owner = $3",
            args![
                run.id,
                was,
                owner,
                run.state,
                run.kind,
                json(&run.resume),
                json(&run.progress),
                run.totals.as_ref().map(json),
                run.verdict.as_ref().map(json),
                run.outcome.as_ref().map(json),
                run.error_code.as_deref(),
                run.error_detail.as_deref(),
                run.started_at,
                run.finished_at,
                run.expires_at,
                run.users_lost,
                run.groups_lost,
            ],
        )
        .await?;
    Ok(written > 0)
}

/// Makes an execution the owner of a run: any other stops at its next write.
pub(crate) async fn own(tx: &mut Tx, id: RunId, owner: &str) -> Result<(), StoreError> {
    tx.execute("UPDATE dirsync_runs SET owner = $2 WHERE id = $1", args![id, owner]).await?;
    Ok(())
}

/// Moves a run from one of some states to another, with who decided; `false` when it is in none of them.
pub(crate) async fn decide(
    tx: &mut Tx,
    id: RunId,
    from: RunState,
    to: RunState,
    decision: (&str, &str),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let finished = (!to.open()).then_some(now);
    let moved = tx
        .execute(
            "UPDATE dirsync_runs SET state = $3, decision = $4, decided_by = $5, decided_at = $6,
                 finished_at = COALESCE($7, finished_at) WHERE id = $1 AND state = $2",
            args![id, from, to, decision.0, decision.1, now, finished],
        )
        .await?;
    Ok(moved > 0)
}

pub(crate) async fn find(tx: &mut Tx, organisation: OrganisationId, id: RunId) -> Result<Option<Run>, StoreError> {
    let row = tx.one("SELECT * FROM dirsync_runs WHERE id = $1 AND organisation = $2", args![id, organisation]).await?;
    row.as_ref().map(run_of).transpose()
}

/// The run of a source that is not over, if there is one.
pub(crate) async fn open(tx: &mut Tx, source: SourceId) -> Result<Option<Run>, StoreError> {
    let sql = Sql::new("SELECT * FROM dirsync_runs WHERE source_id = ").bind(source);
    let rows = tx.select(sql.push(" AND state IN ").push(OPEN).push(" ORDER BY id DESC LIMIT 1")).await?;
    rows.first().map(run_of).transpose()
}

/// The newest run of a source of a kind that ended well.
pub(crate) async fn last_good(tx: &mut Tx, source: SourceId, kind: RunKind) -> Result<Option<Run>, StoreError> {
    let row = tx
        .one(
            "SELECT * FROM dirsync_runs WHERE source_id = $1 AND kind = $2 AND state IN ('done', 'previewed')
             ORDER BY id DESC LIMIT 1",
            args![source, kind],
        )
        .await?;
    row.as_ref().map(run_of).transpose()
}

/// The newest run of a source of a kind that was not only a preview, whatever came of it.
pub(crate) async fn last_of(tx: &mut Tx, source: SourceId, kind: RunKind) -> Result<Option<Run>, StoreError> {
    let row = tx
        .one(
            "SELECT * FROM dirsync_runs WHERE source_id = $1 AND kind = $2 AND preview = FALSE ORDER BY id DESC LIMIT 1",
            args![source, kind],
        )
        .await?;
    row.as_ref().map(run_of).transpose()
}

/// The newest run of a source, whatever came of it.
pub(crate) async fn last(tx: &mut Tx, source: SourceId) -> Result<Option<Run>, StoreError> {
    let row = tx.one("SELECT * FROM dirsync_runs WHERE source_id = $1 ORDER BY id DESC LIMIT 1", args![source]).await?;
    row.as_ref().map(run_of).transpose()
}

/// Which runs are wanted.
#[derive(Debug, Clone, Default)]
pub struct RunFilter {
    /// Only of this source.
    pub source_id: Option<SourceId>,
    /// Only in this state.
    pub state: Option<RunState>,
    /// Only of this kind.
    pub kind: Option<RunKind>,
    /// Without the delta runs that changed nothing.
    pub with_changes_only: bool,
}

pub(crate) async fn list(
    tx: &mut Tx,
    organisation: OrganisationId,
    filter: &RunFilter,
    page: &PageRequest,
) -> Result<Page<Run>, StoreError> {
    let mut sql = Sql::new("SELECT * FROM dirsync_runs WHERE organisation = ").bind(organisation);
    if let Some(source) = filter.source_id {
        sql = sql.push(" AND source_id = ").bind(source);
    }
    if let Some(state) = filter.state {
        sql = sql.push(" AND state = ").bind(state);
    }
    if let Some(kind) = filter.kind {
        sql = sql.push(" AND kind = ").bind(kind);
    }
    if filter.with_changes_only {
        sql = sql.push(" AND (state NOT IN ('done', 'previewed') OR EXISTS (SELECT 1 FROM dirsync_changes WHERE run_id = dirsync_runs.id))");
    }
    if let Some(before) = page.after.as_ref().and_then(Cursor::decode::<RunId>) {
        sql = sql.push(" AND id < ").bind(before);
    }
    let rows = tx.select(sql.push(" ORDER BY id DESC LIMIT ").bind(page.limit + 1)).await?;
    let runs = rows.iter().map(run_of).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_rows(runs, page.limit, |run| run.id))
}

/// Runs that some job should be carrying on.
pub(crate) async fn under_way(tx: &mut Tx) -> Result<Vec<Run>, StoreError> {
    let sql = "SELECT * FROM dirsync_runs WHERE state IN ('queued', 'collecting', 'planning', 'applying', 'verifying')";
    tx.all(sql, args![]).await?.iter().map(run_of).collect()
}

/// Ends a run that nobody works on with what is known of it; `false` when it is no longer in the state it was in.
pub(crate) async fn give_up(
    tx: &mut Tx,
    run: &Run,
    code: &str,
    detail: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let ended = tx
        .execute(
            "UPDATE dirsync_runs SET state = 'failed', error_code = $3, error_detail = $4, finished_at = $5, owner = NULL
             WHERE id = $1 AND state = $2",
            args![run.id, run.state, code, detail, now],
        )
        .await?;
    Ok(ended > 0)
}

/// Held runs whose time to decide is over.
pub(crate) async fn expired_holds(tx: &mut Tx, now: Timestamp) -> Result<Vec<Run>, StoreError> {
    let rows = tx.all("SELECT * FROM dirsync_runs WHERE state = 'held' AND expires_at <= $1", args![now]).await?;
    rows.iter().map(run_of).collect()
}

/// Runs that ended before a moment and have been followed by a good one of their kind, each with the place of its plan's
/// last item.
pub(crate) async fn old(tx: &mut Tx, before: Timestamp, limit: usize) -> Result<Vec<(RunId, i64)>, StoreError> {
    let rows = tx
        .all(
            "SELECT id, (SELECT COALESCE(MAX(seq), 0) FROM dirsync_changes WHERE run_id = dirsync_runs.id) AS items
             FROM dirsync_runs WHERE finished_at < $1 AND EXISTS (SELECT 1 FROM dirsync_runs newer
                 WHERE newer.source_id = dirsync_runs.source_id AND newer.kind = dirsync_runs.kind
                     AND newer.state IN ('done', 'previewed') AND newer.id > dirsync_runs.id)
             ORDER BY id LIMIT $2",
            args![before, limit],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("items")?))).collect()
}

/// Drops a run.
pub(crate) async fn delete(tx: &mut Tx, id: RunId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM dirsync_runs WHERE id = $1", args![id]).await?;
    Ok(())
}

/// Users and groups that runs of a source took away since a moment.
pub(crate) async fn losses_since(tx: &mut Tx, source: SourceId, since: Timestamp) -> Result<(u64, u64), StoreError> {
    let row = tx
        .one(
            "SELECT CAST(COALESCE(SUM(users_lost), 0) AS BIGINT) AS users,
                 CAST(COALESCE(SUM(groups_lost), 0) AS BIGINT) AS groups
             FROM dirsync_runs WHERE source_id = $1 AND finished_at > $2 AND state = 'done' AND decision IS NULL",
            args![source, since],
        )
        .await?;
    row.map_or(Ok((0, 0)), |row| Ok((row.get("users")?, row.get("groups")?)))
}

pub(crate) fn run_of(row: &Row) -> Result<Run, StoreError> {
    let maybe = |column: &str| -> Result<Option<String>, StoreError> { row.get(column) };
    Ok(Run {
        id: row.get("id")?,
        organisation: row.get("organisation")?,
        source_id: row.get("source_id")?,
        kind: row.get("kind")?,
        preview: row.get("preview")?,
        state: row.get("state")?,
        started_by: row.get("started_by")?,
        person: row.get("person")?,
        subject: row.get("subject")?,
        resume: row.json("resume")?,
        progress: row.json("progress")?,
        totals: maybe("totals")?.map(|_| row.json("totals")).transpose()?,
        verdict: maybe("verdict")?.map(|_| row.json("verdict")).transpose()?,
        outcome: maybe("outcome")?.map(|_| row.json("outcome")).transpose()?,
        error_code: row.get("error_code")?,
        error_detail: row.get("error_detail")?,
        settings_version: row.get("settings_version")?,
        created_at: row.get("created_at")?,
        started_at: row.get("started_at")?,
        finished_at: row.get("finished_at")?,
        expires_at: row.get("expires_at")?,
        decided_by: row.get("decided_by")?,
        decided_at: row.get("decided_at")?,
        decision: row.get("decision")?,
        users_lost: row.get("users_lost")?,
        groups_lost: row.get("groups_lost")?,
    })
}

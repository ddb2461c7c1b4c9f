//! `dirsync_changes`: a plan, until and after it is applied.

use directory::{Act, Change, ObjectKind};
use kernel::{Cursor, Page, PageRequest, Timestamp};
use store::{Row, Sql, StoreError, Tx, args};
use uuid::Uuid;

use crate::model::RunId;
use crate::store::packs::{self, Packs};
use crate::totals::Effect;

mod act;

use act::{Columns, act_of};

/// One item of a plan as it is kept.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Its place in the plan.
    pub seq: i64,
    /// The change.
    pub change: Change,
    /// What it means.
    pub effect: Effect,
    /// Whether it is to be applied.
    pub allowed: bool,
    /// When it was applied.
    pub applied_at: Option<Timestamp>,
}

/// A change on its way into a plan.
#[derive(Debug)]
pub(crate) struct Fresh {
    /// The change.
    pub(crate) change: Change,
    /// What it means.
    pub(crate) effect: Effect,
    /// Whether its attributes are exactly those that are staged, and need not be kept twice.
    pub(crate) as_staged: bool,
}

/// Appends to a plan.
pub(crate) async fn insert(tx: &mut Tx, run: RunId, first_seq: i64, changes: &[Fresh]) -> Result<(), StoreError> {
    let rows = changes.iter().zip(first_seq..).map(|(fresh, seq)| {
        let change = &fresh.change;
        let (added, removed) = match &change.act {
            Act::Members { added, removed } => (added.len(), removed.len()),
            _ => (0, 0),
        };
        let act = Columns::of(&change.act, fresh.as_staged);
        args![
            run,
            seq,
            change.kind.as_str(),
            change.object_id,
            change.name.as_str(),
            fresh.effect,
            change.cause,
            added,
            removed,
            act.name,
            change.base,
            act.state,
            act.attributes,
            act.members,
            "allowed",
        ]
    });
    tx.insert_many(
        "INSERT INTO dirsync_changes (run_id, seq, kind, object_id, name, effect, cause, members_added, members_removed,
             act, base, state, attributes, members, decision) VALUES ",
        rows,
        "",
    )
    .await?;
    Ok(())
}

/// Lets the database look at a plan.
pub(crate) async fn analyze(tx: &mut Tx) -> Result<(), StoreError> {
    tx.analyze("ANALYZE dirsync_changes").await
}

/// Drops what of a plan stands behind one of its items.
pub(crate) async fn clear_after(tx: &mut Tx, run: RunId, seq: i64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM dirsync_changes WHERE run_id = $1 AND seq > $2", args![run, seq]).await?;
    tx.execute("DELETE FROM dirsync_packs WHERE run_id = $1 AND first_seq > $2", args![run, seq]).await?;
    Ok(())
}

/// Takes the items about some users out of a plan.
pub(crate) async fn take_users(tx: &mut Tx, run: RunId, ids: &[Uuid]) -> Result<Vec<Planned>, StoreError> {
    let mut taken = Vec::new();
    for ids in ids.chunks(500) {
        let sql = Sql::new(ITEMS).bind(run).push(" AND c.kind = 'user' AND c.object_id IN ");
        let items = select(tx, run, sql.bind_list(ids.iter().copied()).push(" ORDER BY c.seq")).await?;
        let sql = Sql::new("DELETE FROM dirsync_changes WHERE run_id = ").bind(run).push(" AND seq IN ");
        tx.alter(sql.bind_list(items.iter().map(|item| item.seq))).await?;
        taken.extend(items);
    }
    Ok(taken)
}

/// Hands the ids of the users of a plan to `each`.
pub(crate) async fn each_user(tx: &mut Tx, run: RunId, mut each: impl FnMut(Uuid)) -> Result<(), StoreError> {
    let sql = Sql::new("SELECT object_id FROM dirsync_changes WHERE kind = 'user' AND run_id = ").bind(run);
    tx.for_each(sql, |row| {
        each(row.get("object_id")?);
        Ok(())
    })
    .await
}

/// Drops the items of a plan up to one of them.
pub(crate) async fn drop_until(tx: &mut Tx, run: RunId, seq: i64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM dirsync_changes WHERE run_id = $1 AND seq <= $2", args![run, seq]).await?;
    packs::drop_until(tx, run, seq).await
}

/// The next allowed items that are not applied yet: as many as write about `weight` rows.
pub(crate) async fn next(tx: &mut Tx, run: RunId, after: i64, weight: u64) -> Result<Vec<Planned>, StoreError> {
    let row = tx
        .one(
            "SELECT MAX(seq) AS last FROM (SELECT seq, SUM(weight) OVER (ORDER BY seq) - weight AS before
                 FROM (SELECT seq, 1 + members_added + members_removed AS weight FROM dirsync_changes
                     WHERE run_id = $1 AND seq > $2 AND decision = 'allowed' AND applied_at IS NULL ORDER BY seq LIMIT $3
                 ) AS open) AS summed WHERE before < $3",
            args![run, after, weight],
        )
        .await?;
    let Some(last) = row.map(|row| row.get::<Option<i64>>("last")).transpose()?.flatten() else {
        return Ok(Vec::new());
    };
    let packs = Packs::between(tx, run, after, last).await?;
    let sql = Sql::new(ITEMS).bind(run).push(" AND seq > ").bind(after).push(" AND seq <= ").bind(last);
    let mut items = Vec::new();
    tx.for_each(sql.push(" AND decision = 'allowed' AND applied_at IS NULL ORDER BY seq"), |row| {
        items.push(planned_of(&row, &packs)?);
        Ok(())
    })
    .await?;
    Ok(items)
}

/// The next allowed items of one effect that are not applied yet.
pub(crate) async fn next_of(tx: &mut Tx, run: RunId, effect: Effect, limit: usize) -> Result<Vec<Planned>, StoreError> {
    let sql = Sql::new(ITEMS).bind(run).push(" AND effect = ").bind(effect);
    let sql = sql.push(" AND decision = 'allowed' AND applied_at IS NULL ORDER BY seq LIMIT ").bind(limit);
    select(tx, run, sql).await
}

/// Runs a built statement that begins with [`ITEMS`].
async fn select(tx: &mut Tx, run: RunId, sql: Sql) -> Result<Vec<Planned>, StoreError> {
    let rows = tx.select(sql).await?;
    let mut bare = Vec::new();
    for row in &rows {
        if row.get::<String>("act")? == "put" && row.get::<Option<String>>("attributes")?.is_none() {
            bare.push(row.get("seq")?);
        }
    }
    let packs = Packs::of(tx, run, bare.into_iter()).await?;
    rows.iter().map(|row| planned_of(row, &packs)).collect()
}

/// Marks single items as applied.
pub(crate) async fn mark_these_applied(
    tx: &mut Tx,
    run: RunId,
    seqs: &[i64],
    now: Timestamp,
) -> Result<(), StoreError> {
    for seqs in seqs.chunks(500) {
        let sql = Sql::new("UPDATE dirsync_changes SET applied_at = ").bind(now).push(" WHERE run_id = ").bind(run);
        tx.alter(sql.push(" AND seq IN ").bind_list(seqs.iter().copied())).await?;
    }
    Ok(())
}

/// Notes that the allowed items up to one of them are applied.
pub(crate) async fn mark_applied(tx: &mut Tx, run: RunId, until: i64, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE dirsync_runs SET applied_until = $2, applied_until_at = $3 WHERE id = $1",
        args![run, until, now],
    )
    .await?;
    Ok(())
}

/// Up to which item the allowed ones are applied.
pub(crate) async fn applied_until(tx: &mut Tx, run: RunId) -> Result<i64, StoreError> {
    let row = tx.one("SELECT applied_until FROM dirsync_runs WHERE id = $1", args![run]).await?;
    row.map_or(Ok(0), |row| row.get("applied_until"))
}

/// Which items of a plan are wanted.
#[derive(Debug, Clone, Default)]
pub struct ChangeFilter {
    /// Only this effect.
    pub effect: Option<Effect>,
    /// Only this cause.
    pub cause: Option<String>,
    /// Only names that contain this text.
    pub text: Option<String>,
    /// Without notes of ours.
    pub visible_only: bool,
    /// Only items that take members away.
    pub removing_members: bool,
}

/// Items of a plan, in its order.
pub(crate) async fn list(
    tx: &mut Tx,
    run: RunId,
    filter: &ChangeFilter,
    page: &PageRequest,
) -> Result<Page<Planned>, StoreError> {
    let mut sql = narrow(Sql::new(ITEMS).bind(run), filter);
    if let Some(after) = page.after.as_ref().and_then(Cursor::decode::<i64>) {
        sql = sql.push(" AND seq > ").bind(after);
    }
    let items = select(tx, run, sql.push(" ORDER BY seq LIMIT ").bind(page.limit + 1)).await?;
    Ok(Page::from_rows(items, page.limit, |item| item.seq))
}

/// Rejects the items of a plan that `filter` finds; returns how many.
pub(crate) async fn reject(tx: &mut Tx, run: RunId, filter: &ChangeFilter) -> Result<u64, StoreError> {
    decide_found(tx, run, filter, "rejected").await
}

/// Allows the items of a plan that `filter` finds; returns how many.
pub(crate) async fn allow(tx: &mut Tx, run: RunId, filter: &ChangeFilter) -> Result<u64, StoreError> {
    decide_found(tx, run, filter, "allowed").await
}

async fn decide_found(tx: &mut Tx, run: RunId, filter: &ChangeFilter, decision: &str) -> Result<u64, StoreError> {
    let sql = Sql::new("UPDATE dirsync_changes SET decision = ").bind(decision);
    let sql = sql.push(" WHERE applied_at IS NULL AND run_id = ").bind(run);
    tx.alter(narrow(sql, filter)).await
}

/// Rejects or allows single items of a plan.
pub(crate) async fn decide(tx: &mut Tx, run: RunId, seqs: &[i64], decision: &str) -> Result<u64, StoreError> {
    let mut changed = 0;
    for seqs in seqs.chunks(500) {
        let sql = Sql::new("UPDATE dirsync_changes SET decision = ").bind(decision);
        let sql = sql.push(" WHERE applied_at IS NULL AND run_id = ").bind(run);
        changed += tx.alter(sql.push(" AND seq IN ").bind_list(seqs.iter().copied())).await?;
    }
    Ok(changed)
}

fn narrow(mut sql: Sql, filter: &ChangeFilter) -> Sql {
    if let Some(effect) = filter.effect {
        sql = sql.push(" AND effect = ").bind(effect);
    }
    if let Some(cause) = &filter.cause {
        sql = sql.push(" AND cause = ").bind(cause);
    }
    if let Some(text) = &filter.text {
        sql = sql.push(" AND lower(name)").has(text);
    }
    if filter.removing_members {
        sql = sql.push(" AND members_removed > 0");
    }
    if filter.visible_only {
        sql = sql.push(" AND effect <> 'note'");
    }
    sql
}

/// Items with the attributes that are kept with what was read.
const ITEMS: &str =
    "SELECT c.seq, c.kind, c.object_id, c.name, c.effect, c.cause, c.decision, c.act, c.base, c.state, c.members,
        COALESCE(c.attributes, s.body) AS attributes, COALESCE(c.applied_at,
            CASE WHEN c.decision = 'allowed' AND c.seq <= r.applied_until THEN r.applied_until_at END) AS applied_at
    FROM dirsync_changes c
        JOIN (SELECT id AS of_run, applied_until, applied_until_at FROM dirsync_runs) r ON r.of_run = c.run_id LEFT JOIN dirsync_staged s ON c.act = 'put' AND c.attributes IS NULL AND s.run_id = c.run_id
        AND s.kind = c.kind AND s.object_id = c.object_id
    WHERE c.run_id = ";

fn planned_of(row: &Row, packs: &Packs) -> Result<Planned, StoreError> {
    let (kind, decision): (String, String) = (row.get("kind")?, row.get("decision")?);
    let kind = if kind == "user" { ObjectKind::User } else { ObjectKind::Group };
    let seq = row.get("seq")?;
    Ok(Planned {
        seq,
        change: Change {
            kind,
            object_id: row.get("object_id")?,
            name: row.get("name")?,
            act: act_of(row, kind, || packs.body(seq))?,
            cause: row.get("cause")?,
            base: row.get("base")?,
        },
        effect: row.get("effect")?,
        allowed: decision == "allowed",
        applied_at: row.get("applied_at")?,
    })
}

//! `dirsync_exceptions` and `dirsync_additions`.

use directory::SourceId;
use kernel::{Cursor, OrganisationId, Page, PageRequest, Timestamp};
use store::{Row, Sql, StoreError, Tx, args};
use uuid::Uuid;

use crate::lists::{Addition, AdditionState, Exception};
use crate::model::{AdditionId, ExceptionId};

/// Exceptions of a source that are in force.
pub(crate) async fn live_exceptions(
    tx: &mut Tx,
    source: SourceId,
    now: Timestamp,
) -> Result<Vec<Exception>, StoreError> {
    let rows = tx
        .all(
            "SELECT * FROM dirsync_exceptions WHERE source_id = $1 AND (expires_at IS NULL OR expires_at > $2)",
            args![source, now],
        )
        .await?;
    rows.iter().map(exception_of).collect()
}

pub(crate) async fn list_exceptions(
    tx: &mut Tx,
    organisation: OrganisationId,
    page: &PageRequest,
) -> Result<Page<Exception>, StoreError> {
    let mut sql = Sql::new("SELECT * FROM dirsync_exceptions WHERE organisation = ").bind(organisation);
    if let Some(before) = page.after.as_ref().and_then(Cursor::decode::<ExceptionId>) {
        sql = sql.push(" AND id < ").bind(before);
    }
    let rows = tx.select(sql.push(" ORDER BY id DESC LIMIT ").bind(page.limit + 1)).await?;
    let items = rows.iter().map(exception_of).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_rows(items, page.limit, |item| item.id))
}

pub(crate) async fn insert_exception(tx: &mut Tx, exception: &Exception) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO dirsync_exceptions (id, organisation, source_id, kind, value, label, owner, reason, expires_at,
             created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        args![
            exception.id,
            exception.organisation,
            exception.source_id,
            exception.kind,
            exception.value.as_str(),
            exception.label.as_str(),
            exception.owner.as_str(),
            exception.reason.as_str(),
            exception.expires_at,
            exception.created_at,
            exception.created_by.as_str(),
        ],
    )
    .await?;
    Ok(())
}

/// Removes an exception; returns it, when there was one.
pub(crate) async fn delete_exception(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ExceptionId,
) -> Result<Option<Exception>, StoreError> {
    let row = tx
        .one("DELETE FROM dirsync_exceptions WHERE id = $1 AND organisation = $2 RETURNING *", args![id, organisation])
        .await?;
    row.as_ref().map(exception_of).transpose()
}

/// Whether an exception of a source has ended since a moment: its user must be looked at again.
pub(crate) async fn exception_ended(
    tx: &mut Tx,
    source: SourceId,
    since: Option<Timestamp>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let ended = tx
        .count(
            "SELECT COUNT(*) AS n FROM dirsync_exceptions WHERE source_id = $1 AND expires_at > $2 AND expires_at <= $3",
            args![source, since.unwrap_or_default(), now],
        )
        .await?;
    Ok(ended > 0)
}

/// Object ids that additions found.
pub(crate) async fn added_ids(tx: &mut Tx, source: SourceId) -> Result<Vec<Uuid>, StoreError> {
    let rows = tx
        .all(
            "SELECT object_id FROM dirsync_additions WHERE source_id = $1 AND state = 'found' AND object_id IS NOT NULL",
            args![source],
        )
        .await?;
    rows.iter().map(|row| row.get("object_id")).collect()
}

pub(crate) async fn list_additions(
    tx: &mut Tx,
    organisation: OrganisationId,
    page: &PageRequest,
) -> Result<Page<Addition>, StoreError> {
    let mut sql = Sql::new("SELECT * FROM dirsync_additions WHERE organisation = ").bind(organisation);
    if let Some(before) = page.after.as_ref().and_then(Cursor::decode::<AdditionId>) {
        sql = sql.push(" AND id < ").bind(before);
    }
    let rows = tx.select(sql.push(" ORDER BY id DESC LIMIT ").bind(page.limit + 1)).await?;
    let items = rows.iter().map(addition_of).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_rows(items, page.limit, |item| item.id))
}

/// Additions of a source that are still expected.
pub(crate) async fn expected(tx: &mut Tx, source: SourceId) -> Result<Vec<Addition>, StoreError> {
    let rows = tx
        .all("SELECT * FROM dirsync_additions WHERE source_id = $1 AND state = 'expected' LIMIT 1000", args![source])
        .await?;
    rows.iter().map(addition_of).collect()
}

/// Inserts or replaces an addition.
pub(crate) async fn put_addition(tx: &mut Tx, addition: &Addition) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO dirsync_additions (id, organisation, source_id, email, state, object_id, reason, created_at, created_by,
             seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, object_id = excluded.object_id, seen_at = excluded.seen_at",
        args![
            addition.id,
            addition.organisation,
            addition.source_id,
            addition.email.as_str(),
            addition.state,
            addition.object_id,
            addition.reason.as_str(),
            addition.created_at,
            addition.created_by.as_str(),
            addition.seen_at,
            addition.expires_at,
        ],
    )
    .await?;
    Ok(())
}

/// Removes an addition; returns it, when there was one.
pub(crate) async fn delete_addition(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: AdditionId,
) -> Result<Option<Addition>, StoreError> {
    let row = tx
        .one("DELETE FROM dirsync_additions WHERE id = $1 AND organisation = $2 RETURNING *", args![id, organisation])
        .await?;
    row.as_ref().map(addition_of).transpose()
}

/// Additions that nobody has seen in time become expired; returns them.
pub(crate) async fn expire_additions(tx: &mut Tx, now: Timestamp) -> Result<Vec<Addition>, StoreError> {
    let rows = tx
        .all(
            "UPDATE dirsync_additions SET state = 'expired' WHERE state = 'expected' AND expires_at <= $1 RETURNING *",
            args![now],
        )
        .await?;
    rows.iter().map(addition_of).collect()
}

fn exception_of(row: &Row) -> Result<Exception, StoreError> {
    Ok(Exception {
        id: row.get("id")?,
        organisation: row.get("organisation")?,
        source_id: row.get("source_id")?,
        kind: row.get("kind")?,
        value: row.get("value")?,
        label: row.get("label")?,
        owner: row.get("owner")?,
        reason: row.get("reason")?,
        expires_at: row.get("expires_at")?,
        created_at: row.get("created_at")?,
        created_by: row.get("created_by")?,
    })
}

fn addition_of(row: &Row) -> Result<Addition, StoreError> {
    let state: AdditionState = row.get("state")?;
    Ok(Addition {
        id: row.get("id")?,
        organisation: row.get("organisation")?,
        source_id: row.get("source_id")?,
        email: row.get("email")?,
        state,
        object_id: row.get("object_id")?,
        reason: row.get("reason")?,
        created_at: row.get("created_at")?,
        created_by: row.get("created_by")?,
        seen_at: row.get("seen_at")?,
        expires_at: row.get("expires_at")?,
    })
}

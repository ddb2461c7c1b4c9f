//! `provisioning_former`: what was deleted and may come back.

use directory::SourceId;
use kernel::Timestamp;
use scim::ResourceType;
use store::{Row, StoreError, Tx, args};
use uuid::Uuid;

use super::resources::Stored;
use crate::model::ConnectionId;

/// What was deleted.
pub(crate) struct Former {
    /// The SCIM id it had.
    pub(crate) id: Uuid,
    pub(crate) source_id: SourceId,
    pub(crate) object_id: Uuid,
    pub(crate) deleted_at: Timestamp,
}

/// Notes what is deleted.
pub(crate) async fn insert(
    tx: &mut Tx,
    kind: &'static ResourceType,
    connection: ConnectionId,
    row: &Stored,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO provisioning_former (id, connection, kind, name_key, external_id, source_id, object_id, deleted_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            row.id,
            connection,
            kind.name,
            row.name_key.as_str(),
            row.external_id.as_deref(),
            row.source_id,
            row.object_id,
            now
        ],
    )
    .await?;
    Ok(())
}

/// Takes the latest with this `externalId` out, because it comes back.
pub(crate) async fn take(
    tx: &mut Tx,
    kind: &'static ResourceType,
    connection: ConnectionId,
    external_id: &str,
) -> Result<Option<Former>, StoreError> {
    let row = tx
        .one(
            "SELECT id, source_id, object_id, deleted_at FROM provisioning_former
             WHERE connection = $1 AND kind = $2 AND external_id = $3 ORDER BY deleted_at DESC LIMIT 1",
            args![connection, kind.name, external_id],
        )
        .await?;
    let Some(former) = row.as_ref().map(former_of).transpose()? else { return Ok(None) };
    tx.execute("DELETE FROM provisioning_former WHERE id = $1", args![former.id]).await?;
    Ok(Some(former))
}

/// The latest that had this name.
pub(crate) async fn named(
    tx: &mut Tx,
    kind: &'static ResourceType,
    connection: ConnectionId,
    name_key: &str,
) -> Result<Option<Former>, StoreError> {
    let row = tx
        .one(
            "SELECT id, source_id, object_id, deleted_at FROM provisioning_former
             WHERE connection = $1 AND kind = $2 AND name_key = $3 ORDER BY deleted_at DESC LIMIT 1",
            args![connection, kind.name, name_key],
        )
        .await?;
    row.as_ref().map(former_of).transpose()
}

fn former_of(row: &Row) -> Result<Former, StoreError> {
    Ok(Former {
        id: row.get("id")?,
        source_id: row.get("source_id")?,
        object_id: row.get("object_id")?,
        deleted_at: row.get("deleted_at")?,
    })
}

//! Statements on `provisioning_connections`.

use kernel::{OrganisationId, Timestamp};
use store::{Row, StoreError, Tx, args, json};

use crate::model::{Connection, ConnectionId};

pub(crate) async fn insert(tx: &mut Tx, connection: &Connection) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO provisioning_connections
             (id, organisation, name, tenant_id, state, settings, user_count, group_count, created_at, changed_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7, $7, $8)",
        args![
            connection.id,
            connection.organisation,
            &connection.name,
            connection.tenant,
            connection.state,
            json(&connection.settings),
            connection.created_at,
            connection.version
        ],
    )
    .await?;
    Ok(())
}

pub(crate) async fn find(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ConnectionId,
) -> Result<Option<Connection>, StoreError> {
    let sql = "SELECT * FROM provisioning_connections WHERE organisation = $1 AND id = $2";
    tx.one(sql, args![organisation, id]).await?.map(|row| connection(&row)).transpose()
}

/// Every connection of an organisation, oldest first.
pub(crate) async fn list(tx: &mut Tx, organisation: OrganisationId) -> Result<Vec<Connection>, StoreError> {
    let sql = "SELECT * FROM provisioning_connections WHERE organisation = $1 ORDER BY created_at, id";
    tx.all(sql, args![organisation]).await?.iter().map(connection).collect()
}

/// Every connection of the server.
pub(crate) async fn list_all(tx: &mut Tx) -> Result<Vec<Connection>, StoreError> {
    let sql = "SELECT * FROM provisioning_connections ORDER BY created_at, id";
    tx.all(sql, Vec::new()).await?.iter().map(connection).collect()
}

/// Writes what an operator sets, unless somebody else did in between.
pub(crate) async fn update(tx: &mut Tx, changed: &Connection, read_version: i64) -> Result<bool, StoreError> {
    let changed = tx
        .execute(
            "UPDATE provisioning_connections
             SET name = $4, tenant_id = $5, state = $6, settings = $7, changed_at = $8, version = $9
             WHERE organisation = $1 AND id = $2 AND version = $3",
            args![
                changed.organisation,
                changed.id,
                read_version,
                &changed.name,
                changed.tenant,
                changed.state,
                json(&changed.settings),
                changed.changed_at,
                changed.version
            ],
        )
        .await?;
    Ok(changed > 0)
}

/// When it was last called; a flush of another node may have come first.
pub(crate) async fn touch(tx: &mut Tx, id: ConnectionId, at: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE provisioning_connections SET last_call_at = $2
         WHERE id = $1 AND (last_call_at IS NULL OR last_call_at < $2)",
        args![id, at],
    )
    .await?;
    Ok(())
}

/// What belongs to a connection apart from its users and groups, of which there must be none left (`ended::clear`).
const BELONGINGS: [&str; 7] = [
    "DELETE FROM provisioning_tokens WHERE key_id IN (SELECT id FROM provisioning_keys WHERE connection = $1)",
    "DELETE FROM provisioning_keys WHERE connection = $1",
    "DELETE FROM provisioning_losses WHERE connection = $1",
    "DELETE FROM provisioning_held WHERE connection = $1",
    "DELETE FROM provisioning_holds WHERE connection = $1",
    "DELETE FROM provisioning_calls WHERE connection = $1",
    // Nobody can come back to a connection that is gone.
    "DELETE FROM provisioning_former WHERE connection = $1",
];

/// Deletes a connection that holds nothing, with all that belongs to it. False when it holds something after all.
pub(crate) async fn delete(tx: &mut Tx, organisation: OrganisationId, id: ConnectionId) -> Result<bool, StoreError> {
    let gone = tx
        .execute(
            "DELETE FROM provisioning_connections
             WHERE organisation = $1 AND id = $2 AND user_count = 0 AND group_count = 0",
            args![organisation, id],
        )
        .await?;
    if gone == 0 {
        return Ok(false);
    }
    for sql in BELONGINGS {
        tx.execute(sql, args![id]).await?;
    }
    Ok(true)
}

pub(crate) fn connection(row: &Row) -> Result<Connection, StoreError> {
    Ok(Connection {
        id: row.get("id")?,
        organisation: row.get("organisation")?,
        name: row.get("name")?,
        tenant: row.get("tenant_id")?,
        state: row.get("state")?,
        settings: row.json("settings")?,
        user_count: row.get("user_count")?,
        group_count: row.get("group_count")?,
        last_call_at: row.get("last_call_at")?,
        created_at: row.get("created_at")?,
        changed_at: row.get("changed_at")?,
        version: row.get("version")?,
    })
}

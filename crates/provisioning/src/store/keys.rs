//! Statements on `provisioning_keys`.

use kernel::{OrganisationId, Timestamp};
use store::{Row, StoreError, Tx, args, json};
use web::Network;

use crate::keys::KeyView;
use crate::model::{Connection, ConnectionId, KeyId};

/// A key with its connection: all that is needed to judge a call.
pub(crate) struct Found {
    pub key: KeyView,
    pub secret_hash: Vec<u8>,
    pub connection: Connection,
}

pub(crate) async fn insert(
    tx: &mut Tx,
    organisation: OrganisationId,
    key: &KeyView,
    secret_hash: Vec<u8>,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO provisioning_keys
             (id, organisation, connection, label, secret_hash, addresses, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            key.id,
            organisation,
            key.connection,
            &key.label,
            secret_hash,
            json(&key.addresses),
            key.created_at,
            key.expires_at
        ],
    )
    .await?;
    Ok(())
}

/// How many keys of a connection work.
pub(crate) async fn count_working(tx: &mut Tx, connection: ConnectionId, now: Timestamp) -> Result<u64, StoreError> {
    let sql = "SELECT COUNT(*) AS n FROM provisioning_keys
               WHERE connection = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)";
    tx.count(sql, args![connection, now]).await
}

/// Every key of a connection, newest first.
pub(crate) async fn list(tx: &mut Tx, connection: ConnectionId, now: Timestamp) -> Result<Vec<KeyView>, StoreError> {
    let sql = "SELECT * FROM provisioning_keys WHERE connection = $1 ORDER BY created_at DESC, id DESC";
    tx.all(sql, args![connection]).await?.iter().map(|row| view(row, now)).collect()
}

pub(crate) async fn find(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: KeyId,
    now: Timestamp,
) -> Result<Option<KeyView>, StoreError> {
    let sql = "SELECT * FROM provisioning_keys WHERE organisation = $1 AND id = $2";
    tx.one(sql, args![organisation, id]).await?.map(|row| view(&row, now)).transpose()
}

/// A key of any organisation, for a caller who has shown it and nothing else yet.
pub(crate) async fn find_shown(tx: &mut Tx, id: KeyId, now: Timestamp) -> Result<Option<Found>, StoreError> {
    let row = tx.one("SELECT * FROM provisioning_keys WHERE id = $1", args![id]).await?;
    let Some(row) = row else { return Ok(None) };
    let key = view(&row, now)?;
    let connection = super::connections::find(tx, row.get("organisation")?, key.connection).await?;
    let secret_hash = row.get("secret_hash")?;
    Ok(connection.map(|connection| Found { key, secret_hash, connection }))
}

pub(crate) async fn revoke(tx: &mut Tx, id: KeyId, now: Timestamp) -> Result<(), StoreError> {
    tx.execute("UPDATE provisioning_keys SET revoked_at = $2 WHERE id = $1", args![id, now]).await?;
    tx.execute("DELETE FROM provisioning_tokens WHERE key_id = $1", args![id]).await?;
    Ok(())
}

/// When and from where it was last used; a flush of another node may have come first.
pub(crate) async fn touch(tx: &mut Tx, id: KeyId, at: Timestamp, address: Option<String>) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE provisioning_keys SET last_used_at = $2, last_address = $3
         WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)",
        args![id, at, address],
    )
    .await?;
    Ok(())
}

/// Forgets keys that have not worked since `before`.
pub(crate) async fn prune(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM provisioning_keys WHERE revoked_at < $1 OR expires_at < $1", args![before]).await
}

fn view(row: &Row, now: Timestamp) -> Result<KeyView, StoreError> {
    let id: KeyId = row.get("id")?;
    let (expires_at, revoked_at): (Option<Timestamp>, Option<Timestamp>) =
        (row.get("expires_at")?, row.get("revoked_at")?);
    Ok(KeyView {
        id,
        connection: row.get("connection")?,
        key: id.shown(),
        label: row.get("label")?,
        addresses: row.json::<Vec<Network>>("addresses")?,
        created_at: row.get("created_at")?,
        expires_at,
        revoked_at,
        last_used_at: row.get("last_used_at")?,
        last_address: row.get("last_address")?,
        works: revoked_at.is_none() && expires_at.is_none_or(|end| end > now),
    })
}

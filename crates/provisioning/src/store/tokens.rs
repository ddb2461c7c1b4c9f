//! Statements on `provisioning_tokens`.

use kernel::Timestamp;
use store::{StoreError, Tx, args};

use crate::model::KeyId;

pub(crate) async fn insert(tx: &mut Tx, hash: Vec<u8>, key: KeyId, expires_at: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO provisioning_tokens (token_hash, key_id, expires_at) VALUES ($1, $2, $3)";
    tx.execute(sql, args![hash, key, expires_at]).await?;
    Ok(())
}

/// The key that a token was given for, and when the token ends.
pub(crate) async fn find(tx: &mut Tx, hash: Vec<u8>) -> Result<Option<(KeyId, Timestamp)>, StoreError> {
    let row = tx.one("SELECT key_id, expires_at FROM provisioning_tokens WHERE token_hash = $1", args![hash]).await?;
    row.map(|row| Ok((row.get("key_id")?, row.get("expires_at")?))).transpose()
}

pub(crate) async fn prune(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM provisioning_tokens WHERE expires_at <= $1", args![now]).await
}

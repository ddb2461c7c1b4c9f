//! Statements on `mfa_keys`.

use kernel::Timestamp;
use store::{Row, StoreError, Tx, args};
use tenants::TenantId;

use crate::keys::StoredKey;
use crate::keys::timeline::Life;
use crate::model::KeyId;

pub(crate) async fn insert(tx: &mut Tx, key: &StoredKey) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO mfa_keys (id, provider, kid, certificate, private_key, published_at, signs_from)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![
            key.id,
            key.provider,
            &key.kid,
            key.certificate.clone(),
            key.private_key.clone(),
            key.published_at,
            key.signs_from
        ],
    )
    .await?;
    Ok(())
}

/// Every key of a provider that is published or was, by the time from which it signs.
pub(crate) async fn list(tx: &mut Tx, provider: TenantId) -> Result<Vec<StoredKey>, StoreError> {
    let sql = "SELECT * FROM mfa_keys WHERE provider = $1 ORDER BY signs_from, id";
    tx.all(sql, args![provider]).await?.iter().map(key).collect()
}

/// The lives of the keys that are published.
pub(crate) async fn lives(tx: &mut Tx, provider: TenantId) -> Result<Vec<Life>, StoreError> {
    let sql = "SELECT id, signs_from, signs_until, removed_at FROM mfa_keys
               WHERE provider = $1 AND removed_at IS NULL ORDER BY signs_from, id";
    let rows = tx.all(sql, args![provider]).await?;
    let life = |row: &Row| {
        Ok(Life {
            id: row.get("id")?,
            signs_from: row.get("signs_from")?,
            signs_until: row.get("signs_until")?,
            removed_at: row.get("removed_at")?,
        })
    };
    rows.iter().map(life).collect()
}

pub(crate) async fn find(tx: &mut Tx, id: KeyId) -> Result<Option<StoredKey>, StoreError> {
    tx.one("SELECT * FROM mfa_keys WHERE id = $1", args![id]).await?.map(|row| key(&row)).transpose()
}

/// The key that signs without end, signs until then.
pub(crate) async fn end(tx: &mut Tx, provider: TenantId, at: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE mfa_keys SET signs_until = $2
               WHERE provider = $1 AND signs_until IS NULL AND removed_at IS NULL";
    tx.execute(sql, args![provider, at]).await?;
    Ok(())
}

/// Publishes a key no longer and wipes its private half.
pub(crate) async fn remove(tx: &mut Tx, id: KeyId, at: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE mfa_keys SET removed_at = $2, signs_until = COALESCE(signs_until, $2), private_key = NULL
               WHERE id = $1";
    tx.execute(sql, args![id, at]).await?;
    Ok(())
}

fn key(row: &Row) -> Result<StoredKey, StoreError> {
    Ok(StoredKey {
        id: row.get("id")?,
        provider: row.get("provider")?,
        kid: row.get("kid")?,
        certificate: row.get("certificate")?,
        private_key: row.get("private_key")?,
        published_at: row.get("published_at")?,
        signs_from: row.get("signs_from")?,
        signs_until: row.get("signs_until")?,
        removed_at: row.get("removed_at")?,
    })
}

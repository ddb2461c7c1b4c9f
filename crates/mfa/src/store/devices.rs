//! `mfa_devices`.

use kernel::Timestamp;
use store::{Row, StoreError, Tx, args};

use crate::devices::Device;
use crate::model::{AccountId, DeviceId};

pub(crate) async fn insert(tx: &mut Tx, device: &Device) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO mfa_devices (id, organisation, account, name, public_key, created_at, last_used_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            device.id,
            device.organisation,
            device.account,
            &device.name,
            device.public_key.clone(),
            device.created_at,
            device.last_used_at,
            device.expires_at
        ],
    )
    .await?;
    Ok(())
}

/// A person's remembered browsers, newest first.
pub(crate) async fn of(tx: &mut Tx, account: AccountId) -> Result<Vec<Device>, StoreError> {
    let rows = tx
        .all("SELECT * FROM mfa_devices WHERE account = $1 ORDER BY created_at DESC, id DESC", args![account])
        .await?;
    rows.iter().map(device_of).collect()
}

pub(crate) async fn used(tx: &mut Tx, id: DeviceId, now: Timestamp) -> Result<(), StoreError> {
    tx.execute("UPDATE mfa_devices SET last_used_at = $2 WHERE id = $1", args![id, now]).await?;
    Ok(())
}

/// Forgets a browser; says whether it was there.
pub(crate) async fn delete(tx: &mut Tx, account: AccountId, id: DeviceId) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM mfa_devices WHERE account = $1 AND id = $2", args![account, id]).await? == 1)
}

/// Forgets every browser of a person.
pub(crate) async fn delete_all(tx: &mut Tx, account: AccountId) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM mfa_devices WHERE account = $1", args![account]).await
}

/// Drops what has expired.
pub(crate) async fn prune(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM mfa_devices WHERE expires_at <= $1", args![now]).await
}

fn device_of(row: &Row) -> Result<Device, StoreError> {
    Ok(Device {
        id: row.get("id")?,
        organisation: row.get("organisation")?,
        account: row.get("account")?,
        name: row.get("name")?,
        public_key: row.get("public_key")?,
        created_at: row.get("created_at")?,
        last_used_at: row.get("last_used_at")?,
        expires_at: row.get("expires_at")?,
    })
}

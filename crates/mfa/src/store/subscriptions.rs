//! `mfa_push_subscriptions` and `mfa_push_keys`.

use kernel::Timestamp;
use store::seal::{Place, SealedColumn};
use store::{StoreError, Tx, args};
use uuid::Uuid;

use crate::model::DeviceId;
use crate::push::PushDevice;
use crate::push::web::StoredSubscription;

pub(crate) const SEALED: SealedColumn = SealedColumn { table: "mfa_push_subscriptions", column: "subscription" };
pub(crate) const SEALED_KEY: SealedColumn = SealedColumn { table: "mfa_push_keys", column: "private_key" };
/// The one row of the server's own keys.
const OWN: Uuid = Uuid::from_u128(1);

/// Where a browser's subscription lives, sealed.
pub(crate) fn place(device: DeviceId) -> Place<'static> {
    Place { table: SEALED.table, row: device.into(), column: SEALED.column }
}

/// Where the private half of the server's keys lives, sealed.
pub(crate) fn key_place() -> Place<'static> {
    Place { table: SEALED_KEY.table, row: OWN, column: SEALED_KEY.column }
}

/// The private half of the server's keys, sealed.
pub(crate) async fn key(tx: &mut Tx) -> Result<Option<Vec<u8>>, StoreError> {
    let row = tx.one("SELECT private_key FROM mfa_push_keys WHERE id = $1", args![OWN]).await?;
    row.map(|row| row.get("private_key")).transpose()
}

/// Writes the server's keys down, where there are none yet.
pub(crate) async fn insert_key(
    tx: &mut Tx,
    private_key: Vec<u8>,
    public_key: Vec<u8>,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO mfa_push_keys (id, private_key, public_key, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO NOTHING",
        args![OWN, private_key, public_key, now],
    )
    .await?;
    Ok(())
}

pub(crate) async fn find(tx: &mut Tx, device: DeviceId) -> Result<Option<StoredSubscription>, StoreError> {
    let Some(row) = tx.one("SELECT * FROM mfa_push_subscriptions WHERE id = $1", args![device]).await? else {
        return Ok(None);
    };
    Ok(Some(StoredSubscription {
        service: row.get("service")?,
        subscription: row.get("subscription")?,
        language: row.get("language")?,
        created_at: row.get("created_at")?,
    }))
}

/// Writes a browser's subscription down, in the place of the one before.
pub(crate) async fn put(tx: &mut Tx, device: &PushDevice, stored: &StoredSubscription) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO mfa_push_subscriptions (id, organisation, service, subscription, language, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO UPDATE SET service = $3, subscription = $4, language = $5",
        args![
            device.id,
            device.organisation,
            &stored.service,
            stored.subscription.clone(),
            stored.language,
            stored.created_at
        ],
    )
    .await?;
    Ok(())
}

pub(crate) async fn delete(tx: &mut Tx, device: DeviceId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM mfa_push_subscriptions WHERE id = $1", args![device]).await?;
    Ok(())
}

/// Deletes a browser's subscription if it is still this one; says whether it was.
pub(crate) async fn delete_same(tx: &mut Tx, device: DeviceId, subscription: &[u8]) -> Result<bool, StoreError> {
    let sql = "DELETE FROM mfa_push_subscriptions WHERE id = $1 AND subscription = $2";
    Ok(tx.execute(sql, args![device, subscription.to_vec()]).await? == 1)
}

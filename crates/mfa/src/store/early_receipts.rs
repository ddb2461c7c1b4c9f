//! `mfa_early_receipts`.

use kernel::Timestamp;
use store::{StoreError, Tx, args};
use uuid::Uuid;

use crate::gateway::receipts::Receipt;
use crate::outofband::Delivery;

/// Keeps what was told first of a message.
pub(crate) async fn keep(tx: &mut Tx, gateway: Uuid, receipt: &Receipt, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO mfa_early_receipts (gateway, reference, state, detail, told_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (gateway, reference) DO NOTHING",
        args![gateway, &receipt.reference, receipt.state, &receipt.detail, now],
    )
    .await?;
    Ok(())
}

/// How many are kept of a gateway.
pub(crate) async fn count(tx: &mut Tx, gateway: Uuid) -> Result<i64, StoreError> {
    let row = tx.one("SELECT COUNT(*) AS n FROM mfa_early_receipts WHERE gateway = $1", args![gateway]).await?;
    row.map_or(Ok(0), |row| row.get("n"))
}

/// What was told of a message, which is kept no longer.
pub(crate) async fn take(tx: &mut Tx, gateway: Uuid, reference: &str) -> Result<Option<Receipt>, StoreError> {
    let sql = "DELETE FROM mfa_early_receipts WHERE gateway = $1 AND reference = $2 RETURNING state, detail";
    let Some(row) = tx.one(sql, args![gateway, reference]).await? else { return Ok(None) };
    let state: Delivery = row.get("state")?;
    Ok(Some(Receipt { reference: reference.to_owned(), state, detail: row.get("detail")? }))
}

/// Drops what no message came for; returns how many.
pub(crate) async fn prune(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM mfa_early_receipts WHERE told_at < $1", args![before]).await
}

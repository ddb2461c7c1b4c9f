//! `mfa_gateways`.

use kernel::{OrganisationId, Timestamp};
use store::seal::{Place, SealedColumn};
use store::{Row, StoreError, Tx, args, json};
use tenants::TenantId;
use uuid::Uuid;

use crate::gateway::StoredGateway;
use crate::model::FactorKind;

pub(crate) const SEALED: SealedColumn = SealedColumn { table: "mfa_gateways", column: "secret" };

/// Where a gateway's secret lives, sealed.
pub(crate) fn place(id: Uuid) -> Place<'static> {
    Place { table: SEALED.table, row: id, column: SEALED.column }
}

/// A tenant's gateways.
pub(crate) async fn list(
    tx: &mut Tx,
    organisation: OrganisationId,
    provider: TenantId,
) -> Result<Vec<StoredGateway>, StoreError> {
    let sql = "SELECT * FROM mfa_gateways WHERE organisation = $1 AND provider = $2 ORDER BY way";
    tx.all(sql, args![organisation, provider]).await?.iter().map(gateway_of).collect()
}

pub(crate) async fn find(
    tx: &mut Tx,
    organisation: OrganisationId,
    provider: TenantId,
    way: FactorKind,
) -> Result<Option<StoredGateway>, StoreError> {
    Ok(list(tx, organisation, provider).await?.into_iter().find(|gateway| gateway.way == way))
}

/// Writes one over the version before; false when somebody was quicker.
pub(crate) async fn put(
    tx: &mut Tx,
    organisation: OrganisationId,
    provider: TenantId,
    gateway: &StoredGateway,
) -> Result<bool, StoreError> {
    let written = tx.execute(
        "INSERT INTO mfa_gateways (id, organisation, provider, way, template, secret, changed_at, version, receipts)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (provider, way) DO UPDATE
             SET template = $5, secret = $6, changed_at = $7, version = $8, receipts = $9
             WHERE mfa_gateways.version = $8 - 1",
        args![
            gateway.id,
            organisation,
            provider,
            gateway.way,
            json(&gateway.template),
            gateway.secret.clone(),
            gateway.changed_at,
            gateway.version,
            gateway.receipts.as_ref().map(json)
        ],
    )
    .await?;
    Ok(written > 0)
}

/// Takes the gateway's turn until the unit of work ends: its receipts and the ids in its answers are written one by one.
pub(crate) async fn lock(tx: &mut Tx, id: Uuid) -> Result<(), StoreError> {
    tx.execute("UPDATE mfa_gateways SET version = version WHERE id = $1", args![id]).await?;
    Ok(())
}

/// By the hash of the token in the address for its receipts.
pub(crate) async fn find_by_receipt_hash(tx: &mut Tx, hash: Vec<u8>) -> Result<Option<StoredGateway>, StoreError> {
    let row = tx.one("SELECT * FROM mfa_gateways WHERE receipt_hash = $1", args![hash]).await?;
    row.as_ref().map(gateway_of).transpose()
}

pub(crate) async fn set_receipt_hash(tx: &mut Tx, id: Uuid, hash: Vec<u8>, now: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE mfa_gateways SET receipt_hash = $2, receipt_since = $3 WHERE id = $1";
    tx.execute(sql, args![id, hash, now]).await?;
    Ok(())
}

pub(crate) async fn delete(tx: &mut Tx, id: Uuid) -> Result<(), StoreError> {
    tx.execute("DELETE FROM mfa_gateways WHERE id = $1", args![id]).await?;
    Ok(())
}

fn gateway_of(row: &Row) -> Result<StoredGateway, StoreError> {
    Ok(StoredGateway {
        id: row.get("id")?,
        way: row.get("way")?,
        template: row.json("template")?,
        receipts: row.get::<Option<String>>("receipts")?.map(|_| row.json("receipts")).transpose()?,
        secret: row.get("secret")?,
        receipt_since: row.get("receipt_since")?,
        changed_at: row.get("changed_at")?,
        version: row.get("version")?,
    })
}

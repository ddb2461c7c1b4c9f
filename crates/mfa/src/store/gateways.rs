//! `mfa_gateways`.

use kernel::OrganisationId;
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

pub(crate) async fn put(
    tx: &mut Tx,
    organisation: OrganisationId,
    provider: TenantId,
    gateway: &StoredGateway,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO mfa_gateways (id, organisation, provider, way, template, secret, changed_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (provider, way) DO UPDATE SET template = $5, secret = $6, changed_at = $7, version = $8",
        args![
            gateway.id,
            organisation,
            provider,
            gateway.way,
            json(&gateway.template),
            gateway.secret.clone(),
            gateway.changed_at,
            gateway.version
        ],
    )
    .await?;
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
        secret: row.get("secret")?,
        changed_at: row.get("changed_at")?,
        version: row.get("version")?,
    })
}

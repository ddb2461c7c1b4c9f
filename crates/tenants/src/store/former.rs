//! Every statement on `tenants_former`.

use kernel::{Actor, OrganisationId, Timestamp};
use store::{Row, StoreError, Tx, args};
use uuid::Uuid;

use crate::former::FormerTenant;
use crate::model::{Tenant, TenantId};

/// Notes that a tenant is no longer connected.
pub(crate) async fn insert(tx: &mut Tx, tenant: &Tenant, at: Timestamp, by: &Actor) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO tenants_former (id, organisation, entra_id, name, disconnected_at, disconnected_by, person)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![tenant.id, tenant.organisation, tenant.entra_id, &tenant.name, at, by.label(), by.person()],
    )
    .await?;
    Ok(())
}

/// Takes the note away, because the Entra tenant is connected again; returns the id it had.
pub(crate) async fn take(
    tx: &mut Tx,
    organisation: OrganisationId,
    entra_id: Uuid,
) -> Result<Option<TenantId>, StoreError> {
    let row = tx
        .one(
            "DELETE FROM tenants_former WHERE organisation = $1 AND entra_id = $2 RETURNING id",
            args![organisation, entra_id],
        )
        .await?;
    row.map(|row| row.get("id")).transpose()
}

pub(crate) async fn list(tx: &mut Tx, organisation: OrganisationId) -> Result<Vec<FormerTenant>, StoreError> {
    let rows = tx
        .all("SELECT * FROM tenants_former WHERE organisation = $1 ORDER BY lower(name), id", args![organisation])
        .await?;
    rows.iter().map(former_of).collect()
}

/// Drops the note for good.
pub(crate) async fn delete(tx: &mut Tx, organisation: OrganisationId, id: TenantId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM tenants_former WHERE organisation = $1 AND id = $2", args![organisation, id]).await?;
    Ok(())
}

fn former_of(row: &Row) -> Result<FormerTenant, StoreError> {
    Ok(FormerTenant {
        id: row.get("id")?,
        organisation: row.get("organisation")?,
        entra_id: row.get("entra_id")?,
        name: row.get("name")?,
        disconnected_at: row.get("disconnected_at")?,
        disconnected_by: row.get("disconnected_by")?,
        person: row.get("person")?,
    })
}

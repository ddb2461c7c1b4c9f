//! Every statement on `tenants_tenants`.

use kernel::OrganisationId;
use store::{Row, StoreError, Tx, args};

use crate::model::{Health, Tenant, TenantId};

pub(crate) async fn find(tx: &mut Tx, organisation: OrganisationId, id: TenantId) -> Result<Option<Tenant>, StoreError> {
    let row =
        tx.one("SELECT * FROM tenants_tenants WHERE organisation = $1 AND id = $2", args![organisation, id]).await?;
    row.map(|row| tenant_of(&row)).transpose()
}

pub(crate) async fn list(tx: &mut Tx, organisation: OrganisationId) -> Result<Vec<Tenant>, StoreError> {
    let rows = tx
        .all("SELECT * FROM tenants_tenants WHERE organisation = $1 ORDER BY lower(name), id", args![organisation])
        .await?;
    rows.iter().map(tenant_of).collect()
}

fn tenant_of(row: &Row) -> Result<Tenant, StoreError> {
    Ok(Tenant {
        id: row.get("id")?,
        organisation: row.get("organisation")?,
        entra_id: row.get("entra_id")?,
        name: row.get("name")?,
        primary_domain: row.get("primary_domain")?,
        domains: row.json("domains")?,
        cloud: row.json("cloud")?,
        client_id: row.get("client_id")?,
        shared_app: row.get("shared_app")?,
        user_id_attribute: row.get("user_id_attribute")?,
        features: row.json("features")?,
        proxy_url: row.get("proxy_url")?,
        proxy_has_password: row.get::<Option<Vec<u8>>>("proxy_sealed")?.is_some(),
        ca_pem: row.get("ca_pem")?,
        state: row.get("state")?,
        health: health_of(row)?,
        version: row.get("version")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

fn health_of(row: &Row) -> Result<Health, StoreError> {
    Ok(Health {
        status: row.get("status")?,
        detail: row.get("status_detail")?,
        code: row.get("status_code")?,
        since: row.get("status_since")?,
        probed_at: row.get("probed_at")?,
        roles: row.json("roles")?,
        roles_seen: row.json("roles_seen")?,
        stopped: row.json("stopped")?,
    })
}

/// The proxy's whole address, sealed, where it has a password.
pub(crate) async fn proxy_sealed(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: TenantId,
) -> Result<Option<Vec<u8>>, StoreError> {
    let row = tx
        .one("SELECT proxy_sealed FROM tenants_tenants WHERE organisation = $1 AND id = $2", args![organisation, id])
        .await?;
    Ok(row.map(|row| row.get::<Option<Vec<u8>>>("proxy_sealed")).transpose()?.flatten())
}

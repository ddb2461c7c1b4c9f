//! Every statement on `tenants_tenants`.

use kernel::{OrganisationId, Timestamp};
use store::seal::Place;
use store::{Row, StoreError, Tx, args, json};
use uuid::Uuid;

use crate::model::{Health, Tenant, TenantId};
use crate::status::Verdict;

/// Where a proxy's whole address is sealed.
pub(crate) fn proxy_place(tenant: TenantId) -> Place<'static> {
    Place { table: "tenants_tenants", row: tenant.into(), column: "proxy_sealed" }
}

pub(crate) async fn find(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: TenantId,
) -> Result<Option<Tenant>, StoreError> {
    let row =
        tx.one("SELECT * FROM tenants_tenants WHERE organisation = $1 AND id = $2", args![organisation, id]).await?;
    row.map(|row| tenant_of(&row)).transpose()
}

pub(crate) async fn find_by_entra_id(
    tx: &mut Tx,
    organisation: OrganisationId,
    entra_id: Uuid,
) -> Result<Option<Tenant>, StoreError> {
    let row = tx
        .one("SELECT * FROM tenants_tenants WHERE organisation = $1 AND entra_id = $2", args![organisation, entra_id])
        .await?;
    row.map(|row| tenant_of(&row)).transpose()
}

/// Whether another organisation of this server is connected to the Entra tenant. Says no more than that.
pub(crate) async fn is_elsewhere(
    tx: &mut Tx,
    organisation: OrganisationId,
    entra_id: Uuid,
) -> Result<bool, StoreError> {
    let count = tx
        .count(
            "SELECT COUNT(*) AS n FROM tenants_tenants WHERE organisation <> $1 AND entra_id = $2",
            args![organisation, entra_id],
        )
        .await?;
    Ok(count > 0)
}

pub(crate) async fn list(tx: &mut Tx, organisation: OrganisationId) -> Result<Vec<Tenant>, StoreError> {
    let rows = tx
        .all("SELECT * FROM tenants_tenants WHERE organisation = $1 ORDER BY lower(name), id", args![organisation])
        .await?;
    rows.iter().map(tenant_of).collect()
}

/// The tenants of every organisation: for the server's own timers and checks.
pub(crate) async fn list_everywhere(tx: &mut Tx) -> Result<Vec<Tenant>, StoreError> {
    let rows = tx.all("SELECT * FROM tenants_tenants ORDER BY organisation, id", args![]).await?;
    rows.iter().map(tenant_of).collect()
}

pub(crate) async fn insert(tx: &mut Tx, tenant: &Tenant, proxy_sealed: Option<Vec<u8>>) -> Result<(), StoreError> {
    let health = &tenant.health;
    tx.execute(
        "INSERT INTO tenants_tenants (id, organisation, entra_id, name, primary_domain, domains, cloud, client_id, shared_app,
             user_id_attribute, features, proxy_url, proxy_sealed, ca_pem, state, status, status_detail, status_since, roles,
             roles_seen, stopped, version, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)",
        args![
            tenant.id, tenant.organisation, tenant.entra_id, &tenant.name, &tenant.primary_domain, json(&tenant.domains),
            json(&tenant.cloud), tenant.client_id, tenant.shared_app, tenant.user_id_attribute, json(&tenant.features),
            &tenant.proxy_url, proxy_sealed, &tenant.ca_pem, tenant.state, health.status, &health.detail, health.since,
            json(&health.roles), json(&health.roles_seen), json(&health.stopped), tenant.version, tenant.created_at,
            tenant.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Writes what an operator may change, if nobody changed the record since `version`.
pub(crate) async fn update(tx: &mut Tx, tenant: &Tenant, version: i64) -> Result<bool, StoreError> {
    let changed = tx
        .execute(
            "UPDATE tenants_tenants SET name = $4, user_id_attribute = $5, features = $6, proxy_url = $7, ca_pem = $8,
                 state = $9, client_id = $10, version = version + 1, updated_at = $11
             WHERE organisation = $1 AND id = $2 AND version = $3",
            args![
                tenant.organisation,
                tenant.id,
                version,
                &tenant.name,
                tenant.user_id_attribute,
                json(&tenant.features),
                &tenant.proxy_url,
                &tenant.ca_pem,
                tenant.state,
                tenant.client_id,
                tenant.updated_at,
            ],
        )
        .await?;
    Ok(changed > 0)
}

pub(crate) async fn set_proxy_sealed(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: TenantId,
    sealed: Option<Vec<u8>>,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE tenants_tenants SET proxy_sealed = $3 WHERE organisation = $1 AND id = $2",
        args![organisation, id, sealed],
    )
    .await?;
    Ok(())
}

pub(crate) async fn delete(tx: &mut Tx, organisation: OrganisationId, id: TenantId) -> Result<bool, StoreError> {
    let gone =
        tx.execute("DELETE FROM tenants_tenants WHERE organisation = $1 AND id = $2", args![organisation, id]).await?;
    Ok(gone > 0)
}

/// Notes that somebody looked. Comes first in a unit of work: it makes other nodes that looked wait for this one.
pub(crate) async fn note_probed(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: TenantId,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let there = tx
        .execute(
            "UPDATE tenants_tenants SET probed_at = $3 WHERE organisation = $1 AND id = $2",
            args![organisation, id, at],
        )
        .await?;
    Ok(there > 0)
}

pub(crate) async fn set_status(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: TenantId,
    verdict: &Verdict,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE tenants_tenants SET status_since = CASE WHEN status = $3 THEN status_since ELSE $7 END,
             status = $3, status_detail = $4, status_code = $5, stopped = $6
         WHERE organisation = $1 AND id = $2",
        args![organisation, id, verdict.status, &verdict.detail, &verdict.code, json(&verdict.stopped), at],
    )
    .await?;
    Ok(())
}

pub(crate) async fn set_roles(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: TenantId,
    roles: &[String],
    seen: &[String],
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE tenants_tenants SET roles = $3, roles_seen = $4 WHERE organisation = $1 AND id = $2",
        args![organisation, id, json(&roles), json(&seen)],
    )
    .await?;
    Ok(())
}

pub(crate) async fn set_domains(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: TenantId,
    primary: Option<&str>,
    domains: &[String],
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE tenants_tenants SET primary_domain = $3, domains = $4 WHERE organisation = $1 AND id = $2",
        args![organisation, id, primary, json(&domains)],
    )
    .await?;
    Ok(())
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

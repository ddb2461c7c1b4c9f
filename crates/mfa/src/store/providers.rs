//! Statements on `mfa_providers`.

use kernel::OrganisationId;
use store::{Row, StoreError, Tx, args, json};
use tenants::TenantId;

use crate::model::Provider;

/// Writes a new one; false when somebody was quicker.
pub(crate) async fn insert(tx: &mut Tx, provider: &Provider) -> Result<bool, StoreError> {
    let written = tx
        .execute(
            "INSERT INTO mfa_providers
             (id, organisation, entra_id, state, client_id, app_id, settings, created_at, changed_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9) ON CONFLICT DO NOTHING",
            args![
                provider.tenant,
                provider.organisation,
                provider.entra_id,
                provider.state,
                &provider.client_id,
                &provider.app_id,
                json(&provider.settings),
                provider.created_at,
                provider.version
            ],
        )
        .await?;
    Ok(written > 0)
}

/// Writes what an operator sets over the version that was read; false when somebody was quicker.
pub(crate) async fn update(tx: &mut Tx, provider: &Provider, read: i64) -> Result<bool, StoreError> {
    let written = tx
        .execute(
            "UPDATE mfa_providers
         SET entra_id = $2, state = $3, client_id = $4, app_id = $5, settings = $6, changed_at = $7, version = $8
         WHERE id = $1 AND version = $9",
            args![
                provider.tenant,
                provider.entra_id,
                provider.state,
                &provider.client_id,
                &provider.app_id,
                json(&provider.settings),
                provider.changed_at,
                provider.version,
                read
            ],
        )
        .await?;
    Ok(written > 0)
}

/// Takes the provider's turn until the unit of work ends: what is imported is compared with what is there, one after the other.
pub(crate) async fn lock(tx: &mut Tx, tenant: TenantId) -> Result<(), StoreError> {
    tx.execute("UPDATE mfa_providers SET version = version WHERE id = $1", args![tenant]).await?;
    Ok(())
}

/// A provider of any organisation: who asks is checked by the caller, or is Entra, to which it is public.
pub(crate) async fn find(tx: &mut Tx, tenant: TenantId) -> Result<Option<Provider>, StoreError> {
    let row = tx.one("SELECT * FROM mfa_providers WHERE id = $1", args![tenant]).await?;
    row.map(|row| provider(&row)).transpose()
}

/// Every provider of an organisation, oldest first.
pub(crate) async fn list(tx: &mut Tx, organisation: OrganisationId) -> Result<Vec<Provider>, StoreError> {
    let sql = "SELECT * FROM mfa_providers WHERE organisation = $1 ORDER BY created_at, id";
    tx.all(sql, args![organisation]).await?.iter().map(provider).collect()
}

/// Every provider of the server.
pub(crate) async fn list_all(tx: &mut Tx) -> Result<Vec<Provider>, StoreError> {
    tx.all("SELECT * FROM mfa_providers ORDER BY created_at, id", Vec::new()).await?.iter().map(provider).collect()
}

fn provider(row: &Row) -> Result<Provider, StoreError> {
    Ok(Provider {
        tenant: row.get("id")?,
        organisation: row.get("organisation")?,
        entra_id: row.get("entra_id")?,
        state: row.get("state")?,
        client_id: row.get("client_id")?,
        app_id: row.get("app_id")?,
        settings: row.json("settings")?,
        policies: row.json("policies")?,
        policy_revision: row.get("policy_revision")?,
        ruled: None,
        created_at: row.get("created_at")?,
        changed_at: row.get("changed_at")?,
        version: row.get("version")?,
    })
}

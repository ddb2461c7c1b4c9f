//! Every statement on `tenants_credentials`.

use kernel::{OrganisationId, Timestamp};
use store::seal::Place;
use store::{Row, StoreError, Tx, args};

use crate::model::{CredentialId, CredentialRecord, ExpirySource, Slot, TenantId};

/// Where a credential's secret is sealed.
pub(crate) fn place(id: CredentialId) -> Place<'static> {
    Place { table: "tenants_credentials", row: id.into(), column: "sealed" }
}

/// Those in use, in the order in which they should be tried: not refused first, primary before staged.
pub(crate) async fn usable(
    tx: &mut Tx,
    organisation: OrganisationId,
    tenant: TenantId,
) -> Result<Vec<(CredentialRecord, Vec<u8>)>, StoreError> {
    let rows = tx
        .all(
            "SELECT * FROM tenants_credentials WHERE organisation = $1 AND tenant = $2 AND slot <> 'retired'
             ORDER BY CASE WHEN refused_at IS NULL THEN 0 ELSE 1 END, slot, id",
            args![organisation, tenant],
        )
        .await?;
    rows.iter().map(|row| Ok((credential_of(row)?, row.get("sealed")?))).collect()
}

/// All of them, newest first, the retired ones too.
pub(crate) async fn list(
    tx: &mut Tx,
    organisation: OrganisationId,
    tenant: TenantId,
) -> Result<Vec<CredentialRecord>, StoreError> {
    let rows = tx
        .all(
            "SELECT * FROM tenants_credentials WHERE organisation = $1 AND tenant = $2 ORDER BY slot, id DESC",
            args![organisation, tenant],
        )
        .await?;
    rows.iter().map(credential_of).collect()
}

pub(crate) async fn find(
    tx: &mut Tx,
    organisation: OrganisationId,
    tenant: TenantId,
    id: CredentialId,
) -> Result<Option<CredentialRecord>, StoreError> {
    let row = tx
        .one(
            "SELECT * FROM tenants_credentials WHERE organisation = $1 AND tenant = $2 AND id = $3",
            args![organisation, tenant, id],
        )
        .await?;
    row.map(|row| credential_of(&row)).transpose()
}

pub(crate) async fn insert(
    tx: &mut Tx,
    organisation: OrganisationId,
    credential: &CredentialRecord,
    sealed: Vec<u8>,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO tenants_credentials (id, organisation, tenant, slot, kind, label, sealed, certificate_pem, thumbprint,
             key_id, expires_at, expiry_source, created_at, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        args![
            credential.id, organisation, credential.tenant, credential.slot, credential.kind, &credential.label, sealed,
            &credential.certificate_pem, &credential.thumbprint, credential.key_id, credential.expires_at,
            credential.expiry_source, credential.created_at, &credential.created_by,
        ],
    )
    .await?;
    Ok(())
}

pub(crate) async fn move_to(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: CredentialId,
    slot: Slot,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE tenants_credentials SET slot = $3 WHERE organisation = $1 AND id = $2",
        args![organisation, id, slot],
    )
    .await?;
    Ok(())
}

/// Takes a credential out of use and wipes its secret.
pub(crate) async fn retire(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: CredentialId,
    at: Timestamp,
    why: &str,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE tenants_credentials SET slot = 'retired', sealed = NULL, retired_at = $3, retired_reason = $4
         WHERE organisation = $1 AND id = $2",
        args![organisation, id, at, why],
    )
    .await?;
    Ok(())
}

pub(crate) async fn note_refused(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: CredentialId,
    at: Timestamp,
    code: Option<String>,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE tenants_credentials SET refused_at = $3, refused_code = $4 WHERE organisation = $1 AND id = $2",
        args![organisation, id, at, code],
    )
    .await?;
    Ok(())
}

pub(crate) async fn note_working(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: CredentialId,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE tenants_credentials SET worked_at = $3, refused_at = NULL, refused_code = NULL
         WHERE organisation = $1 AND id = $2",
        args![organisation, id, at],
    )
    .await?;
    Ok(())
}

/// Writes down when a credential ends. A new end is warned of anew.
pub(crate) async fn set_expiry(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: CredentialId,
    key_id: Option<uuid::Uuid>,
    expires_at: Option<Timestamp>,
    source: ExpirySource,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE tenants_credentials SET key_id = COALESCE($3, key_id), expires_at = $4, expiry_source = $5, warned_days = NULL
         WHERE organisation = $1 AND id = $2",
        args![organisation, id, key_id, expires_at, source],
    )
    .await?;
    Ok(())
}

/// Notes a warning; `false` when it, or a later one, was given already.
pub(crate) async fn note_warned(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: CredentialId,
    days: u32,
) -> Result<bool, StoreError> {
    let noted = tx
        .execute(
            "UPDATE tenants_credentials SET warned_days = $3
             WHERE organisation = $1 AND id = $2 AND (warned_days IS NULL OR warned_days > $3)",
            args![organisation, id, days],
        )
        .await?;
    Ok(noted > 0)
}

fn credential_of(row: &Row) -> Result<CredentialRecord, StoreError> {
    Ok(CredentialRecord {
        id: row.get("id")?,
        tenant: row.get("tenant")?,
        slot: row.get("slot")?,
        kind: row.get("kind")?,
        label: row.get("label")?,
        certificate_pem: row.get("certificate_pem")?,
        thumbprint: row.get("thumbprint")?,
        key_id: row.get("key_id")?,
        expires_at: row.get("expires_at")?,
        expiry_source: row.get("expiry_source")?,
        warned_days: row.get("warned_days")?,
        refused_at: row.get("refused_at")?,
        refused_code: row.get("refused_code")?,
        worked_at: row.get("worked_at")?,
        created_at: row.get("created_at")?,
        created_by: row.get("created_by")?,
        retired_at: row.get("retired_at")?,
        retired_reason: row.get("retired_reason")?,
    })
}

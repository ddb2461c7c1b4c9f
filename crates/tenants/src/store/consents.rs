//! Every statement on `tenants_consents`.

use kernel::{OrganisationId, Timestamp};
use store::seal::Place;
use store::{Row, StoreError, Tx, args, json};
use uuid::Uuid;

use crate::consent::{Consent, ConsentState};
use crate::draft::Draft;
use crate::model::{ConsentId, TenantId};

/// Where the secrets of a draft are sealed.
pub(crate) fn place(id: ConsentId) -> Place<'static> {
    Place { table: "tenants_consents", row: id.into(), column: "sealed" }
}

pub(crate) async fn insert(
    tx: &mut Tx,
    consent: &Consent,
    draft: &Draft,
    state_hash: Vec<u8>,
    sealed: Vec<u8>,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO tenants_consents (id, organisation, begun_by, state_hash, draft, sealed, state, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            consent.id, consent.organisation, &consent.begun_by, state_hash, json(draft), sealed, consent.state,
            consent.created_at, consent.expires_at,
        ],
    )
    .await?;
    Ok(())
}

pub(crate) async fn find(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ConsentId,
) -> Result<Option<(Consent, Draft)>, StoreError> {
    let row =
        tx.one("SELECT * FROM tenants_consents WHERE organisation = $1 AND id = $2", args![organisation, id]).await?;
    row.map(|row| consent_of(&row)).transpose()
}

/// The one that waits for the answer with this state; used once.
pub(crate) async fn find_by_state(
    tx: &mut Tx,
    organisation: OrganisationId,
    state_hash: Vec<u8>,
) -> Result<Option<(Consent, Draft)>, StoreError> {
    let row = tx
        .one(
            "SELECT * FROM tenants_consents WHERE organisation = $1 AND state_hash = $2",
            args![organisation, state_hash],
        )
        .await?;
    row.map(|row| consent_of(&row)).transpose()
}

/// Marks the answer as come; `false` when it came before.
pub(crate) async fn answer(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ConsentId,
    claimed_tenant: Option<Uuid>,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let answered = tx
        .execute(
            "UPDATE tenants_consents SET state = 'settling', claimed_tenant = $3, answered_at = $4
             WHERE organisation = $1 AND id = $2 AND answered_at IS NULL",
            args![organisation, id, claimed_tenant, at],
        )
        .await?;
    Ok(answered > 0)
}

/// Notes why it is not yet done.
pub(crate) async fn note(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ConsentId,
    detail: &str,
    code: Option<String>,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE tenants_consents SET detail = $3, code = $4 WHERE organisation = $1 AND id = $2",
        args![organisation, id, detail, code],
    )
    .await?;
    Ok(())
}

/// Ends it and wipes its secrets; `false` when it had ended before.
pub(crate) async fn end(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ConsentId,
    state: ConsentState,
    tenant: Option<TenantId>,
) -> Result<bool, StoreError> {
    let ended = tx
        .execute(
            "UPDATE tenants_consents SET state = $3, tenant = $4, sealed = NULL
             WHERE organisation = $1 AND id = $2 AND state IN ('begun', 'settling')",
            args![organisation, id, state, tenant],
        )
        .await?;
    Ok(ended > 0)
}

pub(crate) async fn sealed(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ConsentId,
) -> Result<Option<Vec<u8>>, StoreError> {
    let row = tx
        .one("SELECT sealed FROM tenants_consents WHERE organisation = $1 AND id = $2", args![organisation, id])
        .await?;
    Ok(row.map(|row| row.get::<Option<Vec<u8>>>("sealed")).transpose()?.flatten())
}

/// Removes what nobody waits for any more.
pub(crate) async fn prune(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM tenants_consents WHERE expires_at < $1", args![before]).await
}

fn consent_of(row: &Row) -> Result<(Consent, Draft), StoreError> {
    let consent = Consent {
        id: row.get("id")?,
        organisation: row.get("organisation")?,
        begun_by: row.get("begun_by")?,
        state: row.get("state")?,
        detail: row.get("detail")?,
        code: row.get("code")?,
        claimed_tenant: row.get("claimed_tenant")?,
        tenant: row.get("tenant")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        answered_at: row.get("answered_at")?,
    };
    Ok((consent, row.json("draft")?))
}

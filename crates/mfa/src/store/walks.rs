//! Statements on `mfa_walks`.

use kernel::Timestamp;
use store::{StoreError, Tx, args};
use tenants::TenantId;

use crate::model::Provider;
use crate::readiness::turn::WalkId;

/// Takes the turn, unless somebody who was seen since then has it; says whether it did.
pub(crate) async fn take(
    tx: &mut Tx,
    provider: &Provider,
    (id, by): (WalkId, &str),
    now: Timestamp,
    since: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO mfa_walks (provider, id, begun_by, seen_at) VALUES ($1, $2, $3, $4)
               ON CONFLICT (provider) DO UPDATE SET id = $2, begun_by = $3, seen_at = $4 WHERE mfa_walks.seen_at < $5";
    Ok(tx.execute(sql, args![provider.tenant, id, by, now, since]).await? == 1)
}

/// Goes on; says whether the turn is still theirs.
pub(crate) async fn keep(tx: &mut Tx, provider: TenantId, id: WalkId, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE mfa_walks SET seen_at = $3 WHERE provider = $1 AND id = $2";
    Ok(tx.execute(sql, args![provider, id, now]).await? == 1)
}

/// Gives the turn back.
pub(crate) async fn end(tx: &mut Tx, provider: TenantId, id: WalkId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM mfa_walks WHERE provider = $1 AND id = $2", args![provider, id]).await?;
    Ok(())
}

/// Who has the turn.
pub(crate) async fn holder(tx: &mut Tx, provider: TenantId) -> Result<Option<String>, StoreError> {
    let row = tx.one("SELECT begun_by FROM mfa_walks WHERE provider = $1", args![provider]).await?;
    row.map(|row| row.get("begun_by")).transpose()
}

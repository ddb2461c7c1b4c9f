//! Statements on `mfa_merges` and `mfa_handles`, and those that move factors.

use kernel::{OrganisationId, Timestamp};
use store::{Row, Sql, StoreError, Tx, args, json};
use tenants::TenantId;
use uuid::Uuid;

use super::accounts::account_of;
use crate::merge::{Merge, MergeId, undo_until};
use crate::model::{Account, AccountId, FactorId};

/// Accounts of a tenant whose label another one has as well: of the first so many labels, oldest first.
pub(crate) async fn same_label(tx: &mut Tx, provider: TenantId, limit: usize) -> Result<Vec<Account>, StoreError> {
    let rows = tx
        .all(
            "SELECT lower(label) AS label FROM mfa_accounts WHERE provider = $1 GROUP BY lower(label) HAVING COUNT(*) > 1
             ORDER BY lower(label) LIMIT $2",
            args![provider, limit],
        )
        .await?;
    let labels: Vec<String> = rows.iter().map(|row| row.get("label")).collect::<Result<_, _>>()?;
    let sql = Sql::new("SELECT * FROM mfa_accounts WHERE provider = ").bind(provider);
    let sql = sql.push(" AND lower(label) IN ").bind_list(labels).push(" ORDER BY lower(label), created_at, id");
    tx.select(sql).await?.iter().map(account_of).collect()
}

/// Other accounts of the tenant that bear a name which this one bears, or has borne as long as attempts are kept, and those of
/// some people; oldest first.
pub(crate) async fn namesakes(
    tx: &mut Tx,
    account: &Account,
    people: &[Uuid],
    limit: usize,
) -> Result<Vec<Account>, StoreError> {
    let sql = "SELECT DISTINCT lower(label) AS label FROM mfa_attempts WHERE account = $1 AND label IS NOT NULL";
    let borne = tx.all(sql, args![account.id]).await?;
    let mut labels: Vec<String> = borne.iter().map(|row| row.get("label")).collect::<Result<_, _>>()?;
    labels.push(account.label.to_lowercase());
    let sql = Sql::new("SELECT * FROM mfa_accounts WHERE provider = ").bind(account.provider);
    let sql = sql.push(" AND id <> ").bind(account.id).push(" AND (lower(label) IN ").bind_list(labels);
    let sql = sql.push(" OR object_id IN ").bind_list(people.iter().copied()).push(") ORDER BY created_at, id LIMIT ");
    tx.select(sql.bind(limit)).await?.iter().map(account_of).collect()
}

pub(crate) async fn insert(tx: &mut Tx, merge: &Merge) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO mfa_merges (id, organisation, provider, former, account, former_label, factors, reason, merged_at,
             merged_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            merge.id,
            merge.organisation,
            merge.provider,
            merge.former,
            merge.account,
            &merge.former_label,
            json(&merge.factors),
            &merge.reason,
            merge.merged_at,
            &merge.merged_by
        ],
    )
    .await?;
    Ok(())
}

pub(crate) async fn find(tx: &mut Tx, organisation: OrganisationId, id: MergeId) -> Result<Option<Merge>, StoreError> {
    let row = tx.one("SELECT * FROM mfa_merges WHERE organisation = $1 AND id = $2", args![organisation, id]).await?;
    row.as_ref().map(merge_of).transpose()
}

/// What was merged into an account, newest first.
pub(crate) async fn of(tx: &mut Tx, account: AccountId) -> Result<Vec<Merge>, StoreError> {
    let sql = "SELECT * FROM mfa_merges WHERE account = $1 ORDER BY merged_at DESC, id DESC";
    tx.all(sql, args![account]).await?.iter().map(merge_of).collect()
}

/// The last merge that has emptied an account since another one filled it, and was not undone.
pub(crate) async fn emptied_since(tx: &mut Tx, merge: &Merge) -> Result<Option<Merge>, StoreError> {
    let sql = "SELECT * FROM mfa_merges WHERE former = $1 AND merged_at >= $2 AND undone_at IS NULL
               ORDER BY merged_at DESC, id DESC LIMIT 1";
    tx.one(sql, args![merge.account, merge.merged_at]).await?.as_ref().map(merge_of).transpose()
}

/// Marks it as undone; says whether it was not before.
pub(crate) async fn undo(tx: &mut Tx, id: MergeId, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE mfa_merges SET undone_at = $2 WHERE id = $1 AND undone_at IS NULL";
    Ok(tx.execute(sql, args![id, now]).await? == 1)
}

/// Keeps what a passkey knows its person by, unless an earlier account's is kept.
pub(crate) async fn keep_handle(tx: &mut Tx, factor: FactorId, handle: Vec<u8>) -> Result<(), StoreError> {
    let sql = "INSERT INTO mfa_handles (factor, handle) VALUES ($1, $2) ON CONFLICT (factor) DO NOTHING";
    tx.execute(sql, args![factor, handle]).await?;
    Ok(())
}

/// What a passkey that was moved knows its person by.
pub(crate) async fn handle(tx: &mut Tx, factor: FactorId) -> Result<Option<Vec<u8>>, StoreError> {
    let row = tx.one("SELECT handle FROM mfa_handles WHERE factor = $1", args![factor]).await?;
    row.map(|row| row.get("handle")).transpose()
}

/// The codes of an account, not used yet, whose place another account has as well.
pub(crate) async fn colliding_codes(tx: &mut Tx, from: AccountId, to: AccountId) -> Result<u64, StoreError> {
    let sql = "SELECT COUNT(*) AS n FROM mfa_codes WHERE account = $1 AND used_at IS NULL
               AND place IN (SELECT place FROM mfa_codes WHERE account = $2)";
    tx.count(sql, args![from, to]).await
}

/// Moves a factor with its codes. A code whose place the other account has as well stays behind, where it opens nothing, and is
/// there again when the factor comes back.
pub(crate) async fn move_factor(
    tx: &mut Tx,
    factor: FactorId,
    from: AccountId,
    to: AccountId,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE mfa_codes SET account = $3 WHERE factor = $1 AND account = $2
         AND place NOT IN (SELECT place FROM mfa_codes WHERE account = $3)",
        args![factor, from, to],
    )
    .await?;
    let sql = "UPDATE mfa_factors SET account = $3, version = version + 1 WHERE id = $1 AND account = $2";
    tx.execute(sql, args![factor, from, to]).await?;
    Ok(())
}

fn merge_of(row: &Row) -> Result<Merge, StoreError> {
    let merged_at: Timestamp = row.get("merged_at")?;
    Ok(Merge {
        id: row.get("id")?,
        organisation: row.get("organisation")?,
        provider: row.get("provider")?,
        former: row.get("former")?,
        former_label: row.get("former_label")?,
        account: row.get("account")?,
        factors: row.json("factors")?,
        reason: row.get("reason")?,
        merged_at,
        merged_by: row.get("merged_by")?,
        undo_until: undo_until(merged_at),
        undone_at: row.get("undone_at")?,
    })
}

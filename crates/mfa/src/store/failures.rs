//! `mfa_failures`.

use kernel::Timestamp;
use store::{StoreError, Tx, args};

use crate::lockout::{SOURCE_MEMORY, Standing};
use crate::model::{Account, AccountId};

/// What is known of a person at a source, before a code is looked at.
pub(crate) async fn standing(
    tx: &mut Tx,
    account: &Account,
    source: &str,
    now: Timestamp,
) -> Result<Standing, StoreError> {
    let row = tx
        .one(
            "SELECT CAST(COALESCE(SUM(lately), 0) AS BIGINT) AS failures, MAX(last_at) AS last_at,
                 (SELECT waits_until FROM mfa_failures WHERE account = $4 AND source = $2) AS waits_until
             FROM mfa_failures WHERE organisation = $1 AND source = $2 AND last_at > $3",
            args![account.organisation, source, now.minus(SOURCE_MEMORY), account.id],
        )
        .await?;
    let mut standing = Standing { locked_at: account.locked_at, ..Standing::default() };
    if let Some(row) = row {
        standing.waits_until = row.get("waits_until")?;
        // Where the source is not known there is none to be judged.
        if !source.is_empty() {
            standing.source_failures = row.get("failures")?;
            standing.source_last_at = row.get("last_at")?;
        }
    }
    Ok(standing)
}

/// One more failure of a person at a source; returns how many in a row that are.
pub(crate) async fn count(tx: &mut Tx, account: &Account, source: &str, now: Timestamp) -> Result<i64, StoreError> {
    let row = tx
        .one(
            "INSERT INTO mfa_failures (account, source, organisation, failures, lately, last_at) VALUES ($1, $2, $3, 1, 1, $4)
             ON CONFLICT (account, source) DO UPDATE SET failures = mfa_failures.failures + 1,
                 lately = CASE WHEN mfa_failures.last_at > $5 THEN mfa_failures.lately + 1 ELSE 1 END, last_at = $4
             RETURNING failures",
            args![account.id, source, account.organisation, now, now.minus(SOURCE_MEMORY)],
        )
        .await?;
    row.map_or(Ok(0), |row| row.get("failures"))
}

pub(crate) async fn wait(
    tx: &mut Tx,
    account: AccountId,
    source: &str,
    until: Option<Timestamp>,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE mfa_failures SET waits_until = $3 WHERE account = $1 AND source = $2",
        args![account, source, until],
    )
    .await?;
    Ok(())
}

/// Forgets a person's failures in a row. What the sources are judged by stays.
pub(crate) async fn forget(tx: &mut Tx, account: AccountId) -> Result<(), StoreError> {
    tx.execute("UPDATE mfa_failures SET failures = 0, waits_until = NULL WHERE account = $1", args![account]).await?;
    Ok(())
}

/// Every source that failed for a person, newest first: source, failures in a row, when last, until when it waits.
pub(crate) async fn of(
    tx: &mut Tx,
    account: AccountId,
) -> Result<Vec<(String, i64, Timestamp, Option<Timestamp>)>, StoreError> {
    let rows = tx
        .all(
            "SELECT source, failures, last_at, waits_until FROM mfa_failures WHERE account = $1 AND failures > 0
             ORDER BY last_at DESC LIMIT 100",
            args![account],
        )
        .await?;
    rows.iter()
        .map(|row| Ok((row.get("source")?, row.get("failures")?, row.get("last_at")?, row.get("waits_until")?)))
        .collect()
}

/// Drops what is older.
pub(crate) async fn prune(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM mfa_failures WHERE last_at < $1", args![before]).await
}

//! Statements on `mfa_transactions` and `mfa_seen`.

use kernel::Timestamp;
use store::{Row, Sql, StoreError, Tx, args, json};
use tenants::TenantId;

use crate::authorize::Kept;
use crate::model::{Origin, TransactionId};
use crate::transactions::{TransactionState, Waiting};

/// How long the row of a sign-in stays after its time, so that a late click is told why.
const KEPT: std::time::Duration = std::time::Duration::from_hours(24);

/// Marks hints and nonces as seen; returns those that had not been. There must be one at least.
pub(crate) async fn see(
    tx: &mut Tx,
    provider: TenantId,
    hashes: &[Vec<u8>],
    until: Timestamp,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let rows = hashes.iter().map(|hash| args![provider, hash.clone(), until]);
    let sql = Sql::new("INSERT INTO mfa_seen (provider, hash, expires_at) VALUES ").bind_rows(rows);
    let new = tx.select(sql.push(" ON CONFLICT DO NOTHING RETURNING hash")).await?;
    new.iter().map(|row| row.get("hash")).collect()
}

pub(crate) async fn insert(tx: &mut Tx, waiting: &Waiting, browser_hash: Vec<u8>) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO mfa_transactions
             (id, organisation, provider, account, browser_hash, state, request, client_request_id, address,
              user_agent, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        args![
            waiting.id,
            waiting.organisation,
            waiting.provider,
            waiting.account,
            browser_hash,
            TransactionState::Waiting,
            json(&waiting.request),
            waiting.origin.correlation_id.clone(),
            waiting.origin.address.clone(),
            waiting.origin.user_agent.clone(),
            waiting.created_at,
            waiting.expires_at
        ],
    )
    .await?;
    Ok(())
}

/// A sign-in that waits, with the hash of its browser's secret.
pub(crate) async fn find_waiting(tx: &mut Tx, id: TransactionId) -> Result<Option<(Waiting, Vec<u8>)>, StoreError> {
    let sql = "SELECT * FROM mfa_transactions WHERE id = $1 AND state = 'waiting'";
    let row = tx.one(sql, args![id]).await?;
    row.map(|row| Ok((waiting(&row)?, row.get("browser_hash")?))).transpose()
}

/// Ends a sign-in that waits and wipes what its answer needed; false when it no longer waits.
pub(crate) async fn end(
    tx: &mut Tx,
    id: TransactionId,
    state: TransactionState,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE mfa_transactions SET state = $2, ended_at = $3, request = NULL
               WHERE id = $1 AND state = 'waiting'";
    Ok(tx.execute(sql, args![id, state, at]).await? > 0)
}

pub(crate) async fn prune(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    let seen = tx.execute("DELETE FROM mfa_seen WHERE expires_at < $1", args![now]).await?;
    let sql = "DELETE FROM mfa_transactions WHERE expires_at < $1";
    Ok(seen + tx.execute(sql, args![now.minus(KEPT)]).await?)
}

fn waiting(row: &Row) -> Result<Waiting, StoreError> {
    let request: Kept = row.json("request")?;
    Ok(Waiting {
        id: row.get("id")?,
        organisation: row.get("organisation")?,
        provider: row.get("provider")?,
        account: row.get("account")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        origin: Origin {
            address: row.get("address")?,
            user_agent: row.get("user_agent")?,
            correlation_id: row.get("client_request_id")?,
            custom_control: request.wanted.is_control(),
        },
        request,
    })
}

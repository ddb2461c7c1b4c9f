//! `mfa_portal_sessions`, and what people say of their attempts.

use kernel::Timestamp;
use store::{Row, StoreError, Tx, args};

use crate::model::{AccountId, AttemptId};
use crate::portal::{Session, SessionId};

pub(crate) async fn insert(tx: &mut Tx, session: &Session, token_hash: Vec<u8>) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO mfa_portal_sessions (id, token_hash, organisation, provider, account, entra_at, proved_at, address,
             user_agent, created_at, last_seen_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        args![
            session.id,
            token_hash,
            session.organisation,
            session.provider,
            session.account,
            session.entra_at,
            session.proved_at,
            session.address.clone(),
            session.user_agent.clone(),
            session.created_at,
            session.last_seen_at,
            session.expires_at
        ],
    )
    .await?;
    Ok(())
}

/// The session that a browser's secret opens, over or not.
pub(crate) async fn find(tx: &mut Tx, token_hash: Vec<u8>) -> Result<Option<Session>, StoreError> {
    let row = tx.one("SELECT * FROM mfa_portal_sessions WHERE token_hash = $1", args![token_hash]).await?;
    row.as_ref().map(session_of).transpose()
}

/// Whether there is a session of this id.
pub(crate) async fn exists(tx: &mut Tx, id: SessionId) -> Result<bool, StoreError> {
    Ok(tx.one("SELECT id FROM mfa_portal_sessions WHERE id = $1", args![id]).await?.is_some())
}

/// The sessions of a person, newest first.
pub(crate) async fn of(tx: &mut Tx, account: AccountId) -> Result<Vec<Session>, StoreError> {
    let sql = "SELECT * FROM mfa_portal_sessions WHERE account = $1 ORDER BY created_at DESC, id DESC";
    tx.all(sql, args![account]).await?.iter().map(session_of).collect()
}

/// Rights have risen: another secret opens the session from now on, and only while the former one still does.
pub(crate) async fn renew(
    tx: &mut Tx,
    session: &Session,
    former: Vec<u8>,
    token_hash: Vec<u8>,
) -> Result<bool, StoreError> {
    let changed = tx
        .execute(
            "UPDATE mfa_portal_sessions SET token_hash = $3, entra_at = $4, proved_at = $5, last_seen_at = $6
             WHERE id = $1 AND token_hash = $2",
            args![session.id, former, token_hash, session.entra_at, session.proved_at, session.last_seen_at],
        )
        .await?;
    Ok(changed == 1)
}

pub(crate) async fn seen(tx: &mut Tx, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
    tx.execute("UPDATE mfa_portal_sessions SET last_seen_at = $2 WHERE id = $1", args![id, now]).await?;
    Ok(())
}

pub(crate) async fn delete(tx: &mut Tx, id: SessionId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM mfa_portal_sessions WHERE id = $1", args![id]).await?;
    Ok(())
}

/// Ends every session of a person but one; returns how many.
pub(crate) async fn delete_others(tx: &mut Tx, account: AccountId, kept: SessionId) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM mfa_portal_sessions WHERE account = $1 AND id <> $2", args![account, kept]).await
}

/// Ends every session of a person; returns how many.
pub(crate) async fn delete_all(tx: &mut Tx, account: AccountId) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM mfa_portal_sessions WHERE account = $1", args![account]).await
}

/// Drops what has expired; what is idle counts for nothing until then.
pub(crate) async fn prune(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM mfa_portal_sessions WHERE expires_at <= $1", args![now]).await
}

/// Marks an attempt of a person as somebody else's; says whether it was not marked before.
pub(crate) async fn disown(
    tx: &mut Tx,
    account: AccountId,
    attempt: AttemptId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE mfa_attempts SET not_me_at = $3 WHERE id = $1 AND account = $2 AND not_me_at IS NULL";
    Ok(tx.execute(sql, args![attempt, account, now]).await? == 1)
}

fn session_of(row: &Row) -> Result<Session, StoreError> {
    Ok(Session {
        id: row.get("id")?,
        organisation: row.get("organisation")?,
        provider: row.get("provider")?,
        account: row.get("account")?,
        entra_at: row.get("entra_at")?,
        proved_at: row.get("proved_at")?,
        address: row.get("address")?,
        user_agent: row.get("user_agent")?,
        created_at: row.get("created_at")?,
        last_seen_at: row.get("last_seen_at")?,
        expires_at: row.get("expires_at")?,
    })
}

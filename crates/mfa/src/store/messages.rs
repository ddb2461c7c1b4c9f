//! `mfa_messages`, `mfa_addresses`, `mfa_peppers`, `mfa_sent` and `mfa_spend`.

use std::time::Duration;

use kernel::Timestamp;
use store::seal::{Place, SealedColumn};
use store::{Row, StoreError, Tx, args};
use tenants::TenantId;
use uuid::Uuid;

use crate::model::{Account, AccountId};
use crate::outofband::{Delivery, HOUR, Message, Target};

pub(crate) const SEALED: SealedColumn = SealedColumn { table: "mfa_messages", column: "code" };
pub(crate) const SEALED_PEPPER: SealedColumn = SealedColumn { table: "mfa_peppers", column: "secret" };

/// Where a message's code lives, sealed.
pub(crate) fn place(id: Uuid) -> Place<'static> {
    Place { table: SEALED.table, row: id, column: SEALED.column }
}

/// Where lives what a tenant's addresses are hashed with, sealed.
pub(crate) fn pepper_place(provider: TenantId) -> Place<'static> {
    Place { table: SEALED_PEPPER.table, row: provider.into(), column: SEALED_PEPPER.column }
}

pub(crate) async fn pepper(tx: &mut Tx, provider: TenantId) -> Result<Option<Vec<u8>>, StoreError> {
    let row = tx.one("SELECT secret FROM mfa_peppers WHERE id = $1", args![provider]).await?;
    row.map(|row| row.get("secret")).transpose()
}

pub(crate) async fn insert_pepper(tx: &mut Tx, provider: TenantId, sealed: Vec<u8>) -> Result<(), StoreError> {
    let sql = "INSERT INTO mfa_peppers (id, secret) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
    tx.execute(sql, args![provider, sealed]).await?;
    Ok(())
}

/// The addresses that a person was last seen to have: which, its hash, since when.
pub(crate) async fn addresses(
    tx: &mut Tx,
    account: AccountId,
) -> Result<Vec<(Target, Vec<u8>, Timestamp)>, StoreError> {
    let rows = tx.all("SELECT target, hash, since FROM mfa_addresses WHERE account = $1", args![account]).await?;
    rows.iter().map(|row| Ok((row.get("target")?, row.get("hash")?, row.get("since")?))).collect()
}

pub(crate) async fn set_address(
    tx: &mut Tx,
    account: AccountId,
    target: Target,
    hash: Vec<u8>,
    since: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO mfa_addresses (account, target, hash, since) VALUES ($1, $2, $3, $4)
         ON CONFLICT (account, target) DO UPDATE SET hash = $3, since = $4",
        args![account, target, hash, since],
    )
    .await?;
    Ok(())
}

/// Writes a sign-in's message down, in the place of the one before.
pub(crate) async fn put(tx: &mut Tx, account: &Account, message: &Message) -> Result<(), StoreError> {
    tx.execute("DELETE FROM mfa_messages WHERE id = $1", args![message.id]).await?;
    tx.execute(
        "INSERT INTO mfa_messages (id, organisation, provider, account, way, target, shown, code, tries, state, sent_at,
             expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $11)",
        args![
            message.id,
            account.organisation,
            account.provider,
            account.id,
            message.way,
            message.target,
            &message.shown,
            message.code.clone(),
            message.state,
            message.sent_at,
            message.expires_at
        ],
    )
    .await?;
    Ok(())
}

/// The message of a person's sign-in.
pub(crate) async fn find(tx: &mut Tx, account: AccountId, id: Uuid) -> Result<Option<Message>, StoreError> {
    let row = tx.one("SELECT * FROM mfa_messages WHERE id = $1 AND account = $2", args![id, account]).await?;
    row.map(|row| message_of(&row)).transpose()
}

/// What became of a message, unless another one was sent in the course of that sign-in since.
pub(crate) async fn set_state(
    tx: &mut Tx,
    (holder, sent_at): (Uuid, Timestamp),
    state: Delivery,
    detail: &str,
) -> Result<(), StoreError> {
    let sql = "UPDATE mfa_messages SET state = $3, detail = $4 WHERE id = $1 AND sent_at = $2";
    tx.execute(sql, args![holder, sent_at, state, detail]).await?;
    Ok(())
}

/// One more wrong code was shown for it.
pub(crate) async fn count_try(tx: &mut Tx, id: Uuid) -> Result<(), StoreError> {
    tx.execute("UPDATE mfa_messages SET tries = tries + 1 WHERE id = $1", args![id]).await?;
    Ok(())
}

/// Uses the code up; says whether it was there to be used.
pub(crate) async fn take(tx: &mut Tx, id: Uuid, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE mfa_messages SET used_at = $2 WHERE id = $1 AND used_at IS NULL";
    Ok(tx.execute(sql, args![id, now]).await? == 1)
}

/// Counts a message to whomever the hash stands for, unless it comes too soon or is one too many within an hour.
pub(crate) async fn count_sent(
    tx: &mut Tx,
    (provider, target): &(TenantId, Vec<u8>),
    (gap, most): (Duration, i64),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = tx
        .execute(
            "INSERT INTO mfa_sent (provider, target, since, count, last_at) VALUES ($1, $2, $3, 1, $3)
             ON CONFLICT (provider, target) DO UPDATE SET
                 count = CASE WHEN mfa_sent.since > $4 THEN mfa_sent.count + 1 ELSE 1 END,
                 since = CASE WHEN mfa_sent.since > $4 THEN mfa_sent.since ELSE $3 END,
                 last_at = $3
             WHERE mfa_sent.last_at <= $5 AND (mfa_sent.since <= $4 OR mfa_sent.count < $6)",
            args![*provider, target.clone(), now, now.minus(HOUR), now.minus(gap), most],
        )
        .await?;
    Ok(changed == 1)
}

/// What was sent to whomever the hash stands for: since when, how often, when last.
pub(crate) async fn sent(
    tx: &mut Tx,
    (provider, target): &(TenantId, Vec<u8>),
) -> Result<Option<(Timestamp, i64, Timestamp)>, StoreError> {
    let sql = "SELECT since, count, last_at FROM mfa_sent WHERE provider = $1 AND target = $2";
    let row = tx.one(sql, args![*provider, target.clone()]).await?;
    row.map(|row| Ok((row.get("since")?, row.get("count")?, row.get("last_at")?))).transpose()
}

/// Spends money of a day; says whether there was enough.
pub(crate) async fn spend(
    tx: &mut Tx,
    (provider, day): (TenantId, i64),
    price: i64,
    cap: i64,
) -> Result<bool, StoreError> {
    let changed = tx
        .execute(
            "INSERT INTO mfa_spend (provider, day, spent, messages) VALUES ($1, $2, $3, 1)
             ON CONFLICT (provider, day) DO UPDATE SET spent = mfa_spend.spent + $3, messages = mfa_spend.messages + 1
             WHERE mfa_spend.spent + $3 <= $4",
            args![provider, day, price, cap],
        )
        .await?;
    Ok(changed == 1)
}

/// Notes that a day's money is spent; says whether that is news.
pub(crate) async fn cap(tx: &mut Tx, (provider, day): (TenantId, i64), now: Timestamp) -> Result<bool, StoreError> {
    let changed = tx
        .execute(
            "INSERT INTO mfa_spend (provider, day, spent, messages, capped_at) VALUES ($1, $2, 0, 0, $3)
             ON CONFLICT (provider, day) DO UPDATE SET capped_at = $3 WHERE mfa_spend.capped_at IS NULL",
            args![provider, day, now],
        )
        .await?;
    Ok(changed == 1)
}

/// What a day's messages cost, how many they were, and when the money was spent.
pub(crate) async fn spent(
    tx: &mut Tx,
    (provider, day): (TenantId, i64),
) -> Result<Option<(i64, i64, Option<Timestamp>)>, StoreError> {
    let sql = "SELECT spent, messages, capped_at FROM mfa_spend WHERE provider = $1 AND day = $2";
    let row = tx.one(sql, args![provider, day]).await?;
    row.map(|row| Ok((row.get("spent")?, row.get("messages")?, row.get("capped_at")?))).transpose()
}

/// Drops messages whose time is over, and counts that count no more.
pub(crate) async fn prune(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    let messages = tx.execute("DELETE FROM mfa_messages WHERE expires_at <= $1", args![now.minus(HOUR)]).await?;
    Ok(messages + tx.execute("DELETE FROM mfa_sent WHERE last_at <= $1", args![now.minus(HOUR)]).await?)
}

fn message_of(row: &Row) -> Result<Message, StoreError> {
    Ok(Message {
        id: row.get("id")?,
        way: row.get("way")?,
        target: row.get("target")?,
        shown: row.get("shown")?,
        state: row.get("state")?,
        detail: row.get("detail")?,
        code: row.get("code")?,
        tries: row.get("tries")?,
        sent_at: row.get("sent_at")?,
        expires_at: row.get("expires_at")?,
        used_at: row.get("used_at")?,
    })
}

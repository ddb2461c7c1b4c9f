//! `mfa_pushes`, `mfa_push_devices` and `mfa_push_limits`.

use kernel::Timestamp;
use store::seal::{Place, SealedColumn};
use store::{Row, Sql, StoreError, Tx, args};
use uuid::Uuid;

use super::subscriptions;
use crate::model::{AccountId, DeviceId, Origin, PushId};
use crate::push::{Push, PushDevice, PushState};

pub(crate) const SEALED: SealedColumn = SealedColumn { table: "mfa_pushes", column: "number" };

/// Browsers, and since when each is told while its page is closed.
const DEVICES: &str = "SELECT d.*, s.created_at AS web_push_since
    FROM mfa_push_devices d LEFT JOIN mfa_push_subscriptions s ON s.id = d.id WHERE ";

/// Where a push's number lives, sealed.
pub(crate) fn place(id: PushId) -> Place<'static> {
    Place { table: SEALED.table, row: id.into(), column: SEALED.column }
}

/// Inserts a browser; says whether it was, which it is not when its key is somebody else's.
pub(crate) async fn insert_device(tx: &mut Tx, device: &PushDevice) -> Result<bool, StoreError> {
    let changed = tx
        .execute(
            "INSERT INTO mfa_push_devices (id, organisation, account, name, public_key, created_at, last_used_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (public_key) DO NOTHING",
            args![
                device.id,
                device.organisation,
                device.account,
                &device.name,
                device.public_key.clone(),
                device.created_at,
                device.last_used_at
            ],
        )
        .await?;
    Ok(changed == 1)
}

/// A person's browsers, newest first.
pub(crate) async fn devices(tx: &mut Tx, account: AccountId) -> Result<Vec<PushDevice>, StoreError> {
    let sql = Sql::new(DEVICES).push("d.account = ").bind(account);
    tx.select(sql.push(" ORDER BY d.created_at DESC, d.id DESC")).await?.iter().map(device_of).collect()
}

pub(crate) async fn device(tx: &mut Tx, id: DeviceId) -> Result<Option<PushDevice>, StoreError> {
    tx.select(Sql::new(DEVICES).push("d.id = ").bind(id)).await?.first().map(device_of).transpose()
}

pub(crate) async fn device_by_key(tx: &mut Tx, public_key: &[u8]) -> Result<Option<PushDevice>, StoreError> {
    let sql = Sql::new(DEVICES).push("d.public_key = ").bind(public_key.to_vec());
    tx.select(sql).await?.first().map(device_of).transpose()
}

pub(crate) async fn delete_device(tx: &mut Tx, account: AccountId, id: DeviceId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM mfa_push_devices WHERE account = $1 AND id = $2";
    let was = tx.execute(sql, args![account, id]).await? == 1;
    if was {
        subscriptions::delete(tx, id).await?;
    }
    Ok(was)
}

/// Takes every browser from a person, and what they are asked about.
pub(crate) async fn delete_all(tx: &mut Tx, account: AccountId) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM mfa_pushes WHERE account = $1", args![account]).await?;
    let sql = "DELETE FROM mfa_push_subscriptions WHERE id IN (SELECT id FROM mfa_push_devices WHERE account = $1)";
    tx.execute(sql, args![account]).await?;
    tx.execute("DELETE FROM mfa_push_devices WHERE account = $1", args![account]).await
}

/// The browser's page is open.
pub(crate) async fn open(
    tx: &mut Tx,
    id: DeviceId,
    hash: Vec<u8>,
    now: Timestamp,
    until: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE mfa_push_devices SET session_hash = $2, session_until = $3, last_used_at = $4 WHERE id = $1",
        args![id, hash, until, now],
    )
    .await?;
    Ok(())
}

/// A browser, and the hash of its open page's secret with its end.
pub(crate) async fn session(
    tx: &mut Tx,
    id: DeviceId,
) -> Result<Option<(PushDevice, Option<(Vec<u8>, Timestamp)>)>, StoreError> {
    let rows = tx.select(Sql::new(DEVICES).push("d.id = ").bind(id)).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let (hash, until): (Option<Vec<u8>>, Option<Timestamp>) = (row.get("session_hash")?, row.get("session_until")?);
    Ok(Some((device_of(row)?, hash.zip(until))))
}

/// Writes down that a person is asked about a sign-in, in the place of what was asked about it before.
pub(crate) async fn put(tx: &mut Tx, push: &Push) -> Result<(), StoreError> {
    tx.execute("DELETE FROM mfa_pushes WHERE holder = $1", args![push.holder]).await?;
    tx.execute(
        "INSERT INTO mfa_pushes (id, organisation, provider, account, holder, number, state, tries, address, user_agent,
             created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10, $11)",
        args![
            push.id,
            push.organisation,
            push.provider,
            push.account,
            push.holder,
            push.number.clone(),
            push.state,
            push.origin.address.clone(),
            push.origin.user_agent.clone(),
            push.created_at,
            push.expires_at
        ],
    )
    .await?;
    Ok(())
}

pub(crate) async fn find(tx: &mut Tx, id: PushId) -> Result<Option<Push>, StoreError> {
    let row = tx.one("SELECT * FROM mfa_pushes WHERE id = $1", args![id]).await?;
    row.map(|row| push_of(&row)).transpose()
}

pub(crate) async fn of_sign_in(tx: &mut Tx, account: AccountId, holder: Uuid) -> Result<Option<Push>, StoreError> {
    let row = tx.one("SELECT * FROM mfa_pushes WHERE holder = $1 AND account = $2", args![holder, account]).await?;
    row.map(|row| push_of(&row)).transpose()
}

/// What a person is asked about now, newest first: of sign-ins and sessions that have not been proved, or ended, otherwise.
pub(crate) async fn waiting(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<Vec<Push>, StoreError> {
    let sql = "SELECT * FROM mfa_pushes p WHERE account = $1 AND expires_at > $2 AND state = 'waiting'
                   AND (EXISTS (SELECT 1 FROM mfa_transactions t WHERE t.id = p.holder AND t.state = 'waiting')
                        OR EXISTS (SELECT 1 FROM mfa_portal_sessions s WHERE s.id = p.holder AND s.proved_at IS NULL))
               ORDER BY created_at DESC, id DESC";
    tx.all(sql, args![account, now]).await?.iter().map(push_of).collect()
}

/// The person has answered.
pub(crate) async fn answer(
    tx: &mut Tx,
    id: PushId,
    state: PushState,
    device: DeviceId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE mfa_pushes SET state = $2, device = $3 WHERE id = $1 AND state = 'waiting'";
    tx.execute(sql, args![id, state, device]).await?;
    tx.execute("UPDATE mfa_push_devices SET last_used_at = $2 WHERE id = $1", args![device, now]).await?;
    Ok(())
}

/// One more wrong number, which may be the last.
pub(crate) async fn count_try(tx: &mut Tx, id: PushId, last: bool) -> Result<(), StoreError> {
    let state = if last { PushState::Spoilt } else { PushState::Waiting };
    tx.execute("UPDATE mfa_pushes SET tries = tries + 1, state = $2 WHERE id = $1", args![id, state]).await?;
    Ok(())
}

/// Counts the person's agreement to a sign-in, once; says in which browser it was given.
pub(crate) async fn take(
    tx: &mut Tx,
    account: AccountId,
    holder: Uuid,
    now: Timestamp,
) -> Result<Option<DeviceId>, StoreError> {
    let row = tx
        .one(
            "UPDATE mfa_pushes SET state = 'used'
             WHERE holder = $1 AND account = $2 AND state = 'approved' AND expires_at > $3 RETURNING device",
            args![holder, account, now],
        )
        .await?;
    row.map(|row| row.get("device")).transpose().map(Option::flatten)
}

/// How often a person was asked: since when, how often, until when not any more.
pub(crate) async fn limit(
    tx: &mut Tx,
    account: AccountId,
) -> Result<Option<(Timestamp, i64, Option<Timestamp>)>, StoreError> {
    let row = tx.one("SELECT * FROM mfa_push_limits WHERE account = $1", args![account]).await?;
    row.map(|row| Ok((row.get("since")?, row.get("count")?, row.get("locked_until")?))).transpose()
}

pub(crate) async fn set_limit(
    tx: &mut Tx,
    account: AccountId,
    (since, count, locked_until): (Timestamp, i64, Option<Timestamp>),
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO mfa_push_limits (account, since, count, locked_until) VALUES ($1, $2, $3, $4)
         ON CONFLICT (account) DO UPDATE SET since = $2, count = $3, locked_until = $4",
        args![account, since, count, locked_until],
    )
    .await?;
    Ok(())
}

pub(crate) async fn forget_limit(tx: &mut Tx, account: AccountId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM mfa_push_limits WHERE account = $1", args![account]).await?;
    Ok(())
}

/// Drops what is over.
pub(crate) async fn prune(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM mfa_pushes WHERE expires_at <= $1", args![now]).await
}

fn device_of(row: &Row) -> Result<PushDevice, StoreError> {
    Ok(PushDevice {
        id: row.get("id")?,
        organisation: row.get("organisation")?,
        account: row.get("account")?,
        name: row.get("name")?,
        public_key: row.get("public_key")?,
        created_at: row.get("created_at")?,
        last_used_at: row.get("last_used_at")?,
        web_push_since: row.get("web_push_since")?,
    })
}

fn push_of(row: &Row) -> Result<Push, StoreError> {
    Ok(Push {
        id: row.get("id")?,
        organisation: row.get("organisation")?,
        provider: row.get("provider")?,
        account: row.get("account")?,
        holder: row.get("holder")?,
        number: row.get("number")?,
        state: row.get("state")?,
        tries: row.get("tries")?,
        origin: Origin { address: row.get("address")?, user_agent: row.get("user_agent")?, ..Origin::default() },
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
    })
}

//! `dirsync_subscriptions`.

use directory::SourceId;
use kernel::Timestamp;
use store::seal::{Place, SealedColumn};
use store::{Row, StoreError, Tx, args};

use crate::notify::{HookId, Newest, Subscribed, Trouble};

/// What is sealed in the table, for the rotation of master keys.
pub(crate) const SEALED: SealedColumn = SealedColumn { table: "dirsync_subscriptions", column: "client_state" };

/// Where a subscription's state is sealed for.
pub(crate) fn place(id: HookId) -> Place<'static> {
    Place { table: SEALED.table, row: id.0, column: SEALED.column }
}

/// Every subscription of every source.
pub(crate) async fn all(tx: &mut Tx) -> Result<Vec<Subscribed>, StoreError> {
    tx.all("SELECT * FROM dirsync_subscriptions", args![]).await?.iter().map(subscribed).collect()
}

/// The subscriptions of a source.
pub(crate) async fn of_source(tx: &mut Tx, source: SourceId) -> Result<Vec<Subscribed>, StoreError> {
    let rows = tx.all("SELECT * FROM dirsync_subscriptions WHERE source_id = $1", args![source]).await?;
    rows.iter().map(subscribed).collect()
}

/// The subscription whose notifications come to an address.
pub(crate) async fn find(tx: &mut Tx, id: HookId) -> Result<Option<Subscribed>, StoreError> {
    let row = tx.one("SELECT * FROM dirsync_subscriptions WHERE id = $1", args![id]).await?;
    row.as_ref().map(subscribed).transpose()
}

/// Writes one down before Graph is asked, so that its call to the address is known; nothing where there is one already.
pub(crate) async fn insert(tx: &mut Tx, new: &Subscribed) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO dirsync_subscriptions (id, organisation, source_id, resource, client_state, address, attempts, try_at)
         VALUES ($1, $2, $3, $4, $5, $6, 0, $7) ON CONFLICT DO NOTHING",
        args![
            new.id,
            new.organisation,
            new.source_id,
            new.resource,
            new.client_state.clone(),
            new.address.as_str(),
            new.try_at,
        ],
    )
    .await?;
    Ok(())
}

/// Notes what Graph has agreed to.
pub(crate) async fn agreed(
    tx: &mut Tx,
    id: HookId,
    graph_id: &str,
    expires_at: Timestamp,
    renew_at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE dirsync_subscriptions SET graph_id = $2, expires_at = $3, renew_at = $4, attempts = 0, try_at = 0,
             error_code = NULL, error_detail = NULL, mend = NULL WHERE id = $1",
        args![id, graph_id, expires_at, renew_at],
    )
    .await?;
    Ok(())
}

/// Notes that Graph has it no more; what it did not tell since may be anything.
pub(crate) async fn lost(tx: &mut Tx, id: HookId, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE dirsync_subscriptions SET graph_id = NULL, expires_at = NULL, renew_at = NULL, heard_at = $2, try_at = $2
         WHERE id = $1",
        args![id, now],
    )
    .await?;
    Ok(())
}

/// Notes what went wrong and when it is tried again.
pub(crate) async fn failed(
    tx: &mut Tx,
    id: HookId,
    trouble: &Trouble,
    attempts: u32,
    try_at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE dirsync_subscriptions SET error_code = $2, error_detail = $3, mend = $4, attempts = $5, try_at = $6
         WHERE id = $1",
        args![id, trouble.code.as_str(), trouble.detail.as_str(), trouble.mend.as_str(), attempts, try_at],
    )
    .await?;
    Ok(())
}

/// Notes that something was told.
pub(crate) async fn heard(tx: &mut Tx, id: HookId, now: Timestamp) -> Result<(), StoreError> {
    tx.execute("UPDATE dirsync_subscriptions SET heard_at = $2 WHERE id = $1", args![id, now]).await?;
    Ok(())
}

/// Notes that it is to be renewed at once.
pub(crate) async fn renew_now(tx: &mut Tx, id: HookId, now: Timestamp) -> Result<(), StoreError> {
    tx.execute("UPDATE dirsync_subscriptions SET renew_at = $2, try_at = $2 WHERE id = $1", args![id, now]).await?;
    Ok(())
}

/// Forgets it.
pub(crate) async fn delete(tx: &mut Tx, id: HookId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM dirsync_subscriptions WHERE id = $1", args![id]).await?;
    Ok(())
}

/// The newest run that reads changes of a source to follow them.
pub(crate) async fn newest_reading(tx: &mut Tx, source: SourceId) -> Result<Option<Newest>, StoreError> {
    let row = tx
        .one(
            "SELECT state, started_at, finished_at FROM dirsync_runs
             WHERE source_id = $1 AND preview = FALSE AND kind IN ('full', 'delta') ORDER BY id DESC LIMIT 1",
            args![source],
        )
        .await?;
    row.map(|row| {
        Ok(Newest {
            state: row.get("state")?,
            started_at: row.get("started_at")?,
            finished_at: row.get("finished_at")?,
        })
    })
    .transpose()
}

fn subscribed(row: &Row) -> Result<Subscribed, StoreError> {
    let error_code: Option<String> = row.get("error_code")?;
    let trouble = match error_code {
        Some(code) => Some(Trouble {
            code,
            detail: row.get::<Option<String>>("error_detail")?.unwrap_or_default(),
            mend: row.get::<Option<String>>("mend")?.unwrap_or_default(),
        }),
        None => None,
    };
    Ok(Subscribed {
        id: row.get("id")?,
        organisation: row.get("organisation")?,
        source_id: row.get("source_id")?,
        resource: row.get("resource")?,
        client_state: row.get("client_state")?,
        address: row.get("address")?,
        graph_id: row.get("graph_id")?,
        expires_at: row.get("expires_at")?,
        renew_at: row.get("renew_at")?,
        heard_at: row.get("heard_at")?,
        attempts: row.get("attempts")?,
        try_at: row.get("try_at")?,
        trouble,
    })
}

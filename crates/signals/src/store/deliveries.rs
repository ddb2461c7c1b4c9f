//! `signals_deliveries` and `signals_attempts`.

use std::collections::HashMap;

use kernel::{Cursor, Env, OrganisationId, Page, PageRequest, Timestamp};
use store::{Row, Sql, StoreError, Tx, args};
use uuid::Uuid;

use crate::Revision;
use crate::webhooks::model::{Attempt, Delivery, DeliveryId, DeliveryState, Last, Origin, WebhookId};
use crate::webhooks::views::DeliveryFilter;

pub(crate) async fn insert(tx: &mut Tx, deliveries: Vec<Delivery>) -> Result<(), StoreError> {
    let rows = deliveries.into_iter().map(|one| {
        let (status, error, at, duration) = last_of(one.last);
        args![
            one.id,
            one.organisation,
            one.webhook,
            one.origin,
            one.revision,
            one.part,
            one.event,
            one.object,
            one.object_name,
            one.state,
            one.attempts,
            one.next_at,
            status,
            error,
            at,
            duration,
            one.created_at,
            one.finished_at,
        ]
    });
    tx.insert_many(
        "INSERT INTO signals_deliveries (id, organisation, webhook_id, origin, revision, part, event, object_id, object_name,
             state, attempts, next_at, last_status, last_error, last_at, last_duration, created_at, finished_at) VALUES ",
        rows,
        "",
    )
    .await?;
    Ok(())
}

type LastColumns = (Option<u32>, Option<String>, Option<Timestamp>, Option<i64>);

fn last_of(last: Option<Last>) -> LastColumns {
    match last {
        Some(last) => (last.status.map(u32::from), last.error, Some(last.at), Some(last.duration)),
        None => (None, None, None, None),
    }
}

/// Notes how a delivery that waited has fared.
pub(crate) async fn settle(tx: &mut Tx, one: &Delivery) -> Result<(), StoreError> {
    let (status, error, at, duration) = last_of(one.last.clone());
    tx.execute(
        "UPDATE signals_deliveries SET state = $2, attempts = $3, next_at = $4, last_status = $5, last_error = $6,
             last_at = $7, last_duration = $8, finished_at = $9
         WHERE id = $1 AND state = 'waiting'",
        args![one.id, one.state, one.attempts, one.next_at, status, error, at, duration, one.finished_at],
    )
    .await?;
    Ok(())
}

pub(crate) async fn note(tx: &mut Tx, env: &Env, attempts: Vec<Attempt>) -> Result<(), StoreError> {
    let rows = attempts.into_iter().map(|one| {
        let id: DeliveryId = env.new_id();
        let status = one.status.map(u32::from);
        args![id, one.delivery, one.at, one.duration, status, one.error, one.response]
    });
    let head = "INSERT INTO signals_attempts (id, delivery_id, at, duration, status, error, response) VALUES ";
    tx.insert_many(head, rows, "").await?;
    Ok(())
}

/// Everything that waits, in the order of the log.
pub(crate) async fn waiting(tx: &mut Tx, webhook: WebhookId) -> Result<Vec<Delivery>, StoreError> {
    let sql =
        "SELECT * FROM signals_deliveries WHERE webhook_id = $1 AND state = 'waiting' ORDER BY revision, part, id";
    tx.all(sql, args![webhook]).await?.iter().map(delivery_of).collect()
}

/// Lets those that wait behind an object's delivery wait as long as it does.
pub(crate) async fn hold_back(
    tx: &mut Tx,
    webhook: WebhookId,
    object: Uuid,
    until: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE signals_deliveries SET next_at = $3
         WHERE webhook_id = $1 AND state = 'waiting' AND object_id = $2 AND next_at < $3",
        args![webhook, object, until],
    )
    .await?;
    Ok(())
}

/// Sends everything that waits at the next turn.
pub(crate) async fn hurry(tx: &mut Tx, webhook: WebhookId, now: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE signals_deliveries SET next_at = $2 WHERE webhook_id = $1 AND state = 'waiting'";
    tx.execute(sql, args![webhook, now]).await?;
    Ok(())
}

/// Forgets what waits from a revision on: the log will be sent again from there.
pub(crate) async fn forget_from(tx: &mut Tx, webhook: WebhookId, from: Revision) -> Result<(), StoreError> {
    let attempts = "DELETE FROM signals_attempts WHERE delivery_id IN (SELECT id FROM signals_deliveries
        WHERE webhook_id = $1 AND state IN ('waiting', 'dead') AND revision >= $2)";
    tx.execute(attempts, args![webhook, from]).await?;
    let sql =
        "DELETE FROM signals_deliveries WHERE webhook_id = $1 AND state IN ('waiting', 'dead') AND revision >= $2";
    tx.execute(sql, args![webhook, from]).await?;
    Ok(())
}

/// Sends a delivery again, whatever became of it.
pub(crate) async fn revive(tx: &mut Tx, id: DeliveryId, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE signals_deliveries SET state = 'waiting', attempts = 0, next_at = $2, finished_at = NULL WHERE id = $1",
        args![id, now],
    )
    .await?;
    tx.announce();
    Ok(())
}

/// Sends every dead letter again; returns how many there were.
pub(crate) async fn revive_dead(tx: &mut Tx, webhook: WebhookId, now: Timestamp) -> Result<u64, StoreError> {
    let revived = tx
        .execute(
            "UPDATE signals_deliveries SET state = 'waiting', attempts = 0, next_at = $2, finished_at = NULL
             WHERE webhook_id = $1 AND state = 'dead' AND origin <> 'test'",
            args![webhook, now],
        )
        .await?;
    tx.announce();
    Ok(revived)
}

pub(crate) async fn find(tx: &mut Tx, webhook: WebhookId, id: DeliveryId) -> Result<Option<Delivery>, StoreError> {
    let sql = "SELECT * FROM signals_deliveries WHERE id = $1 AND webhook_id = $2";
    tx.one(sql, args![id, webhook]).await?.map(|row| delivery_of(&row)).transpose()
}

/// The attempts of a delivery, the newest first.
pub(crate) async fn attempts(tx: &mut Tx, id: DeliveryId) -> Result<Vec<Attempt>, StoreError> {
    let sql = "SELECT * FROM signals_attempts WHERE delivery_id = $1 ORDER BY at DESC, id DESC LIMIT 100";
    tx.all(sql, args![id]).await?.iter().map(attempt_of).collect()
}

/// One page, the newest first.
pub(crate) async fn list(
    tx: &mut Tx,
    webhook: WebhookId,
    filter: &DeliveryFilter,
    page: &PageRequest,
) -> Result<Page<Delivery>, StoreError> {
    let mut sql = Sql::new("SELECT * FROM signals_deliveries WHERE webhook_id = ").bind(webhook);
    if let Some(state) = filter.state {
        // A test that failed is no letter to anybody.
        sql = sql.push(" AND origin <> 'test' AND state = ").bind(state);
    }
    if let Some(event) = &filter.event {
        sql = match event.strip_suffix('*') {
            Some(prefix) => {
                let length = prefix.chars().count();
                sql.push(" AND substr(event, 1, CAST(").bind(length).push(" AS INTEGER)) = ").bind(prefix)
            }
            None => sql.push(" AND event = ").bind(event),
        };
    }
    if let Some(object) = filter.object {
        sql = sql.push(" AND object_id = ").bind(object);
    }
    if let Some(revision) = filter.revision {
        sql = sql.push(" AND revision = ").bind(revision);
    }
    if let Some(text) = &filter.text {
        sql = sql.push(" AND LOWER(COALESCE(object_name, ''))").has(text);
    }
    if let Some(after) = page.after.as_ref().and_then(Cursor::decode::<DeliveryId>) {
        sql = sql.push(" AND id < ").bind(after);
    }
    let rows = tx.select(sql.push(" ORDER BY id DESC LIMIT ").bind(page.limit + 1)).await?;
    let found: Result<Vec<_>, _> = rows.iter().map(delivery_of).collect();
    Ok(Page::from_rows(found?, page.limit, |one| one.id))
}

/// How many of an organisation's deliveries wait and are dead, by webhook.
pub(crate) async fn open_counts(
    tx: &mut Tx,
    organisation: OrganisationId,
) -> Result<HashMap<(WebhookId, DeliveryState), u64>, StoreError> {
    let rows = tx
        .all(
            "SELECT d.webhook_id, d.state, COUNT(*) AS n FROM signals_webhooks w
             JOIN signals_deliveries d ON d.webhook_id = w.id AND d.state IN ('waiting', 'dead')
                 AND d.origin <> 'test'
             WHERE w.organisation = $1 GROUP BY d.webhook_id, d.state",
            args![organisation],
        )
        .await?;
    rows.iter().map(|row| Ok(((row.get("webhook_id")?, row.get("state")?), row.get("n")?))).collect()
}

/// Removes what belongs to a webhook that is no more.
pub(crate) async fn delete_of(tx: &mut Tx, webhook: WebhookId) -> Result<(), StoreError> {
    let attempts =
        "DELETE FROM signals_attempts WHERE delivery_id IN (SELECT id FROM signals_deliveries WHERE webhook_id = $1)";
    tx.execute(attempts, args![webhook]).await?;
    tx.execute("DELETE FROM signals_deliveries WHERE webhook_id = $1", args![webhook]).await?;
    Ok(())
}

/// Removes some of what was finished long ago; returns how many.
pub(crate) async fn prune(
    tx: &mut Tx,
    delivered_before: Timestamp,
    dead_before: Timestamp,
    most: usize,
) -> Result<usize, StoreError> {
    let rows = tx
        .all(
            "SELECT id FROM signals_deliveries WHERE finished_at IS NOT NULL
                 AND ((state = 'delivered' AND finished_at < $1) OR (state = 'dead' AND finished_at < $2))
             ORDER BY finished_at LIMIT $3",
            args![delivered_before, dead_before, most],
        )
        .await?;
    let ids = rows.iter().map(|row| row.get("id")).collect::<Result<Vec<DeliveryId>, _>>()?;
    for ids in ids.chunks(500) {
        tx.alter(Sql::new("DELETE FROM signals_attempts WHERE delivery_id IN ").bind_list(ids.iter().copied())).await?;
        tx.alter(Sql::new("DELETE FROM signals_deliveries WHERE id IN ").bind_list(ids.iter().copied())).await?;
    }
    Ok(ids.len())
}

fn delivery_of(row: &Row) -> Result<Delivery, StoreError> {
    let origin: Origin = row.get("origin")?;
    let at: Option<Timestamp> = row.get("last_at")?;
    let last = match at {
        Some(at) => Some(Last {
            at,
            duration: row.get("last_duration")?,
            status: status_of(row.get("last_status")?),
            error: row.get("last_error")?,
        }),
        None => None,
    };
    Ok(Delivery {
        id: row.get("id")?,
        organisation: row.get("organisation")?,
        webhook: row.get("webhook_id")?,
        origin,
        revision: row.get("revision")?,
        part: row.get("part")?,
        event: row.get("event")?,
        object: row.get("object_id")?,
        object_name: row.get("object_name")?,
        state: row.get("state")?,
        attempts: row.get("attempts")?,
        next_at: row.get("next_at")?,
        last,
        created_at: row.get("created_at")?,
        finished_at: row.get("finished_at")?,
    })
}

fn attempt_of(row: &Row) -> Result<Attempt, StoreError> {
    Ok(Attempt {
        delivery: row.get("delivery_id")?,
        at: row.get("at")?,
        duration: row.get("duration")?,
        status: status_of(row.get("status")?),
        error: row.get("error")?,
        response: row.get("response")?,
    })
}

fn status_of(status: Option<u32>) -> Option<u16> {
    status.and_then(|status| u16::try_from(status).ok())
}

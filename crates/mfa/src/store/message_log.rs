//! `mfa_message_log`.

use kernel::{OrganisationId, Timestamp};
use store::{Row, Sql, StoreError, Tx, args};
use uuid::Uuid;

use crate::gateway::receipts::Receipt;
use crate::model::MessageId;
use crate::outofband::{Delivery, LoggedMessage, MessageFilter};

pub(crate) async fn insert(tx: &mut Tx, message: &LoggedMessage) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO mfa_message_log (id, organisation, provider, account, holder, label, way, target, shown, state,
             gateway, sent_at, correlation_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        args![
            message.id,
            message.organisation,
            message.provider,
            message.account,
            message.holder,
            &message.label,
            message.way,
            message.target,
            &message.shown,
            message.state,
            message.gateway,
            message.sent_at,
            message.correlation_id.clone()
        ],
    )
    .await?;
    Ok(())
}

/// What came of sending it, and what the gateway calls it.
pub(crate) async fn set_state(
    tx: &mut Tx,
    id: MessageId,
    state: Delivery,
    detail: &str,
    reference: Option<&str>,
) -> Result<(), StoreError> {
    let sql = "UPDATE mfa_message_log SET state = $2, detail = $3, reference = $4 WHERE id = $1";
    tx.execute(sql, args![id, state, detail, reference.map(str::to_owned)]).await?;
    Ok(())
}

/// The message that a gateway calls so; the newest, should it have used an id twice.
pub(crate) async fn find_by_reference(
    tx: &mut Tx,
    gateway: Uuid,
    reference: &str,
) -> Result<Option<LoggedMessage>, StoreError> {
    let sql = "SELECT * FROM mfa_message_log WHERE gateway = $1 AND reference = $2 ORDER BY sent_at DESC LIMIT 1";
    tx.one(sql, args![gateway, reference]).await?.as_ref().map(message_of).transpose()
}

/// Whether a gateway was handed a message that it has not answered to, so that its id is still to come.
pub(crate) async fn is_sending(tx: &mut Tx, gateway: Uuid, since: Timestamp) -> Result<bool, StoreError> {
    let sql = "SELECT 1 AS n FROM mfa_message_log WHERE gateway = $1 AND state = $2 AND sent_at >= $3 LIMIT 1";
    Ok(tx.one(sql, args![gateway, Delivery::Sending, since]).await?.is_some())
}

/// Notes what a gateway told; says whether it was news. What it told first counts.
pub(crate) async fn settle(tx: &mut Tx, id: MessageId, receipt: &Receipt, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE mfa_message_log SET state = $2, detail = $3, told_at = $4 WHERE id = $1 AND state = $5";
    let changed = tx.execute(sql, args![id, receipt.state, &receipt.detail, now, Delivery::Taken]).await?;
    Ok(changed == 1)
}

/// One more message than asked for, newest first.
pub(crate) async fn list(
    tx: &mut Tx,
    organisation: OrganisationId,
    filter: &MessageFilter,
    limit: usize,
    after: Option<(Timestamp, Uuid)>,
) -> Result<Vec<LoggedMessage>, StoreError> {
    let mut sql = Sql::new("SELECT * FROM mfa_message_log WHERE organisation = ").bind(organisation);
    macro_rules! equal {
        ($($field:ident),+) => {$(
            if let Some(value) = &filter.$field {
                sql = sql.push(concat!(" AND ", stringify!($field), " = ")).bind(value.clone());
            }
        )+};
    }
    equal!(provider, account, way, state, correlation_id);
    if let Some(label) = &filter.label {
        sql = sql.push(" AND lower(label)").has(label.trim());
    }
    if let Some(from) = filter.from {
        sql = sql.push(" AND sent_at >= ").bind(from);
    }
    if let Some(until) = filter.until {
        sql = sql.push(" AND sent_at < ").bind(until);
    }
    if let Some((at, id)) = after {
        sql =
            sql.push(" AND (sent_at < ").bind(at).push(" OR sent_at = ").bind(at).push(" AND id < ").bind(id).push(")");
    }
    let rows = tx.select(sql.push(" ORDER BY sent_at DESC, id DESC LIMIT ").bind(limit + 1)).await?;
    rows.iter().map(message_of).collect()
}

/// Drops what is older, some at a time; returns how many were dropped.
pub(crate) async fn prune(tx: &mut Tx, before: Timestamp, most: u64) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM mfa_message_log WHERE id IN
             (SELECT id FROM mfa_message_log WHERE sent_at < $1 ORDER BY sent_at LIMIT $2)",
        args![before, most],
    )
    .await
}

fn message_of(row: &Row) -> Result<LoggedMessage, StoreError> {
    Ok(LoggedMessage {
        id: row.get("id")?,
        organisation: row.get("organisation")?,
        provider: row.get("provider")?,
        account: row.get("account")?,
        holder: row.get("holder")?,
        label: row.get("label")?,
        way: row.get("way")?,
        target: row.get("target")?,
        shown: row.get("shown")?,
        state: row.get("state")?,
        detail: row.get("detail")?,
        gateway: row.get("gateway")?,
        reference: row.get("reference")?,
        sent_at: row.get("sent_at")?,
        told_at: row.get("told_at")?,
        correlation_id: row.get("correlation_id")?,
    })
}

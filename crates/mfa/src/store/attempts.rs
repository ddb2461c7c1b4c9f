//! `mfa_attempts`.

use kernel::{OrganisationId, Scalar, Timestamp};
use store::{Row, Sql, StoreError, Tx, args, json};
use uuid::Uuid;

use crate::attempts::{Attempt, AttemptFilter};
use crate::model::{AttemptId, Origin};

pub(crate) async fn insert(tx: &mut Tx, attempt: &Attempt) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO mfa_attempts (id, organisation, provider, account, at, outcome, reason, detail, label, factor_kind,
             factor_name, address, user_agent, correlation_id, custom_control, policies)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        values(attempt),
    )
    .await?;
    Ok(())
}

fn values(attempt: &Attempt) -> Vec<Scalar> {
    let Origin { address, user_agent, correlation_id, custom_control } = attempt.origin.clone();
    args![
        attempt.id,
        attempt.organisation,
        attempt.provider,
        attempt.account,
        attempt.at,
        attempt.outcome,
        &attempt.reason,
        attempt.detail.clone(),
        attempt.label.clone(),
        attempt.factor_kind,
        attempt.factor_name.clone(),
        address,
        user_agent,
        correlation_id,
        custom_control,
        attempt.ruled.as_ref().map(json)
    ]
}

pub(crate) async fn get(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: AttemptId,
) -> Result<Option<Attempt>, StoreError> {
    let row = tx.one("SELECT * FROM mfa_attempts WHERE organisation = $1 AND id = $2", args![organisation, id]).await?;
    row.as_ref().map(attempt_of).transpose()
}

/// One more attempt than asked for, newest first.
pub(crate) async fn list(
    tx: &mut Tx,
    organisation: OrganisationId,
    filter: &AttemptFilter,
    limit: usize,
    after: Option<(Timestamp, Uuid)>,
) -> Result<Vec<Attempt>, StoreError> {
    let mut sql = Sql::new("SELECT * FROM mfa_attempts WHERE organisation = ").bind(organisation);
    macro_rules! equal {
        ($($field:ident),+) => {$(
            if let Some(value) = &filter.$field {
                sql = sql.push(concat!(" AND ", stringify!($field), " = ")).bind(value.clone());
            }
        )+};
    }
    equal!(provider, account, outcome, reason, factor_kind, address, correlation_id, custom_control);
    if let Some(label) = &filter.label {
        sql = sql.push(" AND lower(COALESCE(label, ''))").has(label.trim());
    }
    if let Some(from) = filter.from {
        sql = sql.push(" AND at >= ").bind(from);
    }
    if let Some(until) = filter.until {
        sql = sql.push(" AND at < ").bind(until);
    }
    if let Some((at, id)) = after {
        sql = sql.push(" AND (at < ").bind(at).push(" OR at = ").bind(at).push(" AND id < ").bind(id).push(")");
    }
    let rows = tx.select(sql.push(" ORDER BY at DESC, id DESC LIMIT ").bind(limit + 1)).await?;
    rows.iter().map(attempt_of).collect()
}

/// Drops what is older, some at a time; returns how many were dropped.
pub(crate) async fn prune(tx: &mut Tx, before: Timestamp, most: u64) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM mfa_attempts WHERE id IN (SELECT id FROM mfa_attempts WHERE at < $1 ORDER BY at LIMIT $2)",
        args![before, most],
    )
    .await
}

fn attempt_of(row: &Row) -> Result<Attempt, StoreError> {
    Ok(Attempt {
        id: row.get("id")?,
        organisation: row.get("organisation")?,
        provider: row.get("provider")?,
        account: row.get("account")?,
        at: row.get("at")?,
        outcome: row.get("outcome")?,
        reason: row.get("reason")?,
        detail: row.get("detail")?,
        label: row.get("label")?,
        factor_kind: row.get("factor_kind")?,
        factor_name: row.get("factor_name")?,
        origin: Origin {
            address: row.get("address")?,
            user_agent: row.get("user_agent")?,
            correlation_id: row.get("correlation_id")?,
            custom_control: row.get("custom_control")?,
        },
        not_me_at: row.get("not_me_at")?,
        ruled: row.get::<Option<String>>("policies")?.map(|_| row.json("policies")).transpose()?,
    })
}

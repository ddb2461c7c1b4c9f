//! Statements on `mfa_reports` and `mfa_unready`, and what people can prove themselves with.

use std::collections::HashMap;

use kernel::Timestamp;
use store::{Row, Sql, StoreError, Tx, args, json};
use tenants::TenantId;
use uuid::Uuid;

use super::text;
use crate::factors::model::Details;
use crate::model::{AccountId, FactorKind, Provider};
use crate::policy::counts::Holding;
use crate::readiness::count::Means;
use crate::readiness::{Kept, Unready, UnreadyFilter};

/// The last report: when, by whom, what.
pub(crate) async fn find(tx: &mut Tx, provider: TenantId) -> Result<Option<(Timestamp, String, Kept)>, StoreError> {
    let row = tx.one("SELECT * FROM mfa_reports WHERE provider = $1", args![provider]).await?;
    row.map(|row| Ok((row.get("counted_at")?, row.get("counted_by")?, row.json("report")?))).transpose()
}

/// Keeps a report in place of the one before.
pub(crate) async fn put(
    tx: &mut Tx,
    provider: &Provider,
    at: Timestamp,
    by: &str,
    report: &Kept,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO mfa_reports (provider, organisation, counted_at, counted_by, report) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (provider) DO UPDATE SET counted_at = $3, counted_by = $4, report = $5",
        args![provider.tenant, provider.organisation, at, by, json(report)],
    )
    .await?;
    Ok(())
}

const HEAD: &str = "INSERT INTO mfa_unready
    (provider, organisation, object_id, account, name, upn, mail, department, why, policies) VALUES ";

/// Keeps people in place of those of the count before who stand behind one object id, up to another.
pub(crate) async fn replace(
    tx: &mut Tx,
    provider: &Provider,
    (after, last): (Option<Uuid>, Option<Uuid>),
    people: &[Unready],
) -> Result<(), StoreError> {
    let mut sql = Sql::new("DELETE FROM mfa_unready WHERE provider = ").bind(provider.tenant);
    if let Some(after) = after {
        sql = sql.push(" AND object_id > ").bind(after);
    }
    if let Some(last) = last {
        sql = sql.push(" AND object_id <= ").bind(last);
    }
    tx.alter(sql).await?;
    if people.is_empty() {
        return Ok(());
    }
    let values = |one: &Unready| {
        let policies = format!("|{}|", one.policies.join("|"));
        args![
            provider.tenant,
            provider.organisation,
            one.object_id,
            one.account,
            &one.name,
            &one.upn,
            one.mail.clone(),
            one.department.clone(),
            one.why,
            policies
        ]
    };
    tx.insert_many(HEAD, people.iter().map(values), "").await?;
    Ok(())
}

/// One more than asked for, by name.
pub(crate) async fn list(
    tx: &mut Tx,
    provider: TenantId,
    filter: &UnreadyFilter,
    limit: usize,
    after: Option<(String, Uuid)>,
) -> Result<Vec<Unready>, StoreError> {
    let mut sql = Sql::new("SELECT * FROM mfa_unready WHERE provider = ").bind(provider);
    if let Some(policy) = &filter.policy {
        sql = sql.push(" AND policies").has_item(policy);
    }
    let rows = tx.select(text::by_name(sql, filter.text.as_deref(), after, limit)).await?;
    rows.iter().map(unready).collect()
}

fn unready(row: &Row) -> Result<Unready, StoreError> {
    let policies: String = row.get("policies")?;
    Ok(Unready {
        object_id: row.get("object_id")?,
        account: row.get("account")?,
        name: row.get("name")?,
        upn: row.get("upn")?,
        mail: row.get("mail")?,
        department: row.get("department")?,
        why: row.get("why")?,
        policies: policies.split('|').filter(|id| !id.is_empty()).map(str::to_owned).collect(),
    })
}

/// What these people can prove themselves with; who is not among them has nothing.
pub(crate) async fn means(
    tx: &mut Tx,
    provider: &Provider,
    people: &[Uuid],
) -> Result<HashMap<Uuid, Means>, StoreError> {
    let usual = FactorKind::ALL.iter().copied().filter(|kind| kind.is_usual());
    let sql = Sql::new(
        "SELECT a.object_id AS object_id, a.id AS account, a.locked_at AS locked_at, f.kind AS kind,
             CASE WHEN f.kind = 'passkey' THEN f.details END AS details
         FROM mfa_accounts a LEFT JOIN mfa_factors f ON f.account = a.id AND f.state = 'active' AND f.kind IN ",
    );
    let sql = sql.bind_list(usual).push(" WHERE a.provider = ").bind(provider.tenant);
    let sql = sql.push(" AND a.object_id IN ").bind_list(people.iter().copied());
    let mut found: HashMap<Uuid, Means> = HashMap::new();
    for row in tx.select(sql).await? {
        let means = found.entry(row.get("object_id")?).or_default();
        means.account = row.get("account")?;
        means.locked = row.get::<Option<Timestamp>>("locked_at")?.is_some();
        if let Some(kind) = row.get::<Option<FactorKind>>("kind")? {
            let details: Option<Details> = if kind == FactorKind::Passkey { Some(row.json("details")?) } else { None };
            means.held.push(Holding::of(kind, details.as_ref()));
        }
    }
    let accounts: Vec<AccountId> = found.values().filter_map(|means| means.account).collect();
    let mut ways = super::policies::ways(tx, provider.organisation, &accounts).await?;
    for means in found.values_mut() {
        let ways = means.account.and_then(|account| ways.remove(&account)).unwrap_or_default();
        means.ways = ways.into_iter().map(Holding::from).collect();
    }
    Ok(found)
}

//! `mfa_risks` and `mfa_risk_reads`.

use kernel::Timestamp;
use store::{Row, Sql, StoreError, Tx, args};
use tenants::TenantId;
use uuid::Uuid;

use crate::model::Provider;
use crate::risk::{Reading, RiskLevel, Risky};

/// How the reading stands; nothing before the first try.
pub(crate) async fn reading(tx: &mut Tx, provider: TenantId) -> Result<Option<Reading>, StoreError> {
    let row = tx.one("SELECT * FROM mfa_risk_reads WHERE provider = $1", args![provider]).await?;
    row.map(|row| {
        Ok(Reading {
            trouble: row.get("trouble")?,
            detail: row.get("detail")?,
            tried_at: row.get("tried_at")?,
            read_at: row.get("read_at")?,
            whole_at: row.get("whole_at")?,
            seen_until: row.get("seen_until")?,
        })
    })
    .transpose()
}

pub(crate) async fn put_reading(tx: &mut Tx, provider: &Provider, reading: &Reading) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO mfa_risk_reads
             (provider, organisation, trouble, detail, tried_at, read_at, whole_at, seen_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (provider) DO UPDATE
         SET trouble = $3, detail = $4, tried_at = $5, read_at = $6, whole_at = $7, seen_until = $8",
        args![
            provider.tenant,
            provider.organisation,
            reading.trouble,
            reading.detail.clone(),
            reading.tried_at,
            reading.read_at,
            reading.whole_at,
            reading.seen_until
        ],
    )
    .await?;
    Ok(())
}

/// Who of these people is at risk.
pub(crate) async fn of(tx: &mut Tx, provider: TenantId, people: &[Uuid]) -> Result<Vec<Risky>, StoreError> {
    let sql = Sql::new("SELECT * FROM mfa_risks WHERE provider = ").bind(provider);
    let rows = tx.select(sql.push(" AND object_id IN ").bind_list(people.iter().copied())).await?;
    rows.iter().map(risky).collect()
}

/// One more than asked for, by object id.
pub(crate) async fn list(
    tx: &mut Tx,
    provider: TenantId,
    least: Option<RiskLevel>,
    limit: usize,
    after: Option<Uuid>,
) -> Result<Vec<Risky>, StoreError> {
    let mut sql = Sql::new("SELECT * FROM mfa_risks WHERE provider = ").bind(provider);
    if let Some(least) = least {
        let levels = RiskLevel::ALL.iter().copied().filter(|level| *level >= least);
        sql = sql.push(" AND level IN ").bind_list(levels);
    }
    if let Some(after) = after {
        sql = sql.push(" AND object_id > ").bind(after);
    }
    let rows = tx.select(sql.push(" ORDER BY object_id LIMIT ").bind(limit + 1)).await?;
    rows.iter().map(risky).collect()
}

/// Everybody who is kept as being at risk, those first of whom nothing was heard for the longest time.
pub(crate) async fn everybody(tx: &mut Tx, provider: TenantId) -> Result<Vec<Uuid>, StoreError> {
    let sql = "SELECT object_id FROM mfa_risks WHERE provider = $1 ORDER BY seen_at, object_id";
    tx.all(sql, args![provider]).await?.iter().map(|row| row.get("object_id")).collect()
}

/// How many are at which level; none for those whose level Entra hides.
pub(crate) async fn counts(tx: &mut Tx, provider: TenantId) -> Result<Vec<(Option<RiskLevel>, u64)>, StoreError> {
    let sql = "SELECT level, COUNT(*) AS people FROM mfa_risks WHERE provider = $1 GROUP BY level";
    tx.all(sql, args![provider]).await?.iter().map(|row| Ok((row.get("level")?, row.get("people")?))).collect()
}

/// Keeps somebody in place of what was known of them.
pub(crate) async fn put(tx: &mut Tx, provider: &Provider, one: &Risky) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO mfa_risks (provider, object_id, organisation, level, state, detail, changed_at, seen_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (provider, object_id) DO UPDATE
         SET level = $4, state = $5, detail = $6, changed_at = $7, seen_at = $8",
        args![
            provider.tenant,
            one.object_id,
            provider.organisation,
            one.level,
            one.state,
            one.detail.clone(),
            one.changed_at,
            one.seen_at
        ],
    )
    .await?;
    Ok(())
}

/// These were asked for, so that others are the next time.
pub(crate) async fn asked_for(
    tx: &mut Tx,
    provider: TenantId,
    people: &[Uuid],
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = Sql::new("UPDATE mfa_risks SET seen_at = ").bind(now).push(" WHERE provider = ").bind(provider);
    tx.alter(sql.push(" AND object_id IN ").bind_list(people.iter().copied())).await?;
    Ok(())
}

/// Somebody is at risk no more.
pub(crate) async fn delete(tx: &mut Tx, provider: TenantId, person: Uuid) -> Result<(), StoreError> {
    tx.execute("DELETE FROM mfa_risks WHERE provider = $1 AND object_id = $2", args![provider, person]).await?;
    Ok(())
}

/// Nobody is known to be at risk any more: reading is not chosen.
pub(crate) async fn delete_all(tx: &mut Tx, provider: TenantId) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM mfa_risks WHERE provider = $1", args![provider]).await
}

fn risky(row: &Row) -> Result<Risky, StoreError> {
    Ok(Risky {
        object_id: row.get("object_id")?,
        level: row.get("level")?,
        state: row.get("state")?,
        detail: row.get("detail")?,
        changed_at: row.get("changed_at")?,
        seen_at: row.get("seen_at")?,
    })
}

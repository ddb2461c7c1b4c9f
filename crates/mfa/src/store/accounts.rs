//! `mfa_accounts`.

use kernel::{OrganisationId, Timestamp};
use store::{Backend, Row, Sql, StoreError, Tx, args};
use tenants::TenantId;
use uuid::Uuid;

use crate::accounts::AccountFilter;
use crate::model::{Account, AccountId};

/// Whether there is a factor that can be used as usual.
const USUAL: &str = " (SELECT 1 FROM mfa_factors WHERE account = mfa_accounts.id AND state = 'active'
    AND kind IN ('passkey', 'totp', 'hotp'))";

pub(crate) async fn find(tx: &mut Tx, provider: TenantId, object_id: Uuid) -> Result<Option<Account>, StoreError> {
    let row =
        tx.one("SELECT * FROM mfa_accounts WHERE provider = $1 AND object_id = $2", args![provider, object_id]).await?;
    row.as_ref().map(account_of).transpose()
}

pub(crate) async fn get(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: AccountId,
) -> Result<Option<Account>, StoreError> {
    let row = tx.one("SELECT * FROM mfa_accounts WHERE organisation = $1 AND id = $2", args![organisation, id]).await?;
    row.as_ref().map(account_of).transpose()
}

/// The accounts of a provider among these people.
pub(crate) async fn by_object_ids(
    tx: &mut Tx,
    provider: TenantId,
    object_ids: &[Uuid],
) -> Result<Vec<Account>, StoreError> {
    let sql = Sql::new("SELECT * FROM mfa_accounts WHERE provider = ").bind(provider);
    let rows = tx.select(sql.push(" AND object_id IN ").bind_list(object_ids.iter().copied())).await?;
    rows.iter().map(account_of).collect()
}

/// Makes an account; one that another node has just made stays.
pub(crate) async fn insert(tx: &mut Tx, account: &Account) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO mfa_accounts (id, organisation, provider, object_id, label, name, handle, guest, created_at, failures,
             version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 1) ON CONFLICT (provider, object_id) DO NOTHING",
        args![
            account.id,
            account.organisation,
            account.provider,
            account.object_id,
            &account.label,
            account.name.clone(),
            account.handle.clone(),
            account.guest,
            account.created_at
        ],
    )
    .await?;
    Ok(())
}

/// What the person is called now.
pub(crate) async fn rename(tx: &mut Tx, account: &Account) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE mfa_accounts SET label = $2, name = $3, guest = $4, version = version + 1 WHERE id = $1",
        args![account.id, &account.label, account.name.clone(), account.guest],
    )
    .await?;
    Ok(())
}

/// Takes the person's turn until the unit of work ends: whoever else judges them waits, on every node.
pub(crate) async fn lock_row(tx: &mut Tx, id: AccountId) -> Result<Option<Account>, StoreError> {
    let sql = match tx.backend() {
        // Only one writes at a time.
        Backend::Sqlite => "SELECT * FROM mfa_accounts WHERE id = $1",
        Backend::Postgres => "SELECT * FROM mfa_accounts WHERE id = $1 FOR UPDATE",
    };
    let row = tx.one(sql, args![id]).await?;
    row.as_ref().map(account_of).transpose()
}

/// One more failure in a row; returns how many that are.
pub(crate) async fn count_failure(tx: &mut Tx, id: AccountId) -> Result<i64, StoreError> {
    let row =
        tx.one("UPDATE mfa_accounts SET failures = failures + 1 WHERE id = $1 RETURNING failures", args![id]).await?;
    row.map_or(Ok(0), |row| row.get("failures"))
}

pub(crate) async fn lock(tx: &mut Tx, id: AccountId, now: Timestamp) -> Result<(), StoreError> {
    tx.execute("UPDATE mfa_accounts SET locked_at = $2 WHERE id = $1", args![id, now]).await?;
    Ok(())
}

/// The person has proved themselves.
pub(crate) async fn proved(tx: &mut Tx, id: AccountId, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE mfa_accounts SET last_proved_at = $2, failures = 0, locked_at = NULL WHERE id = $1",
        args![id, now],
    )
    .await?;
    Ok(())
}

/// Forgets failures.
pub(crate) async fn unlock(tx: &mut Tx, id: AccountId) -> Result<(), StoreError> {
    tx.execute("UPDATE mfa_accounts SET failures = 0, locked_at = NULL WHERE id = $1", args![id]).await?;
    Ok(())
}

/// One more account than asked for, by label; `named` are people whose user id the wanted text is.
pub(crate) async fn list(
    tx: &mut Tx,
    organisation: OrganisationId,
    filter: &AccountFilter,
    named: &[Uuid],
    limit: usize,
    after: Option<(String, Uuid)>,
) -> Result<Vec<Account>, StoreError> {
    let mut sql = Sql::new("SELECT * FROM mfa_accounts WHERE organisation = ").bind(organisation);
    if let Some(provider) = filter.provider {
        sql = sql.push(" AND provider = ").bind(provider);
    }
    if let Some(wanted) = &filter.text {
        let wanted = wanted.trim();
        sql = sql.push(" AND (lower(label)").has(wanted).push(" OR lower(COALESCE(name, ''))").has(wanted);
        sql = sql.push(" OR object_id IN ").bind_list(named.iter().copied()).push(")");
    }
    if let Some(object_id) = filter.object_id {
        sql = sql.push(" AND object_id = ").bind(object_id);
    }
    sql = match filter.locked {
        None => sql,
        Some(true) => sql.push(" AND locked_at IS NOT NULL"),
        Some(false) => sql.push(" AND locked_at IS NULL"),
    };
    sql = match filter.enrolled {
        None => sql,
        Some(true) => sql.push(" AND EXISTS").push(USUAL),
        Some(false) => sql.push(" AND NOT EXISTS").push(USUAL),
    };
    if let Some((label, id)) = after {
        sql = sql.push(" AND (label > ").bind(label.clone()).push(" OR label = ").bind(label);
        sql = sql.push(" AND id > ").bind(id).push(")");
    }
    let rows = tx.select(sql.push(" ORDER BY label, id LIMIT ").bind(limit + 1)).await?;
    rows.iter().map(account_of).collect()
}

pub(super) fn account_of(row: &Row) -> Result<Account, StoreError> {
    Ok(Account {
        id: row.get("id")?,
        organisation: row.get("organisation")?,
        provider: row.get("provider")?,
        object_id: row.get("object_id")?,
        label: row.get("label")?,
        name: row.get("name")?,
        handle: row.get("handle")?,
        guest: row.get("guest")?,
        created_at: row.get("created_at")?,
        last_proved_at: row.get("last_proved_at")?,
        failures: row.get("failures")?,
        locked_at: row.get("locked_at")?,
        version: row.get("version")?,
    })
}

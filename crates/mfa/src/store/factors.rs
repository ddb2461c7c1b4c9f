//! `mfa_factors`.

use kernel::{OrganisationId, Timestamp};
use store::seal::{Place, SealedColumn};
use store::{Row, StoreError, Tx, args, json};

use crate::factors::model::{Details, Factor};
use crate::model::{AccountId, FactorId, FactorKind, FactorState};

pub(crate) const SEALED: SealedColumn = SealedColumn { table: "mfa_factors", column: "secret" };

/// Where a factor's secret lives, sealed.
pub(crate) fn place(id: FactorId) -> Place<'static> {
    Place { table: SEALED.table, row: id.into(), column: SEALED.column }
}

const HEAD: &str =
    "INSERT INTO mfa_factors (id, organisation, account, kind, name, state, secret, details, credential_hash,
    last_step, drift, created_at, last_used_at, expires_at, version) VALUES ";

/// Inserts a factor; says whether it was, which it is not when its credential is registered already.
pub(crate) async fn insert(tx: &mut Tx, factor: &Factor, credential_hash: Option<Vec<u8>>) -> Result<bool, StoreError> {
    let rows = [values(factor, credential_hash)];
    Ok(tx.insert_many(HEAD, rows, "ON CONFLICT (credential_hash) DO NOTHING").await? == 1)
}

/// Inserts many without credentials.
pub(crate) async fn insert_all(tx: &mut Tx, factors: &[Factor]) -> Result<(), StoreError> {
    tx.insert_many(HEAD, factors.iter().map(|factor| values(factor, None)), "").await?;
    Ok(())
}

fn values(factor: &Factor, credential_hash: Option<Vec<u8>>) -> Vec<kernel::Scalar> {
    args![
        factor.id,
        factor.organisation,
        factor.account,
        factor.kind,
        &factor.name,
        factor.state,
        factor.secret.clone(),
        json(&factor.details),
        credential_hash,
        factor.last_step,
        factor.drift,
        factor.created_at,
        factor.last_used_at,
        factor.expires_at,
        1_i64
    ]
}

/// A person's factors, oldest first.
pub(crate) async fn of(tx: &mut Tx, account: AccountId) -> Result<Vec<Factor>, StoreError> {
    let rows = tx.all("SELECT * FROM mfa_factors WHERE account = $1 ORDER BY created_at, id", args![account]).await?;
    rows.iter().map(factor_of).collect()
}

/// Counts a step of one-time codes; says whether it counted, which a step counts once and none before it.
pub(crate) async fn take_step(
    tx: &mut Tx,
    id: FactorId,
    step: i64,
    drift: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = tx
        .execute(
            "UPDATE mfa_factors SET last_step = $2, drift = $3, last_used_at = $4, version = version + 1
             WHERE id = $1 AND last_step < $2",
            args![id, step, drift, now],
        )
        .await?;
    Ok(changed == 1)
}

pub(crate) async fn used(tx: &mut Tx, id: FactorId, now: Timestamp) -> Result<(), StoreError> {
    tx.execute("UPDATE mfa_factors SET last_used_at = $2, version = version + 1 WHERE id = $1", args![id, now]).await?;
    Ok(())
}

pub(crate) async fn set_details(tx: &mut Tx, id: FactorId, details: &Details) -> Result<(), StoreError> {
    tx.execute("UPDATE mfa_factors SET details = $2, version = version + 1 WHERE id = $1", args![id, json(details)])
        .await?;
    Ok(())
}

pub(crate) async fn set_secret(tx: &mut Tx, id: FactorId, sealed: Vec<u8>) -> Result<(), StoreError> {
    tx.execute("UPDATE mfa_factors SET secret = $2 WHERE id = $1", args![id, sealed]).await?;
    Ok(())
}

pub(crate) async fn set_state(tx: &mut Tx, id: FactorId, state: FactorState) -> Result<(), StoreError> {
    tx.execute("UPDATE mfa_factors SET state = $2, version = version + 1 WHERE id = $1", args![id, state]).await?;
    Ok(())
}

pub(crate) async fn rename(tx: &mut Tx, id: FactorId, name: &str) -> Result<(), StoreError> {
    tx.execute("UPDATE mfa_factors SET name = $2, version = version + 1 WHERE id = $1", args![id, name]).await?;
    Ok(())
}

/// Takes a factor and its codes away for good.
pub(crate) async fn delete(tx: &mut Tx, id: FactorId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM mfa_codes WHERE factor = $1", args![id]).await?;
    tx.execute("DELETE FROM mfa_handles WHERE factor = $1", args![id]).await?;
    tx.execute("DELETE FROM mfa_factors WHERE id = $1", args![id]).await?;
    Ok(())
}

/// Takes away what had expired before then; returns how many.
pub(crate) async fn prune(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM mfa_codes WHERE factor IN (SELECT id FROM mfa_factors WHERE expires_at < $1)",
        args![before],
    )
    .await?;
    tx.execute("DELETE FROM mfa_factors WHERE expires_at < $1", args![before]).await
}

/// The serial numbers that are in use in an organisation: a hardware token belongs to one person.
pub(crate) async fn with_serial(
    tx: &mut Tx,
    organisation: OrganisationId,
) -> Result<Vec<(FactorId, AccountId, String)>, StoreError> {
    let rows = tx
        .all(
            "SELECT id, account, details FROM mfa_factors WHERE organisation = $1 AND kind IN ('totp', 'hotp')
             AND details LIKE '%\"serial\"%'",
            args![organisation],
        )
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        if let Details::Otp(otp) = row.json("details")?
            && let Some(serial) = otp.serial
        {
            found.push((row.get("id")?, row.get("account")?, serial));
        }
    }
    Ok(found)
}

/// How many usual factors each of these people has.
pub(crate) async fn counts(
    tx: &mut Tx,
    accounts: &[AccountId],
) -> Result<std::collections::HashMap<AccountId, u64>, StoreError> {
    let sql = store::Sql::new(
        "SELECT account, COUNT(*) AS n FROM mfa_factors WHERE kind IN ('passkey', 'totp', 'hotp') AND account IN ",
    );
    let rows = tx.select(sql.bind_list(accounts.iter().copied()).push(" GROUP BY account")).await?;
    rows.iter().map(|row| Ok((row.get("account")?, row.get("n")?))).collect()
}

fn factor_of(row: &Row) -> Result<Factor, StoreError> {
    let kind: FactorKind = row.get("kind")?;
    Ok(Factor {
        id: row.get("id")?,
        organisation: row.get("organisation")?,
        account: row.get("account")?,
        kind,
        name: row.get("name")?,
        state: row.get("state")?,
        secret: row.get("secret")?,
        details: row.json("details")?,
        last_step: row.get("last_step")?,
        drift: row.get("drift")?,
        created_at: row.get("created_at")?,
        last_used_at: row.get("last_used_at")?,
        expires_at: row.get("expires_at")?,
    })
}

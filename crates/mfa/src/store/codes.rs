//! `mfa_codes`.

use kernel::Timestamp;
use store::{StoreError, Tx, args};

use crate::model::{AccountId, FactorId};

/// What is stored of a code.
pub(crate) struct CodeRow {
    pub(crate) factor: FactorId,
    pub(crate) hash: Vec<u8>,
    pub(crate) used_at: Option<Timestamp>,
}

/// Inserts a factor's codes: places and hashes.
pub(crate) async fn insert(
    tx: &mut Tx,
    account: AccountId,
    factor: FactorId,
    codes: Vec<(String, Vec<u8>)>,
) -> Result<(), StoreError> {
    let rows = codes.into_iter().map(|(place, hash)| args![account, place, factor, hash]);
    tx.insert_many("INSERT INTO mfa_codes (account, place, factor, hash) VALUES ", rows, "").await?;
    Ok(())
}

pub(crate) async fn find(tx: &mut Tx, account: AccountId, place: &str) -> Result<Option<CodeRow>, StoreError> {
    let row = tx
        .one("SELECT factor, hash, used_at FROM mfa_codes WHERE account = $1 AND place = $2", args![account, place])
        .await?;
    row.map(|row| Ok(CodeRow { factor: row.get("factor")?, hash: row.get("hash")?, used_at: row.get("used_at")? }))
        .transpose()
}

/// Uses a code up; says whether it was there to be used.
pub(crate) async fn take(tx: &mut Tx, account: AccountId, place: &str, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE mfa_codes SET used_at = $3 WHERE account = $1 AND place = $2 AND used_at IS NULL";
    Ok(tx.execute(sql, args![account, place, now]).await? == 1)
}

/// The places of a person's codes, the used ones too.
pub(crate) async fn places(tx: &mut Tx, account: AccountId) -> Result<Vec<String>, StoreError> {
    let rows = tx.all("SELECT place FROM mfa_codes WHERE account = $1", args![account]).await?;
    rows.iter().map(|row| row.get("place")).collect()
}

/// How many codes of a factor have not been used.
pub(crate) async fn left(tx: &mut Tx, factor: FactorId) -> Result<u64, StoreError> {
    tx.count("SELECT COUNT(*) AS n FROM mfa_codes WHERE factor = $1 AND used_at IS NULL", args![factor]).await
}

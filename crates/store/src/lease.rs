//! Leases in the database: of several nodes, one at a time does what the name stands for.
//!
//! A lease is a promise with an end. A holder renews well before the end and stops when it cannot.

use std::time::Duration;

use kernel::Timestamp;

use crate::{StoreError, Tx, args};

/// A held lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// What it is for.
    pub name: String,
    /// Who holds it.
    pub holder: String,
    /// Until when.
    pub until: Timestamp,
    /// Grows with every change of holder; work done under an older epoch is refused.
    pub epoch: i64,
}

/// Takes or renews a lease; `None` while somebody else holds it.
pub async fn acquire(
    tx: &mut Tx,
    name: &str,
    holder: &str,
    now: Timestamp,
    span: Duration,
) -> Result<Option<Lease>, StoreError> {
    let until = now.plus(span);
    let row = tx
        .one(
            "INSERT INTO store_leases (name, holder, until, epoch) VALUES ($1, $2, $3, 1)
             ON CONFLICT (name) DO UPDATE SET
                 epoch = store_leases.epoch + CASE WHEN store_leases.holder = excluded.holder THEN 0 ELSE 1 END,
                 holder = excluded.holder, until = excluded.until
             WHERE store_leases.holder = excluded.holder OR store_leases.until <= $4
             RETURNING epoch",
            args![name, holder, until, now],
        )
        .await?;
    row.map(|row| Ok(Lease { name: name.to_owned(), holder: holder.to_owned(), until, epoch: row.get("epoch")? }))
        .transpose()
}

/// Gives a lease back early. Nothing happens when `holder` does not hold it.
pub async fn release(tx: &mut Tx, name: &str, holder: &str) -> Result<(), StoreError> {
    tx.execute("UPDATE store_leases SET until = 0 WHERE name = $1 AND holder = $2", args![name, holder]).await?;
    Ok(())
}

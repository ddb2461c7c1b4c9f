//! What `store` promises, on each database. Here, because this is the first crate that can open both.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

mod errors;
mod leases;
mod migrations;
mod queue;
mod sealed;
mod statements;
mod units;
mod worker;

use store::{Store, Tx};

use crate::Db;

/// A table of the test's own: `units (id BIGINT PRIMARY KEY, name TEXT)`.
async fn make_units(db: &Db) {
    write(&db.store, async |tx| {
        tx.execute("CREATE TABLE units (id BIGINT PRIMARY KEY, name TEXT)", Vec::new()).await.unwrap();
    })
    .await;
}

/// One committed unit of work.
async fn write<T>(store: &Store, work: impl AsyncFnOnce(&mut Tx) -> T) -> T {
    let mut tx = store.begin().await.unwrap();
    let done = work(&mut tx).await;
    tx.commit().await.unwrap();
    done
}

async fn count_units(db: &Db) -> u64 {
    let mut tx = db.store.read().await.unwrap();
    tx.count("SELECT COUNT(*) AS n FROM units", Vec::new()).await.unwrap()
}

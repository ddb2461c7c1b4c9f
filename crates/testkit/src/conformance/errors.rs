//! Failures have one name on both databases.

use std::time::Duration;

use kernel::{ErrorKind, Kinded as _};
use store::{Backend, Settings, Store, StoreError, args};

use super::{make_units, write};
use crate::{Db, on_each_database};

#[tokio::test]
async fn a_key_that_is_there_already_is_a_duplicate() {
    on_each_database(async |db| {
        make_units(&db).await;
        let insert = "INSERT INTO units (id) VALUES (1)";
        write(&db.store, async |tx| tx.execute(insert, args![]).await.unwrap()).await;
        let mut tx = db.store.begin().await.unwrap();
        let error = tx.execute(insert, args![]).await.unwrap_err();
        assert!(matches!(&error, StoreError::Duplicate { constraint } if constraint.contains("units")), "{error:?}");
        assert_eq!((error.kind(), error.try_again()), (ErrorKind::Conflict, false));
    })
    .await;
}

#[tokio::test]
async fn a_statement_that_makes_no_sense_is_our_fault() {
    on_each_database(async |db| {
        for sql in ["SELEC 1", "SELECT * FROM nowhere", "SELECT nothing FROM store_jobs"] {
            let mut tx = db.store.read().await.unwrap();
            let error = tx.all(sql, args![]).await.err().unwrap();
            assert_eq!((error.code(), error.kind()), ("store.broken", ErrorKind::Internal), "{sql}");
            assert!(!error.public_detail().contains("database"), "the caller learns nothing of it");
        }
    })
    .await;
}

#[tokio::test]
async fn a_read_cannot_write() {
    on_each_database(async |db| {
        make_units(&db).await;
        for mut tx in [db.store.read().await.unwrap(), db.store.look().await.unwrap()] {
            let error = tx.execute("INSERT INTO units (id) VALUES (1)", args![]).await.unwrap_err();
            assert_eq!(error.code(), "store.broken");
        }
    })
    .await;
}

#[tokio::test]
async fn a_closed_database_is_out_of_reach() {
    on_each_database(async |db| {
        db.store.ping().await.unwrap();
        db.store.close().await;
        for error in [db.store.begin().await.err().unwrap(), db.store.ping().await.unwrap_err()] {
            assert_eq!((error.code(), error.kind()), ("store.unreachable", ErrorKind::Unavailable));
            assert!(error.try_again());
        }
    })
    .await;
}

#[tokio::test]
async fn another_writer_in_the_way_is_busy() {
    on_each_database(async |db| {
        make_units(&db).await;
        let error = match db.store.backend() {
            Backend::Sqlite => second_process(&db).await,
            Backend::Postgres => deadlock(&db).await,
        };
        assert!(matches!(error, StoreError::Busy(_)), "{error:?}");
        assert!(error.try_again());
    })
    .await;
}

#[tokio::test]
async fn a_full_database_says_so_and_may_be_tried_again() {
    let db = Db::new(Backend::Sqlite).await.unwrap();
    make_units(&db).await;
    let mut tx = db.store.begin().await.unwrap();
    // No page more than there are: what a full disk is, without one.
    tx.all("PRAGMA max_page_count = 1", args![]).await.unwrap();
    let large = "x".repeat(1_000_000);
    let error = tx.execute("INSERT INTO units VALUES (1, $1)", args![large.as_str()]).await.unwrap_err();
    assert_eq!((error.code(), error.try_again()), ("store.full", true), "{error:?}");
    drop(tx);
    let mut tx = db.store.begin().await.unwrap();
    tx.all("PRAGMA max_page_count = 4294967294", args![]).await.unwrap();
    tx.execute("INSERT INTO units VALUES (1, $1)", args![large.as_str()]).await.unwrap();
    tx.commit().await.unwrap();
}

/// Another process holds the file's only write lock.
async fn second_process(db: &Db) -> StoreError {
    let _holder = db.store.begin().await.unwrap();
    let settings = Settings { acquire_timeout: Duration::from_millis(50), ..Settings::new(&db.url) };
    let other = Store::open(&settings).await.unwrap();
    other.begin().await.err().unwrap()
}

/// Two units of work wait for each other's row.
async fn deadlock(db: &Db) -> StoreError {
    write(&db.store, async |tx| tx.execute("INSERT INTO units VALUES (1, ''), (2, '')", args![]).await.unwrap()).await;
    let sql = "UPDATE units SET name = 'x' WHERE id = $1";
    let (mut one, mut two) = (db.store.begin().await.unwrap(), db.store.begin().await.unwrap());
    one.execute(sql, args![1_i64]).await.unwrap();
    two.execute(sql, args![2_i64]).await.unwrap();
    let first = async move { one.execute(sql, args![2_i64]).await };
    let second = async move { two.execute(sql, args![1_i64]).await };
    let (first, second) = tokio::join!(first, second);
    first.and(second).unwrap_err()
}

#[tokio::test]
async fn an_address_that_makes_no_sense_is_said_so() {
    for url in ["mysql://x", "vestibule.db", "", "postgres://[", "sqlite:/no/such/folder/x.db?mode=never"] {
        let error = Store::open(&Settings::new(url)).await.err().unwrap();
        assert_eq!(error.code(), "store.settings", "{url}: {error}");
    }
}

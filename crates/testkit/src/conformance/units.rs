//! Units of work: all or nothing, and who hears of them.

use std::time::Duration;

use store::{Backend, Settings, Store, args};

use super::{count_units, make_units, write};
use crate::on_each_database;

#[tokio::test]
async fn a_unit_of_work_commits_together_or_leaves_nothing() {
    on_each_database(async |db| {
        make_units(&db).await;
        let mut dropped = db.store.begin().await.unwrap();
        dropped.execute("INSERT INTO units (id) VALUES (1)", args![]).await.unwrap();
        drop(dropped);
        assert_eq!(count_units(&db).await, 0);
        write(&db.store, async |tx| {
            for id in [1_i64, 2] {
                tx.execute("INSERT INTO units (id) VALUES ($1)", args![id]).await.unwrap();
            }
        })
        .await;
        assert_eq!(count_units(&db).await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_refused_statement_takes_the_whole_unit_with_it() {
    on_each_database(async |db| {
        make_units(&db).await;
        let mut tx = db.store.begin().await.unwrap();
        tx.execute("INSERT INTO units (id) VALUES (1)", args![]).await.unwrap();
        tx.execute("INSERT INTO units (id) VALUES (1)", args![]).await.unwrap_err();
        drop(tx);
        assert_eq!(count_units(&db).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_read_sees_one_moment_however_long_it_takes() {
    on_each_database(async |db| {
        make_units(&db).await;
        let mut read = db.store.read().await.unwrap();
        assert_eq!(read.count("SELECT COUNT(*) AS n FROM units", args![]).await.unwrap(), 0);
        write(&db.store, async |tx| tx.execute("INSERT INTO units (id) VALUES (1)", args![]).await.unwrap()).await;
        assert_eq!(read.count("SELECT COUNT(*) AS n FROM units", args![]).await.unwrap(), 0);
        drop(read);
        assert_eq!(count_units(&db).await, 1);
    })
    .await;
}

#[tokio::test]
async fn writers_wait_for_each_other_and_lose_nothing() {
    on_each_database(async |db| {
        make_units(&db).await;
        write(&db.store, async |tx| tx.execute("INSERT INTO units VALUES (1, '0')", args![]).await.unwrap()).await;
        let adders = (0..20).map(|_| {
            let store = db.store.clone();
            tokio::spawn(async move {
                let sql = "UPDATE units SET name = CAST(CAST(name AS INTEGER) + 1 AS TEXT) WHERE id = 1";
                write(&store, async |tx| tx.execute(sql, args![]).await.unwrap()).await;
            })
        });
        for adder in adders.collect::<Vec<_>>() {
            adder.await.unwrap();
        }
        let mut tx = db.store.read().await.unwrap();
        let row = tx.one("SELECT name FROM units", args![]).await.unwrap().unwrap();
        assert_eq!(row.get::<String>("name").unwrap(), "20");
    })
    .await;
}

#[tokio::test]
async fn an_announced_commit_wakes_and_a_dropped_one_does_not() {
    on_each_database(async |db| {
        let mut changes = db.store.changes();
        let mut dropped = db.store.begin().await.unwrap();
        dropped.announce();
        drop(dropped);
        write(&db.store, async |_| ()).await;
        assert!(!changes.has_changed().unwrap());
        write(&db.store, async |tx| tx.announce()).await;
        tokio::time::timeout(Duration::from_secs(20), changes.changed()).await.unwrap().unwrap();
    })
    .await;
}

#[tokio::test]
async fn another_node_hears_of_an_announced_commit() {
    on_each_database(async |db| {
        if db.store.backend() == Backend::Sqlite {
            return;
        }
        let node = Store::open(&Settings::new(&db.url)).await.unwrap();
        let mut changes = node.changes();
        let listening = tokio::spawn({
            let node = node.clone();
            async move { node.listen().await }
        });
        let heard = async {
            // The other node may not be listening yet: what is committed before is not heard, so it is said again.
            loop {
                write(&db.store, async |tx| tx.announce()).await;
                if tokio::time::timeout(Duration::from_millis(100), changes.changed()).await.is_ok() {
                    break;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), heard).await.unwrap();
        listening.abort();
        node.close().await;
    })
    .await;
}

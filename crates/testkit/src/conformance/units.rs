//! Units of work: all or nothing, and who hears of them.

use std::task::Poll;
use std::time::Duration;

use store::{Backend, Settings, Store, args, queue};

use super::queue::job;
use super::{count_units, make_units, write};
use crate::{Db, on_each_database};

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
        let jobs = db.store.jobs();
        write(&db.store, async |tx| tx.announce()).await;
        tokio::time::timeout(Duration::from_secs(20), changes.changed()).await.unwrap().unwrap();
        assert!(!jobs.has_changed().unwrap(), "whoever runs jobs is left in peace");
        write(&db.store, async |tx| queue::enqueue(tx, &db.env, job(&db, None)).await.unwrap()).await;
        tokio::time::timeout(Duration::from_secs(20), changes.changed()).await.unwrap().unwrap();
        assert!(jobs.has_changed().unwrap());
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

#[tokio::test]
async fn each_statement_of_a_look_sees_the_moment_it_is_run() {
    on_each_database(async |db| {
        make_units(&db).await;
        let mut look = db.store.look().await.unwrap();
        let count = "SELECT COUNT(*) AS n FROM units";
        assert_eq!(look.count(count, args![]).await.unwrap(), 0);
        let insert = "INSERT INTO units (id) VALUES (1)";
        write(&db.store, async |tx| tx.execute(insert, args![]).await.unwrap()).await;
        assert_eq!(look.count(count, args![]).await.unwrap(), 1);
    })
    .await;
}

/// What SQLite writes goes to its log first. Neither whoever writes without a pause nor readers of whom there is always one
/// must make it grow without an end.
#[tokio::test]
async fn the_log_of_sqlite_stays_short_however_long_it_is_written_and_read() {
    let db = Db::new(Backend::Sqlite).await.unwrap();
    make_units(&db).await;
    let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
                INSERT INTO units (id, name) SELECT $1 + i, hex(zeroblob(500)) FROM n";
    let writes = async {
        for round in 0..40_i64 {
            write(&db.store, async |tx| tx.execute(fill, args![round * 20_000]).await.unwrap()).await;
        }
    };
    let reads = async {
        let mut last = None;
        loop {
            let mut tx = db.store.read().await.unwrap();
            tx.one("SELECT id FROM units LIMIT 1", args![]).await.unwrap();
            // The one before ends when the next one has begun.
            last.replace(tx);
        }
    };
    tokio::select! {
        () = writes => {}
        () = reads => {}
    }
    let log = std::fs::metadata(format!("{}-wal", db.url.trim_start_matches("sqlite:"))).unwrap().len();
    assert!(log < 300 * 1024 * 1024, "{} MiB", log / 1024 / 1024);
}

#[tokio::test]
async fn a_beginning_that_is_given_up_leaves_nothing_open() {
    on_each_database(async |db| {
        make_units(&db).await;
        for round in 0..30_i64 {
            give_up(db.store.read()).await;
            let insert = "INSERT INTO units (id) VALUES ($1)";
            write(&db.store, async |tx| tx.execute(insert, args![round]).await.unwrap()).await;
            let seen = db.store.look().await.unwrap().count("SELECT COUNT(*) AS n FROM units", args![]).await.unwrap();
            assert_eq!(i64::try_from(seen).unwrap(), round + 1);
        }
    })
    .await;
}

/// Begins and goes no further.
async fn give_up(begun: impl Future) {
    let mut begun = Box::pin(begun);
    std::future::poll_fn(|context| {
        let _ = begun.as_mut().poll(context);
        Poll::Ready(())
    })
    .await;
}

#[tokio::test]
async fn a_statement_that_is_given_up_harms_nobody_who_comes_later() {
    on_each_database(async |db| {
        make_units(&db).await;
        let insert = "INSERT INTO units (id) VALUES ($1)";
        for round in 0..30_i64 {
            let mut unit = db.store.begin().await.unwrap();
            unit.execute(insert, args![-1_i64]).await.unwrap();
            give_up(unit.execute(insert, args![-2_i64])).await;
            drop(unit);
            let mut look = db.store.look().await.unwrap();
            give_up(look.all("SELECT id FROM units", args![])).await;
            drop(look);
            write(&db.store, async |tx| tx.execute(insert, args![round]).await.unwrap()).await;
            assert_eq!(i64::try_from(count_units(&db).await).unwrap(), round + 1, "nothing of what was given up");
        }
    })
    .await;
}

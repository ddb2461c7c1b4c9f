//! Where statements run, and what becomes of those that nobody waits for.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use std::task::{Context, Waker};
use std::time::Duration;

use kernel::{Scalar, ScalarKind, Stored as _};

use super::pace::Paces;
use super::{Connection, Options, SqliteRow, Statement};
use crate::error::Cause;
use crate::sql::Bound;
use crate::{Settings, Store, StoreError};

const QUICK: Duration = Duration::from_micros(20);
const SLOW: Duration = Duration::from_millis(3);

fn statement(text: &'static str) -> Statement {
    Statement::new(text, Vec::new())
}

/// A connection to a file of its own, which is gone at the end.
async fn with_connection(test: impl AsyncFnOnce(Connection)) {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::new(format!("sqlite:{}", folder.path().join("one.db").display()));
    test(Connection::open(Options::new(&settings).unwrap()).await.unwrap()).await;
}

async fn number(connection: &mut Connection, text: &'static str) -> i64 {
    let rows = connection.rows(statement(text)).await.unwrap();
    match rows[0].scalar("n", ScalarKind::Int) {
        Some(Scalar::Int(Some(number))) => number,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_statement_is_trusted_once_it_was_quick_and_not_soon_again_once_it_was_slow() {
    let (paces, one, other) = (Paces::default(), statement("SELECT 1"), statement("SELECT 2"));
    for run in 0..4 {
        assert!(!paces.trusts(&one), "run {run}");
        paces.note(&one, QUICK);
    }
    assert!(paces.trusts(&one));
    assert!(!paces.trusts(&other), "it is another statement");
    paces.note(&one, SLOW);
    for run in 0..24 {
        assert!(!paces.trusts(&one), "run {run} after a slow one");
        paces.note(&one, QUICK);
    }
    assert!(paces.trusts(&one));
}

#[test]
fn only_the_path_of_a_file_is_an_address() {
    for (url, taken) in [
        ("sqlite:vestibule.db", true),
        ("sqlite:///var/lib/vestibule/vestibule.db", true),
        ("sqlite:vestibule.db?mode=ro", false),
        ("sqlite::memory:", false),
    ] {
        let read = Options::new(&Settings::new(url));
        assert_eq!(
            read.err().map(|error| error.to_string().contains("<path of a file>")),
            (!taken).then_some(true),
            "{url}"
        );
    }
}

#[tokio::test]
async fn values_find_their_places_by_number_and_in_order() {
    with_connection(async |mut connection| {
        let bound = || vec![Bound::One(1_i64.to_scalar()), Bound::One(20_i64.to_scalar())];
        for (text, expected) in [
            ("SELECT $2 * 100 + $1 AS n", 2_001),
            ("SELECT $1 + $1 AS n", 2),
            ("SELECT ? * 100 + ? AS n", 120),
            ("SELECT $1 AS n, $2 AS n", 20),
        ] {
            let rows = connection.rows(Statement::new(text, bound())).await.unwrap();
            assert_eq!(rows[0].scalar("n", ScalarKind::Int), Some(Scalar::Int(Some(expected))), "{text}");
        }
        let missing = connection.rows(Statement::new("SELECT $3 AS n", bound())).await.err().unwrap();
        assert_eq!(missing.to_string(), "the database refused a statement");
    })
    .await;
}

#[tokio::test]
async fn values_of_another_kind_are_not_read() {
    with_connection(async |mut connection| {
        let rows =
            connection.rows(statement("SELECT 'a' AS text, 1 AS n, NULL AS empty, X'00' AS bytes")).await.unwrap();
        let row = &rows[0];
        assert_eq!(row.scalar("text", ScalarKind::Text), Some(Scalar::Text(Some("a".to_owned()))));
        assert_eq!(row.scalar("n", ScalarKind::Bool), Some(Scalar::Bool(Some(true))));
        assert_eq!(row.scalar("empty", ScalarKind::Uuid), Some(Scalar::Uuid(None)));
        for (column, kind) in
            [("text", ScalarKind::Int), ("n", ScalarKind::Text), ("bytes", ScalarKind::Uuid), ("none", ScalarKind::Int)]
        {
            assert_eq!(row.scalar(column, kind), None, "{column}");
        }
    })
    .await;
}

#[tokio::test]
async fn few_rows_and_many_come_one_by_one_however_quick_the_statement_was() {
    with_connection(async |mut connection| {
        let text = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < $1)
                    SELECT n FROM numbers";
        for last in [3, 3, 3, 3, 3, 255, 256, 257, 2_000, 3] {
            let asked = Statement::new(text, vec![Bound::One(last.to_scalar())]);
            let mut next = 0;
            let count = |row: SqliteRow| {
                next += 1;
                assert_eq!(row.scalar("n", ScalarKind::Int), Some(Scalar::Int(Some(next))));
                Ok(())
            };
            connection.each(asked, count).await.unwrap();
            assert_eq!(next, last);
        }
    })
    .await;
}

#[tokio::test]
async fn only_what_changed_rows_counts_them() {
    with_connection(async |mut connection| {
        assert_eq!(connection.change(statement("CREATE TABLE units (id INTEGER PRIMARY KEY)")).await.unwrap(), 0);
        assert_eq!(connection.change(statement("INSERT INTO units VALUES (1), (2)")).await.unwrap(), 2);
        assert_eq!(connection.change(statement("SELECT 1")).await.unwrap(), 0);
        assert_eq!(connection.change(statement("DELETE FROM units WHERE id = 9")).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_statement_that_nobody_waits_for_any_more_does_not_begin() {
    with_connection(async |mut connection| {
        connection.change(statement("CREATE TABLE units (id INTEGER PRIMARY KEY)")).await.unwrap();
        let shared = connection.shared.clone();
        // Somebody has the connection, so that what is asked for waits on its thread.
        let own = shared.own.lock().unwrap();
        let mut asked = Box::pin(connection.change(statement("INSERT INTO units VALUES (NULL)")));
        assert!(asked.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        drop(asked);
        let turn = connection.turn();
        drop(own);
        turn.patiently(|own| own.execute_batch("SELECT 1")).unwrap();
        assert_eq!(number(&mut connection, "SELECT COUNT(*) AS n FROM units").await, 0);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_in_the_way_of_a_trusted_statement_is_waited_for_elsewhere() {
    with_connection(async |mut first| {
        let rows = first.rows(statement("PRAGMA database_list")).await.unwrap();
        let Some(Scalar::Text(Some(file))) = rows[0].scalar("file", ScalarKind::Text) else { panic!("a file") };
        let settings = Settings::new(format!("sqlite:{file}"));
        let mut second = Connection::open(Options::new(&settings).unwrap()).await.unwrap();
        for _ in 0..4 {
            second.change(statement("BEGIN IMMEDIATE")).await.unwrap();
            second.change(statement("ROLLBACK")).await.unwrap();
        }
        assert!(second.paces.trusts(&statement("BEGIN IMMEDIATE")));
        first.change(statement("BEGIN IMMEDIATE")).await.unwrap();
        let waiting = second.change(statement("BEGIN IMMEDIATE"));
        let ending = async {
            tokio::task::yield_now().await;
            first.change(statement("ROLLBACK")).await
        };
        let (begun, ended) = tokio::join!(waiting, ending);
        begun.unwrap();
        ended.unwrap();
    })
    .await;
}

async fn write(store: &Store, sql: &'static str) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    tx.execute(sql, Vec::new()).await?;
    tx.commit().await
}

#[tokio::test]
async fn a_commit_waits_until_the_log_is_on_the_disk_if_it_changed_something() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let settings = Settings::new(format!("sqlite:{}", file("one.db").display()));
    let store = Store::open(&settings).await.unwrap();
    write(&store, "CREATE TABLE units (id BIGINT)").await.unwrap();
    write(&store, "INSERT INTO units VALUES (1)").await.unwrap();
    // SQLite goes on with the file that it has opened; by its name it cannot be opened any more.
    std::fs::rename(file("one.db-wal"), file("log")).unwrap();
    std::os::unix::fs::symlink(file("one.db-wal"), file("one.db-wal")).unwrap();
    write(&store, "DELETE FROM units WHERE id = 2").await.unwrap();
    let failed = write(&store, "INSERT INTO units VALUES (2)").await.unwrap_err();
    assert!(matches!(failed, StoreError::Unreachable(Cause::Flush(_))), "{failed:?}");
    std::fs::rename(file("log"), file("one.db-wal")).unwrap();
    let failed = write(&store, "INSERT INTO units VALUES (3)").await.unwrap_err();
    assert!(matches!(failed, StoreError::Unreachable(Cause::NotFlushed)), "nothing lasts from then on: {failed:?}");
    let careless = Store::open(&Settings { outlives_power_loss: false, ..settings }).await.unwrap();
    write(&careless, "INSERT INTO units VALUES (4)").await.unwrap();
}

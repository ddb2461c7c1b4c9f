//! Statements and rows: what goes in comes out, on either database, one row or many thousand.

use kernel::{Kinded as _, Stored as _, Timestamp};
use store::{Backend, Sql, StoreError, args, json};
use uuid::Uuid;

use super::{count_units, make_units, write};
use crate::{Db, START, on_each_database};

#[tokio::test]
async fn every_kind_of_value_comes_back_as_it_was() {
    on_each_database(async |db| {
        let id = Uuid::from_u128(7);
        write(&db.store, async |tx| {
            let bytes = if db.store.backend() == store::Backend::Sqlite {
                "CREATE TABLE kinds (a UUID, b BIGINT, c TEXT, d BOOLEAN, e BLOB, f DOUBLE PRECISION, g BIGINT, h TEXT)"
            } else {
                "CREATE TABLE kinds (a UUID, b BIGINT, c TEXT, d BOOLEAN, e BYTEA, f DOUBLE PRECISION, g BIGINT, h TEXT)"
            };
            tx.execute(bytes, args![]).await.unwrap();
            let insert = "INSERT INTO kinds (a, b, c, d, e, f, g, h) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
            let mut values = args![id, i64::MIN, "Zoë\u{0001}'", true, vec![0_u8, 255], 0.1_f64, START];
            values.push(json(&["a", "b"]));
            tx.execute(insert, values).await.unwrap();
            let (none, nothing) = (None::<Uuid>, None::<String>);
            let values = args![none, None::<i64>, nothing.clone(), None::<bool>, None::<Vec<u8>>, None::<f64>, None::<Timestamp>, nothing];
            tx.execute(insert, values).await.unwrap();
        })
        .await;
        let mut tx = db.store.read().await.unwrap();
        let rows = tx.all("SELECT * FROM kinds ORDER BY CASE WHEN a IS NULL THEN 1 ELSE 0 END", args![]).await.unwrap();
        let (full, empty) = (&rows[0], &rows[1]);
        assert_eq!(full.get::<Uuid>("a").unwrap(), id);
        assert_eq!(full.get::<i64>("b").unwrap(), i64::MIN);
        assert_eq!(full.get::<String>("c").unwrap(), "Zoë\u{0001}'");
        assert!(full.get::<bool>("d").unwrap());
        assert_eq!(full.get::<Vec<u8>>("e").unwrap(), [0, 255]);
        assert!((full.get::<f64>("f").unwrap() - 0.1).abs() < f64::EPSILON);
        assert_eq!(full.get::<Timestamp>("g").unwrap(), START);
        assert_eq!(full.json::<Vec<String>>("h").unwrap(), ["a", "b"]);
        assert_eq!(empty.get::<Option<Uuid>>("a").unwrap(), None);
        assert_eq!(empty.get::<Option<Vec<u8>>>("e").unwrap(), None);
        assert_eq!(empty.get::<i64>("b").unwrap_err().code(), "store.corrupt");
        assert_eq!(full.json::<u8>("h").unwrap_err().code(), "store.corrupt");
        assert_eq!(full.get::<u64>("b").unwrap_err().code(), "store.corrupt");
    })
    .await;
}

#[tokio::test]
async fn many_rows_go_in_by_the_hundred_and_come_out_one_by_one() {
    on_each_database(async |db| {
        make_units(&db).await;
        let row = |id: i64| args![id, format!("unit {id}")];
        let head = "INSERT INTO units (id, name) VALUES ";
        write(&db.store, async |tx| {
            assert_eq!(tx.insert_many(head, (0..5_001).map(row), "").await.unwrap(), 5_001);
            assert_eq!(tx.insert_many(head, Vec::new(), "").await.unwrap(), 0);
            let again = tx.insert_many(head, (4_900..5_100).map(row), "ON CONFLICT DO NOTHING").await.unwrap();
            assert_eq!(again, 99, "only what was not there yet");
        })
        .await;
        let mut tx = db.store.read().await.unwrap();
        let mut next = 0;
        let each = Sql::new("SELECT id FROM units WHERE id < ").bind(5_000_i64).push(" ORDER BY id");
        tx.for_each(each, |row| {
            assert_eq!(row.get::<i64>("id")?, next);
            next += 1;
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(next, 5_000);
    })
    .await;
}

#[tokio::test]
async fn many_rows_of_every_kind_come_back_as_they_were() {
    on_each_database(async |db| {
        let bytes = if db.store.backend() == store::Backend::Sqlite { "BLOB" } else { "BYTEA" };
        let full = |id: i64| args![id, Uuid::from_u128(7), "Zoë\u{0001}'", id % 2 == 0, vec![0_u8, 255], 0.1_f64];
        let nothing = |id: i64| args![id, None::<Uuid>, None::<String>, None::<bool>, None::<Vec<u8>>, None::<f64>];
        write(&db.store, async |tx| {
            let table = Sql::new("CREATE TABLE kinds (id BIGINT, a UUID, c TEXT, d BOOLEAN, f DOUBLE PRECISION, e ");
            tx.alter(table.push(bytes).push(")")).await.unwrap();
            let rows = (0..1_000).map(|id| if id < 900 { full(id) } else { nothing(id) });
            let head = "INSERT INTO kinds (id, a, c, d, e, f) VALUES ";
            assert_eq!(tx.insert_many(head, rows, "").await.unwrap(), 1_000);
        })
        .await;
        let mut tx = db.store.read().await.unwrap();
        let rows = tx.all("SELECT * FROM kinds ORDER BY id", args![]).await.unwrap();
        assert_eq!(rows.len(), 1_000);
        assert_eq!(rows[7].get::<Uuid>("a").unwrap(), Uuid::from_u128(7));
        assert_eq!(rows[7].get::<String>("c").unwrap(), "Zoë\u{0001}'");
        assert!(rows[6].get::<bool>("d").unwrap() && !rows[7].get::<bool>("d").unwrap());
        assert_eq!(rows[7].get::<Vec<u8>>("e").unwrap(), [0, 255]);
        assert!((rows[7].get::<f64>("f").unwrap() - 0.1).abs() < f64::EPSILON);
        assert_eq!(rows[999].get::<i64>("id").unwrap(), 999);
        assert_eq!(rows[999].get::<Option<Uuid>>("a").unwrap(), None);
        assert_eq!(rows[999].get::<Option<Vec<u8>>>("e").unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn many_rows_that_are_refused_or_cut_off_leave_nothing_and_the_database_goes_on() {
    on_each_database(async |db| {
        make_units(&db).await;
        let head = "INSERT INTO units (id, name) VALUES ";
        let row = |id: i64| args![id, "x".repeat(1_000)];
        let mut tx = db.store.begin().await.unwrap();
        let refused = tx.insert_many(head, (0..3_000).map(|id| row(id % 2_900)), "").await.unwrap_err();
        assert_eq!(refused.code(), "store.duplicate");
        drop(tx);
        for steps in 0..12 {
            let mut tx = db.store.begin().await.unwrap();
            let mut insert = Box::pin(tx.insert_many(head, (0..3_000).map(row), ""));
            for _ in 0..steps {
                tokio::select! {
                    biased;
                    done = &mut insert => assert_eq!(done.unwrap(), 3_000, "it was over before"),
                    () = tokio::task::yield_now() => continue,
                }
                break;
            }
            drop(insert);
            drop(tx);
            assert_eq!(count_units(&db).await, 0, "cut off after {steps} steps");
        }
        write(&db.store, async |tx| assert_eq!(tx.insert_many(head, (0..500).map(row), "").await.unwrap(), 500)).await;
        assert_eq!(count_units(&db).await, 500);
    })
    .await;
}

#[tokio::test]
async fn a_reader_that_has_seen_enough_stops_and_the_unit_goes_on() {
    on_each_database(async |db| {
        make_units(&db).await;
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_many("INSERT INTO units (id) VALUES ", (0..2_000_i64).map(|id| args![id]), "").await.unwrap();
        let mut seen = 0;
        let enough = tx.for_each(Sql::new("SELECT id FROM units"), |_| {
            seen += 1;
            if seen < 3 { Ok(()) } else { Err(StoreError::Settings("enough".to_owned())) }
        });
        assert_eq!(enough.await.unwrap_err().to_string(), "enough");
        assert_eq!(seen, 3);
        assert_eq!(tx.execute("DELETE FROM units WHERE id < 1000", args![]).await.unwrap(), 1_000);
        tx.commit().await.unwrap();
        assert_eq!(count_units(&db).await, 1_000);
    })
    .await;
}

#[tokio::test]
async fn built_statements_bind_lists_and_change_rows() {
    on_each_database(async |db| {
        make_units(&db).await;
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_many("INSERT INTO units (id) VALUES ", (0..10_i64).map(|id| args![id]), "").await.unwrap();
        let named = Sql::new("UPDATE units SET name = ").bind("it's").push(" WHERE id IN ").bind_list([1_i64, 3, 99]);
        assert_eq!(tx.alter(named).await.unwrap(), 2);
        let none = Sql::new("SELECT id FROM units WHERE id IN ").bind_list(Vec::<i64>::new());
        assert!(tx.select(none).await.unwrap().is_empty());
        let rows = tx.select(Sql::new("SELECT id FROM units WHERE name = ").bind("it's").push(" ORDER BY id")).await;
        let ids: Vec<i64> = rows.unwrap().iter().map(|row| row.get("id").unwrap()).collect();
        assert_eq!(ids, [1, 3]);
        assert_eq!(tx.count("SELECT id AS n FROM units WHERE id < 0", args![]).await.unwrap(), 0, "no row is 0");
        assert!(tx.one("SELECT id FROM units WHERE id < 0", args![]).await.unwrap().is_none());
        let most: Vec<_> = (0..20_000_i64).map(i64::to_scalar).collect();
        let long = Sql::new("SELECT COUNT(*) AS n FROM units WHERE id IN ");
        let long = most.into_iter().fold((long.push("("), ""), |(sql, comma), value| {
            let kernel::Scalar::Int(Some(value)) = value else { unreachable!("numbers only") };
            (sql.push(comma).bind(value), ", ")
        });
        assert_eq!(tx.select(long.0.push(")")).await.unwrap()[0].get::<i64>("n").unwrap(), 10);
    })
    .await;
}

#[tokio::test]
async fn many_ids_are_looked_up_not_looked_for_among_everything_of_an_organisation() {
    let db = Db::new(Backend::Sqlite).await.unwrap();
    let ids: Vec<_> = (0..300).map(Uuid::from_u128).collect();
    let sql = Sql::new("EXPLAIN QUERY PLAN SELECT id FROM directory_users WHERE ")
        .among("organisation", db.organisation)
        .push(" AND id IN ")
        .bind_list(ids);
    let plan = db.store.look().await.unwrap().select(sql).await.unwrap();
    let steps: Vec<String> = plan.iter().map(|row| row.get("detail").unwrap()).collect();
    assert!(steps.iter().any(|step| step.ends_with("(id=?)")), "{steps:?}");
}

#[tokio::test]
async fn a_statement_is_planned_once_whatever_is_bound_to_it() {
    let db = Db::new(Backend::Sqlite).await.unwrap();
    let asked = Sql::new("SELECT sqlite_compileoption_used('ENABLE_QPSG') AS stable");
    let rows = db.store.look().await.unwrap().select(asked).await.unwrap();
    assert_eq!(rows[0].get::<i64>("stable").unwrap(), 1, "see .cargo/config.toml");
}

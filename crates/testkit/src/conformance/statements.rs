//! Statements and rows: what goes in comes out, on either database, one row or many thousand.

use kernel::{Kinded as _, Stored as _, Timestamp};
use store::{Sql, StoreError, args, json};
use uuid::Uuid;

use super::{count_units, make_units, write};
use crate::{START, on_each_database};

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

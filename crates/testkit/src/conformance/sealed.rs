//! Sealed columns: rotation moves every value to the newest key, and a copied value does not open.

use kernel::{Rng, Stored as _};
use store::seal::{Place, SealedColumn, reseal};
use store::{MasterKey, Sealer, args};
use uuid::Uuid;

use super::write;
use crate::{Db, on_each_database};

const COLUMN: SealedColumn = SealedColumn { table: "secrets", column: "secret" };

fn ring(keys: &[&str]) -> Sealer {
    let keys: Vec<_> = keys.iter().map(|key| MasterKey::parse(&key.repeat(32)).unwrap()).collect();
    Sealer::new(&keys, Rng::system()).unwrap()
}

fn place(row: u128) -> Place<'static> {
    Place { table: COLUMN.table, row: Uuid::from_u128(row), column: COLUMN.column }
}

async fn fill(db: &Db, sealer: &Sealer) {
    write(&db.store, async |tx| {
        let create = if db.store.backend() == store::Backend::Sqlite {
            "CREATE TABLE secrets (id UUID PRIMARY KEY, secret BLOB)"
        } else {
            "CREATE TABLE secrets (id UUID PRIMARY KEY, secret BYTEA)"
        };
        tx.execute(create, args![]).await.unwrap();
        let rows = (1..=3_u128).map(|n| vec![place(n).row.to_scalar(), sealer.seal(place(n), b"hunter2").to_scalar()]);
        tx.insert_many("INSERT INTO secrets (id, secret) VALUES ", rows, "").await.unwrap();
        let none = args![place(4).row, None::<Vec<u8>>];
        tx.execute("INSERT INTO secrets (id, secret) VALUES ($1, $2)", none).await.unwrap();
    })
    .await;
}

async fn read(db: &Db, row: u128) -> Vec<u8> {
    let mut tx = db.store.read().await.unwrap();
    let found = tx.one("SELECT secret FROM secrets WHERE id = $1", args![place(row).row]).await.unwrap().unwrap();
    found.get("secret").unwrap()
}

#[tokio::test]
async fn after_a_rotation_the_old_key_is_not_needed() {
    on_each_database(async |db| {
        fill(&db, &ring(&["0a"])).await;
        let both = ring(&["0b", "0a"]);
        assert_eq!(write(&db.store, async |tx| reseal(tx, &both, COLUMN).await.unwrap()).await, 3);
        assert_eq!(write(&db.store, async |tx| reseal(tx, &both, COLUMN).await.unwrap()).await, 0, "nothing is left");
        for row in 1..=3 {
            let opened = ring(&["0b"]).open_text(place(row), &read(&db, row).await).unwrap();
            assert_eq!(opened.expose(), "hunter2");
        }
    })
    .await;
}

#[tokio::test]
async fn a_rotation_that_meets_a_value_it_cannot_open_changes_nothing() {
    on_each_database(async |db| {
        fill(&db, &ring(&["0a"])).await;
        let before = read(&db, 1).await;
        let copied = read(&db, 2).await;
        write(&db.store, async |tx| {
            tx.execute("UPDATE secrets SET secret = $2 WHERE id = $1", args![place(3).row, copied]).await.unwrap();
        })
        .await;
        let mut tx = db.store.begin().await.unwrap();
        let error = reseal(&mut tx, &ring(&["0b", "0a"]), COLUMN).await.unwrap_err();
        drop(tx);
        assert!(error.to_string().contains(&place(3).row.to_string()), "{error}");
        assert_eq!(read(&db, 1).await, before);
    })
    .await;
}

//! Migrations: forward only, and nothing the second time.

use store::{Settings, Store, args};

use crate::{Db, on_each_database};

async fn tables(db: &Db) -> u64 {
    let mut tx = db.store.read().await.unwrap();
    tx.count("SELECT COUNT(*) AS n FROM _sqlx_migrations", args![]).await.unwrap()
}

#[tokio::test]
async fn a_second_migration_changes_nothing_also_from_two_nodes_at_once() {
    on_each_database(async |db| {
        let before = tables(&db).await;
        let node = Store::open(&Settings::new(&db.url)).await.unwrap();
        let (one, two) = tokio::join!(db.store.migrate(), node.migrate());
        one.unwrap();
        two.unwrap();
        assert_eq!(tables(&db).await, before);
        assert_eq!(before, store::migrate::names().count() as u64);
        node.close().await;
    })
    .await;
}

#[tokio::test]
async fn an_edited_migration_is_refused() {
    on_each_database(async |db| {
        super::write(&db.store, async |tx| {
            let edit = if db.store.backend() == store::Backend::Sqlite {
                "UPDATE _sqlx_migrations SET checksum = X'00' WHERE version = 1"
            } else {
                "UPDATE _sqlx_migrations SET checksum = '\\x00' WHERE version = 1"
            };
            assert_eq!(tx.execute(edit, args![]).await.unwrap(), 1);
        })
        .await;
        let error = db.store.migrate().await.unwrap_err();
        assert!(error.to_string().contains("previously applied but has been modified"), "{error}");
    })
    .await;
}

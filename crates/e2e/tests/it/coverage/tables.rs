//! Every table has an owning room, and the room says so.

use std::fs;
use std::path::Path;

use store::args;
use testkit::on_each_database;

#[tokio::test]
async fn every_table_has_an_owning_room_that_names_it() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    on_each_database(async |db| {
        let mut tx = db.store.read().await.unwrap();
        let sql = match db.store.backend() {
            store::Backend::Sqlite => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            }
            store::Backend::Postgres => {
                "SELECT CAST(tablename AS TEXT) AS name FROM pg_tables WHERE schemaname = 'public'"
            }
        };
        let rows = tx.all(sql, args![]).await.unwrap();
        assert!(rows.len() > 10);
        for row in rows {
            let table: String = row.get("name").unwrap();
            if table == "_sqlx_migrations" {
                continue;
            }
            let room = table.split('_').next().unwrap();
            let folder = crates.join(room);
            assert!(folder.is_dir(), "{table} belongs to no room");
            // The store's own tables are in its module comments.
            let readme = fs::read_to_string(folder.join("README.md")).unwrap_or_default();
            assert!(room == "store" || readme.contains(&table), "{room}/README.md does not name {table}");
        }
    })
    .await;
}

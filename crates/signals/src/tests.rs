//! The log against a real database of each kind.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

mod routes;
mod webhooks;

use kernel::{PageRequest, Role};
use store::args;
use testkit::{Db, on_each_database, operator};

use crate::{Entry, Filter, Object, append, chain, list, newest, oldest_first};

async fn fill(db: &Db, count: usize) {
    let actor = operator(db.organisation, Role::Owner);
    let entries = (0..count).map(|n| {
        let object = Object::new("user", uuid::Uuid::from_u128(n as u128), format!("user {n}"));
        Entry::change("user.created").object(object).after(&serde_json::json!({ "n": n }))
    });
    let mut tx = db.store.begin().await.unwrap();
    append(&mut tx, &db.env, &actor, entries.collect()).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn an_untouched_chain_verifies() {
    on_each_database(async |db| {
        fill(&db, 3).await;
        fill(&db, 2).await;
        let verdict = chain::verify(&db.store, db.organisation).await.unwrap();
        assert_eq!((verdict.entries, verdict.broken), (5, None));
    })
    .await;
}

#[tokio::test]
async fn an_edited_removed_or_cut_off_entry_shows() {
    let cases = [
        ("UPDATE signals_log SET reason = 'x' WHERE revision = 3", 3, "the entry does not fit its hash"),
        ("DELETE FROM signals_log WHERE revision = 2", 2, "an entry is missing"),
        ("DELETE FROM signals_log WHERE revision = 5", 5, "the end of the log is missing"),
    ];
    for (damage, revision, what) in cases {
        on_each_database(async |db| {
            fill(&db, 5).await;
            let mut tx = db.store.begin().await.unwrap();
            tx.execute(damage, args![]).await.unwrap();
            tx.commit().await.unwrap();
            let broken = chain::verify(&db.store, db.organisation).await.unwrap().broken.unwrap();
            assert_eq!((broken.revision, broken.what.as_str()), (revision, what), "{damage}");
        })
        .await;
    }
}

#[tokio::test]
async fn pages_go_back_in_time_and_followers_go_forward() {
    on_each_database(async |db| {
        fill(&db, 5).await;
        let mut tx = db.store.read().await.unwrap();
        let filter = Filter { name_prefix: Some("user.".to_owned()), ..Filter::default() };
        let first = list(&mut tx, db.organisation, &filter, &PageRequest::first(2)).await.unwrap();
        let revisions: Vec<_> = first.items.iter().map(|entry| entry.revision).collect();
        assert_eq!(revisions, [5, 4]);
        let next = list(&mut tx, db.organisation, &filter, &PageRequest::new(9, first.next)).await.unwrap();
        assert_eq!((next.items.len(), next.next), (3, None));
        let followed = oldest_first(&mut tx, db.organisation, &Filter::default(), 3, 10).await.unwrap();
        assert_eq!(followed.iter().map(|entry| entry.revision).collect::<Vec<_>>(), [4, 5]);
        assert_eq!(newest(&mut tx, db.organisation).await.unwrap(), 5);
    })
    .await;
}

#[tokio::test]
async fn one_organisation_never_reads_another() {
    on_each_database(async |db| {
        fill(&db, 2).await;
        let other = db.env.new_id();
        let mut tx = db.store.read().await.unwrap();
        let seen = list(&mut tx, other, &Filter::default(), &PageRequest::default()).await.unwrap();
        assert!(seen.items.is_empty());
    })
    .await;
}

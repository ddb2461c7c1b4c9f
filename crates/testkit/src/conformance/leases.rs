//! Leases: one holder at a time, and an epoch that tells old work from new.

use std::time::Duration;

use store::lease::{self, Lease};

use super::write;
use crate::{Db, on_each_database};

const SPAN: Duration = Duration::from_secs(30);

async fn acquire(db: &Db, holder: &str) -> Option<Lease> {
    write(&db.store, async |tx| lease::acquire(tx, "the sync", holder, db.env.now(), SPAN).await.unwrap()).await
}

#[tokio::test]
async fn one_holds_the_others_wait_until_it_ends() {
    on_each_database(async |db| {
        let first = acquire(&db, "a").await.unwrap();
        assert_eq!((first.epoch, first.until), (1, db.env.now().plus(SPAN)));
        assert_eq!(acquire(&db, "b").await, None);
        db.hand.advance(SPAN / 2);
        assert_eq!(acquire(&db, "a").await.unwrap().epoch, 1, "a renewal is no change of holder");
        db.hand.advance(SPAN / 2);
        assert_eq!(acquire(&db, "b").await, None, "it was renewed");
        db.hand.advance(SPAN / 2);
        assert_eq!(acquire(&db, "b").await.unwrap().epoch, 2);
        assert_eq!(acquire(&db, "a").await, None);
    })
    .await;
}

#[tokio::test]
async fn a_lease_given_back_is_free_and_only_the_holder_gives_it_back() {
    on_each_database(async |db| {
        acquire(&db, "a").await.unwrap();
        write(&db.store, async |tx| lease::release(tx, "the sync", "b").await.unwrap()).await;
        assert_eq!(acquire(&db, "b").await, None);
        write(&db.store, async |tx| lease::release(tx, "the sync", "a").await.unwrap()).await;
        assert_eq!(acquire(&db, "b").await.unwrap().epoch, 2);
    })
    .await;
}

#[tokio::test]
async fn of_many_who_reach_for_it_at_once_one_gets_it() {
    on_each_database(async |db| {
        let now = db.env.now();
        let reaching = (0..8).map(|n| {
            let store = db.store.clone();
            tokio::spawn(async move {
                let holder = format!("node {n}");
                write(&store, async |tx| lease::acquire(tx, "x", &holder, now, SPAN).await.unwrap()).await
            })
        });
        let mut held = 0;
        for one in reaching.collect::<Vec<_>>() {
            held += usize::from(one.await.unwrap().is_some());
        }
        assert_eq!(held, 1);
    })
    .await;
}

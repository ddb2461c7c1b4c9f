//! Whatever fails and whoever dies: every event arrives at least once, and those about one object in order.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kernel::Rng;
use store::worker::Worker;
use testkit::{Db, on_each_database};
use tokio::sync::watch;

use super::receiver::Got;
use super::{Bench, config, log, service, user};
use crate::webhooks::NewWebhook;

/// Every event arrived; and of each object, an event never arrived for the first time after a later one.
fn complete_and_in_order(got: &[Got], sent: &[(String, i64)]) {
    let mut first_seen: HashMap<i64, usize> = HashMap::new();
    for (place, got) in got.iter().filter(|got| got.arrived()).enumerate() {
        first_seen.entry(got.revision()).or_insert(place);
    }
    let mut last: HashMap<&String, usize> = HashMap::new();
    for (object, revision) in sent {
        let place = *first_seen.get(revision).unwrap_or_else(|| panic!("revision {revision} never arrived"));
        if let Some(before) = last.insert(object, place) {
            assert!(before < place, "revision {revision} of {object} overtook the one before it");
        }
    }
}

async fn live_through(db: &Db, seed: u64, in_flight: u32) {
    let bench = Bench::new(db).await;
    let new = NewWebhook {
        name: "Warehouse".to_owned(),
        url: bench.receiver.url(),
        events: vec!["user.*".to_owned()],
        in_flight: Some(in_flight),
        ..NewWebhook::default()
    };
    let id = bench.create_as(new).await.webhook.id;
    let rng = Rng::seeded(seed);
    let dice = rng.clone();
    bench.receiver.answer(move |_| {
        let status = [204, 204, 204, 500, 503, 400][usize::try_from(dice.below(6)).unwrap()];
        (status, Vec::new(), String::new())
    });
    let mut sent = Vec::new();
    for _ in 0..12 {
        let numbers: Vec<u128> = (0..rng.below(20)).map(|_| u128::from(rng.below(6) + 1) << 96).collect();
        let revision = log(db, numbers.iter().map(|n| user(*n, "user.updated")).collect()).await;
        let begin = revision - i64::try_from(numbers.len()).unwrap() + 1;
        sent.extend(numbers.iter().zip(begin..).map(|(n, at)| (uuid::Uuid::from_u128(*n).to_string(), at)));
        if rng.below(3) == 0 {
            die_in_the_middle(db, &bench).await;
        } else {
            bench.run().await;
        }
        db.hand.advance(Duration::from_secs(rng.below(90)));
    }
    bench.receiver.mend();
    for _ in 0..30 {
        db.hand.advance(Duration::from_mins(40));
        bench.run().await;
    }
    complete_and_in_order(&bench.receiver.got(), &sent);
    assert_eq!(bench.get(id).await.health.waiting, 0);
}

/// A node sends and dies before it can note it.
async fn die_in_the_middle(db: &Db, bench: &Bench) {
    let doomed = service(db, config());
    let (_keep, stop) = watch::channel(false);
    doomed.schedule().await.unwrap();
    let seen = bench.receiver.got().len();
    let states = bench.owner.may(crate::permissions::ReadWebhooks {}).unwrap();
    let id = doomed.list_webhooks(&states).await.unwrap()[0].id;
    tokio::select! {
        biased;
        () = two_more(bench, seen) => {}
        served = doomed.deliver(db.organisation, id, &stop) => served.unwrap(),
    }
}

async fn two_more(bench: &Bench, seen: usize) {
    while bench.receiver.got().len() < seen + 2 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn nothing_is_lost_and_nothing_overtakes() {
    for seed in 1..=4 {
        on_each_database(async |db| live_through(&db, seed, 1).await).await;
    }
}

#[tokio::test]
async fn nor_side_by_side() {
    for seed in 11..=13 {
        on_each_database(async |db| live_through(&db, seed, 4).await).await;
    }
}

#[tokio::test]
async fn of_two_nodes_one_serves_and_the_other_takes_over() {
    on_each_database(async |db| {
        let bench = Bench::new(&db).await;
        bench.create(&["user.*"]).await;
        let other = service(&db, config());
        let second = Worker::new(db.store.clone(), db.env.clone(), "two".to_owned(), other.handlers());
        log(&db, (1..=40).map(|n| user(n, "user.created")).collect()).await;
        bench.webhooks.schedule().await.unwrap();
        other.schedule().await.unwrap();
        let (first, second) = tokio::join!(bench.worker.run_due(), second.run_due());
        assert_eq!(first.unwrap() + second.unwrap(), 1, "one job, one node");
        assert_eq!(bench.receiver.got().len(), 40);
    })
    .await;
}

#[tokio::test]
async fn a_node_that_was_killed_is_followed_by_another() {
    on_each_database(async |db| {
        let bench = Bench::new(&db).await;
        bench.create(&["user.*"]).await;
        log(&db, (1..=10).map(|n| user(n, "user.created")).collect()).await;
        bench.webhooks.schedule().await.unwrap();
        let seen = Arc::new(AtomicBool::new(false));
        let flag = seen.clone();
        bench.receiver.answer(move |got| {
            flag.store(got.revision() > 4, Ordering::Relaxed);
            (204, Vec::new(), String::new())
        });
        tokio::select! {
            biased;
            () = async { while !seen.load(Ordering::Relaxed) { tokio::task::yield_now().await; } } => {}
            _ = bench.worker.run_due() => {}
        }
        let other = service(&db, config());
        let second = Worker::new(db.store.clone(), db.env.clone(), "two".to_owned(), other.handlers());
        other.schedule().await.unwrap();
        second.run_due().await.unwrap();
        db.hand.advance(Duration::from_mins(2));
        other.schedule().await.unwrap();
        second.run_due().await.unwrap();
        let revisions: std::collections::BTreeSet<_> = bench.receiver.got().iter().map(Got::revision).collect();
        assert_eq!(revisions.len(), 10);
    })
    .await;
}

//! The life of a job, and what a crash at any point leaves behind.

use std::collections::BTreeSet;
use std::time::Duration;

use kernel::{Cursor, Env, OrganisationId, PageRequest};
use serde_json::json;
use store::queue::{self, Job, JobId, JobState, NewJob};
use store::{Store, StoreError};

use super::write;
use crate::{Db, on_each_database};

const LEASE: Duration = Duration::from_mins(1);
const KINDS: &[&str] = &["test.work"];

pub(super) fn job(db: &Db, unique_key: Option<&str>) -> NewJob {
    NewJob {
        organisation: db.organisation,
        kind: "test.work",
        unique_key: unique_key.map(str::to_owned),
        payload: json!({"n": 1}),
        run_at: db.env.now(),
        max_attempts: 3,
    }
}

async fn enqueue(db: &Db, new: NewJob) -> Option<JobId> {
    write(&db.store, async |tx| queue::enqueue(tx, &db.env, new).await.unwrap()).await
}

async fn claim_from(store: &Store, env: &Env, holder: &str) -> Option<Job> {
    write(store, async |tx| queue::claim(tx, KINDS, holder, env.now(), LEASE).await.unwrap()).await
}

async fn claim(db: &Db, holder: &str) -> Option<Job> {
    claim_from(&db.store, &db.env, holder).await
}

async fn finish(db: &Db, id: JobId, holder: &str) -> bool {
    write(&db.store, async |tx| queue::finish(tx, id, holder, db.env.now()).await.unwrap()).await
}

async fn fail(db: &Db, job: &Job, holder: &str) {
    write(&db.store, async |tx| queue::fail(tx, job, holder, db.env.now(), "it broke").await.unwrap()).await;
}

async fn retry(db: &Db, id: JobId) -> bool {
    write(&db.store, async |tx| queue::retry(tx, db.organisation, id, db.env.now()).await.unwrap()).await
}

async fn find(db: &Db, id: JobId) -> Job {
    let mut tx = db.store.read().await.unwrap();
    queue::find(&mut tx, db.organisation, id).await.unwrap().unwrap()
}

#[tokio::test]
async fn jobs_run_when_they_are_due_oldest_first_and_once() {
    on_each_database(async |db| {
        let now = db.env.now();
        let later = enqueue(&db, NewJob { run_at: now.plus(LEASE), ..job(&db, None) }).await.unwrap();
        let second = enqueue(&db, job(&db, None)).await.unwrap();
        let first = enqueue(&db, NewJob { run_at: now.minus(LEASE), ..job(&db, None) }).await.unwrap();
        enqueue(&db, NewJob { kind: "test.other", ..job(&db, None) }).await.unwrap();

        let claimed = claim(&db, "a").await.unwrap();
        assert_eq!((claimed.id, claimed.state, claimed.attempts), (first, JobState::Running, 1));
        assert_eq!((claimed.payload, claimed.holder.as_deref()), (json!({"n": 1}), Some("a")));
        assert_eq!(claim(&db, "b").await.unwrap().id, second);
        assert!(claim(&db, "a").await.is_none(), "the third is not due, the fourth of another kind");
        assert!(finish(&db, first, "a").await && finish(&db, second, "b").await);
        db.hand.advance(LEASE);
        assert_eq!(claim(&db, "a").await.unwrap().id, later);
        assert_eq!(find(&db, first).await.state, JobState::Done);
    })
    .await;
}

#[tokio::test]
async fn a_job_is_queued_with_what_asked_for_it_or_not_at_all() {
    on_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        queue::enqueue(&mut tx, &db.env, job(&db, None)).await.unwrap().unwrap();
        drop(tx);
        assert!(claim(&db, "a").await.is_none());
    })
    .await;
}

#[tokio::test]
async fn one_job_waits_or_runs_per_key() {
    on_each_database(async |db| {
        let first = enqueue(&db, job(&db, Some("tenant 1"))).await.unwrap();
        assert_eq!(enqueue(&db, job(&db, Some("tenant 1"))).await, None, "one waits");
        assert!(enqueue(&db, job(&db, Some("tenant 2"))).await.is_some());
        let other = OrganisationId(uuid::Uuid::from_u128(9));
        assert!(enqueue(&db, NewJob { organisation: other, ..job(&db, Some("tenant 1")) }).await.is_some());
        while claim(&db, "a").await.is_some() {}
        assert_eq!(enqueue(&db, job(&db, Some("tenant 1"))).await, None, "one runs");
        finish(&db, first, "a").await;
        assert!(enqueue(&db, job(&db, Some("tenant 1"))).await.is_some(), "it is done");
    })
    .await;
}

#[tokio::test]
async fn a_failure_is_tried_again_later_and_the_last_one_is_final() {
    on_each_database(async |db| {
        let id = enqueue(&db, job(&db, None)).await.unwrap();
        for (attempt, wait) in [(1, 5), (2, 10)] {
            let claimed = claim(&db, "a").await.unwrap();
            assert_eq!(claimed.attempts, attempt);
            fail(&db, &claimed, "a").await;
            let failed = find(&db, id).await;
            assert_eq!((failed.state, failed.last_error.as_deref()), (JobState::Queued, Some("it broke")));
            assert!(claim(&db, "a").await.is_none(), "it waits");
            db.hand.advance(Duration::from_secs(wait));
        }
        let last = claim(&db, "a").await.unwrap();
        fail(&db, &last, "a").await;
        let dead = find(&db, id).await;
        assert_eq!((dead.state, dead.finished_at), (JobState::Dead, Some(db.env.now())));
        db.hand.advance(LEASE * 60);
        assert!(claim(&db, "a").await.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_dead_job_comes_back_to_life_with_a_full_set_of_attempts() {
    on_each_database(async |db| {
        let id = enqueue(&db, NewJob { max_attempts: 1, ..job(&db, Some("k")) }).await.unwrap();
        assert!(!retry(&db, id).await, "it is not dead");
        fail(&db, &claim(&db, "a").await.unwrap(), "a").await;
        let stranger = OrganisationId(uuid::Uuid::from_u128(9));
        let foreign = write(&db.store, async |tx| queue::retry(tx, stranger, id, db.env.now()).await.unwrap()).await;
        assert!(!foreign, "another organisation's");
        assert!(retry(&db, id).await);
        assert_eq!(claim(&db, "a").await.unwrap().attempts, 1);
        fail(&db, &find(&db, id).await, "a").await;

        enqueue(&db, job(&db, Some("k"))).await.unwrap();
        let mut tx = db.store.begin().await.unwrap();
        let clash = queue::retry(&mut tx, db.organisation, id, db.env.now()).await.unwrap_err();
        assert!(matches!(clash, StoreError::Duplicate { .. }), "its place is taken: {clash}");
    })
    .await;
}

#[tokio::test]
async fn a_node_that_died_loses_its_job_to_another_and_cannot_meddle() {
    on_each_database(async |db| {
        let id = enqueue(&db, job(&db, None)).await.unwrap();
        let old = claim(&db, "a").await.unwrap();
        db.hand.advance(LEASE / 2);
        let renewed = write(&db.store, async |tx| queue::renew(tx, id, "a", db.env.now(), LEASE).await.unwrap()).await;
        assert!(renewed);
        db.hand.advance(LEASE / 2);
        assert!(claim(&db, "b").await.is_none(), "the lease was renewed");
        db.hand.advance(LEASE / 2);
        let new = claim(&db, "b").await.unwrap();
        assert_eq!((new.id, new.attempts), (id, 2));

        let renewed = write(&db.store, async |tx| queue::renew(tx, id, "a", db.env.now(), LEASE).await.unwrap()).await;
        assert!(!renewed && !finish(&db, id, "a").await);
        fail(&db, &old, "a").await;
        assert_eq!(find(&db, id).await.holder.as_deref(), Some("b"));
        assert!(finish(&db, id, "b").await);
        assert!(!finish(&db, id, "b").await);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_kills_every_node_ends_dead() {
    on_each_database(async |db| {
        let id = enqueue(&db, job(&db, None)).await.unwrap();
        for attempt in 1..=3 {
            assert_eq!(claim(&db, "a").await.unwrap().attempts, attempt);
            db.hand.advance(LEASE);
        }
        assert!(claim(&db, "a").await.is_none());
        let dead = find(&db, id).await;
        assert_eq!(dead.state, JobState::Dead);
        assert!(dead.last_error.unwrap().contains("stopped without a word"));
    })
    .await;
}

#[tokio::test]
async fn work_that_waits_for_something_does_not_use_up_its_attempts() {
    on_each_database(async |db| {
        let id = enqueue(&db, job(&db, None)).await.unwrap();
        for _ in 0..5 {
            assert_eq!(claim(&db, "a").await.unwrap().attempts, 1);
            let until = db.env.now().plus(LEASE);
            let put_back = write(&db.store, async |tx| queue::postpone(tx, id, "a", until).await.unwrap()).await;
            assert!(put_back && claim(&db, "a").await.is_none());
            db.hand.advance(LEASE);
        }
    })
    .await;
}

#[tokio::test]
async fn workers_that_claim_at_once_never_get_the_same_job() {
    on_each_database(async |db| {
        write(&db.store, async |tx| {
            for _ in 0..40 {
                queue::enqueue(tx, &db.env, job(&db, None)).await.unwrap();
            }
        })
        .await;
        let workers = (0..6).map(|n| {
            let (store, env) = (db.store.clone(), db.env.clone());
            tokio::spawn(async move {
                let mut ids = Vec::new();
                while let Some(job) = claim_from(&store, &env, &format!("worker {n}")).await {
                    ids.push(job.id);
                }
                ids
            })
        });
        let mut claimed = Vec::new();
        for worker in workers.collect::<Vec<_>>() {
            claimed.extend(worker.await.unwrap());
        }
        assert_eq!(claimed.len(), 40);
        assert_eq!(claimed.iter().collect::<BTreeSet<_>>().len(), 40);
    })
    .await;
}

#[tokio::test]
async fn an_operator_lists_counts_discards_and_the_server_prunes() {
    on_each_database(async |db| {
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(enqueue(&db, job(&db, None)).await.unwrap());
            db.hand.advance(Duration::from_secs(1));
        }
        let held = claim(&db, "a").await.unwrap().id;
        assert_eq!(held, ids[0]);
        let mut tx = db.store.read().await.unwrap();
        let page = queue::list(&mut tx, db.organisation, None, &PageRequest::first(2)).await.unwrap();
        assert_eq!(page.items.iter().map(|job| job.id).collect::<Vec<_>>(), [ids[2], ids[1]]);
        let rest = PageRequest::new(2, page.next.map(|next: Cursor| next));
        assert_eq!(queue::list(&mut tx, db.organisation, None, &rest).await.unwrap().items[0].id, ids[0]);
        let running = queue::list(&mut tx, db.organisation, Some(JobState::Running), &PageRequest::default()).await;
        assert_eq!(running.unwrap().items.len(), 1);
        let counts = queue::counts(&mut tx).await.unwrap();
        assert!(counts.contains(&(JobState::Queued, 2)) && counts.contains(&(JobState::Running, 1)), "{counts:?}");
        drop(tx);

        let discard =
            async |id| write(&db.store, async |tx| queue::discard(tx, db.organisation, id).await.unwrap()).await;
        assert!(discard(ids[1]).await);
        assert!(!discard(ids[1]).await && !discard(held).await, "gone, and running");
        finish(&db, held, "a").await;
        let prune = async |before| write(&db.store, async |tx| queue::prune(tx, before).await.unwrap()).await;
        assert_eq!(prune(db.env.now()).await, 0);
        assert_eq!(prune(db.env.now().plus(LEASE)).await, 1);
    })
    .await;
}

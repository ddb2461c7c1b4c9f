//! The worker: runs what is due, survives what goes wrong, stops when told.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use store::queue::{self, Job, JobId, JobState, NewJob};
use store::worker::{Handler, JobError, Outcome, Worker};
use tokio::sync::{mpsc, watch};

use super::write;
use crate::{Db, on_each_database};

/// Does what the payload says, and tells which job it was.
struct Obedient {
    env: kernel::Env,
    store: store::Store,
    began: mpsc::UnboundedSender<JobId>,
}

#[async_trait]
impl Handler for Obedient {
    fn kind(&self) -> &'static str {
        "test.obey"
    }

    async fn handle(&self, job: &Job, mut stop: watch::Receiver<bool>) -> Result<Outcome, JobError> {
        self.began.send(job.id).unwrap();
        match job.payload["do"].as_str().unwrap() {
            "finish" => Ok(Outcome::Done),
            "fail" => Err(JobError::from_error(&std::io::Error::other("the wall is in the way"))),
            "wait" => Ok(Outcome::Again(self.env.now().plus(Duration::from_mins(1)))),
            "write" => {
                let tx = self.store.begin().await.unwrap();
                // Long enough for several renewals, which want to write as well.
                let mut ticks = tokio::time::interval(RENEWAL);
                for _ in 0..20 {
                    ticks.tick().await;
                }
                tx.commit().await.unwrap();
                Ok(Outcome::Done)
            }
            "stop" => {
                stop.wait_for(|stop| *stop).await.unwrap();
                Ok(Outcome::Again(self.env.now()))
            }
            _ => panic!("no such order"),
        }
    }
}

fn worker(db: &Db) -> (Worker, mpsc::UnboundedReceiver<JobId>) {
    let (began, seen) = mpsc::unbounded_channel();
    let handler = Arc::new(Obedient { env: db.env.clone(), store: db.store.clone(), began });
    (Worker::new(db.store.clone(), db.env.clone(), "node 1".to_owned(), vec![handler]), seen)
}

/// How often the impatient worker renews its leases.
const RENEWAL: Duration = Duration::from_millis(1);

async fn order(db: &Db, what: &str) -> JobId {
    let new = NewJob {
        organisation: db.organisation,
        kind: "test.obey",
        unique_key: None,
        payload: json!({ "do": what }),
        run_at: db.env.now(),
        max_attempts: 2,
    };
    write(&db.store, async |tx| queue::enqueue(tx, &db.env, new).await.unwrap().unwrap()).await
}

async fn find(db: &Db, id: JobId) -> Job {
    let mut tx = db.store.read().await.unwrap();
    queue::find(&mut tx, db.organisation, id).await.unwrap().unwrap()
}

#[tokio::test]
async fn every_outcome_is_written_down() {
    on_each_database(async |db| {
        let (worker, _seen) = worker(&db);
        let cases = [
            ("finish", JobState::Done, None),
            ("fail", JobState::Queued, Some("the wall is in the way")),
            ("wait", JobState::Queued, None),
            ("panic", JobState::Queued, Some("the handler panicked: no such order")),
        ];
        for (what, state, error) in cases {
            let id = order(&db, what).await;
            assert_eq!(worker.run_due().await.unwrap(), 1, "{what}");
            let after = find(&db, id).await;
            assert_eq!((after.state, after.last_error.as_deref(), after.holder), (state, error, None), "{what}");
            let discard = async |tx: &mut store::Tx| queue::discard(tx, db.organisation, id).await.unwrap();
            write(&db.store, discard).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_handler_that_writes_for_long_and_its_renewals_do_not_wait_for_each_other() {
    on_each_database(async |db| {
        let (worker, _seen) = worker(&db);
        let id = order(&db, "write").await;
        let worker = worker.renewing_every(RENEWAL);
        let work = worker.run_due();
        assert_eq!(tokio::time::timeout(Duration::from_secs(20), work).await.unwrap().unwrap(), 1);
        assert_eq!(find(&db, id).await.state, JobState::Done);
    })
    .await;
}

#[tokio::test]
async fn jobs_of_other_kinds_are_left_to_others() {
    on_each_database(async |db| {
        let (worker, _seen) = worker(&db);
        let new = NewJob {
            organisation: db.organisation,
            kind: "test.other",
            unique_key: None,
            payload: json!({}),
            run_at: db.env.now(),
            max_attempts: 1,
        };
        write(&db.store, async |tx| queue::enqueue(tx, &db.env, new).await.unwrap()).await;
        assert_eq!(worker.run_due().await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_running_worker_hears_of_new_jobs_and_stops_with_its_node() {
    on_each_database(async |db| {
        let (worker, mut seen) = worker(&db);
        let (tell, stop) = watch::channel(false);
        let running = tokio::spawn(async move { worker.run(2, stop).await });
        let mut soon = async |id| {
            assert_eq!(tokio::time::timeout(Duration::from_secs(20), seen.recv()).await.unwrap(), Some(id));
        };
        soon(order(&db, "finish").await).await;
        let held = order(&db, "stop").await;
        soon(held).await;
        tell.send(true).unwrap();
        tokio::time::timeout(Duration::from_secs(20), running).await.unwrap().unwrap();
        let after = find(&db, held).await;
        assert_eq!((after.state, after.attempts), (JobState::Queued, 0), "it goes on after the restart");
    })
    .await;
}

#[tokio::test]
async fn a_worker_whose_node_is_gone_ends() {
    on_each_database(async |db| {
        let (worker, _seen) = worker(&db);
        let (tell, stop) = watch::channel(false);
        drop(tell);
        tokio::time::timeout(Duration::from_secs(20), worker.run(1, stop)).await.unwrap();
    })
    .await;
}

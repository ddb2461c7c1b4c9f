//! The queue over HTTP, as an operator sees it.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use axum::http::StatusCode;
use kernel::{Actor, May, Role};
use serde_json::json;
use signals::{Filter, Stream};
use store::queue::{self, JobId, NewJob};
use testkit::{Db, on_each_database, operator};

use super::permissions::{DiscardJob, ReadJobs, RetryJob};
use super::{JobCounts, Jobs, JobsError};

async fn dead_job(db: &Db) -> JobId {
    let job = NewJob {
        organisation: db.organisation,
        kind: "test.work",
        unique_key: None,
        payload: json!({ "secret": "payload" }),
        run_at: db.env.now(),
        max_attempts: 1,
    };
    let mut tx = db.store.begin().await.unwrap();
    let id = queue::enqueue(&mut tx, &db.env, job).await.unwrap().unwrap();
    let lease = std::time::Duration::from_mins(1);
    let job = queue::claim(&mut tx, &["test.work"], "node", db.env.now(), lease).await.unwrap().unwrap();
    queue::fail(&mut tx, &job, "node", db.env.now(), "it broke").await.unwrap();
    tx.commit().await.unwrap();
    id
}

fn leave<P: kernel::Permission>(actor: &Actor, subject: P) -> May<P> {
    actor.may(subject).unwrap()
}

#[tokio::test]
async fn a_job_that_was_given_up_is_seen_retried_and_discarded_with_an_entry_each() {
    on_each_database(async |db| {
        let jobs = Jobs::new(db.store.clone(), db.env.clone());
        let actor = operator(db.organisation, Role::Administrator);
        let id = dead_job(&db).await;
        let counts = jobs.counts(&leave(&actor, ReadJobs {})).await.unwrap();
        assert_eq!(counts, JobCounts { dead: 1, ..JobCounts::default() });
        let seen = jobs.get(&leave(&actor, ReadJobs {}), id).await.unwrap();
        assert_eq!(seen.last_error.as_deref(), Some("it broke"));
        assert!(!serde_json::to_string(&seen).unwrap().contains("payload"));

        let retried = jobs.retry(&leave(&actor, RetryJob { job: id })).await.unwrap();
        assert_eq!((retried.state.as_str(), retried.attempts), ("queued", 0));
        let again = jobs.retry(&leave(&actor, RetryJob { job: id })).await.unwrap_err();
        assert!(matches!(again, JobsError::WrongState { .. }), "{again}");
        jobs.discard(&leave(&actor, DiscardJob { job: id })).await.unwrap();
        assert!(matches!(jobs.get(&leave(&actor, ReadJobs {}), id).await, Err(JobsError::NoSuchJob(_))));

        let mut tx = db.store.read().await.unwrap();
        let filter = Filter { stream: Some(Stream::Act), ..Filter::default() };
        let entries = signals::oldest_first(&mut tx, db.organisation, &filter, 0, 10).await.unwrap();
        let names: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["jobs.retried", "jobs.discarded"]);
    })
    .await;
}

#[tokio::test]
async fn another_organisations_job_does_not_exist() {
    on_each_database(async |db| {
        let jobs = Jobs::new(db.store.clone(), db.env.clone());
        let id = dead_job(&db).await;
        let stranger = operator(db.env.new_id(), Role::Owner);
        assert!(matches!(jobs.get(&leave(&stranger, ReadJobs {}), id).await, Err(JobsError::NoSuchJob(_))));
        assert!(jobs.discard(&leave(&stranger, DiscardJob { job: id })).await.is_err());
    })
    .await;
}

#[test]
fn who_only_reads_moves_nothing() {
    let auditor = operator(kernel::OrganisationId(uuid::Uuid::nil()), Role::Auditor);
    let job = JobId(uuid::Uuid::nil());
    assert!(auditor.may(ReadJobs {}).is_ok());
    assert!(auditor.may(RetryJob { job }).is_err());
    assert!(auditor.may(DiscardJob { job }).is_err());
    let problem = web::Problem::from(auditor.may(RetryJob { job }).unwrap_err());
    assert_eq!(axum::response::IntoResponse::into_response(problem).status(), StatusCode::FORBIDDEN);
}

//! Runs that are not over and that no job carries on.

use std::time::Duration;

use kernel::Role;
use testkit::{on_each_database, operator};

use super::{Room, SOURCE};
use crate::permissions::{DecideRun, StartRun};
use crate::service::runs::Part;
use crate::{Run, RunKind, RunState};

impl Room {
    /// A plan that loses half of all users, allowed, and nobody has carried it out yet.
    async fn applying(&self) -> Run {
        for number in 1..=20 {
            self.fake.delete_user(number);
        }
        let run = self.run(RunKind::Delta).await;
        let decider = operator(self.db.organisation, Role::Administrator);
        let may = decider.may(DecideRun { run: run.id }).unwrap();
        self.dirsync.approve_run(&may, &Part::All, None).await.unwrap()
    }

    async fn usable(&self) -> usize {
        self.users().await.values().filter(|user| user.state.usable()).count()
    }
}

#[tokio::test]
async fn a_run_whose_job_is_gone_goes_on_where_it_stood() {
    on_each_database(async |db| {
        let room = Room::filled(db, 40).await;
        let run = room.applying().await;
        room.spoil_jobs("DELETE FROM store_jobs").await;
        room.work().await;
        assert_eq!((room.get(run.id).await.state, room.usable().await), (RunState::Applying, 40));
        room.dirsync.tick().await.unwrap();
        room.dirsync.tick().await.unwrap();
        room.work().await;
        assert_eq!((room.get(run.id).await.state, room.usable().await), (RunState::Done, 20));
        let told = room.acts("dirsync.run_resumed").await;
        assert_eq!(told.len(), 1);
        assert!(told[0].1.as_deref().unwrap().contains("applying"), "{told:?}");
    })
    .await;
}

#[tokio::test]
async fn a_run_whose_job_was_given_up_fails_with_the_reason_and_frees_its_source() {
    on_each_database(async |db| {
        let room = Room::filled(db, 40).await;
        let run = room.applying().await;
        room.spoil_jobs(
            "UPDATE store_jobs SET state = 'dead', attempts = 50, last_error = 'disk full' WHERE state = 'queued'",
        )
        .await;
        room.dirsync.tick().await.unwrap();
        let failed = room.get(run.id).await;
        assert_eq!((failed.state, failed.error_code.as_deref()), (RunState::Failed, Some("dirsync.abandoned")));
        let detail = failed.error_detail.unwrap();
        assert!(detail.contains("50 attempts") && detail.contains("disk full"), "{detail}");
        assert_eq!(room.acts("dirsync.run_failed").await.len(), 1);
        assert_eq!(room.usable().await, 40);
        let again = room.run(RunKind::Full).await;
        assert_eq!(again.totals.unwrap().causes["missing"], 20, "what was not done is looked at again");
    })
    .await;
}

#[tokio::test]
async fn a_run_that_nobody_has_worked_on_for_a_day_is_not_carried_out_any_more() {
    on_each_database(async |db| {
        let room = Room::filled(db, 40).await;
        let run = room.applying().await;
        room.spoil_jobs("DELETE FROM store_jobs").await;
        room.db.hand.advance(Duration::from_hours(25));
        room.dirsync.tick().await.unwrap();
        room.work().await;
        assert_eq!(room.get(run.id).await.state, RunState::Failed);
        assert_eq!(room.usable().await, 40);
    })
    .await;
}

#[tokio::test]
async fn runs_with_a_job_and_held_ones_are_left_alone() {
    on_each_database(async |db| {
        let room = Room::filled(db, 40).await;
        let starter = operator(room.db.organisation, Role::Owner);
        let may = starter.may(StartRun { source: SOURCE }).unwrap();
        let run = room.dirsync.start_run(&may, RunKind::Delta, false).await.unwrap();
        room.dirsync.tick().await.unwrap();
        assert_eq!(room.get(run.id).await.state, RunState::Queued);
        for number in 1..=20 {
            room.fake.delete_user(number);
        }
        room.work().await;
        room.db.hand.advance(Duration::from_hours(30));
        room.dirsync.tick().await.unwrap();
        assert_eq!(room.get(run.id).await.state, RunState::Held);
        assert!(room.acts("dirsync.run_resumed").await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_run_begins_though_the_job_of_the_one_before_was_not_marked_as_done() {
    on_each_database(async |db| {
        let room = Room::filled(db, 40).await;
        // As a process leaves it that ends after the run's last word and before the job's.
        room.spoil_jobs("UPDATE store_jobs SET state = 'running', lease_until = 1 WHERE kind = 'dirsync.run'").await;
        let starter = operator(room.db.organisation, Role::Owner);
        let may = starter.may(StartRun { source: SOURCE }).unwrap();
        let run = room.dirsync.start_run(&may, RunKind::Delta, false).await.unwrap();
        let second = room.dirsync.start_run(&may, RunKind::Full, false).await;
        assert!(matches!(second, Err(crate::DirsyncError::RunUnderWay)), "{second:?}");
        room.work().await;
        assert_eq!(room.get(run.id).await.state, RunState::Done);
    })
    .await;
}

//! What must never happen, and what holds a plan.

use std::time::Duration;

use directory::{MemberKind, StateName};
use graph::GraphError;
use graph::error::Refusal;
use kernel::{ManualClock, PageRequest};
use testkit::on_each_database;

use super::Room;
use super::fake::id;
use crate::guard::{Breach, Verdict};
use crate::service::runs::Part;
use crate::{RunKind, RunState};

fn refusal(status: u16, code: &str) -> Refusal {
    Refusal { status, code: code.to_owned(), ..Refusal::default() }
}

fn hour(hand: &ManualClock) {
    hand.advance(Duration::from_hours(1));
}

#[tokio::test]
async fn a_read_that_fails_anywhere_removes_nothing() {
    let errors = [
        GraphError::Rejected(Box::new(refusal(403, "Authorization_RequestDenied"))),
        GraphError::Unavailable(Box::new(refusal(503, "ServiceUnavailable"))),
        GraphError::Throttled { retry_after: None, refusal: Box::new(refusal(429, "TooManyRequests")) },
    ];
    on_each_database(async |db| {
        let room = Room::filled(db, 30).await;
        for number in 1..=20 {
            room.fake.delete_user(number);
        }
        for error in &errors {
            for pages in 0..4 {
                room.fake.fail_after(error.clone(), pages);
                let run = room.run(RunKind::Full).await;
                if pages < 2 {
                    assert_eq!(run.state, RunState::Failed, "{error}");
                }
                hour(&room.db.hand);
                room.fake.0.lock().unwrap().fail = None;
                let held = room.users().await.values().filter(|user| user.state.usable()).count();
                assert_eq!(held, 30, "{error} after {pages} pages");
                if run.state == RunState::Held {
                    return;
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn no_users_at_all_is_never_believed() {
    on_each_database(async |db| {
        let room = Room::filled(db, 3).await;
        for number in 1..=3 {
            room.fake.delete_user(number);
        }
        for _ in 0..3 {
            let run = room.run(RunKind::Full).await;
            assert_eq!(run.error_code.as_deref(), Some("dirsync.empty_answer"));
            hour(&room.db.hand);
        }
        assert!(room.users().await.values().all(|user| user.state.usable()));
    })
    .await;
}

#[tokio::test]
async fn absence_needs_two_complete_reads() {
    on_each_database(async |db| {
        let room = Room::filled(db, 60).await;
        room.fake.delete_user(4);
        room.run(RunKind::Full).await;
        assert!(room.user(4).await.state.usable(), "one read proves nothing");
        assert!(room.user(4).await.missing_since.is_some());
        room.db.hand.advance(Duration::from_mins(29));
        room.run(RunKind::Full).await;
        assert!(room.user(4).await.state.usable(), "the second read came too soon");
        hour(&room.db.hand);
        room.run(RunKind::Full).await;
        assert_eq!(room.user(4).await.state.name(), StateName::Conflict);
    })
    .await;
}

#[tokio::test]
async fn half_the_directory_missing_is_held() {
    on_each_database(async |db| {
        let room = Room::filled(db, 40).await;
        for number in 1..=20 {
            room.fake.delete_user(number);
        }
        let run = room.run(RunKind::Delta).await;
        assert_eq!(run.state, RunState::Held);
        let Some(Verdict::Hold { breaches, second_person, .. }) = &run.verdict else { panic!("held") };
        assert!(*second_person);
        assert!(matches!(&breaches[0], Breach::TooMany { kind, lost: 20, .. } if kind == "user"));
        assert_eq!(room.users().await.values().filter(|user| user.state.usable()).count(), 40);
        // Allowed without the losses: nothing is lost, and the link moves on.
        let run = room.approve(&run, &Part::WithoutLosses).await;
        assert_eq!(run.state, RunState::Done, "{:?}", run.error_detail);
        assert_eq!(room.users().await.values().filter(|user| user.state.usable()).count(), 40);
    })
    .await;
}

#[tokio::test]
async fn a_group_that_loses_a_third_is_held_and_expires() {
    on_each_database(async |db| {
        let room = Room::filled(db, 60).await;
        for number in 1..=20 {
            room.fake.member(1, id(number), MemberKind::User, true);
        }
        let run = room.run(RunKind::Delta).await;
        assert_eq!(run.state, RunState::Held);
        assert_eq!(run.totals.unwrap().shrinks[0].lost, 20);
        room.db.hand.advance(Duration::from_hours(73));
        room.dirsync.tick().await.unwrap();
        let run = room.get(run.id).await;
        assert_eq!((run.state, run.decision.as_deref()), (RunState::Rejected, Some("expired")));
        assert_eq!(room.members(1).await.len(), 60);
    })
    .await;
}

#[tokio::test]
async fn small_losses_add_up_over_a_day() {
    on_each_database(async |db| {
        let room = Room::filled(db, 1_000).await;
        let mut states = Vec::new();
        for step in 0..3 {
            for number in 1..=10 {
                room.fake.delete_user(step * 10 + number);
            }
            states.push(room.run(RunKind::Delta).await.state);
        }
        assert_eq!(states, [RunState::Done, RunState::Done, RunState::Held]);
    })
    .await;
}

#[tokio::test]
async fn a_dead_delta_link_leads_to_a_full_read() {
    on_each_database(async |db| {
        let room = Room::filled(db, 40).await;
        room.fake.put_user(41, |_| {});
        let error = GraphError::DeltaReset { location: None, refusal: Box::new(refusal(410, "syncStateNotFound")) };
        room.fake.fail_after(error, 0);
        let run = room.run(RunKind::Delta).await;
        assert_eq!((run.state, run.kind), (RunState::Done, RunKind::Full), "{:?}", run.error_detail);
        assert_eq!(room.users().await.len(), 41);
        let next = room.run(RunKind::Delta).await;
        assert_eq!(next.kind, RunKind::Delta);
    })
    .await;
}

#[tokio::test]
async fn a_deleted_group_is_in_conflict_and_keeps_its_members() {
    on_each_database(async |db| {
        let room = Room::filled(db, 40).await;
        room.fake.put_group(2, &[1, 2]);
        room.run(RunKind::Delta).await;
        room.fake.delete_group(2);
        let run = room.run(RunKind::Delta).await;
        assert_eq!(run.state, RunState::Done, "{:?}", run.verdict);
        assert_eq!(room.group(2).await.state.name(), StateName::Conflict);
        assert_eq!(room.members(2).await, [id(1), id(2)]);
    })
    .await;
}

#[tokio::test]
async fn protected_users_stay() {
    on_each_database(async |db| {
        let room = Room::filled(db, 40).await;
        room.set(|settings| settings.protected = vec![id(1)]).await;
        room.fake.delete_user(1);
        let run = room.run(RunKind::Delta).await;
        assert_eq!(run.totals.unwrap().protected, ["User 1"]);
        assert!(room.user(1).await.state.usable());
    })
    .await;
}

#[tokio::test]
async fn a_reused_name_is_noticed_among_a_thousand_new_users() {
    on_each_database(async |db| {
        let room = Room::filled(db, 40).await;
        room.fake.delete_user(1);
        room.run(RunKind::Delta).await;
        for number in 101..=1_100 {
            room.fake.put_user(number, |_| {});
        }
        room.fake.put_user(500, |user| user.user_principal_name = Some("User1@example.org".to_owned()));
        let run = room.run(RunKind::Delta).await;
        assert_eq!(run.totals.unwrap().reused_names, ["user1@example.org"]);
    })
    .await;
}

#[tokio::test]
async fn a_reused_name_is_a_new_user_and_an_alarm() {
    on_each_database(async |db| {
        let room = Room::filled(db, 40).await;
        room.fake.delete_user(1);
        room.run(RunKind::Delta).await;
        room.fake.put_user(77, |user| user.user_principal_name = Some("User1@example.org".to_owned()));
        let run = room.run(RunKind::Delta).await;
        assert_eq!(run.totals.unwrap().reused_names, ["user1@example.org"]);
        assert_ne!(room.user(1).await.id, room.user(77).await.id);
        let mut tx = room.db.store.read().await.unwrap();
        let filter =
            signals::Filter { names: vec!["dirsync.user_name_reused".to_owned()], ..signals::Filter::default() };
        let found = signals::list(&mut tx, room.db.organisation, &filter, &PageRequest::default()).await.unwrap();
        assert_eq!(found.items.len(), 1);
    })
    .await;
}

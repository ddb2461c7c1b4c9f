//! What an administrator sees happen.

use std::time::Duration;

use directory::{ConflictCause, Decision, MemberKind, ObjectKind, State, StateName};
use kernel::{PageRequest, Role};
use testkit::{on_each_database, operator};

use super::fake::{group_id, id};
use super::{Room, SOURCE};
use crate::lists::{AdditionState, ExceptionKind};
use crate::permissions::{DecideConflicts, EditLists, ReadSync, Undo};
use crate::service::conflicts::{ConflictFilter, Decide};
use crate::service::lists::NewException;
use crate::service::runs::Part;
use crate::{RunKind, RunState};

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn the_first_run_is_held_until_somebody_confirms_it() {
    on_each_database(async |db| {
        let room = Room::new(db, 2);
        for number in 1..=5 {
            room.fake.put_user(number, |_| {});
        }
        room.fake.put_group(1, &[1, 2, 3, 4, 5]);
        room.set(|_| {}).await;
        let run = room.run(RunKind::Full).await;
        assert_eq!(run.state, RunState::Held, "{:?}", run.error_detail);
        assert!(room.users().await.is_empty());
        let run = room.approve(&run, &Part::All).await;
        assert_eq!(run.state, RunState::Done, "{:?}", run.error_detail);
        assert_eq!(room.users().await.len(), 5);
        assert_eq!(room.members(1).await.len(), 5);
        let again = room.run(RunKind::Full).await;
        assert_eq!(again.state, RunState::Done);
        assert!(again.totals.unwrap().is_empty(), "the same directory again is no change");
    })
    .await;
}

#[tokio::test]
async fn a_delta_brings_renames_new_users_and_members() {
    on_each_database(async |db| {
        let room = Room::filled(db, 6).await;
        room.fake.put_user(2, |user| user.user_principal_name = Some("married@example.org".to_owned()));
        room.fake.put_user(7, |_| {});
        room.fake.member(1, id(7), MemberKind::User, false);
        room.fake.member(1, id(1), MemberKind::User, true);
        let run = room.run(RunKind::Delta).await;
        assert_eq!((run.state, run.kind), (RunState::Done, RunKind::Delta), "{:?}", run.error_detail);
        assert_eq!(room.user(2).await.attributes.user_principal_name.as_deref(), Some("married@example.org"));
        assert_eq!(room.members(1).await, (2..=7).map(id).collect::<Vec<_>>());
        assert_eq!(room.user(7).await.state, State::Active);
    })
    .await;
}

#[tokio::test]
async fn a_deleted_user_is_in_conflict_then_deleted_then_purged() {
    on_each_database(async |db| {
        let room = Room::filled(db, 6).await;
        room.fake.delete_user(3);
        room.run(RunKind::Delta).await;
        let State::Conflict(conflict) = room.user(3).await.state else { panic!("a conflict") };
        assert_eq!(conflict.cause, ConflictCause::Deleted);
        assert_eq!(conflict.due, Some(room.db.env.now().plus(7 * DAY)));
        room.db.hand.advance(6 * DAY);
        room.run(RunKind::Delta).await;
        assert_eq!(room.user(3).await.state.name(), StateName::Conflict);
        room.db.hand.advance(DAY);
        room.run(RunKind::Delta).await;
        assert_eq!(room.user(3).await.state.name(), StateName::Deleted);
        room.db.hand.advance(30 * DAY);
        room.run(RunKind::Delta).await;
        assert!(!room.users().await.contains_key(&id(3)));
    })
    .await;
}

#[tokio::test]
async fn a_user_restored_in_the_source_comes_back_with_groups() {
    on_each_database(async |db| {
        let room = Room::filled(db, 6).await;
        room.fake.delete_user(3);
        room.fake.member(1, id(3), MemberKind::User, true);
        room.run(RunKind::Delta).await;
        assert_eq!(room.members(1).await.len(), 5);
        room.fake.put_user(3, |_| {});
        // Back in the group, and the delta says nothing of it.
        room.fake.member(1, id(3), MemberKind::User, false);
        room.fake.0.lock().unwrap().log.pop();
        room.run(RunKind::Delta).await;
        assert_eq!(room.user(3).await.state, State::Active);
        assert!(room.members(1).await.contains(&id(3)));
    })
    .await;
}

#[tokio::test]
async fn a_disabled_user_is_lost_at_once_and_comes_back_at_once() {
    on_each_database(async |db| {
        let room = Room::filled(db, 6).await;
        room.fake.put_user(1, |user| user.account_enabled = Some(false));
        room.run(RunKind::Delta).await;
        assert!(!room.user(1).await.state.usable());
        room.fake.put_user(1, |user| user.account_enabled = Some(true));
        room.run(RunKind::Delta).await;
        assert_eq!(room.user(1).await.state, State::Active);
        room.set(|settings| settings.include_disabled = true).await;
        room.work().await;
        room.fake.put_user(1, |user| user.account_enabled = Some(false));
        let run = room.full().await;
        assert_eq!(run.state, RunState::Done);
        assert_eq!(room.user(1).await.state, State::Disabled);
    })
    .await;
}

#[tokio::test]
async fn conflicts_are_ignored_deactivated_or_deleted() {
    on_each_database(async |db| {
        let room = Room::filled(db, 9).await;
        room.fake.delete_user(1);
        room.run(RunKind::Delta).await;
        let actor = operator(room.db.organisation, Role::Owner);
        let read = actor.may(ReadSync {}).unwrap();
        let page = PageRequest::default();
        let found = room.dirsync.list_conflicts(&read, &ConflictFilter::default(), &page).await.unwrap();
        assert_eq!(found.items.len(), 1);
        let decide = actor.may(DecideConflicts {}).unwrap();
        let until = room.db.env.now().plus(20 * DAY);
        let ids = [found.items[0].id];
        let act = Decide::Ignore { until };
        let count = room.dirsync.decide_conflicts(&decide, ObjectKind::User, &ids, act, None).await.unwrap();
        assert_eq!(count, 1);
        assert!(room.user(1).await.state.usable(), "an ignored conflict stays in use");
        room.db.hand.advance(19 * DAY);
        room.run(RunKind::Delta).await;
        assert!(room.user(1).await.state.usable());
        room.db.hand.advance(DAY);
        room.run(RunKind::Delta).await;
        let State::Conflict(conflict) = room.user(1).await.state else { panic!("a conflict again") };
        assert_eq!(conflict.decision, Decision::Pending);
        room.dirsync.decide_conflicts(&decide, ObjectKind::User, &ids, Decide::Delete, None).await.unwrap();
        assert_eq!(room.user(1).await.state.name(), StateName::Deleted);
    })
    .await;
}

#[tokio::test]
async fn an_exception_keeps_out_until_it_expires() {
    on_each_database(async |db| {
        let room = Room::filled(db, 40).await;
        let actor = operator(room.db.organisation, Role::Owner);
        let may = actor.may(EditLists { source: SOURCE }).unwrap();
        let new = NewException {
            kind: ExceptionKind::User,
            value: id(4).to_string(),
            label: None,
            owner: "ada".to_owned(),
            reason: "contractor".to_owned(),
            expires_at: Some(room.db.env.now().plus(2 * DAY)),
        };
        room.dirsync.create_exception(&may, new).await.unwrap();
        room.work().await;
        assert_eq!(room.user(4).await.state.cause(), Some("exception"));
        room.db.hand.advance(3 * DAY);
        room.dirsync.tick().await.unwrap();
        room.work().await;
        assert_eq!(room.user(4).await.state, State::Active);
    })
    .await;
}

#[tokio::test]
async fn an_addition_is_expected_and_then_found() {
    on_each_database(async |db| {
        let room = Room::filled(db, 40).await;
        room.set(|settings| {
            settings.filter = Some("department eq 'Sales' or startsWith(displayName,'User')".to_owned());
        })
        .await;
        room.work().await;
        let run = room.full().await;
        assert_eq!(run.state, RunState::Done, "{:?} {:?}", run.error_detail, run.verdict);
        let actor = operator(room.db.organisation, Role::Helpdesk);
        let may = actor.may(EditLists { source: SOURCE }).unwrap();
        let addition = room.dirsync.create_addition(&may, "New.Hire@example.org", "starts on Monday").await.unwrap();
        assert_eq!(addition.state, AdditionState::Expected);
        room.fake.put_user(99, |user| {
            user.display_name = Some("New Hire".to_owned());
            user.user_principal_name = Some("new.hire@example.org".to_owned());
        });
        room.run(RunKind::Delta).await;
        assert_eq!(room.user(99).await.state, State::Active, "let in although the filter keeps it out");
        let read = actor.may(ReadSync {}).unwrap();
        let list = room.dirsync.list_additions(&read, &PageRequest::default()).await.unwrap();
        assert_eq!((list.items[0].state, list.items[0].object_id), (AdditionState::Found, Some(id(99))));
    })
    .await;
}

#[tokio::test]
async fn a_filter_is_previewed_and_then_moves_users_out_and_back() {
    on_each_database(async |db| {
        let room = Room::filled(db, 60).await;
        let actor = operator(room.db.organisation, Role::Owner);
        let read = actor.may(ReadSync {}).unwrap();
        let mut wanted = room.dirsync.get_source(&read, SOURCE).await.unwrap().kept.settings;
        wanted.filter = Some("not (displayName eq 'User 9')".to_owned());
        let preview = room.dirsync.preview_settings(&read, SOURCE, wanted.clone()).await.unwrap();
        assert_eq!((preview.included, preview.would_lose), (59, 1));
        assert_eq!(preview.sample_lost[0].name, "User 9");
        room.set(|settings| *settings = wanted).await;
        room.work().await;
        assert_eq!(room.user(9).await.state, State::Active, "held until confirmed: the scope has changed");
        room.full().await;
        assert_eq!(room.user(9).await.state.cause(), Some("out_of_filter"));
        let why = room.dirsync.why(&read, room.user(9).await.id.0).await.unwrap();
        assert!(!why.why.included);
    })
    .await;
}

#[tokio::test]
async fn group_scope_follows_nested_groups() {
    on_each_database(async |db| {
        let room = Room::new(db, 3);
        for number in 1..=8 {
            room.fake.put_user(number, |_| {});
        }
        room.fake.put_group(1, &[1, 2]);
        room.fake.put_group(2, &[3]);
        room.fake.member(1, group_id(2), MemberKind::Group, false);
        // A circle.
        room.fake.member(2, group_id(1), MemberKind::Group, false);
        room.set(|settings| settings.group_scope = vec![group_id(1)]).await;
        room.full().await;
        let usable = async || {
            let users = room.users().await;
            users.values().filter(|user| user.state.usable()).map(|user| user.object_id).collect::<Vec<_>>()
        };
        assert_eq!(usable().await, [id(1), id(2), id(3)]);
        room.fake.member(2, id(8), MemberKind::User, false);
        room.run(RunKind::Delta).await;
        assert_eq!(usable().await, [id(1), id(2), id(3), id(8)]);
    })
    .await;
}

#[tokio::test]
async fn a_run_is_taken_back() {
    on_each_database(async |db| {
        let room = Room::filled(db, 40).await;
        room.fake.put_user(2, |user| user.department = Some("Sales".to_owned()));
        room.fake.member(1, id(5), MemberKind::User, true);
        room.fake.put_user(41, |_| {});
        let run = room.run(RunKind::Delta).await;
        assert_eq!(room.members(1).await.len(), 39);
        let actor = operator(room.db.organisation, Role::Owner);
        let may = actor.may(Undo { source: SOURCE }).unwrap();
        let preview = room.dirsync.undo_run(&may, run.id, true).await.unwrap();
        room.work().await;
        let preview = room.get(preview.id).await;
        assert_eq!(preview.state, RunState::Previewed, "{:?}", preview.error_detail);
        assert_eq!(room.user(2).await.attributes.department.as_deref(), Some("Sales"));
        let undo = room.dirsync.undo_run(&may, run.id, false).await.unwrap();
        room.work().await;
        assert_eq!(room.get(undo.id).await.state, RunState::Done, "{:?}", room.get(undo.id).await.verdict);
        assert_eq!(room.user(2).await.attributes.department, None);
        assert_eq!(room.user(41).await.state.name(), StateName::Deleted);
        assert_eq!(room.members(1).await.len(), 40);
    })
    .await;
}

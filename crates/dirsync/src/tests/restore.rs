//! Giving back by hand, and taking back one change (NET-08, NET-11).

use std::time::Duration;

use directory::{ObjectKind, State, StateName};
use kernel::{Kinded as _, Role};
use testkit::{on_each_database, operator};

use super::{Room, SOURCE};
use crate::permissions::Undo;
use crate::{RunKind, RunState};

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn a_deleted_user_is_given_back_with_groups_and_stays_until_the_day_that_was_named() {
    on_each_database(async |db| {
        let room = Room::filled(db, 60).await;
        room.fake.delete_user(1);
        room.run(RunKind::Delta).await;
        room.db.hand.advance(8 * DAY);
        room.run(RunKind::Delta).await;
        assert_eq!(room.user(1).await.state.name(), StateName::Deleted);
        let actor = operator(room.db.organisation, Role::Owner);
        let may = actor.may(Undo { source: SOURCE }).unwrap();
        let ids = [room.user(1).await.id.0];
        let until = room.db.env.now().plus(20 * DAY);
        let preview = room.dirsync.restore(&may, ObjectKind::User, &ids, Some(until), true).await.unwrap();
        room.work().await;
        assert_eq!(room.get(preview.id).await.totals.unwrap().effects["user.return"], 1);
        assert_eq!(room.user(1).await.state.name(), StateName::Deleted, "a preview changes nothing");
        let run = room.dirsync.restore(&may, ObjectKind::User, &ids, Some(until), false).await.unwrap();
        room.work().await;
        assert_eq!(room.get(run.id).await.state, RunState::Done, "{:?}", room.get(run.id).await.verdict);
        assert!(room.user(1).await.state.usable());
        assert_eq!(room.members(1).await.len(), 60);
        room.db.hand.advance(19 * DAY);
        room.run(RunKind::Full).await;
        room.db.hand.advance(Duration::from_hours(1));
        room.run(RunKind::Full).await;
        assert!(room.user(1).await.state.usable(), "whatever the source says");
        room.db.hand.advance(2 * DAY);
        room.run(RunKind::Delta).await;
        assert!(!room.user(1).await.state.usable());
    })
    .await;
}

#[tokio::test]
async fn who_is_given_back_is_simply_active_once_the_source_has_them_again() {
    on_each_database(async |db| {
        let room = Room::filled(db, 60).await;
        room.fake.delete_user(1);
        room.fake.put_user(2, |user| user.account_enabled = Some(false));
        room.run(RunKind::Delta).await;
        let actor = operator(room.db.organisation, Role::Owner);
        let may = actor.may(Undo { source: SOURCE }).unwrap();
        let ids = [room.user(1).await.id.0, room.user(2).await.id.0];
        room.dirsync.restore(&may, ObjectKind::User, &ids, None, false).await.unwrap();
        room.work().await;
        assert!(room.user(1).await.state.usable() && room.user(2).await.state.usable());
        room.fake.put_user(1, |_| {});
        room.run(RunKind::Delta).await;
        assert_eq!(room.user(1).await.state, State::Active);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_given_back_is_told() {
    on_each_database(async |db| {
        let room = Room::filled(db, 60).await;
        let actor = operator(room.db.organisation, Role::Owner);
        let may = actor.may(Undo { source: SOURCE }).unwrap();
        let active = room.user(1).await.id.0;
        let past = Some(room.db.env.now());
        for (ids, until, code) in [
            (vec![], None, "dirsync.invalid"),
            (vec![active], None, "dirsync.invalid"),
            (vec![active], past, "dirsync.invalid"),
            (vec![uuid::Uuid::from_u128(9)], None, "dirsync.not_found"),
        ] {
            let refused = room.dirsync.restore(&may, ObjectKind::User, &ids, until, false).await.unwrap_err();
            assert_eq!(refused.code(), code, "{ids:?}");
        }
        let stranger = operator(kernel::OrganisationId(uuid::Uuid::from_u128(0xff)), Role::Owner);
        let may = stranger.may(Undo { source: SOURCE }).unwrap();
        let refused = room.dirsync.restore(&may, ObjectKind::User, &[active], None, false).await.unwrap_err();
        assert_eq!(refused.code(), "dirsync.no_such_source");
    })
    .await;
}

#[tokio::test]
async fn one_change_is_taken_back_and_the_preview_says_that_the_source_makes_it_again() {
    on_each_database(async |db| {
        let room = Room::filled(db, 60).await;
        room.fake.put_user(2, |user| user.department = Some("Sales".to_owned()));
        room.fake.put_user(3, |user| user.department = Some("Sales".to_owned()));
        room.run(RunKind::Delta).await;
        let mut tx = room.db.store.read().await.unwrap();
        let filter = signals::Filter { object: Some(room.user(2).await.id.0), ..signals::Filter::default() };
        let page = kernel::PageRequest::first(1);
        let revision = signals::list(&mut tx, room.db.organisation, &filter, &page).await.unwrap().items[0].revision;
        drop(tx);
        let actor = operator(room.db.organisation, Role::Owner);
        let may = actor.may(Undo { source: SOURCE }).unwrap();
        let preview = room.dirsync.undo_change(&may, revision, true).await.unwrap();
        room.work().await;
        let preview = room.get(preview.id).await;
        assert_eq!(preview.totals.as_ref().unwrap().redone, 1);
        assert!(crate::views::warnings(&preview)[0].contains("makes them again"));
        room.dirsync.undo_change(&may, revision, false).await.unwrap();
        room.work().await;
        assert_eq!(room.user(2).await.attributes.department, None);
        assert_eq!(room.user(3).await.attributes.department.as_deref(), Some("Sales"));
        room.run(RunKind::Full).await;
        assert_eq!(room.user(2).await.attributes.department.as_deref(), Some("Sales"));
    })
    .await;
}

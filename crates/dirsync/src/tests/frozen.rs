//! While a source has trouble nothing of it is taken away, whatever asks for it (NET-05).

use std::time::Duration;

use directory::{MemberKind, StateName};
use kernel::{Kinded as _, Role};
use testkit::{on_each_database, operator};

use super::fake::{group_id, id};
use super::{Room, SOURCE};
use crate::permissions::{DecideRun, StartRun, SyncOne, Undo};
use crate::service::runs::Part;
use crate::sources::Freeze;
use crate::{RunKind, RunState};

const DAY: Duration = Duration::from_hours(24);

fn only(users: bool, groups: bool) -> Freeze {
    Freeze { users, groups, ..Freeze::all("a permission was withdrawn") }
}

impl Room {
    fn freeze(&self, freeze: Option<Freeze>) {
        self.fake.0.lock().unwrap().frozen = freeze;
    }
}

#[tokio::test]
async fn what_is_due_waits_until_the_trouble_is_over_in_every_kind_of_run() {
    on_each_database(async |db| {
        let room = Room::filled(db, 60).await;
        room.fake.delete_user(1);
        room.fake.put_user(2, |user| user.account_enabled = Some(false));
        room.run(RunKind::Delta).await;
        room.db.hand.advance(8 * DAY);
        room.freeze(Some(Freeze::all("the secret has expired")));
        let actor = operator(room.db.organisation, Role::Owner);
        // A read that works although the connection is said to have trouble still takes nothing away.
        for kind in [RunKind::Delta, RunKind::Full] {
            let run = room.run(kind).await;
            assert_eq!((run.state, run.totals.unwrap().paused), (RunState::Done, 2), "{kind}");
        }
        let may = actor.may(SyncOne { source: SOURCE }).unwrap();
        let run = room.dirsync.sync_one(&may, &format!("user:{}", id(1)), false).await.unwrap();
        room.work().await;
        assert_eq!(room.get(run.id).await.state, RunState::Done);
        let run = room.run(RunKind::Rescope).await;
        assert_eq!(run.error_code.as_deref(), Some("dirsync.frozen"));
        for number in [1, 2] {
            assert_eq!(room.user(number).await.state.name(), StateName::Conflict, "{number}");
        }
        room.freeze(None);
        room.run(RunKind::Delta).await;
        for number in [1, 2] {
            assert_eq!(room.user(number).await.state.name(), StateName::Deleted, "{number}");
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_is_purged_and_no_ignored_conflict_ends_while_there_is_trouble() {
    on_each_database(async |db| {
        let room = Room::filled(db, 60).await;
        room.fake.delete_user(1);
        room.run(RunKind::Delta).await;
        room.db.hand.advance(7 * DAY);
        room.run(RunKind::Delta).await;
        assert_eq!(room.user(1).await.state.name(), StateName::Deleted);
        room.freeze(Some(only(true, false)));
        room.db.hand.advance(31 * DAY);
        room.run(RunKind::Delta).await;
        assert!(room.users().await.contains_key(&id(1)), "kept beyond its retention");
        room.freeze(None);
        room.run(RunKind::Delta).await;
        assert!(!room.users().await.contains_key(&id(1)));
    })
    .await;
}

#[tokio::test]
async fn an_undo_gives_back_and_takes_nothing_away() {
    on_each_database(async |db| {
        let room = Room::filled(db, 40).await;
        room.fake.put_user(41, |_| {});
        room.fake.put_user(2, |user| user.department = Some("Sales".to_owned()));
        room.fake.member(1, id(5), MemberKind::User, true);
        room.fake.member(1, id(41), MemberKind::User, false);
        let run = room.run(RunKind::Delta).await;
        room.freeze(Some(Freeze::all("throttled")));
        let actor = operator(room.db.organisation, Role::Owner);
        let undo = room.dirsync.undo_run(&actor.may(Undo { source: SOURCE }).unwrap(), run.id, false).await.unwrap();
        room.work().await;
        assert_eq!(room.get(undo.id).await.state, RunState::Done);
        assert_eq!(room.user(2).await.attributes.department, None, "an attribute goes back");
        assert_eq!(room.user(41).await.state.name(), StateName::Active, "nobody is lost");
        let members = room.members(1).await;
        assert!(members.contains(&id(5)) && members.contains(&id(41)), "nobody leaves a group");
    })
    .await;
}

#[tokio::test]
async fn users_go_on_when_only_groups_have_lost_their_permission() {
    on_each_database(async |db| {
        let room = Room::filled(db, 60).await;
        room.freeze(Some(only(false, true)));
        room.fake.0.lock().unwrap().groups.clear();
        room.fake.put_user(61, |_| {});
        room.fake.delete_user(3);
        let run = room.run(RunKind::Delta).await;
        assert_eq!((run.state, run.kind), (RunState::Done, RunKind::Delta), "{:?}", run.error_detail);
        assert_eq!(room.user(61).await.state.name(), StateName::Active);
        assert_eq!(room.user(3).await.state.name(), StateName::Conflict);
        for _ in 0..3 {
            room.db.hand.advance(Duration::from_hours(1));
            assert_eq!(room.run(RunKind::Full).await.state, RunState::Done);
        }
        assert!(room.group(1).await.state.usable());
        assert!(room.group(1).await.missing_since.is_none(), "groups that were not read are not missing");
        assert_eq!(room.members(1).await.len(), 60);
    })
    .await;
}

#[tokio::test]
async fn groups_go_on_when_only_users_have_lost_their_permission() {
    on_each_database(async |db| {
        let room = Room::filled(db, 60).await;
        room.freeze(Some(only(true, false)));
        room.fake.0.lock().unwrap().users.clear();
        room.fake.put_group(2, &[4]);
        for kind in [RunKind::Delta, RunKind::Full] {
            let run = room.run(kind).await;
            assert_eq!((run.state, run.kind), (RunState::Done, kind), "{:?}", run.error_detail);
            room.db.hand.advance(Duration::from_hours(1));
        }
        assert_eq!(room.members(2).await, [id(4)]);
        assert!(room.users().await.values().all(|user| user.state.usable() && user.missing_since.is_none()));
    })
    .await;
}

#[tokio::test]
async fn hidden_members_that_cannot_be_seen_do_not_leave() {
    on_each_database(async |db| {
        let room = Room::filled(db, 60).await;
        room.fake.put_group(2, &[1, 2, 3]);
        room.fake.0.lock().unwrap().groups.get_mut(&group_id(2)).unwrap().0.visibility =
            Some("HiddenMembership".to_owned());
        room.run(RunKind::Delta).await;
        room.freeze(Some(Freeze { hidden_members: true, ..only(false, false) }));
        room.fake.0.lock().unwrap().groups.get_mut(&group_id(2)).unwrap().1.clear();
        room.fake.member(1, id(9), MemberKind::User, true);
        assert_eq!(room.run(RunKind::Full).await.state, RunState::Done);
        assert_eq!(room.members(2).await.len(), 3, "the group only looks empty");
        assert_eq!(room.members(1).await.len(), 59, "others can be believed");
    })
    .await;
}

#[tokio::test]
async fn a_paused_source_is_not_read_at_all() {
    on_each_database(async |db| {
        let room = Room::filled(db, 10).await;
        room.freeze(Some(Freeze { paused: true, ..Freeze::all("an operator paused the tenant") }));
        room.db.hand.advance(DAY);
        assert_eq!(room.dirsync.tick().await.unwrap(), 0, "the clockwork asks for nothing");
        let actor = operator(room.db.organisation, Role::Owner);
        let may = actor.may(StartRun { source: SOURCE }).unwrap();
        let run = room.dirsync.start_run(&may, RunKind::Full, false).await.unwrap();
        room.work().await;
        assert_eq!(room.get(run.id).await.error_code.as_deref(), Some("dirsync.frozen"));
        room.freeze(None);
        room.db.hand.advance(Duration::from_mins(6));
        assert_eq!(room.dirsync.tick().await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_held_plan_cannot_take_away_while_there_is_trouble() {
    on_each_database(async |db| {
        let room = Room::filled(db, 40).await;
        for number in 1..=20 {
            room.fake.delete_user(number);
        }
        let held = room.run(RunKind::Delta).await;
        assert_eq!(held.state, RunState::Held);
        room.freeze(Some(Freeze::all("consent was withdrawn")));
        let actor = operator(room.db.organisation, Role::Administrator);
        let may = actor.may(DecideRun { run: held.id }).unwrap();
        let refused = room.dirsync.approve_run(&may, &Part::All, None).await.unwrap_err();
        assert_eq!(refused.code(), "dirsync.frozen");
        assert_eq!(room.approve(&held, &Part::WithoutLosses).await.state, RunState::Done);
        assert!(room.users().await.values().all(|user| user.state.usable()));
    })
    .await;
}

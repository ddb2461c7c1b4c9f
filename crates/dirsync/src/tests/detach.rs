//! A tenant is disconnected: what it left waits for somebody, then runs out, and comes back with the tenant (VPR-13).

use std::time::Duration;

use directory::{ConflictCause, ObjectKind, SourceId, State, StateName};
use kernel::{Kinded as _, PageRequest, Role};
use testkit::{on_each_database, operator};
use uuid::Uuid;

use super::fake::{Fake, group_id, id};
use super::{Room, SOURCE};
use crate::adoption::MatchedBy;
use crate::guard::{Breach, Verdict};
use crate::permissions::{ChangeSettings, DecideConflicts, DecideRun, ReadSync, StartRun, Undo};
use crate::service::detach::{Adopt, FormerSource};
use crate::service::runs::Part;
use crate::{Mode, Run, RunKind, RunState};

const OTHER: SourceId = SourceId(Uuid::from_u128(0x51));
const DAY: Duration = Duration::from_hours(24);

impl Room {
    fn disconnect(&self) {
        self.fake.0.lock().unwrap().gone = Some((self.db.env.now(), "operator:test-owner".to_owned()));
    }

    fn connect_again(&self) {
        self.fake.0.lock().unwrap().gone = None;
    }

    /// Lets the clockwork ask and carries what it asked for as far as it goes.
    async fn tick(&self) {
        Box::pin(self.dirsync.tick()).await.unwrap();
        self.work().await;
    }

    async fn former(&self) -> FormerSource {
        let actor = operator(self.db.organisation, Role::Auditor);
        let list = self.dirsync.list_former_sources(&actor.may(ReadSync {}).unwrap()).await.unwrap();
        list.into_iter().next().unwrap()
    }

    async fn detach(&self) -> Run {
        self.former().await.last_detach.unwrap()
    }

    async fn states(&self) -> Vec<StateName> {
        self.users().await.values().map(|user| user.state.name()).collect()
    }

    /// Connects another tenant that has the users that `make` gives it, and reads it.
    async fn other(&self, make: impl FnOnce(&Fake)) {
        let fake = Fake::new(5);
        make(&fake);
        self.fake.0.lock().unwrap().other = Some((OTHER, fake));
        let actor = operator(self.db.organisation, Role::Owner);
        let kept = self.dirsync.get_source(&actor.may(ReadSync {}).unwrap(), OTHER).await.unwrap().kept;
        let settings = crate::Settings { mode: Mode::On, ..kept.settings };
        let may = actor.may(ChangeSettings { source: OTHER }).unwrap();
        self.dirsync.put_settings(&may, kept.version, settings).await.unwrap();
        let may = actor.may(StartRun { source: OTHER }).unwrap();
        let run = self.dirsync.start_run(&may, RunKind::Full, false).await.unwrap();
        self.work().await;
        let run = self.get(run.id).await;
        assert_eq!(self.approve(&run, &Part::All).await.state, RunState::Done);
    }
}

#[tokio::test]
async fn nothing_happens_until_somebody_confirms_and_then_the_delay_begins() {
    on_each_database(async |db| {
        let room = Room::filled(db, 3).await;
        room.fake.put_group(2, &[1]);
        room.full().await;
        room.disconnect();
        room.tick().await;
        let held = room.detach().await;
        assert_eq!(held.state, RunState::Held, "{:?}", held.error_detail);
        let Some(Verdict::Hold { breaches, .. }) = &held.verdict else { panic!("held") };
        assert!(breaches.contains(&Breach::SourceGone), "{breaches:?}");
        assert_eq!(held.totals.as_ref().unwrap().causes["source_removed"], 5);
        room.db.hand.advance(2 * DAY);
        assert_eq!(room.states().await, [StateName::Active; 3], "no timer runs before somebody has confirmed");
        let done = room.approve(&held, &Part::All).await;
        assert_eq!(done.state, RunState::Done, "{:?}", done.error_detail);
        let State::Conflict(conflict) = room.user(1).await.state else { panic!("a conflict") };
        assert_eq!(conflict.cause, ConflictCause::SourceSwitched);
        assert!(conflict.due.unwrap() >= held.created_at.plus(7 * DAY));
        assert_eq!(room.group(2).await.state.cause(), Some("source_switched"));
        assert_eq!(room.members(1).await.len(), 3, "who was in which group stays known");
        room.db.hand.advance(8 * DAY);
        room.tick().await;
        let due = room.detach().await;
        assert_eq!(due.state, RunState::Held, "three of three at once is a mass loss like any other");
        assert_eq!(room.approve(&due, &Part::All).await.state, RunState::Done);
        assert_eq!(room.states().await, [StateName::Deleted; 3]);
        room.db.hand.advance(31 * DAY);
        room.tick().await;
        assert!(room.users().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn whoever_disconnected_does_not_confirm_it_and_an_expired_plan_is_made_again() {
    on_each_database(async |db| {
        let room = Room::filled(db, 4).await;
        room.disconnect();
        room.tick().await;
        let held = room.detach().await;
        let actor = operator(room.db.organisation, Role::Owner);
        let may = actor.may(DecideRun { run: held.id }).unwrap();
        let refused = room.dirsync.approve_run(&may, &Part::All, None).await.unwrap_err();
        assert_eq!(refused.code(), "dirsync.second_person_needed");
        room.db.hand.advance(4 * DAY);
        room.tick().await;
        let again = room.detach().await;
        assert_ne!(again.id, held.id);
        assert_eq!((room.get(held.id).await.state, again.state), (RunState::Rejected, RunState::Held));
        assert_eq!(room.states().await, [StateName::Active; 4]);
    })
    .await;
}

#[tokio::test]
async fn a_rejected_plan_rests_for_a_week() {
    on_each_database(async |db| {
        let room = Room::filled(db, 4).await;
        room.disconnect();
        room.tick().await;
        let held = room.detach().await;
        let actor = operator(room.db.organisation, Role::Administrator);
        let may = actor.may(DecideRun { run: held.id }).unwrap();
        room.dirsync.reject_run(&may, None).await.unwrap();
        room.db.hand.advance(6 * DAY);
        room.tick().await;
        assert_eq!(room.detach().await.id, held.id);
        room.db.hand.advance(2 * DAY);
        room.tick().await;
        assert_eq!(room.detach().await.state, RunState::Held);
    })
    .await;
}

#[tokio::test]
async fn the_tenant_connected_again_brings_everybody_back() {
    on_each_database(async |db| {
        let room = Room::filled(db, 5).await;
        room.disconnect();
        room.tick().await;
        let held = room.detach().await;
        room.approve(&held, &Part::All).await;
        assert_eq!(room.states().await, [StateName::Conflict; 5]);
        let before = room.user(2).await.id;
        room.connect_again();
        room.db.hand.advance(Duration::from_mins(6));
        room.tick().await;
        assert_eq!(room.states().await, [StateName::Active; 5], "a delta alone would not have shown them");
        assert_eq!(room.user(2).await.id, before);
        assert_eq!(room.members(1).await.len(), 5);
    })
    .await;
}

#[tokio::test]
async fn a_plan_that_waits_is_void_once_the_tenant_is_there_again() {
    on_each_database(async |db| {
        let room = Room::filled(db, 5).await;
        room.disconnect();
        room.tick().await;
        let held = room.detach().await;
        room.connect_again();
        let actor = operator(room.db.organisation, Role::Administrator);
        let may = actor.may(DecideRun { run: held.id }).unwrap();
        let refused = room.dirsync.approve_run(&may, &Part::All, None).await.unwrap_err();
        assert_eq!(refused.code(), "dirsync.connected");
        room.tick().await;
        assert_eq!(room.get(held.id).await.state, RunState::Superseded);
        assert_eq!(room.states().await, [StateName::Active; 5]);
    })
    .await;
}

#[tokio::test]
async fn a_disconnected_source_is_not_read_and_its_end_can_be_previewed() {
    on_each_database(async |db| {
        let room = Room::filled(db, 5).await;
        let actor = operator(room.db.organisation, Role::Owner);
        let may = actor.may(StartRun { source: SOURCE }).unwrap();
        let refused = room.dirsync.start_run(&may, RunKind::Detach, false).await.unwrap_err();
        assert_eq!(refused.code(), "dirsync.connected");
        let ahead = room.dirsync.start_run(&may, RunKind::Detach, true).await.unwrap();
        room.work().await;
        let ahead = room.get(ahead.id).await;
        assert_eq!(ahead.state, RunState::Previewed, "what its end would mean: {:?}", ahead.error_detail);
        assert_eq!(ahead.totals.unwrap().lost(directory::ObjectKind::User), 5);
        room.disconnect();
        for kind in [RunKind::Full, RunKind::Delta, RunKind::Rescope] {
            let refused = room.dirsync.start_run(&may, kind, false).await.unwrap_err();
            assert_eq!(refused.code(), "dirsync.disconnected", "{kind}");
        }
        let preview = room.dirsync.start_run(&may, RunKind::Detach, true).await.unwrap();
        room.work().await;
        let preview = room.get(preview.id).await;
        assert_eq!(preview.state, RunState::Previewed, "{:?}", preview.error_detail);
        assert_eq!(preview.totals.unwrap().lost(directory::ObjectKind::User), 5);
        assert_eq!(room.states().await, [StateName::Active; 5]);
    })
    .await;
}

#[tokio::test]
async fn a_detach_is_taken_back_and_asked_again() {
    on_each_database(async |db| {
        let room = Room::filled(db, 5).await;
        room.disconnect();
        room.tick().await;
        let done = room.approve(&room.detach().await, &Part::All).await;
        let actor = operator(room.db.organisation, Role::Owner);
        let may = actor.may(Undo { source: SOURCE }).unwrap();
        let undo = room.dirsync.undo_run(&may, done.id, false).await.unwrap();
        room.work().await;
        assert_eq!(room.get(undo.id).await.state, RunState::Done, "{:?}", room.get(undo.id).await.error_detail);
        assert_eq!(room.states().await, [StateName::Active; 5]);
        room.db.hand.advance(2 * DAY);
        room.tick().await;
        assert_eq!(room.detach().await.state, RunState::Held, "it does not stay active for ever");
    })
    .await;
}

#[tokio::test]
async fn what_a_plan_shows_by_cause_is_what_it_shows_in_all() {
    on_each_database(async |db| {
        let room = Room::filled(db, 5).await;
        // A guest is kept, and shown to nobody: its end is a note of ours.
        room.fake.put_user(6, |user| user.user_type = Some("Guest".to_owned()));
        room.full().await;
        room.disconnect();
        room.tick().await;
        let totals = room.detach().await.totals.unwrap();
        assert_eq!(totals.causes["source_removed"], 7, "five people, the guest, the group");
        assert_eq!(totals.visible_causes().collect::<Vec<_>>(), [("source_removed", 6)]);
        assert_eq!((totals.visible(None), totals.visible(Some(ObjectKind::User))), (6, 5));
        assert!(!totals.gives_something(), "nothing would be left of it without losses");
    })
    .await;
}

#[tokio::test]
async fn protected_users_stay_in_use() {
    on_each_database(async |db| {
        let room = Room::filled(db, 5).await;
        room.set(|settings| settings.protected = vec![id(1), group_id(1)]).await;
        room.disconnect();
        room.tick().await;
        room.approve(&room.detach().await, &Part::All).await;
        assert_eq!(room.user(1).await.state, State::Active);
        assert_eq!(room.group(1).await.state, State::Active);
        assert_eq!(room.user(2).await.state.name(), StateName::Conflict);
        let last = room.detach().await.id;
        room.db.hand.advance(Duration::from_hours(1));
        room.tick().await;
        assert_eq!(room.detach().await.id, last, "nothing is asked over and over");
    })
    .await;
}

#[tokio::test]
async fn who_is_in_the_new_tenant_too_is_taken_over_instead_of_deleted() {
    on_each_database(async |db| {
        let room = Room::filled(db, 5).await;
        room.fake.put_user(1, |user| user.mail = Some("Ada@example.org".to_owned()));
        room.fake.put_user(2, |user| user.on_premises_immutable_id = Some("AAE=".to_owned()));
        room.fake.put_user(3, |user| user.mail = Some("twice@example.org".to_owned()));
        room.run(RunKind::Delta).await;
        room.other(|fake| {
            fake.put_user(11, |user| user.mail = Some("ada@EXAMPLE.org".to_owned()));
            fake.put_user(12, |user| user.on_premises_immutable_id = Some("AAE=".to_owned()));
            fake.put_user(13, |user| user.mail = Some("twice@example.org".to_owned()));
            fake.put_user(14, |user| user.mail = Some("twice@example.org".to_owned()));
        })
        .await;
        room.disconnect();
        room.tick().await;
        let held = room.detach().await;
        assert_eq!(held.totals.as_ref().unwrap().adoptable, 2);
        let actor = operator(room.db.organisation, Role::Owner);
        let read = actor.may(ReadSync {}).unwrap();
        let found = room.dirsync.list_adoptable(&read, SOURCE, &PageRequest::default()).await.unwrap().items;
        let mut found: Vec<_> =
            found.iter().map(|one| (one.old.name.as_str(), one.new.name.as_str(), one.matched_by)).collect();
        found.sort_unstable_by_key(|one| one.0);
        assert_eq!(found, [("User 1", "User 11", MatchedBy::Mail), ("User 2", "User 12", MatchedBy::ImmutableId)]);
        let decide = actor.may(DecideConflicts {}).unwrap();
        let one = Adopt::These { users: vec![room.user(1).await.id.0, room.user(3).await.id.0] };
        assert_eq!(room.dirsync.adopt_users(&decide, SOURCE, &one, Some("merger".to_owned())).await.unwrap(), 1);
        assert_eq!(room.dirsync.adopt_users(&decide, SOURCE, &Adopt::All, None).await.unwrap(), 1);
        room.approve(&held, &Part::All).await;
        assert_eq!(room.user(1).await.state.cause(), Some("retired"));
        assert_eq!(room.user(2).await.state.cause(), Some("retired"));
        assert_eq!(room.user(3).await.state.cause(), Some("source_switched"));
        let mut tx = room.db.store.read().await.unwrap();
        let filter = signals::Filter { names: vec!["dirsync.user_adopted".to_owned()], ..signals::Filter::default() };
        let entries = signals::oldest_first(&mut tx, room.db.organisation, &filter, 0, 10).await.unwrap();
        assert_eq!(entries.len(), 2);
        let entry = &entries[0];
        assert_eq!(
            (entry.object.as_ref().unwrap().id, entry.reason.as_deref()),
            (room.user(1).await.id.0, Some("merger"))
        );
        assert!(entry.after.as_ref().unwrap().get().contains("\"name\":\"User 11\""), "{entry:?}");
        drop(tx);
        room.db.hand.advance(2 * DAY);
        room.tick().await;
        assert_eq!(room.user(1).await.state.cause(), Some("retired"), "who was taken over is left alone");
    })
    .await;
}

#[tokio::test]
async fn a_match_that_is_no_longer_exact_is_not_taken_over() {
    on_each_database(async |db| {
        let room = Room::filled(db, 3).await;
        room.other(|fake| {
            fake.put_user(1, |_| {});
            fake.put_user(2, |_| {});
        })
        .await;
        room.disconnect();
        room.tick().await;
        let fake = room.fake.0.lock().unwrap().other.clone().unwrap().1;
        fake.put_user(1, |user| user.user_principal_name = Some("renamed@example.org".to_owned()));
        let actor = operator(room.db.organisation, Role::Owner);
        let may = actor.may(StartRun { source: OTHER }).unwrap();
        room.dirsync.start_run(&may, RunKind::Delta, false).await.unwrap();
        room.work().await;
        let decide = actor.may(DecideConflicts {}).unwrap();
        assert_eq!(room.dirsync.adopt_users(&decide, SOURCE, &Adopt::All, None).await.unwrap(), 1);
        assert_eq!(room.user(1).await.state, State::Active);
    })
    .await;
}

//! A held plan is allowed in part (NET-03): all but some, or some and no others.

use std::time::Duration;

use kernel::{Kinded as _, Role};
use store::queue;
use testkit::{on_each_database, operator};
use tokio::sync::watch;

use super::fake::id;
use super::{Room, SOURCE};
use crate::jobs::RUN;
use crate::permissions::{DecideRun, ReadSync, StartRun};
use crate::service::runs::{ChangeFilter, Part};
use crate::totals::Effect;
use crate::{Run, RunKind, RunState};

/// A plan that would lose users 1 to 20, disable 21 and 22, change 30 and make 41.
async fn held(room: &Room) -> Run {
    for number in 1..=20 {
        room.fake.delete_user(number);
    }
    for number in [21, 22] {
        room.fake.put_user(number, |user| user.account_enabled = Some(false));
    }
    room.fake.put_user(30, |user| user.department = Some("Sales".to_owned()));
    room.fake.put_user(41, |_| {});
    let run = room.run(RunKind::Delta).await;
    assert_eq!(run.state, RunState::Held);
    run
}

async fn seqs(room: &Room, run: &Run, numbers: &[u32]) -> Vec<i64> {
    let actor = operator(room.db.organisation, Role::Owner);
    let page = kernel::PageRequest::first(100);
    let read = actor.may(ReadSync {}).unwrap();
    let items = room.dirsync.list_changes(&read, run.id, &ChangeFilter::default(), &page).await.unwrap().items;
    let wanted: Vec<_> = numbers.iter().map(|number| id(*number)).collect();
    items.iter().filter(|item| wanted.contains(&item.change.object_id)).map(|item| item.seq).collect()
}

/// How many are lost, whether 30 has changed, whether 41 is there.
async fn outcome(room: &Room) -> (usize, bool, bool) {
    let users = room.users().await;
    let lost = users.values().filter(|user| !user.state.usable()).count();
    (lost, users[&id(30)].attributes.department.is_some(), users.contains_key(&id(41)))
}

#[tokio::test]
async fn each_part_does_what_it_names_and_no_more() {
    on_each_database(async |db| {
        let room = Room::filled(db, 40).await;
        let run = held(&room).await;
        let items = seqs(&room, &run, &[1, 2, 41]).await;
        let run = room.approve(&run, &Part::Only { items }).await;
        assert_eq!((run.state, run.decision.as_deref()), (RunState::Done, Some("allowed_in_part")));
        assert_eq!(outcome(&room).await, (2, false, true));
    })
    .await;
    let causes = |causes: &[&str]| Part::OnlyCauses { causes: causes.iter().map(|&cause| cause.to_owned()).collect() };
    let parts = [
        (causes(&["disabled_in_source"]), (2, false, false)),
        (causes(&["disabled_in_source", "changed_in_source", "disabled_in_source"]), (2, true, false)),
        (Part::OnlyEffects { effects: vec![Effect::Create, Effect::Update] }, (0, true, true)),
        (Part::OnlyEffects { effects: vec![Effect::Lose] }, (22, false, false)),
        (Part::WithoutCauses { causes: vec!["deleted_in_source".to_owned()] }, (2, true, true)),
    ];
    for (part, expected) in &parts {
        on_each_database(async |db| {
            let room = Room::filled(db, 40).await;
            let run = held(&room).await;
            assert_eq!(room.approve(&run, part).await.state, RunState::Done);
            assert_eq!(outcome(&room).await, *expected, "{part:?}");
        })
        .await;
    }
}

#[tokio::test]
async fn allowing_nothing_is_refused_and_changes_nothing() {
    on_each_database(async |db| {
        let room = Room::filled(db, 40).await;
        let run = held(&room).await;
        let actor = operator(room.db.organisation, Role::Administrator);
        let may = actor.may(DecideRun { run: run.id }).unwrap();
        for part in [Part::Only { items: vec![] }, Part::OnlyCauses { causes: vec!["nonsense".to_owned()] }] {
            let refused = room.dirsync.approve_run(&may, &part, None).await.unwrap_err();
            assert_eq!(refused.code(), "dirsync.invalid", "{part:?}");
        }
        assert_eq!(room.get(run.id).await.state, RunState::Held);
        assert_eq!(room.approve(&run, &Part::All).await.state, RunState::Done);
        assert_eq!(outcome(&room).await, (22, true, true), "a refused decision leaves no trace");
    })
    .await;
}

#[tokio::test]
async fn above_a_fifth_of_all_users_the_starter_does_not_decide() {
    on_each_database(async |db| {
        for (lost, alone) in [(8, true), (9, false)] {
            let room = Room::filled(testkit::Db::new(db.store.backend()).await.unwrap(), 40).await;
            for number in 1..=lost {
                room.fake.delete_user(number);
            }
            let run = room.run(RunKind::Delta).await;
            assert_eq!(run.state, RunState::Held);
            let starter = operator(room.db.organisation, Role::Owner);
            let may = starter.may(DecideRun { run: run.id }).unwrap();
            match room.dirsync.approve_run(&may, &Part::All, None).await {
                Ok(_) => assert!(alone, "{lost} of 40"),
                Err(refused) => {
                    assert_eq!((refused.code(), alone), ("dirsync.second_person_needed", false));
                    assert!(refused.to_string().contains("20 %"), "{refused}");
                    assert_eq!(room.approve(&run, &Part::All).await.state, RunState::Done);
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_plan_allowed_before_the_job_that_made_it_is_marked_done_is_carried_out() {
    on_each_database(async |db| {
        let room = Room::filled(db, 40).await;
        for number in 1..=20 {
            room.fake.delete_user(number);
        }
        let starter = operator(room.db.organisation, Role::Owner);
        let may = starter.may(StartRun { source: SOURCE }).unwrap();
        let run = room.dirsync.start_run(&may, RunKind::Delta, false).await.unwrap();
        let mut tx = room.db.store.begin().await.unwrap();
        let minute = Duration::from_mins(1);
        let job = queue::claim(&mut tx, &[RUN], "node-2", room.db.env.now(), minute).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        let (_stop, stopped) = watch::channel(false);
        room.dirsync.handlers()[0].handle(&job, stopped).await.unwrap();
        assert_eq!(room.get(run.id).await.state, RunState::Held);
        let decider = operator(room.db.organisation, Role::Administrator);
        let may = decider.may(DecideRun { run: run.id }).unwrap();
        room.dirsync.approve_run(&may, &Part::All, None).await.unwrap();
        let mut tx = room.db.store.begin().await.unwrap();
        assert!(queue::finish(&mut tx, job.id, "node-2", room.db.env.now()).await.unwrap());
        tx.commit().await.unwrap();
        room.work().await;
        assert_eq!(room.get(run.id).await.state, RunState::Done);
    })
    .await;
}

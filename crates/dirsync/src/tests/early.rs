//! A first read, whose users are planned while they are read.

use directory::{StateName, UserAttributes};
use kernel::{PageRequest, Role};
use testkit::{on_each_database, operator};

use super::Room;
use super::fake::{Pause, id};
use crate::lists::ExceptionKind;
use crate::permissions::{EditLists, ReadSync};
use crate::service::lists::NewException;
use crate::sources::{Item, SeenUser};
use crate::{ChangeFilter, RunKind, RunState};

/// More than are written together.
const MANY: u32 = 2_100;

fn again(number: u32, seen: Option<SeenUser>) -> Item<SeenUser> {
    Item { object_id: id(number), seen, for_good: true, members: Vec::new() }
}

async fn many(db: testkit::Db) -> Room {
    let room = Room::new(db, 500);
    for number in 1..=MANY {
        room.fake.put_user(number, |_| {});
    }
    room.set(|_| {}).await;
    room
}

#[tokio::test]
async fn whoever_comes_again_is_planned_once_and_by_the_last_word() {
    on_each_database(async |db| {
        let room = many(db).await;
        let whole = UserAttributes { display_name: Some("New name".to_owned()), ..UserAttributes::default() };
        let whole = SeenUser { attributes: whole, manager_told: true, attributes_told: true };
        let manager = UserAttributes { manager: Some(id(1)), ..UserAttributes::default() };
        let manager = SeenUser { attributes: manager, manager_told: true, attributes_told: false };
        room.fake.0.lock().unwrap().again = vec![again(1, Some(whole)), again(2, Some(manager)), again(3, None)];
        let held = room.run(RunKind::Full).await;
        let totals = held.totals.clone().unwrap();
        assert_eq!((held.state, totals.effects["user.create"]), (RunState::Held, u64::from(MANY) - 1));
        assert_eq!(totals.causes["new_in_source"], u64::from(MANY) - 1);
        let reader = operator(room.db.organisation, Role::Auditor);
        let (may, filter) = (reader.may(ReadSync {}).unwrap(), ChangeFilter::default());
        let first = room.dirsync.list_changes(&may, held.id, &filter, &PageRequest::first(500)).await.unwrap().items;
        let names: Vec<_> = first.iter().take(2).map(|item| item.change.name.as_str()).collect();
        assert_eq!(names, ["User 4", "User 5"]);
        assert!(first.iter().all(|item| matches!(item.change.act, directory::Act::PutUser { .. })));
        room.approve(&held, &crate::service::runs::Part::All).await;
        let users = room.users().await;
        assert_eq!(users.len(), MANY as usize - 1);
        let name = |number| users.get(&id(number)).and_then(|user| user.attributes.display_name.as_deref());
        assert_eq!(
            (name(1), name(2), name(3), name(MANY)),
            (Some("New name"), Some("User 2"), None, Some("User 2100"))
        );
        assert_eq!(users[&id(2)].attributes.manager, Some(id(1)));
    })
    .await;
}

#[tokio::test]
async fn rules_that_change_while_users_are_read_hold_for_all_of_them() {
    on_each_database(async |db| {
        let room = many(db).await;
        let pause = Pause { pages: 5, ..Pause::default() };
        room.fake.0.lock().unwrap().pause = Some(pause.clone());
        let change = async {
            pause.reached.notified().await;
            let new = NewException {
                kind: ExceptionKind::User,
                value: id(1).to_string(),
                label: None,
                owner: "Ada".to_owned(),
                reason: "A test account".to_owned(),
                expires_at: None,
            };
            let actor = operator(room.db.organisation, Role::Administrator);
            room.dirsync.create_exception(&actor.may(EditLists { source: super::SOURCE }).unwrap(), new).await.unwrap();
            pause.go_on.notify_one();
        };
        let (run, ()) = tokio::join!(room.run(RunKind::Full), change);
        let run =
            if run.state == RunState::Held { room.approve(&run, &crate::service::runs::Part::All).await } else { run };
        assert_eq!(run.state, RunState::Done);
        let users = room.users().await;
        assert_eq!(users.len(), MANY as usize);
        assert_eq!(users[&id(1)].state.name(), StateName::Excluded);
        assert!(users.values().skip(1).all(|user| user.state.usable()));
    })
    .await;
}

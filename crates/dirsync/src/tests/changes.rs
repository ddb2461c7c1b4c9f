//! What a change would change, and what it has changed.

use directory::MemberKind;
use kernel::{PageRequest, Role};
use serde_json::json;
use testkit::{on_each_database, operator};

use super::fake::id;
use super::{Room, SOURCE};
use crate::permissions::{ReadSync, StartRun};
use crate::service::changes::ShownChange;
use crate::service::runs::ChangeFilter;
use crate::{Run, RunKind, RunState};

impl Room {
    async fn shown(&self, run: &Run) -> Vec<ShownChange> {
        let actor = operator(self.db.organisation, Role::Auditor);
        let may = actor.may(ReadSync {}).unwrap();
        let page = PageRequest::default();
        self.dirsync.show_changes(&may, run.id, &ChangeFilter::default(), &page).await.unwrap().items
    }
}

/// Field, before, after of one change.
fn fields(change: &ShownChange) -> Vec<(&str, &serde_json::Value, &serde_json::Value)> {
    change.fields.iter().map(|field| (&*field.field, &field.before, &field.after)).collect()
}

fn of(changes: &[ShownChange], number: u32) -> &ShownChange {
    changes.iter().find(|change| change.planned.change.object_id == id(number)).unwrap()
}

#[tokio::test]
async fn a_planned_change_is_shown_against_the_directory_and_an_applied_one_as_it_was() {
    on_each_database(async |db| {
        let room = Room::filled(db, 40).await;
        room.fake.put_user(2, |user| {
            user.department = Some("Sales".to_owned());
            user.display_name = Some("User Two".to_owned());
        });
        room.fake.put_user(41, |_| {});
        room.fake.delete_user(3);
        room.fake.member(1, id(2), MemberKind::User, true);
        room.fake.member(1, id(41), MemberKind::User, false);
        let actor = operator(room.db.organisation, Role::Owner);
        let may = actor.may(StartRun { source: SOURCE }).unwrap();
        let preview = room.dirsync.start_run(&may, RunKind::Delta, true).await.unwrap();
        room.work().await;
        let planned = room.shown(&room.get(preview.id).await).await;
        let expected =
            [("department", &json!(null), &json!("Sales")), ("displayName", &json!("User 2"), &json!("User Two"))];
        assert_eq!(fields(of(&planned, 2)), expected);
        assert_eq!(of(&planned, 2).id, Some(room.user(2).await.id.0));
        assert_eq!(of(&planned, 41).id, None);
        assert_eq!(fields(of(&planned, 41))[0], ("state", &json!(null), &json!("active")));
        assert_eq!(fields(of(&planned, 3))[0].1, &json!("active"));
        let members = planned.iter().find(|change| !change.members.is_empty()).unwrap();
        assert_eq!((members.members_added, members.members_removed), (1, 1));
        assert_eq!(members.members[0].name.as_deref(), Some("User 2"));
        assert!(members.members[0].removed && members.id.is_some());

        let run = room.run(RunKind::Delta).await;
        assert_eq!(run.state, RunState::Done);
        room.fake.put_user(2, |user| user.department = Some("Marketing".to_owned()));
        room.run(RunKind::Delta).await;
        let applied = room.shown(&run).await;
        assert_eq!(fields(of(&applied, 2)), expected, "as it was, whatever came later");
        assert_eq!(of(&applied, 41).id, Some(room.user(41).await.id.0));
        assert_eq!(fields(of(&applied, 3)).len(), 1, "the state alone");
    })
    .await;
}

//! What another User ID attribute would do (SYM-05).

use kernel::Role;
use tenants::UserIdAttribute;
use testkit::{on_each_database, operator};

use super::{Room, SOURCE};
use crate::RunKind;
use crate::permissions::ReadSync;

#[tokio::test]
async fn those_without_a_value_and_those_with_the_same_are_counted_and_shown() {
    on_each_database(async |db| {
        let room = Room::filled(db, 60).await;
        for number in 1..=57 {
            let nickname = match number {
                1 | 2 => "Ada".to_owned(),
                3 => " ada ".to_owned(),
                4 | 5 => "eve".to_owned(),
                6 => "  ".to_owned(),
                other => format!("nick{other}"),
            };
            room.fake.put_user(number, |user| user.mail_nickname = Some(nickname));
        }
        room.run(RunKind::Delta).await;
        let actor = operator(room.db.organisation, Role::Auditor);
        let read = actor.may(ReadSync {}).unwrap();
        let preview = room.dirsync.preview_user_ids(&read, SOURCE, UserIdAttribute::MailNickname).await.unwrap();
        assert_eq!((preview.users, preview.without_value, preview.colliding), (60, 4, 5));
        assert_eq!(preview.sample_without.len(), 4);
        let mut colliding: Vec<_> =
            preview.sample_colliding.iter().map(|one| (one.user_id.to_lowercase(), one.users.len())).collect();
        colliding.sort_unstable();
        assert_eq!(colliding, [("ada".to_owned(), 3), ("eve".to_owned(), 2)]);
        let names = &preview.sample_colliding.iter().find(|one| one.user_id == "eve").unwrap().users;
        assert_eq!(names[0].name, "User 4");
        assert_eq!(preview.changed, 60, "all have another id than their user principal name");
        assert_eq!(preview.sample_changed.len(), 20);
        let same = UserIdAttribute::UserPrincipalName;
        let preview = room.dirsync.preview_user_ids(&read, SOURCE, same).await.unwrap();
        assert_eq!((preview.without_value, preview.colliding, preview.changed), (0, 0, 0));
    })
    .await;
}

//! One user, one group, who is in what and why, history, search, and who may see it.

use kernel::PageRequest;

use super::*;
use crate::index::Reach;
use crate::views::GroupRef;
use crate::{DirectoryError, GroupFilter, Order, StateName, UserFilter};

fn path(path: &[GroupRef]) -> Vec<&str> {
    path.iter().map(|group| group.name.as_str()).collect()
}

#[tokio::test]
async fn a_user_is_found_by_each_of_its_ids() {
    on_each_database(async |db| {
        let house = House::new(db);
        small(&house).await;
        let (may, ada) = (house.may(), house.user(1).await);
        let directory = &house.directory;
        assert_eq!(directory.get_user(&may, ada.id).await.unwrap(), ada);
        assert_eq!(directory.get_user_by_object_id(&may, house.source.id, person(1)).await.unwrap(), ada);
        assert_eq!(directory.get_user_by_upn(&may, "ADA.Lovelace@contoso.example").await.unwrap(), ada);
        let elsewhere = directory.get_user_by_object_id(&may, SourceId(Uuid::nil()), person(1)).await;
        assert!(matches!(elsewhere, Err(DirectoryError::NoSuchUser)));
        assert!(matches!(directory.get_user_by_upn(&may, "").await, Err(DirectoryError::NoSuchUser)));
        let cases = [
            ("userPrincipalName", " Ada.Lovelace@Contoso.example ", 1),
            ("mail", "ada.lovelace@mail.example", 1),
            ("department", "research", 1),
            ("department", "resear", 0),
            ("department", "%", 0),
            ("mailNickname", "research", 0),
            ("userPrincipalName", "edsger.dijkstra@contoso.example", 0),
        ];
        for (attribute, value, count) in cases {
            let found = directory.find_users_by_attribute(&may, house.source, attribute, value).await.unwrap();
            assert_eq!(found.len(), count, "{attribute} {value}");
        }
    })
    .await;
}

#[tokio::test]
async fn memberships_are_answered_with_the_way_they_come_about() {
    on_each_database(async |db| {
        let house = House::new(db);
        small(&house).await;
        let (may, directory) = (house.may(), &house.directory);
        let (ada, alan, edsger) = (house.user(1).await.id, house.user(3).await.id, house.user(4).await.id);
        let (everybody, engineers) = (house.group(1).await.id, house.group(2).await.id);
        let answer = directory.is_member(&may, ada, everybody).await.unwrap();
        assert_eq!((answer.member, answer.direct, path(&answer.path)), (true, false, vec!["Engineers", "Everybody"]));
        let answer = directory.is_member(&may, alan, everybody).await.unwrap();
        assert_eq!((answer.member, answer.direct, answer.user_state), (true, true, StateName::Conflict));
        let answer = directory.is_member(&may, edsger, everybody).await.unwrap();
        assert_eq!((answer.member, answer.path.len(), answer.user_state), (false, 0, StateName::Excluded));

        let page = PageRequest::first(1);
        let first = directory.user_groups(&may, ada, Reach::Transitive, &page).await.unwrap();
        assert_eq!((first.items[0].group.name.as_str(), first.items[0].direct), ("Engineers", true));
        let page = PageRequest::new(1, first.next);
        let second = directory.user_groups(&may, ada, Reach::Transitive, &page).await.unwrap();
        assert_eq!((second.items[0].group.name.as_str(), second.items[0].direct), ("Everybody", false));
        assert_eq!((path(&second.items[0].paths[0]), second.next), (vec!["Engineers", "Everybody"], None));
        let direct = directory.user_groups(&may, ada, Reach::Direct, &PageRequest::default()).await.unwrap();
        assert_eq!(direct.items.len(), 1);

        let page = PageRequest::default();
        let all = directory.group_members(&may, everybody, Reach::Transitive, None, &page).await.unwrap();
        let all: Vec<_> = all.items.iter().map(|one| (one.user.name.as_str(), one.direct, one.path.len())).collect();
        assert_eq!(all, [("Ada Lovelace", false, 2), ("Alan Turing", true, 1), ("Grace Hopper", false, 2)]);
        let some = directory.group_members(&may, everybody, Reach::Transitive, Some("hop"), &page).await.unwrap();
        assert_eq!(some.items.len(), 1);
        let direct = directory.group_members(&may, everybody, Reach::Direct, None, &page).await.unwrap();
        assert_eq!(direct.items.len(), 1);

        let group = directory.get_group(&may, everybody).await.unwrap();
        assert_eq!((group.summary.direct_members, group.summary.transitive_members), (Some(1), Some(3)));
        assert_eq!(
            (group.members.users, group.members.left_out, group.members.unknown, group.members.groups),
            (3, 1, 1, 1)
        );
        assert_eq!((path(&group.children), group.parents.len(), group.cycle.len()), (vec!["Engineers"], 0, 0));
        house.settle(vec![members(2, &[nested(1)], &[])]).await;
        let group = directory.get_group(&may, engineers).await.unwrap();
        assert_eq!((group.cycle.len(), path(&group.parents)), (2, vec!["Everybody"]));
        assert_eq!(directory.cycles(&may).await.unwrap().len(), 1);
        house.settle(vec![set_group(1, State::Disabled)]).await;
        assert!(!directory.is_member(&may, alan, everybody).await.unwrap().member, "it gives no rights");
        let rows = directory.group_members(&may, everybody, Reach::Direct, None, &page).await.unwrap();
        assert_eq!(rows.items[0].user.name, "Alan Turing", "its own rows are still shown");
    })
    .await;
}

#[tokio::test]
async fn history_tells_what_was_and_what_is() {
    on_each_database(async |db| {
        let house = House::new(db);
        small(&house).await;
        house.settle(vec![put_user(1, "Ada King", conflict(Decision::Pending))]).await;
        house.settle(vec![members(1, &[human(1)], &[nested(2), human(99)])]).await;
        let (may, page) = (house.may(), PageRequest::first(1));
        let id = house.user(1).await.id;
        let newest = house.directory.user_history(&may, id, &page).await.unwrap();
        let entry = &newest.items[0];
        assert_eq!((entry.event.as_str(), entry.reason.as_deref()), ("user.conflicted", Some("changed_in_source")));
        let name = entry.changes.iter().find(|change| change.field == "displayName").unwrap();
        assert_eq!((name.before.as_str(), name.after.as_str()), (Some("Ada Lovelace"), Some("Ada King")));
        assert_eq!((entry.changes[0].field.as_str(), entry.changes[0].before.as_str()), ("state", Some("active")));
        assert!(entry.changes[0].after.as_str().unwrap().starts_with("conflict (deleted, pending, 2026-"));
        let older = house.directory.user_history(&may, id, &PageRequest::new(9, newest.next)).await.unwrap();
        assert_eq!((older.items.len(), older.items[0].event.as_str()), (1, "user.created"));
        let group = house.group(1).await.id;
        let joined = &house.directory.group_history(&may, group, &page).await.unwrap().items[0];
        assert_eq!((joined.members_added, joined.members_removed), (1, 2));
        let names: Vec<_> = joined.members.iter().map(|one| (one.removed, one.name.as_deref())).collect();
        assert!(names.contains(&(false, Some("Ada King"))) && names.contains(&(true, Some("Engineers"))), "{names:?}");
        assert!(names.contains(&(true, None)));
        let purge = change(ObjectKind::User, person(1), Act::Purge, Cause::RetentionOver);
        house.settle(vec![purge]).await;
        let last = house.directory.user_history(&may, id, &page).await.unwrap();
        assert_eq!(last.items[0].event, "user.purged");
        let stranger = house.directory.user_history(&may, crate::UserId(Uuid::nil()), &page).await;
        assert!(matches!(stranger, Err(DirectoryError::NoSuchUser)));
    })
    .await;
}

#[tokio::test]
async fn a_few_letters_find_people_and_groups() {
    on_each_database(async |db| {
        let house = House::new(db);
        small(&house).await;
        let found = house.directory.search(&house.may(), "e", 10).await.unwrap();
        let groups: Vec<_> = found.groups.iter().map(|group| (group.name.as_str(), group.transitive_members)).collect();
        assert_eq!(groups, [("Everybody", Some(3)), ("Engineers", Some(2))]);
        let users: Vec<_> = found.users.iter().map(|user| user.name.as_str()).collect();
        assert_eq!(users, ["Ada Lovelace", "Grace Hopper", "Alan Turing"], "each has example in the address");
        let found = house.directory.search(&house.may(), "hop", 1).await.unwrap();
        assert_eq!((found.users[0].name.as_str(), found.groups.len()), ("Grace Hopper", 0));
        assert!(house.directory.search(&house.may(), "dijkstra", 9).await.unwrap().users.is_empty());
        assert!(house.directory.search(&house.may(), " ", 9).await.unwrap().users.is_empty());
    })
    .await;
}

#[tokio::test]
async fn another_organisation_sees_nothing() {
    on_each_database(async |db| {
        let house = House::new(db);
        small(&house).await;
        let other = operator(house.db.env.new_id(), Role::Owner);
        let may = other.may(ReadDirectory {}).unwrap();
        let (directory, page) = (&house.directory, PageRequest::default());
        directory.ready(other.organisation).await.unwrap();
        let (ada, everybody) = (house.user(1).await.id, house.group(1).await.id);
        let users = directory.list_users(&may, &UserFilter::default(), Order::default(), &page).await.unwrap();
        let groups = directory.list_groups(&may, &GroupFilter::default(), Order::default(), &page).await.unwrap();
        assert_eq!((users.items.len(), groups.items.len()), (0, 0));
        assert!(directory.get_user(&may, ada).await.is_err());
        assert!(directory.get_user_by_object_id(&may, house.source.id, person(1)).await.is_err());
        assert!(directory.get_user_by_upn(&may, "ada.lovelace@contoso.example").await.is_err());
        assert!(directory.get_group(&may, everybody).await.is_err());
        assert!(directory.get_group_by_object_id(&may, house.source.id, team(1)).await.is_err());
        assert!(directory.user_groups(&may, ada, Reach::Transitive, &page).await.is_err());
        assert!(directory.group_members(&may, everybody, Reach::Transitive, None, &page).await.is_err());
        assert!(directory.user_history(&may, ada, &page).await.is_err());
        assert!(directory.group_history(&may, everybody, &page).await.is_err());
        assert!(directory.is_member(&may, ada, everybody).await.is_err());
        let asked = directory.find_users_by_attribute(&may, house.source, "mail", "ada.lovelace@mail.example").await;
        assert!(asked.unwrap().is_empty());
        assert!(directory.search(&may, "ada", 9).await.unwrap().users.is_empty());
        assert!(directory.user_counts(&may).await.unwrap().is_empty());
    })
    .await;
}

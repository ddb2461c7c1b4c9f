//! Lists: filters, orders, pages.

use kernel::PageRequest;

use super::*;
use crate::filter::{GroupFilter, GroupSort, Order, UserFilter, UserSort};
use crate::{DirectoryError, StateName};

async fn names(house: &House, filter: &UserFilter, order: Order<UserSort>) -> Vec<String> {
    let page = house.directory.list_users(&house.may(), filter, order, &PageRequest::default()).await.unwrap();
    page.items.iter().map(|user| user.name().split(' ').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn each_filter_narrows_and_what_is_left_out_appears_only_when_asked_for() {
    on_each_database(async |db| {
        let house = House::new(db);
        small(&house).await;
        let (everybody, engineers) = (house.group(1).await.id, house.group(2).await.id);
        let text = |text: &str| UserFilter { text: Some(text.to_owned()), ..UserFilter::default() };
        let state = |state| UserFilter { state: Some(state), ..UserFilter::default() };
        let group = |id| UserFilter { group: Some(id), ..UserFilter::default() };
        let cases: Vec<(UserFilter, &[&str])> = vec![
            (UserFilter::default(), &["Ada", "Alan", "Grace"]),
            (state(StateName::Active), &["Ada"]),
            (state(StateName::Excluded), &["Edsger"]),
            (state(StateName::Deleted), &["Barbara"]),
            (text("LOVE ada"), &["Ada"]),
            (text("countess"), &["Ada"]),
            (text("contoso"), &["Ada", "Alan", "Grace"]),
            (text("100%"), &[]),
            (text("  "), &["Ada", "Alan", "Grace"]),
            (text("Dijkstra"), &[]),
            (UserFilter { text: Some("DIJK".to_owned()), ..state(StateName::Excluded) }, &["Edsger"]),
            (UserFilter { text: Some("dij_".to_owned()), ..state(StateName::Excluded) }, &[]),
            (UserFilter { cause: Some("deleted".to_owned()), ..UserFilter::default() }, &["Alan"]),
            (UserFilter { cause: Some("filter".to_owned()), ..state(StateName::Excluded) }, &["Edsger"]),
            (UserFilter { department: Some("research".to_owned()), ..UserFilter::default() }, &["Ada"]),
            (UserFilter { user_type: Some("guest".to_owned()), ..UserFilter::default() }, &["Alan"]),
            (UserFilter { user_type: Some("Member".to_owned()), ..UserFilter::default() }, &["Ada", "Grace"]),
            (UserFilter { source: Some(house.source.id), ..UserFilter::default() }, &["Ada", "Alan", "Grace"]),
            (UserFilter { source_kind: Some(SourceKind::Manual), ..UserFilter::default() }, &[]),
            (group(everybody), &["Ada", "Alan", "Grace"]),
            (group(engineers), &["Ada", "Grace"]),
            (UserFilter { group: Some(everybody), ..state(StateName::Excluded) }, &["Edsger"]),
            (UserFilter { group: Some(engineers), ..text("grace") }, &["Grace"]),
        ];
        for (filter, expected) in cases {
            assert_eq!(names(&house, &filter, Order::default()).await, expected, "{filter:?}");
            let count = house.directory.count_users(&house.may(), &filter).await.unwrap();
            assert!(count.is_none_or(|count| count == expected.len() as u64), "{filter:?}: {count:?}");
        }
        let nobody = group(crate::GroupId(Uuid::nil()));
        let refused =
            house.directory.list_users(&house.may(), &nobody, Order::default(), &PageRequest::default()).await;
        assert!(matches!(refused, Err(DirectoryError::NoSuchGroup)));
        let nul = text("\0");
        let refused = house.directory.list_users(&house.may(), &nul, Order::default(), &PageRequest::default()).await;
        assert!(matches!(refused, Err(DirectoryError::Invalid(_))));
    })
    .await;
}

#[tokio::test]
async fn every_order_pages_through_everybody_once() {
    on_each_database(async |db| {
        let house = House::new(db);
        for number in 0..23u128 {
            let department = (number % 3 != 0).then(|| format!("Dep{}", number % 3));
            let one = UserAttributes { department, ..attributes(&format!("Person {}", number % 7)) };
            house.db.hand.advance(std::time::Duration::from_secs(u64::from(number % 2 == 0)));
            house.apply(vec![put(number, one, state(number)), put_group(number, "Same name", State::Active)]).await;
        }
        house.directory.ready(house.db.organisation).await.unwrap();
        for descending in [false, true] {
            for by in UserSort::ALL {
                let order = Order { by: *by, descending };
                let mut seen = Vec::new();
                let mut page = PageRequest::first(4);
                loop {
                    let found =
                        house.directory.list_users(&house.may(), &UserFilter::default(), order, &page).await.unwrap();
                    seen.extend(found.items.iter().map(|user| (key(user, *by), user.id)));
                    let Some(next) = found.next else { break };
                    page = PageRequest::new(4, Some(next));
                }
                let mut expected = seen.clone();
                expected.sort();
                expected.dedup();
                if descending {
                    expected.reverse();
                }
                assert_eq!((seen.len(), seen), (23, expected), "{order:?}");
            }
            for by in GroupSort::ALL {
                let order = Order { by: *by, descending };
                let (filter, page) = (GroupFilter::default(), PageRequest::first(20));
                let first = house.directory.list_groups(&house.may(), &filter, order, &page).await.unwrap();
                let page = PageRequest::new(20, first.next);
                let rest = house.directory.list_groups(&house.may(), &filter, order, &page).await.unwrap();
                assert_eq!((first.items.len(), rest.items.len(), rest.next), (20, 3, None), "{order:?}");
            }
        }
        let page = PageRequest::first(1);
        let by_name = house.directory.list_users(&house.may(), &UserFilter::default(), Order::default(), &page).await;
        let page = PageRequest::new(1, by_name.unwrap().next);
        let order = Order::ascending(UserSort::ChangedAt);
        let mixed = house.directory.list_users(&house.may(), &UserFilter::default(), order, &page).await;
        assert!(matches!(mixed, Err(DirectoryError::Invalid(_))), "a cursor of another order");
    })
    .await;
}

fn state(number: u128) -> State {
    if number.is_multiple_of(5) { State::Disabled } else { State::Active }
}

fn key(user: &User, by: UserSort) -> String {
    match by {
        UserSort::Name => user.name().to_lowercase(),
        UserSort::Upn => user.attributes.user_principal_name.clone().unwrap().to_lowercase(),
        UserSort::ChangedAt => format!("{:020}", user.changed_at.micros()),
        UserSort::State => user.state.name().to_string(),
        UserSort::Department => user.attributes.department.clone().unwrap_or_default().to_lowercase(),
    }
}

#[tokio::test]
async fn a_set_too_large_for_a_statement_is_walked() {
    on_each_database(async |db| {
        let house = House::new(db);
        let people = 6_100u128;
        let all: Vec<_> = (0..people).map(|n| put_user(n, &format!("Person {n:05}"), State::Active)).collect();
        house.apply_as_is(&all).await;
        let rows: Vec<_> = (0..people).filter(|n| n % 10 != 0).map(human).collect();
        house.apply(vec![put_group(1, "Most", State::Active), members(1, &rows, &[])]).await;
        house.directory.ready(house.db.organisation).await.unwrap();
        let filter = UserFilter { group: Some(house.group(1).await.id), ..UserFilter::default() };
        let mut page = PageRequest::first(500);
        let mut seen = Vec::new();
        loop {
            let order = Order::descending(UserSort::Name);
            let found = house.directory.list_users(&house.may(), &filter, order, &page).await.unwrap();
            seen.extend(found.items.into_iter().map(|user| user.object_id));
            let Some(next) = found.next else { break };
            page = PageRequest::new(500, Some(next));
        }
        let expected: Vec<_> = (0..people).rev().filter(|n| n % 10 != 0).map(person).collect();
        assert_eq!(seen, expected);
    })
    .await;
}

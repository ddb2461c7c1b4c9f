//! Applying: rows and log together, twice the same as once.

use std::collections::{BTreeMap, BTreeSet};

use signals::{Filter, Logged};

use super::*;

async fn log(house: &House) -> Vec<Logged> {
    let mut tx = house.db.store.read().await.unwrap();
    signals::oldest_first(&mut tx, house.db.organisation, &Filter::default(), 0, 1_000).await.unwrap()
}

fn counted(applied: &Applied) -> Vec<(&str, u64)> {
    applied.events.iter().map(|(name, count)| (name.as_str(), *count)).collect()
}

#[tokio::test]
async fn the_same_changes_twice_change_nothing_the_second_time() {
    on_each_database(async |db| {
        let house = House::new(db);
        let changes = || {
            vec![
                put_user(1, "Ada Lovelace", State::Active),
                put_group(1, "Everybody", State::Active),
                members(1, &[human(1), nested(1)], &[human(8)]),
            ]
        };
        let first = house.apply(changes()).await;
        assert_eq!(counted(&first), [("group.created", 1), ("group.members_changed", 1), ("user.created", 1)]);
        assert_eq!((first.members_added, first.members_removed, first.stale, first.revision), (2, 0, 0, 3));
        let second = house.apply(changes()).await;
        assert_eq!(second, Applied { revision: 3, ..Applied::default() });
        let entries = log(&house).await;
        assert_eq!(entries.len(), 3);
        let entry = &entries[0];
        assert_eq!((entry.name.as_str(), entry.reason.as_deref()), ("user.created", Some("changed_in_source")));
        assert_eq!(
            entry.cause.as_ref().map(|cause| (cause.kind.as_str(), cause.id)),
            Some(("run", Some(Uuid::from_u128(9))))
        );
        assert_eq!(entry.object.as_ref().and_then(|object| object.name.as_deref()), Some("Ada Lovelace"));
    })
    .await;
}

#[tokio::test]
async fn a_change_planned_on_an_older_revision_is_left_alone() {
    on_each_database(async |db| {
        let house = House::new(db);
        house.apply(vec![put_user(1, "Ada", State::Active), put_group(1, "Everybody", State::Active)]).await;
        let (user, group) = (house.user(1).await, house.group(1).await);
        let stale = [
            Change { base: None, ..put_user(1, "Eve", State::Disabled) },
            Change { base: Some(user.revision + 1), ..set_user(1, deleted()) },
            Change { base: Some(group.revision - 1), ..put_group(1, "Nobody", State::Disabled) },
            Change { base: Some(4), ..put_user(2, "Grace", State::Active) },
        ];
        let done = house.apply_as_is(&stale).await;
        assert_eq!((done.stale, done.events), (4, BTreeMap::new()));
        assert_eq!((house.user(1).await, house.group(1).await), (user, group));
        assert_eq!(house.find_user(person(2)).await, None);
    })
    .await;
}

#[tokio::test]
async fn who_is_left_out_is_kept_and_never_spoken_of() {
    on_each_database(async |db| {
        let house = House::new(db);
        house.apply(vec![put_user(1, "Ada", excluded()), put_group(1, "Secret", excluded())]).await;
        house.apply(vec![put_user(1, "Ada L.", excluded()), members(1, &[human(1)], &[])]).await;
        assert!(log(&house).await.is_empty());
        assert_eq!(house.user(1).await.name(), "Ada L.");
        let shown = house.apply(vec![set_user(1, State::Active), set_group(1, State::Active)]).await;
        assert_eq!(counted(&shown), [("group.created", 1), ("user.created", 1)]);
        let index = house.directory.ready(house.db.organisation).await.unwrap();
        let (user, group) = (house.user(1).await.id, house.group(1).await.id);
        assert!(index.is_member(user, group), "the rows of the time out of sight count again");
        let purge = |kind, id| change(kind, id, Act::Purge, Cause::RetentionOver);
        house.apply(vec![set_user(1, excluded())]).await;
        let gone = house.apply(vec![purge(ObjectKind::User, person(1)), purge(ObjectKind::Group, team(1))]).await;
        assert_eq!(counted(&gone), [("group.purged", 1)]);
        assert_eq!(house.find_user(person(1)).await, None);
    })
    .await;
}

#[tokio::test]
async fn members_are_packed_into_entries_and_come_out_as_they_went_in() {
    on_each_database(async |db| {
        let house = House::new(db);
        let many: Vec<_> = (0..2_500).map(human).collect();
        house.apply(vec![put_group(1, "Everybody", State::Active), members(1, &many[..10], &[])]).await;
        let removed = [human(3), human(5_000)];
        let done = house.apply(vec![members(1, &many, &removed)]).await;
        // Three goes first and is added again: whoever is in both is in.
        assert_eq!((done.members_added, done.members_removed), (2_491, 1));
        assert_eq!(counted(&done), [("group.members_changed", 3)]);
        let entries = log(&house).await;
        let packed = entries[2..].iter().filter_map(|entry| entry.members.as_deref());
        let unpacked: Vec<_> = packed.flat_map(signals::members::unpack).collect();
        assert_eq!(unpacked.len(), 2_492);
        assert!(unpacked[0].removed && unpacked[0].object_id == person(3));
        let mut tx = house.db.store.read().await.unwrap();
        let held = read::members_of(&mut tx, &house.group(1).await).await.unwrap();
        assert_eq!(held, many);
    })
    .await;
}

#[tokio::test]
async fn members_come_and_go_in_groups_of_any_size() {
    on_each_database(async |db| {
        let house = House::new(db);
        house.apply(vec![put_group(1, "One", State::Active), put_group(2, "Two", State::Active)]).await;
        let mut held = [BTreeSet::new(), BTreeSet::new()];
        let mut state = 7_u64;
        let mut draw = move |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for size in [1_200, 3, 900, 250, 1, 1_500, 40] {
            let mut changes = Vec::new();
            for team in [0_u8, 1] {
                // Only a few of the second's, so that it becomes empty and is filled again.
                let people = if team == 0 { 2_000 } else { 30 };
                let mut some = |count: u64| -> Vec<_> { (0..count).map(|_| human(draw(people).into())).collect() };
                let (added, removed) = (some(size), some(size));
                let own = &mut held[usize::from(team)];
                own.retain(|member| !removed.contains(member));
                own.extend(added.iter().copied());
                changes.push(members(u128::from(team) + 1, &added, &removed));
            }
            house.apply(changes).await;
            house.apply(vec![members(2, &[], &held[1].iter().copied().collect::<Vec<_>>())]).await;
            held[1].clear();
            for (number, own) in [(1, &held[0]), (2, &held[1])] {
                let group = house.group(number).await;
                let mut tx = house.db.store.read().await.unwrap();
                let found = read::members_of(&mut tx, &group).await.unwrap();
                assert_eq!(found, own.iter().copied().collect::<Vec<_>>(), "group {number} after {size}");
                let counts = read::member_counts(&mut tx, &[&group]).await.unwrap();
                assert_eq!(counts.get(&group.object_id).copied().unwrap_or_default(), own.len() as u64);
                let asked: Vec<_> = (0..2_100).step_by(7).map(human).collect();
                let among = read::members_among(&mut tx, &[(&group, asked.clone())]).await.unwrap();
                let expected: Vec<_> = asked.into_iter().filter(|member| own.contains(member)).collect();
                assert_eq!(among.get(&group.object_id).cloned().unwrap_or_default(), expected);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn states_are_counted_as_they_change() {
    on_each_database(async |db| {
        let house = House::new(db);
        let mut changes: Vec<_> = (1..=5).map(|number| put_user(number, "Ada", State::Active)).collect();
        changes.push(put_group(1, "One", State::Active));
        house.apply(changes).await;
        house.apply(vec![set_user(1, State::Disabled), set_user(2, excluded()), set_user(3, State::Active)]).await;
        house.apply(vec![change(ObjectKind::User, person(2), Act::Purge, Cause::RetentionOver)]).await;
        let mut tx = house.db.store.read().await.unwrap();
        let (organisation, source) = (house.source.organisation, house.source.id);
        let users = read::user_counts(&mut tx, organisation, source).await.unwrap();
        assert_eq!(users, [("active".to_owned(), None, 3), ("disabled".to_owned(), None, 1)]);
        let groups = read::group_counts(&mut tx, organisation, source).await.unwrap();
        assert_eq!(groups, [("active".to_owned(), None, 1)]);
    })
    .await;
}

#[tokio::test]
async fn a_missed_read_is_noted_without_a_word_and_taken_back() {
    on_each_database(async |db| {
        let house = House::new(db);
        house.apply(vec![put_user(1, "Ada", State::Active), put_group(1, "Everybody", State::Active)]).await;
        let mark = |kind, id| change(kind, id, Act::MarkMissing, Cause::Missing);
        let marks = vec![mark(ObjectKind::User, person(1)), mark(ObjectKind::Group, team(1))];
        assert!(house.apply(marks).await.events.is_empty());
        assert_eq!(house.user(1).await.missing_since, Some(START));
        assert_eq!(house.group(1).await.missing_since, Some(START));
        let back = house.apply(vec![put_user(1, "Ada", State::Active)]).await;
        assert!(back.events.is_empty());
        assert_eq!(house.user(1).await.missing_since, None);
    })
    .await;
}

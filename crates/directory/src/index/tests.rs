//! The index answers what a naive walk over the same rows answers, after whatever happened.

#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use uuid::Uuid;

use super::*;

mod agreement;
mod model;
mod parts;

fn user(number: u32) -> UserId {
    Synthetic::user(number)
}

fn group(number: u32) -> GroupId {
    Synthetic::group(number)
}

fn put_user(number: u32) -> IndexChange {
    let id = user(number);
    IndexChange::PutUser { ordinal: UserOrdinal(number), id, key: Synthetic::key(id), active: true }
}

fn put_group(number: u32) -> IndexChange {
    let id = group(number);
    IndexChange::PutGroup { ordinal: GroupOrdinal(number), id, key: Synthetic::key(id) }
}

fn holds_user(of: u32, member: u32) -> IndexChange {
    let member = Synthetic::key(user(member));
    IndexChange::PutMembership { group: GroupOrdinal(of), member, kind: MemberKind::User }
}

fn holds_group(of: u32, member: u32) -> IndexChange {
    let member = Synthetic::key(group(member));
    IndexChange::PutMembership { group: GroupOrdinal(of), member, kind: MemberKind::Group }
}

fn snapshot(changes: &[IndexChange]) -> Snapshot {
    Snapshot::empty().refresh(changes, 1)
}

/// Users 1 and 2; group 1 holds 2 holds 3 holds user 1; group 4 holds user 1 and is in group 1.
fn nested() -> Snapshot {
    let people = [put_user(1), put_user(2), put_group(1), put_group(2), put_group(3), put_group(4)];
    let rows = [holds_group(1, 2), holds_group(2, 3), holds_user(3, 1), holds_group(1, 4), holds_user(4, 1)];
    snapshot(&[&people[..], &rows[..]].concat())
}

#[test]
fn membership_reaches_through_nested_groups_and_shows_the_shortest_path() {
    let directory = nested();
    assert!(directory.is_member(user(1), group(1)));
    assert!(!directory.is_direct_member(user(1), group(1)));
    assert!(!directory.is_member(user(2), group(1)));
    assert_eq!(directory.path(user(1), group(1)), Some(vec![group(4), group(1)]));
    assert_eq!(directory.path(user(2), group(1)), None);
    let all = directory.paths_all(user(1), group(1), 10);
    assert_eq!(all.paths, [vec![group(4), group(1)], vec![group(3), group(2), group(1)]]);
    assert!(all.complete);
    assert!(!directory.paths_all(user(1), group(1), 1).complete);
    assert_eq!(directory.groups_of(user(1), Reach::Direct), [group(3), group(4)]);
    assert_eq!(directory.groups_of(user(1), Reach::Transitive), [group(1), group(2), group(3), group(4)]);
    assert_eq!(directory.groups_within(group(1), Reach::Transitive), [group(2), group(3), group(4)]);
    assert_eq!(directory.groups_above(group(3), Reach::Transitive), [group(1), group(2)]);
    assert_eq!(directory.members_of(group(1), Reach::Direct).len(), 0);
    assert_eq!(directory.members_of(group(1), Reach::Transitive).iter().next().unwrap().1, user(1));
    assert_eq!(directory.first_group_of(user(1), &[group(9), group(2), group(1)]), Some(group(2)));
    assert!(directory.cycles().is_empty());
}

#[test]
fn groups_that_contain_each_other_are_named_and_harm_nothing() {
    let directory = nested().refresh(&[holds_group(3, 1), holds_group(4, 4)], 2);
    assert_eq!(directory.cycles(), [vec![group(1), group(2), group(3)], vec![group(4)]]);
    assert!(directory.is_member(user(1), group(2)));
    assert_eq!(directory.path(user(1), group(3)), Some(vec![group(3)]));
    assert_eq!(directory.members_of(group(2), Reach::Transitive).len(), 1);
    assert_eq!(directory.groups_of(user(1), Reach::Transitive).len(), 4);
}

#[test]
fn a_deleted_group_lets_nobody_through_until_it_is_back() {
    let gone = nested().refresh(
        &[IndexChange::RemoveGroup { ordinal: GroupOrdinal(2) }, IndexChange::RemoveGroup { ordinal: GroupOrdinal(4) }],
        2,
    );
    assert!(!gone.is_member(user(1), group(1)));
    assert!(!gone.is_member(user(1), group(2)));
    assert_eq!(gone.groups_of(user(1), Reach::Transitive), [group(3)]);
    let back = gone.refresh(&[put_group(2)], 3);
    assert_eq!(back.path(user(1), group(1)), Some(vec![group(3), group(2), group(1)]));
}

#[test]
fn an_excluded_user_finds_all_groups_again() {
    let without = nested().refresh(&[IndexChange::RemoveUser { ordinal: UserOrdinal(1) }], 2);
    assert_eq!(without.user(user(1)), None);
    assert_eq!(without.members_of(group(1), Reach::Transitive).len(), 0);
    assert_eq!(without.counts().waiting, 2);
    // A purged and read again user has a new number and the same object id.
    let id = user(77);
    let key = Synthetic::key(user(1));
    let again = without.refresh(&[IndexChange::PutUser { ordinal: UserOrdinal(9_000), id, key, active: false }], 3);
    assert!(again.is_member(id, group(1)));
    assert!(!again.is_active(again.user(id).unwrap()));
    assert_eq!(again.counts().waiting, 0);
}

#[test]
fn a_purged_group_leaves_nothing_behind() {
    let rows = [put_group(1), holds_user(1, 1), holds_group(1, 2), holds_user(1, 5), put_user(1), put_group(2)];
    let purged = snapshot(&rows).refresh(&[IndexChange::ForgetGroup { ordinal: GroupOrdinal(1) }], 2);
    let back = purged.refresh(&[put_group(1), put_user(5)], 3);
    assert_eq!(back.members_of(group(1), Reach::Transitive).len(), 0);
    assert_eq!(back.counts().waiting, 0);
    assert!(back.groups_within(group(1), Reach::Direct).is_empty());
}

#[test]
fn equal_object_ids_of_two_tenants_stay_apart() {
    let (here, there) = (SourceId(Uuid::from_u128(1)), SourceId(Uuid::from_u128(2)));
    let object_id = Uuid::from_u128(3);
    assert_ne!(MemberKey::new(here, object_id), MemberKey::new(there, object_id));
    assert_eq!(MemberKey::new(here, object_id), MemberKey::new(here, object_id));
}

#[test]
fn a_refresh_leaves_older_readers_alone() {
    let index = Index::new(nested());
    let before = index.snapshot();
    assert!(index.publish(before.refresh(&[IndexChange::RemoveUser { ordinal: UserOrdinal(1) }], 5)));
    assert!(before.is_member(user(1), group(1)));
    assert!(!index.read().is_member(user(1), group(1)));
    assert!(!index.publish(nested()), "an older snapshot never replaces a newer one");
    assert_eq!(index.revision(), 5);
    assert_eq!((index.behind(12), index.behind(3)), (7, 0));
}

#[test]
fn more_paths_than_anyone_reads_are_cut_off() {
    // Twenty levels of three groups, each in all three of the next level: 3^19 paths.
    let mut changes = vec![put_user(1), put_group(100)];
    for level in 0..20 {
        for own in 0..3 {
            changes.push(put_group(level * 3 + own));
            let above = if level == 19 { vec![100] } else { (0..3).map(|up| (level + 1) * 3 + up).collect() };
            changes.extend(above.into_iter().map(|above| holds_group(above, level * 3 + own)));
        }
    }
    changes.push(holds_user(0, 1));
    let directory = snapshot(&changes);
    let some = directory.paths_all(user(1), group(100), 5);
    assert!(!some.complete);
    assert_eq!(directory.path(user(1), group(100)).unwrap().len(), 21);
}

#[test]
fn a_made_up_organisation_holds_what_was_asked_for() {
    let directory = synthetic(2_000, 300, 20_000, 7).build(1);
    let counts = directory.counts();
    assert_eq!((counts.users, counts.groups), (2_000, 300));
    assert!(counts.memberships > 15_000, "{counts:?}");
    assert!(counts.nestings > 150, "{counts:?}");
    let memory = directory.memory();
    assert!(memory.total() < 2_000_000, "{memory:?}");
}

//! Counting cycles.

#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use super::*;

fn step(second: i64, operation: Operation, status: u16) -> Step {
    Step { at: Timestamp::from_seconds(second), operation, status, members_added: 0, members_removed: 0 }
}

fn count(most: usize, steps: &[Step]) -> Vec<Cycle> {
    let mut count = Count::new(most);
    steps.iter().rev().for_each(|step| count.add(step));
    count.finish()
}

#[test]
fn a_pause_ends_a_cycle_and_the_newest_comes_first() {
    let steps = [
        step(0, Operation::MatchUser, 200),
        step(1, Operation::CreateUser, 201),
        step(600, Operation::CreateUser, 409),
        step(3_000, Operation::MatchUser, 200),
        step(3_001, Operation::DisableUser, 503),
        step(3_600, Operation::DisableUser, 204),
        step(3_601, Operation::DeleteGroup, 204),
    ];
    let cycles = count(5, &steps);
    assert_eq!(cycles.len(), 2);
    let (newest, oldest) = (cycles[0], cycles[1]);
    assert_eq!((newest.calls, newest.users_disabled, newest.groups_deleted, newest.put_off), (4, 1, 1, 1));
    assert_eq!((newest.first_at, newest.seconds), (Timestamp::from_seconds(3_000), 601));
    assert_eq!((oldest.calls, oldest.users_created, oldest.failures, oldest.looked_up), (3, 1, 1, 1));
    assert_eq!(count(1, &steps), [newest]);
    assert_eq!(count(3, &[]), []);
}

#[test]
fn members_are_counted_as_named_and_only_where_it_went_through() {
    let named = Step { members_added: 3, members_removed: 1, ..step(0, Operation::ChangeMembers, 204) };
    let refused = Step { status: 400, ..named };
    let cycle = count(1, &[named, refused, named]).pop().unwrap();
    assert_eq!((cycle.members_added, cycle.members_removed, cycle.failures), (6, 2, 1));
}

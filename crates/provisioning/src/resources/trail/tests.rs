//! Ways to places, as a table.

use scim::{GROUP, USER};
use uuid::Uuid;

use super::*;

const BASE: Base = Base { total: 1_000, newest: 9_000 };

fn list(number: u128) -> ConnectionId {
    ConnectionId(Uuid::from_u128(number))
}

#[test]
fn the_way_is_the_shortest_from_what_is_known() {
    let trails = Trails::default();
    trails.note(list(1), &USER, BASE, [(100, 1_700), (400, 4_100), (1_000, 9_000), (1_001, 9_001), (0, 0)]);
    let cases = [
        (1, Way::After(0, 0)),
        (40, Way::After(0, 39)),
        (60, Way::Before(1_700, 39)),
        (100, Way::Here(1_700)),
        (101, Way::After(1_700, 0)),
        (399, Way::Before(4_100, 0)),
        (1_000, Way::Here(9_000)),
        // What was added after the base is never remembered.
        (1_001, Way::After(9_000, 0)),
        (1_050, Way::Before(i64::MAX, 0)),
    ];
    for (place, expected) in cases {
        assert_eq!(trails.way(list(1), &USER, Some(BASE), place, 1_050), expected, "{place}");
    }
}

#[test]
fn only_what_was_counted_from_the_same_base_counts() {
    let trails = Trails::default();
    trails.note(list(1), &USER, BASE, [(500, 5_000)]);
    let from_the_end = Way::Before(i64::MAX, 489);
    let other = Base { total: 999, ..BASE };
    for (connection, kind, base) in [
        (list(2), &USER, Some(BASE)),
        (list(1), &GROUP, Some(BASE)),
        (list(1), &USER, Some(other)),
        (list(1), &USER, None),
    ] {
        assert_eq!(trails.way(connection, kind, base, 511, 1_000), from_the_end);
    }
    trails.note(list(1), &USER, other, [(7, 70)]);
    assert_eq!((trails.base(list(1), &USER), trails.base(list(2), &USER)), (Some(other), None));
    assert_eq!(trails.way(list(1), &USER, Some(other), 500, 999), Way::After(70, 492), "what was there is forgotten");
}

#[test]
fn a_base_holds_until_something_of_it_is_removed() {
    for (total, added, holds) in [(1_000, 0, true), (1_010, 10, true), (999, 0, false), (1_009, 10, false)] {
        assert_eq!(BASE.holds(total, added), holds, "{total} {added}");
    }
}

#[test]
fn memory_is_bounded() {
    let trails = Trails::default();
    let base = Base { total: 100_000, newest: 1 };
    trails.note(list(1), &USER, base, (1..=20_000).map(|place| (place, 1)));
    assert!(matches!(trails.way(list(1), &USER, Some(base), 20_000, 100_000), Way::After(..)));
    (0..=300).for_each(|number| trails.note(list(number), &USER, base, [(1, 1)]));
    assert!(trails.0.lock().is_ok_and(|all| all.len() <= MOST_LISTS));
}

//! What other limits would have held, as a table.

use super::*;

const START: Timestamp = Timestamp::from_seconds(1_790_000_000);

/// `(hours after the start, kind, which, how many, of how many)`.
type Line = (u64, LossKind, u128, u64, Option<u64>);

fn played(lines: &[Line], limits: &Limits) -> Replay {
    let passed: Vec<Passed> = lines
        .iter()
        .map(|(hours, kind, id, amount, group_size)| Passed {
            at: START.plus(Duration::from_hours(*hours)),
            kind: *kind,
            resource_id: Uuid::from_u128(*id),
            amount: *amount,
            group_size: *group_size,
        })
        .collect();
    replay(&passed, START, Population { users: 10_000, groups: 1_000 }, limits)
}

fn user(hours: u64, id: u128) -> Line {
    (hours, LossKind::User, id, 1, None)
}

#[test]
fn what_limits_would_have_held() {
    let three = Limits { users: 3, ..Limits::default() };
    let tight = Limits { members_percent: 10, ..Limits::default() };
    let members = |hours, amount, of| (hours, LossKind::Members, 9, amount, of);
    let cases: [(&str, Vec<Line>, Limits, u64, usize); 9] = [
        ("nothing was lost", vec![], three.clone(), 0, 0),
        ("the usual limits hold nothing", (0..20).map(|id| user(0, id)).collect(), Limits::default(), 0, 0),
        ("below three a day", vec![user(0, 1), user(1, 2), user(30, 3), user(31, 4)], three.clone(), 0, 0),
        ("the third of a day", vec![user(0, 1), user(1, 2), user(2, 3), user(3, 4)], three.clone(), 2, 1),
        ("one user twice is one user", vec![user(0, 1), user(1, 1), user(2, 1), user(3, 2)], three.clone(), 0, 0),
        (
            "what is held does not count later",
            vec![user(0, 1), user(1, 2), user(2, 3), user(25, 4)],
            three.clone(),
            1,
            1,
        ),
        ("on two days", (0..4).chain(48..52).map(|hour| user(hour, hour.into())).collect(), three, 4, 2),
        ("a group's members", vec![members(0, 1, Some(20)), members(1, 1, Some(19))], tight.clone(), 1, 1),
        ("a group of unknown size is not judged", vec![members(0, 15, None)], tight, 0, 0),
    ];
    for (when, lines, limits, held, days) in cases {
        let replay = played(&lines, &limits);
        assert_eq!((replay.held, replay.days.len()), (held, days), "{when}: {replay:?}");
        assert_eq!(replay.passed, lines.len() as u64, "{when}");
    }
}

#[test]
fn the_newest_day_comes_first_and_says_why() {
    let limits = Limits { users: 2, ..Limits::default() };
    let replay = played(&[user(0, 1), user(1, 2), user(100, 3), user(101, 4), user(102, 5)], &limits);
    let days: Vec<_> = replay.days.iter().map(|day| (day.at.since(START).as_secs() / 3_600, day.held)).collect();
    assert_eq!(days, [(101, 2), (1, 1)]);
    assert!(replay.days[0].because.starts_with("2 of 10000 users"), "{}", replay.days[0].because);
}

proptest::proptest! {
    /// Whoever widens a limit gets no more to decide.
    #[test]
    fn wider_limits_never_hold_more(hours in proptest::collection::vec(0_u64..200, 0..60), limit in 1_u32..10) {
        let mut hours = hours;
        hours.sort_unstable();
        let lines: Vec<Line> = hours.iter().zip(1_u128..).map(|(hour, id)| user(*hour, id)).collect();
        let held = |users| played(&lines, &Limits { users, ..Limits::default() }).held;
        proptest::prop_assert!(held(limit + 1) <= held(limit));
        proptest::prop_assert_eq!(held(1_000), 0);
    }
}

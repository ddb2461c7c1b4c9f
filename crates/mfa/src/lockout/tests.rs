//! Tables of failures and what follows.

use std::time::Duration;

use kernel::Timestamp;

use super::{Closed, Standing, after_failure, gate, source_of};
use crate::settings::Lockout;

const NOW: Timestamp = Timestamp::from_seconds(1_772_442_000);
const LIMITS: Lockout = Lockout { lock_after: 10, wait_after: 3, longest_wait_seconds: 60, address_limit: 100 };

fn at(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

#[test]
fn waits_double_up_to_the_longest_and_the_tenth_failure_locks() {
    let waits: Vec<Option<u64>> = (1..=9)
        .map(|count| after_failure(&LIMITS, count, count, NOW).waits_until.map(|until| until.since(NOW).as_secs()))
        .collect();
    assert_eq!(
        waits,
        [None, None, None, Some(5), Some(10), Some(20), Some(40), Some(60), Some(60)],
        "nothing up to the third, then doubled, never more than the longest"
    );
    for (count, locks) in [(9, false), (10, true), (11, true), (i64::MAX, true)] {
        assert_eq!(after_failure(&LIMITS, count, count, NOW).locks, locks, "{count} failures");
    }
    assert_eq!(after_failure(&LIMITS, 10, 10, NOW).waits_until, None, "who is locked does not wait");
}

#[test]
fn failures_elsewhere_do_not_make_wait_here_but_they_lock() {
    assert_eq!(after_failure(&LIMITS, 9, 1, NOW).waits_until, None);
    assert!(after_failure(&LIMITS, 10, 1, NOW).locks);
}

#[test]
fn the_gate_names_the_strongest_reason() {
    let open = Standing::default();
    let waits = Standing { waits_until: Some(at(5)), ..open };
    let waited = Standing { waits_until: Some(NOW), ..open };
    let source = Standing { source_failures: 100, source_last_at: Some(NOW), ..open };
    let below = Standing { source_failures: 99, ..source };
    let old = Standing { source_last_at: Some(NOW.minus(Duration::from_hours(1))), ..source };
    let locked = Standing { locked_at: Some(NOW), waits_until: Some(at(5)), ..source };
    let cases = [
        (open, Ok(())),
        (waits, Err(Closed::Waits { until: at(5) })),
        (waited, Ok(())),
        (source, Err(Closed::Source { until: at(3_600) })),
        (below, Ok(())),
        (old, Ok(())),
        (locked, Err(Closed::Locked { since: NOW })),
    ];
    for (standing, expected) in cases {
        assert_eq!(gate(&LIMITS, &standing, NOW), expected, "{standing:?}");
    }
    let unlimited = Lockout { address_limit: 0, ..LIMITS };
    assert_eq!(gate(&unlimited, &source, NOW), Ok(()), "0 is no limit");
}

#[test]
fn one_subscriber_is_one_source() {
    let cases = [
        (None, ""),
        (Some("not an address"), ""),
        (Some("192.0.2.7"), "192.0.2.7"),
        (Some("::ffff:192.0.2.7"), "192.0.2.7"),
        (Some("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64"),
        (Some("2001:db8:1:2::9"), "2001:db8:1:2::/64"),
        (Some("2001:db8:1:3::9"), "2001:db8:1:3::/64"),
    ];
    for (address, expected) in cases {
        assert_eq!(source_of(address), expected, "{address:?}");
    }
}

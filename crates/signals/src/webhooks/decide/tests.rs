//! What follows from each answer.

use std::time::Duration;

use super::{Verdict, WAITS, asked, pause, verdict};

#[test]
fn each_answer_has_its_consequence() {
    let (second, minute, day) = (Duration::from_secs(1), Duration::from_mins(1), Duration::from_hours(24));
    let cases = [
        (1, Some(200), None, Verdict::Delivered),
        (1, Some(204), Some(minute), Verdict::Delivered),
        (9, Some(299), None, Verdict::Delivered),
        (1, Some(410), None, Verdict::Gone),
        (1, None, None, Verdict::Again(WAITS[0])),
        (1, Some(301), None, Verdict::Again(WAITS[0])),
        (1, Some(400), None, Verdict::Again(WAITS[0])),
        (2, Some(500), None, Verdict::Again(WAITS[1])),
        (8, Some(404), None, Verdict::Again(WAITS[7])),
        (9, Some(500), None, Verdict::Dead),
        (9, None, None, Verdict::Dead),
        (1, Some(429), Some(minute), Verdict::Again(minute)),
        (1, Some(503), Some(minute), Verdict::Again(minute)),
        (1, Some(500), Some(minute), Verdict::Again(WAITS[0])),
        (3, Some(429), Some(second), Verdict::Again(WAITS[2])),
        (1, Some(429), Some(day * 9), Verdict::Again(day)),
        (9, Some(429), Some(minute), Verdict::Dead),
    ];
    for (attempt, status, retry_after, expected) in cases {
        assert_eq!(verdict(attempt, status, retry_after), expected, "{attempt} {status:?} {retry_after:?}");
    }
}

#[test]
fn only_429_and_503_may_ask_for_quiet() {
    let minute = Some(Duration::from_mins(1));
    let cases = [(Some(429), minute), (Some(503), minute), (Some(500), None), (Some(200), None), (None, None)];
    for (status, expected) in cases {
        assert_eq!(asked(status, minute), expected, "{status:?}");
    }
}

#[test]
fn a_webhook_that_fails_is_tried_now_and_then() {
    let cases =
        [(0, None), (4, None), (5, Some(WAITS[0])), (6, Some(WAITS[1])), (9, Some(WAITS[4])), (99, Some(WAITS[4]))];
    for (failures, expected) in cases {
        assert_eq!(pause(failures), expected, "{failures}");
    }
}

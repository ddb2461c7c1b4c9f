//! The waits between attempts.

use super::wait_after;

#[test]
fn waits_double_from_five_seconds_to_an_hour() {
    for (attempts, seconds) in [(0, 5), (1, 5), (2, 10), (5, 80), (10, 2_560), (11, 3_600), (u32::MAX, 3_600)] {
        assert_eq!(wait_after(attempts).as_secs(), seconds, "{attempts}");
    }
}

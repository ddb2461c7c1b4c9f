//! Memory that has an end.

use super::*;

impl Passing for Timestamp {
    fn gone(&self) -> Timestamp {
        *self
    }
}

#[test]
fn what_is_over_goes_and_there_is_never_too_much() {
    let at = Timestamp::from_seconds;
    let mut kept = Kept::default();
    for second in 0..10_000 {
        kept.insert(second.to_string(), at(second + 10), at(second));
    }
    assert!(kept.len() <= FEW, "{}", kept.len());
    assert!(kept.contains_key("9999"));
    for one in 0..200_000 {
        kept.insert(format!("frozen {one}"), at(20_000 + one), at(10_000));
    }
    assert!((MOST / 2..=MOST).contains(&kept.len()), "{}", kept.len());
    assert!(kept.contains_key("frozen 199999"));
}

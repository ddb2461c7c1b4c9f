//! The life of keys, day by day.

use std::time::Duration;

use kernel::Timestamp;
use uuid::Uuid;

use super::{Act, Life, OVERLAP, due, signs_now};
use crate::model::KeyId;

const START: Timestamp = Timestamp::from_seconds(1_790_000_000);
const HOUR: Duration = Duration::from_hours(1);

/// Does what is due, every hour, for some days; keeps every key that ever was with the time of its publication.
fn live(days: u32, key_days: u32) -> Vec<(Timestamp, Life)> {
    let mut all: Vec<(Timestamp, Life)> = Vec::new();
    for hour in 0..days * 24 {
        let now = START.plus(HOUR * hour);
        let lives: Vec<Life> = all.iter().map(|(_, life)| *life).collect();
        for act in due(&lives, now, key_days) {
            match act {
                Act::Make { signs_from } => {
                    if let Some((_, last)) = all.last_mut() {
                        last.signs_until = Some(signs_from);
                    }
                    let id = KeyId(Uuid::from_u128(all.len() as u128));
                    all.push((now, Life { id, signs_from, signs_until: None, removed_at: None }));
                }
                Act::Remove(id) => {
                    let gone = all.iter_mut().find(|(_, life)| life.id == id).expect("a key that is removed was there");
                    gone.1.removed_at = Some(now);
                }
            }
        }
        let lives: Vec<Life> = all.iter().map(|(_, life)| *life).collect();
        assert!(signs_now(&lives, now).is_some(), "somebody signs in every hour");
        assert!(
            lives.iter().filter(|life| life.removed_at.is_none()).count() <= 2,
            "never more than two are published"
        );
    }
    all
}

#[test]
fn every_key_is_published_two_days_before_it_signs_and_two_days_after() {
    for key_days in [30, 180] {
        let all = live(400, key_days);
        assert_eq!(all.len(), if key_days == 30 { 14 } else { 3 });
        for pair in all.windows(2) {
            let ((_, before), (published, next)) = (pair[0], pair[1]);
            assert!(next.signs_from.since(published) >= OVERLAP, "Entra has seen it before it signs");
            assert_eq!(before.signs_until, Some(next.signs_from), "there is no gap");
            let removed = before.removed_at.unwrap_or(START.plus(HOUR * 24 * 400));
            assert!(removed.since(next.signs_from) >= OVERLAP || before.removed_at.is_none());
            assert_eq!(next.signs_from.since(before.signs_from), HOUR * 24 * key_days);
        }
    }
}

#[test]
fn a_server_that_slept_still_gives_entra_its_two_days() {
    let old = Life { id: KeyId(Uuid::nil()), signs_from: START, signs_until: None, removed_at: None };
    let late = START.plus(HOUR * 24 * 500);
    assert_eq!(due(&[old], late, 180), [Act::Make { signs_from: late.plus(OVERLAP) }]);
    assert_eq!(signs_now(&[old], late), Some(old.id), "the old one signs until then");
}

//! The line about risk: a table.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use std::time::Duration;

use kernel::Timestamp;
use serde_json::json;
use tenants::checklist::LineResult::{self, Fail, Ok as Good, Skipped, Warn};

use super::{Standing, line};
use crate::policy::Policy;
use crate::risk::{Reading, RiskUnknown, STALE_AFTER};

const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

fn asks(when_unknown: &str, enabled: bool) -> Policy {
    let whom = json!({ "risk": { "at_least": "high", "when_unknown": when_unknown } });
    let rules = json!({ "kinds": ["passkey"] });
    serde_json::from_value(json!({ "name": "At risk", "enabled": enabled, "whom": whom, "rules": rules })).unwrap()
}

fn reading(ago: Option<Duration>, trouble: Option<RiskUnknown>) -> Reading {
    let detail = trouble.map(|_| "An error occurred".to_owned());
    Reading { read_at: ago.map(|ago| NOW.minus(ago)), trouble, detail, ..Reading::new(NOW) }
}

#[test]
fn what_nobody_reads_is_told_and_fails_where_a_policy_asks_for_it() {
    use RiskUnknown::{NotChosen, NotGranted, NotLicensed, Stale, Unanswered};
    type Case<'a> = (Option<Reading>, Option<RiskUnknown>, Option<Policy>, LineResult, &'a str, Option<RiskUnknown>);
    let (fresh, old) = (Some(Duration::from_mins(4)), Some(STALE_AFTER));
    let (over, all) = (|| Some(asks("pass_over", true)), || Some(asks("apply", true)));
    let cases: [Case<'_>; 14] = [
        (None, Some(NotChosen), None, Skipped, "no policy asks", None),
        (None, Some(NotChosen), Some(asks("apply", false)), Skipped, "no policy asks", None),
        (None, Some(NotChosen), over(), Fail, "meets nobody whose risk is not known: \"At risk\"", Some(NotChosen)),
        (None, Some(NotChosen), all(), Fail, "meets everybody whose risk is not known: \"At risk\"", Some(NotChosen)),
        (None, Some(NotGranted), None, Warn, "not granted", Some(NotGranted)),
        (None, Some(NotGranted), over(), Fail, "they were never read", Some(NotGranted)),
        (Some(reading(None, Some(NotLicensed))), None, over(), Fail, "plan has no risks", Some(NotLicensed)),
        (Some(reading(old, None)), None, None, Warn, "too long ago", Some(Stale)),
        (Some(reading(old, None)), None, over(), Fail, "too long ago", Some(Stale)),
        (Some(reading(old, Some(Unanswered))), None, over(), Fail, "Graph said: An error occurred", Some(Unanswered)),
        (Some(reading(fresh, Some(Unanswered))), None, over(), Warn, "counts for now", Some(Unanswered)),
        (Some(reading(fresh, None)), None, over(), Good, "it is known who is at risk", None),
        // Taken back, and what was read before still counts.
        (Some(reading(fresh, None)), Some(NotGranted), over(), Good, "it is known", None),
        (Some(reading(old, None)), Some(NotGranted), over(), Fail, "not granted", Some(NotGranted)),
    ];
    for (reading, closed, policy, result, detail, mended) in cases {
        let policies: Vec<Policy> = policy.into_iter().collect();
        let told = line(&Standing { policies: &policies, closed, reading: reading.as_ref(), now: NOW });
        let case = format!("{reading:?}, {closed:?}, {} policies: {told:?}", policies.len());
        assert_eq!(told.result, result, "{case}");
        assert!(told.detail.contains(detail), "{case}");
        assert_eq!(told.mend.as_deref(), mended.map(RiskUnknown::mend), "{case}");
    }
}

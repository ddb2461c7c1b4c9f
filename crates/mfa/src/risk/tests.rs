//! What Entra says of people, what is known after it, and for whom a policy that asks for risk is: tables.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use std::time::Duration;

use kernel::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::read::RiskyUser;
use super::{KnownRisk, Reading, RiskLevel, RiskState, RiskUnknown, Risks, Risky, STALE_AFTER};
use crate::policy::{AtRisk, WhenUnknown};

const MIA: Uuid = Uuid::from_u128(7);

fn now() -> Timestamp {
    Timestamp::from_seconds(1_800_000_000)
}

fn risky(level: Option<RiskLevel>) -> Risky {
    Risky { object_id: MIA, level, state: RiskState::AtRisk, detail: None, changed_at: None, seen_at: now() }
}

#[test]
fn what_entra_says_is_a_level_or_an_end() {
    type Case<'a> = (&'a str, &'a str, Option<(Option<RiskLevel>, RiskState)>);
    let (low, medium, high) = (Some(RiskLevel::Low), Some(RiskLevel::Medium), Some(RiskLevel::High));
    let cases: [Case<'_>; 12] = [
        ("low", "atRisk", Some((low, RiskState::AtRisk))),
        ("medium", "atRisk", Some((medium, RiskState::AtRisk))),
        ("high", "confirmedCompromised", Some((high, RiskState::ConfirmedCompromised))),
        ("hidden", "atRisk", Some((None, RiskState::AtRisk))),
        ("unknownFutureValue", "atRisk", Some((None, RiskState::AtRisk))),
        ("high", "unknownFutureValue", Some((high, RiskState::AtRisk))),
        ("high", "dismissed", None),
        ("high", "remediated", None),
        ("low", "confirmedSafe", None),
        ("none", "atRisk", None),
        ("none", "none", None),
        ("none", "dismissed", None),
    ];
    for (level, state, expected) in cases {
        let said = json!({ "id": MIA, "riskLevel": level, "riskState": state, "riskDetail": "none" });
        let user: RiskyUser = serde_json::from_value(said).unwrap();
        let told = user.told(now());
        let found = told.risk.map(|risk| (risk.level, risk.state));
        assert_eq!((told.person, found), (MIA, expected), "{level} {state}");
        let gone = json!({ "id": MIA, "riskLevel": level, "riskState": state, "isDeleted": true });
        let gone: RiskyUser = serde_json::from_value(gone).unwrap();
        assert_eq!(gone.told(now()).risk, None, "a deleted person is at no risk: {level} {state}");
    }
}

#[test]
fn a_level_lasts_and_what_is_not_read_is_unknown() {
    type Case<'a> = (&'a str, Option<Reading>, Vec<Risky>, Option<RiskLevel>, Option<RiskUnknown>);
    let fresh = Reading { read_at: Some(now()), ..Reading::new(now()) };
    let old = Reading { read_at: Some(now().minus(STALE_AFTER)), ..Reading::new(now()) };
    let refused = |reading: &Reading, why| Reading { trouble: Some(why), ..reading.clone() };
    let high = Some(RiskLevel::High);
    let nobody = Vec::new;
    let cases: [Case<'_>; 9] = [
        ("never read", None, nobody(), None, Some(RiskUnknown::NotChosen)),
        ("read", Some(fresh.clone()), nobody(), None, None),
        ("read, high", Some(fresh.clone()), vec![risky(high)], high, None),
        ("read, hidden", Some(fresh.clone()), vec![risky(None)], None, Some(RiskUnknown::Hidden)),
        ("one read failed", Some(refused(&fresh, RiskUnknown::Unanswered)), nobody(), None, None),
        ("stale", Some(old.clone()), nobody(), None, Some(RiskUnknown::Stale)),
        ("stale, high", Some(old.clone()), vec![risky(high)], high, Some(RiskUnknown::Stale)),
        (
            "failed for long",
            Some(refused(&old, RiskUnknown::Unanswered)),
            nobody(),
            None,
            Some(RiskUnknown::Unanswered),
        ),
        (
            "not granted any more",
            Some(refused(&old, RiskUnknown::NotGranted)),
            vec![risky(high)],
            high,
            Some(RiskUnknown::NotGranted),
        ),
    ];
    for (name, reading, people, level, unknown) in cases {
        let known = Risks::new(reading.as_ref(), people, now()).of(MIA);
        assert_eq!((known.level, known.unknown), (level, unknown), "{name}");
        assert_eq!(known.read_at, reading.and_then(|reading| reading.read_at), "{name}");
    }
    let almost =
        Reading { read_at: Some(now().minus(STALE_AFTER).plus(Duration::from_secs(1))), ..Reading::new(now()) };
    assert_eq!(almost.unknown(now()), None, "up to the last second");
}

#[test]
fn a_policy_that_asks_for_risk_is_for_those_at_it_and_says_itself_what_counts_where_it_is_unknown() {
    type Case = (RiskLevel, WhenUnknown, Option<RiskLevel>, Option<RiskUnknown>, bool);
    let (low, medium, high) = (Some(RiskLevel::Low), Some(RiskLevel::Medium), Some(RiskLevel::High));
    let stale = Some(RiskUnknown::Stale);
    let (over, apply) = (WhenUnknown::PassOver, WhenUnknown::Apply);
    let cases: [Case; 16] = [
        (RiskLevel::Low, over, None, None, false),
        (RiskLevel::Low, over, low, None, true),
        (RiskLevel::Medium, over, low, None, false),
        (RiskLevel::Medium, over, medium, None, true),
        (RiskLevel::Medium, over, high, None, true),
        (RiskLevel::High, over, medium, None, false),
        (RiskLevel::High, over, high, None, true),
        // What was known last goes on to count.
        (RiskLevel::High, over, high, stale, true),
        (RiskLevel::High, over, medium, stale, false),
        (RiskLevel::High, over, None, stale, false),
        (RiskLevel::Low, apply, None, None, false),
        (RiskLevel::High, apply, low, None, false),
        (RiskLevel::High, apply, None, stale, true),
        // It may have risen since.
        (RiskLevel::High, apply, medium, stale, true),
        (RiskLevel::High, apply, high, stale, true),
        (RiskLevel::Low, apply, None, Some(RiskUnknown::Hidden), true),
    ];
    for (at_least, when_unknown, level, unknown, is_for) in cases {
        let known = KnownRisk { level, unknown, read_at: None };
        let asked = AtRisk { at_least, when_unknown };
        assert_eq!(asked.is_for(&known), is_for, "{asked:?} and {known:?}");
    }
}

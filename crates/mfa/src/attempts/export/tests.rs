//! What a line says of the rules that somebody was judged by.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use directory::service::ExportFormat::Csv;
use kernel::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::{HEAD, head, line};
use crate::attempts::{Attempt, Outcome};
use crate::model::Origin;
use crate::policy::Ruled;

fn judged(ruled: Option<serde_json::Value>) -> Attempt {
    let ruled: Option<Ruled> = ruled.map(|ruled| serde_json::from_value(ruled).unwrap());
    Attempt {
        id: Uuid::from_u128(1).into(),
        organisation: Uuid::from_u128(2).into(),
        provider: Uuid::from_u128(3).into(),
        account: None,
        at: Timestamp::from_seconds(1_795_000_000),
        outcome: Outcome::Passed,
        reason: "proven".to_owned(),
        detail: None,
        label: None,
        factor_kind: None,
        factor_name: None,
        origin: Origin::default(),
        not_me_at: None,
        ruled,
    }
}

#[test]
fn the_risk_and_the_policies_of_then_stand_in_the_line() {
    let given = |rule: &str, name: &str| json!({ "rule": rule, "policy": Uuid::nil(), "name": name });
    let rules = json!([given("kinds", "=Board"), given("lockout", "=Board"), given("session", "Short, visits")]);
    let cases = [
        (None, ",,,"),
        (Some(json!({ "revision": 4, "given": [] })), ",,,4"),
        (Some(json!({ "revision": 4, "given": [], "risk": { "level": "high" } })), "high,,,4"),
        (Some(json!({ "revision": 4, "given": [], "risk": { "unknown": "stale" } })), ",stale,,4"),
        (
            Some(json!({ "revision": 5, "given": rules, "risk": { "level": "low", "unknown": "stale" } })),
            "low,stale,\"'=Board, Short, visits\",5",
        ),
    ];
    for (ruled, end) in cases {
        let told = line(Csv, &judged(ruled));
        assert!(told.ends_with(&format!(",{end}\r\n")), "{told} does not end with {end}");
    }
    assert_eq!(head(Csv, true).split(',').count(), HEAD.len());
    assert_eq!(line(Csv, &judged(None)).split(',').count(), HEAD.len(), "a cell for each");
}

//! What counts as asked twice.

use kernel::Timestamp;
use mfa::attempts::{Attempt, Outcome};
use mfa::model::Origin;
use uuid::Uuid;

use super::passed_around;

fn attempt(minute: i64, outcome: Outcome, correlation_id: Option<&str>) -> Attempt {
    Attempt {
        id: Uuid::from_u128(minute.unsigned_abs().into()).into(),
        organisation: Uuid::from_u128(2).into(),
        provider: Uuid::from_u128(3).into(),
        account: None,
        at: Timestamp::from_seconds(1_795_000_000 + 60 * minute),
        outcome,
        reason: "proven".to_owned(),
        detail: None,
        label: None,
        factor_kind: None,
        factor_name: None,
        origin: Origin { correlation_id: correlation_id.map(str::to_owned), ..Origin::default() },
        not_me_at: None,
        ruled: None,
    }
}

#[test]
fn only_sign_ins_of_entra_count_as_asked_twice() {
    use Outcome::{Passed, Refused};
    let found = || attempt(20, Passed, Some("one"));
    let cases = [
        (found(), vec![], 1),
        (found(), vec![attempt(22, Passed, Some("two"))], 2),
        (found(), vec![attempt(15, Passed, Some("two")), attempt(25, Passed, Some("three"))], 3),
        (found(), vec![attempt(22, Passed, None), attempt(23, Passed, None)], 1),
        (found(), vec![attempt(19, Passed, Some("one"))], 1),
        (found(), vec![attempt(19, Refused, Some("two"))], 1),
        (found(), vec![attempt(9, Passed, Some("two"))], 1),
        (attempt(20, Passed, None), vec![attempt(22, Passed, Some("two"))], 0),
        (attempt(20, Refused, Some("one")), vec![attempt(22, Passed, Some("two"))], 0),
    ];
    for (found, mut others, expected) in cases {
        others.push(found.clone());
        assert_eq!(passed_around(&found, &others), expected, "{others:?}");
    }
}

//! The decisions as tables.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use kernel::{Kinded as _, OperatorId, RequestId, TokenId};
use uuid::Uuid;

use super::*;

#[test]
fn a_lock_begins_at_the_fifth_failure_and_grows_up_to_an_hour() {
    let now = Timestamp::from_seconds(0);
    let cases =
        [(0, None), (4, None), (5, Some(60)), (6, Some(120)), (8, Some(480)), (11, Some(3_600)), (90, Some(3_600))];
    for (failures, seconds) in cases {
        assert_eq!(locked_until(failures, now).map(Timestamp::seconds), seconds, "{failures}");
    }
}

#[test]
fn nobody_hands_out_more_than_they_have() {
    use Role::{Administrator, Auditor, Helpdesk, Owner};
    let allowed = [
        (Owner, vec![Owner, Administrator, Helpdesk, Auditor]),
        (Administrator, vec![Administrator, Helpdesk, Auditor]),
        (Helpdesk, vec![Helpdesk]),
        (Auditor, vec![Auditor]),
    ];
    for (own, expected) in allowed {
        let covered: Vec<_> = Role::ALL.into_iter().filter(|other| covers(own, *other)).collect();
        assert_eq!(covered, expected, "{own}");
    }
}

fn standing(id: u128, role: Role, state: OperatorState) -> Standing {
    Standing { id: OperatorId(Uuid::from_u128(id)), role, state }
}

fn code(result: Result<(), OperatorsError>) -> &'static str {
    result.map_or_else(|error| error.code(), |()| "ok")
}

#[test]
fn the_last_owner_stays_and_nobody_locks_themselves_out() {
    use OperatorState::{Active, Disabled};
    use Role::{Administrator, Owner};
    let ada = OperatorId(Uuid::from_u128(1));
    let me = ActorKind::Operator { id: ada, name: "ada".to_owned() };
    let my_token = ActorKind::Token { id: TokenId(Uuid::from_u128(8)), name: "ci".to_owned(), operator: ada };
    let owner = |id| standing(id, Owner, Active);
    let cases = [
        ("rename the last owner", owner(2), Some(owner(2)), 0, "ok"),
        ("demote the last owner", owner(2), Some(standing(2, Administrator, Active)), 0, "operators.last_owner"),
        ("disable the last owner", owner(2), Some(standing(2, Owner, Disabled)), 0, "operators.last_owner"),
        ("remove the last owner", owner(2), None, 0, "operators.last_owner"),
        ("remove one of two owners", owner(2), None, 1, "ok"),
        ("remove a disabled owner", standing(2, Owner, Disabled), None, 0, "ok"),
        ("remove an administrator", standing(2, Administrator, Active), None, 0, "ok"),
        ("rename myself", owner(1), Some(owner(1)), 0, "ok"),
        ("demote myself", owner(1), Some(standing(1, Administrator, Active)), 1, "operators.oneself"),
        ("disable myself", owner(1), Some(standing(1, Owner, Disabled)), 1, "operators.oneself"),
        ("remove myself", owner(1), None, 1, "operators.oneself"),
    ];
    for (what, before, after, others, expected) in cases {
        for actor in [&me, &my_token] {
            assert_eq!(code(may_change(actor, before, after, others)), expected, "{what}");
        }
    }
    let system = kernel::Actor::system("test", Uuid::from_u128(9).into(), RequestId(Uuid::from_u128(9))).kind;
    assert_eq!(code(may_change(&system, owner(1), None, 0)), "operators.last_owner");
}

#[test]
fn a_password_is_long_and_not_the_first_guess() {
    let long = "x1".repeat(512);
    let too_long = "x1".repeat(513);
    let cases = [
        ("correct horse battery", true),
        ("zwölf Zeichen", true),
        (long.as_str(), true),
        (too_long.as_str(), false),
        ("elevenchars", false),
        ("Ada.Lovelace@x", false),
        ("Password1234", false),
        ("aaaaaaaaaaaaaaaa", false),
        ("", false),
    ];
    for (password, fine) in cases {
        assert_eq!(check_password("ada.lovelace@X", password).is_ok(), fine, "{password}");
    }
}

#[test]
fn names_and_addresses_are_looked_at() {
    for (text, fine) in
        [("ada", true), (" ada ", true), ("a", false), ("a b", false), ("ada@x.org", true), ("ädä", false)]
    {
        assert_eq!(user_name(text).is_ok(), fine, "{text}");
    }
    assert_eq!(label("label", " nightly run ", 80).unwrap(), "nightly run");
    for bad in ["", "  ", "two\nlines", &"x".repeat(81)] {
        assert_eq!(label("label", bad, 80).unwrap_err().code(), "operators.invalid", "{bad:?}");
    }
    assert_eq!(email(" ").unwrap(), None);
    assert_eq!(email("ada@x.org").unwrap().as_deref(), Some("ada@x.org"));
    for bad in ["ada", "@x.org", "ada@", "a b@x.org"] {
        assert!(email(bad).is_err(), "{bad}");
    }
}

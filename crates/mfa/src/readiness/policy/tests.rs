//! Whom policies hit: a table.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use serde_json::{Value, json};
use uuid::{Uuid, uuid};

use super::{Gap, Person, Policy, PolicyState, Whom};

const MIA: Uuid = uuid!("6f1c9b5e-7d0a-4b3e-9a51-2f8c8e1d7a10");
const PILOT: Uuid = uuid!("11111111-7d0a-4b3e-9a51-2f8c8e1d7a10");
const BOARD: Uuid = uuid!("22222222-7d0a-4b3e-9a51-2f8c8e1d7a10");

fn policy(users: Value, grant: Value) -> Policy {
    let value = json!({
        "id": "p1", "displayName": "One", "state": "enabled", "conditions": { "users": users }, "grantControls": grant,
    });
    Policy::read(&value).unwrap()
}

fn mfa() -> Value {
    json!({ "operator": "OR", "builtInControls": ["mfa"] })
}

#[test]
fn a_policy_hits_whom_it_names_and_does_not_leave_out() {
    // Mia is in the pilot group, through another; she is a guest where the case says so.
    let cases = [
        (json!({ "includeUsers": ["All"] }), false, true),
        (json!({ "includeUsers": ["None"] }), false, false),
        (json!({ "includeUsers": [MIA] }), false, true),
        (json!({ "includeUsers": [PILOT] }), false, false),
        (json!({ "includeGroups": [PILOT] }), false, true),
        (json!({ "includeGroups": [BOARD] }), false, false),
        (json!({ "includeUsers": ["All"], "excludeUsers": [MIA] }), false, false),
        (json!({ "includeUsers": ["All"], "excludeGroups": [PILOT] }), false, false),
        (json!({ "includeUsers": ["All"], "excludeGroups": [BOARD] }), false, true),
        (json!({ "includeUsers": [MIA], "excludeGroups": [PILOT] }), false, false),
        (json!({ "includeUsers": ["GuestsOrExternalUsers"] }), false, false),
        (json!({ "includeUsers": ["GuestsOrExternalUsers"] }), true, true),
        (
            json!({ "includeGuestsOrExternalUsers": { "guestOrExternalUserTypes": "b2bCollaborationGuest" } }),
            true,
            true,
        ),
        (json!({ "includeUsers": ["All"], "excludeUsers": ["GuestsOrExternalUsers"] }), true, false),
        (json!({ "includeUsers": ["All"], "excludeUsers": ["GuestsOrExternalUsers"] }), false, true),
        (json!({ "includeRoles": ["62e90394-69f5-4237-9190-012177145e10"] }), false, false),
        (json!({}), false, false),
        (Value::Null, false, false),
    ];
    for (users, guest, hit) in cases {
        let person = Person { object_id: MIA, guest, is_in: &|group| group == PILOT };
        assert_eq!(policy(users.clone(), mfa()).hits(&person), hit, "{users} for a guest: {guest}");
    }
}

#[test]
fn what_a_policy_asks_is_read_of_its_grants() {
    let strength = json!({ "authenticationStrength": { "displayName": "Phishing-resistant" }, "builtInControls": [] });
    let custom = json!({ "customAuthenticationFactors": ["RequireOld"], "builtInControls": ["mfa"] });
    let read = |grant| {
        let policy = policy(json!({ "includeUsers": ["All"] }), grant);
        (policy.asks_mfa, policy.custom_controls.len(), policy.strength.is_some(), policy.asks())
    };
    assert_eq!(read(mfa()), (true, 0, false, true));
    assert_eq!(read(strength), (false, 0, true, true));
    assert_eq!(read(custom), (true, 1, false, true));
    assert_eq!(read(json!({ "builtInControls": ["block"] })), (false, 0, false, false));
    assert_eq!(read(Value::Null), (false, 0, false, false));
    for (state, expected) in [
        ("enabled", PolicyState::Enabled),
        ("disabled", PolicyState::Disabled),
        ("enabledForReportingButNotEnforced", PolicyState::ReportOnly),
    ] {
        assert_eq!(Policy::read(&json!({ "id": "p", "state": state })).unwrap().state, expected);
    }
    assert_eq!(Policy::read(&json!({ "displayName": "no id" })), None);
}

#[test]
fn what_cannot_be_weighed_is_named() {
    let cases = [
        (json!({ "includeUsers": ["All"] }), vec![]),
        (json!({ "includeRoles": ["r"] }), vec![Gap::Roles]),
        (json!({ "includeUsers": ["All"], "excludeRoles": ["r"] }), vec![Gap::LeftOutRoles]),
        (json!({ "includeGroups": [PILOT] }), vec![]),
        (json!({ "includeGroups": [BOARD] }), vec![Gap::Groups]),
        (json!({ "includeUsers": ["All"], "excludeGroups": [BOARD] }), vec![Gap::Groups]),
    ];
    for (users, gaps) in cases {
        assert_eq!(policy(users.clone(), mfa()).whom().gaps(&|group| group == PILOT), gaps, "{users}");
    }
}

#[test]
fn a_method_is_for_its_targets() {
    let target = |id: &str| json!([{ "targetType": "group", "id": id }]);
    let person = Person { object_id: MIA, guest: false, is_in: &|group| group == PILOT };
    let pilot = PILOT.to_string();
    for (include, exclude, held) in [
        (target("all_users"), json!([]), true),
        (target(&pilot), json!([]), true),
        (target(&BOARD.to_string()), json!([]), false),
        (target("all_users"), target(&pilot), false),
        (json!([]), json!([]), false),
    ] {
        assert_eq!(Whom::of_method(&include, &exclude).holds(&person), held, "{include} without {exclude}");
    }
    assert!(Whom::of_method(&json!([]), &json!([])).is_nobody());
    assert!(Whom::of_method(&target("all_users"), &json!([])).spares_nobody());
}

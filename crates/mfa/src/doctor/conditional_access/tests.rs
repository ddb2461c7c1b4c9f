//! Policies of Conditional Access as lines: tables.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use serde_json::{Value, json};
use tenants::checklist::LineResult;
use uuid::Uuid;

use super::{Spared, asked_twice, break_glass, policies};
use crate::readiness::count::AskedTwice;
use crate::readiness::policy::{Gap, Policy};

fn policy(name: &str, state: &str, users: Value, grant: Value) -> Policy {
    let value = json!({
        "id": name, "displayName": name, "state": state, "conditions": { "users": users }, "grantControls": grant,
    });
    Policy::read(&value).unwrap()
}

fn mfa(state: &str) -> Policy {
    policy("New", state, json!({ "includeUsers": ["All"] }), json!({ "builtInControls": ["mfa"] }))
}

fn strict(state: &str) -> Policy {
    let grant = json!({ "authenticationStrength": { "displayName": "Strong" } });
    policy("Strict", state, json!({ "includeUsers": ["All"] }), grant)
}

fn custom(state: &str) -> Policy {
    policy("Old", state, json!({ "includeUsers": ["All"] }), json!({ "customAuthenticationFactors": ["RequireOld"] }))
}

const REPORT: &str = "enabledForReportingButNotEnforced";

#[test]
fn policies_ask_for_what_we_can_give() {
    use LineResult::{Fail, Ok, Warn};
    let cases = [
        (vec![mfa("enabled")], Ok, Ok),
        (vec![mfa(REPORT)], Warn, Ok),
        (vec![mfa("disabled")], Warn, Ok),
        (vec![], Warn, Ok),
        (vec![mfa("enabled"), strict("enabled")], Ok, Fail),
        (vec![mfa("enabled"), strict(REPORT)], Ok, Warn),
        (vec![strict("disabled")], Warn, Warn),
    ];
    for (all, asked, strengths) in cases {
        let lines = policies(&all);
        assert_eq!((lines[0].result, lines[1].result), (asked, strengths), "{lines:?}");
    }
}

#[test]
fn whoever_is_hit_by_both_is_asked_twice() {
    use LineResult::{Fail, Ok, Warn};
    let counted = |people, more, gaps: &[Gap]| {
        let unweighed = gaps.iter().map(|gap| ("Old".to_owned(), vec![*gap])).collect();
        Some(AskedTwice { people, looked_at: 20, more, unweighed })
    };
    let of_all = |people| counted(people, false, &[]);
    let of_some = |people| counted(people, true, &[]);
    let cases = [
        (vec![mfa("enabled"), custom("enabled")], of_all(12), Fail, "12 people are hit"),
        (vec![mfa("enabled"), custom("enabled")], of_all(1), Fail, "1 person is hit"),
        (vec![mfa("enabled"), custom("enabled")], of_some(1), Fail, "at least 1 person is hit"),
        (vec![mfa("enabled"), custom("enabled")], of_all(0), Ok, "nobody"),
        (vec![mfa("enabled"), custom("enabled")], of_some(0), Warn, "none of 20 people is hit"),
        (
            vec![mfa("enabled"), custom("enabled")],
            counted(0, false, &[Gap::Roles]),
            Warn,
            "“Old” (who has the directory",
        ),
        (vec![mfa("enabled"), custom("enabled")], counted(0, false, &[Gap::Groups]), Warn, "does not hold"),
        (vec![mfa("enabled"), custom("enabled")], counted(2, false, &[Gap::LeftOutRoles]), Fail, "not weighed: “Old”"),
        (vec![mfa("enabled"), custom("enabled")], None, Warn, "“Old”"),
        (vec![mfa(REPORT), custom("enabled")], of_all(12), Ok, "nobody"),
        (vec![mfa("enabled"), custom(REPORT)], of_all(12), Ok, "no policy"),
        (vec![mfa("enabled")], None, Ok, "no policy"),
    ];
    for (all, both, result, detail) in cases {
        let line = asked_twice(&all, both.as_ref());
        assert_eq!(line.result, result, "{line:?}");
        assert!(line.detail.contains(detail), "{line:?}");
    }
}

#[test]
fn accounts_that_must_get_in_are_left_out() {
    use LineResult::{Fail, Ok, Skipped, Warn};
    let glass = Uuid::from_u128(7);
    let (staff, board) = (Uuid::from_u128(8), Uuid::from_u128(9));
    let spared = |groups: &[Uuid]| {
        let groups = [staff, board].map(|group| (group, groups.contains(&group))).into();
        vec![Spared { object_id: glass, label: "glass@contoso.example".into(), guest: Some(false), groups }]
    };
    let but = |who: Value| policy("New", "enabled", who, json!({ "builtInControls": ["mfa"] }));
    let cases = [
        (vec![mfa("enabled")], spared(&[]), Fail),
        (vec![mfa(REPORT)], spared(&[]), Ok),
        (vec![but(json!({ "includeUsers": ["All"], "excludeUsers": [glass] }))], spared(&[]), Ok),
        (vec![but(json!({ "includeUsers": ["All"], "excludeGroups": [staff] }))], spared(&[staff]), Ok),
        (vec![but(json!({ "includeGroups": [staff] }))], spared(&[staff]), Fail),
        (vec![but(json!({ "includeGroups": [staff] }))], spared(&[]), Ok),
        (vec![mfa("enabled")], vec![], Warn),
        (vec![but(json!({ "includeGroups": [staff] }))], vec![], Skipped),
        (vec![], vec![], Skipped),
    ];
    for (all, spared, result) in cases {
        let line = break_glass(&all, &spared);
        assert_eq!(line.result, result, "{line:?}");
    }
}

#[test]
fn what_nobody_here_can_weigh_is_never_taken_for_left_out() {
    use LineResult::{Fail, Ok, Warn};
    let (glass, staff, unknown) = (Uuid::from_u128(7), Uuid::from_u128(8), Uuid::from_u128(9));
    let administrator = "62e90394-69f5-4237-9190-012177145e10";
    let held = |guest, groups: &[(Uuid, bool)]| Spared {
        object_id: glass,
        label: "glass@contoso.example".into(),
        guest,
        groups: groups.iter().copied().collect(),
    };
    let (known, not_synced) = (|| held(Some(false), &[(staff, false)]), || held(None, &[]));
    let cases = [
        (json!({ "includeRoles": [administrator] }), known(), Warn, "directory roles that it names"),
        (json!({ "includeRoles": [administrator], "excludeUsers": [glass] }), known(), Ok, "left out of every"),
        (json!({ "includeUsers": ["All"], "excludeRoles": [administrator] }), known(), Warn, "that it leaves out"),
        (json!({ "includeUsers": ["All"], "includeRoles": [administrator] }), known(), Fail, "is hit by"),
        (json!({ "includeGroups": [unknown] }), known(), Warn, "a group that the directory does not hold"),
        (json!({ "includeUsers": ["All"], "excludeGroups": [unknown] }), known(), Warn, "does not hold"),
        (json!({ "includeGroups": [unknown, staff], "excludeUsers": [glass] }), known(), Ok, "left out of every"),
        (json!({ "includeGroups": [staff] }), not_synced(), Warn, "does not know the account"),
        (json!({ "includeUsers": ["All"], "excludeGroups": [staff] }), not_synced(), Warn, "does not know the account"),
        (json!({ "includeUsers": ["GuestsOrExternalUsers"] }), not_synced(), Warn, "does not know the account"),
        (json!({ "includeUsers": ["All"] }), not_synced(), Fail, "is hit by"),
        (json!({ "includeUsers": ["All"], "excludeUsers": [glass] }), not_synced(), Ok, "left out of every"),
    ];
    for (users, one, result, detail) in cases {
        let asks = policy("New", "enabled", users.clone(), json!({ "builtInControls": ["mfa"] }));
        let line = break_glass(&[asks], &[one]);
        assert_eq!(line.result, result, "{users}: {line:?}");
        assert!(line.detail.contains(detail), "{users}: {line:?}");
    }
    let roles =
        policy("Roles", "enabled", json!({ "includeRoles": [administrator] }), json!({ "builtInControls": ["mfa"] }));
    assert_eq!(break_glass(&[roles, mfa("enabled")], &[known()]).result, Fail, "what is sure comes first");
}

//! What is read of custom controls, and the way from them.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use serde_json::json;

use super::plan::{Here, Step};
use super::{UsedBy, plan, read};
use crate::MfaError;
use crate::readiness::policy::{Policy, PolicyState};
use crate::settings::CustomControls;

const CONTROL: &str = r#"{"Name": "Example control", "AppId": "8adf8e6e-67b2-4cf2-a259-e3dc5476c621", "ClientId": "entra-42",
    "DiscoveryUrl": "https://mfa.example.net/t/42/.well-known/openid-configuration",
    "Controls": [{"Id": "RequireExampleMfa", "Name": "Require Example MFA",
        "ClaimsRequested": [{"Type": "ExampleMfa", "Value": "MfaDone", "Values": null},
            {"Type": "Level", "Value": null, "Values": ["2", "3"]}], "Claims": null}]}"#;

fn here(controls: &CustomControls) -> Here<'_> {
    Here { is_on: true, client_id: "entra-42", controls }
}

#[test]
fn what_a_custom_control_asked_is_told() {
    let view = read(CONTROL).unwrap();
    assert_eq!(
        (view.name.as_str(), view.host.as_str(), view.client_id.as_str()),
        ("Example control", "mfa.example.net", "entra-42")
    );
    assert!(view.app_id.is_some());
    assert_eq!(view.controls[0].id, "RequireExampleMfa");
    assert_eq!(
        view.controls[0].claims,
        ["the claim ExampleMfa with the value MfaDone", "the claim Level with one of the values 2, 3"]
    );
    assert_eq!(view.answers, ["ExampleMfa=MfaDone", "Level=2"], "what is to be answered, if it is answered here");
    let lower =
        CONTROL.replace("\"Name\"", "\"name\"").replace("\"Id\"", "\"id\"").replace("Claims\": null", "Other\": 1");
    assert_eq!(read(&lower).unwrap().controls, view.controls);
}

#[test]
fn what_is_no_custom_control_is_refused_with_the_reason() {
    for (json, why) in [
        ("", "is no custom control"),
        ("[]", "is no custom control"),
        (r#"{"Name": "x"}"#, "is no custom control"),
        (r#"{"Name": "x", "DiscoveryUrl": "here", "Controls": []}"#, "no address"),
        (r#"{"Name": "x", "DiscoveryUrl": "https://a.example/", "Controls": []}"#, "names no control"),
    ] {
        match read(json) {
            Err(MfaError::Invalid(text)) => assert!(text.contains(why), "{json}: {text}"),
            other => panic!("{json}: {other:?}"),
        }
    }
    assert!(read(&"x".repeat(100_000)).is_err());
}

fn used(policy: &str, state: PolicyState, asks_mfa: bool) -> UsedBy {
    UsedBy { policy: policy.to_owned(), state, asks_mfa }
}

#[test]
fn the_way_names_the_policies_and_what_is_done() {
    let (mut view, off) = (read(CONTROL).unwrap(), CustomControls::default());
    view.used_by = vec![used("Old", PolicyState::Enabled, false), used("Older", PolicyState::Disabled, false)];
    view.plan = plan::steps(&view, &[], &here(&off));
    let text = plan::text(&view);
    for part in
        ["“Old”, “Older”", "ExampleMfa", "[x] **Set up External MFA here.**", "Require multifactor authentication"]
    {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    view.used_by.clear();
    view.plan = plan::steps(&view, &[], &here(&off));
    let unused = plan::text(&view);
    assert!(unused.contains("none to copy") && !unused.contains("each of those"), "{unused}");
    view.unread = Some("Policy.Read.All is missing".to_owned());
    assert!(plan::text(&view).contains("Policy.Read.All is missing"));
}

#[test]
fn the_way_says_whether_custom_controls_are_answered_here() {
    let mut view = read(CONTROL).unwrap();
    let (off, some) = (CustomControls::default(), |claims: &[&str]| CustomControls {
        enabled: true,
        claims: claims.iter().map(|claim| (*claim).to_owned()).collect(),
    });
    let named = |steps: &[Step], title: &str| steps.iter().find(|step| step.title == title).cloned();
    let (meanwhile, end) = ("Have it answered meanwhile", "Switch custom controls off here");
    let steps = plan::steps(&view, &[], &here(&off));
    assert!(named(&steps, meanwhile).is_none() && named(&steps, end).is_none(), "it is another server's");

    view.is_ours = true;
    let missing = named(&plan::steps(&view, &[], &here(&off)), meanwhile).unwrap();
    assert!(!missing.done && missing.text.contains("ExampleMfa=MfaDone, Level=2"), "{missing:?}");
    let part = some(&["ExampleMfa=MfaDone"]);
    assert!(!named(&plan::steps(&view, &[], &here(&part)), meanwhile).unwrap().done);
    let all = some(&["Level=2", "ExampleMfa=MfaDone"]);
    let steps = plan::steps(&view, &[], &here(&all));
    assert!(named(&steps, meanwhile).unwrap().done);
    assert_eq!(steps.last(), named(&steps, end).as_ref(), "it is not forgotten");
    let other = Here { client_id: "entra-7", ..here(&all) };
    let other = named(&plan::steps(&view, &[], &other), meanwhile).unwrap();
    assert!(!other.done && other.text.contains("entra-42") && other.text.contains("entra-7"), "{other:?}");
}

#[test]
fn only_what_can_be_seen_is_done() {
    use PolicyState::{Disabled, Enabled, ReportOnly};
    // Which policies use it, which ask beside it; the steps of new policies, of every group, and of the end.
    type Case = (&'static [(PolicyState, bool)], &'static [&'static str], [bool; 3]);
    let cases: [Case; 9] = [
        (&[(Enabled, false)], &[], [false, false, false]),
        (&[(Enabled, true)], &[], [false, false, false]),
        (&[(Enabled, true)], &["“New”"], [true, false, false]),
        (&[(ReportOnly, false), (ReportOnly, false)], &["“New”"], [true, false, false]),
        (&[(Disabled, false), (ReportOnly, false)], &["“New”"], [true, false, false]),
        (&[(Disabled, false)], &[], [false, false, false]),
        (&[(Disabled, false)], &["“New”"], [true, true, false]),
        (&[], &[], [false, false, false]),
        (&[], &["“New”"], [true, true, false]),
    ];
    let off = CustomControls::default();
    for (using, beside, done) in cases {
        let mut view = read(CONTROL).unwrap();
        view.used_by = using.iter().map(|(state, asks_mfa)| used("Old", *state, *asks_mfa)).collect();
        let beside: Vec<String> = beside.iter().map(|name| (*name).to_owned()).collect();
        let steps = plan::steps(&view, &beside, &here(&off));
        assert_eq!([steps[3].done, steps[5].done, steps[6].done], done, "{using:?} beside {beside:?}");
        view.unread = Some("Policy.Read.All is missing".to_owned());
        view.used_by.clear();
        assert!(!plan::steps(&view, &[], &here(&off))[3..].iter().any(|step| step.done), "nobody knows");
    }
}

#[test]
fn a_policy_beside_the_old_ones_asks_for_no_custom_control() {
    let policy = |name: &str, state: &str, grant: serde_json::Value| {
        let value = json!({ "id": name, "displayName": name, "state": state, "grantControls": grant });
        Policy::read(&value).unwrap()
    };
    let mfa = || json!({ "builtInControls": ["mfa"] });
    let all = [
        policy("New", "enabled", mfa()),
        policy("Soon", "enabledForReportingButNotEnforced", mfa()),
        policy("Off", "disabled", mfa()),
        policy(
            "Old",
            "enabled",
            json!({ "builtInControls": ["mfa"], "customAuthenticationFactors": ["RequireExampleMfa"] }),
        ),
        policy("Block", "enabled", json!({ "builtInControls": ["block"] })),
    ];
    assert_eq!(plan::beside(&all), ["“New”", "“Soon”"]);
}

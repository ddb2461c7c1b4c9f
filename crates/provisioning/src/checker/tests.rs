//! What lines say of what was read.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use graph::GraphError;
use graph::synchronization::{AppAssignment, SyncJob, SyncSecret};
use kernel::Timestamp;
use serde_json::{Value, json};
use tenants::checklist::{Line, LineResult};

use super::lines;

const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);
const BASE: &str = "https://vestibule.example/scim/orgs/0198f0c2-6c1e-7b53-9a0d-3b1f44c8e1aa";

fn job(status: Value, state: &str) -> SyncJob {
    let schedule = json!({ "state": state, "interval": "PT40M", "expiration": null });
    serde_json::from_value(json!({ "id": "scim.1", "templateId": "scim", "schedule": schedule, "status": status }))
        .unwrap()
}

type Secrets = Result<Vec<SyncSecret>, GraphError>;

fn secrets(list: Value) -> Secrets {
    serde_json::from_value(list).map_err(|error| panic!("{error}"))
}

fn found<'l>(lines: &'l [Line], name: &str) -> &'l Line {
    lines.iter().find(|line| line.name == name).unwrap_or_else(|| panic!("no line {name}: {lines:?}"))
}

#[test]
fn a_status_says_what_to_do() {
    let cases = [
        (json!({ "code": "Active" }), "Active", LineResult::Ok, "the job is active"),
        (json!({ "code": "Paused" }), "Paused", LineResult::Warn, "the job is paused"),
        (json!({ "code": "NotRun" }), "Disabled", LineResult::Warn, "the job was never started"),
        (json!({ "code": "NotRun" }), "Active", LineResult::Ok, "the job is started"),
        (json!({ "code": "NotConfigured" }), "Disabled", LineResult::Fail, "the job is not configured"),
        (json!({ "code": "Active" }), "Disabled", LineResult::Fail, "the job is disabled"),
        (json!({ "code": "Resting" }), "Active", LineResult::Skipped, "the job's status is Resting"),
    ];
    for (status, state, result, detail) in cases {
        let lines = lines::job(&job(status.clone(), state), NOW);
        let line = found(&lines, "status");
        assert_eq!(line.result, result, "{status}");
        assert!(line.detail.starts_with(detail), "{line:?}");
    }
}

#[test]
fn a_quarantine_tells_reason_time_and_code() {
    let began = NOW.minus(std::time::Duration::from_hours(50)).to_string();
    for (reason, mend) in [
        ("EncounteredQuarantineException", "enter a new key"),
        ("TooManyDeletes", "allow the deletions"),
        ("EncounteredTotalEscrowThreshold", "failed calls"),
        ("SomethingNew", "restart the job"),
    ] {
        let quarantine = json!({ "reason": reason, "currentBegan": began, "nextAttempt": began, "seriesBegan": began,
            "seriesCount": 1, "error": { "code": "Unauthorized", "message": "no", "tenantActionable": true } });
        let lines = lines::job(&job(json!({ "code": "Quarantine", "quarantine": quarantine }), "Active"), NOW);
        let line = found(&lines, "status");
        assert_eq!(line.result, LineResult::Fail);
        assert!(line.detail.contains("in quarantine for 2 d"), "{line:?}");
        assert_eq!(line.code, Some(format!("{reason}, Unauthorized")));
        assert!(line.mend.as_deref().unwrap().contains(mend), "{line:?}");
    }
}

#[test]
fn a_cycle_is_told_and_a_late_one_too() {
    let minutes = |count: u64| NOW.minus(std::time::Duration::from_mins(count)).to_string();
    let status = |state: &str, ended: u64, failing: u64| {
        json!({ "code": "Active", "lastExecution": { "state": state, "timeBegan": minutes(ended + 1),
            "timeEnded": minutes(ended), "countEscrowed": failing, "countEntitled": 12, "countExported": 3 } })
    };
    for (state, ended, failing, result, late) in [
        ("Succeeded", 10, 0, LineResult::Ok, false),
        ("Succeeded", 10, 2, LineResult::Warn, false),
        ("EntryLevelErrors", 10, 2, LineResult::Warn, false),
        ("Failed", 10, 0, LineResult::Fail, false),
        ("Succeeded", 100, 0, LineResult::Ok, true),
    ] {
        let lines = lines::job(&job(status(state, ended, failing), "Active"), NOW);
        assert_eq!(found(&lines, "last_cycle").result, result, "{state}");
        assert_eq!(lines.iter().any(|line| line.name == "rhythm"), late, "{state} {ended}");
    }
    let view = lines::view(&job(status("Succeeded", 10, 0), "Active"));
    assert_eq!(view.next_expected, Some(NOW.plus(std::time::Duration::from_mins(29))));
    assert_eq!(lines::view(&job(status("Succeeded", 10, 0), "Paused")).next_expected, None);
}

#[test]
fn a_rhythm_without_end_breaks_nothing() {
    let last = json!({ "timeBegan": NOW.to_string(), "timeEnded": NOW.to_string(), "state": "Succeeded" });
    let mut job = job(json!({ "code": "Active", "lastExecution": last }), "Active");
    job.schedule.as_mut().unwrap().interval = Some(format!("P{}D", u64::MAX));
    assert!(!lines::job(&job, NOW).iter().any(|line| line.name == "rhythm"));
}

#[test]
fn the_target_is_this_server_however_it_is_written() {
    for (address, result) in [
        (json!(BASE), LineResult::Ok),
        (json!(format!("{BASE}/?aadOptscim062020")), LineResult::Ok),
        (json!(format!("{BASE}/v2")), LineResult::Ok),
        (json!("https://other.example/scim"), LineResult::Fail),
        (Value::Null, LineResult::Skipped),
    ] {
        let list =
            secrets(json!([{ "key": "BaseAddress", "value": address }, { "key": "SecretToken", "value": null }]));
        let lines = lines::target(&list, BASE);
        assert_eq!(found(&lines, "target").result, result, "{address}");
        assert_eq!(found(&lines, "credential").result, LineResult::Ok);
    }
    let nothing = lines::target(&secrets(json!([])), BASE);
    assert_eq!(found(&nothing, "target").result, LineResult::Fail);
    assert_eq!(found(&nothing, "credential").result, LineResult::Warn);
}

#[test]
fn scope_guard_and_assignments_are_judged() {
    let all = |value: &str| secrets(json!([{ "key": "SyncAll", "value": value }]));
    assert_eq!(lines::scope(lines::everybody(&all("true"))).result, LineResult::Warn);
    assert_eq!(lines::scope(lines::everybody(&all("false"))).result, LineResult::Ok);
    assert_eq!(lines::scope(lines::everybody(&secrets(json!([])))).result, LineResult::Skipped);

    let guard = |value: Value| secrets(json!([{ "key": "SyncNotificationSettings", "value": value }]));
    let on =
        r#"{"Enabled":true,"DeleteThresholdEnabled":true,"DeleteThresholdValue":14,"Recipients":"it@harbor.example"}"#;
    for (list, result, detail) in [
        (guard(json!(on)), LineResult::Ok, "Entra stops at 14 deletions in one cycle, and tells it@harbor.example"),
        (
            guard(json!(r#"{"DeleteThresholdEnabled":"True","DeleteThresholdValue":"5"}"#)),
            LineResult::Ok,
            "Entra stops at 5 deletions in one cycle, and tells nobody",
        ),
        (guard(json!(r#"{"Enabled":false}"#)), LineResult::Warn, "Entra's guard against accidental deletions is off"),
        (guard(Value::Null), LineResult::Skipped, "Graph does not show"),
        (secrets(json!([])), LineResult::Warn, "Entra's guard against accidental deletions is off"),
    ] {
        let line = lines::accidental_deletion(&list);
        assert_eq!(line.result, result, "{line:?}");
        assert!(line.detail.starts_with(detail), "{line:?}");
    }

    let one = |kind: &str| {
        let id = uuid::Uuid::nil();
        serde_json::from_value::<AppAssignment>(json!({ "principalId": id, "principalType": kind })).unwrap()
    };
    assert_eq!(lines::assignments(&[one("ServicePrincipal")], 9).result, LineResult::Fail);
    let line = lines::assignments(&[one("User"), one("Group"), one("Group")], 9);
    assert_eq!(line.detail, "1 user and 2 groups are assigned");
}

#[test]
fn permissions_are_named() {
    let roles = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    for (names, result) in [
        (vec!["Synchronization.ReadWrite.All"], LineResult::Ok),
        (vec!["Synchronization.Read.All"], LineResult::Warn),
        (vec![], LineResult::Warn),
    ] {
        assert_eq!(lines::permissions(&roles(&names))[0].result, result, "{names:?}");
    }
}

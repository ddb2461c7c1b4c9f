//! What goes wrong, and what follows: escrows, quarantine, the guard, pausing, restarting.

use super::*;

fn codes(log: &[Value]) -> Vec<String> {
    let failed = log.iter().filter(|line| line["provisioningStatusInfo"]["status"] == "failure");
    failed
        .map(|line| line["provisioningStatusInfo"]["errorInformation"]["errorCode"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn answers_are_logged_under_their_codes_and_tried_again_in_their_time() {
    let cases = [
        (409, "EntryConflict", 6 * HOURS),
        (429, "TooManyRequests", 40 * MINUTES),
        (422, "UnprocessableEntity", 6 * HOURS),
        (500, "InternalServerError", 40 * MINUTES),
        (501, "NotImplemented", 6 * HOURS),
    ];
    for (status, code, wait) in cases {
        let rig = Rig::start().await;
        let mia = rig.person("mia", json!({})).await;
        rig.assign(&[&mia]).await;
        rig.post("/start", Value::Null).await;
        rig.target.spoil("POST", "/Users", 1, status, json!({ "detail": "no" }));
        rig.pass(0).await;
        assert_eq!(codes(&rig.log().await), [code]);
        assert_eq!(rig.state().await["last_cycle"]["state"], "EntryLevelErrors");
        rig.target.calls();
        let mut waited = 40 * MINUTES;
        rig.pass(40 * MINUTES).await;
        while waited < wait {
            assert!(rig.target.calls().is_empty(), "{code} after {waited} s");
            rig.pass(40 * MINUTES).await;
            waited += 40 * MINUTES;
        }
        assert_eq!(rig.target.sent("POST").len(), 1, "{code}");
        assert_eq!(rig.state().await["escrows"], json!({}));
    }
}

#[tokio::test]
async fn a_failure_that_stays_is_given_up_after_four_weeks() {
    let rig = Rig::start().await;
    let mia = rig.person("mia", json!({})).await;
    rig.assign(&[&mia]).await;
    rig.target.spoil("POST", "/Users", 1_000, 409, json!({}));
    rig.post("/start", Value::Null).await;
    rig.pass(0).await;
    rig.target.calls();
    let mut tries = Vec::new();
    for step in 1..=(29 * 4) {
        rig.pass(6 * HOURS).await;
        if !rig.target.sent("POST").is_empty() {
            tries.push(step * 6);
        }
    }
    assert_eq!(tries[..5], [6, 12, 24, 48, 72]);
    assert_eq!(rig.state().await["escrows"], json!({}));
    assert!(tries.last().is_some_and(|last| *last <= 28 * 24));
}

#[tokio::test]
async fn two_matches_are_one_too_many_and_a_lost_id_is_an_invalid_anchor() {
    let rig = Rig::start().await;
    let (mia, bo) = (rig.person("mia", json!({})).await, rig.person("bo", json!({})).await);
    rig.target.put("Users", "u-1", json!({ "userName": "mia@contoso.com" }));
    rig.target.put("Users", "u-2", json!({ "userName": "mia@contoso.com" }));
    rig.assign(&[&mia, &bo]).await;
    rig.cycle().await;
    assert_eq!(codes(&rig.log().await), ["DuplicateTargetEntries"]);
    rig.target.remove("Users", rig.user("bo")["id"].as_str().unwrap());
    rig.edit("PATCH", &format!("/users/{bo}"), json!({ "jobTitle": "Pilot" })).await;
    rig.cycle().await;
    assert_eq!(codes(&rig.log().await)[0], "InvalidAnchor");
    rig.post("/restart", json!({ "reset": ["Full"] })).await;
    rig.pass(0).await;
    assert_eq!(rig.user("bo")["title"], "Pilot", "a full reset matches anew");
}

#[tokio::test]
async fn unreadable_answers_are_incompatible() {
    let body = |user: Value| json!({ "totalResults": 1, "Resources": [user] });
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let answers = [
        json!({ "Resources": [] }),
        json!("<html>"),
        body(json!({ "id": "u", "active": "True" })),
        body(json!({ "id": "u", enterprise: { "manager": "x" } })),
        body(json!({ "userName": "no id" })),
    ];
    for answer in answers {
        let rig = Rig::start().await;
        let mia = rig.person("mia", json!({})).await;
        rig.assign(&[&mia]).await;
        rig.target.spoil("GET", "/Users", 1, 200, answer.clone());
        rig.cycle().await;
        assert_eq!(codes(&rig.log().await), ["SystemForCrossDomainIdentityManagementServiceIncompatible"], "{answer}");
    }
}

#[tokio::test]
async fn bad_credentials_and_a_missing_list_quarantine_the_job_at_once() {
    for (status, code) in [(401, "Unauthorized"), (404, "NotFound")] {
        let rig = Rig::start().await;
        let mia = rig.person("mia", json!({})).await;
        rig.assign(&[&mia]).await;
        rig.post("/start", Value::Null).await;
        rig.target.spoil("GET", "/Users", 1_000, status, json!({ "detail": "no" }));
        rig.pass(0).await;
        let state = rig.state().await;
        assert_eq!(
            (&state["status"], &state["quarantine"]["reason"]),
            (&json!("Quarantine"), &json!("EncounteredQuarantineException"))
        );
        assert_eq!(state["quarantine"]["error"]["code"], code);
        assert_eq!(state["last_cycle"]["state"], "Failed");
        rig.target.calls();
        rig.pass(40 * MINUTES).await;
        assert!(rig.target.calls().is_empty(), "once a day from now on");
        rig.target.heal();
        rig.pass(24 * HOURS).await;
        assert_eq!(rig.user("mia")["active"], true);
        assert_eq!(rig.state().await["status"], "Active");
    }
}

#[tokio::test]
async fn four_weeks_of_quarantine_disable_the_job() {
    let rig = Rig::start().await;
    let mia = rig.person("mia", json!({})).await;
    rig.assign(&[&mia]).await;
    rig.target.spoil("GET", "/Users", 1_000, 401, json!({}));
    rig.post("/start", Value::Null).await;
    rig.pass(0).await;
    for _ in 0..27 {
        rig.pass(DAYS).await;
    }
    assert_eq!((rig.target.sent("GET").len(), rig.state().await["schedule"].clone()), (28, json!("Active")));
    rig.pass(DAYS).await;
    rig.pass(DAYS).await;
    assert_eq!((rig.target.sent("GET").len(), rig.state().await["schedule"].clone()), (0, json!("Disabled")));
}

#[tokio::test]
async fn members_that_were_excluded_end_the_run() {
    let rig = Rig::start().await;
    let crane = rig.group("Crane operators", &[]).await;
    rig.target.put("Groups", "g", json!({ "displayName": "Crane operators", "members": [{ "value": "x" }] }));
    rig.target.leak_members(true);
    rig.assign(&[&crane]).await;
    let cycle = rig.cycle().await;
    let error = cycle.error.unwrap().code;
    assert_eq!(error, "SystemForCrossDomainIdentityManagementMultipleEntriesInResponse");
}

#[tokio::test]
async fn too_many_failures_quarantine_by_volume() {
    let cases = [
        (json!({ "escrow_floor": 2 }), "EncounteredEscrowProportionThreshold"),
        (json!({ "escrow_base": 2 }), "EncounteredBaseEscrowThreshold"),
        (json!({ "escrow_total": 2 }), "EncounteredTotalEscrowThreshold"),
    ];
    for (behaviour, reason) in cases {
        let rig = Rig::with("", behaviour).await;
        let (mia, bo) = (rig.person("mia", json!({})).await, rig.person("bo", json!({})).await);
        rig.assign(&[&mia, &bo]).await;
        rig.target.spoil("POST", "/Users", 2, 409, json!({}));
        rig.cycle().await;
        assert_eq!(rig.state().await["quarantine"]["reason"], reason);
        rig.post("/restart", Value::Null).await;
        rig.pass(0).await;
        assert_eq!(rig.state().await["quarantine"], Value::Null);
    }
}

#[tokio::test]
async fn too_many_deletions_are_held_until_somebody_allows_them() {
    let rig = Rig::with("", json!({ "deletion_guard": true, "deletion_threshold": 1 })).await;
    let (mia, bo, ada) =
        (rig.person("mia", json!({})).await, rig.person("bo", json!({})).await, rig.person("ada", json!({})).await);
    rig.assign(&[&mia, &bo, &ada]).await;
    rig.cycle().await;
    rig.unassign(&mia).await;
    rig.unassign(&bo).await;
    rig.edit("PATCH", &format!("/users/{ada}"), json!({ "jobTitle": "Pilot" })).await;
    let cycle = rig.cycle().await;
    assert_eq!((cycle.counts.held, cycle.counts.updated), (2, 1), "everything else goes on");
    assert_eq!(rig.state().await["quarantine"]["reason"], "TooManyDeletes");
    assert_eq!(rig.user("mia")["active"], true);
    // One was a mistake.
    rig.assign(&[&mia]).await;
    rig.unassign(&ada).await;
    assert_eq!(rig.cycle().await.counts.held, 2);
    rig.post("/allow-deletions", Value::Null).await;
    rig.cycle().await;
    assert_eq!(
        ["mia", "bo", "ada"].map(|name| rig.user(name)["active"].clone()),
        [json!(true), json!(false), json!(false)]
    );
    assert_eq!(rig.state().await["quarantine"], Value::Null);
}

#[tokio::test]
async fn a_paused_job_rests_and_a_restarted_one_looks_at_everything_again() {
    let rig = Rig::start().await;
    let mia = rig.person("mia", json!({})).await;
    rig.assign(&[&mia]).await;
    rig.post("/start", Value::Null).await;
    rig.pass(0).await;
    rig.post("/pause", Value::Null).await;
    rig.edit("PATCH", &format!("/users/{mia}"), json!({ "jobTitle": "Pilot" })).await;
    rig.target.calls();
    rig.pass(2 * DAYS).await;
    assert!(rig.target.calls().is_empty());
    let before = rig.state().await["links"].clone();
    rig.post("/restart", Value::Null).await;
    rig.pass(0).await;
    let state = rig.state().await;
    assert_eq!((&state["last_cycle"]["initial"], &state["links"]), (&json!(true), &before), "links are kept");
    assert_eq!(rig.user("mia")["title"], "Pilot");
}

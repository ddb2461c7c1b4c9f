//! Provisioning jobs: what is read, and what exactly is sent.

use serde_json::json;
use uuid::Uuid;

use super::double::{answer, double, ok, refused};

const APP: Uuid = Uuid::from_u128(0xa1);
const ALICE: Uuid = Uuid::from_u128(0xa2);

#[tokio::test]
async fn a_job_in_quarantine_is_read_and_never_is_no_moment() {
    let job = json!({
        "id": "scim.1", "templateId": "scim", "schedule": { "expiration": null, "interval": "PT40M", "state": "Active" },
        "status": {
            "code": "Quarantine", "countSuccessiveCompleteFailures": 3, "escrowsPruned": false, "newWord": {},
            "lastExecution": { "state": "Failed", "timeBegan": "2026-11-21T10:00:00Z", "timeEnded": "0001-01-01T00:00:00Z",
                "countEscrowed": 2, "error": { "code": "Unauthorized", "message": "401", "tenantActionable": true } },
            "quarantine": { "reason": "EncounteredQuarantineException", "currentBegan": "2026-11-21T10:00:00Z",
                "nextAttempt": "2026-11-22T10:00:00Z", "seriesBegan": "2026-11-21T10:00:00Z", "seriesCount": 1 },
            "steadyStateFirstAchievedTime": "0001-01-01T00:00:00Z",
            "synchronizedEntryCountByType": [{ "key": "User to User", "value": 7 }],
        },
    });
    let double = double([ok(json!({ "value": [job] }))]).await;
    let jobs = double.client.sync_jobs(APP).await.unwrap();
    let status = jobs[0].status.clone().unwrap();
    assert_eq!(status.quarantine.unwrap().reason.as_deref(), Some("EncounteredQuarantineException"));
    assert_eq!(status.steady_state_first_achieved_time, None);
    let last = status.last_execution.unwrap();
    assert_eq!((last.time_ended, last.count_escrowed), (None, 2));
    assert_eq!(double.lines()[0], format!("GET /v1.0/servicePrincipals/{APP}/synchronization/jobs"));
}

#[tokio::test]
async fn jobs_are_told_what_to_do() {
    let done = || answer(204, "");
    let double = double([done(), done(), done(), done(), ok(json!({ "key": "{}", "value": "{}" }))]).await;
    let client = &double.client;
    client.start_sync_job(APP, "scim.1").await.unwrap();
    client.pause_sync_job(APP, "scim.1").await.unwrap();
    client.restart_sync_job(APP, "scim.1", "Watermark").await.unwrap();
    client.put_sync_schema(APP, "scim.1", &json!({ "id": "s" })).await.unwrap();
    client.provision_on_demand(APP, "scim.1", "rule", (APP, "Group"), &[ALICE]).await.unwrap();
    let at =
        |verb: &str, rest: &str| format!("{verb} /v1.0/servicePrincipals/{APP}/synchronization/jobs/scim.1/{rest}");
    let expected =
        [("POST", "start"), ("POST", "pause"), ("POST", "restart"), ("PUT", "schema"), ("POST", "provisionOnDemand")];
    assert_eq!(double.lines(), expected.map(|(verb, rest)| at(verb, rest)));
    let bodies: Vec<serde_json::Value> =
        double.asked().iter().skip(2).map(|asked| serde_json::from_str(&asked.body).unwrap()).collect();
    assert_eq!(bodies[0], json!({ "criteria": { "resetScope": "Watermark" } }));
    let subject = json!({ "objectId": APP, "objectTypeName": "Group",
        "links": { "members": [{ "objectId": ALICE, "objectTypeName": "User" }] } });
    assert_eq!(bodies[2], json!({ "parameters": [{ "ruleId": "rule", "subjects": [subject] }] }));
}

#[tokio::test]
async fn applications_are_found_by_name_with_quotes_in_it() {
    let found = json!({ "id": APP, "appId": ALICE, "displayName": "O'Neil" });
    let double = double([ok(json!({ "value": [found] })), refused(404, "Request_ResourceNotFound")]).await;
    assert_eq!(double.client.enterprise_apps_named("O'Neil", 5).await.unwrap()[0].app_id, ALICE);
    assert_eq!(double.client.enterprise_app(APP).await.unwrap(), None);
    assert!(double.lines()[0].contains("$filter=displayName%20eq%20%27O%27%27Neil%27"), "{:?}", double.lines());
}

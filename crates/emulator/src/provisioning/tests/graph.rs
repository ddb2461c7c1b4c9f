//! The synchronization API, the log and assignments, as a client of Graph sees them.

use super::*;

struct Application {
    path: String,
}

async fn instantiate(rig: &Rig) -> Application {
    let template = "/applicationTemplates/8adf8e6e-67b2-4cf2-a259-e3dc5476c621/instantiate";
    let made = rig.probe.graph("POST", template, json!({ "displayName": "Harbor" })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let principal = made.json()["servicePrincipal"]["id"].as_str().unwrap().to_owned();
    Application { path: format!("/servicePrincipals/{principal}/synchronization") }
}

#[tokio::test]
async fn a_job_is_set_up_started_and_read_through_graph() {
    let rig = Rig::start().await;
    let (target, url) = Double::start().await;
    let app = instantiate(&rig).await;
    let made = rig.probe.graph("POST", &format!("{}/jobs", app.path), json!({ "templateId": "scim" })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let made = made.json();
    assert_eq!(made["status"]["code"], "NotConfigured");
    assert_eq!((&made["schedule"]["state"], &made["schedule"]["interval"]), (&json!("Disabled"), &json!("PT40M")));
    let job = format!("{}/jobs/{}", app.path, made["id"].as_str().unwrap());
    let early = rig.probe.graph("POST", &format!("{job}/start"), Value::Null).await;
    assert_eq!(early.status, StatusCode::BAD_REQUEST);
    let credentials = json!([{ "key": "BaseAddress", "value": url }, { "key": "SecretToken", "value": "key:secret" }]);
    let valid =
        rig.probe.graph("POST", &format!("{job}/validateCredentials"), json!({ "credentials": credentials })).await;
    assert_eq!(valid.status, StatusCode::NO_CONTENT, "{}", valid.text);
    let probed = target.calls();
    assert!(probed[0].path.starts_with("/Users?filter=userName eq \""));
    let saved = rig.probe.graph("PUT", &format!("{}/secrets", app.path), json!({ "value": credentials })).await;
    assert_eq!(saved.status, StatusCode::NO_CONTENT, "{}", saved.text);
    let shown = rig.probe.graph("GET", &format!("{}/secrets", app.path), Value::Null).await;
    assert!(!shown.text.contains("key:secret"));
    assert_eq!(rig.probe.graph("POST", &format!("{job}/start"), Value::Null).await.status, StatusCode::NO_CONTENT);
    clockwork::run_due(&rig.probe.world).await;
    let status = rig.probe.graph("GET", &job, Value::Null).await.json()["status"].clone();
    assert_eq!((&status["code"], &status["quarantine"]), (&json!("Active"), &Value::Null));
    assert_eq!(status["lastExecution"]["state"], "Succeeded");
}

#[tokio::test]
async fn bad_credentials_do_not_validate() {
    let rig = Rig::start().await;
    rig.target.spoil("GET", "/Users", 9, 401, json!({}));
    let app = rig.state().await["service_principal_id"].as_str().unwrap().to_owned();
    let path = format!("/servicePrincipals/{app}/synchronization/jobs/{}/validateCredentials", rig.job);
    let answer = rig.probe.graph("POST", &path, json!({ "useSavedCredentials": true })).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(rig.post("/test", Value::Null).await["code"], "Unauthorized");
}

#[tokio::test]
async fn people_and_groups_are_assigned_through_graph() {
    let rig = Rig::start().await;
    let mia = rig.person("mia", json!({})).await;
    let app = rig.state().await["service_principal_id"].as_str().unwrap().to_owned();
    let path = format!("/servicePrincipals/{app}/appRoleAssignedTo");
    let body = json!({ "principalId": mia, "resourceId": app, "appRoleId": "18d14569-c3bd-439b-9a66-3a2aee01d14f" });
    let made = rig.probe.graph("POST", &path, body.clone()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let made = made.json();
    assert_eq!((&made["principalType"], &made["principalDisplayName"]), (&json!("User"), &json!("mia")));
    assert_eq!(rig.probe.graph("POST", &path, body).await.status, StatusCode::BAD_REQUEST);
    rig.cycle().await;
    assert_eq!(rig.user("mia")["active"], true);
    let gone = format!("{path}/{}", made["id"].as_str().unwrap());
    assert_eq!(rig.probe.graph("DELETE", &gone, Value::Null).await.status, StatusCode::NO_CONTENT);
    rig.cycle().await;
    assert_eq!(rig.user("mia")["active"], false);
}

#[tokio::test]
async fn mappings_are_read_changed_and_refused() {
    let rig = Rig::with("", json!({ "scope": "everyone" })).await;
    rig.person("mia", json!({ "companyName": "Harbor" })).await;
    let app = rig.state().await["service_principal_id"].as_str().unwrap().to_owned();
    let path = format!("/servicePrincipals/{app}/synchronization/jobs/{}/schema", rig.job);
    let mut schema = rig.probe.graph("GET", &path, Value::Null).await.json();
    let users = schema["synchronizationRules"][0]["objectMappings"][1]["attributeMappings"].as_array_mut().unwrap();
    assert_eq!(users.len(), 22);
    let active = users.iter().find(|mapping| mapping["targetAttributeName"] == "active").unwrap();
    assert_eq!((&active["source"]["type"], &active["source"]["name"]), (&json!("Function"), &json!("Switch")));
    users.push(json!({
        "targetAttributeName": "nickName", "source": { "expression": "ToUpper([companyName])", "type": "Function" },
    }));
    let put = rig.probe.graph("PUT", &path, schema.clone()).await;
    assert_eq!(put.status, StatusCode::NO_CONTENT, "{}", put.text);
    rig.cycle().await;
    assert_eq!(rig.user("mia")["nickName"], "HARBOR");
    schema["synchronizationRules"][0]["objectMappings"][1]["attributeMappings"][0]["source"]["expression"] =
        json!("What()");
    assert_eq!(rig.probe.graph("PUT", &path, schema).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn provisioning_on_demand_speaks_the_usual_dialect_and_tells_its_steps() {
    let rig = Rig::with("?aadOptscim062020", json!({})).await;
    let (mia, bo) = (rig.person("mia", json!({})).await, rig.person("bo", json!({})).await);
    let crane = rig.group("Crane operators", &[&mia, &bo]).await;
    rig.assign(&[&crane]).await;
    let app = rig.state().await["service_principal_id"].as_str().unwrap().to_owned();
    let path = format!("/servicePrincipals/{app}/synchronization/jobs/{}/provisionOnDemand", rig.job);
    let subject = json!({
        "objectId": crane, "objectTypeName": "Group",
        "links": { "members": [{ "objectId": mia, "objectTypeName": "User" }] },
    });
    let body = json!({ "parameters": [{ "ruleId": "03f7d90d-bf71-41b1-bda6-aaf0ddbee5d8", "subjects": [subject] }] });
    let answer = rig.probe.graph("POST", &path, body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let answer = answer.json();
    let key: Value = serde_json::from_str(answer["key"].as_str().unwrap()).unwrap();
    assert_eq!((&key["result"], &key["action"]), (&json!("success"), &json!("create")));
    let value: Value = serde_json::from_str(answer["value"].as_str().unwrap()).unwrap();
    let steps: Vec<&str> =
        value["provisioningSteps"].as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap()).collect();
    assert_eq!(steps, ["EntryImport", "EntrySynchronizationScoping", "TargetEntryMatching", "EntryExport"]);
    assert_eq!(rig.members("Crane operators"), ["mia"]);
    let patches = rig.target.sent("PATCH");
    assert_eq!(operations(&patches[0])[0]["op"], "Add");
    let six = vec![json!(mia); 6];
    let path = format!("/provisioning/{}/on-demand", rig.job);
    let many = rig.probe.admin("POST", &path, json!({ "object": crane, "members": six })).await;
    assert_eq!(many.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_log_tells_what_was_done_and_why_not() {
    let rig = Rig::start().await;
    let (mia, bo) = (rig.person("mia", json!({})).await, rig.person("bo", json!({})).await);
    rig.assign(&[&mia, &bo]).await;
    rig.target.put("Users", "u-1", json!({ "userName": "bo@contoso.com" }));
    rig.target.spoil("PATCH", "/Users/u-1", 1, 409, json!({ "detail": "taken" }));
    rig.cycle().await;
    let failed = rig
        .probe
        .graph("GET", "/auditLogs/provisioning?$filter=provisioningStatusInfo/status eq 'failure'", Value::Null)
        .await;
    assert_eq!(failed.status, StatusCode::OK, "{}", failed.text);
    let failed = failed.json()["value"].as_array().cloned().unwrap();
    assert_eq!(failed.len(), 1);
    assert_eq!((&failed[0]["sourceIdentity"]["id"], &failed[0]["targetIdentity"]["id"]), (&json!(bo), &json!("u-1")));
    let reason = &failed[0]["provisioningStatusInfo"]["errorInformation"]["reason"];
    assert_eq!(reason, "StatusCode: 409 Message: taken");
    let made = format!("/auditLogs/provisioning?$filter=jobId eq '{}' and provisioningAction eq 'create'", rig.job);
    let made = rig.probe.graph("GET", &made, Value::Null).await.json();
    assert_eq!(made["value"][0]["sourceIdentity"]["details"]["userPrincipalName"], "mia@contoso.com");
    let changed = made["value"][0]["modifiedProperties"].as_array().unwrap();
    assert!(changed.contains(&json!({ "displayName": "active", "oldValue": null, "newValue": "true" })));
}

#[tokio::test]
async fn jobs_are_for_those_who_may() {
    let rig = Rig::start().await;
    let app = rig.state().await["service_principal_id"].as_str().unwrap().to_owned();
    let stranger = Probe::with(|options| options.permissions = vec!["User.Read.All".to_owned()]);
    let path = format!("/servicePrincipals/{app}/synchronization/jobs");
    assert_eq!(stranger.graph("GET", &path, Value::Null).await.status, StatusCode::FORBIDDEN);
    assert_eq!(stranger.graph("GET", "/auditLogs/provisioning", Value::Null).await.status, StatusCode::FORBIDDEN);
    assert_eq!(rig.probe.graph("GET", &path, Value::Null).await.json()["value"][0]["id"], rig.job.as_str());
}

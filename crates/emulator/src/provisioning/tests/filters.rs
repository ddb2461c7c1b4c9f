//! Scoping filters.

use super::*;

fn clause(attribute: &str, operator: &str, values: &[&str]) -> Value {
    json!({ "sourceOperandName": attribute, "operatorName": operator, "targetOperand": { "values": values } })
}

async fn set(rig: &Rig, filter: Value) {
    let path = format!("/provisioning/{}", rig.job);
    let answer = rig.probe.admin("PATCH", &path, json!({ "filters": { "users": filter } })).await;
    assert!(answer.status.is_success(), "{}", answer.text);
}

#[tokio::test]
async fn each_operator_lets_in_whom_it_says() {
    let rig = Rig::with("", json!({ "scope": "everyone" })).await;
    rig.person("mia", json!({ "department": "Docks", "employeeId": "90" })).await;
    rig.person("bo", json!({ "department": "Bridge", "employeeId": "1000" })).await;
    rig.person("cleo", json!({ "department": null, "employeeId": null })).await;
    let cases = [
        (clause("department", "EQUALS", &["Docks", "Bridge"]), vec!["bo", "mia"]),
        (clause("department", "EQUALS", &["docks"]), vec![]),
        (clause("department", "NOT EQUALS", &["Docks"]), vec!["bo", "cleo"]),
        (clause("department", "IS NULL", &[]), vec!["cleo"]),
        (clause("department", "IS NOT NULL", &[]), vec!["bo", "mia"]),
        (clause("department", "INCLUDES", &["rid"]), vec!["bo"]),
        (clause("accountEnabled", "IS FALSE", &[]), vec![]),
        (clause("accountEnabled", "IS TRUE", &[]), vec!["bo", "cleo", "mia"]),
        (clause("employeeId", "GREATER_THAN", &["90"]), vec!["bo"]),
        (clause("employeeId", "GREATER_THAN_OR_EQUALS", &["90"]), vec!["bo", "mia"]),
    ];
    for (clause, expected) in cases {
        set(&rig, json!({ "groups": [{ "clauses": [clause] }] })).await;
        rig.cycle().await;
        let users = rig.target.all("Users").into_iter();
        let active = users.filter(|user| user["active"] == true);
        let mut names: Vec<String> = active.map(|user| user["displayName"].as_str().unwrap().to_owned()).collect();
        names.sort();
        assert_eq!(names, expected, "{clause}");
    }
}

#[tokio::test]
async fn clauses_must_all_hold_and_groups_need_not() {
    let rig = Rig::with("", json!({ "scope": "everyone" })).await;
    rig.person("mia", json!({ "department": "Docks", "city": "Malmö" })).await;
    rig.person("bo", json!({ "department": "Docks", "city": "Bergen" })).await;
    rig.person("cleo", json!({ "department": "Bridge", "city": "Bergen" })).await;
    let docks = clause("department", "EQUALS", &["Docks"]);
    let groups = json!([
        { "name": "Docks in the north", "clauses": [docks, clause("city", "EQUALS", &["Malmö"])] },
        { "name": "The bridge", "clauses": [clause("department", "EQUALS", &["Bridge"])] },
    ]);
    set(&rig, json!({ "groups": groups })).await;
    assert_eq!(rig.cycle().await.counts.created, 2);
    rig.edit("PATCH", "/users/mia@contoso.com", json!({ "city": "Oslo" })).await;
    assert_eq!(rig.cycle().await.counts.disabled, 1);
    assert_eq!((&rig.user("mia")["active"], &rig.user("cleo")["active"]), (&json!(false), &json!(true)));
}

#[tokio::test]
async fn whoever_is_not_read_any_more_is_left_alone() {
    let rig = Rig::with("", json!({ "scope": "everyone" })).await;
    rig.person("mia", json!({ "department": "Docks" })).await;
    rig.cycle().await;
    let input = json!([{ "clauses": [clause("department", "EQUALS", &["Bridge"])] }]);
    set(&rig, json!({ "inputFilterGroups": input })).await;
    rig.edit("PATCH", "/users/mia@contoso.com", json!({ "accountEnabled": false })).await;
    assert_eq!(rig.cycle().await.counts.imported, 0);
    assert_eq!(rig.user("mia")["active"], true);
}

#[tokio::test]
async fn filters_are_part_of_the_schema_in_graph() {
    let rig = Rig::start().await;
    let app = rig.state().await["service_principal_id"].as_str().unwrap().to_owned();
    let path = format!("/servicePrincipals/{app}/synchronization/jobs/{}/schema", rig.job);
    let put = async |scope: Value| {
        let mut schema = rig.probe.graph("GET", &path, Value::Null).await.json();
        schema["synchronizationRules"][0]["objectMappings"][1]["scope"] = scope;
        rig.probe.graph("PUT", &path, schema).await.status
    };
    let groups = json!([{ "name": "Docks", "clauses": [clause("department", "EQUALS", &["Docks"])] }]);
    let scope = json!({ "categoryFilterGroups": [], "groups": groups, "inputFilterGroups": [] });
    assert_eq!(put(scope.clone()).await, StatusCode::NO_CONTENT);
    let shown = rig.probe.graph("GET", &path, Value::Null).await.json();
    assert_eq!(shown["synchronizationRules"][0]["objectMappings"][1]["scope"], scope);
    let wrong = json!({ "groups": [{ "clauses": [clause("department", "REGEX MATCH", &["D.*"])] }] });
    assert_eq!(put(wrong).await, StatusCode::BAD_REQUEST);
}

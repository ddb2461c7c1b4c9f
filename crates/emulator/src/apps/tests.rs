//! Applications and the tenant itself through Graph.

#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use http::StatusCode;
use serde_json::{Value, json};

use crate::apps::catalogue::GRAPH_APP_ID;
use crate::probe::{Probe, claims};

fn reader(permissions: &[&str]) -> Probe {
    let permissions: Vec<String> = permissions.iter().map(|name| (*name).to_owned()).collect();
    Probe::with(move |options| options.permissions = permissions)
}

#[tokio::test]
async fn an_application_shows_when_its_secret_ends_but_not_the_secret() {
    let probe = Probe::start();
    let path =
        format!("/applications?$filter=appId eq '{}'&$select=id,appId,passwordCredentials", probe.prepared.client_id);
    let body = probe.graph("GET", &path, Value::Null).await.json();
    assert_eq!(
        body["@odata.context"],
        "http://emulator.test/v1.0/$metadata#applications(id,appId,passwordCredentials)"
    );
    let app = &body["value"][0];
    assert_eq!(app.as_object().unwrap().len(), 3);
    let password = &app["passwordCredentials"][0];
    assert_eq!(password["endDateTime"], "2027-01-09T02:02:12Z");
    assert_eq!(password["hint"], probe.prepared.client_secret[..3]);
    assert_eq!(password["secretText"], Value::Null);
    let other = probe.graph("GET", "/applications?$filter=displayName eq 'nobody''s'", Value::Null).await.json();
    assert_eq!(other["value"], json!([]));
}

#[tokio::test]
async fn a_secret_is_added_used_and_removed() {
    let probe = Probe::start();
    let app = format!("/applications(appId='{}')", probe.prepared.client_id);
    let added = probe
        .graph("POST", &format!("{app}/addPassword"), json!({ "passwordCredential": { "displayName": "next" } }))
        .await;
    assert_eq!(added.status, StatusCode::OK);
    let added = added.json();
    let secret = added["secretText"].as_str().unwrap();
    assert_eq!(probe.ask_token(&[("client_secret", secret)]).await.status, StatusCode::OK);
    let remove = json!({ "keyId": added["keyId"] });
    let removed = probe.graph("POST", &format!("{app}/removePassword"), remove.clone()).await;
    assert_eq!((removed.status, removed.text.as_str()), (StatusCode::NO_CONTENT, ""));
    assert_eq!(probe.ask_token(&[("client_secret", secret)]).await.json()["error_codes"], json!([7_000_215]));
    let again = probe.graph("POST", &format!("{app}/removePassword"), remove).await;
    assert_eq!(again.json()["error"]["message"], "No password credential found with keyId.");
}

#[tokio::test]
async fn one_may_change_ones_own_application_with_the_small_permission() {
    let probe = reader(&["Application.ReadWrite.OwnedBy"]);
    let own = format!("/applications(appId='{}')/addPassword", probe.prepared.client_id);
    assert_eq!(probe.graph("POST", &own, json!({})).await.status, StatusCode::OK);
    let order = json!({ "display_name": "Another", "permissions": [] });
    let other =
        probe.admin("POST", "/tenants/default/apps", order).await.json()["client_id"].as_str().unwrap().to_owned();
    let foreign = format!("/applications(appId='{other}')/addPassword");
    assert_eq!(probe.graph("POST", &foreign, json!({})).await.status, StatusCode::FORBIDDEN);
    let listed = probe.graph("GET", "/applications", Value::Null).await.json();
    assert_eq!(listed["value"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn graphs_own_principal_publishes_its_roles() {
    let probe = Probe::start();
    let path = format!("/servicePrincipals(appId='{GRAPH_APP_ID}')?$select=id,appId,appRoles");
    let graph = probe.graph("GET", &path, Value::Null).await.json();
    let role =
        graph["appRoles"].as_array().unwrap().iter().find(|role| role["value"] == "User.Read.All").unwrap().clone();
    assert_eq!(role["id"], "df021288-bdef-4463-88db-98f22de89214");
    assert_eq!(role["allowedMemberTypes"], json!(["Application"]));
}

#[tokio::test]
async fn grants_are_listed_added_and_taken_away() {
    let probe = Probe::start();
    let me = probe
        .graph("GET", &format!("/servicePrincipals(appId='{}')", probe.prepared.client_id), Value::Null)
        .await
        .json();
    let graph = probe.graph("GET", &format!("/servicePrincipals(appId='{GRAPH_APP_ID}')"), Value::Null).await.json();
    let path = format!("/servicePrincipals/{}/appRoleAssignments", me["id"].as_str().unwrap());
    let audit = json!({ "principalId": me["id"], "resourceId": graph["id"], "appRoleId": "b0afded3-3588-46d8-8b3d-9842eff778da" });
    let made = probe.graph("POST", &path, audit.clone()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    assert_eq!(made.json()["resourceDisplayName"], "Microsoft Graph");
    assert!(claims(&probe.token().await)["roles"].as_array().unwrap().contains(&json!("AuditLog.Read.All")));
    let twice = probe.graph("POST", &path, audit).await;
    assert_eq!(twice.json()["error"]["message"], "Permission being assigned already exists on the object");

    let listed = probe.graph("GET", &path, Value::Null).await.json()["value"].as_array().unwrap().len();
    let gone = probe.graph("DELETE", &format!("{path}/{}", made.json()["id"].as_str().unwrap()), Value::Null).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(probe.graph("GET", &path, Value::Null).await.json()["value"].as_array().unwrap().len(), listed - 1);
}

#[tokio::test]
async fn permissions_are_enforced() {
    let probe = reader(&["User.Read.All"]);
    for (path, status) in [
        ("/organization", StatusCode::OK),
        ("/domains", StatusCode::FORBIDDEN),
        ("/applications", StatusCode::FORBIDDEN),
        ("/servicePrincipals", StatusCode::FORBIDDEN),
    ] {
        let answer = probe.graph("GET", path, Value::Null).await;
        assert_eq!(answer.status, status, "{path}");
        if status == StatusCode::FORBIDDEN {
            assert_eq!(answer.json()["error"]["code"], "Authorization_RequestDenied");
            assert_eq!(answer.json()["error"]["message"], "Insufficient privileges to complete the operation.");
        }
    }
}

#[tokio::test]
async fn the_tenant_describes_itself() {
    let probe = Probe::start();
    let organization = probe.graph("GET", "/organization", Value::Null).await.json()["value"][0].clone();
    assert_eq!(organization["id"], json!(probe.prepared.tenant_id));
    assert_eq!(organization["verifiedDomains"][0]["name"], "contoso.com");
    let domains = probe.graph("GET", "/domains?$select=id,isInitial", Value::Null).await.json();
    assert_eq!(domains["value"][1], json!({ "id": "contoso.onmicrosoft.com", "isInitial": true }));
    let unknown = probe.graph("GET", "/domains?$select=colour", Value::Null).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    let nowhere = probe.graph("GET", "/nowhere", Value::Null).await;
    assert_eq!(nowhere.json()["error"]["message"], "Resource not found for the segment 'nowhere'.");
    assert_eq!(probe.graph("PUT", "/organization", json!({})).await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn every_property_is_in_the_published_model() {
    let probe = Probe::start();
    let schema: Value = serde_json::from_str(include_str!("tests/model.json")).unwrap();
    for (path, kind) in [
        ("/applications", "application"),
        ("/servicePrincipals", "servicePrincipal"),
        ("/organization", "organization"),
        ("/domains", "domain"),
    ] {
        let body = probe.graph("GET", path, Value::Null).await.json();
        for name in body["value"][0].as_object().unwrap().keys() {
            let known = schema[kind].as_array().unwrap().iter().any(|property| property == name);
            assert!(known || ["id", "deletedDateTime"].contains(&name.as_str()), "{kind}.{name}");
        }
    }
}

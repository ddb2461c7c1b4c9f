//! Single objects: there, not there, or nobody knows.

use serde_json::json;
use uuid::Uuid;

use super::double::{answer, double, ok, refused};
use crate::calls::GRAPH_APP_ID;
use crate::{Existence, GraphError, UserKey};

const A: Uuid = Uuid::from_u128(0xa1);
const B: Uuid = Uuid::from_u128(0xb2);
const C: Uuid = Uuid::from_u128(0xc3);

#[tokio::test]
async fn only_graph_itself_can_say_that_a_user_is_not_there() {
    let double = double([refused(404, "Request_ResourceNotFound")]).await;
    assert_eq!(double.client.user(&UserKey::Id(A), &["id"]).await.unwrap(), None);

    for stranger in [answer(404, "<html>no such page</html>"), answer(404, ""), refused(404, "UnknownError")] {
        let double = super::double::double([stranger]).await;
        let error = double.client.user(&UserKey::Id(A), &[]).await.unwrap_err();
        assert!(matches!(error, GraphError::Rejected(_)), "{error}");
    }
}

#[tokio::test]
async fn names_are_escaped_in_the_path() {
    for (name, expected) in [
        ("ada@contoso.com", "/users/ada@contoso.com?$select=id"),
        ("a_x.y#EXT#@contoso.com", "/users/a_x.y%23EXT%23@contoso.com?$select=id"),
        ("$a'b@c.com", "/users('$a''b@c.com')?$select=id"),
        ("../groups", "/users/..%2Fgroups?$select=id"),
    ] {
        let double = double([ok(json!({ "id": A, "userPrincipalName": name }))]).await;
        let user = double.client.user(&UserKey::PrincipalName(name.into()), &["id"]).await.unwrap().unwrap();
        assert_eq!(user.user_principal_name.text(), Some(name));
        assert_eq!(double.lines(), [format!("GET /v1.0{expected}")]);
    }
}

#[tokio::test]
async fn the_tenant_and_our_application_are_read() {
    let double = double([
        ok(json!({ "value": [{ "id": A, "displayName": "Contoso", "tenantType": "AAD",
            "verifiedDomains": [{ "name": "contoso.com", "isDefault": true, "capabilities": "Email" }] }] })),
        ok(json!({ "value": [{ "id": "contoso.com", "authenticationType": "Managed", "isDefault": true, "isVerified": true }] })),
        ok(json!({ "id": B, "appId": C, "accountEnabled": false, "appRoles": [{ "id": A, "value": "User.Read.All" }] })),
        ok(json!({ "value": [{ "id": "opaque", "appRoleId": A, "principalId": B, "resourceId": C, "createdDateTime": "2026-01-02T04:22:45.49Z" }] })),
        ok(json!({ "id": B, "appId": C, "passwordCredentials": [{ "keyId": A, "hint": "abc", "endDateTime": "2027-01-01T00:00:00Z" }],
            "keyCredentials": [{ "customKeyIdentifier": "xyz", "endDateTime": null }] })),
        refused(404, "Request_ResourceNotFound"),
    ])
    .await;
    let client = &double.client;
    assert_eq!(client.organization().await.unwrap().unwrap().verified_domains[0].name, "contoso.com");
    assert!(client.domains().await.unwrap()[0].is_verified);
    let principal = client.service_principal(C, &[]).await.unwrap().unwrap();
    assert_eq!(
        (principal.account_enabled, principal.app_roles[0].value.as_deref()),
        (Some(false), Some("User.Read.All"))
    );
    assert_eq!(client.app_role_assignments(B).await.unwrap()[0].app_role_id, A);
    let application = client.application(C).await.unwrap().unwrap();
    assert_eq!(application.password_credentials[0].end_date_time.unwrap().to_string(), "2027-01-01T00:00:00Z");
    assert_eq!(client.service_principal(GRAPH_APP_ID, &["id"]).await.unwrap(), None);
    assert_eq!(double.lines()[2], format!("GET /v1.0/servicePrincipals(appId='{C}')"));
    assert_eq!(double.lines()[3], format!("GET /v1.0/servicePrincipals/{B}/appRoleAssignments"));
    assert_eq!(
        double.lines()[5],
        "GET /v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?$select=id"
    );
}

fn inner(id: &str, status: u16, body: serde_json::Value) -> serde_json::Value {
    json!({ "id": id, "status": status, "headers": {}, "body": body })
}

fn not_found() -> serde_json::Value {
    json!({ "error": { "code": "Request_ResourceNotFound", "message": "x" } })
}

#[tokio::test]
async fn gone_rests_on_two_answers() {
    let double = double([
        ok(json!({ "responses": [
            inner("2", 404, not_found()),
            inner("0", 200, json!({ "id": A, "displayName": "Ada" })),
            inner("1", 404, not_found()),
        ] })),
        ok(json!({ "responses": [
            inner("1", 404, not_found()),
            inner("0", 200, json!({ "id": B, "@odata.type": "#microsoft.graph.user", "deletedDateTime": "2026-01-01T00:00:00Z" })),
        ] })),
    ])
    .await;
    let seen = double.client.users_by_ids(&[A, B, C], &["id", "displayName"]).await.unwrap();
    assert!(matches!(&seen[0], Existence::Found(user) if user.id == A && user.display_name.text() == Some("Ada")));
    assert!(matches!(&seen[1], Existence::SoftDeleted(object) if object.id == B && object.deleted_date_time.is_some()));
    assert_eq!(seen[2], Existence::Gone);
    assert!(double.asked()[0].body.contains(&format!("/users/{A}?$select=id,displayName")));
    assert!(double.asked()[1].body.contains(&format!("/directory/deletedItems/{B}")));
    assert!(!double.asked()[1].body.contains(&A.to_string()));
}

#[tokio::test]
async fn an_error_is_never_gone() {
    let denied = json!({ "error": { "code": "Authorization_RequestDenied", "message": "x" } });
    for (status, body) in [(403, denied), (404, json!("PGh0bWw+")), (404, json!(null))] {
        let first = double([ok(json!({ "responses": [inner("0", status, body.clone())] }))]).await;
        assert!(first.client.users_by_ids(&[A], &["id"]).await.is_err(), "{body}");
        let missing = ok(json!({ "responses": [inner("0", 404, not_found())] }));
        let second = double([missing, ok(json!({ "responses": [inner("0", status, body)] }))]).await;
        assert!(second.client.users_by_ids(&[A], &["id"]).await.is_err());
    }
    let none = double([]).await;
    assert_eq!(none.client.users_by_ids(&[], &["id"]).await.unwrap(), []);
    assert!(none.asked().is_empty());
}

#[tokio::test]
async fn members_and_groups_are_listed() {
    let limited = json!({ "value": [{ "@odata.type": "#microsoft.graph.user", "id": A, "displayName": null }] });
    let double = double((0..4).map(|_| ok(limited.clone()))).await;
    assert_eq!(double.client.members(B).all(9).await.unwrap()[0].kind, crate::ObjectKind::User);
    double.client.transitive_members(B).all(9).await.unwrap();
    double.client.member_of(A).all(9).await.unwrap();
    double.client.transitive_member_of(A).all(9).await.unwrap();
    assert_eq!(double.lines()[1], format!("GET /v1.0/groups/{B}/transitiveMembers?$select=id&$top=999"));
    assert_eq!(double.lines()[3], format!("GET /v1.0/users/{A}/transitiveMemberOf?$select=id,displayName&$top=999"));
}

#[tokio::test]
async fn where_somebody_can_be_reached_is_read_and_printed_nowhere() {
    let double = double([
        ok(json!({ "value": [{ "id": A, "phoneNumber": "+46 701234567", "phoneType": "mobile", "createdDateTime": null }] })),
        ok(json!({ "value": [{ "id": B, "emailAddress": "ada@home.example", "createdDateTime": "2026-01-02T04:22:45Z" }] })),
    ])
    .await;
    let phones = double.client.phone_methods(C).await.unwrap();
    assert_eq!(
        (phones[0].phone_type.as_deref(), phones[0].phone_number.as_deref()),
        (Some("mobile"), Some("+46 701234567"))
    );
    let emails = double.client.email_methods(C).await.unwrap();
    assert_eq!(emails[0].email_address.as_deref(), Some("ada@home.example"));
    assert!(emails[0].created_date_time.is_some());
    let printed = format!("{phones:?} {emails:?}");
    assert!(!printed.contains("701234567") && !printed.contains("home.example"), "{printed}");
    let path = format!("GET /v1.0/users/{C}/authentication");
    assert_eq!(double.lines(), [format!("{path}/phoneMethods"), format!("{path}/emailMethods")]);
}

//! Playing administrator: creating, changing, deleting, restoring.

use super::*;

fn newcomer(name: &str) -> Value {
    json!({
        "accountEnabled": true, "displayName": "Ada Lovelace", "mailNickname": "ada", "userPrincipalName": name,
        "passwordProfile": { "password": "x", "forceChangePasswordNextSignIn": true },
    })
}

#[tokio::test]
async fn a_user_is_made_changed_deleted_restored_and_purged() {
    let rig = Rig::new(30, 5, EVERYTHING);
    let made = rig.post("/users", newcomer("ada@contoso.com")).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/users/{id}");
    assert_eq!(
        rig.send("PATCH", &path, &[], Some(json!({"jobTitle": "Analyst", "department": null}))).await.status,
        204
    );
    assert_eq!(rig.get(&path).await.json()["jobTitle"], "Analyst");
    let shown = rig
        .get(&format!(
            "{path}?$select=userType,securityIdentifier,createdDateTime,identities,passwordProfile,accountEnabled"
        ))
        .await
        .json();
    assert_eq!((shown["userType"].as_str(), &shown["passwordProfile"]), (Some("Member"), &Value::Null));
    assert!(shown["securityIdentifier"].as_str().unwrap().starts_with("S-1-12-1-"));

    assert_eq!(rig.send("DELETE", &path, &[], None).await.status, 204);
    assert_eq!(rig.send("DELETE", &path, &[], None).await.code(), "Request_ResourceNotFound");
    assert_eq!(rig.get("/directory/deletedItems").await.status, 400, "the cast is mandatory");
    let gone = rig
        .get("/directory/deletedItems/microsoft.graph.user?$select=id,userPrincipalName,deletedDateTime")
        .await
        .json();
    assert_eq!(gone["value"][0]["userPrincipalName"], format!("{}ada@contoso.com", id.replace('-', "")));
    assert_eq!(gone["value"][0]["deletedDateTime"], "2026-03-01T12:00:00Z");

    let back = rig.send("POST", &format!("/directory/deletedItems/{id}/restore"), &[], None).await;
    assert_eq!((back.status, back.json()["userPrincipalName"].as_str()), (200, Some("ada@contoso.com")));
    rig.send("DELETE", &path, &[], None).await;
    assert_eq!(rig.send("DELETE", &format!("/directory/deletedItems/{id}"), &[], None).await.status, 204);
    assert_eq!(rig.send("POST", &format!("/directory/deletedItems/{id}/restore"), &[], None).await.status, 404);
}

#[tokio::test]
async fn refused_writes_say_why() {
    let rig = Rig::new(120, 30, EVERYTHING);
    let taken = rig.get("/users?$top=1").await.each("userPrincipalName").remove(0);
    let without = |name: &str| {
        let mut body = newcomer("b@contoso.com");
        body.as_object_mut().unwrap().remove(name);
        body
    };
    let cases = [
        (newcomer(&taken), "Another object with the same value for property userPrincipalName already exists."),
        (
            newcomer("a@elsewhere.test"),
            "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.",
        ),
        (without("passwordProfile"), "A value is required for property 'passwordProfile' of resource 'User'."),
        (without("mailNickname"), "A value is required for property 'mailNickname' of resource 'User'."),
    ];
    for (body, message) in cases {
        let reply = rig.post("/users", body).await;
        assert_eq!(
            (reply.status, reply.code().as_str(), reply.message().as_str()),
            (400, "Request_BadRequest", message)
        );
    }
    let synced = rig.user(|directory, ordinal| directory.user(ordinal).record.is_true(user::ON_PREMISES_SYNC_ENABLED));
    let reply = rig.send("PATCH", &format!("/users/{synced}"), &[], Some(json!({"displayName": "X"}))).await;
    assert_eq!(
        reply.message(),
        "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration."
    );
    let mut broken = Request::builder().method("POST").uri("/v1.0/users").header("host", "graph.test");
    broken = broken.header("authorization", format!("Bearer {}", rig.token));
    let response = crate::serve::answer(&rig.world, rig.router.clone(), broken.body(Body::from("{")).unwrap()).await;
    assert_eq!(response.status(), 400);
}

#[tokio::test]
async fn managers_are_set_shown_and_cleared() {
    let rig = Rig::new(60, 5, EVERYTHING);
    let (person, chief) = (rig.plain_user(5), rig.plain_user(6));
    let link = json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/users/{chief}") });
    assert_eq!(rig.send("PUT", &format!("/users/{person}/manager/$ref"), &[], Some(link)).await.status, 204);
    assert_eq!(rig.get(&format!("/users/{person}/manager?$select=id")).await.json()["id"], chief.as_str());
    assert!(rig.get(&format!("/users/{chief}/directReports")).await.each("id").contains(&person));
    assert_eq!(rig.send("DELETE", &format!("/users/{person}/manager/$ref"), &[], None).await.status, 204);
    assert_eq!(rig.get(&format!("/users/{person}/manager")).await.code(), "Request_ResourceNotFound");
}

#[tokio::test]
async fn ending_sessions_moves_the_moment_they_count_from() {
    let rig = Rig::new(60, 5, EVERYTHING);
    let person = rig.plain_user(5);
    rig.advance(60);
    let reply = rig.send("POST", &format!("/users/{person}/revokeSignInSessions"), &[], None).await;
    assert_eq!((reply.status, &reply.json()["value"]), (200, &json!(true)));
    let shown = rig.get(&format!("/users/{person}?$select=signInSessionsValidFromDateTime")).await.json();
    assert_eq!(shown["signInSessionsValidFromDateTime"], "2026-03-01T12:01:00Z");
}

#[tokio::test]
async fn security_groups_can_be_restored_unless_the_switch_says_older_documents() {
    let rig = Rig::new(60, 60, EVERYTHING);
    for (name, hard) in [("App GitHub users", false), ("App SAP users", true)] {
        rig.switch(|switches| switches.security_groups_hard_delete = hard);
        let id = rig.group(name);
        let members = rig.all(&format!("/groups/{id}/members")).await.len();
        assert_eq!(rig.send("DELETE", &format!("/groups/{id}"), &[], None).await.status, 204);
        let back = rig.send("POST", &format!("/directory/deletedItems/{id}/restore"), &[], None).await;
        assert_eq!(back.status, if hard { 404 } else { 200 }, "{name}");
        if !hard {
            assert_eq!(rig.all(&format!("/groups/{id}/members")).await.len(), members);
        }
    }
}

#[tokio::test]
async fn fresh_objects_show_after_the_replication_delay() {
    let rig = Rig::new(30, 5, EVERYTHING);
    rig.switch(|switches| switches.replication_delay_seconds = 90);
    rig.advance(1_000);
    let id = rig.post("/users", newcomer("late@contoso.com")).await.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(rig.get(&format!("/users/{id}")).await.status, 404);
    assert_eq!(rig.all("/users").await.len(), 30);
    rig.advance(91);
    assert_eq!(rig.get(&format!("/users/{id}")).await.status, 200);
    assert_eq!(rig.all("/users").await.len(), 31);
}

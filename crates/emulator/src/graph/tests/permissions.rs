//! Who may do what.

use super::*;

#[tokio::test]
async fn each_call_takes_its_permissions_and_no_others() {
    let mut rig = Rig::new(60, 30, &[]);
    let (person, group) = (rig.plain_user(2), rig.group("All staff"));
    let all: &[&str] = &[
        "User.ReadBasic.All",
        "User.Read.All",
        "User.ReadWrite.All",
        "Directory.Read.All",
        "GroupMember.Read.All",
        "Group.Read.All",
        "GroupMember.ReadWrite.All",
        "User.RevokeSessions.All",
        "User.EnableDisableAccount.All",
    ];
    let cases: [(&str, String, Option<Value>, &[&str]); 9] = [
        (
            "GET",
            "/users".into(),
            None,
            &["User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All"],
        ),
        ("GET", "/users/delta".into(), None, &["User.Read.All", "User.ReadWrite.All", "Directory.Read.All"]),
        (
            "GET",
            "/groups".into(),
            None,
            &["Directory.Read.All", "GroupMember.Read.All", "Group.Read.All", "GroupMember.ReadWrite.All"],
        ),
        (
            "GET",
            "/groups/delta".into(),
            None,
            &["Directory.Read.All", "GroupMember.Read.All", "Group.Read.All", "GroupMember.ReadWrite.All"],
        ),
        (
            "GET",
            format!("/groups/{group}/members"),
            None,
            &["Directory.Read.All", "GroupMember.Read.All", "Group.Read.All", "GroupMember.ReadWrite.All"],
        ),
        ("POST", "/directoryObjects/getByIds".into(), Some(json!({"ids": []})), &["Directory.Read.All"]),
        (
            "GET",
            format!("/users/{person}/transitiveMemberOf"),
            None,
            &[
                "User.Read.All",
                "User.ReadWrite.All",
                "Directory.Read.All",
                "GroupMember.Read.All",
                "Group.Read.All",
                "GroupMember.ReadWrite.All",
            ],
        ),
        (
            "POST",
            format!("/users/{person}/revokeSignInSessions"),
            None,
            &["User.ReadWrite.All", "User.RevokeSessions.All"],
        ),
        ("PATCH", format!("/users/{person}"), Some(json!({"displayName": "X"})), &["User.ReadWrite.All"]),
    ];
    for (method, path, body, allowed) in cases {
        for role in all {
            rig.allow(&[role]);
            let reply = rig.send(method, &path, &[], body.clone()).await;
            if allowed.contains(role) {
                assert!(reply.status < 300, "{method} {path} with {role}: {}", reply.text);
            } else {
                let told = (reply.status, reply.code(), reply.message());
                let denied = (
                    403,
                    "Authorization_RequestDenied".to_owned(),
                    "Insufficient privileges to complete the operation.".to_owned(),
                );
                assert_eq!(told, denied, "{method} {path} with {role}");
            }
        }
    }
}

#[tokio::test]
async fn a_property_has_its_own_least_permission() {
    let mut rig = Rig::new(60, 5, &[]);
    let person = rig.plain_user(2);
    let cases: [(Value, &[&str], u16); 8] = [
        (json!({"accountEnabled": false}), &["User.EnableDisableAccount.All"], 403),
        (json!({"accountEnabled": false}), &["User.EnableDisableAccount.All", "User.Read.All"], 204),
        (json!({"mobilePhone": "+1"}), &["User-Phone.ReadWrite.All"], 204),
        (json!({"otherMails": ["a@b.c"]}), &["User-Mail.ReadWrite.All"], 204),
        (json!({"passwordProfile": {"forceChangePasswordNextSignIn": true}}), &["User.ReadWrite.All"], 403),
        (
            json!({"passwordProfile": {"forceChangePasswordNextSignIn": true}}),
            &["User-PasswordProfile.ReadWrite.All"],
            204,
        ),
        (json!({"accountEnabled": true, "passwordProfile": {}}), &["User.ReadWrite.All"], 403),
        (json!({"displayName": "Y", "mobilePhone": "+2"}), &["User-Phone.ReadWrite.All"], 403),
    ];
    for (body, roles, status) in cases {
        rig.allow(roles);
        let reply = rig.send("PATCH", &format!("/users/{person}"), &[], Some(body.clone())).await;
        assert_eq!(reply.status, status, "{body} with {roles:?}: {}", reply.text);
    }
}

#[tokio::test]
async fn privileged_targets_are_refused_for_sensitive_changes_only() {
    let rig = Rig::new(300, 5, EVERYTHING);
    let admin = rig.user(|directory, ordinal| {
        directory.is_admin(ordinal) && !directory.user(ordinal).record.is_true(user::ON_PREMISES_SYNC_ENABLED)
    });
    let path = format!("/users/{admin}");
    assert_eq!(
        rig.send("PATCH", &path, &[], Some(json!({"accountEnabled": false}))).await.code(),
        "Authorization_RequestDenied"
    );
    assert_eq!(rig.send("DELETE", &path, &[], None).await.code(), "Authorization_RequestDenied");
    assert_eq!(rig.send("PATCH", &path, &[], Some(json!({"jobTitle": "Chief"}))).await.status, 204);
}

#[tokio::test]
async fn business_cards_show_nothing_else() {
    let rig = Rig::new(30, 5, &["User.ReadBasic.All"]);
    let user = rig.get("/users?$select=id,displayName,jobTitle,accountEnabled&$top=1").await.json()["value"][0].clone();
    assert!(user["displayName"].is_string() && user["jobTitle"].is_null() && user["accountEnabled"].is_null());
}

#[tokio::test]
async fn strangers_are_sent_away() {
    let rig = Rig::new(5, 1, &[]);
    let request = Request::builder().uri("/v1.0/users").body(Body::empty()).unwrap();
    let response = crate::serve::answer(&rig.world, rig.router.clone(), request).await;
    assert_eq!(response.status(), 401);
    assert!(response.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer realm=\"\""));
}

//! The life of a user in the target.

use super::*;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

#[tokio::test]
async fn an_assigned_person_is_looked_for_and_created() {
    let rig = Rig::start().await;
    let mia = rig.person("mia", json!({ "jobTitle": "Pilot" })).await;
    rig.person("stranger", json!({})).await;
    rig.assign(&[&mia]).await;
    let cycle = rig.cycle().await;
    assert_eq!((cycle.initial, cycle.counts.created, cycle.counts.failed), (true, 1, 0));
    let calls = rig.target.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].path, r#"/Users?filter=userName eq "mia@contoso.com""#);
    assert_eq!(calls[0].headers["authorization"], "Bearer key:secret");
    assert!(!calls[0].headers.contains_key("user-agent"));
    let body = &calls[1].body;
    assert_eq!(calls[1].headers["content-type"], "application/scim+json; charset=utf-8");
    assert_eq!(body["userName"], "mia@contoso.com");
    assert_eq!(body["externalId"], mia.as_str());
    assert_eq!(body["active"], true);
    assert_eq!(body["title"], "Pilot");
    assert_eq!(body["name"], json!({ "givenName": "mia", "familyName": "Okafor", "formatted": "mia Okafor" }));
    assert_eq!(body["emails"], json!([{ "type": "work", "primary": true, "value": "mia@contoso.com" }]));
    assert_eq!(body["phoneNumbers"], json!([{ "type": "work", "value": "+46 40 1" }]));
    assert_eq!(body[ENTERPRISE], json!({ "employeeNumber": "4471", "department": "Docks" }));
    assert_eq!((&body["roles"], &body["meta"]), (&json!([]), &json!({ "resourceType": "User" })));
    assert_eq!((&body["preferredLanguage"], body.get("preferredLanguage").is_some()), (&Value::Null, true));
    assert_eq!(rig.target.all("Users").len(), 1);
}

#[tokio::test]
async fn somebody_who_is_there_already_is_matched_and_brought_in_line() {
    let rig = Rig::start().await;
    let mia = rig.person("mia", json!({})).await;
    rig.target.put("Users", "u-1", json!({ "userName": "mia@contoso.com", "displayName": "Old", "active": true }));
    rig.assign(&[&mia]).await;
    rig.cycle().await;
    let patches = rig.target.sent("PATCH");
    assert_eq!(patches.len(), 1);
    let changed = operations(&patches[0]);
    let named = changed.iter().find(|one| one["path"] == "displayName").unwrap();
    assert_eq!(*named, json!({ "op": "Replace", "path": "displayName", "value": "mia" }));
    let added = changed.iter().find(|one| one["path"] == "externalId").unwrap();
    assert_eq!(added["op"], "Add");
    assert_eq!(rig.state().await["links"][&mia]["target"], "u-1");
}

#[tokio::test]
async fn only_what_changed_is_looked_at_and_only_what_differs_is_sent() {
    let rig = Rig::start().await;
    let (mia, bo) = (rig.person("mia", json!({ "jobTitle": "Pilot" })).await, rig.person("bo", json!({})).await);
    rig.assign(&[&mia, &bo]).await;
    rig.cycle().await;
    rig.target.calls();
    rig.edit("PATCH", &format!("/users/{mia}"), json!({ "department": "Bridge", "jobTitle": null })).await;
    let cycle = rig.cycle().await;
    assert_eq!((cycle.initial, cycle.counts.imported, cycle.counts.updated), (false, 1, 1));
    let calls = rig.target.calls();
    let target = rig.user("mia")["id"].as_str().unwrap().to_owned();
    assert_eq!(calls[0].path, format!("/Users/{target}"));
    let path = format!("{ENTERPRISE}:department");
    assert_eq!(*operations(&calls[1]), vec![json!({ "op": "Replace", "path": path, "value": "Bridge" })]);
    assert_eq!(rig.user("mia")["title"], "Pilot", "a source without a value clears nothing");
    assert_eq!(rig.cycle().await.counts.imported, 0);
    assert!(rig.target.calls().is_empty());
}

#[tokio::test]
async fn the_flag_in_the_tenant_url_changes_the_dialect() {
    let rig = Rig::with("?aadOptscim062020", json!({})).await;
    let mia = rig.person("mia", json!({})).await;
    rig.assign(&[&mia]).await;
    rig.cycle().await;
    let change =
        json!({ "displayName": "M. Okafor", "surname": "Lind", "mail": "m@contoso.com", "accountEnabled": false });
    rig.edit("PATCH", &format!("/users/{mia}"), change).await;
    rig.target.calls();
    rig.cycle().await;
    let patches = rig.target.sent("PATCH");
    assert_eq!(patches[0].path, format!("/Users/{}", rig.user("mia")["id"].as_str().unwrap()));
    let filtered = json!({ "op": "replace", "path": "emails[type eq \"work\"].value", "value": "m@contoso.com" });
    let together = json!({ "op": "replace", "value": {
        "active": false, "displayName": "M. Okafor", "name.familyName": "Lind", "name.formatted": "mia Lind",
    } });
    assert_eq!(*operations(&patches[0]), vec![filtered, together]);
}

#[tokio::test]
async fn a_leaver_is_disabled_at_once_and_deleted_after_thirty_days() {
    let rig = Rig::start().await;
    let mia = rig.person("mia", json!({})).await;
    rig.assign(&[&mia]).await;
    rig.post("/start", Value::Null).await;
    rig.pass(0).await;
    rig.edit("DELETE", &format!("/users/{mia}"), Value::Null).await;
    rig.target.calls();
    rig.pass(39 * MINUTES).await;
    assert!(rig.target.calls().is_empty(), "the next cycle is due after forty minutes");
    rig.pass(MINUTES).await;
    let patches = rig.target.sent("PATCH");
    assert_eq!(*operations(&patches[0]), vec![json!({ "op": "Replace", "path": "active", "value": "False" })]);
    assert_eq!(rig.user("mia")["active"], false);
    rig.pass(30 * DAYS).await;
    assert_eq!(rig.target.sent("DELETE").len(), 1);
    assert!(rig.target.all("Users").is_empty());
}

#[tokio::test]
async fn somebody_who_comes_back_is_enabled_again_and_keeps_the_groups() {
    let rig = Rig::start().await;
    let mia = rig.person("mia", json!({})).await;
    let crane = rig.group("Crane operators", &[&mia]).await;
    rig.assign(&[&crane]).await;
    rig.cycle().await;
    rig.edit("DELETE", &format!("/users/{mia}"), Value::Null).await;
    rig.cycle().await;
    rig.target.calls();
    rig.edit("POST", &format!("/users/{mia}/restore"), Value::Null).await;
    rig.cycle().await;
    let patches = rig.target.sent("PATCH");
    assert_eq!(patches.len(), 1, "memberships are not sent again");
    assert_eq!(
        (rig.user("mia")["active"].clone(), rig.members("Crane operators")),
        (json!(true), vec!["mia".to_owned()])
    );
}

#[tokio::test]
async fn whoever_falls_out_of_scope_is_disabled_and_never_deleted() {
    let rig = Rig::start().await;
    let mia = rig.person("mia", json!({})).await;
    rig.assign(&[&mia]).await;
    rig.cycle().await;
    rig.unassign(&mia).await;
    assert_eq!(rig.cycle().await.counts.disabled, 1);
    assert_eq!(rig.user("mia")["active"], false);
    rig.edit("DELETE", &format!("/users/{mia}"), Value::Null).await;
    rig.cycle().await;
    rig.probe.hand.advance(Duration::from_secs(31 * DAYS));
    rig.target.calls();
    rig.cycle().await;
    assert!(rig.target.calls().is_empty());
    assert_eq!(rig.target.all("Users").len(), 1);
}

#[tokio::test]
async fn somebody_disabled_before_is_not_created_and_is_created_later() {
    let rig = Rig::start().await;
    let mia = rig.person("mia", json!({ "accountEnabled": false })).await;
    let crane = rig.group("Crane operators", &[&mia]).await;
    rig.assign(&[&crane]).await;
    rig.cycle().await;
    assert!(rig.target.all("Users").is_empty());
    rig.edit("PATCH", &format!("/users/{mia}"), json!({ "accountEnabled": true })).await;
    rig.cycle().await;
    assert_eq!(rig.members("Crane operators"), ["mia"]);
}

#[tokio::test]
async fn a_manager_is_written_in_a_later_pass_and_taken_away_by_an_empty_value() {
    let rig = Rig::start().await;
    let (boss, mia) = (rig.person("boss", json!({})).await, rig.person("mia", json!({})).await);
    rig.edit("PATCH", &format!("/users/{mia}"), json!({ "manager": boss })).await;
    rig.assign(&[&mia, &boss]).await;
    rig.cycle().await;
    let target = rig.user("boss")["id"].clone();
    let path = format!("{ENTERPRISE}:manager");
    let patches = rig.target.sent("PATCH");
    assert_eq!(*operations(&patches[0]), vec![json!({ "op": "Add", "path": path, "value": target })]);
    rig.edit("PATCH", &format!("/users/{mia}"), json!({ "jobTitle": "Pilot" })).await;
    rig.cycle().await;
    assert_eq!(rig.target.sent("PATCH").len(), 1, "a manager that reads back the same is not sent again");
    rig.edit("PATCH", &format!("/users/{mia}"), json!({ "manager": null })).await;
    rig.cycle().await;
    let patches = rig.target.sent("PATCH");
    assert_eq!(*operations(&patches[0]), vec![json!({ "op": "Replace", "path": path, "value": "" })]);
}

#[tokio::test]
async fn a_manager_who_is_deleted_and_restored_stays_the_manager() {
    let rig = Rig::start().await;
    let (boss, mia) = (rig.person("boss", json!({})).await, rig.person("mia", json!({})).await);
    let noor = rig.person("noor", json!({})).await;
    rig.edit("PATCH", &format!("/users/{mia}"), json!({ "manager": boss })).await;
    rig.assign(&[&mia, &noor, &boss]).await;
    rig.cycle().await;
    let target = rig.user("boss")["id"].clone();
    // The report is looked at while the manager is gone; one more report is made on the day it goes.
    rig.edit("PATCH", &format!("/users/{noor}"), json!({ "manager": boss })).await;
    rig.edit("DELETE", &format!("/users/{boss}"), Value::Null).await;
    rig.edit("PATCH", &format!("/users/{mia}"), json!({ "jobTitle": "Pilot" })).await;
    rig.cycle().await;
    // Nothing about a report changes when its manager comes back, so no cycle looks at it again.
    rig.edit("POST", &format!("/users/{boss}/restore"), Value::Null).await;
    rig.cycle().await;
    for name in ["mia", "noor"] {
        assert_eq!(rig.user(name)[ENTERPRISE]["manager"]["value"], target, "{name} has a manager");
    }
    // Once the manager is deleted for good, nobody is the manager.
    rig.edit("DELETE", &format!("/users/{boss}"), Value::Null).await;
    rig.cycle().await;
    rig.edit("DELETE", &format!("/users/{boss}?purge=true"), Value::Null).await;
    rig.cycle().await;
    assert_eq!(rig.user("mia")[ENTERPRISE]["manager"], Value::Null);
}

#[tokio::test]
async fn a_guest_is_named_without_the_tenant() {
    let rig = Rig::start().await;
    let guest = rig.person("ada_fabrikam.com#EXT#", json!({ "userType": "Guest" })).await;
    rig.assign(&[&guest]).await;
    rig.cycle().await;
    assert_eq!(rig.target.all("Users")[0]["userName"], "ada_fabrikam.com");
}

#[tokio::test]
async fn a_target_without_active_deletes_at_once() {
    let rig = Rig::start().await;
    let mia = rig.person("mia", json!({})).await;
    rig.assign(&[&mia]).await;
    let job = rig.probe.world.provisioning.all().remove(0);
    job.with(|state| {
        let mut schema = state.schema.clone();
        schema.users.attributes.retain(|mapping| mapping.target != "active");
        state.set_schema(schema);
    });
    rig.cycle().await;
    rig.edit("DELETE", &format!("/users/{mia}"), Value::Null).await;
    assert_eq!(rig.cycle().await.counts.deleted, 1);
    assert!(rig.target.all("Users").is_empty());
}

#[tokio::test]
async fn whoever_falls_out_of_scope_is_left_alone_where_the_job_says_so() {
    let rig = Rig::with("", json!({ "skip_out_of_scope_deletions": true })).await;
    let mia = rig.person("mia", json!({})).await;
    let crane = rig.group("Crane operators", &[&mia]).await;
    rig.assign(&[&crane]).await;
    rig.cycle().await;
    rig.unassign(&crane).await;
    rig.target.calls();
    rig.cycle().await;
    assert!(rig.target.calls().is_empty());
    assert_eq!((rig.user("mia")["active"].clone(), rig.target.all("Groups").len()), (json!(true), 1));
}

#[tokio::test]
async fn a_manager_has_the_shape_that_the_job_gives_it() {
    let cases = [
        (json!({ "manager_shape": "object" }), json!({ "value": "t1" })),
        (json!({ "manager_shape": "array" }), json!([{ "$ref": null, "value": "t1" }])),
    ];
    for (behaviour, expected) in cases {
        let rig = Rig::with("?aadOptscim062020", behaviour).await;
        let boss = rig.person("boss", json!({})).await;
        rig.assign(&[&boss]).await;
        rig.cycle().await;
        let mia = rig.person("mia", json!({})).await;
        rig.edit("PATCH", &format!("/users/{mia}"), json!({ "manager": boss })).await;
        rig.assign(&[&mia]).await;
        rig.target.calls();
        rig.cycle().await;
        let patches = rig.target.sent("PATCH");
        let path = format!("{ENTERPRISE}:manager");
        assert_eq!(*operations(&patches[0]), vec![json!({ "op": "add", "path": path, "value": expected })]);
    }
}

#[tokio::test]
async fn an_order_that_cannot_be_met_leaves_nothing_behind() {
    let rig = Rig::start().await;
    let before = rig.probe.world.tenants()[0].apps().service_principals.len();
    let orders = [
        (json!({ "target_url": "ftp://x", "token": "t" }), StatusCode::BAD_REQUEST),
        (json!({ "target_url": "http://x", "token": "t", "assign": ["nobody@contoso.com"] }), StatusCode::NOT_FOUND),
        (
            json!({ "target_url": "http://x", "token": "t", "behaviour": { "colour": 1 } }),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    ];
    for (order, status) in orders {
        let answer = rig.probe.admin("POST", "/tenants/default/provisioning", order.clone()).await;
        assert_eq!(answer.status, status, "{order}: {}", answer.text);
    }
    assert_eq!(rig.probe.world.tenants()[0].apps().service_principals.len(), before);
    assert_eq!(rig.probe.world.provisioning.all().len(), 1);
}

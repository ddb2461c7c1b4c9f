//! Memberships: direct, nested, limited, and what may go wrong when they change.

use super::*;

fn link(id: &str) -> Value {
    json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}") })
}

#[tokio::test]
async fn members_are_typed_and_casts_are_plain() {
    let rig = Rig::new(200, 60, EVERYTHING);
    let company = rig.group("Technology division");
    let direct = rig.get(&format!("/groups/{company}/members?$select=id,displayName")).await;
    assert_eq!(direct.json()["@odata.context"], "http://graph.test/v1.0/$metadata#directoryObjects(id,displayName)");
    assert!(direct.each("@odata.type").iter().all(|kind| kind == "#microsoft.graph.group"));

    let unit = rig.group("Engineering department");
    let users = rig.get(&format!("/groups/{unit}/members/microsoft.graph.user?$select=id")).await.json();
    assert_eq!(users["@odata.context"], "http://graph.test/v1.0/$metadata#users(id)");
    assert!(users["value"][0]["@odata.type"].is_null());
    let short = rig.get(&format!("/groups/{unit}/members/graph.user?$select=id")).await.json();
    assert_eq!(short["value"], users["value"], "the libraries' short form");
    assert_eq!(rig.get(&format!("/groups/{unit}/members/$count")).await.code(), "Request_BadRequest");
    let count: usize =
        rig.eventually(&format!("/groups/{unit}/members/microsoft.graph.user/$count")).await.text.parse().unwrap();
    assert_eq!(count, rig.all(&format!("/groups/{unit}/members/microsoft.graph.user?$top=5")).await.len());
}

#[tokio::test]
async fn transitive_members_and_groups_agree() {
    let rig = Rig::new(200, 60, EVERYTHING);
    let company = rig.group("Company");
    let members = rig.all(&format!("/groups/{company}/transitiveMembers?$select=id")).await;
    let kind = |item: &Value| item["@odata.type"].as_str().unwrap().to_owned();
    assert!(members.iter().any(|item| kind(item) == "#microsoft.graph.group"));
    let person = members.iter().find(|item| kind(item) == "#microsoft.graph.user").unwrap()["id"].as_str().unwrap();
    let above: Vec<Value> = rig.all(&format!("/users/{person}/transitiveMemberOf?$select=id")).await;
    assert!(above.iter().any(|item| item["id"] == company.as_str()));
    let direct = rig.all(&format!("/users/{person}/memberOf/microsoft.graph.group?$select=id")).await;
    assert!(direct.len() < above.len() && !direct.iter().any(|item| item["id"] == company.as_str()));

    let checked = rig.post(&format!("/users/{person}/checkMemberGroups"), json!({"groupIds": [company, person]})).await;
    assert_eq!(checked.json()["value"], json!([company]));
    let groups = rig.post(&format!("/users/{person}/getMemberGroups"), json!({"securityEnabledOnly": false})).await;
    assert_eq!(groups.json()["value"].as_array().unwrap().len(), above.len());
}

#[tokio::test]
async fn whoever_may_read_groups_only_sees_members_without_their_names() {
    let mut rig = Rig::new(80, 30, EVERYTHING);
    rig.allow(&["GroupMember.Read.All"]);
    let unit = rig.group("Engineering department");
    let reply = rig.get(&format!("/groups/{unit}/members?$select=id,displayName,accountEnabled")).await.json();
    let member = &reply["value"][0];
    assert!(member["id"].is_string());
    assert_eq!(member["@odata.type"], "#microsoft.graph.user");
    assert!(member["displayName"].is_null() && member["accountEnabled"].is_null());
    assert_eq!(rig.get("/users").await.code(), "Authorization_RequestDenied");
}

#[tokio::test]
async fn changes_of_membership_answer_as_documented() {
    let rig = Rig::new(120, 60, EVERYTHING);
    let (group, person) = (rig.group("App GitHub users"), rig.plain_user(40));
    let add = format!("/groups/{group}/members/$ref");
    let remove = format!("/groups/{group}/members/{person}/$ref");
    let _ = rig.send("DELETE", &remove, &[], None).await;

    assert_eq!(rig.post(&add, link(&person)).await.status, 204);
    let twice = rig.post(&add, link(&person)).await;
    assert_eq!(
        (twice.status, twice.message().as_str()),
        (400, "One or more added object references already exist for the following modified properties: 'members'.")
    );
    assert_eq!(rig.send("DELETE", &remove, &[], None).await.status, 204);
    assert_eq!(rig.send("DELETE", &remove, &[], None).await.code(), "Request_ResourceNotFound");
    let nobody = "00000000-0000-4000-8000-000000000000";
    assert_eq!(rig.post(&add, link(nobody)).await.code(), "Request_ResourceNotFound");
    assert_eq!(
        rig.post(&format!("/groups/{nobody}/members/$ref"), link(&person)).await.code(),
        "Request_ResourceNotFound"
    );

    let dynamic = rig
        .tenant
        .directory()
        .live(Kind::Group)
        .iter()
        .find(|group| rig.tenant.directory().group_has_type(*group, "DynamicMembership"));
    let dynamic = rig.tenant.directory().group(dynamic.unwrap()).id;
    let refused = rig.post(&format!("/groups/{dynamic}/members/$ref"), link(&person)).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "Authorization_RequestDenied"));
    let unified = rig
        .tenant
        .directory()
        .live(Kind::Group)
        .iter()
        .find(|group| rig.tenant.directory().group_has_type(*group, "Unified"));
    let unified = rig.tenant.directory().group(unified.unwrap()).id;
    assert_eq!(rig.post(&format!("/groups/{unified}/members/$ref"), link(&group)).await.status, 400);
}

#[tokio::test]
async fn up_to_twenty_members_are_bound_at_once_or_none() {
    let rig = Rig::new(120, 60, EVERYTHING);
    let group = rig
        .post(
            "/groups",
            json!({"displayName": "Fresh", "mailEnabled": false, "mailNickname": "fresh", "securityEnabled": true}),
        )
        .await;
    assert_eq!(group.status, 201);
    let group = group.json()["id"].as_str().unwrap().to_owned();
    let links =
        |count| -> Vec<Value> { (0..count).map(|index| link(&rig.plain_user(index))["@odata.id"].clone()).collect() };
    let patch = |links: Vec<Value>| json!({"members@odata.bind": links});
    let path = format!("/groups/{group}");
    assert_eq!(rig.send("PATCH", &path, &[], Some(patch(links(21)))).await.status, 400);
    assert_eq!(rig.send("PATCH", &path, &[], Some(patch(links(3)))).await.status, 204);
    assert_eq!(rig.send("PATCH", &path, &[], Some(patch(links(5)))).await.status, 400, "three are members already");
    assert_eq!(rig.all(&format!("{path}/members")).await.len(), 3);
}

#[tokio::test]
async fn a_removal_without_ref_deletes_the_user() {
    let rig = Rig::new(120, 60, EVERYTHING);
    let (group, person) = (rig.group("All staff"), rig.plain_user(3));
    let path = format!("/groups/{group}/members/{person}");
    rig.switch(|switches| switches.delete_member_deletes_user = false);
    assert_eq!(rig.send("DELETE", &path, &[], None).await.status, 400);
    rig.switch(|switches| switches.delete_member_deletes_user = true);
    assert_eq!(rig.send("DELETE", &path, &[], None).await.status, 204);
    assert_eq!(rig.get(&format!("/users/{person}")).await.status, 404);
    assert_eq!(rig.get(&format!("/directory/deletedItems/{person}")).await.status, 200);
}

#[tokio::test]
async fn groups_that_hold_roles_need_a_permission_more() {
    let mut rig = Rig::new(300, 120, EVERYTHING);
    let (group, person) = (rig.group("Tier 0 administrators"), rig.plain_user(1));
    let path = format!("/groups/{group}/members/$ref");
    assert_eq!(rig.post(&path, link(&person)).await.status, 403);
    rig.allow(&[EVERYTHING, &["RoleManagement.ReadWrite.Directory"]].concat());
    assert_eq!(rig.post(&path, link(&person)).await.status, 204);
}

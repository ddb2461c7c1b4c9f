//! Groups and their members.

use super::*;

#[tokio::test]
async fn a_group_is_created_empty_and_its_members_follow_one_by_one() {
    let rig = Rig::start().await;
    let (mia, bo) = (rig.person("mia", json!({})).await, rig.person("bo", json!({})).await);
    let crane = rig.group("Crane operators", &[&mia, &bo]).await;
    rig.assign(&[&crane]).await;
    let cycle = rig.cycle().await;
    assert_eq!((cycle.counts.created, cycle.counts.members_added), (3, 2));
    let calls = rig.target.calls();
    let asked = r#"/Groups?excludedAttributes=members&filter=displayName eq "Crane operators""#;
    assert!(calls.iter().any(|call| call.path == asked));
    let made = calls.iter().find(|call| call.path == "/Groups" && call.method == "POST").unwrap();
    assert_eq!((made.body.get("members"), &made.body["externalId"]), (None, &json!(crane)));
    let added: Vec<&Call> = calls.iter().filter(|call| call.method == "PATCH").collect();
    assert_eq!(added.len(), 2);
    let operation = &operations(added[0])[0];
    assert_eq!((&operation["op"], &operation["path"]), (&json!("Add"), &json!("members")));
    assert_eq!(operation["value"].as_array().unwrap().len(), 1);
    assert_eq!(operation["value"][0]["$ref"], Value::Null);
    assert_eq!(rig.members("Crane operators"), ["bo", "mia"]);
}

#[tokio::test]
async fn a_member_is_removed_in_both_dialects_and_falls_out_of_scope() {
    for (flag, compliant) in [("", false), ("?aadOptscim062020", true)] {
        let rig = Rig::with(flag, json!({})).await;
        let (mia, bo) = (rig.person("mia", json!({})).await, rig.person("bo", json!({})).await);
        let crane = rig.group("Crane operators", &[&mia, &bo]).await;
        rig.assign(&[&crane]).await;
        rig.cycle().await;
        rig.target.calls();
        rig.edit("DELETE", &format!("/groups/{crane}/members/{bo}"), Value::Null).await;
        rig.cycle().await;
        let id = rig.user("bo")["id"].as_str().unwrap().to_owned();
        let expected = if compliant {
            json!({ "op": "remove", "path": format!("members[value eq \"{id}\"]") })
        } else {
            json!({ "op": "Remove", "path": "members", "value": [{ "$ref": null, "value": id }] })
        };
        let patches = rig.target.sent("PATCH");
        let removed = patches.iter().find(|call| call.path.starts_with("/Groups")).unwrap();
        assert_eq!(*operations(removed), vec![expected]);
        assert_eq!(
            (rig.members("Crane operators"), &rig.user("bo")["active"]),
            (vec!["mia".to_owned()], &json!(false))
        );
    }
}

#[tokio::test]
async fn groups_inside_groups_are_not_expanded() {
    let rig = Rig::start().await;
    let (mia, bo) = (rig.person("mia", json!({})).await, rig.person("bo", json!({})).await);
    let inner = rig.group("Inner", &[&bo]).await;
    let outer = rig.group("Outer", &[&mia, &inner]).await;
    rig.assign(&[&outer]).await;
    rig.cycle().await;
    assert_eq!((rig.members("Outer"), rig.target.all("Users").len()), (vec!["mia".to_owned()], 1));
    assert_eq!(rig.target.all("Groups").len(), 1);
}

#[tokio::test]
async fn a_group_is_renamed_and_goes_when_it_is_unassigned_or_deleted() {
    let rig = Rig::start().await;
    let (first, second) = (rig.group("First", &[]).await, rig.group("Second", &[]).await);
    rig.assign(&[&first, &second]).await;
    rig.cycle().await;
    rig.edit("PATCH", &format!("/groups/{first}"), json!({ "displayName": "Renamed" })).await;
    rig.target.calls();
    rig.cycle().await;
    let calls = rig.target.calls();
    assert!(calls[0].path.ends_with("?excludedAttributes=members"));
    assert_eq!(*operations(&calls[1]), vec![json!({ "op": "Replace", "path": "displayName", "value": "Renamed" })]);
    rig.unassign(&first).await;
    rig.edit("DELETE", &format!("/groups/{second}"), Value::Null).await;
    assert_eq!(rig.cycle().await.counts.deleted, 2);
    assert!(rig.target.all("Groups").is_empty());
}

#[tokio::test]
async fn a_busy_cycle_sends_several_members_at_once() {
    let rig = Rig::with("", json!({ "busy_from": 4, "members_per_busy_patch": 3 })).await;
    let mut people = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        people.push(rig.person(name, json!({})).await);
    }
    let members: Vec<&str> = people.iter().map(String::as_str).collect();
    let crane = rig.group("Crane operators", &members).await;
    rig.assign(&[&crane]).await;
    rig.cycle().await;
    let sizes: Vec<usize> =
        rig.target.sent("PATCH").iter().map(|call| operations(call)[0]["value"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [3, 2]);
}

#[tokio::test]
async fn older_jobs_ask_before_they_add() {
    let rig = Rig::with("", json!({ "reference_checks": true })).await;
    let mia = rig.person("mia", json!({})).await;
    let crane = rig.group("Crane operators", &[&mia]).await;
    rig.assign(&[&crane]).await;
    rig.cycle().await;
    let asked = r#"/Groups?excludedAttributes=members&filter=id eq "t2" and members eq "t1""#;
    assert!(rig.target.calls().iter().any(|call| call.path == asked));
}

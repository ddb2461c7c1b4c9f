//! The ready mapping, and what is wrong with others.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use serde_json::{Value, json};

use super::*;

fn faults_of(schema: &Value, source: &str) -> Vec<(bool, String)> {
    let kind = KINDS.iter().find(|kind| kind.source == source).unwrap();
    faults(schema, kind).into_iter().map(|fault| (fault.serious, fault.detail)).collect()
}

fn line<'v>(schema: &'v mut Value, source: &str, target: &str) -> &'v mut Value {
    let mappings = schema["synchronizationRules"][0]["objectMappings"].as_array_mut().unwrap();
    let mapping = mappings.iter_mut().find(|mapping| mapping["sourceObjectName"] == source).unwrap();
    let lines = mapping["attributeMappings"].as_array_mut().unwrap();
    lines.iter_mut().find(|line| line["targetAttributeName"] == target).unwrap()
}

fn of<'v>(schema: &'v mut Value, source: &str) -> &'v mut Value {
    let mappings = schema["synchronizationRules"][0]["objectMappings"].as_array_mut().unwrap();
    mappings.iter_mut().find(|mapping| mapping["sourceObjectName"] == source).unwrap()
}

#[test]
fn the_ready_mapping_is_without_fault_and_every_target_is_kept() {
    for kind in &KINDS {
        assert_eq!(faults(&ready(), kind), [], "{}", kind.word);
        let (count, missing) = summary(&ready(), kind);
        assert_eq!((count, missing.len()), (kind.wanted.len(), 0));
    }
}

#[test]
fn each_fault_is_named_once() {
    type Spoil = fn(&mut Value);
    let cases: [(&str, &str, bool, &str, Spoil); 11] = [
        ("mailNickname", "User", true, "externalId comes from [mailNickname]", |schema| {
            line(schema, "User", "externalId")["source"] = json!({ "expression": "[mailNickname]" });
        }),
        ("no active", "User", true, "active is not mapped", |schema| {
            line(schema, "User", "active")["targetAttributeName"] = json!("nickName");
        }),
        ("active always true", "User", true, "active comes from \"True\"", |schema| {
            line(schema, "User", "active")["source"]["expression"] = json!("\"True\"");
        }),
        ("active once", "User", true, "active is sent only when an object is created", |schema| {
            line(schema, "User", "active")["flowType"] = json!("ObjectAddOnly");
        }),
        ("no matching", "User", true, "nothing matches users", |schema| {
            line(schema, "User", "userName")["matchingPriority"] = json!(0);
        }),
        ("slow matching", "User", false, "users are matched by title", |schema| {
            line(schema, "User", "title")["matchingPriority"] = json!(2);
        }),
        ("unknown", "User", false, "mapped to attributes that are not kept here: shoeSize", |schema| {
            line(schema, "User", "title")["targetAttributeName"] = json!("shoeSize");
        }),
        ("no update", "User", true, "Update is switched off for users", |schema| {
            of(schema, "User")["flowTypes"] = json!("Add, Delete");
        }),
        ("no delete", "Group", false, "Delete is switched off for groups", |schema| {
            of(schema, "Group")["flowTypes"] = json!("Add, Update");
        }),
        ("off", "Group", true, "groups are not provisioned", |schema| of(schema, "Group")["enabled"] = json!(false)),
        ("members", "Group", true, "members is not mapped", |schema| {
            line(schema, "Group", "members")["targetAttributeName"] = json!("id");
        }),
    ];
    for (what, source, serious, expected, spoil) in cases {
        let mut schema = ready();
        spoil(&mut schema);
        let found = faults_of(&schema, source);
        assert_eq!(found.len(), 1, "{what}: {found:?}");
        assert_eq!(found[0].0, serious, "{what}");
        assert!(found[0].1.starts_with(expected), "{what}: {found:?}");
        let other = if source == "User" { "Group" } else { "User" };
        assert_eq!(faults_of(&schema, other), [], "{what}");
        assert_eq!(faults_of(&applied(&schema), source), [], "{what}: what is put in its place is well");
    }
}

#[test]
fn what_is_put_back_keeps_what_nobody_here_knows() {
    let mut schema = ready();
    schema["directories"] = json!([{ "id": "d", "name": "customappsso" }]);
    schema["synchronizationRules"][0]["id"] = json!("rule");
    of(&mut schema, "User")["scope"] = json!({ "groups": [] });
    let put = applied(&schema);
    assert_eq!(put["directories"], schema["directories"]);
    assert_eq!(put["synchronizationRules"][0]["id"], "rule");
    assert_eq!(object_mapping(&put, "User").unwrap().1["scope"], json!({ "groups": [] }));
}

#[test]
fn a_schema_of_another_shape_breaks_nothing() {
    for odd in [json!([]), json!("x"), json!({ "synchronizationRules": {} })] {
        assert_eq!(applied(&odd), ready());
    }
    let rules = json!({ "synchronizationRules": ["x", 1, { "objectMappings": "x" }, { "objectMappings": ["x", []] }] });
    assert_eq!(applied(&rules), rules);
}

#[test]
fn a_schema_without_users_says_so() {
    assert_eq!(faults_of(&json!({}), "User"), [(true, "users are not mapped at all".to_owned())]);
}

//! Patches: reading and applying never panic, what comes out is normalised, and doing it twice is doing it once.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::bodies::{fitting, name, user, value};
use crate::patch::{MemberOps, Patch};
use crate::resource::{Rules, read};
use crate::schema::{GROUP, USER};

fn path() -> impl Strategy<Value = Option<String>> {
    let brackets = prop::sample::select(vec![
        "[type eq \"work\"]",
        "[type eq \"work\"].value",
        "[primary eq \"True\"].value",
        "[value eq \"a\"]",
        "[value pr].type",
        "[type ne \"work\"].primary",
        "[not (type eq \"a\") or value co \"b\"]",
        "[",
        "[]",
        "[colour eq 1]",
        ".value",
        "",
    ]);
    prop::option::of((name(), brackets).prop_map(|(name, brackets)| format!("{name}{brackets}")))
}

/// Operations of any shape; most are refused.
fn wild_operation() -> impl Strategy<Value = Value> {
    let op = prop::sample::select(vec!["add", "Replace", "remove", "move"]);
    (op, path(), prop::option::of(value())).prop_map(|(op, path, value)| {
        let mut operation = json!({ "op": op });
        if let Some(path) = path {
            operation["path"] = path.into();
        }
        if let Some(value) = value {
            operation["value"] = value;
        }
        operation
    })
}

/// Operations that fit; few are refused.
fn fitting_operation() -> impl Strategy<Value = Value> {
    let brackets = prop::sample::select(vec![
        "emails[type eq \"work\"]",
        "emails[type eq \"home\"].value",
        "phoneNumbers[primary eq \"True\"].value",
        "roles[value eq \"a\"].type",
        "emails[value pr].display",
        "emails[type ne \"work\"].value",
        "emails.type",
        "emails[type eq \"other\"].primary",
    ]);
    let text = prop::sample::select(vec![json!("a"), json!("true"), json!("work"), json!(""), Value::Null]);
    let write = prop::sample::select(vec!["add", "Replace"]);
    let gone = prop::sample::select(vec![
        "title",
        "name",
        "name.givenName",
        "emails",
        "emails[type eq \"work\"]",
        "emails[type eq \"home\"].value",
        "manager",
        "emails.primary",
        "roles[primary eq true]",
    ]);
    prop_oneof![
        (write.clone(), fitting()).prop_map(|(op, (path, value))| json!({ "op": op, "path": path, "value": value })),
        (write.clone(), fitting()).prop_map(|(op, (name, value))| json!({ "op": op, "value": { name: value } })),
        (write, brackets, text).prop_map(|(op, path, value)| json!({ "op": op, "path": path, "value": value })),
        gone.prop_map(|path| json!({ "op": "remove", "path": path })),
        fitting().prop_map(|(path, value)| json!({ "op": "Remove", "path": path, "value": value })),
    ]
}

fn operations() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => prop::collection::vec(fitting_operation(), 1..6),
        1 => prop::collection::vec(wild_operation(), 1..4),
    ]
    .prop_map(Value::Array)
}

fn parse(kind: &'static crate::ResourceType, operations: &Value) -> Option<Patch> {
    let body = Map::from_iter([("Operations".to_owned(), operations.clone())]);
    Patch::parse(kind, body, &Rules::default()).ok()
}

/// One operation on members; ids are single letters.
fn member_operation() -> impl Strategy<Value = Value> {
    let ids = prop::collection::vec("[a-f]", 0..4);
    (0..5, ids).prop_map(|(shape, ids)| {
        let elements: Vec<Value> = ids.iter().map(|id| json!({ "value": id })).collect();
        let first = ids.first().map_or("a", String::as_str);
        match shape {
            0 => json!({ "op": "Add", "path": "members", "value": elements }),
            1 => json!({ "op": "Remove", "path": "members", "value": elements }),
            2 => json!({ "op": "remove", "path": format!("members[value eq \"{first}\"]") }),
            3 => json!({ "op": "replace", "value": { "members": elements } }),
            _ => json!({ "op": "remove", "path": "members" }),
        }
    })
}

fn apply_ops(ops: &MemberOps, before: &BTreeSet<String>) -> BTreeSet<String> {
    let mut after = match &ops.replace_all {
        Some(members) => members.iter().map(|member| member.id.clone()).collect(),
        None => before.clone(),
    };
    after.retain(|id| !ops.remove.contains(id));
    after.extend(ops.add.iter().map(|member| member.id.clone()));
    after
}

fn group(ids: &BTreeSet<String>) -> Map<String, Value> {
    let elements: Vec<Value> = ids.iter().map(|id| json!({ "value": id })).collect();
    let body = json!({ "displayName": "g", "members": elements });
    read(&GROUP, body.as_object().unwrap().clone(), &Rules::default()).unwrap()
}

proptest! {
    #[test]
    fn what_a_patch_makes_is_normalised(before in user(), operations in operations()) {
        let before = read(&USER, before, &Rules::default()).unwrap();
        let Some(patch) = parse(&USER, &operations) else { return Ok(()) };
        let Ok(after) = patch.apply(&before) else { return Ok(()) };
        let again = read(&USER, after.resource.clone(), &Rules::default()).unwrap();
        prop_assert_eq!(&again, &after.resource);
        prop_assert_eq!(after.changed.is_empty(), before == after.resource, "{:?}", after.changed);
    }

    #[test]
    fn one_operation_done_twice_is_done_once(before in user(), operations in operations()) {
        let before = read(&USER, before, &Rules::default()).unwrap();
        for operation in operations.as_array().unwrap() {
            // A filter may match what the operation has made.
            if operation["path"].as_str().is_some_and(|path| path.contains('[')) {
                continue;
            }
            let Some(patch) = parse(&USER, &json!([operation])) else { continue };
            let Ok(once) = patch.apply(&before) else { continue };
            let twice = patch.apply(&once.resource).unwrap();
            prop_assert_eq!(&twice.resource, &once.resource, "{}", operation);
            prop_assert!(twice.changed.is_empty());
        }
    }

    #[test]
    fn members_split_off_come_to_the_same(
        before in prop::collection::btree_set("[a-f]", 0..5),
        operations in prop::collection::vec(member_operation(), 1..6),
    ) {
        let operations = Value::Array(operations);
        let patch = parse(&GROUP, &operations).unwrap();
        let whole = patch.apply(&group(&before)).unwrap().resource;
        let split = patch.split_members();
        prop_assert!(!split.needs_members && split.rest.is_empty());
        let after = apply_ops(&split.members, &before);
        prop_assert_eq!(read(&GROUP, whole.clone(), &Rules::default()).unwrap(), whole.clone());
        let ids: BTreeSet<String> = whole.get("members").and_then(Value::as_array).into_iter().flatten()
            .map(|element| element["value"].as_str().unwrap().to_owned()).collect();
        prop_assert_eq!(&ids, &after);
        prop_assert_eq!(apply_ops(&split.members, &after), after);
    }

    #[test]
    fn removing_and_adding_again_changes_nothing(before in prop::collection::btree_set("[a-f]", 1..5)) {
        let first = before.first().unwrap();
        let operations = json!([
            { "op": "Remove", "path": "members", "value": [{ "value": first }] },
            { "op": "Add", "path": "members", "value": [{ "value": first }] },
        ]);
        let split = parse(&GROUP, &operations).unwrap().split_members();
        prop_assert_eq!(apply_ops(&split.members, &before), before);
        prop_assert!(split.members.remove.is_empty());
    }
}

//! Members of a group: the same operations with the members at hand and without them.

use serde_json::{Value, json};

use super::{parse, patch};
use crate::patch::{Member, MemberKind, MemberOps, take_members};
use crate::resource::elements::identity;
use crate::schema::GROUP;
use crate::{Object, ScimType};

fn members(ids: &[&str]) -> Value {
    ids.iter().map(|id| json!({ "value": id })).collect()
}

fn group(ids: &[&str]) -> Value {
    json!({ "displayName": "g", "members": members(ids) })
}

fn ids(resource: &Object) -> Vec<String> {
    let elements = resource.get("members").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut ids: Vec<String> = elements.iter().map(|element| identity(&GROUP.core.attributes[1], element)).collect();
    ids.sort();
    ids
}

/// What [`MemberOps`] make of the members `a`, `b`, `c`.
fn outcome(ops: &MemberOps) -> Vec<String> {
    let mut ids: Vec<String> = match &ops.replace_all {
        Some(members) => members.iter().map(|member| member.id.clone()).collect(),
        None => ["a", "b", "c"].map(str::to_owned).to_vec(),
    };
    ids.retain(|id| !ops.remove.contains(id));
    ids.extend(ops.add.iter().map(|member| member.id.clone()));
    ids.sort();
    ids.dedup();
    ids
}

#[test]
fn operations_on_members_come_to_the_same_without_the_members() {
    let all: &[&str] = &["a", "b", "c"];
    let cases: &[(Value, &[&str])] = &[
        // Entra's default dialect.
        (json!([{ "op": "Add", "path": "members", "value": [{ "$ref": null, "value": "d" }] }]), &["a", "b", "c", "d"]),
        (json!([{ "op": "Remove", "path": "members", "value": [{ "$ref": null, "value": "b" }] }]), &["a", "c"]),
        (json!([{ "op": "Remove", "path": "Members", "value": [{ "value": "a" }, { "value": "x" }] }]), &["b", "c"]),
        // The RFC's.
        (json!([{ "op": "add", "path": "members", "value": { "value": "d", "type": "User" } }]), &["a", "b", "c", "d"]),
        (json!([{ "op": "add", "path": "members", "value": [{ "value": "a" }] }]), all),
        (json!([{ "op": "remove", "path": "members[value eq \"b\"]" }]), &["a", "c"]),
        (json!([{ "op": "remove", "path": "members[value eq \"x\"]" }]), all),
        (json!([{ "op": "remove", "path": "members[value eq \"a\" or value eq \"c\"]" }]), &["b"]),
        (json!([{ "op": "remove", "path": "members" }]), &[]),
        (json!([{ "op": "remove", "path": "members", "value": null }]), &[]),
        (json!([{ "op": "remove", "path": "members", "value": [] }]), all),
        (json!([{ "op": "replace", "path": "members", "value": [{ "value": "b" }, { "value": "d" }] }]), &["b", "d"]),
        (json!([{ "op": "replace", "path": "members", "value": [] }]), &[]),
        (json!([{ "op": "add", "path": "members", "value": [] }]), all),
        (json!([{ "op": "add", "path": "members", "value": ["d", "e"] }]), &["a", "b", "c", "d", "e"]),
        // Okta's.
        (json!([{ "op": "replace", "value": { "members": [{ "value": "d", "display": "D" }] } }]), &["d"]),
        (
            json!([{ "op": "add", "value": { "members": [{ "value": "d" }], "displayName": "h" } }]),
            &["a", "b", "c", "d"],
        ),
        (
            json!([
                { "op": "remove", "path": "members[value eq \"a\"]" },
                { "op": "add", "path": "members", "value": [{ "value": "d" }] },
            ]),
            &["b", "c", "d"],
        ),
        // In order.
        (
            json!([
                { "op": "remove", "path": "members", "value": [{ "value": "a" }] },
                { "op": "add", "path": "members", "value": [{ "value": "a" }] },
            ]),
            all,
        ),
        (
            json!([
                { "op": "add", "path": "members", "value": [{ "value": "d" }] },
                { "op": "remove", "path": "members[value eq \"d\"]" },
            ]),
            all,
        ),
        (
            json!([
                { "op": "add", "path": "members", "value": [{ "value": "d" }] },
                { "op": "remove", "path": "members" },
                { "op": "add", "path": "members", "value": [{ "value": "e" }, { "value": "a" }] },
                { "op": "remove", "path": "members", "value": [{ "value": "a" }] },
            ]),
            &["e"],
        ),
    ];
    for (operations, expected) in cases {
        let whole = patch(&GROUP, &group(all), operations).unwrap();
        assert_eq!(ids(&whole.resource), *expected, "{operations}");
        let split = parse(&GROUP, operations).unwrap().split_members();
        assert!(!split.needs_members, "{operations}");
        assert_eq!(outcome(&split.members), *expected, "{operations}");
        let rest = split.rest.apply(json!({ "displayName": "g" }).as_object().unwrap()).unwrap();
        assert_eq!(rest.resource["displayName"], whole.resource["displayName"], "{operations}");
        assert_eq!(rest.resource.get("members"), None);
    }
}

#[test]
fn what_needs_the_members_is_left_whole() {
    for path in [
        "members[type eq \"User\"]",
        "members[value sw \"a\"]",
        "members[value eq \"a\" and type eq \"User\"]",
        "members[not (value eq \"a\")]",
    ] {
        let operations = json!([
            { "op": "add", "path": "members", "value": [{ "value": "d" }] },
            { "op": "remove", "path": path },
            { "op": "replace", "path": "displayName", "value": "h" },
        ]);
        let split = parse(&GROUP, &operations).unwrap().split_members();
        assert!(split.needs_members && split.members.is_empty(), "{path}");
        let after = split.rest.apply(group(&["a", "b"]).as_object().unwrap()).unwrap();
        assert_eq!(after.resource["displayName"], "h");
    }
}

#[test]
fn a_member_is_never_made_into_another() {
    let write = |path: &str, value: Value| json!([{ "op": "replace", "path": path, "value": value }]);
    let before = json!({ "displayName": "g", "members": [{ "value": "a", "type": "User" }] });
    for operations in [
        write("members[value eq \"a\"].value", json!("b")),
        write("members[value eq \"a\"].type", json!("Group")),
        write("members.value", json!("b")),
        write("members[value eq \"a\"].$ref", json!("https://x/Users/b")),
        json!([{ "op": "remove", "path": "members[value eq \"a\"].value" }]),
        json!([{ "op": "remove", "path": "members.type" }]),
        write("members[value eq \"a\"].display", json!("A")),
    ] {
        let error = patch(&GROUP, &before, &operations).unwrap_err();
        assert_eq!(error.scim_type, Some(ScimType::Mutability), "{operations}: {error}");
    }
    let same = write("members[value eq \"a\"].$ref", json!("https://x/Users/a"));
    assert!(patch(&GROUP, &before, &same).unwrap().changed.is_empty());
    for value in [json!(5), json!([5]), json!([{ "type": "User" }]), json!([{ "value": 5 }]), json!([[]])] {
        let error = patch(&GROUP, &before, &write("members", value.clone())).unwrap_err();
        assert_eq!(error.scim_type, Some(ScimType::InvalidValue), "{value}");
    }
    let error = patch(&GROUP, &before, &json!([{ "op": "remove", "path": "displayName" }])).unwrap_err();
    assert_eq!(error.scim_type, Some(ScimType::Mutability));
}

#[test]
fn kinds_of_members_are_kept_where_they_are_said() {
    let operations = json!([{ "op": "add", "path": "members", "value": [
        { "value": "z", "type": "group" }, { "value": "b", "type": "User" }, { "value": "c", "type": "x" }, { "value": "z" },
    ] }]);
    let member = |id: &str, kind| Member { id: id.to_owned(), kind };
    let split = parse(&GROUP, &operations).unwrap().split_members();
    let expected = [member("b", Some(MemberKind::User)), member("c", None), member("z", Some(MemberKind::Group))];
    assert_eq!(split.members.add, expected);
    let mut whole = group(&["b", "a"]).as_object().unwrap().clone();
    assert_eq!(take_members(&mut whole), [member("b", None), member("a", None)]);
    assert_eq!(whole.get("members"), None);
}

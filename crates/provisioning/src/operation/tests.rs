//! What calls mean, as a table.

use serde_json::{Value, json};

use super::*;

fn patch(operations: Value) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations })
}

#[test]
fn a_call_is_told_by_what_it_asks() {
    let guid = "7f1d2c8e-6f3b-4b1d-9a11-0f0c51a6f9d2";
    let none = Value::Null;
    let cases: Vec<(&str, &str, Option<String>, Value, Operation)> = vec![
        ("GET", "/Users", Some(format!("userName eq \"{guid}\"")), none.clone(), Operation::TestConnection),
        (
            "GET",
            "/Users",
            Some(format!("userName eq \"AzureAD_Test-{guid}\"")),
            none.clone(),
            Operation::TestConnection,
        ),
        ("GET", "/Users", Some("userName eq \"mia@harbor.example\"".to_owned()), none.clone(), Operation::MatchUser),
        ("GET", "/v2/Users/", Some(format!("externalId eq \"{guid}\"")), none.clone(), Operation::MatchUser),
        (
            "GET",
            "/Users",
            Some("emails[type eq \"work\"].value eq \"m@h.example\"".to_owned()),
            none.clone(),
            Operation::MatchUser,
        ),
        ("GET", "/Users", Some("userName sw \"m\"".to_owned()), none.clone(), Operation::ListUsers),
        ("GET", "/Groups", Some("displayName eq \"Crane operators\"".to_owned()), none.clone(), Operation::MatchGroup),
        (
            "GET",
            "/Groups",
            Some("id eq \"G\" and members eq \"U\"".to_owned()),
            none.clone(),
            Operation::CheckReference,
        ),
        ("GET", "/Users", None, none.clone(), Operation::ListUsers),
        ("GET", "/Groups", Some(String::new()), none.clone(), Operation::ListGroups),
        ("POST", "/Users/.search", None, json!({ "filter": "userName eq \"m\"" }), Operation::MatchUser),
        ("GET", "/Users/u", None, none.clone(), Operation::ReadUser),
        ("GET", "/Groups/g", None, none.clone(), Operation::ReadGroup),
        ("POST", "/Users", None, json!({ "userName": "m", "active": true }), Operation::CreateUser),
        (
            "PATCH",
            "/Users/u",
            None,
            patch(json!([{ "op": "Replace", "path": "active", "value": "False" }])),
            Operation::DisableUser,
        ),
        (
            "PATCH",
            "/Users/u",
            None,
            patch(json!([{ "op": "replace", "value": { "active": false, "title": "x" } }])),
            Operation::DisableUser,
        ),
        (
            "PATCH",
            "/Users/u",
            None,
            patch(json!([{ "op": "Replace", "path": "active", "value": "True" }])),
            Operation::EnableUser,
        ),
        (
            "PATCH",
            "/Users/u",
            None,
            patch(json!([{ "op": "add", "path": "title", "value": "x" }])),
            Operation::UpdateUser,
        ),
        ("PUT", "/Users/u", None, json!({ "userName": "m", "active": false }), Operation::DisableUser),
        ("PUT", "/Users/u", None, json!({ "userName": "m", "active": true }), Operation::UpdateUser),
        ("DELETE", "/Users/u", None, none.clone(), Operation::DeleteUser),
        ("POST", "/Groups", None, json!({ "displayName": "g" }), Operation::CreateGroup),
        (
            "PATCH",
            "/Groups/g",
            None,
            patch(json!([{ "op": "Replace", "path": "displayName", "value": "x" }])),
            Operation::UpdateGroup,
        ),
        ("DELETE", "/Groups/g", None, none.clone(), Operation::DeleteGroup),
        ("POST", "/Bulk", None, json!({}), Operation::Bulk),
        ("GET", "/Schemas", None, none.clone(), Operation::Discover),
        ("GET", "/ServiceProviderConfig", None, none.clone(), Operation::Discover),
        ("POST", "/oauth2/token", None, none.clone(), Operation::IssueToken),
        ("GET", "/Me", None, none.clone(), Operation::Unknown),
        ("GET", "", None, none, Operation::Unknown),
    ];
    for (method, path, filter, body, expected) in cases {
        let meaning = operation(method, path, filter.as_deref(), body.as_object());
        assert_eq!(meaning.operation, expected, "{method} {path} {filter:?} {body}");
    }
}

#[test]
fn members_are_counted_in_both_dialects() {
    let cases = [
        (
            json!([{ "op": "Add", "path": "members", "value": [{ "value": "a" }, { "value": "b" }] }]),
            Operation::AddMember,
            2,
            0,
        ),
        (
            json!([{ "op": "Remove", "path": "members", "value": [{ "$ref": null, "value": "a" }] }]),
            Operation::RemoveMember,
            0,
            1,
        ),
        (json!([{ "op": "remove", "path": "members[value eq \"a\"]" }]), Operation::RemoveMember, 0, 1),
        (json!([{ "op": "remove", "path": "members" }]), Operation::RemoveMember, 0, 1),
        (json!([{ "op": "add", "value": { "members": [{ "value": "a" }] } }]), Operation::AddMember, 1, 0),
        (
            json!([
                { "op": "remove", "path": "urn:ietf:params:scim:schemas:core:2.0:Group:members[value eq \"a:b\"]" },
                { "op": "add", "path": "members", "value": [{ "value": "b" }] }
            ]),
            Operation::ChangeMembers,
            1,
            1,
        ),
        (json!([{ "op": "replace", "path": "members", "value": [] }]), Operation::RemoveMember, 0, 1),
    ];
    for (operations, expected, added, removed) in cases {
        let body = patch(operations);
        let meaning = operation("PATCH", "/Groups/g", None, body.as_object());
        let found = (meaning.operation, meaning.members_added, meaning.members_removed);
        assert_eq!(found, (expected, added, removed), "{body}");
    }
}

//! What an answer shows.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use serde_json::{Value, json};

use super::Projection;
use crate::schema::{GROUP, USER};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn user() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
        "id": "1", "userName": "mia", "active": true,
        "name": { "givenName": "Mia", "familyName": "Okafor" },
        "emails": [{ "value": "a@b", "type": "work" }, { "value": "c@d" }],
        ENTERPRISE: { "department": "Docks", "manager": { "value": "9" } },
        "meta": { "resourceType": "User" },
    })
}

/// `attributes`, `excludedAttributes`, what is shown, what is not.
type Case<'a> = (Option<&'a str>, Option<&'a str>, &'a [&'a str], &'a [&'a str]);

#[test]
fn attributes_are_shown_as_asked() {
    let department = format!("{ENTERPRISE}:department");
    let cases: &[Case<'_>] = &[
        (None, None, &["/userName", "/name/givenName", "/meta"], &[]),
        (Some("userName"), None, &["/userName", "/id", "/schemas"], &["/active", "/meta", "/emails"]),
        (Some("USERNAME, name.givenname"), None, &["/userName", "/name/givenName"], &["/name/familyName"]),
        (Some("emails.value"), None, &["/emails/0/value", "/emails/1/value"], &["/emails/0/type"]),
        (Some("emails.type"), None, &["/emails/0/type"], &["/emails/1", "/emails/0/value"]),
        (Some(&department), None, &[], &["/userName"]),
        (Some("unknown"), None, &["/id"], &["/userName"]),
        (Some("urn:ietf:params:scim:schemas:core:2.0:User:active"), None, &["/active"], &["/userName"]),
        (Some("password"), None, &["/id"], &["/password"]),
        (Some(""), None, &["/userName"], &[]),
        (None, Some("userName,meta"), &["/active", "/id"], &["/userName", "/meta"]),
        (None, Some("id,schemas"), &["/id", "/schemas", "/userName"], &[]),
        (None, Some("name.givenName"), &["/name/familyName"], &["/name/givenName"]),
        (None, Some("emails.type"), &["/emails/0/value"], &["/emails/0/type"]),
        (None, Some(ENTERPRISE), &["/userName"], &["/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]),
        (None, Some("nonsense[x"), &["/userName"], &[]),
    ];
    for (attributes, excluded, shown, hidden) in cases {
        let projection = Projection::parse(&USER, *attributes, *excluded).unwrap();
        let answer = Value::Object(projection.apply(user().as_object().unwrap().clone()));
        for pointer in *shown {
            assert!(answer.pointer(pointer).is_some(), "{attributes:?} {excluded:?}: {pointer} in {answer}");
        }
        for pointer in *hidden {
            assert!(answer.pointer(pointer).is_none(), "{attributes:?} {excluded:?}: {pointer} in {answer}");
        }
    }
    let only = Projection::parse(&USER, Some(&department), None).unwrap();
    let answer = only.apply(user().as_object().unwrap().clone());
    assert_eq!(answer[ENTERPRISE], json!({ "department": "Docks" }));
}

#[test]
fn members_are_read_only_when_they_are_shown() {
    let cases = [
        (None, None, true),
        (None, Some("members"), false),
        (None, Some("MEMBERS,displayName"), false),
        (None, Some("members.value"), true),
        (Some("displayName"), None, false),
        (Some("members"), None, true),
        (Some("members.value"), None, true),
        (None, Some("urn:ietf:params:scim:schemas:core:2.0:Group"), false),
    ];
    for (attributes, excluded, wanted) in cases {
        let projection = Projection::parse(&GROUP, attributes, excluded).unwrap();
        assert_eq!(projection.wants("members"), wanted, "{attributes:?} {excluded:?}");
        assert!(projection.wants("id") && !projection.wants("userName"));
    }
    assert!(Projection::parse(&GROUP, Some("id"), Some("members")).is_err());
    let parts = [
        (None, None, false),
        (Some("members"), None, false),
        (Some("members.display"), None, true),
        (Some("members,members.display"), None, true),
        (None, Some("members.value"), false),
    ];
    for (attributes, excluded, wanted) in parts {
        let projection = Projection::parse(&GROUP, attributes, excluded).unwrap();
        assert_eq!(projection.wants("members.display"), wanted, "{attributes:?} {excluded:?}");
    }
    assert!(Projection::of_everything(&GROUP).wants("members.value"));
}

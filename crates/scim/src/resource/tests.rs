//! What bodies become, and which are refused.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use serde_json::{Value, json};

use super::{Rules, Unknown, read};
use crate::schema::{GROUP, ResourceType, USER};
use crate::{Object, ScimError, ScimType};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

fn becomes(kind: &'static ResourceType, body: Value) -> Result<Value, ScimError> {
    let mut resource = read(kind, body.as_object().unwrap().clone(), &Rules::default())?;
    resource.remove("schemas");
    Ok(Value::Object(resource))
}

#[test]
fn bodies_are_brought_to_one_form() {
    let cases = [
        // Names.
        (json!({ "USERNAME": "a" }), json!({ "userName": "a" })),
        (
            json!({ "userName": "a", "NAME": { "GIVENNAME": "b" } }),
            json!({ "userName": "a", "name": { "givenName": "b" } }),
        ),
        (json!({ "userName": "a", "name.givenName": "b" }), json!({ "userName": "a", "name": { "givenName": "b" } })),
        (
            json!({ "userName": "a", "name.givenName": "b", "name": { "familyName": "c" } }),
            json!({ "userName": "a", "name": { "familyName": "c", "givenName": "b" } }),
        ),
        (json!({ format!("{CORE}:userName"): "a" }), json!({ "userName": "a" })),
        (json!({ CORE: { "userName": "a" } }), json!({ "userName": "a" })),
        (
            json!({ "userName": "a", format!("{ENTERPRISE}:department"): "d" }),
            json!({ "userName": "a", ENTERPRISE: { "department": "d" } }),
        ),
        (
            json!({ "userName": "a", ENTERPRISE.to_lowercase(): { "Department": "d" } }),
            json!({ "userName": "a", ENTERPRISE: { "department": "d" } }),
        ),
        // Values go through byte for byte.
        (json!({ "userName": " Mia.Økafor#EXT#@x " }), json!({ "userName": " Mia.Økafor#EXT#@x " })),
        // No value.
        (
            json!({ "userName": "a", "title": null, "nickName": "", "emails": [], "name": {} }),
            json!({ "userName": "a" }),
        ),
        (json!({ "userName": "a", "emails": [{ "type": "work" }], "roles": [null] }), json!({ "userName": "a" })),
        (json!({ "userName": "a", "name": { "givenName": null } }), json!({ "userName": "a" })),
        (json!({ "userName": "a", ENTERPRISE: {}, "emails": null }), json!({ "userName": "a" })),
        (json!({ "userName": "a", ENTERPRISE: null }), json!({ "userName": "a" })),
        // Read-only, unknown and secret ones.
        (
            json!({ "userName": "a", "id": "1", "meta": { "resourceType": "User" }, "groups": [{ "value": "g" }] }),
            json!({ "userName": "a" }),
        ),
        (json!({ "userName": "a", "password": "s3cret" }), json!({ "userName": "a" })),
        (
            json!({ "userName": "a", "colour": 5, "urn:example:x": {}, "name": { "nick": 1 } }),
            json!({ "userName": "a" }),
        ),
        (json!({ "userName": "a", "schemas": ["nonsense"] }), json!({ "userName": "a" })),
        // Booleans.
        (json!({ "userName": "a", "active": "False" }), json!({ "userName": "a", "active": false })),
        (json!({ "userName": "a", "active": "tRUE" }), json!({ "userName": "a", "active": true })),
        (
            json!({ "userName": "a", "emails": [{ "value": "b", "primary": "True" }] }),
            json!({ "userName": "a", "emails": [{ "value": "b", "primary": true }] }),
        ),
        // Lists and objects.
        (
            json!({ "userName": "a", "emails": { "value": "b", "type": "work" } }),
            json!({ "userName": "a", "emails": [{ "value": "b", "type": "work" }] }),
        ),
        (
            json!({ "userName": "a", "name": [{ "givenName": "b" }] }),
            json!({ "userName": "a", "name": { "givenName": "b" } }),
        ),
        (
            json!({ "userName": "a", "emails": [{ "value": "B@x", "type": "work" }, { "value": "b@X", "type": "Work", "display": "d" }] }),
            json!({ "userName": "a", "emails": [{ "value": "b@X", "type": "Work", "display": "d" }] }),
        ),
        (
            json!({ "userName": "a", "emails": [{ "value": "1", "primary": true }, { "value": "2", "primary": true }, { "value": "3" }] }),
            json!({ "userName": "a", "emails": [{ "value": "1", "primary": false }, { "value": "2", "primary": true }, { "value": "3" }] }),
        ),
        (
            json!({ "userName": "a", "emails": [{ "value": "1", "type": "WindowsAzureActiveDirectoryRole" }] }),
            json!({ "userName": "a", "emails": [{ "value": "1", "type": "WindowsAzureActiveDirectoryRole" }] }),
        ),
        // Managers in every shape.
        (
            json!({ "userName": "a", ENTERPRISE: { "manager": "m" } }),
            json!({ "userName": "a", ENTERPRISE: { "manager": { "value": "m" } } }),
        ),
        (
            json!({ "userName": "a", "manager": "m" }),
            json!({ "userName": "a", ENTERPRISE: { "manager": { "value": "m" } } }),
        ),
        (
            json!({ "userName": "a", ENTERPRISE: { "manager": [{ "$ref": null, "value": "m" }] } }),
            json!({ "userName": "a", ENTERPRISE: { "manager": { "value": "m" } } }),
        ),
        (
            json!({ "userName": "a", ENTERPRISE: { "manager": { "$ref": "https://x/Users/m", "displayName": "M" } } }),
            json!({ "userName": "a", ENTERPRISE: { "manager": { "value": "m" } } }),
        ),
        (json!({ "userName": "a", ENTERPRISE: { "manager": "" } }), json!({ "userName": "a" })),
        // Roles packed as JSON.
        (
            json!({ "userName": "a", "roles": [{ "value": "{\"id\":\"1\",\"value\":\"25\",\"displayName\":\"Pilot\"}" }] }),
            json!({ "userName": "a", "roles": [{ "value": "25", "display": "Pilot" }] }),
        ),
        (
            json!({ "userName": "a", "roles": [{ "value": "{not json" }] }),
            json!({ "userName": "a", "roles": [{ "value": "{not json" }] }),
        ),
        (
            json!({ "userName": "a", "roles": [{ "value": "{\"value\":\"x\",\"value\":\"y\"}" }] }),
            json!({ "userName": "a", "roles": [{ "value": "{\"value\":\"x\",\"value\":\"y\"}" }] }),
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(becomes(&USER, body.clone()), Ok(expected), "{body}");
    }
}

#[test]
fn groups_are_brought_to_one_form() {
    let cases = [
        (
            json!({ "displayName": "g", "members": [{ "value": "u", "$ref": "x", "display": "U", "type": "User" }] }),
            json!({ "displayName": "g", "members": [{ "value": "u", "type": "User" }] }),
        ),
        (
            json!({ "displayName": "g", "members": { "value": "u" } }),
            json!({ "displayName": "g", "members": [{ "value": "u" }] }),
        ),
        (
            json!({ "displayName": "g", "members": ["u", "v"] }),
            json!({ "displayName": "g", "members": [{ "value": "u" }, { "value": "v" }] }),
        ),
        (
            json!({ "displayName": "g", "members": [{ "$ref": "https://x/Groups/h" }] }),
            json!({ "displayName": "g", "members": [{ "value": "h" }] }),
        ),
        (
            json!({ "displayName": "g", "members": [{ "value": "u" }, { "value": "u", "type": "User" }, { "value": "U" }] }),
            json!({ "displayName": "g", "members": [{ "value": "u", "type": "User" }, { "value": "U" }] }),
        ),
        (
            json!({ "displayName": "g", "members": null, "externalId": "e" }),
            json!({ "displayName": "g", "externalId": "e" }),
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(becomes(&GROUP, body.clone()), Ok(expected), "{body}");
    }
}

#[test]
fn wrong_bodies_are_refused() {
    let invalid = [
        json!({}),
        json!({ "userName": null }),
        json!({ "userName": "" }),
        json!({ "userName": " \u{a0} " }),
        json!({ "userName": 5 }),
        json!({ "userName": true }),
        json!({ "userName": ["a"] }),
        json!({ "userName": { "value": "a" } }),
        json!({ "userName": "a\u{7}" }),
        json!({ "userName": "a\u{0}" }),
        json!({ "userName": "a\nb" }),
        json!({ "userName": "x".repeat(769) }),
        json!({ "userName": "a", "externalId": "b\u{1}" }),
        json!({ "userName": "a", "externalId": 7 }),
        json!({ "userName": "a", "title": "t".repeat(16 * 1024 + 1) }),
        json!({ "userName": "a", "title": "t\u{0}" }),
        json!({ "userName": "a", "active": "yes" }),
        json!({ "userName": "a", "active": 1 }),
        json!({ "userName": "a", "active": [true] }),
        json!({ "userName": "a", "name": "Mia" }),
        json!({ "userName": "a", "name": [{}, {}] }),
        json!({ "userName": "a", "name": { "givenName": 1 } }),
        json!({ "userName": "a", "emails": "a@b" }),
        json!({ "userName": "a", "emails": ["a@b"] }),
        json!({ "userName": "a", "emails": [{ "value": 5 }] }),
        json!({ "userName": "a", "emails": [[]] }),
        json!({ "userName": "a", "emails": 5 }),
        json!({ "userName": "a", "emails.value": "x" }),
        json!({ "userName": "a", "x509Certificates": [{ "value": "no base64!" }] }),
        json!({ "userName": "a", "emails": vec![json!({ "value": "x" }); 1_001] }),
        json!({ "userName": "a", ENTERPRISE: "Docks" }),
        json!({ "userName": "a", ENTERPRISE: { "manager": 5 } }),
    ];
    for body in invalid {
        let error = becomes(&USER, body.clone()).expect_err(&body.to_string());
        assert_eq!((error.status, error.scim_type), (400, Some(ScimType::InvalidValue)), "{body}: {error}");
        assert!(error.detail.len() < 400, "{error}");
    }
    let twice = [
        json!({ "userName": "a", "username": "b" }),
        json!({ "userName": "a", format!("{CORE}:userName"): "b" }),
        json!({ "userName": "a", "emails": [{ "value": "a", "VALUE": "b" }] }),
        json!({ "userName": "a", ENTERPRISE: { "department": "a", "Department": "b" } }),
    ];
    for body in twice {
        let error = becomes(&USER, body.clone()).expect_err(&body.to_string());
        assert_eq!(error.scim_type, Some(ScimType::InvalidSyntax), "{body}");
    }
    for body in [json!({ "members": [] }), json!({ "displayName": "g", "members": [{ "type": "User" }] })] {
        assert_eq!(becomes(&GROUP, body).map_err(|error| error.scim_type), Err(Some(ScimType::InvalidValue)));
    }
}

#[test]
fn unknown_attributes_are_refused_when_the_rules_say_so() {
    let rules = Rules { unknown: Unknown::Refuse, ..Rules::default() };
    let refused = |body: Value| read(&USER, body.as_object().unwrap().clone(), &rules).err();
    for body in [
        json!({ "userName": "a", "colour": 5 }),
        json!({ "userName": "a", "emails": [{ "value": "x", "colour": 1 }] }),
        json!({ "userName": "a", ENTERPRISE: { "colour": 1 } }),
    ] {
        assert_eq!(refused(body).unwrap().scim_type, Some(ScimType::InvalidSyntax));
    }
    assert_eq!(refused(json!({ "userName": "a", "id": "1" })), None);
}

#[test]
fn schemas_are_those_that_are_used() {
    let schemas = |body: Value| {
        let read: Object = read(&USER, body.as_object().unwrap().clone(), &Rules::default()).unwrap();
        read["schemas"].clone()
    };
    assert_eq!(schemas(json!({ "userName": "a", "schemas": [CORE, ENTERPRISE] })), json!([CORE]));
    assert_eq!(schemas(json!({ "userName": "a", "department": "d" })), json!([CORE, ENTERPRISE]));
}

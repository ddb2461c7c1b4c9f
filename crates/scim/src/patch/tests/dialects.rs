//! Bodies as Entra, Okta and others send them.

use serde_json::{Value, json};

use super::{ENTERPRISE, check, mia, patch};
use crate::schema::{GROUP, USER};

#[test]
fn entra_default() {
    check(&json!([{ "op": "Replace", "path": "active", "value": "False" }]), &[("/active", json!(false))]);
    check(
        &json!([
            { "op": "Add", "path": "name.formatted", "value": "Mia O." },
            { "op": "Replace", "path": "emails[type eq \"work\"].value", "value": "mia@x" },
            { "op": "Add", "path": format!("{ENTERPRISE}:employeeNumber"), "value": "4471" },
        ]),
        &[
            ("/name/formatted", json!("Mia O.")),
            (
                "/emails",
                json!([{ "value": "mia@x", "type": "work", "primary": true }, { "value": "h@x", "type": "home" }]),
            ),
            (&format!("/{ENTERPRISE}/employeeNumber"), json!("4471")),
        ],
    );
    check(
        &json!([{ "op": "Add", "path": "roles", "value": [{ "value": "{\"id\":\"1\",\"value\":\"25\",\"displayName\":\"Role\"}" }] }]),
        &[("/roles", json!([{ "value": "25", "display": "Role" }]))],
    );
    check(
        &json!([{ "op": "Add", "path": format!("{ENTERPRISE}:manager"), "value": "boss" }]),
        &[(&format!("/{ENTERPRISE}/manager"), json!({ "value": "boss" }))],
    );
    check(
        &json!([{ "op": "Replace", "path": format!("{ENTERPRISE}:manager"), "value": "" }]),
        &[(&format!("/{ENTERPRISE}/manager"), Value::Null)],
    );
    check(
        &json!([{ "op": "Replace", "path": "title", "value": [{ "$ref": null, "value": "Captain" }] }]),
        &[("/title", json!("Captain"))],
    );
}

#[test]
fn entra_compliant() {
    check(
        &json!([
            { "op": "replace", "path": "emails[type eq \"work\"].value", "value": "mia@x" },
            { "op": "replace", "value": {
                "displayName": "M. Okafor", "name.familyName": "Okafor-Lind", "active": false,
                format!("{ENTERPRISE}:employeeNumber"): "4471", format!("{ENTERPRISE}:manager"): "boss",
            } },
        ]),
        &[
            (
                "/emails",
                json!([{ "value": "mia@x", "type": "work", "primary": true }, { "value": "h@x", "type": "home" }]),
            ),
            ("/displayName", json!("M. Okafor")),
            ("/name/familyName", json!("Okafor-Lind")),
            ("/active", json!(false)),
            (&format!("/{ENTERPRISE}/employeeNumber"), json!("4471")),
            (&format!("/{ENTERPRISE}/manager"), json!({ "value": "boss" })),
        ],
    );
    check(
        &json!([{ "op": "add", "value": { ENTERPRISE: { "department": "Pilots" }, "name": { "givenName": "M" } } }]),
        &[(&format!("/{ENTERPRISE}/department"), json!("Pilots")), ("/name/givenName", json!("M"))],
    );
    check(
        &json!([{ "op": "add", "value": { "emails[type eq \"other\"].value": "o@x", "title": null } }]),
        &[
            ("/title", Value::Null),
            (
                "/emails",
                json!([
                    { "value": "w@x", "type": "work", "primary": true },
                    { "value": "h@x", "type": "home" },
                    { "value": "o@x", "type": "other" },
                ]),
            ),
        ],
    );
}

#[test]
fn a_bare_user_is_filled_by_filters() {
    let operations = json!([
        { "op": "add", "path": "emails[type eq \"work\"].value", "value": "a@x" },
        { "op": "add", "path": "emails[type eq \"work\"].primary", "value": true },
        { "op": "add", "path": "addresses[type eq \"work\"].streetAddress", "value": "Quay 1" },
        { "op": "add", "path": "addresses[type eq \"work\"].locality", "value": "Bergen" },
        { "op": "add", "path": "phoneNumbers[type eq \"fax\"].value", "value": "1" },
        { "op": "add", "path": "phoneNumbers[type eq \"work\"].primary", "value": true },
        { "op": "add", "path": "phoneNumbers[type eq \"work\"].value", "value": "2" },
        { "op": "add", "value": { "name.givenName": "A", "title": "T" } },
    ]);
    let after = patch(&USER, &json!({ "userName": "a" }), &operations).unwrap().resource;
    let expected = json!({
        "schemas": [crate::schema::USER_SCHEMA.urn], "userName": "a", "title": "T", "name": { "givenName": "A" },
        "emails": [{ "type": "work", "value": "a@x", "primary": true }],
        "addresses": [{ "type": "work", "streetAddress": "Quay 1", "locality": "Bergen" }],
        "phoneNumbers": [{ "type": "fax", "value": "1" }, { "type": "work", "primary": true, "value": "2" }],
    });
    assert_eq!(Value::Object(after), expected);
}

#[test]
fn okta() {
    check(&json!([{ "op": "replace", "value": { "active": false } }]), &[("/active", json!(false))]);
    let group = json!({ "displayName": "Old" });
    let rename = json!([{ "op": "replace", "value": { "id": "abc", "displayName": "New" } }]);
    let after = patch(&GROUP, &group, &rename).unwrap();
    assert_eq!(after.resource["displayName"], "New");
    assert_eq!(after.resource.get("id"), None);
}

#[test]
fn the_gallery_test_empties_with_text_and_null() {
    for empty in [json!(""), Value::Null] {
        let operations = json!([
            { "op": "replace", "path": "title", "value": empty },
            { "op": "replace", "path": "emails[type eq \"work\"].value", "value": empty },
            { "op": "replace", "path": "department", "value": empty },
            { "op": "replace", "path": "name.familyName", "value": empty },
        ]);
        let after = patch(&USER, &mia(), &operations).unwrap().resource;
        assert_eq!(after["emails"], json!([{ "value": "h@x", "type": "home" }]));
        assert_eq!(
            (after.get("title"), after["name"].get("familyName"), after[ENTERPRISE].get("department")),
            (None, None, None)
        );
    }
}

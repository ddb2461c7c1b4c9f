//! Expressions and target attributes, without a target.

use serde_json::{Value, json};

use crate::provisioning::expression::Expression;
use crate::provisioning::mapping::SWITCH_ACTIVE;
use crate::provisioning::path::AttributePath;

fn source(name: &str) -> Option<String> {
    match name {
        "givenName" => Some("Mia".to_owned()),
        "surname" => Some("Okafor".to_owned()),
        "IsSoftDeleted" => Some("True".to_owned()),
        _ => None,
    }
}

#[test]
fn expressions_compute() {
    let cases = [
        ("[givenName]", Some("Mia")),
        ("[nothing]", None),
        (SWITCH_ACTIVE, Some("False")),
        ("Not([IsSoftDeleted])", Some("False")),
        (r#"Join(" ", [givenName], [nothing], [surname])"#, Some("Mia Okafor")),
        (r#"Join("", [givenName], "-", [surname])"#, Some("Mia-Okafor")),
        ("Coalesce([nothing], [surname])", Some("Okafor")),
        (r#"Append(ToLower([givenName]), "@x")"#, Some("mia@x")),
        (r#"Switch([givenName], "other", "Bo", "b")"#, Some("other")),
        ("ToUpper([surname])", Some("OKAFOR")),
        (r#"Join(" ", [nothing])"#, None),
    ];
    for (text, expected) in cases {
        let found = Expression::parse(text).unwrap().value(&source);
        assert_eq!(found.as_deref(), expected, "{text}");
    }
}

#[test]
fn expressions_that_cannot_be_read_are_refused() {
    for text in ["", "givenName", "[givenName", "Frobnicate([x])", r#"Join(" ", [x]"#, "[a] [b]", r#"Not("x)"#] {
        assert!(Expression::parse(text).is_err(), "{text}");
    }
}

#[test]
fn attributes_are_read_and_written_where_they_are() {
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let cases = [
        ("title".to_owned(), json!({ "title": "x" })),
        ("name.givenName".to_owned(), json!({ "name": { "givenName": "x" } })),
        (
            r#"phoneNumbers[type eq "fax"].value"#.to_owned(),
            json!({ "phoneNumbers": [{ "type": "fax", "value": "x" }] }),
        ),
        (
            r#"emails[type eq "work"].value"#.to_owned(),
            json!({ "emails": [{ "type": "work", "primary": true, "value": "x" }] }),
        ),
        (format!("{enterprise}:department"), json!({ enterprise: { "department": "x" } })),
    ];
    for (text, expected) in cases {
        let path = AttributePath::parse(&text).unwrap();
        let mut made = serde_json::Map::new();
        path.write(&mut made, json!("x"));
        let made = Value::Object(made);
        assert_eq!(made, expected, "{text}");
        assert_eq!(path.read(&made), Some(&json!("x")), "{text}");
        assert_eq!(path.read(&json!({ "emails": null })), None, "{text}");
    }
    for text in ["", "a b", "emails[type", "emails[type ne 1].value", "name."] {
        assert!(AttributePath::parse(text).is_err(), "{text}");
    }
}

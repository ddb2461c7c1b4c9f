//! What patches do, in every dialect, and what they refuse.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use serde_json::{Value, json};

use super::{Patch, Patched};
use crate::resource::{Rules, Unknown};
use crate::schema::{Attribute, GROUP, Kind, ResourceType, USER};
use crate::{Object, ScimError, ScimType};

mod dialects;
mod members;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn parse(kind: &'static ResourceType, operations: &Value) -> Result<Patch, ScimError> {
    let body = json!({ "schemas": [super::PATCH_URN], "Operations": operations });
    Patch::parse(kind, body.as_object().unwrap().clone(), &Rules::default())
}

fn patch(kind: &'static ResourceType, before: &Value, operations: &Value) -> Result<Patched, ScimError> {
    parse(kind, operations)?.apply(before.as_object().unwrap())
}

/// The user that most cases begin with.
fn mia() -> Value {
    json!({
        "userName": "mia", "title": "Pilot", "active": true,
        "name": { "givenName": "Mia", "familyName": "Okafor" },
        "emails": [{ "value": "w@x", "type": "work", "primary": true }, { "value": "h@x", "type": "home" }],
        ENTERPRISE: { "department": "Docks", "manager": { "value": "m" } },
    })
}

/// Applies operations to [`mia`] and says what is different, by JSON pointer; null is no value.
fn check(operations: &Value, differences: &[(&str, Value)]) {
    let before = mia();
    let after = patch(&USER, &before, operations).unwrap_or_else(|error| panic!("{operations}: {error}"));
    let mut expected = before.clone();
    for (pointer, value) in differences {
        let (holder, name) = pointer.rsplit_once('/').unwrap();
        let holder = expected.pointer_mut(holder).unwrap_or_else(|| panic!("{operations}: {pointer}"));
        match (holder, value) {
            (Value::Object(members), Value::Null) => drop(members.remove(name)),
            (Value::Object(members), value) => drop(members.insert(name.to_owned(), value.clone())),
            _ => panic!("{pointer}"),
        }
    }
    let mut resource = after.resource;
    resource.remove("schemas");
    assert_eq!(Value::Object(resource), expected, "{operations}");
    assert_eq!(after.changed.is_empty(), expected == before, "{operations} {:?}", after.changed);
}

#[test]
fn single_values_are_set_and_taken_away() {
    for op in ["add", "replace", "Add", "REPLACE"] {
        let write = |path: &str, value: Value| json!([{ "op": op, "path": path, "value": value }]);
        check(&write("title", json!("Captain")), &[("/title", json!("Captain"))]);
        check(&write("TITLE", json!("Captain")), &[("/title", json!("Captain"))]);
        check(&write("nickName", json!("M")), &[("/nickName", json!("M"))]);
        check(&write("title", json!("Pilot")), &[]);
        check(&write("title", json!("")), &[("/title", Value::Null)]);
        check(&write("title", Value::Null), &[("/title", Value::Null)]);
        check(&write("nickName", Value::Null), &[]);
        check(&write("title", json!([{ "value": "Captain", "$ref": null }])), &[("/title", json!("Captain"))]);
        check(&write("title", json!({ "value": "Captain" })), &[("/title", json!("Captain"))]);
        check(&write("active", json!("False")), &[("/active", json!(false))]);
        check(&write("active", json!(false)), &[("/active", json!(false))]);
        check(&write("active", json!("true")), &[]);
        check(&write("userName", json!("MIA")), &[("/userName", json!("MIA"))]);
        check(&write("urn:ietf:params:scim:schemas:core:2.0:User:title", json!("C")), &[("/title", json!("C"))]);
        check(&write("name.givenName", json!("M")), &[("/name/givenName", json!("M"))]);
        check(&write("name.givenName", json!("")), &[("/name/givenName", Value::Null)]);
        check(&write("name.middleName", json!("Z")), &[("/name/middleName", json!("Z"))]);
        check(&write("name", json!({ "givenName": "M" })), &[("/name/givenName", json!("M"))]);
        check(&write("name", json!({ "GIVENNAME": null })), &[("/name/givenName", Value::Null)]);
        check(&write("name", json!("")), &[("/name", Value::Null)]);
        check(&write("password", json!("secret")), &[]);
        check(&write("schemas", json!([ENTERPRISE])), &[]);
    }
    let remove = |path: &str| json!([{ "op": "remove", "path": path }]);
    check(&remove("title"), &[("/title", Value::Null)]);
    check(&remove("nickName"), &[]);
    check(&remove("name"), &[("/name", Value::Null)]);
    check(&remove("name.familyName"), &[("/name/familyName", Value::Null)]);
    check(&remove("emails"), &[("/emails", Value::Null)]);
    check(&remove("ims"), &[]);
    check(&json!([{ "op": "remove", "path": "title", "value": "whatever" }]), &[("/title", Value::Null)]);
}

#[test]
fn lists_are_added_to_replaced_and_taken_from() {
    let (work, home) =
        (json!({ "value": "w@x", "type": "work", "primary": true }), json!({ "value": "h@x", "type": "home" }));
    let was_primary = json!({ "value": "w@x", "type": "work", "primary": false });
    let new = json!({ "value": "n@x", "type": "other" });
    let main = json!({ "value": "n@x", "type": "other", "primary": true });
    let emails = |list: &[&Value]| [("/emails", json!(list))];
    let op = |op: &str, path: &str, value: &Value| json!([{ "op": op, "path": path, "value": value }]);

    check(&op("add", "emails", &json!([new])), &emails(&[&work, &home, &new]));
    check(&op("add", "emails", &new), &emails(&[&work, &home, &new]));
    check(&op("add", "emails", &json!([home, work])), &[]);
    check(&op("add", "emails", &json!([])), &[]);
    check(&op("add", "emails", &main), &emails(&[&was_primary, &home, &main]));
    check(
        &op("add", "emails", &json!({ "value": "H@X", "type": "Home", "display": "d" })),
        &emails(&[&work, &json!({ "value": "H@X", "type": "Home", "display": "d" })]),
    );
    check(&op("replace", "emails", &json!([new])), &emails(&[&new]));
    check(&op("replace", "emails", &json!([])), &[("/emails", Value::Null)]);
    check(&op("replace", "emails", &Value::Null), &[("/emails", Value::Null)]);
    check(&op("replace", "emails", &json!([work, home])), &[]);
    check(&op("remove", "emails", &json!([{ "value": "h@x", "type": "home" }])), &emails(&[&work]));
    check(&op("remove", "emails", &json!([{ "value": "H@x" }])), &emails(&[&work]));
    check(&op("remove", "emails", &json!([{ "value": "h@x", "type": "work" }])), &[]);
    check(&op("remove", "emails", &json!([])), &[]);
    check(&op("remove", "emails", &Value::Null), &[("/emails", Value::Null)]);
    check(&op("remove", r#"emails[type eq "home"]"#, &Value::Null), &emails(&[&work]));
    check(&op("remove", "emails[type pr]", &Value::Null), &[("/emails", Value::Null)]);
    check(&op("remove", r#"emails[type eq "fax"]"#, &Value::Null), &[]);
    check(&op("remove", r#"emails[type eq "home"].value"#, &Value::Null), &emails(&[&work]));
    check(
        &op("remove", r#"emails[type eq "work"].primary"#, &Value::Null),
        &emails(&[&json!({ "value": "w@x", "type": "work" }), &home]),
    );
    check(
        &op("remove", "emails.type", &Value::Null),
        &emails(&[&json!({ "value": "w@x", "primary": true }), &json!({ "value": "h@x" })]),
    );
    check(
        &op("replace", "emails.type", &json!("other")),
        &emails(&[
            &json!({ "value": "w@x", "type": "other", "primary": true }),
            &json!({ "value": "h@x", "type": "other" }),
        ]),
    );
}

#[test]
fn brackets_choose_elements_or_make_them() {
    let (work, home) =
        (json!({ "value": "w@x", "type": "work", "primary": true }), json!({ "value": "h@x", "type": "home" }));
    let emails = |list: &[&Value]| [("/emails", json!(list))];
    for op in ["add", "replace"] {
        let write = |path: &str, value: &Value| json!([{ "op": op, "path": path, "value": value }]);
        check(
            &write(r#"emails[type eq "work"].value"#, &json!("n@x")),
            &emails(&[&json!({ "value": "n@x", "type": "work", "primary": true }), &home]),
        );
        check(
            &write(r#"EMAILS[TYPE EQ "WORK" and primary eq "True"].VALUE"#, &json!("n@x")),
            &emails(&[&json!({ "value": "n@x", "type": "work", "primary": true }), &home]),
        );
        check(
            &write(r#"emails[type eq "other"].value"#, &json!("n@x")),
            &emails(&[&work, &home, &json!({ "value": "n@x", "type": "other" })]),
        );
        check(
            &write(r#"phoneNumbers[type eq "mobile"].value"#, &json!("+47 1")),
            &[("/phoneNumbers", json!([{ "value": "+47 1", "type": "mobile" }]))],
        );
        check(
            &write(r#"addresses[type eq "work"].formatted"#, &json!("Quay 1\r\nBergen")),
            &[("/addresses", json!([{ "formatted": "Quay 1\r\nBergen", "type": "work" }]))],
        );
        check(
            &write(r#"roles[primary eq "True"].value"#, &json!("pilot")),
            &[("/roles", json!([{ "value": "pilot", "primary": true }]))],
        );
        check(&write(r#"emails[type eq "other"].value"#, &json!("")), &[]);
        check(
            &write(r#"emails[type eq ""].value"#, &json!("n@x")),
            &emails(&[&work, &home, &json!({ "value": "n@x" })]),
        );
        check(&write(r#"emails[type eq "home"].value"#, &json!("")), &emails(&[&work]));
        check(&write(r#"emails[type eq "home"].value"#, &Value::Null), &emails(&[&work]));
        check(
            &write(r#"emails[type eq "home"].primary"#, &json!("True")),
            &emails(&[
                &json!({ "value": "w@x", "type": "work", "primary": false }),
                &json!({ "value": "h@x", "type": "home", "primary": true }),
            ]),
        );
        check(
            &write(r#"emails[type eq "home"]"#, &json!({ "value": "n@x" })),
            &emails(&[&work, &json!({ "value": "n@x", "type": "home" })]),
        );
        check(
            &write(r#"emails[type eq "home"]"#, &json!("n@x")),
            &emails(&[&work, &json!({ "value": "n@x", "type": "home" })]),
        );
        check(
            &write(r#"emails[type eq "other"]"#, &json!([{ "value": "n@x" }])),
            &emails(&[&work, &home, &json!({ "value": "n@x", "type": "other" })]),
        );
        check(
            &write(r#"emails[value eq "h@x"].type"#, &json!("other")),
            &emails(&[&work, &json!({ "value": "h@x", "type": "other" })]),
        );
    }
    let replace = |value: Value| json!([{ "op": "replace", "path": r#"emails[type eq "work"]"#, "value": value }]);
    check(&replace(json!({ "value": "n@x" })), &emails(&[&json!({ "value": "n@x", "type": "work" }), &home]));
    check(&replace(json!({ "value": "n@x", "type": "x" })), &emails(&[&json!({ "value": "n@x", "type": "x" }), &home]));
    check(&replace(json!({})), &emails(&[&home]));
    let add = json!([{ "op": "add", "path": r#"emails[type eq "home"]"#, "value": [{ "display": "d" }, { "value": "n@x" }] }]);
    let shown = json!({ "value": "h@x", "type": "home", "display": "d" });
    check(&add, &emails(&[&work, &shown, &json!({ "value": "n@x" })]));
    check(&json!([{ "op": "add", "path": r#"emails[type eq "fax"]"#, "value": [] }]), &[]);
    // Several match: they become one.
    let both = json!([{ "op": "replace", "path": "emails[value ew \"@x\"]", "value": { "value": "one@x" } }]);
    check(&both, &emails(&[&json!({ "value": "one@x" })]));
}

#[test]
fn extensions_are_written_whole_and_in_part() {
    let in_extension = |name: &str| format!("/{ENTERPRISE}/{name}");
    for op in ["add", "replace"] {
        let write = |path: &str, value: Value| json!([{ "op": op, "path": path, "value": value }]);
        for path in [format!("{ENTERPRISE}:department"), format!("{ENTERPRISE}.department"), "department".to_owned()] {
            check(&write(&path, json!("Pilots")), &[(&in_extension("department"), json!("Pilots"))]);
        }
        check(&write(ENTERPRISE, json!({ "department": "Pilots" })), &[(&in_extension("department"), json!("Pilots"))]);
        check(
            &write(ENTERPRISE, json!({ "division": "North", "department": null })),
            &[(&in_extension("division"), json!("North")), (&in_extension("department"), Value::Null)],
        );
        check(&write(ENTERPRISE, Value::Null), &[(&format!("/{ENTERPRISE}"), Value::Null)]);
        let manager = |value: Value| write(&format!("{ENTERPRISE}:manager"), value);
        let expected = [(in_extension("manager"), json!({ "value": "n" }))];
        let expected = expected.each_ref().map(|(pointer, value)| (pointer.as_str(), value.clone()));
        check(&manager(json!("n")), &expected);
        check(&manager(json!({ "value": "n" })), &expected);
        check(&manager(json!([{ "$ref": null, "value": "n" }])), &expected);
        check(&manager(json!({ "$ref": "https://x/scim/Users/n", "displayName": "N" })), &expected);
        check(&write("manager", json!("n")), &expected);
        check(&write(&format!("{ENTERPRISE}:manager.value"), json!("n")), &expected);
        check(&write("manager.$ref", json!("https://x/scim/Users/n")), &expected);
        check(&manager(json!("m")), &[]);
        for empty in [json!(""), Value::Null, json!({ "value": "" }), json!([{ "value": null }]), json!([])] {
            check(&manager(empty), &[(&in_extension("manager"), Value::Null)]);
        }
    }
    check(&json!([{ "op": "remove", "path": ENTERPRISE }]), &[(&format!("/{ENTERPRISE}"), Value::Null)]);
    check(&json!([{ "op": "remove", "path": "manager.$ref" }]), &[(&in_extension("manager"), Value::Null)]);
    check(&json!([{ "op": "remove", "path": "manager" }]), &[(&in_extension("manager"), Value::Null)]);
}

#[test]
fn wrong_patches_are_refused() {
    use ScimType::{InvalidFilter, InvalidPath, InvalidSyntax, InvalidValue, Mutability, NoTarget};
    let cases = [
        (json!([]), InvalidSyntax),
        (json!({}), InvalidSyntax),
        (json!([5]), InvalidSyntax),
        (json!([{ "path": "title", "value": "x" }]), InvalidSyntax),
        (json!([{ "op": "move", "path": "title", "value": "x" }]), InvalidSyntax),
        (json!([{ "op": 1, "path": "title", "value": "x" }]), InvalidSyntax),
        (json!([{ "op": "add", "path": 5, "value": "x" }]), InvalidPath),
        (json!([{ "op": "add", "path": "colour", "value": "x" }]), InvalidPath),
        (json!([{ "op": "add", "path": "name.colour", "value": "x" }]), InvalidPath),
        (json!([{ "op": "add", "path": "urn:example:User:x", "value": "x" }]), InvalidPath),
        (json!([{ "op": "add", "path": "title x", "value": "x" }]), InvalidPath),
        (json!([{ "op": "add", "path": "/title", "value": "x" }]), InvalidPath),
        (json!([{ "op": "add", "path": "title[value eq \"x\"]", "value": "x" }]), InvalidPath),
        (json!([{ "op": "add", "path": "name[givenName eq \"x\"]", "value": "x" }]), InvalidPath),
        (json!([{ "op": "add", "path": "emails[type eq \"work\"].colour", "value": "x" }]), InvalidPath),
        (json!([{ "op": "add", "path": "emails[type eq \"work\"]x", "value": "x" }]), InvalidPath),
        (json!([{ "op": "add", "path": "emails[type eq \"work\"", "value": "x" }]), InvalidFilter),
        (json!([{ "op": "add", "path": "emails[colour eq \"work\"]", "value": "x" }]), InvalidFilter),
        (json!([{ "op": "add", "path": "emails[type eq work]", "value": "x" }]), InvalidFilter),
        (json!([{ "op": "add", "path": "emails[]", "value": "x" }]), InvalidFilter),
        (json!([{ "op": "remove" }]), NoTarget),
        (json!([{ "op": "remove", "path": "" }]), NoTarget),
        (json!([{ "op": "remove", "path": null }]), NoTarget),
        (json!([{ "op": "add", "path": "title" }]), InvalidValue),
        (json!([{ "op": "replace" }]), InvalidValue),
        (json!([{ "op": "replace", "value": "x" }]), InvalidValue),
        (json!([{ "op": "replace", "value": [] }]), InvalidValue),
        (json!([{ "op": "replace", "path": "title", "value": 5 }]), InvalidValue),
        (json!([{ "op": "replace", "path": "title", "value": ["a", "b"] }]), InvalidValue),
        (json!([{ "op": "replace", "path": "active", "value": "maybe" }]), InvalidValue),
        (json!([{ "op": "replace", "path": "name", "value": "Mia" }]), InvalidValue),
        (json!([{ "op": "replace", "path": "emails", "value": "x" }]), InvalidValue),
        (json!([{ "op": "replace", "path": "emails", "value": [5] }]), InvalidValue),
        (json!([{ "op": "replace", "path": "emails[type eq \"work\"].value", "value": {} }]), InvalidValue),
        (json!([{ "op": "replace", "path": ENTERPRISE, "value": "x" }]), InvalidValue),
        (json!([{ "op": "replace", "path": "userName", "value": "" }]), InvalidValue),
        (json!([{ "op": "replace", "path": "userName", "value": null }]), InvalidValue),
        (json!([{ "op": "replace", "path": "userName", "value": "a\tb" }]), InvalidValue),
        (json!([{ "op": "replace", "value": { "userName": " " } }]), InvalidValue),
        (json!([{ "op": "remove", "path": "userName" }]), Mutability),
        (json!([{ "op": "replace", "path": "id", "value": "x" }]), Mutability),
        (json!([{ "op": "remove", "path": "meta" }]), Mutability),
        (json!([{ "op": "replace", "path": "meta.created", "value": "x" }]), Mutability),
        (json!([{ "op": "add", "path": "groups", "value": [{ "value": "g" }] }]), Mutability),
        (json!([{ "op": "remove", "path": "groups[value eq \"g\"]" }]), Mutability),
        (json!([{ "op": "add", "path": "manager.displayName", "value": "x" }]), Mutability),
        (json!([{ "op": "remove", "path": "urn:ietf:params:scim:schemas:core:2.0:User" }]), Mutability),
        // What a filter would make is checked like any other value.
        (json!([{ "op": "add", "path": "emails[value eq \"a\\u0007\"].type", "value": "x" }]), InvalidValue),
        (json!([{ "op": "add", "path": "x509Certificates[value eq \"?\"].type", "value": "x" }]), InvalidValue),
        // Nothing matches, and the filter does not say what to make.
        (
            json!([{ "op": "add", "path": "emails[type ne \"work\" and type ne \"home\"].value", "value": "x" }]),
            NoTarget,
        ),
        (json!([{ "op": "replace", "path": "ims[type eq \"a\" or type eq \"b\"].value", "value": "x" }]), NoTarget),
        (json!([{ "op": "replace", "path": "emails[value eq \"old@x\"].value", "value": "new@x" }]), NoTarget),
        (json!([{ "op": "replace", "path": "emails[value eq \"old@x\"]", "value": { "value": "new@x" } }]), NoTarget),
        (json!([{ "op": "replace", "path": "emails[type eq \"a\" and type eq \"b\"].value", "value": "x" }]), NoTarget),
    ];
    for (operations, expected) in cases {
        let outcome = patch(&USER, &mia(), &operations).map(|after| after.resource);
        let error = outcome.expect_err(&operations.to_string());
        assert_eq!((error.status, error.scim_type), (400, Some(expected)), "{operations}: {error}");
    }
    let body = json!({ "schemas": ["urn:example"], "Operations": [{ "op": "remove", "path": "title" }] });
    let error = Patch::parse(&USER, body.as_object().unwrap().clone(), &Rules::default()).unwrap_err();
    assert_eq!(error.scim_type, Some(InvalidSyntax));
    let rules = Rules { most_operations: 1, ..Rules::default() };
    let body = json!({ "Operations": [{ "op": "remove", "path": "title" }, { "op": "remove", "path": "title" }] });
    assert_eq!(Patch::parse(&USER, body.as_object().unwrap().clone(), &rules).unwrap_err().status, 413);
}

/// A value for an attribute, as a client that has read the schema would make it up.
fn made_up(attribute: &Attribute, text: &str) -> Value {
    let parts = attribute.sub_attributes.iter().filter(|sub| sub.writable() && sub.name != "$ref");
    let one = match attribute.kind {
        Kind::Complex => parts.map(|sub| (sub.name.to_owned(), made_up(sub, text))).collect::<Object>().into(),
        Kind::Boolean => json!(true),
        Kind::Binary => json!("AAAA"),
        _ => json!(text),
    };
    if attribute.multi_valued { json!([one]) } else { one }
}

#[test]
fn every_attribute_can_be_added_replaced_and_removed() {
    for kind in [&USER, &GROUP] {
        let before = json!({ "userName": "u", "displayName": "g" });
        let attributes = kind.schemas().flat_map(|schema| schema.attributes.iter().map(move |found| (schema, found)));
        let attributes = attributes.filter(|(_, attribute)| attribute.writable() && !attribute.required);
        for (schema, attribute) in attributes.filter(|(_, attribute)| attribute.name != "password") {
            let name = format!("{}:{}", schema.urn, attribute.name);
            let path = crate::AttributePath::parse(kind, &name).unwrap();
            let mut resource = before.clone();
            for (op, text) in [("add", "one"), ("replace", "two"), ("remove", "")] {
                let value = if op == "remove" { Value::Null } else { made_up(attribute, text) };
                let operation = json!([{ "op": op, "path": name, "value": value }]);
                let after = patch(kind, &resource, &operation).unwrap().resource;
                let expected = Some(&value).filter(|value| !value.is_null());
                assert_eq!(path.value_in(&after), expected, "{operation}");
                resource = Value::Object(after);
            }
        }
    }
}

#[test]
fn a_patch_has_bounds() {
    let add = |from: usize| {
        let elements: Vec<Value> = (from..from + 400).map(|number| json!({ "value": number.to_string() })).collect();
        json!({ "op": "add", "path": "emails", "value": elements })
    };
    let three = json!([add(0), add(400), add(800)]);
    assert_eq!(patch(&USER, &mia(), &three).unwrap_err().scim_type, Some(ScimType::InvalidValue));
    let mut bomb = vec![add(0)];
    let path = format!("emails[{}].display", vec!["value co \"x\""; 190].join(" or "));
    bomb.extend(vec![json!({ "op": "remove", "path": path }); 200]);
    assert_eq!(patch(&USER, &mia(), &json!(bomb)).unwrap_err().status, 413);
}

#[test]
fn names_in_two_letters_cases_are_ambiguous() {
    let refused = |body: Value| Patch::parse(&USER, body.as_object().unwrap().clone(), &Rules::default()).unwrap_err();
    let op = json!({ "op": "remove", "path": "title" });
    for body in [
        json!({ "Operations": [op], "operations": [op] }),
        json!({ "Operations": [{ "op": "remove", "Op": "add", "path": "title", "value": "x" }] }),
        json!({ "Operations": [{ "op": "replace", "value": { "title": "x", "TITLE": "y" } }] }),
    ] {
        assert_eq!(refused(body).scim_type, Some(ScimType::InvalidSyntax));
    }
}

#[test]
fn one_fault_undoes_all_and_says_where() {
    let operations = json!([
        { "op": "replace", "path": "title", "value": "x" },
        { "op": "replace", "path": "emails[value eq \"no\"].value", "value": "y" },
    ]);
    let error = patch(&USER, &mia(), &operations).unwrap_err();
    assert!(error.detail.starts_with("operation 2: "), "{error}");
}

#[test]
fn what_changed_is_told_part_by_part() {
    let operations = json!([
        { "op": "replace", "value": { "title": "x", "name.givenName": "M", "active": true, "department": "d" } },
        { "op": "add", "path": "emails[type eq \"other\"].value", "value": "o@x" },
        { "op": "replace", "path": "nickName", "value": "n" },
        { "op": "remove", "path": "nickName" },
    ]);
    let after = patch(&USER, &mia(), &operations).unwrap();
    let mut changed: Vec<String> = after.changed.iter().map(ToString::to_string).collect();
    changed.sort();
    assert_eq!(changed, ["emails", "name.givenName", "title", &format!("{ENTERPRISE}:department")]);
    assert_eq!(after.resource["schemas"], json!([crate::schema::USER_SCHEMA.urn, ENTERPRISE]));
    let none = patch(&USER, &mia(), &json!([{ "op": "remove", "path": ENTERPRISE }])).unwrap();
    assert_eq!(none.resource["schemas"], json!([crate::schema::USER_SCHEMA.urn]));
}

#[test]
fn computed_attributes_stay() {
    let mut before: Object = mia().as_object().unwrap().clone();
    before.insert("id".to_owned(), json!("1"));
    before.insert("meta".to_owned(), json!({ "version": "W/\"1\"" }));
    let patch = parse(&USER, &json!([{ "op": "replace", "value": { "id": "2", "meta": {}, "title": "x" } }])).unwrap();
    let after = patch.apply(&before).unwrap();
    assert_eq!((&after.resource["id"], &after.resource["meta"]["version"]), (&json!("1"), &json!("W/\"1\"")));
}

#[test]
fn unknown_names_without_a_path_are_ignored_or_refused() {
    let body = json!({ "Operations": [{ "op": "replace", "value": { "colour": "x", "emails[colour eq 1]": "y", "title": "z" } }] });
    let body = body.as_object().unwrap();
    let patch = Patch::parse(&USER, body.clone(), &Rules::default()).unwrap();
    assert_eq!(patch.apply(mia().as_object().unwrap()).unwrap().changed.len(), 1);
    let rules = Rules { unknown: Unknown::Refuse, ..Rules::default() };
    assert_eq!(Patch::parse(&USER, body.clone(), &rules).unwrap_err().scim_type, Some(ScimType::InvalidSyntax));
    let unused: &'static ResourceType = &GROUP;
    assert!(parse(unused, &json!([{ "op": "replace", "value": { "userName": "x" } }])).unwrap().is_empty());
}

//! Bodies: reading never panics, and what has been read is read again unchanged.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::json::{self, Limits};
use crate::resource::{Rules, read};
use crate::schema::{GROUP, USER};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// Values of every shape, with the names and texts that mean something.
pub(super) fn value() -> impl Strategy<Value = Value> {
    let text = prop::sample::select(vec![
        "",
        "a",
        "A",
        "work",
        "True",
        "false",
        "m",
        "{\"value\":\"r\"}",
        "https://x/Users/u",
        "\n",
        " ",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i8>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::btree_map(name(), inner, 0..4).prop_map(|members| Value::Object(
                members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            )),
        ]
    })
}

pub(super) fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "value",
        "type",
        "primary",
        "display",
        "$ref",
        "userName",
        "title",
        "active",
        "name",
        "givenName",
        "emails",
        "roles",
        "addresses",
        "members",
        "displayName",
        "manager",
        "department",
        "name.givenName",
        "emails.value",
        "EMAILS",
        "id",
        "meta",
        "groups",
        "schemas",
        "password",
        "colour",
        ENTERPRISE,
    ])
}

pub(super) fn body() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec((name(), value()), 0..8)
        .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// Texts and flags that fit.
fn text() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![json!("a"), json!("A"), json!("b"), json!(""), Value::Null, json!("Z\u{e9}")])
}

fn element() -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(vec![json!("work"), json!("Work"), json!("home"), Value::Null]);
    let primary = prop::sample::select(vec![json!(true), json!("True"), json!(false), Value::Null]);
    (text(), kind, primary)
        .prop_map(|(value, kind, primary)| json!({ "value": value, "type": kind, "primary": primary }))
}

/// An attribute with a value that fits.
pub(super) fn fitting() -> impl Strategy<Value = (&'static str, Value)> {
    let texts =
        prop::sample::select(vec!["title", "nickName", "displayName", "name.givenName", "department", "DivisioN"]);
    let lists = prop::sample::select(vec!["emails", "roles", "PhoneNumbers"]);
    prop_oneof![
        (texts, text()),
        (lists, prop::collection::vec(element(), 0..4).prop_map(Value::Array)),
        (Just("emails"), element()),
        (Just("active"), prop::sample::select(vec![json!(true), json!("False"), Value::Null])),
        (
            Just("name"),
            (text(), text()).prop_map(|(given, family)| json!({ "givenName": given, "FAMILYNAME": family }))
        ),
        (Just("manager"), prop_oneof![text(), text().prop_map(|id| json!([{ "value": id, "$ref": null }]))]),
        (Just(ENTERPRISE), (text(), text()).prop_map(|(one, two)| json!({ "department": one, "manager": two }))),
    ]
}

/// A body of a user in which everything fits.
pub(super) fn user() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec(fitting(), 0..6).prop_map(|members| {
        let mut user = Map::from_iter([("userName".to_owned(), json!("u"))]);
        for (name, value) in members {
            // The same attribute under two names would be refused.
            let of_extension = ["manager", "department", ENTERPRISE].contains(&name);
            let there = user.keys().any(|key| key.split('.').next() == name.split('.').next());
            if !there && (!of_extension || !user.contains_key(ENTERPRISE)) {
                user.insert(name.to_owned(), value);
            }
        }
        if user.contains_key(ENTERPRISE) {
            user.retain(|name, _| !["manager", "department"].contains(&name.as_str()));
        }
        user
    })
}

proptest! {
    #[test]
    fn what_fits_is_read_and_read_again_unchanged(user in user()) {
        let resource = read(&USER, user, &Rules::default()).unwrap();
        prop_assert_eq!(read(&USER, resource.clone(), &Rules::default()).unwrap(), resource);
    }

    #[test]
    fn what_has_been_read_is_read_again_unchanged(mut body in body()) {
        body.insert("userName".to_owned(), json!("u"));
        body.insert("displayName".to_owned(), json!("g"));
        for kind in [&USER, &GROUP] {
            if let Ok(resource) = read(kind, body.clone(), &Rules::default()) {
                prop_assert_eq!(read(kind, resource.clone(), &Rules::default()).unwrap(), resource);
            }
        }
    }

    #[test]
    fn a_strict_reader_reads_what_a_lenient_one_does(body in body()) {
        let text = Value::Object(body.clone()).to_string();
        prop_assert_eq!(json::read(text.as_bytes(), &Limits::default()).unwrap(), body);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = json::read(&bytes, &Limits::default());
    }
}

//! Every property that a filter may read is one that the directory keeps and shows to filters.

use directory::UserAttributes;
use serde_json::{Map, Value as Json, json};

use super::super::property::Kind;
use super::*;
use crate::view::Filterable;

#[test]
fn every_property_is_kept_and_shown() {
    let mut user = Map::new();
    for property in properties() {
        let value = match property.kind() {
            Kind::Flag => json!(true),
            Kind::Key => json!("184efa21-98c3-4e5d-95ab-d07053a96e67"),
            _ if property.is_many() => json!(["x"]),
            _ => json!("x"),
        };
        match property.path.split_once('/') {
            None => drop(user.insert(property.path.to_owned(), value)),
            Some(("manager", _)) => drop(user.insert("manager".to_owned(), value)),
            Some((outer, inner)) => {
                user.entry(outer).or_insert_with(|| json!({})).as_object_mut().unwrap().insert(inner.to_owned(), value);
            }
        }
    }
    let user: UserAttributes = serde_json::from_value(Json::Object(user)).unwrap();
    let shown = Filterable(&user);
    for property in properties() {
        let value = shown.value(property.path);
        assert!(value != Value::Null && value != Value::List(&[]), "{} is not shown to filters", property.path);
    }
}

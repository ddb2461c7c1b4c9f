//! `bulkId:NAME` in place of an id that does not exist yet.
//!
//! It means something where a reference stands: under `value`, `$ref` and `manager`. Elsewhere it is text.

use serde_json::Value;

use super::{Created, invalid};
use crate::text::shorten;
use crate::{Object, ScimError};

/// The name in `bulkId:NAME`, or in an address that ends with it.
pub(super) fn name(text: &str) -> Option<&str> {
    text.rsplit('/').next().unwrap_or(text).strip_prefix("bulkId:")
}

/// The names that an object refers to.
pub(super) fn names(data: &Object) -> Vec<&str> {
    fn collect<'d>(value: &'d Value, refers: bool, names: &mut Vec<&'d str>) {
        match value {
            Value::String(text) if refers => names.extend(name(text)),
            Value::Array(values) => values.iter().for_each(|value| collect(value, refers, names)),
            Value::Object(members) => {
                members.iter().for_each(|(key, value)| collect(value, is_reference(key), names));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    data.iter().for_each(|(key, value)| collect(value, is_reference(key), &mut found));
    found
}

/// The text with the id in place of the name.
pub(super) fn resolve(text: &str, created: &Created) -> Result<String, ScimError> {
    let Some(name) = name(text) else { return Ok(text.to_owned()) };
    let missing = || invalid(format!("nothing was created as bulkId:{}", shorten(name)));
    let id = created.get(name).ok_or_else(missing)?;
    let head = text.rfind('/').map_or("", |slash| &text[..=slash]);
    Ok(format!("{head}{id}"))
}

/// Puts ids in place of all names.
pub(super) fn fill(data: &mut Object, created: &Created) -> Result<(), ScimError> {
    fn fill_value(value: &mut Value, refers: bool, created: &Created) -> Result<(), ScimError> {
        match value {
            Value::String(text) if refers && name(text).is_some() => *text = resolve(text, created)?,
            Value::Array(values) => {
                for value in values {
                    fill_value(value, refers, created)?;
                }
            }
            Value::Object(members) => fill(members, created)?,
            _ => {}
        }
        Ok(())
    }
    for (key, value) in data.iter_mut() {
        fill_value(value, is_reference(key), created)?;
    }
    Ok(())
}

/// Leaves out objects and texts that refer to what does not exist yet.
pub(super) fn prune(data: &mut Object, created: &Created) {
    data.retain(|key, value| keep(value, is_reference(key), created));
}

fn keep(value: &mut Value, refers: bool, created: &Created) -> bool {
    match value {
        Value::String(text) if refers => name(text).is_none_or(|name| created.contains_key(name)),
        Value::Array(values) => {
            values.retain_mut(|value| keep(value, refers, created));
            true
        }
        // An element is nothing without what it refers to; other objects lose a member.
        Value::Object(members) => {
            let lacks = |(key, value): (&String, &Value)| match value {
                Value::String(text) => is_id(key) && name(text).is_some_and(|name| !created.contains_key(name)),
                _ => false,
            };
            if members.iter().any(lacks) {
                return false;
            }
            prune(members, created);
            true
        }
        _ => true,
    }
}

/// The attributes that hold a reference, those of an extension within it.
pub(super) fn only(data: &Object) -> Object {
    let holding = data.iter().filter_map(|(key, value)| match value {
        Value::Object(members) if key.contains(':') => {
            let members = only(members);
            (!members.is_empty()).then(|| (key.clone(), Value::Object(members)))
        }
        _ => {
            let one = Object::from_iter([(key.clone(), value.clone())]);
            (!names(&one).is_empty()).then(|| (key.clone(), value.clone()))
        }
    });
    holding.collect()
}

fn is_id(key: &str) -> bool {
    key.eq_ignore_ascii_case("value") || key.eq_ignore_ascii_case("$ref")
}

fn is_reference(key: &str) -> bool {
    is_id(key) || key.eq_ignore_ascii_case("manager")
}

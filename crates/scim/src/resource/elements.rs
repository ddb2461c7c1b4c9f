//! The elements of a multi-valued attribute: read, told apart, and kept to one primary.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::Value;

use super::{Rules, coerce, invalid};
use crate::json::{self, Limits};
use crate::path::AttributePath;
use crate::schema::{Attribute, Kind};
use crate::text::fold;
use crate::{Object, ScimError};

/// Reads a list, or one element in its place.
pub(crate) fn read(path: &AttributePath, value: Value, rules: &Rules) -> Result<Vec<Value>, ScimError> {
    let attribute = path.attribute;
    let values = match value {
        Value::Null => return Ok(Vec::new()),
        Value::String(text) if text.is_empty() => return Ok(Vec::new()),
        Value::Array(values) => values,
        one @ Value::Object(_) => vec![one],
        one @ Value::String(_) if attribute.refers() => vec![one],
        _ => return Err(invalid(format!("`{path}` is a list"))),
    };
    if values.len() > rules.most_elements && !attribute.refers() {
        return Err(invalid(format!("`{path}` has more than {} elements", rules.most_elements)));
    }
    let mut elements = Vec::with_capacity(values.len());
    for value in values {
        elements.extend(element(path, value, rules)?);
    }
    settle(attribute, &mut elements);
    Ok(elements)
}

/// Reads one element.
pub(crate) fn element(path: &AttributePath, value: Value, rules: &Rules) -> Result<Option<Value>, ScimError> {
    let attribute = path.attribute;
    if attribute.kind != Kind::Complex {
        return coerce::simple(path, attribute, value);
    }
    // Somebody who is only described would be left out in silence, and the client would believe in them.
    let refers = attribute.refers() && crate::filter::is_assigned(&value);
    let element = coerce::complex(path, value, rules)?;
    if refers && element.as_ref().is_none_or(|element| !element.contains_key("value")) {
        return Err(invalid(format!("an element of `{path}` has no `value`")));
    }
    let Some(mut element) = element else { return Ok(None) };
    if attribute.name == "roles" {
        element = unpack_role(path, element, rules)?;
    }
    Ok(Some(Value::Object(element)))
}

/// Entra's older dialect packs a role as JSON into the text of its value.
fn unpack_role(path: &AttributePath, element: Object, rules: &Rules) -> Result<Object, ScimError> {
    let packed = element.get("value").and_then(Value::as_str).filter(|text| text.starts_with('{'));
    let limits = Limits { depth: 2, ..Limits::default() };
    let Some(mut role) = packed.and_then(|text| json::read(text.as_bytes(), &limits).ok()) else { return Ok(element) };
    if let Some(name) = json::take(&mut role, "displayName") {
        role.entry("display").or_insert(name);
    }
    role.retain(|name, _| path.attribute.sub(name).is_some());
    match coerce::complex(path, Value::Object(role), rules)? {
        Some(role) if role.contains_key("value") => Ok(element.into_iter().chain(role).collect()),
        _ => Ok(element),
    }
}

/// Leaves no two elements alike, none empty, and one primary: the last.
pub(crate) fn settle(attribute: &Attribute, elements: &mut Vec<Value>) {
    elements.retain(|element| !is_hollow(element));
    merge_alike(attribute, elements);
    keep_one_primary(elements, None);
}

/// Whether an element says nothing but what it would be for.
fn is_hollow(element: &Value) -> bool {
    element.as_object().is_some_and(|members| members.keys().all(|name| name == "type" || name == "primary"))
}

fn merge_alike(attribute: &Attribute, elements: &mut Vec<Value>) {
    if elements.len() < 2 {
        return;
    }
    let mut places: HashMap<String, usize> = HashMap::with_capacity(elements.len());
    let mut kept: Vec<Value> = Vec::with_capacity(elements.len());
    for element in elements.drain(..) {
        match places.entry(identity(attribute, &element)) {
            Entry::Vacant(place) => {
                place.insert(kept.len());
                kept.push(element);
            }
            Entry::Occupied(place) => merge(&mut kept[*place.get()], element),
        }
    }
    *elements = kept;
}

/// Adds the members of one element to another; the newer win.
pub(crate) fn merge(element: &mut Value, newer: Value) {
    match (element, newer) {
        (Value::Object(there), Value::Object(newer)) => there.extend(newer),
        (there, newer) => *there = newer,
    }
}

/// Two elements of the same identity are one: the same `value` for the same `type` (RFC 7643 §2.4), the same member.
pub(crate) fn identity(attribute: &Attribute, element: &Value) -> String {
    let text = |name: &str| element.get(name).and_then(Value::as_str);
    let Some(value) = text("value") else { return element.to_string() };
    let exact = attribute.value().is_some_and(|sub| sub.case_exact);
    let mut identity = if exact { value.to_owned() } else { fold(value).into_owned() };
    if !attribute.refers() {
        identity.push('\0');
        identity.push_str(&fold(text("type").unwrap_or_default()));
    }
    identity
}

/// At most one element is primary: `newest`, or the last that says so.
pub(crate) fn keep_one_primary(elements: &mut [Value], newest: Option<usize>) {
    let is_primary = |element: &Value| element.get("primary") == Some(&Value::Bool(true));
    let newest = newest.filter(|index| elements.get(*index).is_some_and(is_primary));
    let Some(keep) = newest.or_else(|| elements.iter().rposition(is_primary)) else { return };
    for (index, element) in elements.iter_mut().enumerate() {
        if index != keep && is_primary(element) {
            element["primary"] = Value::Bool(false);
        }
    }
}

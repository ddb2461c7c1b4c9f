//! One value, brought to the type of its attribute. `None` is no value.

use kernel::Timestamp;
use serde_json::{Number, Value};

use super::{Rules, elements, invalid, unknown};
use crate::path::AttributePath;
use crate::schema::discovery::kind_word;
use crate::schema::{Attribute, Kind};
use crate::{Object, ScimError, ScimType};

/// A whole attribute.
pub(crate) fn whole(path: &AttributePath, value: Value, rules: &Rules) -> Result<Option<Value>, ScimError> {
    let attribute = path.attribute;
    if attribute.multi_valued {
        let elements = elements::read(path, value, rules)?;
        return Ok((!elements.is_empty()).then_some(Value::Array(elements)));
    }
    if attribute.kind == Kind::Complex {
        return Ok(complex(path, value, rules)?.map(Value::Object));
    }
    simple(path, attribute, value)
}

/// A value that has no members. `attribute` is the leaf of `path`, which is for messages.
pub(crate) fn simple(path: &AttributePath, attribute: &Attribute, value: Value) -> Result<Option<Value>, ScimError> {
    match value {
        Value::Null => return Ok(None),
        Value::String(text) if text.is_empty() => return Ok(None),
        Value::Array(values) if values.is_empty() => return Ok(None),
        _ => {}
    }
    let value = match (attribute.kind, value) {
        (Kind::Boolean, Value::Bool(flag)) => Some(Value::Bool(flag)),
        (Kind::Boolean, Value::String(text)) => crate::text::boolean(&text).map(Value::Bool),
        (Kind::Integer | Kind::Decimal, value) => number(attribute.kind, value).map(Value::Number),
        (Kind::DateTime, Value::String(text)) => Timestamp::parse(&text).is_ok().then_some(Value::String(text)),
        (Kind::Binary, Value::String(text)) => is_base64(&text).then_some(Value::String(text)),
        (Kind::String | Kind::Reference, Value::String(text)) => Some(Value::String(text)),
        _ => None,
    };
    let value =
        value.ok_or_else(|| invalid(format!("`{}` is a {}", label(path, attribute), kind_word(attribute.kind))))?;
    if let Value::String(text) = &value {
        check_text(path, attribute, text)?;
    }
    Ok(Some(value))
}

/// An object of sub-attributes; read-only ones are left out.
pub(crate) fn complex(path: &AttributePath, value: Value, rules: &Rules) -> Result<Option<Object>, ScimError> {
    let attribute = path.attribute;
    let members = match value {
        Value::Null => return Ok(None),
        Value::Object(members) => members,
        Value::String(text) if text.is_empty() => return Ok(None),
        // Entra sends a manager as the bare id.
        Value::String(text) if attribute.refers() => Object::from_iter([("value".to_owned(), Value::String(text))]),
        Value::Array(mut list) if list.len() < 2 && !attribute.multi_valued => {
            return list.pop().map_or(Ok(None), |only| complex(path, only, rules));
        }
        _ => return Err(invalid(format!("`{path}` is an object"))),
    };
    let mut read = Object::new();
    let mut reference = None;
    for (name, value) in members {
        let Some(sub) = attribute.sub(&name) else {
            unknown(&name, rules)?;
            continue;
        };
        if attribute.refers() && sub.name == "$ref" {
            reference = value.as_str().map(|text| last_segment(text).to_owned());
            continue;
        }
        if !sub.writable() {
            continue;
        }
        let Some(value) = simple(path, sub, value)? else { continue };
        if read.insert(sub.name.to_owned(), value).is_some() {
            return Err(ScimError::new(ScimType::InvalidSyntax, format!("`{}` is given twice", label(path, sub))));
        }
    }
    if let (Some(sub), Some(id), false) = (attribute.value(), reference, read.contains_key("value")) {
        read.extend(simple(path, sub, Value::String(id))?.map(|id| ("value".to_owned(), id)));
    }
    Ok((!read.is_empty()).then_some(read))
}

/// The `$ref` of a member or a manager is another way to write its `value`: the server makes addresses itself.
pub(crate) fn refer(path: AttributePath, value: Value) -> (AttributePath, Value) {
    if !path.attribute.refers() || path.sub.is_none_or(|sub| sub.name != "$ref") {
        return (path, value);
    }
    let value = match value {
        Value::String(address) => Value::String(last_segment(&address).to_owned()),
        value => value,
    };
    (AttributePath { sub: path.attribute.value(), ..path }, value)
}

fn last_segment(address: &str) -> &str {
    address.rsplit('/').next().unwrap_or(address)
}

/// Whole numbers and fractions; as text too, which is how Entra sends them.
fn number(kind: Kind, value: Value) -> Option<Number> {
    let number = match value {
        Value::Number(number) => number,
        Value::String(text) if kind == Kind::Integer => text.parse::<i64>().ok()?.into(),
        Value::String(text) => Number::from_f64(text.parse().ok()?)?,
        _ => return None,
    };
    (kind == Kind::Decimal || number.is_i64() || number.is_u64()).then_some(number)
}

/// Base64 in either alphabet; line breaks are usual in certificates.
fn is_base64(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=' | b'\r' | b'\n'))
}

fn check_text(path: &AttributePath, attribute: &Attribute, text: &str) -> Result<(), ScimError> {
    if text.len() > attribute.longest {
        let most = attribute.longest;
        return Err(invalid(format!("`{}` is longer than {most} bytes", label(path, attribute))));
    }
    if text.contains('\0') || (attribute.one_line && text.chars().any(char::is_control)) {
        return Err(invalid(format!("`{}` holds a control character", label(path, attribute))));
    }
    Ok(())
}

/// The name of the attribute that is at fault.
fn label(path: &AttributePath, attribute: &Attribute) -> String {
    if path.leaf().name == attribute.name { path.to_string() } else { format!("{path}.{}", attribute.name) }
}

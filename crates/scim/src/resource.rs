//! Resources as clients send them, brought to one form (RFC 7643 §2, RFC 7644 §3.3 and §3.5.1).
//!
//! | sent | becomes |
//! |---|---|
//! | names in any case, with a URN or a dot | the canonical name in its place |
//! | null, `""`, `[]`, `{}`, elements with nothing but `type` and `primary` | no value (RFC 7643 §2.5) |
//! | read-only attributes | nothing: they are ignored (RFC 7644 §3.3) |
//! | attributes no schema has | nothing, or `invalidSyntax` (RFC 7644 §3.12), as [`Rules`] say |
//! | `"True"`, `"False"` | a boolean, as Entra means them |
//! | one object for a list, a list of one for an object, a bare id for a reference | what was meant |
//! | two elements of the same `type` and `value` | one |
//! | `primary` more than once | the last |
//! | `schemas` | the URNs really used, whatever was sent |
//! | `password` | nothing: it is never kept |
//!
//! Values go through byte for byte. Objects are in alphabetical order, lists in the order sent. Deliberately does not
//! look up other resources and makes no id.

use kernel::Timestamp;
use serde_json::{Value, json};

use crate::path::{AttributePath, Named, find, resolve};
use crate::schema::{COMMON, ResourceType, Returned, Schema};
use crate::text::shorten;
use crate::{Object, ScimError, ScimType};

pub(crate) mod coerce;
pub(crate) mod elements;

#[cfg(test)]
mod tests;

/// What to do about attributes that no schema has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unknown {
    /// Leave them out: clients send what other servers want.
    #[default]
    Ignore,
    /// Refuse the body with `invalidSyntax`: it does "not conform to the request schema" (RFC 7644 §3.12).
    Refuse,
}

/// How bodies are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// What to do about attributes that no schema has.
    pub unknown: Unknown,
    /// Most elements of a list other than `members`.
    pub most_elements: usize,
    /// Most operations of a patch.
    pub most_operations: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self { unknown: Unknown::Ignore, most_elements: 1_000, most_operations: 5_000 }
    }
}

/// Reads the body of a `POST` or `PUT`. The answer has `schemas`, and neither `id` nor `meta`.
pub fn read(kind: &'static ResourceType, body: Object, rules: &Rules) -> Result<Object, ScimError> {
    let mut resource = Object::new();
    for Assignment { path, value } in assignments(kind, body, rules)? {
        set(&mut resource, &path, value, rules)?;
    }
    for attribute in kind.core.attributes.iter().filter(|attribute| attribute.required) {
        let text = resource.get(attribute.name).and_then(Value::as_str).unwrap_or_default();
        if text.trim().is_empty() {
            return Err(invalid(format!("`{}` is required", attribute.name)));
        }
    }
    finish(kind, &mut resource);
    Ok(resource)
}

/// The URNs of the schemas that a normalised resource uses: its own, and those of extensions with a value.
pub fn schemas(kind: &'static ResourceType, resource: &Object) -> Value {
    let used = kind.extensions.iter().filter(|schema| resource.contains_key(schema.urn));
    std::iter::once(kind.core.urn).chain(used.map(|schema| schema.urn)).collect()
}

/// What the server says about a resource itself.
#[derive(Debug, Clone, Copy)]
pub struct Meta<'a> {
    /// The kind of resource.
    pub kind: &'static ResourceType,
    /// When it was made.
    pub created: Timestamp,
    /// When it changed last.
    pub last_modified: Timestamp,
    /// Its absolute address: base, endpoint and id.
    pub location: &'a str,
    /// Its version; the same text as the `ETag` header.
    pub version: &'a str,
}

impl Meta<'_> {
    /// The value of `meta`.
    pub fn to_value(self) -> Value {
        json!({
            "resourceType": self.kind.name,
            "created": self.created.to_string(),
            "lastModified": self.last_modified.to_string(),
            "location": self.location,
            "version": self.version,
        })
    }
}

/// A value as it was sent, and where it belongs.
pub(crate) struct Assignment {
    pub(crate) path: AttributePath,
    pub(crate) value: Value,
}

/// Takes a body apart. What a client may not write is left out.
pub(crate) fn assignments(
    kind: &'static ResourceType,
    body: Object,
    rules: &Rules,
) -> Result<Vec<Assignment>, ScimError> {
    let mut found = Vec::with_capacity(body.len());
    for (name, value) in body {
        match resolve(kind, &name) {
            Some(Named::Schema(schema)) => match value {
                Value::Null => {}
                Value::Object(members) => {
                    for (name, value) in members {
                        assign(&mut found, find(&[schema], &name), &name, value, rules)?;
                    }
                }
                _ => return Err(invalid(format!("`{}` is not an object", schema.urn))),
            },
            Some(Named::Attribute(path)) => assign(&mut found, Some(path), &name, value, rules)?,
            None => assign(&mut found, None, &name, value, rules)?,
        }
    }
    Ok(found)
}

fn assign(
    found: &mut Vec<Assignment>,
    path: Option<AttributePath>,
    name: &str,
    value: Value,
    rules: &Rules,
) -> Result<(), ScimError> {
    let Some(path) = path else { return unknown(name, rules) };
    if found.iter().any(|other| other.path == path) {
        return Err(ScimError::new(ScimType::InvalidSyntax, format!("`{path}` is given twice")));
    }
    if path.writable() {
        found.push(Assignment { path, value });
    }
    Ok(())
}

/// What the rules say about a name that no schema has.
pub(crate) fn unknown(name: &str, rules: &Rules) -> Result<(), ScimError> {
    match rules.unknown {
        Unknown::Ignore => Ok(()),
        Unknown::Refuse => {
            Err(ScimError::new(ScimType::InvalidSyntax, format!("there is no attribute `{}`", shorten(name))))
        }
    }
}

pub(crate) fn invalid(detail: impl Into<String>) -> ScimError {
    ScimError::new(ScimType::InvalidValue, detail)
}

fn set(resource: &mut Object, path: &AttributePath, value: Value, rules: &Rules) -> Result<(), ScimError> {
    let (path, value) = coerce::refer(*path, value);
    let path = &path;
    let value = match path.sub {
        Some(_) if path.attribute.multi_valued => {
            return Err(invalid(format!("`{path}` stands in each element of `{}`", path.attribute.name)));
        }
        Some(sub) => match coerce::simple(path, sub, value)? {
            Some(value) => value,
            None => return Ok(()),
        },
        None => match coerce::whole(path, value, rules)? {
            Some(value) => value,
            None => return Ok(()),
        },
    };
    if path.leaf().returned != Returned::Never {
        put(resource, path, value);
    }
    Ok(())
}

/// Writes a normalised value. A complex value is merged into what is there.
pub(crate) fn put(resource: &mut Object, path: &AttributePath, value: Value) {
    let holder = holder(resource, path.schema);
    let Some(sub) = path.sub else {
        match (holder.get_mut(path.attribute.name), value) {
            (Some(Value::Object(there)), Value::Object(new)) => there.extend(new),
            (_, value) => drop(holder.insert(path.attribute.name.to_owned(), value)),
        }
        return;
    };
    let complex = holder.entry(path.attribute.name).or_insert_with(|| Value::Object(Object::new()));
    if let Value::Object(members) = complex {
        members.insert(sub.name.to_owned(), value);
    }
}

/// The object in which a schema's attributes stand.
pub(crate) fn holder<'r>(resource: &'r mut Object, schema: &Schema) -> &'r mut Object {
    if !schema.extends {
        return resource;
    }
    let place = resource.entry(schema.urn).or_insert_with(|| Value::Object(Object::new()));
    if !place.is_object() {
        *place = Value::Object(Object::new());
    }
    place.as_object_mut().expect("invariant: it was made an object above")
}

/// Takes away what has come to hold nothing, and says which schemas are used.
pub(crate) fn finish(kind: &'static ResourceType, resource: &mut Object) {
    for schema in kind.schemas().filter(|schema| schema.extends) {
        if let Some(Value::Object(members)) = resource.get_mut(schema.urn) {
            members.retain(|_, value| crate::filter::is_assigned(value));
        }
    }
    resource.retain(|_, value| crate::filter::is_assigned(value));
    resource.insert(COMMON.attributes[0].name.to_owned(), schemas(kind, resource));
}

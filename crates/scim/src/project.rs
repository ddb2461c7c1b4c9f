//! Which attributes an answer shows: `attributes` and `excludedAttributes` (RFC 7644 §3.9, RFC 7643 §2.4).
//!
//! | asked | shown |
//! |---|---|
//! | nothing | what is returned by default |
//! | `attributes=a,b.c` | these, and what is returned always |
//! | `excludedAttributes=a,b.c` | everything but these; what is returned always stays |
//!
//! Names that no schema has are ignored. Ask [`Projection::wants`] before reading what is costly: an answer without
//! `members` is made without reading them.

use serde_json::Value;

use crate::path::{AttributePath, Named, resolve};
use crate::schema::{Attribute, COMMON, ResourceType, Returned, Schema};
use crate::{Object, ScimError, ScimType};

#[cfg(test)]
mod tests;

/// Which attributes an answer shows.
#[derive(Debug, Clone)]
pub struct Projection {
    kind: &'static ResourceType,
    choice: Choice,
}

#[derive(Debug, Clone)]
enum Choice {
    Default,
    Only(Vec<Named>),
    Except(Vec<Named>),
}

/// How much of an attribute is shown.
enum Share {
    Nothing,
    Everything,
    /// Sub-attributes that pass.
    Some(Vec<&'static str>),
}

impl Projection {
    /// Everything that is returned by default.
    pub const fn of_everything(kind: &'static ResourceType) -> Self {
        Self { kind, choice: Choice::Default }
    }

    /// Reads the two parameters: lists with commas, of which at most one is given.
    pub fn parse(
        kind: &'static ResourceType,
        attributes: Option<&str>,
        excluded: Option<&str>,
    ) -> Result<Self, ScimError> {
        let names = |list: &str| list.split(',').filter_map(|name| resolve(kind, name.trim())).collect();
        let given = |list: Option<&'_ str>| list.is_some_and(|list| !list.trim().is_empty());
        let choice = match (given(attributes), given(excluded)) {
            (true, true) => {
                let detail = "`attributes` and `excludedAttributes` exclude each other";
                return Err(ScimError::new(ScimType::InvalidValue, detail));
            }
            (true, false) => Choice::Only(attributes.map(names).unwrap_or_default()),
            (false, true) => Choice::Except(excluded.map(names).unwrap_or_default()),
            (false, false) => Choice::Default,
        };
        Ok(Self { kind, choice })
    }

    /// Whether the client chose attributes itself: a `PATCH` must then be answered with the resource (RFC 7644 §3.5.2).
    pub const fn is_chosen(&self) -> bool {
        !matches!(self.choice, Choice::Default)
    }

    /// Whether anything of an attribute, such as `members`, or a part of it, such as `members.display`, is shown. Parts
    /// that are told on request are shown when they are named, and only then.
    pub fn wants(&self, name: &str) -> bool {
        let Some(path) = AttributePath::parse(self.kind, name) else { return false };
        match (self.share(path.schema, path.attribute), path.sub) {
            (Share::Nothing, _) => false,
            (Share::Some(parts), Some(sub)) => parts.contains(&sub.name),
            (Share::Everything, Some(sub)) => sub.returned != Returned::Request || self.names(&path),
            (_, None) => true,
        }
    }

    fn names(&self, path: &AttributePath) -> bool {
        let is_path = |name: &Named| matches!(name, Named::Attribute(named) if named == path);
        matches!(&self.choice, Choice::Only(names) if names.iter().any(is_path))
    }

    /// The resource as it is shown.
    #[must_use]
    pub fn apply(&self, resource: Object) -> Object {
        // What is kept is returned by default, and `password` is not kept.
        if matches!(self.choice, Choice::Default) {
            return resource;
        }
        let mut shown = Object::new();
        for (name, value) in resource {
            let extension = self.kind.extensions.iter().find(|schema| schema.is(&name));
            let value = if let Some(schema) = extension {
                self.extension(schema, value)
            } else {
                let schema = if COMMON.attribute(&name).is_some() { &COMMON } else { self.kind.core };
                schema.attribute(&name).and_then(|attribute| self.attribute(schema, attribute, value))
            };
            shown.extend(value.map(|value| (name, value)));
        }
        shown
    }

    fn extension(&self, schema: &'static Schema, value: Value) -> Option<Value> {
        let Value::Object(members) = value else { return None };
        let shown = members.into_iter().filter_map(|(name, value)| {
            let value = self.attribute(schema, schema.attribute(&name)?, value)?;
            Some((name, value))
        });
        let shown: Object = shown.collect();
        (!shown.is_empty()).then_some(Value::Object(shown))
    }

    fn attribute(&self, schema: &'static Schema, attribute: &'static Attribute, value: Value) -> Option<Value> {
        match self.share(schema, attribute) {
            Share::Nothing => None,
            Share::Everything => Some(value),
            Share::Some(names) => parts(value, &names),
        }
    }

    fn share(&self, schema: &'static Schema, attribute: &'static Attribute) -> Share {
        match attribute.returned {
            Returned::Always => return Share::Everything,
            Returned::Never => return Share::Nothing,
            Returned::Default | Returned::Request => {}
        }
        let path = AttributePath { schema, attribute, sub: None };
        match &self.choice {
            Choice::Default if attribute.returned == Returned::Request => Share::Nothing,
            Choice::Default => Share::Everything,
            Choice::Only(names) => only(names, path),
            Choice::Except(names) => except(names, path),
        }
    }
}

fn only(names: &[Named], path: AttributePath) -> Share {
    if names.iter().any(|name| names_all(name, path)) {
        return Share::Everything;
    }
    let parts: Vec<&'static str> = names.iter().filter_map(|name| names_part(name, path)).collect();
    if parts.is_empty() { Share::Nothing } else { Share::Some(parts) }
}

fn except(names: &[Named], path: AttributePath) -> Share {
    if names.iter().any(|name| names_all(name, path)) {
        return Share::Nothing;
    }
    let parts: Vec<&'static str> = names.iter().filter_map(|name| names_part(name, path)).collect();
    if parts.is_empty() {
        return Share::Everything;
    }
    let told = path.attribute.sub_attributes.iter().filter(|sub| sub.returned != Returned::Request);
    Share::Some(told.map(|sub| sub.name).filter(|name| !parts.contains(name)).collect())
}

/// Whether a name means the whole attribute.
fn names_all(name: &Named, path: AttributePath) -> bool {
    match name {
        Named::Schema(schema) => schema.urn == path.schema.urn,
        Named::Attribute(named) => *named == path,
    }
}

/// The part of the attribute that a name means.
fn names_part(name: &Named, path: AttributePath) -> Option<&'static str> {
    match name {
        Named::Attribute(named) if named.whole() == path => named.sub.map(|sub| sub.name),
        _ => None,
    }
}

fn parts(value: Value, names: &[&str]) -> Option<Value> {
    match value {
        Value::Array(elements) => {
            let elements: Vec<Value> = elements.into_iter().filter_map(|element| parts(element, names)).collect();
            (!elements.is_empty()).then_some(Value::Array(elements))
        }
        Value::Object(members) => {
            let members: Object = members.into_iter().filter(|(name, _)| names.contains(&name.as_str())).collect();
            (!members.is_empty()).then_some(Value::Object(members))
        }
        _ => None,
    }
}

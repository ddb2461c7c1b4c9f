//! Names of attributes as clients write them: `userName`, `name.familyName`, `urn:…:enterprise:2.0:User:department`
//! (RFC 7644 §3.10).
//!
//! | written | means |
//! |---|---|
//! | letters in any case | the same attribute |
//! | a schema's URN before the name | the attribute of that schema; the longest known URN wins, dots and all |
//! | a dot after the URN, as old Entra jobs write | the same as the colon |
//! | an extension's attribute without URN, as Entra writes `manager` | that attribute, when no other has the name |
//! | a URN alone | the whole extension |

use std::fmt;
use std::hash::{Hash, Hasher};

use serde_json::Value;

use crate::Object;
use crate::schema::{Attribute, COMMON, ResourceType, Schema};

#[cfg(test)]
mod tests;

/// An attribute, or a sub-attribute of one.
#[derive(Debug, Clone, Copy)]
pub struct AttributePath {
    /// The schema that the attribute stands in.
    pub schema: &'static Schema,
    /// The attribute.
    pub attribute: &'static Attribute,
    /// The sub-attribute, where one is meant.
    pub sub: Option<&'static Attribute>,
}

/// What a name stands for.
#[derive(Debug, Clone, Copy)]
pub enum Named {
    /// Everything in a schema.
    Schema(&'static Schema),
    /// One attribute.
    Attribute(AttributePath),
}

/// Finds what a name stands for; `None` when there is no such thing in this kind of resource.
pub fn resolve(kind: &'static ResourceType, text: &str) -> Option<Named> {
    for schema in kind.schemas() {
        let Some(head) = text.get(..schema.urn.len()) else { continue };
        if !schema.is(head) {
            continue;
        }
        let rest = &text[schema.urn.len()..];
        if rest.is_empty() {
            return Some(Named::Schema(schema));
        }
        if let Some(name) = rest.strip_prefix([':', '.']) {
            return find(&[schema, &COMMON], name).map(Named::Attribute);
        }
    }
    let path = find(&[&COMMON, kind.core], text);
    path.or_else(|| kind.extensions.iter().find_map(|schema| find(&[*schema], text))).map(Named::Attribute)
}

/// Finds an attribute in the first of these schemas that has it.
pub(crate) fn find(schemas: &[&'static Schema], text: &str) -> Option<AttributePath> {
    let (name, sub) = text.split_once('.').map_or((text, None), |(name, sub)| (name, Some(sub)));
    let (schema, attribute) = schemas.iter().find_map(|schema| Some((*schema, schema.attribute(name)?)))?;
    let sub = match sub {
        Some(sub) => Some(attribute.sub(sub)?),
        None => None,
    };
    Some(AttributePath { schema, attribute, sub })
}

impl AttributePath {
    /// Finds an attribute; a URN alone is none.
    pub fn parse(kind: &'static ResourceType, text: &str) -> Option<Self> {
        match resolve(kind, text)? {
            Named::Attribute(path) => Some(path),
            Named::Schema(_) => None,
        }
    }

    /// Finds an attribute of a kind of resource, else of one of the others.
    pub(crate) fn parse_among(
        kind: &'static ResourceType,
        others: &[&'static ResourceType],
        text: &str,
    ) -> Option<Self> {
        Self::parse(kind, text).or_else(|| others.iter().find_map(|kind| Self::parse(kind, text)))
    }

    /// The attribute without its sub-attribute.
    #[must_use]
    pub fn whole(self) -> Self {
        Self { sub: None, ..self }
    }

    /// The attribute that a value at this path is described by.
    pub fn leaf(&self) -> &'static Attribute {
        self.sub.unwrap_or(self.attribute)
    }

    /// Whether a client may change what stands here.
    pub fn writable(&self) -> bool {
        self.attribute.writable() && self.sub.is_none_or(Attribute::writable)
    }

    /// Whether this is the attribute `name`, or its sub-attribute `name.sub`, by canonical names without URN.
    pub fn is(&self, name: &str) -> bool {
        let (attribute, sub) = name.split_once('.').map_or((name, None), |(name, sub)| (name, Some(sub)));
        self.attribute.name == attribute && self.sub.map(|sub| sub.name) == sub
    }

    /// The attribute's value in a normalised resource; the sub-attribute is not followed.
    pub fn value_in<'v>(&self, resource: &'v Object) -> Option<&'v Value> {
        if self.schema.extends {
            return resource.get(self.schema.urn)?.as_object()?.get(self.attribute.name);
        }
        resource.get(self.attribute.name)
    }

    fn key(&self) -> (&str, &str, Option<&str>) {
        (self.schema.urn, self.attribute.name, self.sub.map(|sub| sub.name))
    }
}

impl PartialEq for AttributePath {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for AttributePath {}

impl Hash for AttributePath {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

/// The shortest text that names the attribute for certain.
impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.schema.extends {
            write!(f, "{}:", self.schema.urn)?;
        }
        f.write_str(self.attribute.name)?;
        match self.sub {
            Some(sub) => write!(f, ".{}", sub.name),
            None => Ok(()),
        }
    }
}

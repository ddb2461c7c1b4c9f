//! What every edit shares: who asks, what can be wrong, and reading a JSON body into typed edits.

use serde_json::{Map, Value};

use super::property::{Home, Property, Shape, find};
use super::{Kind, property::Prop};

/// On whose behalf an edit is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// A caller of Graph: bound by what Graph lets callers write.
    Caller,
    /// The tenant itself: on-premises synchronisation, the admin API, the generator. May write everything.
    Service,
}

/// Why an edit was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The object, or one that the body names, is not there.
    #[error("object {0} does not exist")]
    NotFound(String),
    /// The kind has no such property.
    #[error("property {0} does not exist")]
    UnknownProperty(String),
    /// The value has the wrong JSON type.
    #[error("property {0} has the wrong type")]
    WrongType(String),
    /// The value breaks a rule of the property.
    #[error("property {0} has an invalid value")]
    InvalidValue(String),
    /// A required property is absent.
    #[error("property {0} is required")]
    Missing(&'static str),
    /// Only the service writes this property.
    #[error("property {0} is read-only")]
    ReadOnly(String),
    /// Another object has the same value.
    #[error("another object has the same {0}")]
    Conflict(&'static str),
    /// The name's domain is not one of the tenant's.
    #[error("domain of {0} is not verified")]
    UnverifiedDomain(String),
    /// The object is mastered on premises.
    #[error("object is mastered on premises")]
    Synced,
    /// A rule decides the membership.
    #[error("membership is decided by a rule")]
    Dynamic,
    /// Already a member.
    #[error("already a member")]
    AlreadyMember,
    /// Not a member.
    #[error("not a member")]
    NotMember,
    /// This group cannot hold this kind of member.
    #[error("wrong kind of member")]
    WrongMemberKind,
    /// Exchange owns groups of this type.
    #[error("mail-enabled groups are read-only here")]
    MailEnabled,
}

/// Typed edits of one object.
pub(super) type Edits = Vec<(Prop, Value)>;

/// Reads a body; annotations (`@odata.type`) and the names in `skip` are left out.
pub(super) fn read(kind: Kind, body: &Map<String, Value>, author: Author, skip: &[&str]) -> Result<Edits, EditError> {
    let mut edits = Edits::new();
    for (name, value) in body {
        if name.contains("@odata") || skip.contains(&name.as_str()) {
            continue;
        }
        let prop = find(kind.table(), name).ok_or_else(|| EditError::UnknownProperty(name.clone()))?;
        let property = &kind.table()[usize::from(prop.0)];
        if author == Author::Caller && matches!(property.home, Home::Service) {
            return Err(EditError::ReadOnly(name.clone()));
        }
        check_shape(property, value)?;
        edits.push((prop, value.clone()));
    }
    Ok(edits)
}

fn check_shape(property: &Property, value: &Value) -> Result<(), EditError> {
    let list_of = |test: fn(&Value) -> bool| value.as_array().is_some_and(|items| items.iter().all(test));
    let fits = match property.shape {
        Shape::Text => value.is_string() || value.is_null(),
        Shape::Moment => value.is_null() || value.as_str().is_some_and(|text| kernel::Timestamp::parse(text).is_ok()),
        Shape::Flag => value.is_boolean() || value.is_null(),
        Shape::Texts => list_of(Value::is_string),
        Shape::Object => value.is_object() || value.is_null(),
        Shape::Objects => list_of(Value::is_object),
    };
    if fits { Ok(()) } else { Err(EditError::WrongType(property.name.to_owned())) }
}

/// The text among the edits, when the property is set to one.
pub(super) fn text_of(edits: &Edits, wanted: Prop) -> Option<&str> {
    edits.iter().find(|(prop, _)| *prop == wanted).and_then(|(_, value)| value.as_str())
}

/// Sets a property unless the edits already do.
pub(super) fn default(edits: &mut Edits, prop: Prop, value: Value) {
    if !edits.iter().any(|(set, _)| *set == prop) {
        edits.push((prop, value));
    }
}

/// Sets a property whatever the edits said.
pub(super) fn put(edits: &mut Edits, prop: Prop, value: Value) {
    edits.retain(|(set, _)| *set != prop);
    edits.push((prop, value));
}

//! Patches (RFC 7644 §3.5.2), in the RFC's words and in Entra's two dialects.
//!
//! ```text
//! body ──parse──► Patch ──apply──────────► the resource as it becomes, and what changed
//!                   └─────split_members──► who joins and leaves a group, and the rest
//! ```
//!
//! | operation | does |
//! |---|---|
//! | `add`, `replace` without path | what its members say, each as a path of its own; read-only and unknown ones are ignored |
//! | … on one value | sets it; null and `""` take it away |
//! | … on an object or an extension | sets the members given, leaves the others (§3.5.2.3) |
//! | `add` on a list | adds what is not there; an element of the same `type` and `value` is updated |
//! | `replace` on a list | the list becomes the value |
//! | … on `list[filter]`, `list[filter].sub` | changes what matches; where nothing does, and the filter says `eq` only, makes the element, as Entra expects; else `noTarget` |
//! | `remove` on a list with a `value` | takes out the elements listed, as Entra's default dialect means it |
//! | `remove` otherwise | takes away what the path names; nothing there is no fault |
//!
//! One operation that fails undoes all: nothing is changed in place. Reading checks names, types and mutability, so that
//! applying can fail for `noTarget` and immutable parts only.

use serde_json::Value;

pub use members::{Member, MemberKind, MemberOps, MemberSplit, take_members};

use crate::filter::Expression;
use crate::path::AttributePath;
use crate::resource::Rules;
use crate::schema::{Attribute, ResourceType, Schema};
use crate::{Object, ScimError, ScimType};

mod apply;
mod members;
mod parse;
mod select;

#[cfg(test)]
mod tests;

/// The URN of a patch.
pub const PATCH_URN: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// A patch that has been understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Patch {
    kind: &'static ResourceType,
    steps: Vec<Step>,
    most_elements: usize,
}

/// What a patch makes of a resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Patched {
    /// The resource as it becomes, normalised.
    pub resource: Object,
    /// What is different now; parts of an object one by one. Empty: the patch changed nothing.
    pub changed: Vec<AttributePath>,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Add,
    Replace,
    Remove,
}

/// One change, and the operation that asks for it.
#[derive(Debug, Clone, PartialEq)]
struct Step {
    /// Counted from one, for messages.
    operation: usize,
    change: Change,
}

/// One change. Values are normalised, names are known, what may not be written is not here.
#[derive(Debug, Clone, PartialEq)]
enum Change {
    Set {
        path: AttributePath,
        value: Value,
    },
    Unset {
        path: AttributePath,
    },
    UnsetExtension {
        urn: &'static str,
    },
    /// Elements that should be there.
    Append {
        path: AttributePath,
        elements: Vec<Value>,
    },
    /// The elements, and no others.
    Assign {
        path: AttributePath,
        elements: Vec<Value>,
    },
    /// Elements that should not be there.
    Withdraw {
        path: AttributePath,
        elements: Vec<Value>,
    },
    /// Something about the elements that match; about all without a condition.
    Select {
        path: AttributePath,
        condition: Option<Expression>,
        act: Act,
    },
}

/// What becomes of matching elements.
#[derive(Debug, Clone, PartialEq)]
enum Act {
    Remove,
    Unset(&'static str),
    Set(&'static str, Value),
    Merge(Object),
    Replace(Vec<Value>),
}

impl Patch {
    /// Reads a patch. Its values are normalised as [`crate::resource`] does it.
    pub fn parse(kind: &'static ResourceType, body: Object, rules: &Rules) -> Result<Self, ScimError> {
        parse::parse(kind, body, rules).map(|steps| Self { kind, steps, most_elements: rules.most_elements })
    }

    /// What becomes of a normalised resource. Computed attributes (`id`, `meta`, `groups`) stay as they are.
    pub fn apply(&self, resource: &Object) -> Result<Patched, ScimError> {
        apply::apply(self, resource)
    }

    /// Takes apart who joins and leaves a group from the rest, so that nobody need read all members.
    pub fn split_members(self) -> MemberSplit {
        members::split(self)
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

impl Change {
    /// The attribute that changes; none when it is a whole extension.
    fn attribute(&self) -> Option<AttributePath> {
        match self {
            Self::UnsetExtension { .. } => None,
            Self::Set { path, .. }
            | Self::Unset { path }
            | Self::Append { path, .. }
            | Self::Assign { path, .. }
            | Self::Withdraw { path, .. }
            | Self::Select { path, .. } => Some(path.whole()),
        }
    }
}

/// Says which operation is at fault.
fn in_operation(operation: usize) -> impl Fn(ScimError) -> ScimError {
    move |error| ScimError { detail: format!("operation {operation}: {}", error.detail), ..error }
}

fn no_target(detail: impl Into<String>) -> ScimError {
    ScimError::new(ScimType::NoTarget, detail)
}

fn mutability(detail: impl Into<String>) -> ScimError {
    ScimError::new(ScimType::Mutability, detail)
}

/// The schema of a URN that the parser has found in this kind of resource.
fn extension(kind: &ResourceType, urn: &str) -> Option<&'static Schema> {
    kind.extensions.iter().copied().find(|schema| schema.is(urn))
}

/// Whether a part of an element, once given, stays.
fn is_immutable(attribute: &Attribute) -> bool {
    attribute.mutability == crate::schema::Mutability::Immutable
}

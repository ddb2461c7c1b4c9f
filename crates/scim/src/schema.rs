//! What a SCIM resource may hold: attributes and their characteristics (RFC 7643 §2 and §7) as data.
//!
//! Everything else in this crate asks these tables; nothing knows an attribute by heart that could ask. Deliberately
//! closed: a client cannot add a schema, and attributes unknown here are left out or refused ([`crate::resource`]).

pub mod base;
pub mod discovery;
mod discovery_schemas;
mod group;
mod user;

pub use base::COMMON;
pub use discovery_schemas::{RESOURCE_TYPE_SCHEMA, SCHEMA_SCHEMA, SERVICE_PROVIDER_CONFIG_SCHEMA};
pub use group::GROUP_SCHEMA;
pub use user::{ENTERPRISE_SCHEMA, USER_SCHEMA};

#[cfg(test)]
mod tests;

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Text.
    String,
    /// True or false.
    Boolean,
    /// A number with a fraction.
    Decimal,
    /// A whole number.
    Integer,
    /// A moment, with its offset.
    DateTime,
    /// Base64.
    Binary,
    /// An address or a resource's id.
    Reference,
    /// An object of sub-attributes.
    Complex,
}

/// Who may change a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mutability {
    /// The server alone.
    ReadOnly,
    /// The client too.
    ReadWrite,
    /// The client, once.
    Immutable,
    /// The client, who never sees it again.
    WriteOnly,
}

/// When a value is part of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Returned {
    /// Whatever the client asks for.
    Always,
    /// Whatever the client asks for, it is not.
    Never,
    /// Unless the client asks for others only.
    Default,
    /// Only when asked for.
    Request,
}

/// Where a value may exist once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Uniqueness {
    /// Anywhere, any number of times.
    None,
    /// Once in an organisation.
    Server,
    /// Once in the world.
    Global,
}

/// The longest text in bytes, unless an attribute says otherwise.
pub const LONG_TEXT: usize = 16 * 1024;
/// The longest text that is looked up by value; folded it still fits into an index of either database.
pub const KEY_TEXT: usize = 768;

/// One attribute and its characteristics (RFC 7643 §7).
#[derive(Debug, Clone, Copy)]
pub struct Attribute {
    /// The name, as it is written out.
    pub name: &'static str,
    /// What it means, for people.
    pub description: &'static str,
    /// The type of a value.
    pub kind: Kind,
    /// Whether there may be several values.
    pub multi_valued: bool,
    /// Whether there must be a value.
    pub required: bool,
    /// Whether letters' case matters.
    pub case_exact: bool,
    /// Who may change it.
    pub mutability: Mutability,
    /// When it is part of an answer.
    pub returned: Returned,
    /// Where a value may exist once.
    pub uniqueness: Uniqueness,
    /// Values that are suggested; others are taken too.
    pub canonical_values: &'static [&'static str],
    /// What a reference may refer to.
    pub reference_types: &'static [&'static str],
    /// The members of a complex value.
    pub sub_attributes: &'static [Attribute],
    /// The longest text, in bytes.
    pub longest: usize,
    /// Whether control characters are refused: the text is compared by people and machines alike.
    pub one_line: bool,
}

/// A set of attributes under one URN.
#[derive(Debug)]
pub struct Schema {
    /// The URN; empty for the common attributes, which stand in no schema.
    pub urn: &'static str,
    /// The name, for people.
    pub name: &'static str,
    /// What it describes, for people.
    pub description: &'static str,
    /// Whether its attributes stand in an object of their own, under the URN.
    pub extends: bool,
    /// The attributes.
    pub attributes: &'static [Attribute],
}

/// A kind of resource with its endpoint.
#[derive(Debug)]
pub struct ResourceType {
    /// The name, which is its id too.
    pub name: &'static str,
    /// Where it is served, relative to the base URL.
    pub endpoint: &'static str,
    /// What it is, for people.
    pub description: &'static str,
    /// The schema of its own attributes.
    pub core: &'static Schema,
    /// Schemas whose attributes stand in an object of their own; none is required.
    pub extensions: &'static [&'static Schema],
}

/// Users, with the enterprise extension.
pub static USER: ResourceType = ResourceType {
    name: "User",
    endpoint: "/Users",
    description: "User account",
    core: &USER_SCHEMA,
    extensions: &[&ENTERPRISE_SCHEMA],
};

/// Groups.
pub static GROUP: ResourceType = ResourceType {
    name: "Group",
    endpoint: "/Groups",
    description: "Group of users and groups",
    core: &GROUP_SCHEMA,
    extensions: &[],
};

/// Every kind of resource that is served.
pub static RESOURCE_TYPES: [&ResourceType; 2] = [&USER, &GROUP];

// === impl Attribute ===

impl Attribute {
    /// An optional text that anyone may change.
    pub(crate) const fn text(name: &'static str, description: &'static str) -> Self {
        Self {
            name,
            description,
            kind: Kind::String,
            multi_valued: false,
            required: false,
            case_exact: false,
            mutability: Mutability::ReadWrite,
            returned: Returned::Default,
            uniqueness: Uniqueness::None,
            canonical_values: &[],
            reference_types: &[],
            sub_attributes: &[],
            longest: LONG_TEXT,
            one_line: false,
        }
    }

    pub(crate) const fn of(kind: Kind, name: &'static str, description: &'static str) -> Self {
        Self { kind, ..Self::text(name, description) }
    }

    pub(crate) const fn flag(name: &'static str, description: &'static str) -> Self {
        Self::of(Kind::Boolean, name, description)
    }

    pub(crate) const fn complex(name: &'static str, description: &'static str, members: &'static [Self]) -> Self {
        Self { sub_attributes: members, ..Self::of(Kind::Complex, name, description) }
    }

    /// References are always exact (RFC 7643 §2.3.7).
    pub(crate) const fn reference(name: &'static str, description: &'static str, to: &'static [&'static str]) -> Self {
        Self { reference_types: to, case_exact: true, ..Self::of(Kind::Reference, name, description) }
    }

    pub(crate) const fn many(self) -> Self {
        Self { multi_valued: true, ..self }
    }

    pub(crate) const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    pub(crate) const fn exact(self) -> Self {
        Self { case_exact: true, ..self }
    }

    pub(crate) const fn read_only(self) -> Self {
        Self { mutability: Mutability::ReadOnly, ..self }
    }

    /// What the server knows and tells only when asked.
    pub(crate) const fn on_request(self) -> Self {
        Self { mutability: Mutability::ReadOnly, returned: Returned::Request, ..self }
    }

    pub(crate) const fn key(self) -> Self {
        Self { longest: KEY_TEXT, ..self }
    }

    pub(crate) const fn identifier(self) -> Self {
        Self { one_line: true, ..self.key() }
    }

    pub(crate) const fn suggest(self, values: &'static [&'static str]) -> Self {
        Self { canonical_values: values, ..self }
    }

    /// The sub-attribute of a name in any case.
    pub fn sub(&self, name: &str) -> Option<&'static Self> {
        find(self.sub_attributes, name)
    }

    /// The sub-attribute that stands for the whole: `value`.
    pub fn value(&self) -> Option<&'static Self> {
        self.sub("value")
    }

    /// Whether its value is the id of a resource: members and managers.
    pub fn refers(&self) -> bool {
        self.sub("$ref").is_some()
    }

    /// Whether a client may give it a value at all.
    pub fn writable(&self) -> bool {
        self.mutability != Mutability::ReadOnly
    }
}

// === impl Schema ===

impl Schema {
    /// The attribute of a name in any case.
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        find(self.attributes, name)
    }

    /// Whether `urn` names this schema, in any case.
    pub fn is(&self, urn: &str) -> bool {
        self.urn.eq_ignore_ascii_case(urn)
    }
}

// === impl ResourceType ===

impl ResourceType {
    /// The schemas: its own first, then its extensions.
    pub fn schemas(&self) -> impl Iterator<Item = &'static Schema> {
        std::iter::once(self.core).chain(self.extensions.iter().copied())
    }

    /// The kind of resource that an endpoint such as `Users` or `/Users` serves. Paths are case-sensitive.
    pub fn at(endpoint: &str) -> Option<&'static Self> {
        let name = endpoint.trim_start_matches('/');
        RESOURCE_TYPES.iter().copied().find(|kind| &kind.endpoint[1..] == name)
    }
}

impl PartialEq for ResourceType {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for ResourceType {}

fn find(attributes: &'static [Attribute], name: &str) -> Option<&'static Attribute> {
    attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

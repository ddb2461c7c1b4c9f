//! Groups (RFC 7643 §4.2).

use super::{Attribute, Mutability, Schema};

/// What a client says of a member is its `value`, or a `$ref` that ends with it; the rest is the server's knowledge.
const MEMBER: &[Attribute] = &[
    Attribute {
        mutability: Mutability::Immutable,
        ..Attribute::text("value", "Identifier of the member").exact().identifier()
    },
    Attribute {
        mutability: Mutability::Immutable,
        ..Attribute::reference("$ref", "Address of the member", &["User", "Group"])
    },
    Attribute {
        mutability: Mutability::Immutable,
        ..Attribute::text("type", "Whether the member is a user or a group").suggest(&["User", "Group"])
    },
    Attribute::text("display", "Name of the member").on_request(),
];

/// The core schema of groups.
pub static GROUP_SCHEMA: Schema = Schema {
    urn: "urn:ietf:params:scim:schemas:core:2.0:Group",
    name: "Group",
    description: "Group of users and groups",
    extends: false,
    attributes: &[
        Attribute::text("displayName", "Name of the group").required().key(),
        Attribute::complex("members", "Members of the group", MEMBER).many(),
    ],
};

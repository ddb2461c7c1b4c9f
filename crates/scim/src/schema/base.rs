//! Attributes that every resource has, whatever its schema (RFC 7643 §3.1). `/Schemas` does not list them.

use super::{Attribute, Kind, Returned, Schema, Uniqueness};

const META: &[Attribute] = &[
    Attribute::text("resourceType", "Name of the kind of resource").exact().read_only(),
    Attribute::of(Kind::DateTime, "created", "When the resource was made").read_only(),
    Attribute::of(Kind::DateTime, "lastModified", "When the resource changed last").read_only(),
    Attribute::reference("location", "Address of the resource", &["uri"]).read_only(),
    Attribute::text("version", "Version of the resource; equals its ETag").exact().read_only(),
];

/// `schemas`, `id`, `externalId` and `meta`.
pub static COMMON: Schema = Schema {
    urn: "",
    name: "Common attributes",
    description: "Attributes of every resource",
    extends: false,
    attributes: &[
        Attribute {
            returned: Returned::Always,
            ..Attribute::reference("schemas", "URNs of the schemas that the resource uses", &["uri"])
                .many()
                .exact()
                .read_only()
        },
        Attribute {
            returned: Returned::Always,
            uniqueness: Uniqueness::Server,
            ..Attribute::text("id", "Identifier, made by the server, never used again").exact().read_only().identifier()
        },
        Attribute::text("externalId", "Identifier that the provisioning client uses").exact().identifier(),
        Attribute::complex("meta", "What the server knows about the resource itself", META).read_only(),
    ],
};

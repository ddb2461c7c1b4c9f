//! The schemas of the discovery documents themselves (RFC 7643 §5 to §7, RFC 9865 §4). All of it is read-only.

use super::{Attribute, Kind, Schema};

const fn text(name: &'static str, description: &'static str) -> Attribute {
    Attribute::text(name, description).read_only()
}

const fn exact(name: &'static str, description: &'static str) -> Attribute {
    text(name, description).exact()
}

const fn uri(name: &'static str, description: &'static str) -> Attribute {
    Attribute::reference(name, description, &["uri"]).read_only()
}

const fn flag(name: &'static str, description: &'static str) -> Attribute {
    Attribute::flag(name, description).read_only()
}

const fn number(name: &'static str, description: &'static str) -> Attribute {
    Attribute::of(Kind::Integer, name, description).read_only()
}

const fn object(name: &'static str, description: &'static str, members: &'static [Attribute]) -> Attribute {
    Attribute::complex(name, description, members).read_only()
}

const SUPPORTED: &[Attribute] = &[flag("supported", "Whether it is supported").required()];

const BULK: &[Attribute] = &[
    flag("supported", "Whether it is supported").required(),
    number("maxOperations", "Most operations in one request").required(),
    number("maxPayloadSize", "Largest request in bytes").required(),
];

const FILTER: &[Attribute] = &[
    flag("supported", "Whether it is supported").required(),
    number("maxResults", "Most resources in one answer").required(),
];

const PAGINATION: &[Attribute] = &[
    flag("cursor", "Whether paging by cursor is supported").required(),
    flag("index", "Whether paging by index is supported").required(),
    exact("defaultPaginationMethod", "How pages are cut when the client does not say").suggest(&["cursor", "index"]),
    number("defaultPageSize", "Resources in a page when the client does not say"),
    number("maxPageSize", "Most resources in a page"),
    number("cursorTimeout", "Seconds for which a cursor is good"),
];

const SCHEMES: &[Attribute] = &[
    text("type", "Kind of authentication").required().suggest(&[
        "oauth",
        "oauth2",
        "oauthbearertoken",
        "httpbasic",
        "httpdigest",
    ]),
    text("name", "Name of the scheme").required(),
    text("description", "What the scheme is").required(),
    uri("specUri", "Address of the specification"),
    uri("documentationUri", "Address of the documentation"),
    flag("primary", "Whether this is the preferred scheme"),
];

/// The schema of `/ServiceProviderConfig`.
pub static SERVICE_PROVIDER_CONFIG_SCHEMA: Schema = Schema {
    urn: "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig",
    name: "Service Provider Configuration",
    description: "What the server supports",
    extends: false,
    attributes: &[
        uri("documentationUri", "Address of the documentation"),
        object("patch", "Patches", SUPPORTED).required(),
        object("bulk", "Bulk requests", BULK).required(),
        object("filter", "Filters", FILTER).required(),
        object("changePassword", "Changes of password", SUPPORTED).required(),
        object("sort", "Sorting", SUPPORTED).required(),
        object("etag", "ETags", SUPPORTED).required(),
        object("pagination", "Paging", PAGINATION),
        object("authenticationSchemes", "How clients authenticate", SCHEMES).many().required(),
    ],
};

const EXTENSIONS: &[Attribute] = &[
    uri("schema", "URN of the extension").required(),
    flag("required", "Whether every resource must have it").required(),
];

/// The schema of `/ResourceTypes`.
pub static RESOURCE_TYPE_SCHEMA: Schema = Schema {
    urn: "urn:ietf:params:scim:schemas:core:2.0:ResourceType",
    name: "ResourceType",
    description: "A kind of resource",
    extends: false,
    attributes: &[
        text("name", "Name of the kind of resource").required(),
        text("description", "What it is"),
        uri("endpoint", "Address, relative to the base address").required(),
        uri("schema", "URN of its own schema").required(),
        object("schemaExtensions", "Its extensions", EXTENSIONS).many(),
    ],
};

const SUB_ATTRIBUTES: &[Attribute] = &[
    exact("name", "Name of the attribute").required(),
    exact("type", "Type of a value").required(),
    flag("multiValued", "Whether there may be several values").required(),
    text("description", "What it means"),
    flag("required", "Whether there must be a value"),
    exact("canonicalValues", "Values that are suggested").many(),
    flag("caseExact", "Whether letters' case matters"),
    exact("mutability", "Who may change it"),
    exact("returned", "When it is part of an answer"),
    exact("uniqueness", "Where a value may exist once"),
    exact("referenceTypes", "What a reference may refer to").many(),
];

const ATTRIBUTES: &[Attribute] = &[
    exact("name", "Name of the attribute").required(),
    exact("type", "Type of a value").required(),
    flag("multiValued", "Whether there may be several values").required(),
    text("description", "What it means"),
    flag("required", "Whether there must be a value"),
    exact("canonicalValues", "Values that are suggested").many(),
    flag("caseExact", "Whether letters' case matters"),
    exact("mutability", "Who may change it"),
    exact("returned", "When it is part of an answer"),
    exact("uniqueness", "Where a value may exist once"),
    exact("referenceTypes", "What a reference may refer to").many(),
    object("subAttributes", "The members of a complex value", SUB_ATTRIBUTES).many(),
];

/// The schema of `/Schemas`.
pub static SCHEMA_SCHEMA: Schema = Schema {
    urn: "urn:ietf:params:scim:schemas:core:2.0:Schema",
    name: "Schema",
    description: "The attributes of a kind of resource",
    extends: false,
    attributes: &[
        text("name", "Name of the schema").required(),
        text("description", "What it describes"),
        object("attributes", "Its attributes", ATTRIBUTES).many().required(),
    ],
};

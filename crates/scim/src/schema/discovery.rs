//! The discovery documents: `/Schemas`, `/ResourceTypes`, `/ServiceProviderConfig` (RFC 7644 §4).
//!
//! `base` is the public base address without a slash at its end; every location is built from it. Deliberately takes it
//! from the caller: a request's own headers may lie.

use serde_json::{Value, json};

use super::{
    Attribute, ENTERPRISE_SCHEMA, GROUP_SCHEMA, Kind, Mutability, RESOURCE_TYPE_SCHEMA, RESOURCE_TYPES, ResourceType,
    Returned, SCHEMA_SCHEMA, SERVICE_PROVIDER_CONFIG_SCHEMA, Schema, USER_SCHEMA, Uniqueness,
};

/// Every schema that `/Schemas` lists.
pub static SCHEMAS: [&Schema; 6] = [
    &USER_SCHEMA,
    &ENTERPRISE_SCHEMA,
    &GROUP_SCHEMA,
    &SERVICE_PROVIDER_CONFIG_SCHEMA,
    &RESOURCE_TYPE_SCHEMA,
    &SCHEMA_SCHEMA,
];

/// What the server supports, in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// Address of the documentation.
    pub documentation_uri: Option<String>,
    /// Most operations in a bulk request.
    pub bulk_max_operations: usize,
    /// Largest bulk request in bytes.
    pub bulk_max_payload_bytes: usize,
    /// Resources in a page when the client does not say.
    pub default_page_size: usize,
    /// Most resources in a page.
    pub max_page_size: usize,
    /// Seconds for which a cursor is good.
    pub cursor_timeout_seconds: u64,
    /// How clients authenticate, the preferred way first.
    pub schemes: Vec<Scheme>,
}

/// A way to authenticate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheme {
    /// `oauthbearertoken`, `oauth2` and so on.
    pub kind: String,
    /// The name, for people.
    pub name: String,
    /// What it is, for people.
    pub description: String,
}

/// The schemas, each as `/Schemas/{urn}` answers it.
pub fn schemas(base: &str) -> Vec<Value> {
    SCHEMAS.iter().map(|schema| schema_document(schema, base)).collect()
}

/// One schema by its URN, in any case.
pub fn schema(urn: &str, base: &str) -> Option<Value> {
    SCHEMAS.iter().find(|schema| schema.is(urn)).map(|schema| schema_document(schema, base))
}

/// The kinds of resource, each as `/ResourceTypes/{name}` answers it.
pub fn resource_types(base: &str) -> Vec<Value> {
    RESOURCE_TYPES.iter().map(|kind| resource_type_document(kind, base)).collect()
}

/// One kind of resource by its name.
pub fn resource_type(name: &str, base: &str) -> Option<Value> {
    RESOURCE_TYPES.iter().find(|kind| kind.name == name).map(|kind| resource_type_document(kind, base))
}

/// What `/ServiceProviderConfig` answers.
pub fn service_provider_config(capabilities: &Capabilities, base: &str) -> Value {
    let schemes = capabilities.schemes.iter().enumerate().map(|(index, scheme)| {
        json!({ "type": scheme.kind, "name": scheme.name, "description": scheme.description, "primary": index == 0 })
    });
    let mut document = json!({
        "schemas": [SERVICE_PROVIDER_CONFIG_SCHEMA.urn],
        "patch": { "supported": true },
        "bulk": {
            "supported": true,
            "maxOperations": capabilities.bulk_max_operations,
            "maxPayloadSize": capabilities.bulk_max_payload_bytes,
        },
        "filter": { "supported": true, "maxResults": capabilities.max_page_size },
        "changePassword": { "supported": false },
        "sort": { "supported": true },
        "etag": { "supported": true },
        "pagination": {
            "cursor": true,
            "index": true,
            "defaultPaginationMethod": "index",
            "defaultPageSize": capabilities.default_page_size,
            "maxPageSize": capabilities.max_page_size,
            "cursorTimeout": capabilities.cursor_timeout_seconds,
        },
        "authenticationSchemes": schemes.collect::<Vec<Value>>(),
        "meta": meta("ServiceProviderConfig", &format!("{base}/ServiceProviderConfig")),
    });
    if let Some(uri) = &capabilities.documentation_uri {
        document["documentationUri"] = uri.as_str().into();
    }
    document
}

fn schema_document(schema: &Schema, base: &str) -> Value {
    json!({
        "schemas": [SCHEMA_SCHEMA.urn],
        "id": schema.urn,
        "name": schema.name,
        "description": schema.description,
        "attributes": schema.attributes.iter().map(attribute_document).collect::<Vec<Value>>(),
        "meta": meta("Schema", &format!("{base}/Schemas/{}", schema.urn)),
    })
}

fn resource_type_document(kind: &ResourceType, base: &str) -> Value {
    let extensions = kind.extensions.iter().map(|schema| json!({ "schema": schema.urn, "required": false }));
    json!({
        "schemas": [RESOURCE_TYPE_SCHEMA.urn],
        "id": kind.name,
        "name": kind.name,
        "description": kind.description,
        "endpoint": kind.endpoint,
        "schema": kind.core.urn,
        "schemaExtensions": extensions.collect::<Vec<Value>>(),
        "meta": meta("ResourceType", &format!("{base}/ResourceTypes/{}", kind.name)),
    })
}

fn attribute_document(attribute: &Attribute) -> Value {
    let mut document = json!({
        "name": attribute.name,
        "type": kind_word(attribute.kind),
        "multiValued": attribute.multi_valued,
        "description": attribute.description,
        "required": attribute.required,
        "caseExact": attribute.case_exact,
        "mutability": mutability_word(attribute.mutability),
        "returned": returned_word(attribute.returned),
        "uniqueness": uniqueness_word(attribute.uniqueness),
    });
    if !attribute.canonical_values.is_empty() {
        document["canonicalValues"] = attribute.canonical_values.into();
    }
    if !attribute.reference_types.is_empty() {
        document["referenceTypes"] = attribute.reference_types.into();
    }
    if !attribute.sub_attributes.is_empty() {
        document["subAttributes"] = attribute.sub_attributes.iter().map(attribute_document).collect();
    }
    document
}

fn meta(resource_type: &str, location: &str) -> Value {
    json!({ "resourceType": resource_type, "location": location })
}

pub(crate) const fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::String => "string",
        Kind::Boolean => "boolean",
        Kind::Decimal => "decimal",
        Kind::Integer => "integer",
        Kind::DateTime => "dateTime",
        Kind::Binary => "binary",
        Kind::Reference => "reference",
        Kind::Complex => "complex",
    }
}

const fn mutability_word(mutability: Mutability) -> &'static str {
    match mutability {
        Mutability::ReadOnly => "readOnly",
        Mutability::ReadWrite => "readWrite",
        Mutability::Immutable => "immutable",
        Mutability::WriteOnly => "writeOnly",
    }
}

const fn returned_word(returned: Returned) -> &'static str {
    match returned {
        Returned::Always => "always",
        Returned::Never => "never",
        Returned::Default => "default",
        Returned::Request => "request",
    }
}

const fn uniqueness_word(uniqueness: Uniqueness) -> &'static str {
    match uniqueness {
        Uniqueness::None => "none",
        Uniqueness::Server => "server",
        Uniqueness::Global => "global",
    }
}

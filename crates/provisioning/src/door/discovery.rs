//! The documents that tell a client what there is (RFC 7644 §4).

use axum::http::StatusCode;
use scim::ScimError;
use scim::list::{ListResponse, PageLimits};
use scim::schema::discovery::{
    Capabilities, Scheme, resource_type, resource_types, schema, schemas, service_provider_config,
};
use serde_json::Value;

use super::body::limits;
use super::path::Verb;
use super::reply::Reply;
use crate::resources::{CURSOR_TIMEOUT, MOST_BULK_OPERATIONS};

/// Answers a verb of discovery. A filter is refused; every other parameter means nothing here.
pub(crate) fn answer(verb: Verb, name: &str, parameters: &[(String, String)], base: &str) -> Result<Reply, ScimError> {
    if parameters.iter().any(|(name, _)| name == "filter") {
        return Err(ScimError::with_status(403, "this list cannot be filtered"));
    }
    match verb {
        Verb::ListSchemas => Ok(list(schemas(base))),
        Verb::ListResourceTypes => Ok(list(resource_types(base))),
        Verb::ReadSchema => one(schema(name, base), "schema"),
        Verb::ReadResourceType => one(resource_type(name, base), "kind of resource"),
        _ => Ok(Reply::document(StatusCode::OK, &service_provider_config(&capabilities(), base))),
    }
}

fn list(documents: Vec<Value>) -> Reply {
    let count = documents.len();
    Reply::document(StatusCode::OK, &ListResponse::by_index(documents, count, 1))
}

fn one(document: Option<Value>, what: &str) -> Result<Reply, ScimError> {
    let document = document.ok_or_else(|| ScimError::with_status(404, format!("there is no such {what}")))?;
    Ok(Reply::document(StatusCode::OK, &document))
}

/// What the server supports, as it is.
fn capabilities() -> Capabilities {
    let pages = PageLimits::default();
    let scheme = |kind: &str, name: &str, description: &str| Scheme {
        kind: kind.to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
    };
    Capabilities {
        documentation_uri: None,
        bulk_max_operations: MOST_BULK_OPERATIONS,
        bulk_max_payload_bytes: limits().bytes,
        default_page_size: pages.default,
        max_page_size: pages.most,
        cursor_timeout_seconds: CURSOR_TIMEOUT.as_secs(),
        schemes: vec![
            scheme("oauthbearertoken", "Key", "Authorization: Bearer, with the key and its secret as one token"),
            scheme(
                "oauth2",
                "OAuth 2.0 client credentials",
                "the key and its secret give an access token at oauth2/token",
            ),
        ],
    }
}

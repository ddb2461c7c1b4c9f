//! What the API's description says about SCIM, out of the same list that calls are answered by.

use scim::media::SCIM_JSON;
use scim::schema::{ENTERPRISE_SCHEMA, GROUP_SCHEMA, USER_SCHEMA};
use scim::{GROUP, ResourceType, USER};
use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

use super::path::{ROUTES, Route, Verb};

/// Everything below `/scim`, as a description of its own.
pub(crate) fn describe() -> OpenApi {
    serde_json::from_value(whole()).unwrap_or_default()
}

/// The description as JSON. It is made of constants; a test sees that it is understood.
pub(crate) fn whole() -> Value {
    let mut paths = Map::new();
    for route in &ROUTES {
        let item = paths.entry(format!("/scim/orgs/{{organisation}}{}", route.path)).or_insert_with(|| json!({}));
        item[route.method.as_str().to_lowercase()] = operation(route);
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Vestibule", "version": "1" },
        "paths": paths,
        "components": { "schemas": schemas(), "securitySchemes": { "scim": {
            "type": "http", "scheme": "bearer",
            "description": "A key of a connection with its secret (`vk_…:secret`), or an access token given for one.",
        } } },
    })
}

fn operation(route: &Route) -> Value {
    let security = if route.verb == Verb::IssueToken { json!([{}]) } else { json!([{ "scim": [] }]) };
    let mut operation = json!({
        "tags": ["scim"],
        "summary": route.summary,
        "description": "The same stands below `/scim/orgs/{organisation}/v2`.",
        "operationId": route.name,
        "parameters": parameters(route),
        "responses": responses(route),
        "security": security,
    });
    if let Some((kind, schema)) = body(route.verb) {
        let content = json!({ "schema": reference(schema) });
        let mut contents = json!({ kind: content });
        if kind == SCIM_JSON {
            contents["application/json"] = content;
        }
        operation["requestBody"] = json!({ "required": true, "content": contents });
    }
    operation
}

fn parameters(route: &Route) -> Value {
    let place = |name: &str, format: Option<&str>, text: &str| {
        let mut schema = json!({ "type": "string" });
        if let Some(format) = format {
            schema["format"] = format.into();
        }
        json!({ "name": name, "in": "path", "required": true, "description": text, "schema": schema })
    };
    let mut found = vec![place("organisation", Some("uuid"), "The organisation, as the tenant URL has it.")];
    let braces = route.path.split(['{', '}']).nth(1);
    found.extend(braces.map(|name| place(name, None, "Which.")));
    let queries: &[(&str, &str, &str)] = match route.verb {
        Verb::List(_) => &LISTS,
        Verb::Create(_) | Verb::Read(_) | Verb::Replace(_) | Verb::Patch(_) => &LISTS[..2],
        _ => &[],
    };
    let query = |(name, kind, text): &(&str, &str, &str)| json!({ "name": name, "in": "query", "required": false, "description": text, "schema": { "type": kind } });
    found.extend(queries.iter().map(query));
    let conditions: &[&str] = match route.verb {
        Verb::Read(_) => &["If-None-Match"],
        Verb::Replace(_) | Verb::Patch(_) | Verb::Delete(_) => &["If-Match"],
        _ => &[],
    };
    let header =
        |name: &&str| json!({ "name": name, "in": "header", "required": false, "schema": { "type": "string" } });
    found.extend(conditions.iter().map(header));
    Value::Array(found)
}

/// What a list is asked; the first two are asked of single resources too.
const LISTS: [(&str, &str, &str); 8] = [
    ("attributes", "string", "Only these attributes, with commas; not with `excludedAttributes`."),
    ("excludedAttributes", "string", "All but these attributes, with commas."),
    ("filter", "string", "Which resources (RFC 7644 §3.4.2.2)."),
    ("sortBy", "string", "An attribute to order by."),
    ("sortOrder", "string", "`ascending` or `descending`."),
    ("startIndex", "integer", "The place of the first resource, counted from one."),
    ("count", "integer", "How many at most; zero asks for the total alone."),
    ("cursor", "string", "Empty begins a list by cursor; then `nextCursor` or `previousCursor` (RFC 9865)."),
];

/// The media type and the schema of a body.
const fn body(verb: Verb) -> Option<(&'static str, &'static str)> {
    Some(match verb {
        Verb::Create(kind) | Verb::Replace(kind) => (SCIM_JSON, schema_of(kind)),
        Verb::Patch(_) => (SCIM_JSON, "ScimPatch"),
        Verb::Search(_) => (SCIM_JSON, "ScimSearch"),
        Verb::Bulk => (SCIM_JSON, "ScimBulkRequest"),
        Verb::IssueToken => ("application/x-www-form-urlencoded", "ScimTokenRequest"),
        _ => return None,
    })
}

const fn schema_of(kind: &'static ResourceType) -> &'static str {
    // There are two kinds, and `const` cannot compare texts.
    if kind.name.len() == USER.name.len() { "ScimUser" } else { "ScimGroup" }
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

/// How a call may fail, whatever it is.
const FAILURES: [(&str, &str); 15] = [
    ("400", "The call makes no sense; `scimType` and `detail` say why."),
    ("401", "What was shown does not count here."),
    ("403", "The call is understood and not done."),
    ("404", "There is no such resource, or no such address."),
    ("405", "The address does not answer to this method; `Allow` says to which."),
    ("408", "The call took too long to arrive."),
    ("409", "Another resource has the value already, or the call clashes with another one."),
    ("412", "The resource is not in the version that the call asks for."),
    ("413", "The body, or what it asks for, is too large."),
    ("415", "The body is not JSON in UTF-8."),
    ("429", "Too many calls; `Retry-After` says when to come back."),
    ("500", "A fault of the server; its log says more."),
    ("501", "This is not supported."),
    ("503", "Not for now: held until an operator decides, paused, or busy; `Retry-After` says when to try again."),
    ("304", "The client has this version already."),
];

fn responses(route: &Route) -> Value {
    let mut all = Map::new();
    for (status, meaning) in FAILURES {
        let error = json!({ "schema": reference("ScimError") });
        all.insert(status.to_owned(), json!({ "description": meaning, "content": { SCIM_JSON: error } }));
    }
    match route.verb {
        Verb::Read(_) => all["304"] = json!({ "description": FAILURES[14].1 }),
        _ => drop(all.remove("304")),
    }
    if route.verb == Verb::IssueToken {
        for status in ["400", "401", "503"] {
            let content = json!({ "application/json": { "schema": reference("ScimTokenError") } });
            all[status] = json!({ "description": "No token, and why.", "content": content });
        }
    }
    for (status, schema) in successes(route.verb) {
        let mut answer = json!({ "description": "Done." });
        if !schema.is_empty() {
            let kind = if route.verb == Verb::IssueToken { "application/json" } else { SCIM_JSON };
            answer["content"] = json!({ kind: { "schema": reference(schema) } });
        }
        all.insert((*status).to_owned(), answer);
    }
    Value::Object(all)
}

/// Statuses and schemas of success; without a schema there is no body.
fn successes(verb: Verb) -> &'static [(&'static str, &'static str)] {
    match verb {
        Verb::List(_) | Verb::Search(_) | Verb::ListSchemas | Verb::ListResourceTypes => &[("200", "ScimList")],
        Verb::Create(kind) if *kind == USER => &[("201", "ScimUser")],
        Verb::Create(_) => &[("201", "ScimGroup")],
        Verb::Read(kind) | Verb::Replace(kind) if *kind == USER => &[("200", "ScimUser")],
        Verb::Read(_) | Verb::Replace(_) => &[("200", "ScimGroup")],
        Verb::Patch(kind) if *kind == GROUP => &[("204", ""), ("200", "ScimGroup")],
        Verb::Patch(_) => &[("200", "ScimUser"), ("204", "")],
        Verb::Delete(_) => &[("204", "")],
        Verb::Bulk => &[("200", "ScimBulkResponse")],
        Verb::Me => &[],
        Verb::ServiceProviderConfig | Verb::ReadResourceType | Verb::ReadSchema => &[("200", "ScimDocument")],
        Verb::IssueToken => &[("200", "ScimToken")],
    }
}

fn schemas() -> Value {
    let text = json!({ "type": "string" });
    let texts = json!({ "type": "array", "items": text });
    let count = json!({ "type": "integer", "minimum": 0 });
    let object = json!({ "type": "object" });
    json!({
        "ScimError": { "type": "object", "required": ["schemas", "status"], "properties": {
            "schemas": texts, "status": text, "scimType": text, "detail": text,
        } },
        "ScimUser": resource(&[USER_SCHEMA.urn, ENTERPRISE_SCHEMA.urn], json!({
            "userName": text, "externalId": text, "displayName": text, "active": { "type": "boolean" },
            "name": object, "title": text, "emails": list_of(&["value", "type"]),
            "phoneNumbers": list_of(&["value", "type"]),
            ENTERPRISE_SCHEMA.urn: object,
        }), "userName"),
        "ScimGroup": resource(&[GROUP_SCHEMA.urn], json!({
            "displayName": text, "externalId": text, "members": list_of(&["value"]),
        }), "displayName"),
        "ScimList": { "type": "object", "required": ["schemas", "itemsPerPage", "Resources"], "properties": {
            "schemas": texts, "totalResults": count, "startIndex": count, "itemsPerPage": count, "nextCursor": text,
            "previousCursor": text, "Resources": { "type": "array", "items": object },
        } },
        "ScimPatch": { "type": "object", "required": ["schemas", "Operations"], "properties": {
            "schemas": urn(scim::patch::PATCH_URN),
            "Operations": { "type": "array", "minItems": 1, "items": {
                "type": "object", "required": ["op"],
                "properties": { "op": { "type": "string", "enum": ["add", "replace", "remove"] }, "path": text, "value": {} },
            } },
        } },
        "ScimSearch": { "type": "object", "properties": {
            "schemas": urn(scim::list::SEARCH_URN), "attributes": texts, "excludedAttributes": texts, "filter": text,
            "sortBy": text, "sortOrder": text, "startIndex": { "type": "integer" }, "count": { "type": "integer" },
            "cursor": text,
        } },
        "ScimBulkRequest": { "type": "object", "required": ["schemas", "Operations"], "properties": {
            "schemas": urn(scim::bulk::BULK_REQUEST_URN), "failOnErrors": { "type": "integer", "minimum": 1 },
            "Operations": { "type": "array", "minItems": 1, "items": {
                "type": "object", "required": ["method", "path"],
                "properties": {
                    "method": { "type": "string", "enum": ["POST", "PUT", "PATCH", "DELETE"] },
                    "path": text, "bulkId": text, "version": text, "data": object,
                },
            } },
        } },
        "ScimBulkResponse": { "type": "object", "required": ["schemas", "Operations"], "properties": {
            "schemas": texts, "Operations": { "type": "array", "items": object },
        } },
        "ScimDocument": { "type": "object", "required": ["schemas"], "properties": { "schemas": texts } },
        "ScimTokenRequest": { "type": "object", "required": ["grant_type"], "properties": {
            "grant_type": { "type": "string", "enum": ["client_credentials"] }, "client_id": text, "client_secret": text,
            "scope": text,
        } },
        "ScimToken": { "type": "object", "required": ["access_token", "token_type", "expires_in"], "properties": {
            "access_token": text, "token_type": text, "expires_in": count,
        } },
        "ScimTokenError": { "type": "object", "required": ["error"], "properties": {
            "error": text, "error_description": text,
        } },
    })
}

fn urn(urn: &str) -> Value {
    json!({ "type": "array", "minItems": 1, "items": { "type": "string", "enum": [urn] } })
}

fn list_of(parts: &[&str]) -> Value {
    let parts: Map<String, Value> =
        parts.iter().map(|name| ((*name).to_owned(), json!({ "type": "string" }))).collect();
    json!({ "type": "array", "items": { "type": "object", "properties": parts } })
}

/// A resource, in and out. More attributes than these are understood; `/Schemas` lists them all.
fn resource(urns: &[&str], mut properties: Value, name: &str) -> Value {
    properties["schemas"] = json!({ "type": "array", "items": { "type": "string", "enum": urns } });
    properties["id"] = json!({ "type": "string", "readOnly": true });
    properties["meta"] = json!({ "type": "object", "readOnly": true });
    let text = format!("`{name}` is required of what is sent; what is answered depends on the attributes asked for.");
    json!({ "type": "object", "description": text, "required": ["schemas"], "properties": properties })
}

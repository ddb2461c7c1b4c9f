//! Which verb a call means: the list of verbs, and how addresses are read.
//!
//! Addresses are read tolerantly: `v2` may stand behind the organisation, slashes may be doubled or stand at the end. The
//! organisation itself is not: only the text that we gave out names it.

use axum::http::Method;
use kernel::OrganisationId;
use percent_encoding::percent_decode_str;
use scim::{GROUP, ResourceType, USER};
use uuid::Uuid;

#[cfg(test)]
mod tests;

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Lists resources of a kind.
    List(&'static ResourceType),
    /// Lists resources of a kind, as the body says; of every kind without one.
    Search(Option<&'static ResourceType>),
    Create(&'static ResourceType),
    Read(&'static ResourceType),
    Replace(&'static ResourceType),
    Patch(&'static ResourceType),
    Delete(&'static ResourceType),
    Bulk,
    /// Whatever is asked of `/Me`.
    Me,
    ServiceProviderConfig,
    ListResourceTypes,
    ReadResourceType,
    ListSchemas,
    ReadSchema,
    /// Exchanges a key for an access token.
    IssueToken,
}

/// One verb of the protocol.
#[derive(Debug)]
pub(crate) struct Route {
    pub method: Method,
    /// Below the organisation.
    pub path: &'static str,
    pub verb: Verb,
    /// The name in figures and in the API's description.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub summary: &'static str,
}

const fn route(method: Method, path: &'static str, verb: Verb, name: &'static str, summary: &'static str) -> Route {
    Route { method, path, verb, name, summary }
}

/// Every verb. `HEAD` is answered wherever `GET` is.
pub(crate) static ROUTES: [Route; 27] = [
    route(Method::GET, "/Users", Verb::List(&USER), "scim_list_users", "Lists users."),
    route(Method::POST, "/Users", Verb::Create(&USER), "scim_create_user", "Creates a user."),
    route(
        Method::POST,
        "/Users/.search",
        Verb::Search(Some(&USER)),
        "scim_search_users",
        "Lists users, as the body says.",
    ),
    route(Method::GET, "/Users/{id}", Verb::Read(&USER), "scim_get_user", "Gets a user."),
    route(Method::PUT, "/Users/{id}", Verb::Replace(&USER), "scim_replace_user", "Replaces a user."),
    route(Method::PATCH, "/Users/{id}", Verb::Patch(&USER), "scim_patch_user", "Changes a user."),
    route(
        Method::DELETE,
        "/Users/{id}",
        Verb::Delete(&USER),
        "scim_delete_user",
        "Deletes a user, who leaves every group.",
    ),
    route(Method::GET, "/Groups", Verb::List(&GROUP), "scim_list_groups", "Lists groups."),
    route(Method::POST, "/Groups", Verb::Create(&GROUP), "scim_create_group", "Creates a group."),
    route(
        Method::POST,
        "/Groups/.search",
        Verb::Search(Some(&GROUP)),
        "scim_search_groups",
        "Lists groups, as the body says.",
    ),
    route(Method::GET, "/Groups/{id}", Verb::Read(&GROUP), "scim_get_group", "Gets a group."),
    route(
        Method::PUT,
        "/Groups/{id}",
        Verb::Replace(&GROUP),
        "scim_replace_group",
        "Replaces a group with its members.",
    ),
    route(Method::PATCH, "/Groups/{id}", Verb::Patch(&GROUP), "scim_patch_group", "Changes a group or its members."),
    route(
        Method::DELETE,
        "/Groups/{id}",
        Verb::Delete(&GROUP),
        "scim_delete_group",
        "Deletes a group; its members stay.",
    ),
    route(Method::POST, "/.search", Verb::Search(None), "scim_search", "Lists users and groups, as the body says."),
    route(Method::POST, "/Bulk", Verb::Bulk, "scim_bulk", "Does many calls in one."),
    route(Method::GET, "/Me", Verb::Me, "scim_get_me", "Is not supported: a client that pushes is no user."),
    route(Method::POST, "/Me", Verb::Me, "scim_create_me", "Is not supported: a client that pushes is no user."),
    route(Method::PUT, "/Me", Verb::Me, "scim_replace_me", "Is not supported: a client that pushes is no user."),
    route(Method::PATCH, "/Me", Verb::Me, "scim_patch_me", "Is not supported: a client that pushes is no user."),
    route(Method::DELETE, "/Me", Verb::Me, "scim_delete_me", "Is not supported: a client that pushes is no user."),
    route(
        Method::GET,
        "/ServiceProviderConfig",
        Verb::ServiceProviderConfig,
        "scim_get_service_provider_config",
        "Tells what the server supports.",
    ),
    route(
        Method::GET,
        "/ResourceTypes",
        Verb::ListResourceTypes,
        "scim_list_resource_types",
        "Lists the kinds of resource.",
    ),
    route(
        Method::GET,
        "/ResourceTypes/{name}",
        Verb::ReadResourceType,
        "scim_get_resource_type",
        "Gets one kind of resource.",
    ),
    route(Method::GET, "/Schemas", Verb::ListSchemas, "scim_list_schemas", "Lists the schemas."),
    route(Method::GET, "/Schemas/{urn}", Verb::ReadSchema, "scim_get_schema", "Gets one schema."),
    route(
        Method::POST,
        "/oauth2/token",
        Verb::IssueToken,
        "scim_issue_token",
        "Exchanges a key for an access token (OAuth 2.0 client credentials, RFC 6749 §4.4).",
    ),
];

impl Route {
    fn segments(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').skip(1)
    }

    /// Whether the path is this route's; the value that stands in its braces, empty where there are none.
    fn matches<'p>(&self, path: &'p [String]) -> Option<&'p str> {
        let mut value = "";
        let mut path = path.iter();
        for pattern in self.segments() {
            let segment = path.next()?;
            if pattern.starts_with('{') {
                value = segment;
            } else if pattern != segment {
                return None;
            }
        }
        path.next().is_none().then_some(value)
    }
}

/// What an address below `/scim` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// The organisation, where the text is one that we give out.
    pub organisation: Option<OrganisationId>,
    /// The rest, decoded.
    pub rest: Vec<String>,
}

/// Reads the path of an address; nothing where it is none of ours or is not UTF-8.
pub(crate) fn read(path: &str) -> Option<Address> {
    let (organisation, rest) = path.strip_prefix("/scim/orgs/")?.split_once('/').unwrap_or((&path[11..], ""));
    let rest = rest.split('/').filter(|segment| !segment.is_empty());
    let rest = rest.map(|segment| percent_decode_str(segment).decode_utf8().map(String::from));
    let mut rest: Vec<String> = rest.collect::<Result<_, _>>().ok()?;
    if rest.first().is_some_and(|first| first == "v2") {
        rest.remove(0);
    }
    Some(Address { organisation: canonical(organisation), rest })
}

/// A UUID with hyphens in lower case: two texts for one organisation would be two addresses for one resource.
fn canonical(text: &str) -> Option<OrganisationId> {
    let id = Uuid::try_parse(text).ok()?;
    (id.hyphenated().to_string() == text).then_some(OrganisationId(id))
}

/// What a path and a method come to.
#[derive(Debug)]
pub(crate) enum Found<'p> {
    /// A verb, and what stands in its path's braces.
    Route(&'static Route, &'p str),
    /// The path is there and answers to these methods only.
    WrongMethod(String),
    /// There is no such path.
    Nothing,
}

/// Finds the verb of a call.
pub(crate) fn find<'p>(method: &Method, path: &'p [String]) -> Found<'p> {
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    let mut allowed: Vec<&str> = Vec::new();
    for route in &ROUTES {
        let Some(value) = route.matches(path) else { continue };
        // `.search` is no id.
        if value == ".search" {
            continue;
        }
        if route.method == *method {
            return Found::Route(route, value);
        }
        allowed.push(route.method.as_str());
        if route.method == Method::GET {
            allowed.push("HEAD");
        }
    }
    if allowed.is_empty() { Found::Nothing } else { Found::WrongMethod(allowed.join(", ")) }
}

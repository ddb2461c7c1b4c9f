//! The scopes of a delegated token: which API they are for, and what of them is granted.
//!
//! Every scope is granted as asked, but `.default`, which stands for what the API's registration publishes.

use super::claims::Api;
use crate::apps::Application;
use crate::auth::is_graph_audience;
use crate::identity::aadsts::{self, AadError};
use crate::links::Links;
use crate::world::{Tenant, World};

/// Scopes that are not an API's.
const OWN: [&str; 4] = ["openid", "profile", "email", "offline_access"];
/// Whose scopes have no name before them.
const GRAPH: &str = "https://graph.microsoft.com";
/// What `.default` of Graph stands for.
const GRAPH_DEFAULT: &str = "User.Read";
/// What `.default` stands for when an API publishes nothing.
const OTHER_DEFAULT: &str = "user_impersonation";

/// Whether a scope was asked for.
pub fn holds(scope: &str, wanted: &str) -> bool {
    scope.split_ascii_whitespace().any(|one| one == wanted)
}

/// What a token request asks for: its own scopes choose the API, those that are no API's stay granted.
pub fn narrowed(granted: &str, asked: Option<&str>) -> String {
    let Some(asked) = asked else { return granted.to_owned() };
    let kept = OWN.into_iter().filter(|own| holds(granted, own) && !holds(asked, own));
    asked.split_ascii_whitespace().chain(kept).collect::<Vec<_>>().join(" ")
}

/// The scopes with `.default` replaced by what it stands for.
pub fn expanded(world: &World, links: &Links, scope: &str) -> String {
    let one = |one: &str| {
        let (resource, name) = split(one);
        if name != ".default" {
            return one.to_owned();
        }
        let before = one.strip_suffix(".default").unwrap_or_default();
        if is_graph_audience(resource, links) {
            return format!("{before}{GRAPH_DEFAULT}");
        }
        let published = application(world, resource).map(|app| app.scopes).unwrap_or_default();
        let published = if published.is_empty() { vec![OTHER_DEFAULT.to_owned()] } else { published };
        published.iter().map(|name| format!("{before}{name}")).collect::<Vec<_>>().join(" ")
    };
    scope.split_ascii_whitespace().map(one).collect::<Vec<_>>().join(" ")
}

/// What the answer names as granted.
pub fn granted(scope: &str) -> String {
    scope.split_ascii_whitespace().filter(|one| *one != "offline_access").collect::<Vec<_>>().join(" ")
}

/// The one API that the scopes name; Graph when they name none.
pub fn api(world: &World, links: &Links, tenant: &Tenant, scope: &str) -> Result<Api, AadError> {
    let mut found: Option<(String, Vec<String>)> = None;
    let mut own = Vec::new();
    for one in scope.split_ascii_whitespace() {
        if OWN.contains(&one) {
            own.extend(Some(one).filter(|one| *one != "offline_access").map(str::to_owned));
            continue;
        }
        let (resource, name) = split(one);
        let (known, names) = found.get_or_insert_with(|| (resource.to_owned(), Vec::new()));
        if known != resource {
            return Err(aadsts::several_resources());
        }
        names.push(name.to_owned());
    }
    let Some((resource, names)) = found else { return Ok(Api::Graph(own)) };
    if is_graph_audience(&resource, links) {
        return Ok(Api::Graph(names.into_iter().chain(own).collect()));
    }
    let missing = || aadsts::resource_not_found(&resource, &tenant.display_name);
    application(world, &resource).map(|app| Api::Other(Box::new(app), names)).ok_or_else(missing)
}

/// What is wrong with the APIs that a sign-in names: there may be several, but each must exist.
pub fn check(world: &World, links: &Links, tenant: &Tenant, scope: &str) -> Result<(), AadError> {
    let mut others = apis(scope).filter(|resource| !is_graph_audience(resource, links));
    match others.find(|resource| application(world, resource).is_none()) {
        Some(missing) => Err(aadsts::resource_not_found(missing, &tenant.display_name)),
        None => Ok(()),
    }
}

/// The API that the scopes name, by the name it is asked for under.
pub fn resource(scope: &str) -> &str {
    apis(scope).next_back().unwrap_or(GRAPH)
}

/// The API of each scope that is one's.
fn apis(scope: &str) -> impl DoubleEndedIterator<Item = &str> {
    scope.split_ascii_whitespace().filter(|one| !OWN.contains(one)).map(|one| split(one).0)
}

/// The API of a scope, and the scope's name there.
fn split(scope: &str) -> (&str, &str) {
    scope.rsplit_once('/').unwrap_or((GRAPH, scope))
}

/// The application that goes by a client id or an application ID URI.
pub fn application(world: &World, named: &str) -> Option<Application> {
    let bare = named.strip_prefix("api://").unwrap_or(named);
    let known = bare.parse().ok().and_then(|id| world.application(id)).map(|(_, app)| app);
    let by_uri = || {
        let every = |tenant: std::sync::Arc<Tenant>| tenant.apps().applications.values().cloned().collect::<Vec<_>>();
        world.tenants().into_iter().flat_map(every).find(|app| app.identifier_uris.iter().any(|uri| uri == named))
    };
    known.or_else(by_uri)
}

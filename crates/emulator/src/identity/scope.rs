//! For which resource: `{resource}/.default` on the v2.0 endpoint, `resource` on the v1.0 one.

use super::aadsts::{self, AadError};
use super::token::TokenRequest;
use crate::apps::Application;
use crate::auth::is_graph_audience;
use crate::world::{Tenant, World};

/// What the token is for.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Its name, as it was asked for.
    pub audience: String,
    /// The application whose API it is; none for Microsoft Graph.
    pub application: Option<Application>,
}

impl Resource {
    /// Whether its tokens are version 2.0: the application decides.
    pub fn v2(&self) -> bool {
        self.application.as_ref().is_some_and(|app| app.token_version == Some(2))
    }
}

/// Reads and resolves the resource asked for.
pub fn resource(request: &TokenRequest<'_>, tenant: &Tenant) -> Result<Resource, AadError> {
    let named = if request.v2 {
        if request.parameter("resource").is_some() {
            return Err(aadsts::resource_unsupported());
        }
        from_scope(request.required("scope")?)?
    } else {
        request.required("resource")?.to_owned()
    };
    if is_graph_audience(&named, request.links) {
        return Ok(Resource { audience: audience_of_graph(&named, request), application: None });
    }
    let application = known(request.world, tenant, &named);
    let application = application.ok_or_else(|| aadsts::resource_not_found(&named, &tenant.display_name))?;
    Ok(Resource { audience: named, application: Some(application) })
}

/// A client that knows Graph by the emulator's address still gets Graph's own name, as every cloud's Graph has one.
fn audience_of_graph(named: &str, request: &TokenRequest<'_>) -> String {
    if named.trim_end_matches('/') == request.links.base() {
        "https://graph.microsoft.com".to_owned()
    } else {
        named.to_owned()
    }
}

fn from_scope(scope: &str) -> Result<String, AadError> {
    let mut scopes = scope.split_ascii_whitespace();
    let (Some(first), rest) = (scopes.next(), scopes.collect::<Vec<_>>()) else {
        return Err(aadsts::malformed_scope(scope));
    };
    let Some(resource) = first.strip_suffix("/.default") else { return Err(aadsts::not_default_scope(scope)) };
    if resource.is_empty() {
        return Err(aadsts::not_default_scope(scope));
    }
    match rest.as_slice() {
        [] => Ok(resource.to_owned()),
        others if others.iter().all(|other| other.strip_suffix("/.default").is_some_and(|name| name != resource)) => {
            Err(aadsts::several_resources())
        }
        _ => Err(aadsts::malformed_scope(scope)),
    }
}

/// Another application with an instance in the tenant, by client id or application ID URI.
fn known(world: &World, tenant: &Tenant, named: &str) -> Option<Application> {
    let installed: Vec<_> = tenant.apps().service_principals.values().map(|principal| principal.app_id).collect();
    let mut applications = installed.into_iter().filter_map(|id| world.application(id)).map(|(_, app)| app);
    applications.find(|app| app.goes_by(named))
}

//! What client libraries read before they ask for a token: instance discovery, the OpenID documents and the keys.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::aadsts;
use super::trace::Trace;
use crate::World;
use crate::links::Links;

/// The tenants that are not one tenant.
const SHARED: [&str; 3] = ["common", "organizations", "consumers"];
/// The tenant of personal accounts, which `consumers` stands for.
const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// Whether a path names no tenant of its own.
pub fn is_shared(name: &str) -> bool {
    SHARED.iter().any(|shared| shared.eq_ignore_ascii_case(name))
}

/// Whether a path is for personal accounts, which nobody has here.
pub fn is_consumers(name: &str) -> bool {
    name.eq_ignore_ascii_case("consumers")
}

/// What stands for the tenant in the documents of a shared path.
fn shared_issuer(name: &str) -> &'static str {
    if is_consumers(name) { CONSUMERS } else { "{tenantid}" }
}

/// Hosts of the public clouds that instance discovery also vouches for.
const KNOWN_HOSTS: [&str; 4] =
    ["login.microsoftonline.com", "login.windows.net", "login.microsoftonline.us", "login.partner.microsoftonline.cn"];

/// What instance discovery is asked.
#[derive(Debug, Deserialize)]
pub struct InstanceQuery {
    authorization_endpoint: Option<String>,
}

/// `GET /common/discovery/instance`: vouches for the authority a client was given.
pub async fn instance(
    State(world): State<Arc<World>>,
    links: Links,
    headers: HeaderMap,
    Query(query): Query<InstanceQuery>,
) -> Response {
    let trace = Trace::of(&world, &headers);
    let Some(endpoint) = query.authorization_endpoint else {
        return trace.answer(&aadsts::missing_parameter("authorization_endpoint"));
    };
    let own = host_of(links.base());
    let Some(url) = Url::parse(&endpoint).ok().filter(|url| is_own(url, links.base()) || is_known(&endpoint)) else {
        return trace.answer(&aadsts::unknown_instance());
    };
    let tenant = url.path_segments().and_then(|mut segments| segments.next()).unwrap_or("common");
    let host = own.unwrap_or_default();
    Json(json!({
        "tenant_discovery_endpoint": format!("{}/{tenant}/v2.0/.well-known/openid-configuration", links.base()),
        "api-version": "1.1",
        "metadata": [{ "preferred_network": host, "preferred_cache": host, "aliases": [host] }],
    }))
    .into_response()
}

/// `GET /common/userrealm/{user}`: every user is managed here; nobody is federated.
pub async fn user_realm(State(world): State<Arc<World>>, Path(user): Path<String>) -> Json<Value> {
    let domain = user.split_once('@').map_or("", |(_, domain)| domain);
    let known = world.tenant(domain).is_some();
    Json(json!({
        "ver": "1.0",
        "account_type": if known { "Managed" } else { "Unknown" },
        "domain_name": domain,
        "cloud_instance_name": "microsoftonline.com",
        "cloud_audience_urn": "urn:federation:MicrosoftOnline",
    }))
}

/// `GET /{tenant}/v2.0/.well-known/openid-configuration`.
pub async fn configuration_v2(
    State(world): State<Arc<World>>,
    links: Links,
    headers: HeaderMap,
    Path(tenant): Path<String>,
) -> Response {
    configuration(&world, &links, &headers, &tenant, true)
}

/// `GET /{tenant}/.well-known/openid-configuration`: the v1.0 document, for v1.0 tokens.
pub async fn configuration_v1(
    State(world): State<Arc<World>>,
    links: Links,
    headers: HeaderMap,
    Path(tenant): Path<String>,
) -> Response {
    configuration(&world, &links, &headers, &tenant, false)
}

fn configuration(world: &Arc<World>, links: &Links, headers: &HeaderMap, name: &str, v2: bool) -> Response {
    let (tenant_id, region) = if is_shared(name) {
        (shared_issuer(name).to_owned(), None)
    } else {
        match world.tenant(name) {
            Some(tenant) => (tenant.id.to_string(), Some("EU")),
            None => return Trace::of(world, headers).answer(&aadsts::tenant_not_found(name, "invalid_tenant")),
        }
    };
    let path_tenant = if is_shared(name) { name } else { &tenant_id };
    let (version, issuer) = if v2 {
        ("/v2.0", format!("{}/{tenant_id}/v2.0", links.base()))
    } else {
        ("", format!("https://sts.windows.net/{tenant_id}/"))
    };
    Json(document(links, path_tenant, version, &issuer, region)).into_response()
}

fn document(links: &Links, tenant: &str, version: &str, issuer: &str, region: Option<&str>) -> Value {
    let base = links.base();
    let host = host_of(base).unwrap_or_default();
    json!({
        "token_endpoint": format!("{base}/{tenant}/oauth2{version}/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{base}/{tenant}/discovery{version}/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": issuer,
        "request_uri_parameter_supported": false,
        "userinfo_endpoint": format!("{base}/oidc/userinfo"),
        "authorization_endpoint": format!("{base}/{tenant}/oauth2{version}/authorize"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": format!("{base}/{tenant}/oauth2{version}/logout"),
        "claims_supported": [
            "sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host",
            "aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver", "at_hash",
            "c_hash", "email"
        ],
        "tenant_region_scope": region,
        "cloud_instance_name": "microsoftonline.com",
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": host,
        "rbac_url": "https://pas.windows.net",
    })
}

/// `GET /{tenant}/discovery/v2.0/keys`: every key that may have signed a valid token.
pub async fn keys(
    State(world): State<Arc<World>>,
    links: Links,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Response {
    let issuer_tenant = if is_shared(&name) {
        shared_issuer(&name).to_owned()
    } else {
        match world.tenant(&name) {
            Some(tenant) => tenant.id.to_string(),
            None => return Trace::of(&world, &headers).answer(&aadsts::tenant_not_found(&name, "invalid_tenant")),
        }
    };
    let issuer = format!("{}/{issuer_tenant}/v2.0", links.base());
    let ring = world.keys();
    let keys: Vec<Value> = ring
        .all()
        .iter()
        .map(|key| {
            json!({
                "kty": "RSA", "use": "sig", "kid": key.kid, "x5t": key.kid, "n": key.n, "e": key.e,
                "x5c": [key.x5c], "cloud_instance_name": "microsoftonline.com", "issuer": issuer,
            })
        })
        .collect();
    Json(json!({ "keys": keys })).into_response()
}

/// Some libraries leave the port out here, so the name alone decides.
fn is_own(url: &Url, base: &str) -> bool {
    Url::parse(base).is_ok_and(|base| base.host_str() == url.host_str())
}

fn host_of(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

fn is_known(url: &str) -> bool {
    host_of(url).is_some_and(|host| KNOWN_HOSTS.contains(&host.as_str()))
}

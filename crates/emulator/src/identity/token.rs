//! The token endpoint, v2.0 (`scope`) and v1.0 (`resource`): client credentials here, codes and refresh tokens in `sign_in`.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::HeaderMap;
use http::header::USER_AGENT;
use serde_json::json;
use url::form_urlencoded;

use super::aadsts::{self, AadError};
use super::discovery::is_shared;
use super::issue::{Lifetime, access_token};
use super::trace::Trace;
use super::{client, scope};
use crate::World;
use crate::links::Links;
use crate::sign_in::ask::{self, Pairs};
use crate::sign_in::redeem;
use crate::sign_in::visit::Sender;

/// One token request.
#[derive(Debug)]
pub struct TokenRequest<'a> {
    /// The emulator.
    pub world: &'a Arc<World>,
    /// The address the client used.
    pub links: &'a Links,
    /// The tenant as the path names it.
    pub tenant: &'a str,
    /// Its headers (HTTP Basic).
    pub headers: &'a HeaderMap,
    /// Where it comes from, as a sign-in does.
    pub address: IpAddr,
    /// The v2.0 endpoint.
    pub v2: bool,
    form: Pairs,
}

impl TokenRequest<'_> {
    /// A parameter of the form; an empty one counts as missing.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.form.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The name of the browser, or of the program.
    pub fn agent(&self) -> &str {
        self.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default()
    }

    /// A parameter that must be there.
    pub fn required(&self, name: &str) -> Result<&str, AadError> {
        self.parameter(name).ok_or_else(|| aadsts::missing_parameter(name))
    }
}

/// `POST /{tenant}/oauth2/v2.0/token`.
pub async fn v2(
    State(world): State<Arc<World>>,
    links: Links,
    Path(tenant): Path<String>,
    sender: Sender,
    body: Bytes,
) -> Response {
    answer(&world, &links, &tenant, &sender, &body, true)
}

/// `POST /{tenant}/oauth2/token`.
pub async fn v1(
    State(world): State<Arc<World>>,
    links: Links,
    Path(tenant): Path<String>,
    sender: Sender,
    body: Bytes,
) -> Response {
    answer(&world, &links, &tenant, &sender, &body, false)
}

/// `GET` on either.
pub async fn only_post(State(world): State<Arc<World>>, headers: HeaderMap) -> Response {
    Trace::of(&world, &headers).answer(&aadsts::only_post())
}

fn answer(world: &Arc<World>, links: &Links, tenant: &str, sender: &Sender, body: &[u8], v2: bool) -> Response {
    let trace = Trace::of(world, &sender.headers);
    let form: Pairs = form_urlencoded::parse(body).into_owned().collect();
    if let Some(name) = ask::twice(&form) {
        return trace.answer(&aadsts::duplicated_parameter(name));
    }
    let request = TokenRequest { world, links, tenant, headers: &sender.headers, address: sender.address, v2, form };
    match grant(&request) {
        Ok(response) => trace.marked(response),
        Err(error) => trace.answer(&error),
    }
}

fn grant(request: &TokenRequest<'_>) -> Result<Response, AadError> {
    let grant_type = request.required("grant_type")?;
    match grant_type {
        "client_credentials" => {}
        "authorization_code" => return redeem::code(request),
        "refresh_token" => return redeem::refresh(request),
        _ => return Err(aadsts::unsupported_grant(grant_type)),
    }
    if is_shared(request.tenant) {
        return Err(aadsts::not_over_common());
    }
    let world = request.world;
    let tenant =
        world.tenant(request.tenant).ok_or_else(|| aadsts::tenant_not_found(request.tenant, "invalid_request"))?;
    let client = client::authenticate(request, &tenant)?;
    let resource = scope::resource(request, &tenant)?;
    let now = world.clock.now();
    let token = access_token(request, &tenant, &client, &resource, now)?;
    Ok(if request.v2 { body_v2(&token) } else { body_v1(&token, &resource.audience, now.seconds()) })
}

fn body_v2(token: &str) -> Response {
    let seconds = Lifetime::EXPIRES_IN;
    Json(json!({ "token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token }))
        .into_response()
}

/// The v1.0 endpoint sends its numbers as text.
fn body_v1(token: &str, resource: &str, now: i64) -> Response {
    let seconds = Lifetime::EXPIRES_IN.to_string();
    Json(json!({
        "token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds,
        "expires_on": (now + Lifetime::EXPIRES_IN).to_string(),
        "not_before": (now - super::BACK_DATED_SECONDS).to_string(),
        "resource": resource, "access_token": token,
    }))
    .into_response()
}

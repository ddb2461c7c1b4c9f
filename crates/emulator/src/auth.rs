//! Who calls Graph: the access token we issued ourselves, verified again, and the 401s of Graph.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use jsonwebtoken::{Algorithm, Validation};
use kernel::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use crate::apps::catalogue::GRAPH_APP_ID;
use crate::graph::error::GraphError;
use crate::links::Links;
use crate::world::{Tenant, World};

/// A verified application token for Graph. Extract it in a handler.
#[derive(Debug, Clone)]
pub struct AppToken {
    /// The tenant the token is for.
    pub tenant: Arc<Tenant>,
    /// The client id.
    pub app_id: Uuid,
    /// The service principal's object id.
    pub sp_id: Uuid,
    /// The application permissions the token carries; frozen when it was issued.
    pub roles: Vec<String>,
    /// Delegated permissions; always empty for an application token.
    pub scopes: Vec<String>,
    /// The person a delegated token is about.
    pub user: Option<Uuid>,
    /// When it was issued.
    pub issued: Timestamp,
    /// The client declared that it understands claims challenges (`cp1`).
    pub cp1: bool,
}

impl AppToken {
    /// Whether the token carries any of these permissions.
    pub fn allowed(&self, any_of: &[&str]) -> bool {
        self.roles.iter().any(|role| any_of.contains(&role.as_str()))
    }

    /// The same as an answer: 403 when it carries none of them.
    pub fn require(&self, any_of: &[&str]) -> Result<(), GraphError> {
        if self.allowed(any_of) { Ok(()) } else { Err(GraphError::denied()) }
    }
}

/// The claims we look at.
#[derive(Debug, Clone, Deserialize)]
pub struct Claims {
    /// The resource.
    pub aud: Option<String>,
    /// The tenant.
    pub tid: Option<Uuid>,
    /// The client id.
    pub appid: Option<Uuid>,
    /// The service principal, or the person.
    pub oid: Option<Uuid>,
    /// Delegated permissions.
    pub scp: Option<String>,
    /// Application permissions.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Not before, seconds.
    #[serde(default)]
    pub nbf: i64,
    /// Until, seconds.
    #[serde(default)]
    pub exp: i64,
    /// Client capabilities.
    #[serde(default)]
    pub xms_cc: Vec<String>,
}

/// The claims of a request's bearer token without looking at its signature: only for logs and for matching faults.
pub fn unverified(headers: &HeaderMap) -> Option<Claims> {
    jsonwebtoken::dangerous::insecure_decode_claims(bearer(headers)?).ok()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim()).filter(|token| !token.is_empty())
}

impl FromRequestParts<Arc<World>> for AppToken {
    type Rejection = GraphError;

    async fn from_request_parts(parts: &mut Parts, world: &Arc<World>) -> Result<Self, GraphError> {
        let links = Links::of(world, &parts.headers);
        verify(world, &parts.headers, &links)
    }
}

/// Verifies the bearer token of a request.
pub fn verify(world: &World, headers: &HeaderMap, links: &Links) -> Result<AppToken, GraphError> {
    let refuse = |message: &str| refusal(links, message);
    let token = bearer(headers).ok_or_else(|| refuse("Access token is empty."))?;
    let claims = verified_claims(world, token).map_err(refuse)?;
    let now = world.clock.now();
    if now.seconds() >= claims.exp || now.seconds() < claims.nbf {
        return Err(refuse("Access token has expired or is not yet valid."));
    }
    if !claims.aud.as_deref().is_some_and(|audience| is_graph_audience(audience, links)) {
        return Err(refuse("Access token validation failure. Invalid audience."));
    }
    caller(world, &claims, now).ok_or_else(unknown_identity).and_then(|token| challenge(world, links, token))
}

fn verified_claims(world: &World, token: &str) -> Result<Claims, &'static str> {
    let malformed = "IDX14100: JWT is not well formed, there are no dots (.).\nThe token needs to be in JWS or JWE Compact Serialization Format. (JWS): 'EncodedHeader.EncodedPayload.EncodedSignature'. (JWE): 'EncodedProtectedHeader.EncodedEncryptedKey.EncodedInitializationVector.EncodedCiphertext.EncodedAuthenticationTag'.";
    let header = jsonwebtoken::decode_header(token).map_err(|_| malformed)?;
    let keys = world.keys();
    let key = header
        .kid
        .as_deref()
        .and_then(|kid| keys.find(kid))
        .ok_or("Access token validation failure. Invalid signature.")?;
    let mut validation = Validation::new(Algorithm::RS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    jsonwebtoken::decode::<Claims>(token, &key.decoding, &validation)
        .map(|data| data.claims)
        .map_err(|_| "Access token validation failure. Invalid signature.")
}

/// Graph under its public name, its application id, and the address it is served at here.
pub fn is_graph_audience(audience: &str, links: &Links) -> bool {
    let audience = audience.trim_end_matches('/');
    audience == "https://graph.microsoft.com" || audience == GRAPH_APP_ID.to_string() || audience == links.base()
}

fn caller(world: &World, claims: &Claims, now: Timestamp) -> Option<AppToken> {
    let tenant = world.tenant_by_id(claims.tid?)?;
    let user = claims.oid.filter(|_| claims.scp.is_some());
    let sp_id = {
        let apps = tenant.apps();
        let principal = match user {
            Some(_) => apps.principal_of(claims.appid?)?,
            None => apps.service_principals.get(&claims.oid?)?,
        };
        if !principal.enabled || principal.effective > now {
            return None;
        }
        principal.id
    };
    Some(AppToken {
        tenant,
        app_id: claims.appid?,
        sp_id,
        roles: claims.roles.clone(),
        scopes: claims.scp.iter().flat_map(|scopes| scopes.split(' ')).map(str::to_owned).collect(),
        user,
        issued: Timestamp::from_seconds(claims.nbf + crate::identity::BACK_DATED_SECONDS),
        cp1: claims.xms_cc.iter().any(|capability| capability == "cp1"),
    })
}

/// The claims challenge (Entra: continuous access evaluation), for clients that declared `cp1` and hold a token from before the switch.
fn challenge(world: &World, links: &Links, token: AppToken) -> Result<AppToken, GraphError> {
    let Some(since) = world.challenge_since().filter(|since| token.cp1 && token.issued < *since) else {
        return Ok(token);
    };
    let claims = format!(r#"{{"access_token":{{"nbf":{{"essential":true,"value":"{}"}}}}}}"#, since.seconds());
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, claims);
    let value = format!(
        r#"Bearer realm="", authorization_uri="{}/common/oauth2/authorize", error="insufficient_claims", claims="{encoded}""#,
        links.base()
    );
    Err(unauthorized(
        "InvalidAuthenticationToken",
        "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp",
        &value,
    ))
}

fn refusal(links: &Links, message: &str) -> GraphError {
    let value = format!(
        r#"Bearer realm="", authorization_uri="{}/common/oauth2/authorize", client_id="{GRAPH_APP_ID}""#,
        links.base()
    );
    unauthorized("InvalidAuthenticationToken", message, &value)
}

fn unauthorized(code: &str, message: &str, challenge: &str) -> GraphError {
    let error = GraphError::new(StatusCode::UNAUTHORIZED, code, message);
    match HeaderValue::from_str(challenge) {
        Ok(value) => error.with_header(WWW_AUTHENTICATE, value),
        Err(_) => error,
    }
}

fn unknown_identity() -> GraphError {
    GraphError::new(
        StatusCode::UNAUTHORIZED,
        "Authorization_IdentityNotFound",
        "The identity of the calling application could not be established.",
    )
}

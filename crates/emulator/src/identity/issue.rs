//! The token itself. The API decides its version, whatever the endpoint; Graph's tokens are version 1.0.

use jsonwebtoken::{Algorithm, Header};
use kernel::Timestamp;
use serde_json::{Map, Value, json};

use super::BACK_DATED_SECONDS;
use super::aadsts::{self, AadError};
use super::client::Client;
use super::scope::Resource;
use super::token::TokenRequest;
use crate::apps::Application;
use crate::links::Links;
use crate::world::{Tenant, World};

/// How long tokens live.
pub struct Lifetime;

impl Lifetime {
    /// `expires_in`, seconds.
    pub const EXPIRES_IN: i64 = 3_599;
}

/// The filler role template every ordinary application token carries in `wids`.
const FILLER_ROLE: &str = "0997a1d0-0d1d-4acb-b408-d5ca73121e90";

/// Signs an access token.
pub fn access_token(
    request: &TokenRequest<'_>,
    tenant: &Tenant,
    client: &Client,
    resource: &Resource,
    now: Timestamp,
) -> Result<String, AadError> {
    let asked = request.parameter("claims").and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let mut claims = claims(request, tenant, client, resource, now);
    match &resource.application {
        None => {
            claims.extend(of_graph(tenant));
            let roles = tenant.apps().graph_roles(client.principal.id, now);
            claims.extend((!roles.is_empty()).then(|| ("roles".to_owned(), json!(roles))));
        }
        Some(app) => claims.extend(app.opts_in("accessToken", "idtyp").then(|| ("idtyp".to_owned(), json!("app")))),
    }
    if shows_capabilities(resource.application.as_ref(), &asked) {
        claims.insert("xms_cc".to_owned(), json!(["cp1"]));
    }
    signed(request.world, resource.v2(), &claims)
}

/// A token in the form of its version: one of version 1.0 names its key twice.
pub fn signed(world: &World, v2: bool, claims: &Map<String, Value>) -> Result<String, AadError> {
    let keys = world.keys();
    let key = keys.current();
    let mut header = Header::new(Algorithm::RS256);
    header.kid = Some(key.kid.clone());
    header.x5t = (!v2).then(|| key.kid.clone());
    jsonwebtoken::encode(&header, claims, &key.encoding)
        .map_err(|_| aadsts::malformed_assertion("The token could not be signed."))
}

fn claims(
    request: &TokenRequest<'_>,
    tenant: &Tenant,
    client: &Client,
    resource: &Resource,
    now: Timestamp,
) -> Map<String, Value> {
    let issuer = issuer(request.links, tenant, resource.v2());
    let issued = now.seconds() - BACK_DATED_SECONDS;
    let rng = &request.world.rng;
    let standard = json!({
        "iss": issuer, "iat": issued, "nbf": issued, "exp": now.seconds() + Lifetime::EXPIRES_IN + 1,
        "aio": rng.token::<24>(), "oid": client.principal.id, "sub": client.principal.id,
        "rh": format!("1.{}.", rng.token::<30>()), "tid": tenant.id, "uti": rng.token::<16>(),
    });
    let (id, proof) = (client.application.app_id, client.proof.word());
    let versioned = match resource.application.as_ref().filter(|_| resource.v2()) {
        Some(app) => json!({
            "aud": app.app_id, "azp": id, "azpacr": proof, "ver": "2.0", "xms_ftd": rng.token::<40>(),
        }),
        None => json!({
            "aud": resource.audience, "app_displayname": client.application.display_name, "appid": id, "appidacr": proof,
            "idp": issuer, "ver": "1.0",
        }),
    };
    [standard, versioned].into_iter().filter_map(|part| part.as_object().cloned()).flatten().collect()
}

/// The issuer of a tenant's tokens of a version.
pub fn issuer(links: &Links, tenant: &Tenant, v2: bool) -> String {
    if v2 { format!("{}/{}/v2.0", links.base(), tenant.id) } else { format!("https://sts.windows.net/{}/", tenant.id) }
}

/// What only tokens for Graph say.
fn of_graph(tenant: &Tenant) -> Map<String, Value> {
    let more = json!({
        "idtyp": "app", "tenant_region_scope": "EU", "wids": [FILLER_ROLE], "xms_tcdt": tenant.created.seconds(),
        "xms_tdbr": "EU",
    });
    more.as_object().cloned().unwrap_or_default()
}

/// An API hears what the client is capable of when its registration asks for it; Graph always does.
pub fn shows_capabilities(api: Option<&Application>, claims: &Value) -> bool {
    declares_cp1(claims) && api.is_none_or(|app| app.opts_in("accessToken", "xms_cc"))
}

/// `{"access_token":{"xms_cc":{"values":["cp1"]}}}` in the `claims` parameter.
fn declares_cp1(claims: &Value) -> bool {
    let values = claims["access_token"]["xms_cc"]["values"].as_array().cloned().unwrap_or_default();
    values.iter().any(|value| value.as_str().is_some_and(|name| name.eq_ignore_ascii_case("cp1")))
}

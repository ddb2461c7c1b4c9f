//! The token itself. Graph is a v1.0 resource: its tokens are version 1.0 whatever the endpoint.

use jsonwebtoken::{Algorithm, Header};
use kernel::Timestamp;
use serde_json::{Map, Value, json};

use super::BACK_DATED_SECONDS;
use super::aadsts::{self, AadError};
use super::client::Client;
use super::scope::Resource;
use super::token::TokenRequest;
use crate::world::Tenant;

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
    let keys = request.world.keys();
    let key = keys.current();
    let mut header = Header::new(Algorithm::RS256);
    header.kid = Some(key.kid.clone());
    header.x5t = Some(key.kid.clone());
    let claims = claims(request, tenant, client, resource, now);
    jsonwebtoken::encode(&header, &claims, &key.encoding)
        .map_err(|_| aadsts::malformed_assertion("The token could not be signed."))
}

fn claims(
    request: &TokenRequest<'_>,
    tenant: &Tenant,
    client: &Client,
    resource: &Resource,
    now: Timestamp,
) -> Map<String, Value> {
    let issuer = format!("https://sts.windows.net/{}/", tenant.id);
    let issued = now.seconds() - BACK_DATED_SECONDS;
    let rng = &request.world.rng;
    let standard = json!({
        "aud": resource.audience, "iss": issuer, "iat": issued, "nbf": issued, "exp": now.seconds() + Lifetime::EXPIRES_IN + 1,
        "aio": rng.token::<24>(), "app_displayname": client.application.display_name,
        "appid": client.application.app_id, "appidacr": client.proof.word(),
        "idp": issuer, "idtyp": "app", "oid": client.principal.id, "sub": client.principal.id,
        "rh": format!("1.{}.", rng.token::<30>()), "tenant_region_scope": "EU", "tid": tenant.id,
        "uti": rng.token::<16>(), "ver": "1.0", "wids": [FILLER_ROLE],
        "xms_tcdt": tenant.created.seconds(), "xms_tdbr": "EU",
    });
    let Value::Object(mut claims) = standard else { return Map::new() };
    let roles = if resource.is_graph { tenant.apps().graph_roles(client.principal.id, now) } else { Vec::new() };
    if !roles.is_empty() {
        claims.insert("roles".to_owned(), json!(roles));
    }
    let asked = request.parameter("claims").and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    if declares_cp1(&asked) {
        claims.insert("xms_cc".to_owned(), json!(["cp1"]));
    }
    claims
}

/// `{"access_token":{"xms_cc":{"values":["cp1"]}}}` in the `claims` parameter.
pub fn declares_cp1(claims: &Value) -> bool {
    let values = claims["access_token"]["xms_cc"]["values"].as_array().cloned().unwrap_or_default();
    values.iter().any(|value| value.as_str().is_some_and(|name| name.eq_ignore_ascii_case("cp1")))
}

//! Asks the sign-in service about a tenant, without proving anything: does it exist, which id has it, what time is it.

use kernel::{Secret, Timestamp};
use oidc::body::read_limited;
use oidc::error::aadsts_in;
use oidc::{Authority, Cloud};
use serde::Deserialize;
use time::PrimitiveDateTime;
use time::macros::format_description;
use uuid::Uuid;

use crate::TenantsError;
use crate::client::Clients;

/// What the sign-in service answered.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub status: u16,
    pub date: Option<Timestamp>,
    /// The tenant's id, when it exists.
    pub tenant: Option<Uuid>,
    /// The AADSTS number, when it does not.
    pub code: Option<u32>,
}

/// Asks for a tenant by id or domain (OpenID Connect Discovery §4).
pub(crate) async fn discover(
    http: &reqwest::Client,
    authority: &Authority,
    tenant: &str,
) -> Result<Found, reqwest::Error> {
    let mut url = authority.login().clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend([tenant, "v2.0", ".well-known", "openid-configuration"]);
    }
    let response = http.get(url).send().await.map_err(reqwest::Error::without_url)?;
    let (status, date) = (response.status().as_u16(), date_of(response.headers()));
    let body = read_limited(response, 256 * 1024).await.unwrap_or_default();
    let answer: Answer = serde_json::from_slice(&body).unwrap_or_default();
    let tenant = answer
        .issuer
        .filter(|_| status == 200)
        .and_then(|issuer| issuer.split('/').find_map(|part| Uuid::try_parse(part).ok()));
    Ok(Found { status, date, tenant, code: answer.error_description.as_deref().and_then(aadsts_in) })
}

/// The time of an answer (RFC 9110 §6.6.1).
pub(crate) fn date_of(headers: &reqwest::header::HeaderMap) -> Option<Timestamp> {
    let format =
        format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    let text = headers.get(reqwest::header::DATE)?.to_str().ok()?;
    PrimitiveDateTime::parse(text, format).ok().map(|moment| Timestamp::from(moment.assume_utc()))
}

#[derive(Deserialize, Default)]
struct Answer {
    #[serde(default)]
    issuer: Option<String>,
    #[serde(default)]
    error_description: Option<String>,
}

impl Clients {
    /// A tenant's id, out of what an operator entered: the id itself, or one of its domains, which is looked up.
    pub(crate) async fn resolve(
        &self,
        cloud: &Cloud,
        entered: &str,
        proxy: Option<&Secret<String>>,
        ca_pem: Option<&str>,
    ) -> Result<(Uuid, Option<String>), TenantsError> {
        let entered = entered.trim();
        if let Ok(id) = Uuid::try_parse(entered) {
            return Ok((id, None));
        }
        let is_domain = entered.contains('.')
            && entered.len() <= 253
            && entered.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-'));
        if !is_domain {
            return Err(TenantsError::invalid("tenant", "must be the tenant's id (a GUID) or one of its domains"));
        }
        let http = self.http(proxy, ca_pem)?;
        let found = discover(&http, &Authority::of(cloud)?, entered).await.map_err(TenantsError::Unreachable)?;
        let id = found.tenant.ok_or_else(|| {
            let code = found.code.map_or_else(|| format!("status {}", found.status), |code| format!("AADSTS{code}"));
            TenantsError::invalid("tenant", format!("is not known in this cloud ({code})"))
        })?;
        Ok((id, Some(entered.to_ascii_lowercase())))
    }
}

//! Tokens that Entra issued for somebody else, checked by the tenant's published keys.
//!
//! ```text
//! token ──header──► kid ──known?──► signature ──► issuer, tenant, audience, times
//!                         │  ▲
//!                 no, and not asked within a minute: the tenant's keys, from the sign-in service's fixed address
//! ```
//!
//! Deliberately reads no address out of a token (`jku`, `x5u`) and takes RS256 alone, which is what Entra signs with.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::dangerous::insecure_decode_claims;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use kernel::{Env, Timestamp};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;
use uuid::Uuid;

use crate::body::read_limited;
use crate::{Authority, TokenError};

/// The most bytes a list of keys may have.
const BODY_LIMIT: usize = 256 * 1024;
/// How long a list of keys is good.
const GOOD_FOR: Duration = Duration::from_hours(12);
/// Not asked again within this time, whatever ids of keys strangers make up.
const ASKED_AT_MOST_EVERY: Duration = Duration::from_mins(1);
/// Clocks differ.
const LEEWAY_SECONDS: i64 = 120;
/// The longest token that is looked at, in bytes.
const LONGEST: usize = 16 * 1024;
/// Most tenants whose keys are kept.
const MOST_TENANTS: usize = 1_000;

/// Who must have issued a token, and for whom.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The cloud of the tenant.
    pub authority: &'a Authority,
    /// The tenant.
    pub tenant: Uuid,
    /// The application that the token must be for.
    pub audience: &'a str,
}

/// What a checked token says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct IssuedClaims {
    /// Who issued it.
    pub iss: String,
    /// The tenant.
    pub tid: Uuid,
    /// For whom.
    pub aud: String,
    /// When it ends, in seconds since 1970.
    pub exp: i64,
    /// When it begins.
    #[serde(default)]
    pub nbf: Option<i64>,
    /// The application that asked for it (`appid` in version 1 tokens, `azp` in version 2).
    #[serde(default, alias = "azp")]
    pub appid: Option<String>,
}

/// Why a token does not count.
#[derive(Debug, thiserror::Error)]
pub enum IssuedError {
    /// It is not a token, not signed by the tenant, or not for us.
    #[error("{0}")]
    Refused(&'static str),
    /// The tenant's keys cannot be had for now.
    #[error("the tenant's keys cannot be read")]
    Unavailable(#[source] TokenError),
}

/// The tenants' published keys. Cheap to clone; clones share what they know.
#[derive(Debug, Clone)]
pub struct IssuerKeys {
    http: reqwest::Client,
    env: Env,
    known: Arc<Mutex<HashMap<Url, Arc<Mutex<Published>>>>>,
}

/// The keys of one tenant.
#[derive(Debug, Default)]
struct Published {
    keys: Vec<Jwk>,
    asked_at: Option<Timestamp>,
    read_at: Option<Timestamp>,
}

impl IssuedClaims {
    /// Reads the claims **without checking anything**: to find out whose keys to check them with.
    pub fn read_unverified(token: &str) -> Option<Self> {
        (token.len() <= LONGEST).then(|| insecure_decode_claims(token).ok()).flatten()
    }
}

impl IssuerKeys {
    /// Nothing is known yet; keys are read when they are needed.
    pub fn new(http: reqwest::Client, env: Env) -> Self {
        Self { http, env, known: Arc::default() }
    }

    /// Checks a token: signature, issuer, tenant, audience, times.
    pub async fn check(&self, token: &str, expected: &Expected<'_>) -> Result<IssuedClaims, IssuedError> {
        if token.len() > LONGEST {
            return Err(IssuedError::Refused("the token is too long"));
        }
        let header = decode_header(token).map_err(|_| IssuedError::Refused("this is no token"))?;
        let kid = header.kid.ok_or(IssuedError::Refused("the token names no key"))?;
        if header.alg != Algorithm::RS256 {
            return Err(IssuedError::Refused("the token is not signed with RS256"));
        }
        let key = self.key(expected, &kid).await?;
        let claims = decode::<IssuedClaims>(token, &key, &signature_alone());
        let claims = claims.map_err(|_| IssuedError::Refused("the signature is not the tenant's"))?.claims;
        judge(&claims, expected, self.env.now().seconds())?;
        Ok(claims)
    }

    async fn key(&self, expected: &Expected<'_>, kid: &str) -> Result<DecodingKey, IssuedError> {
        let tenant = expected.tenant.to_string();
        let address = expected.authority.login_path(&[&tenant, "discovery", "v2.0", "keys"]);
        let published = self.published(&address).await;
        // Held while the keys are read: who comes in between waits for the same answer.
        let mut published = published.lock().await;
        if published.must_be_asked(kid, self.env.now()) {
            published.asked_at = Some(self.env.now());
            match self.read(address).await {
                Ok(keys) => {
                    published.keys = keys;
                    published.read_at = Some(self.env.now());
                }
                Err(error) if published.find(kid).is_none() => return Err(IssuedError::Unavailable(error)),
                Err(error) => tracing::warn!(oidc.cause = %error, "a tenant's keys are read from memory"),
            }
        }
        let key = published.find(kid).ok_or(IssuedError::Refused("the tenant has no such key"))?;
        DecodingKey::from_jwk(key).map_err(|_| IssuedError::Refused("the key is not one for RS256"))
    }

    async fn published(&self, address: &Url) -> Arc<Mutex<Published>> {
        let mut known = self.known.lock().await;
        if known.len() >= MOST_TENANTS && !known.contains_key(address) {
            known.clear();
        }
        known.entry(address.clone()).or_default().clone()
    }

    async fn read(&self, address: Url) -> Result<Vec<Jwk>, TokenError> {
        let answer = self.http.get(address).send().await.map_err(TokenError::unreachable)?;
        let status = answer.status().as_u16();
        if status != 200 {
            return Err(TokenError::broken(format!("the sign-in service answered {status} instead of its keys")));
        }
        let body = read_limited(answer, BODY_LIMIT).await.map_err(|error| TokenError::broken(error.to_string()))?;
        let set: Listed = serde_json::from_slice(&body)
            .map_err(|_| TokenError::broken("the sign-in service's keys are no list of keys"))?;
        // Keys of kinds that are not understood are left out; the others count.
        Ok(set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect())
    }
}

#[derive(Deserialize)]
struct Listed {
    keys: Vec<serde_json::Value>,
}

impl Published {
    fn find(&self, kid: &str) -> Option<&Jwk> {
        self.keys.iter().find(|key| key.common.key_id.as_deref() == Some(kid))
    }

    fn must_be_asked(&self, kid: &str, now: Timestamp) -> bool {
        let recently = self.asked_at.is_some_and(|asked| now.since(asked) < ASKED_AT_MOST_EVERY);
        let fresh = self.read_at.is_some_and(|read| now.since(read) < GOOD_FOR);
        let known = fresh && self.find(kid).is_some();
        !recently && !known
    }
}

/// The times are judged here, by our own clock.
fn signature_alone() -> Validation {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

fn judge(claims: &IssuedClaims, expected: &Expected<'_>, now: i64) -> Result<(), IssuedError> {
    let refuse = |why| Err(IssuedError::Refused(why));
    if claims.tid != expected.tenant || !issuers(expected).contains(&claims.iss) {
        return refuse("the token is another tenant's");
    }
    if claims.aud != expected.audience {
        return refuse("the token is for another application");
    }
    if claims.exp.saturating_add(LEEWAY_SECONDS) <= now {
        return refuse("the token has ended");
    }
    if claims.nbf.is_some_and(|begins| begins.saturating_sub(LEEWAY_SECONDS) > now) {
        return refuse("the token does not count yet");
    }
    Ok(())
}

/// Version 1 and version 2 of the tenant's name for itself.
fn issuers(expected: &Expected<'_>) -> [String; 4] {
    let tenant = expected.tenant;
    let login = expected.authority.login().as_str().trim_end_matches('/').to_owned();
    [
        format!("https://sts.windows.net/{tenant}/"),
        format!("https://sts.chinacloudapi.cn/{tenant}/"),
        format!("{login}/{tenant}/v2.0"),
        format!("{login}/{tenant}/"),
    ]
}

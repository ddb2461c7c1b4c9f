//! Tokens that Entra issued for somebody else, checked by the tenant's published keys.
//!
//! ```text
//! token ──header──► kid ──known?──► signature ──► issuer, tenant, audience, times
//!                         │  ▲
//!                 no, and not asked within a minute: the tenant's keys, from the sign-in service's fixed address
//! ```
//!
//! Deliberately reads no address out of a token (`jku`, `x5u`) and takes RS256 alone, which is what Entra signs with.

use jsonwebtoken::dangerous::insecure_decode_claims;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use kernel::Env;
use serde::Deserialize;
use uuid::Uuid;

use crate::published::{KeysAddress, NoKey, PublishedKeys};
use crate::{Authority, TokenError};

/// Clocks differ.
const LEEWAY_SECONDS: i64 = 120;
/// The longest token that is looked at, in bytes.
pub(crate) const LONGEST: usize = 16 * 1024;

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
pub struct IssuerKeys(pub(crate) PublishedKeys);

impl IssuedClaims {
    /// Reads the claims **without checking anything**: to find out whose keys to check them with.
    pub fn read_unverified(token: &str) -> Option<Self> {
        (token.len() <= LONGEST).then(|| insecure_decode_claims(token).ok()).flatten()
    }
}

impl IssuerKeys {
    /// Nothing is known yet; keys are read when they are needed.
    pub fn new(http: reqwest::Client, env: Env) -> Self {
        Self(PublishedKeys::new(http, env))
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
        judge(&claims, expected, self.0.env.now().seconds())?;
        Ok(claims)
    }

    async fn key(&self, expected: &Expected<'_>, kid: &str) -> Result<DecodingKey, IssuedError> {
        let address = KeysAddress::List(expected.authority.keys_of(expected.tenant));
        let key = self.0.find(&address, kid).await.map_err(|none| match none {
            NoKey::Unknown => IssuedError::Refused("the tenant has no such key"),
            NoKey::Unavailable(cause) => IssuedError::Unavailable(cause),
        })?;
        DecodingKey::from_jwk(&key.jwk).map_err(|_| IssuedError::Refused("the key is not one for RS256"))
    }
}

/// The times are judged here, by our own clock.
pub(crate) fn signature_alone() -> Validation {
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

//! The `id_token_hint` of an External MFA request: whom Entra asks about (eam.md §4).
//!
//! ```text
//! hint ──header──► RS256, kid ──► a published key ──► signature ──► key's issuer, issuer, tenant, audience, freshness
//! ```
//!
//! It is issued expired on purpose, so that `exp` says nothing; `iat` does. Deliberately there is no switch that leaves a
//! check out.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{DecodingKey, decode, decode_header};
use serde::Deserialize;
use uuid::Uuid;

use crate::TokenError;
use crate::issued::{IssuerKeys, LONGEST, signature_alone};
use crate::published::{KeysAddress, NoKey, PublishedKey};

/// What stands for the tenant's id in an issuer.
const TENANT: &str = "{tenantid}";

/// Who must have issued a hint, for whom, and when.
#[derive(Debug, Clone, Copy)]
pub struct ExpectedHint<'a> {
    /// Where the issuer's keys are. Settled by the administrator, never by the hint.
    pub keys: &'a KeysAddress,
    /// The issuer, with `{tenantid}` where the tenant's id stands.
    pub issuer: &'a str,
    /// The tenant.
    pub tenant: Uuid,
    /// Further tenants whose name the issuer may bear: where guests' hints are issued by their home.
    pub other_issuers: &'a [Uuid],
    /// The application that the hint must be for: Entra's App ID of the method, not the client id.
    pub audience: &'a str,
    /// How old it may be, and how far ahead of our clock.
    pub fresh_for: Duration,
}

/// What a checked hint says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct HintClaims {
    /// Which kind of token it is: `2.0`, where it says so.
    #[serde(default)]
    pub ver: Option<String>,
    /// Who issued it.
    pub iss: String,
    /// The tenant in which the person signs in.
    pub tid: Uuid,
    /// The person's object id there.
    pub oid: Uuid,
    /// For whom.
    pub aud: String,
    /// The person's name for this application: echoed, never looked up.
    pub sub: String,
    /// When it was issued, in seconds since 1970.
    pub iat: i64,
    /// When it begins.
    #[serde(default)]
    pub nbf: Option<i64>,
    /// What the person calls themselves; for guests the address at home. To be shown, never to be looked up.
    #[serde(default)]
    pub preferred_username: Option<String>,
    /// The person's name. To be shown.
    #[serde(default)]
    pub name: Option<String>,
    /// The person's user principal name, where the application asked for it.
    #[serde(default)]
    pub upn: Option<String>,
}

/// Why a hint does not count. The text is for administrators; people are told nothing of it.
#[derive(Debug, thiserror::Error)]
pub enum HintRefused {
    /// Longer than any hint of Entra's.
    #[error("the hint is longer than {LONGEST} bytes")]
    TooLong,
    /// Not three parts with a header in JSON.
    #[error("the hint is no signed token")]
    NotAToken,
    /// Not signed, or by another algorithm than Entra's.
    #[error("the hint is not signed with RS256")]
    Algorithm,
    /// Its header demands what nobody here understands (RFC 7515 §4.1.11).
    #[error("the hint's header has a critical extension")]
    Critical,
    /// It does not say which key.
    #[error("the hint names no key")]
    NoKeyId,
    /// Nobody publishes that key.
    #[error("the hint is signed with a key that the tenant does not publish")]
    UnknownKey,
    /// The key signs the tokens of somebody else.
    #[error("the hint is signed with a key of another issuer")]
    ForeignKey,
    /// The signature does not fit.
    #[error("the hint's signature is wrong")]
    Signature,
    /// Claims are missing or of the wrong type.
    #[error("the hint lacks a claim, or has one of the wrong type: iss, tid, oid, aud, sub and iat are needed")]
    Claims,
    /// A token of another version, whose claims mean something else.
    #[error("the hint is a token of version {0:?}, not 2.0")]
    Version(String),
    /// Issued by somebody else.
    #[error("the hint is issued by {0:?}")]
    Issuer(String),
    /// About a person of another tenant.
    #[error("the hint is about a person of tenant {0}")]
    Tenant(Uuid),
    /// For another application.
    #[error("the hint is for application {0:?}")]
    Audience(String),
    /// Too old.
    #[error("the hint is {0} seconds old")]
    Stale(i64),
    /// From the future.
    #[error("the hint is {0} seconds ahead of this server's clock")]
    Early(i64),
    /// The keys cannot be had for now.
    #[error("the tenant's keys cannot be read")]
    Unavailable(#[source] TokenError),
}

impl HintRefused {
    /// A stable word for logs and figures.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong => "hint_too_long",
            Self::NotAToken => "hint_not_a_token",
            Self::Algorithm => "hint_algorithm",
            Self::Critical => "hint_critical",
            Self::NoKeyId => "hint_no_key_id",
            Self::UnknownKey => "hint_unknown_key",
            Self::ForeignKey => "hint_foreign_key",
            Self::Signature => "hint_signature",
            Self::Claims => "hint_claims",
            Self::Version(_) => "hint_version",
            Self::Issuer(_) => "hint_issuer",
            Self::Tenant(_) => "hint_tenant",
            Self::Audience(_) => "hint_audience",
            Self::Stale(_) => "hint_stale",
            Self::Early(_) => "hint_early",
            Self::Unavailable(_) => "hint_keys_unavailable",
        }
    }
}

#[derive(Deserialize)]
struct Head {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    crit: Option<serde_json::Value>,
}

impl IssuerKeys {
    /// The same keys, where they have to be read by a client of one's own: through a proxy, with other authorities.
    #[must_use]
    pub fn through(&self, http: reqwest::Client) -> Self {
        Self(self.0.through(http))
    }

    /// Checks a hint. Nothing that it says counts before its signature does.
    pub async fn check_hint(&self, hint: &str, expected: &ExpectedHint<'_>) -> Result<HintClaims, HintRefused> {
        let kid = key_id(hint)?;
        let key = self.0.find(expected.keys, &kid).await.map_err(|none| match none {
            NoKey::Unknown => HintRefused::UnknownKey,
            NoKey::Unavailable(cause) => HintRefused::Unavailable(cause),
        })?;
        checked(hint, &key, expected, self.0.env.now().seconds())
    }
}

/// The id of the key that a hint says it is signed with.
pub(crate) fn key_id(hint: &str) -> Result<String, HintRefused> {
    if hint.len() > LONGEST {
        return Err(HintRefused::TooLong);
    }
    let parts: Vec<&str> = hint.split('.').collect();
    let [head, _, _] = parts[..] else { return Err(HintRefused::NotAToken) };
    let head = URL_SAFE_NO_PAD.decode(head).map_err(|_| HintRefused::NotAToken)?;
    let head: Head = serde_json::from_slice(&head).map_err(|_| HintRefused::NotAToken)?;
    if head.alg != "RS256" {
        return Err(HintRefused::Algorithm);
    }
    if head.crit.is_some() {
        return Err(HintRefused::Critical);
    }
    head.kid.filter(|kid| !kid.is_empty()).ok_or(HintRefused::NoKeyId)
}

/// What a hint says that is signed with this key, where it is as it must be.
pub(crate) fn checked(
    hint: &str,
    key: &PublishedKey,
    expected: &ExpectedHint<'_>,
    now: i64,
) -> Result<HintClaims, HintRefused> {
    let claims = signed_by(hint, key)?;
    let issued_by = judge(&claims, expected, now)?;
    if key.issuer.as_ref().is_some_and(|issuer| named(issuer, issued_by) != claims.iss) {
        return Err(HintRefused::ForeignKey);
    }
    Ok(claims)
}

fn signed_by(hint: &str, key: &PublishedKey) -> Result<HintClaims, HintRefused> {
    let key = DecodingKey::from_jwk(&key.jwk).map_err(|_| HintRefused::UnknownKey)?;
    decode_header(hint).map_err(|_| HintRefused::NotAToken)?;
    let payload = decode::<serde_json::Value>(hint, &key, &signature_alone()).map_err(|error| match error.kind() {
        // Read after the signature, which fits.
        ErrorKind::Json(_) | ErrorKind::Utf8(_) => HintRefused::Claims,
        _ => HintRefused::Signature,
    })?;
    serde_json::from_value(payload.claims).map_err(|_| HintRefused::Claims)
}

/// Whether a hint is as it must be; the tenant whose name its issuer bears.
fn judge(claims: &HintClaims, expected: &ExpectedHint<'_>, now: i64) -> Result<Uuid, HintRefused> {
    let mut own = std::iter::once(&expected.tenant).chain(expected.other_issuers);
    let issued_by = own.find(|tenant| named(expected.issuer, **tenant) == claims.iss);
    let issued_by = issued_by.ok_or_else(|| HintRefused::Issuer(claims.iss.clone()))?;
    if claims.tid != expected.tenant {
        return Err(HintRefused::Tenant(claims.tid));
    }
    if claims.aud != expected.audience {
        return Err(HintRefused::Audience(claims.aud.clone()));
    }
    if let Some(version) = claims.ver.as_ref().filter(|version| *version != "2.0") {
        return Err(HintRefused::Version(version.clone()));
    }
    if claims.sub.is_empty() {
        return Err(HintRefused::Claims);
    }
    let (age, limit) =
        (now.saturating_sub(claims.iat), i64::try_from(expected.fresh_for.as_secs()).unwrap_or(i64::MAX));
    if age > limit {
        return Err(HintRefused::Stale(age));
    }
    let begins = claims.nbf.unwrap_or(claims.iat).max(claims.iat);
    let ahead = begins.saturating_sub(now);
    if ahead > limit { Err(HintRefused::Early(ahead)) } else { Ok(*issued_by) }
}

fn named(template: &str, tenant: Uuid) -> String {
    template.replace(TENANT, &tenant.to_string())
}

//! A client's signed assertion (`private_key_jwt`; Entra: certificate credentials).
//!
//! Accepts PS256 and RS256; finds the certificate by `x5t#S256` or `x5t` in either base64 alphabet, padded or not,
//! because Microsoft's own libraries send both.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use kernel::Timestamp;
use serde::Deserialize;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::aadsts::{self, AadError};
use super::discovery::is_shared;
use super::token::TokenRequest;
use crate::apps::{Application, KeyCredential};
use crate::world::Tenant;

/// How far the service lets clocks differ.
const SKEW_SECONDS: i64 = 300;

#[derive(Debug, Deserialize)]
struct Header {
    alg: String,
    x5t: Option<String>,
    #[serde(rename = "x5t#S256")]
    x5t_s256: Option<String>,
    kid: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Claims {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<Audience>,
    exp: Option<Moment>,
    nbf: Option<Moment>,
    iat: Option<Moment>,
}

/// Seconds since 1970, which may have a fraction (RFC 7519 §2). MSAL for Python sends one.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Moment(f64);

impl Moment {
    #[expect(clippy::cast_possible_truncation, reason = "saturates, and no clock is that wrong")]
    fn seconds(self) -> i64 {
        self.0 as i64
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn any(&self, accept: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::One(one) => accept(one),
            Self::Several(several) => several.iter().any(|one| accept(one)),
        }
    }
}

/// Who the assertion says it is from; not verified.
pub fn issuer(assertion: &str) -> Option<String> {
    part::<Claims>(assertion, 1)?.iss
}

/// Checks the assertion against the application's certificates.
pub fn verify(
    request: &TokenRequest<'_>,
    tenant: &Tenant,
    application: &Application,
    assertion: &str,
    now: Timestamp,
) -> Result<(), AadError> {
    let header: Header = part(assertion, 0).ok_or_else(|| aadsts::malformed_assertion(""))?;
    let claims: Claims = part(assertion, 1).ok_or_else(|| aadsts::malformed_assertion(""))?;
    check_parties(&claims, application)?;
    let algorithm = match header.alg.as_str() {
        "RS256" => Algorithm::RS256,
        "PS256" => Algorithm::PS256,
        other => return Err(aadsts::assertion_algorithm(other)),
    };
    check_signature(&header, application, assertion, algorithm, now)?;
    check_time(&claims, now)?;
    let accepted = claims.aud.is_some_and(|audience| audience.any(|one| is_own_endpoint(request, tenant, one)));
    if accepted { Ok(()) } else { Err(aadsts::assertion_audience()) }
}

fn check_parties(claims: &Claims, application: &Application) -> Result<(), AadError> {
    let issuer = claims.iss.as_deref().unwrap_or_default();
    if issuer.starts_with("https://") {
        return Err(aadsts::no_federated_issuer(issuer));
    }
    if claims.sub.as_deref() != Some(issuer) {
        return Err(aadsts::assertion_subject());
    }
    if !issuer.eq_ignore_ascii_case(&application.app_id.to_string()) {
        return Err(aadsts::assertion_client());
    }
    Ok(())
}

fn check_signature(
    header: &Header,
    application: &Application,
    assertion: &str,
    algorithm: Algorithm,
    now: Timestamp,
) -> Result<(), AadError> {
    let named = header.x5t_s256.as_ref().or(header.x5t.as_ref()).or(header.kid.as_ref());
    let thumbprint = named.and_then(|text| decoded(text)).map(|bytes| hex::encode_upper(&bytes)).unwrap_or_default();
    let refuse = |reason: &str| aadsts::assertion_signature(application.app_id, reason, &thumbprint);
    let key =
        application.keys.iter().find(|key| is_named(key, header)).ok_or_else(|| refuse("The key was not found."))?;
    if now < key.start || key.end <= now {
        return Err(refuse("The key used is expired."));
    }
    let refused = || refuse("The key was found, but use of the key to verify the signature failed.");
    let decoding = public_key(&key.der).ok_or_else(refused)?;
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    jsonwebtoken::decode::<serde_json::Value>(assertion, &decoding, &validation).map(drop).map_err(|_| refused())
}

fn check_time(claims: &Claims, now: Timestamp) -> Result<(), AadError> {
    let until = claims.exp.map_or(0, Moment::seconds);
    let from = claims.nbf.or(claims.iat).map_or(0, Moment::seconds);
    let now_seconds = now.seconds();
    if until.saturating_add(SKEW_SECONDS) <= now_seconds || now_seconds + SKEW_SECONDS < from {
        return Err(aadsts::assertion_time(now, from, until));
    }
    Ok(())
}

/// The token endpoint used, or the tenant's other forms of it: what was asked on a shared path may name that path. The public cloud's name is accepted too, for clients
/// that build the audience from it whatever the authority.
fn is_own_endpoint(request: &TokenRequest<'_>, tenant: &Tenant, audience: &str) -> bool {
    let base = request.links.base();
    let Some(rest) = audience.strip_prefix(base).or_else(|| audience.strip_prefix("https://login.microsoftonline.com"))
    else {
        return false;
    };
    let mut segments = rest.trim_matches('/').splitn(2, '/');
    let named = segments.next().unwrap_or_default();
    let as_asked = is_shared(named) && named.eq_ignore_ascii_case(request.tenant);
    let same_tenant = as_asked || request.world.tenant(named).is_some_and(|named| named.id == tenant.id);
    same_tenant && matches!(segments.next(), None | Some("oauth2/v2.0/token" | "oauth2/token" | "v2.0" | "oauth2/v2.0"))
}

fn is_named(key: &KeyCredential, header: &Header) -> bool {
    let matches = |text: &Option<String>, algorithm| {
        text.as_deref().and_then(decoded).is_some_and(|bytes| bytes == digest::digest(algorithm, &key.der).as_ref())
    };
    matches(&header.x5t_s256, &digest::SHA256)
        || matches(&header.x5t, &digest::SHA1_FOR_LEGACY_USE_ONLY)
        || header.kid.as_deref().is_some_and(|kid| is_hex_thumbprint(kid, &key.der))
}

/// Some libraries send the SHA-1 thumbprint in hex as `kid` alone.
fn is_hex_thumbprint(kid: &str, der: &[u8]) -> bool {
    let thumbprint = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, der);
    kid.eq_ignore_ascii_case(&hex::encode(thumbprint))
}

fn public_key(der: &[u8]) -> Option<DecodingKey> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let key = certificate.public_key().parsed().ok()?;
    match key {
        x509_parser::public_key::PublicKey::RSA(rsa) => {
            let modulus = rsa.modulus.iter().position(|byte| *byte != 0).map(|start| &rsa.modulus[start..])?;
            Some(DecodingKey::from_rsa_raw_components(modulus, rsa.exponent))
        }
        _ => None,
    }
}

fn part<T: serde::de::DeserializeOwned>(token: &str, index: usize) -> Option<T> {
    let parts: Vec<_> = token.split('.').collect();
    if parts.len() != 3 {
        return None;
    }
    serde_json::from_slice(&decoded(parts[index])?).ok()
}

/// Base64 in either alphabet, with or without padding.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    URL_SAFE_NO_PAD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).ok()
}

//! The provider's discovery document and keys: read by strict rules, kept for a day by the emulated clock.
//!
//! | what is wrong | AADSTS |
//! |---|---|
//! | not reached, not 200, no `Content-Length`, not the document it should be | 50166 |
//! | the key set: no RSA key, or one without `kid` or `x5c`, or whose certificate is another key's | 900612 |

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use http::header::CONTENT_LENGTH;
use jsonwebtoken::DecodingKey;
use kernel::Timestamp;
use serde_json::Value;
use url::Url;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::public_key::PublicKey;

use crate::World;
use crate::access::policy::texts;
use crate::identity::aadsts::AadError;
use crate::identity::aadsts::external::{bad_keys, unreachable};
use crate::methods::external::{WELL_KNOWN, is_discovery_url};

/// No document is longer than this, in bytes.
const LONGEST: usize = 1 << 20;

/// What is known of a provider.
#[derive(Clone)]
pub struct Provider {
    /// The issuer.
    pub issuer: String,
    /// Where requests go.
    pub authorization_endpoint: String,
    /// Its keys.
    pub keys: Vec<ProviderKey>,
    /// When it was read.
    pub read: Timestamp,
}

/// One key of a provider.
#[derive(Clone)]
pub struct ProviderKey {
    /// Its id.
    pub kid: String,
    /// Verifies.
    pub decoding: DecodingKey,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kids: Vec<_> = self.keys.iter().map(|key| &key.kid).collect();
        f.debug_struct("Provider").field("issuer", &self.issuer).field("keys", &kids).finish_non_exhaustive()
    }
}

/// The provider at a discovery address, from the cache while it is young enough.
pub async fn provider(world: &World, address: &str) -> Result<Arc<Provider>, AadError> {
    let life = Duration::from_secs(world.switches().external_metadata_hours * 3_600);
    let known = world.external.memory().providers.get(address).cloned();
    if let Some(known) = known.filter(|known| world.clock.now() < known.read.plus(life)) {
        return Ok(known);
    }
    read_again(world, address).await
}

/// The same, past the cache.
pub async fn read_again(world: &World, address: &str) -> Result<Arc<Provider>, AadError> {
    let provider = Arc::new(fetch(world, address).await?);
    world.external.memory().providers.insert(address.to_owned(), provider.clone());
    Ok(provider)
}

async fn fetch(world: &World, address: &str) -> Result<Provider, AadError> {
    let switches = world.switches();
    let plain = !switches.external_provider_needs_https;
    if !is_discovery_url(address, plain) {
        return Err(unreachable(address, "the discovery URL is not one"));
    }
    let document = get(world, address).await?;
    let document = check(address, &document, plain).map_err(|why| unreachable(address, &why))?;
    let keys = get(world, &document.jwks_uri).await?;
    let keys =
        read_keys(&keys, switches.external_kid_must_be_base64).map_err(|why| bad_keys(&document.jwks_uri, &why))?;
    Ok(Provider {
        issuer: document.issuer,
        authorization_endpoint: document.authorization_endpoint,
        keys,
        read: world.clock.now(),
    })
}

async fn get(world: &World, address: &str) -> Result<Value, AadError> {
    let answer = world.external.client().get(address).header("accept", "application/json").send().await;
    let answer = answer.map_err(|error| unreachable(address, &error.to_string()))?;
    if !answer.status().is_success() {
        return Err(unreachable(address, &format!("it answered {}", answer.status())));
    }
    let length = answer.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let Some(length) = length else { return Err(unreachable(address, "the answer has no valid Content-Length")) };
    if length > LONGEST {
        return Err(unreachable(address, "the answer is too long"));
    }
    let body = answer.bytes().await.map_err(|error| unreachable(address, &error.to_string()))?;
    if body.len() != length {
        return Err(unreachable(address, "the answer is not as long as its Content-Length says"));
    }
    serde_json::from_slice(&body).map_err(|_| unreachable(address, "the answer is not JSON"))
}

#[derive(Debug)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    jwks_uri: String,
}

/// A document with every required member (OpenID Connect Discovery §3), for exactly this address.
fn check(address: &str, document: &Value, plain: bool) -> Result<Document, String> {
    let text = |name: &str| {
        let found = document[name].as_str().map(str::to_owned);
        found.ok_or_else(|| format!("'{name}' is missing"))
    };
    let has = |name: &str, wanted: &str| {
        let listed = texts(&document[name]).iter().any(|one| one.eq_ignore_ascii_case(wanted));
        if listed { Ok(()) } else { Err(format!("'{name}' lacks '{wanted}'")) }
    };
    let issuer = text("issuer")?;
    if Some(issuer.as_str()) != address.strip_suffix(WELL_KNOWN) {
        return Err(format!("the issuer '{issuer}' is not the discovery URL without its end"));
    }
    has("scopes_supported", "openid")?;
    has("response_types_supported", "id_token")?;
    has("id_token_signing_alg_values_supported", "RS256")?;
    if texts(&document["subject_types_supported"]).is_empty() {
        return Err("'subject_types_supported' is missing".to_owned());
    }
    if !document["claim_types_supported"].is_null() {
        has("claim_types_supported", "normal")?;
    }
    let endpoint = |name: &str| {
        text(name).and_then(|address| {
            is_endpoint(&address, plain)
                .then_some(address)
                .ok_or_else(|| format!("'{name}' is no address of the required form"))
        })
    };
    Ok(Document {
        authorization_endpoint: endpoint("authorization_endpoint")?,
        jwks_uri: endpoint("jwks_uri")?,
        issuer,
    })
}

fn is_endpoint(address: &str, plain: bool) -> bool {
    Url::parse(address).is_ok_and(|url| {
        let scheme = url.scheme() == "https" || (plain && url.scheme() == "http");
        scheme && url.query().is_none() && url.fragment().is_none()
    })
}

fn read_keys(document: &Value, strict_kid: bool) -> Result<Vec<ProviderKey>, String> {
    let all = document["keys"].as_array().ok_or("'keys' is missing")?;
    let rsa: Vec<_> = all.iter().filter(|key| key["kty"] == "RSA").collect();
    if rsa.is_empty() {
        return Err("there is no RSA key".to_owned());
    }
    rsa.into_iter().map(|key| read_key(key, strict_kid)).collect()
}

fn read_key(key: &Value, strict_kid: bool) -> Result<ProviderKey, String> {
    let text = |name: &str| key[name].as_str().ok_or_else(|| format!("a key has no '{name}'"));
    let (kid, modulus, exponent) = (text("kid")?, text("n")?, text("e")?);
    if !key["use"].is_null() && key["use"] != "sig" {
        return Err(format!("key '{kid}' is not for signatures"));
    }
    if strict_kid && !is_base64(kid) {
        return Err(format!("the kid '{kid}' is not base64"));
    }
    let leaf = texts(&key["x5c"]).into_iter().next().ok_or_else(|| format!("key '{kid}' has no x5c"))?;
    if !is_certificate_of(&leaf, modulus) {
        return Err(format!("the certificate of key '{kid}' cannot be read or is another key's"));
    }
    let decoding =
        DecodingKey::from_rsa_components(modulus, exponent).map_err(|_| format!("key '{kid}' is no RSA key"))?;
    Ok(ProviderKey { kid: kid.to_owned(), decoding })
}

/// Base64 in either alphabet. A GUID can pass for it by accident and is the known trap.
fn is_base64(kid: &str) -> bool {
    let engines = [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD];
    kid.parse::<uuid::Uuid>().is_err() && engines.iter().any(|engine| engine.decode(kid).is_ok())
}

fn is_certificate_of(encoded: &str, modulus: &str) -> bool {
    let Ok(der) = STANDARD.decode(encoded) else { return false };
    let Ok((_, certificate)) = X509Certificate::from_der(&der) else { return false };
    let Ok(PublicKey::RSA(key)) = certificate.public_key().parsed() else { return false };
    let own: &[u8] = key.modulus;
    let bare: Vec<u8> = own.iter().copied().skip_while(|byte| *byte == 0).collect();
    URL_SAFE_NO_PAD.decode(modulus).is_ok_and(|modulus| modulus.into_iter().skip_while(|byte| *byte == 0).eq(bare))
}

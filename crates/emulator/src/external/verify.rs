//! Whether a provider's answer is good (External MFA: what Entra verifies). The first thing that is wrong decides.
//!
//! | what is wrong | AADSTS |
//! |---|---|
//! | not a JWT; issuer, audience, subject, nonce, time; a claim twice | 50027 |
//! | the algorithm; `acr` not one text; `amr` not a list of one | 5001256 |
//! | unknown key, wrong signature | 50012 |
//! | an `amr` that is no word of the vocabulary | 50130 |
//! | `acr` or `amr` that was not asked for, or that do not go together | 50159 |

use std::collections::BTreeSet;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, crypto};
use kernel::Timestamp;
use serde::Deserializer as _;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::Pending;
use super::metadata::Provider;
use super::vocabulary::{is_known, reaches};
use crate::access::control::Control;
use crate::identity::aadsts::AadError;
use crate::identity::aadsts::external::{bad_signature, bad_token, claim_missing, insufficient, invalid, unknown_amr};

/// How far the service lets clocks differ.
const SKEW_SECONDS: i64 = 300;

/// What was proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// By what.
    pub amr: String,
    /// What was reached.
    pub acr: String,
}

/// Verifies a token that is to prove a second factor.
pub fn verify(token: &str, provider: &Provider, pending: &Pending, now: Timestamp) -> Result<Proof, AadError> {
    proof(&checked(token, provider, pending, now)?, pending)
}

/// Verifies a token that is to pass a custom control: each claim is there with a value that will do. It proves nothing.
pub fn verify_control(
    token: &str,
    provider: &Provider,
    pending: &Pending,
    control: &Control,
    now: Timestamp,
) -> Result<Proof, AadError> {
    let claims = checked(token, provider, pending, now)?;
    let missing = control.claims_requested.iter().find(|claim| !claim.takes(&claims[claim.name.as_str()]));
    match missing {
        Some(claim) => Err(claim_missing(&claim.name)),
        None => Ok(Proof { amr: String::new(), acr: String::new() }),
    }
}

/// What a token says, once it is known to be the provider's answer to this very request.
fn checked(token: &str, provider: &Provider, pending: &Pending, now: Timestamp) -> Result<Value, AadError> {
    let parts: Vec<_> = token.split('.').collect();
    let [header, payload, signature] = parts.as_slice() else { return Err(bad_token("It is not a JSON web token.")) };
    let head: Value = serde_json::from_slice(&decoded(header)?).map_err(|_| bad_token("Its header cannot be read."))?;
    if head["alg"] != "RS256" {
        return Err(invalid(&format!("the algorithm {} is not RS256", head["alg"])));
    }
    let kid = head["kid"].as_str().unwrap_or_default();
    check_signature(provider, kid, &format!("{header}.{payload}"), signature)?;
    let bytes = decoded(payload)?;
    let claims = claims(&bytes)?;
    check_claims(&claims, pending, now.seconds())?;
    Ok(claims)
}

/// The key that a token names, whether it is known or not.
pub fn kid(token: &str) -> Option<String> {
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next()?).ok()?;
    serde_json::from_slice::<Value>(&header).ok()?["kid"].as_str().map(str::to_owned)
}

fn decoded(part: &str) -> Result<Vec<u8>, AadError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| bad_token("It is not a JSON web token."))
}

fn check_signature(provider: &Provider, kid: &str, message: &str, signature: &str) -> Result<(), AadError> {
    let key = provider.keys.iter().find(|key| key.kid == kid);
    let good = key.is_some_and(|key| {
        crypto::verify(signature, message.as_bytes(), &key.decoding, Algorithm::RS256).unwrap_or(false)
    });
    if good { Ok(()) } else { Err(bad_signature(&provider.issuer, kid)) }
}

fn claims(bytes: &[u8]) -> Result<Value, AadError> {
    let names = serde_json::Deserializer::from_slice(bytes).deserialize_map(Names);
    match names {
        Ok(None) => {}
        Ok(Some(name)) => return Err(bad_token(&format!("The claim '{name}' is there twice."))),
        Err(_) => return Err(bad_token("Its claims cannot be read.")),
    }
    serde_json::from_slice(bytes).map_err(|_| bad_token("Its claims cannot be read."))
}

fn check_claims(claims: &Value, pending: &Pending, now: i64) -> Result<(), AadError> {
    let same = |name: &str, expected: &str| claims[name].as_str() == Some(expected);
    if !same("iss", &pending.issuer) {
        return Err(bad_token(&format!("The issuer {} is not '{}'.", claims["iss"], pending.issuer)));
    }
    let one = claims["aud"].as_array().is_some_and(|all| all.len() == 1 && all[0] == pending.client_id.as_str());
    if !same("aud", &pending.client_id) && !one {
        return Err(bad_token(&format!("The audience {} is not '{}'.", claims["aud"], pending.client_id)));
    }
    if claims["sub"].is_null() || !same("sub", &pending.subject) {
        return Err(bad_token("The subject is missing or is not that of the hint."));
    }
    if claims["nonce"].is_null() || !same("nonce", &pending.nonce) {
        return Err(bad_token("The nonce is missing or is not that of the request."));
    }
    let seconds = |name: &str| claims[name].as_i64();
    let (Some(until), Some(issued)) = (seconds("exp"), seconds("iat")) else {
        return Err(bad_token("The expiry or the time of issue is missing."));
    };
    let early = issued.max(seconds("nbf").unwrap_or(issued)) > now.saturating_add(SKEW_SECONDS);
    if early || now >= until.saturating_add(SKEW_SECONDS) {
        return Err(bad_token("It is not within its valid time range."));
    }
    Ok(())
}

fn proof(claims: &Value, pending: &Pending) -> Result<Proof, AadError> {
    let acr = claims["acr"].as_str().ok_or_else(|| invalid("'acr' is missing or not one text"))?;
    let amr = claims["amr"].as_array().filter(|all| all.len() == 1).and_then(|all| all[0].as_str());
    let amr = amr.ok_or_else(|| invalid("'amr' is missing or not a list of exactly one text"))?;
    if !is_known(amr) {
        return Err(unknown_amr(amr));
    }
    let asked = pending.acr.iter().any(|one| one == acr) && pending.amr.iter().any(|one| one == amr);
    if !asked || !reaches(amr, acr) {
        return Err(insufficient(acr, amr));
    }
    Ok(Proof { amr: amr.to_owned(), acr: acr.to_owned() })
}

/// Finds a name that is there twice.
struct Names;

impl<'de> Visitor<'de> for Names {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("claims")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<String>, A::Error> {
        let (mut seen, mut twice) = (BTreeSet::new(), None);
        while let Some((name, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
            if !seen.insert(name.clone()) {
                twice.get_or_insert(name);
            }
        }
        Ok(twice)
    }
}

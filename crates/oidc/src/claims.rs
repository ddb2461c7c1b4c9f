//! What a token says about ourselves, and what we ask Entra to put into one.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use kernel::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The claims of our own token that tell what we may do.
///
/// **Not verified.** A token for Graph is Graph's to verify; this reads it only to tell an administrator which
/// permissions Entra wrote into it. Decide nothing about anyone else by it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct TokenClaims {
    /// The granted application permissions. Entra leaves the claim out when there are none.
    #[serde(default)]
    pub roles: Vec<String>,
    /// The application's id (`appid` in version 1 tokens, `azp` in version 2).
    #[serde(default, alias = "azp")]
    pub appid: Option<String>,
    /// The tenant's id.
    #[serde(default)]
    pub tid: Option<String>,
    /// The object id of the application's service principal in the tenant.
    #[serde(default)]
    pub oid: Option<String>,
    /// `0` public, `1` secret, `2` certificate.
    #[serde(default, alias = "azpacr")]
    pub appidacr: Option<String>,
    /// When the token ends, in seconds since 1970.
    #[serde(default)]
    exp: Option<i64>,
}

impl TokenClaims {
    /// Reads the claims of a compact JWT without verifying it; `None` when it is not one.
    pub fn read_unverified(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
        let json = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
        serde_json::from_slice(&json).ok()
    }

    /// When the token ends.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.exp.map(Timestamp::from_seconds)
    }
}

/// The `claims` parameter of a token request (OpenID Connect Core §5.5, as Entra reads it).
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimsRequest(Value);

impl ClaimsRequest {
    /// Says that we understand claims challenges: the client capability `cp1`.
    pub fn capable() -> Self {
        Self(json!({ "access_token": { "xms_cc": { "values": ["cp1"] } } }))
    }

    /// Adds what a challenge asked for; what is already there stays.
    #[must_use]
    pub fn with(mut self, challenge: &ClaimsChallenge) -> Self {
        merge(&mut self.0, &challenge.0);
        self
    }

    /// The JSON text that travels.
    pub fn to_json(&self) -> String {
        self.0.to_string()
    }
}

/// What a resource asks for before it accepts a token.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimsChallenge(Value);

impl ClaimsChallenge {
    /// Finds the challenge in the values of `WWW-Authenticate`: `error="insufficient_claims"` with `claims`.
    ///
    /// There may be several headers and the order of the fields is free.
    pub fn from_headers<'a>(values: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        values.into_iter().find_map(|value| {
            let fields = auth_fields(value);
            let insufficient = fields.get("error").is_some_and(|error| error == "insufficient_claims");
            fields.get("claims").filter(|_| insufficient).and_then(|claims| Self::decode(claims))
        })
    }

    fn decode(claims: &str) -> Option<Self> {
        let engines = [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD];
        let json = engines.into_iter().find_map(|engine| engine.decode(claims).ok())?;
        let value: Value = serde_json::from_slice(&json).ok()?;
        value.is_object().then_some(Self(value))
    }
}

fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => merge_objects(into, from),
        (Value::Array(into), Value::Array(from)) => {
            for item in from {
                if !into.contains(item) {
                    into.push(item.clone());
                }
            }
        }
        (into, from) => *into = from.clone(),
    }
}

fn merge_objects(into: &mut Map<String, Value>, from: &Map<String, Value>) {
    for (key, value) in from {
        match into.get_mut(key) {
            Some(present) => merge(present, value),
            None => {
                into.insert(key.clone(), value.clone());
            }
        }
    }
}

/// The `name="value"` fields of one challenge (RFC 9110 §11.2), names in lower case.
fn auth_fields(header: &str) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    let mut rest = header.split_once(' ').map_or("", |(_scheme, rest)| rest);
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_matches([' ', ',', '\t']).rsplit([' ', ',']).next().unwrap_or_default();
        let (value, after) = auth_value(after.trim_start());
        fields.insert(name.to_ascii_lowercase(), value);
        rest = after;
    }
    fields
}

fn auth_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(letters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

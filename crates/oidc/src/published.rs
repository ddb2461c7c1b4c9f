//! The keys that somebody publishes, kept, and read again at a bounded rate.
//!
//! | read again | when |
//! |---|---|
//! | the list | older than twelve hours, or a token names a key that is not in it |
//! | at most | once a minute, whatever ids of keys strangers make up |
//! | and if that fails | keys that are known go on counting |
//!
//! Deliberately reads no address out of a token: where keys are is settled before a token is looked at.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::jwk::{Jwk, KeyAlgorithm, PublicKeyUse};
use kernel::{Env, Timestamp};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use crate::TokenError;
use crate::body::read_limited;

/// The most bytes a list of keys or a metadata document may have.
const BODY_LIMIT: usize = 256 * 1024;
/// How long a list of keys is good.
const GOOD_FOR: Duration = Duration::from_hours(12);
/// Not asked again within this time, whatever ids of keys strangers make up.
const ASKED_AT_MOST_EVERY: Duration = Duration::from_mins(1);
/// Most lists that are kept.
const MOST_LISTS: usize = 1_000;

/// Where keys are published.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum KeysAddress {
    /// A list of keys (RFC 7517 §5).
    List(Url),
    /// A metadata document that names the list (OpenID Connect Discovery 1.0 §4).
    Metadata(Url),
}

/// One key of a list.
#[derive(Debug, Clone)]
pub(crate) struct PublishedKey {
    pub jwk: Jwk,
    /// Whose tokens it signs, where the list says so (an extension of Entra's); may hold `{tenantid}`.
    pub issuer: Option<String>,
}

/// Why there is no key.
#[derive(Debug)]
pub(crate) enum NoKey {
    /// Nobody publishes such a key.
    Unknown,
    /// The list cannot be had for now.
    Unavailable(TokenError),
}

/// Lists of keys. Cheap to clone; clones share what they know.
#[derive(Debug, Clone)]
pub(crate) struct PublishedKeys {
    http: reqwest::Client,
    pub env: Env,
    known: Arc<Mutex<HashMap<KeysAddress, Arc<Mutex<List>>>>>,
}

#[derive(Debug, Default)]
struct List {
    keys: Vec<PublishedKey>,
    asked_at: Option<Timestamp>,
    read_at: Option<Timestamp>,
}

impl PublishedKeys {
    pub fn new(http: reqwest::Client, env: Env) -> Self {
        Self { http, env, known: Arc::default() }
    }

    /// The client that keys are read with.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// The key with this id.
    pub async fn find(&self, address: &KeysAddress, kid: &str) -> Result<PublishedKey, NoKey> {
        let list = self.list(address).await;
        // Held while the keys are read: who comes in between waits for the same answer.
        let mut list = list.lock().await;
        if list.must_be_asked(kid, self.env.now()) {
            list.asked_at = Some(self.env.now());
            match self.read(address).await {
                Ok(keys) => {
                    list.keys = keys;
                    list.read_at = Some(self.env.now());
                }
                Err(error) if list.find(kid).is_none() => return Err(NoKey::Unavailable(error)),
                Err(error) => tracing::warn!(oidc.cause = %error, "published keys are taken from memory"),
            }
        }
        list.find(kid).cloned().ok_or(NoKey::Unknown)
    }

    async fn list(&self, address: &KeysAddress) -> Arc<Mutex<List>> {
        let mut known = self.known.lock().await;
        if known.len() >= MOST_LISTS && !known.contains_key(address) {
            known.clear();
        }
        known.entry(address.clone()).or_default().clone()
    }

    async fn read(&self, address: &KeysAddress) -> Result<Vec<PublishedKey>, TokenError> {
        let list = match address {
            KeysAddress::List(list) => list.clone(),
            KeysAddress::Metadata(metadata) => {
                let read: Metadata = self.get(metadata.clone()).await?;
                checked(&read.jwks_uri)?
            }
        };
        let keys = self.get::<Listed>(list).await?.understood();
        // Nobody signs with nothing: what is known is better than that.
        if keys.is_empty() { Err(TokenError::broken("the sign-in service publishes no keys")) } else { Ok(keys) }
    }

    async fn get<T: for<'de> Deserialize<'de>>(&self, address: Url) -> Result<T, TokenError> {
        let answer = self.http.get(address).send().await.map_err(TokenError::unreachable)?;
        let status = answer.status().as_u16();
        if status != 200 {
            return Err(TokenError::broken(format!("the sign-in service answered {status} instead of its keys")));
        }
        let body = read_limited(answer, BODY_LIMIT).await.map_err(|error| TokenError::broken(error.to_string()))?;
        serde_json::from_slice(&body).map_err(|_| TokenError::broken("the sign-in service's keys are no list of keys"))
    }
}

#[derive(Deserialize)]
struct Metadata {
    jwks_uri: String,
}

/// A list of keys (RFC 7517 §5).
#[derive(Deserialize)]
pub(crate) struct Listed {
    keys: Vec<serde_json::Value>,
}

impl Listed {
    /// Its keys; those of kinds that are not understood, and those that sign nothing by RS256, are left out.
    pub(crate) fn understood(self) -> Vec<PublishedKey> {
        self.keys.into_iter().filter_map(understood).collect()
    }
}

/// Keys travel over TLS, or stay on this machine.
fn checked(list: &str) -> Result<Url, TokenError> {
    crate::cloud::base(list).map_err(|_| TokenError::broken("the metadata names a list of keys that is not https"))
}

fn understood(key: serde_json::Value) -> Option<PublishedKey> {
    let issuer = key.get("issuer").and_then(|issuer| issuer.as_str()).map(str::to_owned);
    let jwk: Jwk = serde_json::from_value(key).ok()?;
    let common = &jwk.common;
    let signs = matches!(common.public_key_use, None | Some(PublicKeyUse::Signature))
        && matches!(common.key_algorithm, None | Some(KeyAlgorithm::RS256));
    signs.then_some(PublishedKey { jwk, issuer })
}

impl List {
    fn find(&self, kid: &str) -> Option<&PublishedKey> {
        self.keys.iter().find(|key| key.jwk.common.key_id.as_deref() == Some(kid))
    }

    fn must_be_asked(&self, kid: &str, now: Timestamp) -> bool {
        let recently = self.asked_at.is_some_and(|asked| now.since(asked) < ASKED_AT_MOST_EVERY);
        let fresh = self.read_at.is_some_and(|read| now.since(read) < GOOD_FOR);
        let known = fresh && self.find(kid).is_some();
        !recently && !known
    }
}

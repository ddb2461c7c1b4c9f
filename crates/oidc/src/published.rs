//! The keys that somebody publishes, kept, and read again at a bounded rate.
//!
//! | read again | when |
//! |---|---|
//! | the list | older than twelve hours, or a token names a key that is not in it |
//! | at most | once a minute, whatever ids of keys strangers make up; sooner while nothing could be read yet |
//! | and if that fails | keys that are known go on counting |
//!
//! Who names a key that is known waits for nobody who does not: strangers make up ids, and a reading may take its time.
//!
//! Deliberately reads no address out of a token: where keys are is settled before a token is looked at.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jsonwebtoken::jwk::{Jwk, KeyAlgorithm, PublicKeyUse};
use kernel::{Env, Timestamp};
use serde::Deserialize;
use tokio::sync;
use url::Url;

use crate::TokenError;
use crate::body::read_limited;

/// The most bytes a list of keys or a metadata document may have.
const BODY_LIMIT: usize = 256 * 1024;
/// How long a list of keys is good.
const GOOD_FOR: Duration = Duration::from_hours(12);
/// Not asked again within this time, whatever ids of keys strangers make up.
const ASKED_AT_MOST_EVERY: Duration = Duration::from_mins(1);
/// The same while nothing could be read yet.
const ASKED_AGAIN_AFTER: Duration = Duration::from_secs(5);
/// How long a list is waited for: a person is waiting.
const PATIENCE: Duration = Duration::from_secs(5);
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
    known: Arc<Mutex<HashMap<KeysAddress, Arc<Kept>>>>,
}

#[derive(Debug, Default)]
struct Kept {
    list: Mutex<List>,
    /// Held while the list is read: who needs it too waits for the same answer.
    reading: sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct List {
    keys: Vec<PublishedKey>,
    asked_at: Option<Timestamp>,
    read_at: Option<Timestamp>,
    /// Why the last reading failed.
    failed: Option<String>,
}

impl PublishedKeys {
    pub fn new(http: reqwest::Client, env: Env) -> Self {
        Self { http, env, known: Arc::default() }
    }

    /// The same keys, read with another client.
    #[must_use]
    pub fn through(&self, http: reqwest::Client) -> Self {
        Self { http, ..self.clone() }
    }

    /// The client that keys are read with.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// The key with this id.
    pub async fn find(&self, address: &KeysAddress, kid: &str) -> Result<PublishedKey, NoKey> {
        let kept = self.kept(address);
        if !kept.list().is_good(kid, self.env.now()) {
            // Who needs what is being read waits for it.
            let _reading = kept.reading.lock().await;
            if kept.list().must_be_asked(kid, self.env.now()) {
                kept.list().asked_at = Some(self.env.now());
                let read = self.read_in_time(address).await;
                kept.list().learn(read, self.env.now());
            }
        }
        kept.list().known(kid)
    }

    fn kept(&self, address: &KeysAddress) -> Arc<Kept> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_LISTS && !known.contains_key(address) {
            known.clear();
        }
        known.entry(address.clone()).or_default().clone()
    }

    async fn read_in_time(&self, address: &KeysAddress) -> Result<Vec<PublishedKey>, TokenError> {
        let late = |_| TokenError::broken("the sign-in service does not show its keys in time");
        tokio::time::timeout(PATIENCE, self.read(address)).await.map_err(late)?
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

impl Kept {
    fn list(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl List {
    fn find(&self, kid: &str) -> Option<&PublishedKey> {
        self.keys.iter().find(|key| key.jwk.common.key_id.as_deref() == Some(kid))
    }

    /// The key, or why there is none: while the list cannot be read, nobody can say that there is no such key.
    fn known(&self, kid: &str) -> Result<PublishedKey, NoKey> {
        self.find(kid).cloned().ok_or_else(|| match (&self.failed, self.read_at) {
            (Some(why), _) => NoKey::Unavailable(TokenError::broken(why)),
            (None, None) => NoKey::Unavailable(TokenError::broken("the sign-in service's keys are being read")),
            (None, Some(_)) => NoKey::Unknown,
        })
    }

    fn learn(&mut self, read: Result<Vec<PublishedKey>, TokenError>, now: Timestamp) {
        match read {
            Ok(keys) => *self = Self { keys, asked_at: self.asked_at, read_at: Some(now), failed: None },
            Err(error) => {
                tracing::warn!(oidc.cause = %error, "published keys cannot be read: those that are known go on counting");
                self.failed = Some(error.to_string());
            }
        }
    }

    fn must_be_asked(&self, kid: &str, now: Timestamp) -> bool {
        let pause = if self.read_at.is_some() { ASKED_AT_MOST_EVERY } else { ASKED_AGAIN_AFTER };
        let recently = self.asked_at.is_some_and(|asked| now.since(asked) < pause);
        !recently && !self.is_good(kid, now)
    }

    /// Whether the key is known and the list not too old.
    fn is_good(&self, kid: &str, now: Timestamp) -> bool {
        self.read_at.is_some_and(|read| now.since(read) < GOOD_FOR) && self.find(kid).is_some()
    }
}

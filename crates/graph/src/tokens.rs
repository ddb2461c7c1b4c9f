//! Keeps one token per client: refreshed early, fetched once however many callers wait, dropped when Graph refuses it.
//!
//! | event | what happens |
//! |---|---|
//! | a tenth of its life (at most 5 min) is left | refreshed; if that fails and may pass, the old one serves on |
//! | 401 | dropped, fetched once more |
//! | 401 with a claims challenge | dropped; the challenge goes with every request until a token is got |
//! | Entra refuses the credential (7000215, 7000222, 700027) | the next credential in the provider's order takes over |
//!
//! Deliberately reads no credential store: a `CredentialProvider` hands credentials in, each time anew.

use std::collections::HashSet;
use std::error::Error;
use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use async_trait::async_trait;
use kernel::{Env, Timestamp};
use oidc::claims::ClaimsChallenge;
use oidc::{AccessToken, Authority, ClaimsRequest, ClientCredentials, TokenClient, TokenError};
use tokio::sync::Mutex;

use crate::error::GraphError;

/// One credential and the name its owner knows it by.
#[derive(Debug, Clone)]
pub struct NamedCredentials {
    /// The owner's name or id of it.
    pub name: String,
    /// The credential.
    pub credentials: ClientCredentials,
}

/// Why the owner could not hand credentials over.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct CredentialsError(String, #[source] Option<Arc<dyn Error + Send + Sync>>);

impl CredentialsError {
    /// Nothing below it.
    pub fn new(what: impl Into<String>) -> Self {
        Self(what.into(), None)
    }

    /// Something below it.
    pub fn because(what: impl Into<String>, cause: impl Error + Send + Sync + 'static) -> Self {
        Self(what.into(), Some(Arc::new(cause)))
    }
}

/// Hands credentials over, in the order in which they should be tried.
#[async_trait]
pub trait CredentialProvider: Send + Sync {
    /// The credentials as they are now: the current one first, staged ones after it.
    async fn credentials(&self) -> Result<Vec<NamedCredentials>, CredentialsError>;

    /// Entra refused this one.
    async fn refused(&self, name: &str, why: &TokenError) {
        let _ = (name, why);
    }

    /// This one works. Told after every token that was got.
    async fn works(&self, name: &str) {
        let _ = name;
    }
}

/// Credentials that never change.
#[derive(Debug, Clone)]
pub struct FixedCredentials(pub Vec<NamedCredentials>);

impl FixedCredentials {
    /// A single one.
    pub fn one(credentials: ClientCredentials) -> Self {
        Self(vec![NamedCredentials { name: "only".to_owned(), credentials }])
    }
}

#[async_trait]
impl CredentialProvider for FixedCredentials {
    async fn credentials(&self) -> Result<Vec<NamedCredentials>, CredentialsError> {
        Ok(self.0.clone())
    }
}

pub(crate) struct Tokens {
    fetcher: TokenClient,
    env: Env,
    authority: Authority,
    provider: Arc<dyn CredentialProvider>,
    held: RwLock<Held>,
    flight: Mutex<()>,
}

#[derive(Default)]
struct Held {
    token: Option<Arc<AccessToken>>,
    challenge: Option<ClaimsChallenge>,
    in_use: Option<String>,
    refused: HashSet<String>,
    /// Counts fetches that ended, so that those who waited for one share its failure.
    landings: u64,
    failure: Option<GraphError>,
}

impl Tokens {
    pub(crate) fn new(
        fetcher: TokenClient,
        env: Env,
        authority: Authority,
        provider: Arc<dyn CredentialProvider>,
    ) -> Self {
        Self { fetcher, env, authority, provider, held: RwLock::default(), flight: Mutex::new(()) }
    }

    /// A token that Graph should accept.
    pub(crate) async fn get(&self) -> Result<Arc<AccessToken>, GraphError> {
        let (fresh, landings) = {
            let held = self.read();
            (held.token.clone().filter(|token| self.is_fresh(token)), held.landings)
        };
        if let Some(token) = fresh {
            return Ok(token);
        }
        let _flight = self.flight.lock().await;
        {
            let held = self.read();
            if let Some(token) = held.token.clone().filter(|token| self.is_fresh(token)) {
                return Ok(token);
            }
            if held.landings > landings
                && let Some(failure) = &held.failure
            {
                return Err(failure.clone());
            }
        }
        let outcome = self.fetch().await;
        self.land(outcome)
    }

    /// Graph refused this token. Another caller may have replaced it already: that one stays.
    pub(crate) fn refuse(&self, token: &Arc<AccessToken>, challenge: Option<ClaimsChallenge>) {
        let mut held = self.write();
        if held.token.as_ref().is_some_and(|current| Arc::ptr_eq(current, token)) {
            held.token = None;
        }
        if challenge.is_some() {
            held.challenge = challenge;
        }
    }

    /// Drops the token, because what it says may be out of date.
    pub(crate) fn forget(&self) {
        self.write().token = None;
    }

    /// The name of the credential that got the last token.
    pub(crate) fn credential_in_use(&self) -> Option<String> {
        self.read().in_use.clone()
    }

    fn land(&self, outcome: Result<AccessToken, GraphError>) -> Result<Arc<AccessToken>, GraphError> {
        let now = self.env.now();
        let mut held = self.write();
        held.landings += 1;
        match outcome {
            Ok(token) => {
                let token = Arc::new(token);
                held.token = Some(token.clone());
                held.challenge = None;
                held.failure = None;
                Ok(token)
            }
            Err(failure) => {
                held.failure = Some(failure.clone());
                let old = held.token.clone().filter(|token| failure.try_again() && serves(token, now));
                old.ok_or(failure)
            }
        }
    }

    async fn fetch(&self) -> Result<AccessToken, GraphError> {
        let mut candidates = self.provider.credentials().await.map_err(GraphError::Credentials)?;
        let request = {
            let held = self.read();
            candidates.sort_by_key(|candidate| held.refused.contains(&candidate.name));
            let capable = ClaimsRequest::capable();
            match &held.challenge {
                Some(challenge) => capable.with(challenge),
                None => capable,
            }
        };
        let scope = self.authority.graph_scope();
        let mut refusal = None;
        for NamedCredentials { name, credentials } in candidates {
            match self.fetcher.fetch(&self.authority, &credentials, &scope, Some(&request)).await {
                Ok(token) => {
                    self.note_working(&name);
                    self.provider.works(&name).await;
                    return Ok(token);
                }
                Err(error) if error.credential_refused() => {
                    tracing::warn!(graph.credential = name, graph.aadsts = error.aadsts(), "credential refused");
                    self.write().refused.insert(name.clone());
                    self.provider.refused(&name, &error).await;
                    refusal.get_or_insert(error);
                }
                Err(error) => return Err(GraphError::Token(Box::new(error))),
            }
        }
        Err(refusal.map_or_else(
            || GraphError::Credentials(CredentialsError::new("the tenant has no credential")),
            |error| GraphError::Token(Box::new(error)),
        ))
    }

    fn note_working(&self, name: &str) {
        let mut held = self.write();
        held.refused.remove(name);
        if held.in_use.as_deref() != Some(name) {
            tracing::info!(graph.credential = name, "credential in use");
            held.in_use = Some(name.to_owned());
        }
    }

    fn is_fresh(&self, token: &AccessToken) -> bool {
        let life = token.expires_at.since(token.received_at);
        let margin = (life / 10).min(Duration::from_mins(5));
        token.expires_at.since(self.env.now()) > margin
    }

    fn read(&self) -> RwLockReadGuard<'_, Held> {
        self.held.read().expect("invariant: no holder of the token panics")
    }

    fn write(&self) -> RwLockWriteGuard<'_, Held> {
        self.held.write().expect("invariant: no holder of the token panics")
    }
}

fn serves(token: &AccessToken, now: Timestamp) -> bool {
    token.expires_at.since(now) > Duration::from_secs(5)
}

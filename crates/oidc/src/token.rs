//! Asks Entra for a token by client credentials (RFC 6749 §4.4).
//!
//! Deliberately does not cache and does not repeat: whoever keeps tokens knows when to ask again.

use std::time::Duration;

use kernel::{Env, Secret, Timestamp};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde::Deserialize;
use url::Url;
use uuid::Uuid;

use crate::assertion::{self, ASSERTION_TYPE};
use crate::body::{BodyError, read_limited};
use crate::{Authority, ClaimsRequest, ClientCredentials, Credential, TokenClaims, TokenError};

/// The most bytes a token answer may have.
const BODY_LIMIT: usize = 256 * 1024;

/// A token and when it ends.
#[derive(Debug, Clone)]
pub struct AccessToken {
    /// The token itself.
    pub secret: Secret<String>,
    /// When it was got.
    pub received_at: Timestamp,
    /// When it ends, by what the answer said.
    pub expires_at: Timestamp,
    /// What it says about ourselves, unverified.
    pub claims: TokenClaims,
}

/// Fetches tokens. Cheap to clone.
#[derive(Debug, Clone)]
pub struct TokenClient {
    http: reqwest::Client,
    env: Env,
}

impl TokenClient {
    /// A client over the server's HTTP client.
    pub fn new(http: reqwest::Client, env: Env) -> Self {
        Self { http, env }
    }

    /// Asks once for a token for `scope`, which is one resource's `/.default`.
    pub async fn fetch(
        &self,
        authority: &Authority,
        credentials: &ClientCredentials,
        scope: &str,
        claims: Option<&ClaimsRequest>,
    ) -> Result<AccessToken, TokenError> {
        let endpoint = authority.token_endpoint(&credentials.tenant);
        let mut form = self.proof(endpoint.as_str(), credentials)?;
        form.push(("grant_type", Secret::from("client_credentials")));
        form.push(("client_id", Secret::from(credentials.client_id.as_str())));
        form.push(("scope", Secret::from(scope)));
        if let Some(claims) = claims {
            form.push(("claims", Secret::new(claims.to_json())));
        }
        let body = self.post(endpoint, &form).await?;
        self.read(body.expose())
    }

    /// Posts a form to a token endpoint; the body of a good answer.
    pub(crate) async fn post(
        &self,
        endpoint: Url,
        form: &[(&'static str, Secret<String>)],
    ) -> Result<Secret<Vec<u8>>, TokenError> {
        let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.expose().as_str())).collect();
        let request = self.http.post(endpoint).header("client-request-id", self.request_id().to_string()).form(&fields);
        let response = request.send().await.map_err(TokenError::unreachable)?;
        let status = response.status().as_u16();
        let retry_after = retry_after(response.headers());
        let body = match read_limited(response, BODY_LIMIT).await {
            Ok(body) => Secret::new(body),
            Err(BodyError::BrokenOff(cause)) => return Err(TokenError::unreachable(cause)),
            Err(too_long @ BodyError::TooLong { .. }) => return Err(TokenError::broken(too_long.to_string())),
        };
        if status == 200 { Ok(body) } else { Err(TokenError::from_answer(status, retry_after, body.expose())) }
    }

    pub(crate) fn proof(
        &self,
        endpoint: &str,
        credentials: &ClientCredentials,
    ) -> Result<Vec<(&'static str, Secret<String>)>, TokenError> {
        match &credentials.credential {
            Credential::Secret(secret) => Ok(vec![("client_secret", secret.clone())]),
            Credential::Certificate { key_pem, certificate_pem } => {
                let assertion = assertion::sign(&self.env, endpoint, &credentials.client_id, key_pem, certificate_pem);
                let assertion = assertion.map_err(TokenError::unusable)?;
                Ok(vec![("client_assertion_type", Secret::from(ASSERTION_TYPE)), ("client_assertion", assertion)])
            }
        }
    }

    fn read(&self, body: &[u8]) -> Result<AccessToken, TokenError> {
        let answer: Answer = serde_json::from_slice(body)
            .map_err(|_| TokenError::broken("the sign-in service answered 200 with something that is no token"))?;
        if !answer.token_type.eq_ignore_ascii_case("bearer") {
            return Err(TokenError::broken(format!(
                "the sign-in service gave a token of the type {:?}",
                answer.token_type
            )));
        }
        let received_at = self.env.now();
        let expires_at = received_at.plus(Duration::from_secs(answer.expires_in.0));
        let claims = TokenClaims::read_unverified(answer.access_token.expose()).unwrap_or_default();
        Ok(AccessToken { secret: answer.access_token, received_at, expires_at, claims })
    }

    fn request_id(&self) -> Uuid {
        self.env.new_id::<assertion::Jti>().into()
    }
}

#[derive(Deserialize)]
struct Answer {
    token_type: String,
    expires_in: Seconds,
    access_token: Secret<String>,
}

/// Seconds as a number, or as a text with a number in it (version 1 endpoints).
struct Seconds(u64);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Number(u64),
            Text(String),
        }
        match Either::deserialize(deserializer)? {
            Either::Number(seconds) => Ok(Self(seconds)),
            Either::Text(text) => text.parse().map(Self).map_err(serde::de::Error::custom),
        }
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

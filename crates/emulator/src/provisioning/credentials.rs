//! How the service proves itself to a target.
//!
//! | saved | sent |
//! |---|---|
//! | a secret token | that, for ever |
//! | a token endpoint with client id and secret | an access token of that endpoint, renewed before it ends (RFC 6749, 4.4) |
//! | a tenant URL alone | a token that Entra signs for the template of custom applications |
//!
//! Deliberately knows no other grant: Entra takes none on any more.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use jsonwebtoken::{Algorithm, Header};
use kernel::Timestamp;
use serde_json::{Value, json};
use url::{Url, form_urlencoded};
use uuid::{Uuid, uuid};

use super::behaviour::Behaviour;
use super::enterprise::CUSTOM_TEMPLATE;
use super::failure::Failure;
use super::path::member;
use crate::clock::EmulatorClock;
use crate::identity::BACK_DATED_SECONDS;
use crate::identity::keys::SigningKey;
use crate::world::World;

/// The application that calls targets: Microsoft's own provisioning service.
pub const SYNC_FABRIC: Uuid = uuid!("00000014-0000-0000-c000-000000000000");
/// How long a token lives that is signed here.
const SIGNED_SECONDS: i64 = 3_600;
/// How long an access token lives whose endpoint does not say (RFC 6749, 5.1 leaves it open).
const UNSAID_SECONDS: u64 = 3_600;

/// What is saved of a proof.
#[derive(Debug, Clone)]
enum Proof {
    Secret(String),
    Client(Grant),
    Signed(Box<Issuer>),
}

/// Client credentials at a token endpoint.
#[derive(Clone)]
struct Grant {
    endpoint: Url,
    client_id: String,
    client_secret: String,
}

/// What signs for a tenant.
#[derive(Clone)]
struct Issuer {
    key: SigningKey,
    name: String,
    tenant_id: Uuid,
}

/// Hands out the token that goes with a request.
#[derive(Debug)]
pub struct Credentials {
    proof: Proof,
    clock: EmulatorClock,
    kept: tokio::sync::Mutex<Option<Kept>>,
}

#[derive(Debug)]
struct Kept {
    token: String,
    until: Timestamp,
}

impl Credentials {
    /// What some secrets amount to.
    pub fn of(
        world: &World,
        tenant_id: Uuid,
        secrets: &BTreeMap<String, String>,
        behaviour: &Behaviour,
    ) -> Result<Self, String> {
        let given = |key: &str| secrets.get(key).map(|text| text.trim()).filter(|text| !text.is_empty());
        let proof = match (given("Oauth2TokenExchangeUri"), given("SecretToken")) {
            (Some(endpoint), _) => Proof::Client(Grant {
                endpoint: Url::parse(endpoint)
                    .map_err(|error| format!("the token endpoint cannot be read: {error}"))?,
                client_id: given("Oauth2ClientId").ok_or("there is no client id")?.to_owned(),
                client_secret: given("Oauth2ClientSecret").ok_or("there is no client secret")?.to_owned(),
            }),
            (None, Some(token)) => Proof::Secret(token.to_owned()),
            (None, None) => Proof::Signed(Box::new(Issuer {
                key: world.keys().current().clone(),
                name: issuer(world, tenant_id, behaviour),
                tenant_id,
            })),
        };
        Ok(Self { proof, clock: world.clock.clone(), kept: tokio::sync::Mutex::default() })
    }

    /// The token to send now.
    pub async fn token(&self, client: &reqwest::Client) -> Result<String, Failure> {
        if let Proof::Secret(token) = &self.proof {
            return Ok(token.clone());
        }
        // Held while a token is fetched: many requests at once want the same one.
        let mut kept = self.kept.lock().await;
        let now = self.clock.now();
        if let Some(kept) = kept.as_ref().filter(|kept| now < kept.until) {
            return Ok(kept.token.clone());
        }
        let (token, lifetime) = match &self.proof {
            Proof::Client(grant) => grant.fetch(client).await?,
            Proof::Signed(issuer) => issuer.sign(now)?,
            Proof::Secret(_) => return Err(Failure::job("Unauthorized", "there is no token")),
        };
        // A tenth of its life is left for requests on their way.
        *kept = Some(Kept { token: token.clone(), until: now.plus(lifetime.mul_f32(0.9)) });
        Ok(token)
    }

    /// The target refused a token; whether another one can be had.
    pub async fn refused(&self, token: &str) -> bool {
        let mut kept = self.kept.lock().await;
        if kept.as_ref().is_some_and(|kept| kept.token == token) {
            *kept = None;
        }
        !matches!(self.proof, Proof::Secret(_))
    }
}

/// Tokens of the provisioning service are of version 1.0, whose issuer is the same in every cloud but a custom one.
fn issuer(world: &World, tenant_id: Uuid, behaviour: &Behaviour) -> String {
    if behaviour.issuer_is_own_address {
        return format!("{}/{tenant_id}/", world.base_url());
    }
    format!("https://sts.windows.net/{tenant_id}/")
}

impl Grant {
    async fn fetch(&self, client: &reqwest::Client) -> Result<(String, Duration), Failure> {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", &self.client_id)
            .append_pair("client_secret", &self.client_secret)
            .finish();
        let request = client.post(self.endpoint.clone()).timeout(Duration::from_secs(30)).body(body);
        let request = request.header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let unreached = |_| Failure::passing("HttpRequestException", "the token endpoint was not reached");
        let answer = request.send().await.map_err(unreached)?;
        let status = answer.status();
        let body: Value = serde_json::from_slice(&answer.bytes().await.map_err(unreached)?).unwrap_or_default();
        if status.is_server_error() {
            return Err(Failure::passing("InternalServerError", format!("the token endpoint answers {status}")));
        }
        let token = member(&body, "access_token").and_then(Value::as_str).filter(|_| status.is_success());
        let Some(token) = token else {
            let said = member(&body, "error").and_then(Value::as_str).unwrap_or("no token");
            return Err(Failure::job("Unauthorized", format!("the token endpoint answers {status}: {said}")));
        };
        let seconds = member(&body, "expires_in").and_then(Value::as_u64).unwrap_or(UNSAID_SECONDS);
        Ok((token.to_owned(), Duration::from_secs(seconds)))
    }
}

impl Issuer {
    fn sign(&self, now: Timestamp) -> Result<(String, Duration), Failure> {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.key.kid.clone());
        header.x5t = Some(self.key.kid.clone());
        let issued = now.seconds() - BACK_DATED_SECONDS;
        let claims = json!({
            "aud": CUSTOM_TEMPLATE, "iss": self.name, "iat": issued, "nbf": issued, "exp": now.seconds() + SIGNED_SECONDS,
            "appid": SYNC_FABRIC, "appidacr": "2", "idp": self.name, "tid": self.tenant_id, "ver": "1.0",
        });
        let token = jsonwebtoken::encode(&header, &claims, &self.key.encoding);
        let token = token.map_err(|_| Failure::job("Unauthorized", "the token could not be signed"))?;
        Ok((token, Duration::from_secs(SIGNED_SECONDS.unsigned_abs())))
    }
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant").field("endpoint", &self.endpoint.as_str()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer").field("name", &self.name).field("kid", &self.key.kid).finish_non_exhaustive()
    }
}

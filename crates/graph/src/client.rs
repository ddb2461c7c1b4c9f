//! One call to Graph: budget, token, exchange, and what to do when it fails.
//!
//! The table of repeats is in `retry`; what an answer means is in `error`. Nothing here knows a resource.

use std::sync::Arc;
use std::time::Duration;

use kernel::Env;
use oidc::body::{BodyError, read_limited};
use oidc::{AccessToken, Authority, Cloud, CloudError, TokenClaims, TokenClient};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, USER_AGENT};
use reqwest::{Method, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::budget::{Budget, Priority};
use crate::call::{Call, Remedy};
use crate::error::{GraphError, Refusal};
use crate::retry::{Patience, RetryPolicy, retry_after};
use crate::tokens::{CredentialProvider, Tokens};
use crate::urls::Root;

/// What a client is made of.
pub struct Config {
    /// The server's HTTP client.
    pub http: reqwest::Client,
    /// Clock and chance.
    pub env: Env,
    /// Where the tenant lives.
    pub cloud: Cloud,
    /// Who hands credentials over.
    pub credentials: Arc<dyn CredentialProvider>,
    /// The budget of this application in this tenant, shared by all its clients.
    pub budget: Arc<Budget>,
    /// What we call ourselves.
    pub user_agent: String,
    /// How often and how long to try again.
    pub retry: RetryPolicy,
    /// The most bytes of one answer, after decompression.
    pub body_limit: usize,
}

impl Config {
    /// The usual settings.
    pub fn new(
        http: reqwest::Client,
        env: Env,
        cloud: Cloud,
        credentials: Arc<dyn CredentialProvider>,
        budget: Arc<Budget>,
    ) -> Self {
        let user_agent = concat!("Vestibule/", env!("CARGO_PKG_VERSION")).to_owned();
        Self { http, env, cloud, credentials, budget, user_agent, retry: RetryPolicy::default(), body_limit: 64 << 20 }
    }
}

/// Calls Graph for one application in one tenant. Cheap to clone; clones share token and budget.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    priority: Priority,
    cancel: Option<CancellationToken>,
}

struct Shared {
    http: reqwest::Client,
    env: Env,
    root: Root,
    tokens: Tokens,
    budget: Arc<Budget>,
    user_agent: HeaderValue,
    retry: RetryPolicy,
    body_limit: usize,
}

/// A successful answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body; empty for 204.
    pub body: Vec<u8>,
    /// Graph's id of the request.
    pub request_id: Option<String>,
    /// Our id of the request.
    pub client_request_id: String,
}

impl Answer {
    /// Reads the body; one that does not fit the type is [`GraphError::Broken`].
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, GraphError> {
        serde_json::from_slice(&self.body).map_err(|error| self.broken(format!("the body cannot be read: {error}")))
    }

    pub(crate) fn broken(&self, what: impl Into<String>) -> GraphError {
        GraphError::Broken {
            what: what.into(),
            request_id: self.request_id.clone().unwrap_or_else(|| "none".to_owned()),
            client_request_id: self.client_request_id.clone(),
        }
    }
}

/// A failed exchange and what may be done about it.
struct Failure {
    error: GraphError,
    remedy: Remedy,
}

impl Client {
    /// A client. Asks Entra for nothing yet.
    pub fn new(config: Config) -> Result<Self, CloudError> {
        let authority = Authority::of(&config.cloud)?;
        let root = Root::new(authority.graph());
        let fetcher = TokenClient::new(config.http.clone(), config.env.clone());
        let tokens = Tokens::new(fetcher, config.env.clone(), authority, config.credentials);
        let user_agent = HeaderValue::from_str(&config.user_agent).unwrap_or(HeaderValue::from_static("Vestibule"));
        let shared = Shared {
            http: config.http,
            env: config.env,
            root,
            tokens,
            budget: config.budget,
            user_agent,
            retry: config.retry,
            body_limit: config.body_limit,
        };
        Ok(Self { shared: Arc::new(shared), priority: Priority::default(), cancel: None })
    }

    /// The same client in another lane of the budget.
    #[must_use]
    pub fn with_priority(&self, priority: Priority) -> Self {
        Self { priority, ..self.clone() }
    }

    /// The same client, whose calls end with [`GraphError::Cancelled`] once `cancel` says so, waits included.
    #[must_use]
    pub fn with_cancel(&self, cancel: CancellationToken) -> Self {
        Self { cancel: Some(cancel), ..self.clone() }
    }

    /// The budget that this client draws from.
    pub fn budget(&self) -> &Arc<Budget> {
        &self.shared.budget
    }

    /// The claims of the token in use (got when there is none), unverified.
    pub async fn token_claims(&self) -> Result<TokenClaims, GraphError> {
        Ok(self.shared.tokens.get().await?.claims.clone())
    }

    /// Drops the token: new consent shows in a new token only.
    pub fn forget_token(&self) {
        self.shared.tokens.forget();
    }

    /// The name of the credential that got the last token.
    pub fn credential_in_use(&self) -> Option<String> {
        self.shared.tokens.credential_in_use()
    }

    /// `GET` of a path below the version, with its query: `/organization?$select=id`.
    pub async fn get_json<T: DeserializeOwned>(&self, path: &str) -> Result<T, GraphError> {
        self.send(Call::get(self, self.relative(path)?)).await?.json()
    }

    /// `POST`. Not repeated after a broken connection or a 5xx, as it may have been done.
    pub async fn post<B: Serialize + ?Sized>(&self, path: &str, body: &B) -> Result<Answer, GraphError> {
        self.send(Call::new(self, Method::POST, self.relative(path)?).json(body)).await
    }

    /// `PATCH`.
    pub async fn patch<B: Serialize + ?Sized>(&self, path: &str, body: &B) -> Result<Answer, GraphError> {
        self.send(Call::new(self, Method::PATCH, self.relative(path)?).json(body)).await
    }

    /// `DELETE`.
    pub async fn delete(&self, path: &str) -> Result<Answer, GraphError> {
        self.send(Call::new(self, Method::DELETE, self.relative(path)?)).await
    }

    pub(crate) fn root(&self) -> &Root {
        &self.shared.root
    }

    pub(crate) fn env(&self) -> &Env {
        &self.shared.env
    }

    pub(crate) fn policy(&self) -> RetryPolicy {
        self.shared.retry
    }

    /// Keeps a link from an answer on the configured Graph.
    pub(crate) fn link(&self, link: &str) -> Result<Url, GraphError> {
        self.root().link(link).ok_or_else(|| not_ours("a link leads away from the configured Graph"))
    }

    fn relative(&self, path: &str) -> Result<Url, GraphError> {
        self.root().relative(path).ok_or_else(|| not_ours("the path leads away from the configured Graph"))
    }

    /// Waits as long as Graph wants, unless the caller asks to stop.
    pub(crate) async fn pause(&self, span: Duration) -> Result<(), GraphError> {
        let pause = async {
            self.shared.budget.pace().pause(span).await;
            Ok(())
        };
        self.unless_cancelled(pause).await
    }

    pub(crate) async fn send(&self, call: Call) -> Result<Answer, GraphError> {
        self.unless_cancelled(self.persist(&call)).await
    }

    async fn unless_cancelled<T>(&self, work: impl Future<Output = Result<T, GraphError>>) -> Result<T, GraphError> {
        let Some(cancel) = &self.cancel else { return work.await };
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(GraphError::Cancelled),
            outcome = work => outcome,
        }
    }

    async fn persist(&self, call: &Call) -> Result<Answer, GraphError> {
        let mut patience = Patience::new(self.shared.retry);
        let (mut may_refetch, mut may_answer_challenge) = (true, true);
        loop {
            let failure = match self.attempt(call, &patience).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let wait = match failure.remedy {
                Remedy::None => None,
                Remedy::Throttle(asked) => {
                    let wait = patience.after_throttle(asked, &self.env().rng);
                    // Everybody stops, also when this call has no patience left.
                    self.shared.budget.throttle(wait.or(asked).unwrap_or(self.shared.retry.first_wait));
                    wait
                }
                Remedy::Repeat(asked) => patience.after_failure(asked, &self.env().rng),
                Remedy::Token(ref challenge) => {
                    let may = if challenge.is_some() { &mut may_answer_challenge } else { &mut may_refetch };
                    std::mem::take(may).then_some(Duration::ZERO)
                }
            };
            let Some(wait) = wait else { return Err(failure.error) };
            tracing::debug!(error = %failure.error, graph.wait_ms = wait.as_millis(), "trying again");
            // After a throttled answer the draw of the next attempt does the waiting.
            if !matches!(failure.remedy, Remedy::Throttle(_)) && !wait.is_zero() {
                self.shared.budget.pace().pause(wait).await;
            }
        }
    }

    async fn attempt(&self, call: &Call, patience: &Patience) -> Result<Answer, Failure> {
        let budget = &self.shared.budget;
        // What earlier throttled answers cost is already booked as waited, so the draw may take that long again.
        let longest = patience.left() + patience.booked();
        budget.draw(call.cost, self.priority, longest).await.map_err(|wait| {
            let refusal =
                Refusal { status: 429, message: "not sent: the budget is used up".into(), ..Refusal::default() };
            Failure { error: GraphError::refused(refusal, Some(wait)), remedy: Remedy::None }
        })?;
        let token =
            self.shared.tokens.get().await.map_err(|error| Failure { remedy: Remedy::without_token(&error), error })?;
        let outcome = self.exchange(call, &token).await;
        if let Err(Failure { remedy: Remedy::Token(challenge), .. }) = &outcome {
            self.shared.tokens.refuse(&token, challenge.clone());
        }
        outcome
    }

    async fn exchange(&self, call: &Call, token: &AccessToken) -> Result<Answer, Failure> {
        let client_request_id = self.env().new_id::<ClientRequestId>().to_string();
        let started = self.shared.budget.pace().now();
        let response = match self.request(call, token, &client_request_id).send().await {
            Ok(response) => response,
            Err(cause) => return Err(unreachable(call, cause, client_request_id)),
        };
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        self.account(call, status, &headers);
        let request_id = text(&headers, "request-id");
        tracing::debug!(
            graph.method = %call.method,
            graph.path = self.root().below(&call.url),
            graph.status = status,
            graph.request_id = request_id,
            graph.client_request_id = client_request_id,
            graph.elapsed_ms = (self.shared.budget.pace().now().saturating_sub(started)).as_millis(),
            "graph answered"
        );
        let answer = Answer { status, body: Vec::new(), request_id, client_request_id };
        self.read(call, answer, &headers, response).await
    }

    fn request(&self, call: &Call, token: &AccessToken, client_request_id: &str) -> reqwest::RequestBuilder {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.secret.expose()))
            .unwrap_or(HeaderValue::from_static("Bearer"));
        bearer.set_sensitive(true);
        let mut request = self.shared.http.request(call.method.clone(), call.url.clone());
        request = request
            .header(AUTHORIZATION, bearer)
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, self.shared.user_agent.clone())
            .header("client-request-id", client_request_id)
            // Sync is shed first when Graph has to shed.
            .header("x-ms-throttle-priority", if self.priority == Priority::Action { "high" } else { "low" });
        if call.advanced {
            request = request.header("ConsistencyLevel", "eventual");
        }
        match &call.body {
            Some(body) => request.header(CONTENT_TYPE, "application/json").body(body.clone()),
            None => request,
        }
    }

    async fn read(
        &self,
        call: &Call,
        mut answer: Answer,
        headers: &HeaderMap,
        response: Response,
    ) -> Result<Answer, Failure> {
        let body = match read_limited(response, self.shared.body_limit).await {
            Ok(body) => body,
            Err(error) => {
                let remedy = if call.repeatable && matches!(error, BodyError::BrokenOff(_)) {
                    Remedy::Repeat(None)
                } else {
                    Remedy::None
                };
                return Err(Failure { error: answer.broken(error.to_string()), remedy });
            }
        };
        if (200..300).contains(&answer.status) {
            answer.body = body;
            return Ok(answer);
        }
        let mut refusal = Refusal::read(answer.status, &body);
        refusal.request_id = answer.request_id.or(refusal.request_id);
        refusal.client_request_id = answer.client_request_id;
        refusal.location = headers.get(LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let asked = retry_after(headers, &self.env().clock);
        let remedy = Remedy::of(call, &refusal, asked, headers);
        Err(Failure { error: GraphError::refused(refusal, asked), remedy })
    }

    fn account(&self, call: &Call, status: u16, headers: &HeaderMap) {
        metrics::counter!("graph_requests_total", "status" => status.to_string()).increment(1);
        if let Some(charged) = text(headers, "x-ms-resource-unit").and_then(|units| units.parse().ok()) {
            self.shared.budget.correct(call.cost, charged);
        }
    }
}

kernel::id_type!(
    /// Our id of one request to Graph.
    ClientRequestId,
);

fn unreachable(call: &Call, cause: reqwest::Error, client_request_id: String) -> Failure {
    // A connection that never came up did nothing, whatever the method.
    let remedy = if call.repeatable || cause.is_connect() { Remedy::Repeat(None) } else { Remedy::None };
    Failure { error: GraphError::Unreachable { client_request_id, cause: Arc::new(cause.without_url()) }, remedy }
}

fn not_ours(what: &str) -> GraphError {
    GraphError::Broken { what: what.to_owned(), request_id: "none".to_owned(), client_request_id: "none".to_owned() }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

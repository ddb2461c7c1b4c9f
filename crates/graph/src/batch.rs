//! `$batch`: up to twenty calls in one exchange.
//!
//! Each inner call is throttled on its own. Those that were are sent again, in a new batch, after the longest wait
//! among them; Graph's own libraries leave that to the caller. Answers come in any order and are put back into ours.

use std::collections::HashMap;
use std::time::Duration;

use reqwest::Method;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::call::Call;
use crate::client::{Answer, Client};
use crate::cost::Cost;
use crate::error::{GraphError, Refusal};
use crate::retry::Patience;

/// The most calls in one batch.
pub const MOST_CALLS: usize = 20;

/// One call inside a batch.
#[derive(Debug, Clone)]
pub struct BatchCall {
    method: Method,
    path: String,
    body: Option<Box<RawValue>>,
    advanced: bool,
}

impl BatchCall {
    /// `GET` of a path below the version, with its query: `/users/{id}?$select=id`.
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), body: None, advanced: false }
    }

    /// A call with a body.
    pub fn with_body<B: Serialize + ?Sized>(method: Method, path: impl Into<String>, body: &B) -> Self {
        let body = serde_json::value::to_raw_value(body).expect("invariant: a request body is plain data");
        Self { method, path: path.into(), body: Some(body), advanced: false }
    }

    /// `DELETE`.
    pub fn delete(path: impl Into<String>) -> Self {
        Self { method: Method::DELETE, path: path.into(), body: None, advanced: false }
    }

    /// Sends `ConsistencyLevel: eventual` with this call; inner calls inherit nothing from the outer one.
    #[must_use]
    pub fn advanced(mut self) -> Self {
        self.advanced = true;
        self
    }

    fn cost(&self) -> Cost {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        Cost::of(&self.method, path, query)
    }

    /// 429 means not done. Other trouble leaves that open, which matters for anything but a read.
    fn again(&self, status: u16) -> bool {
        status == 429 || (self.method == Method::GET && matches!(status, 500 | 502 | 503 | 504))
    }
}

/// One answer inside a batch.
#[derive(Debug, Clone)]
pub struct BatchAnswer {
    /// The HTTP status.
    pub status: u16,
    /// Graph's or our id of the whole batch, for messages.
    outer: Answer,
    retry_after: Option<Duration>,
    body: Option<Box<RawValue>>,
}

impl BatchAnswer {
    /// The body of a success, or what the refusal means.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, GraphError> {
        self.success()?;
        let text = self.body.as_deref().map_or("null", RawValue::get);
        serde_json::from_str(text).map_err(|error| self.outer.broken(format!("an inner body cannot be read: {error}")))
    }

    /// Whether the call succeeded, or what the refusal means.
    pub fn success(&self) -> Result<(), GraphError> {
        if (200..300).contains(&self.status) {
            return Ok(());
        }
        let body = self.body.as_deref().map_or("", RawValue::get);
        let mut refusal = Refusal::read(self.status, body.as_bytes());
        refusal.request_id = refusal.request_id.or_else(|| self.outer.request_id.clone());
        refusal.client_request_id.clone_from(&self.outer.client_request_id);
        Err(GraphError::refused(refusal, self.retry_after))
    }
}

#[derive(Serialize)]
struct Outgoing<'a> {
    requests: Vec<Inner<'a>>,
}

#[derive(Serialize)]
struct Inner<'a> {
    id: String,
    method: &'a str,
    url: &'a str,
    #[serde(skip_serializing_if = "HashMap::is_empty")]
    headers: HashMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Incoming {
    responses: Vec<Response>,
}

#[derive(Deserialize)]
struct Response {
    id: String,
    status: u16,
    #[serde(default)]
    headers: Option<HashMap<String, HeaderValue>>,
    #[serde(default)]
    body: Option<Box<RawValue>>,
}

/// A header value; some services write numbers.
#[derive(Deserialize)]
#[serde(untagged)]
enum HeaderValue {
    Words(String),
    Number(u64),
    Other(serde::de::IgnoredAny),
}

impl Response {
    fn retry_after(&self) -> Option<Duration> {
        let headers = self.headers.as_ref()?;
        let (_, value) = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("retry-after"))?;
        let seconds = match value {
            HeaderValue::Number(seconds) => *seconds,
            HeaderValue::Words(text) => text.trim().parse().ok()?,
            HeaderValue::Other(_) => return None,
        };
        Some(Duration::from_secs(seconds))
    }
}

impl Client {
    /// Makes any number of calls, twenty at a time, and gives the answers in the order of the calls.
    pub async fn batch(&self, calls: &[BatchCall]) -> Result<Vec<BatchAnswer>, GraphError> {
        let mut answers = Vec::with_capacity(calls.len());
        for some in calls.chunks(MOST_CALLS) {
            answers.extend(self.batch_of_twenty(some).await?);
        }
        Ok(answers)
    }

    async fn batch_of_twenty(&self, calls: &[BatchCall]) -> Result<Vec<BatchAnswer>, GraphError> {
        let mut answers: Vec<Option<BatchAnswer>> = calls.iter().map(|_| None).collect();
        let mut open: Vec<usize> = (0..calls.len()).collect();
        let mut patience = Patience::new(self.policy());
        while !open.is_empty() {
            self.exchange_batch(calls, &open, &mut answers).await?;
            let status = |at: &usize| answers[*at].as_ref().map_or(0, |answer| answer.status);
            open.retain(|at| calls[*at].again(status(at)));
            if open.is_empty() {
                break;
            }
            let asked = open.iter().filter_map(|at| answers[*at].as_ref()?.retry_after).max();
            let throttled = open.iter().any(|at| status(at) == 429);
            let rng = &self.env().rng;
            let wait = if throttled { patience.after_throttle(asked, rng) } else { patience.after_failure(asked, rng) };
            if throttled {
                self.budget().throttle(wait.or(asked).unwrap_or(self.policy().first_wait));
            }
            let Some(wait) = wait else { break };
            self.pause(wait).await?;
        }
        Ok(answers.into_iter().flatten().collect())
    }

    /// Sends the calls at `open` and files their answers.
    async fn exchange_batch(
        &self,
        calls: &[BatchCall],
        open: &[usize],
        answers: &mut [Option<BatchAnswer>],
    ) -> Result<(), GraphError> {
        let url = self.root().path(&["$batch"], "");
        let requests = open.iter().map(|at| inner(*at, &calls[*at])).collect();
        let cost = open.iter().map(|at| calls[*at].cost()).fold(Cost::default(), Cost::plus);
        let reads_only = open.iter().all(|at| calls[*at].method == Method::GET);
        let call = Call::new(self, Method::POST, url).json(&Outgoing { requests }).costing(cost).repeatable(reads_only);
        let mut outer = self.send(call).await?;
        let incoming: Incoming = outer.json()?;
        outer.body = Vec::new();
        let mut missing = open.to_vec();
        for response in incoming.responses {
            let Some(at) = response.id.parse().ok().filter(|at| missing.contains(at)) else {
                return Err(outer.broken("the batch answers a call that was not made, or one twice"));
            };
            missing.retain(|other| *other != at);
            let (status, retry_after) = (response.status, response.retry_after());
            answers[at] = Some(BatchAnswer { status, outer: outer.clone(), retry_after, body: response.body });
        }
        if missing.is_empty() { Ok(()) } else { Err(outer.broken("the batch leaves a call without an answer")) }
    }
}

fn inner(at: usize, call: &BatchCall) -> Inner<'_> {
    let mut headers = HashMap::new();
    if call.body.is_some() {
        headers.insert("Content-Type", "application/json");
    }
    if call.advanced {
        headers.insert("ConsistencyLevel", "eventual");
    }
    Inner { id: at.to_string(), method: call.method.as_str(), url: &call.path, headers, body: call.body.as_deref() }
}

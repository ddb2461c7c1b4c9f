//! The double: a script of answers, and a record of what was asked.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use futures_util::StreamExt as _;
use kernel::{Env, ManualClock, Timestamp};
use oidc::{ClientCredentials, Cloud, Credential};
use serde_json::{Value, json};

use crate::{Budget, Client, Config, CredentialProvider, FixedCredentials, Limits, Pace, VirtualPace};

/// One answer. `{base}` in the body stands for the double's own Graph root.
#[derive(Clone)]
pub struct Step {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
    /// Hang up after the body, before the end of the answer.
    cut: bool,
}

pub fn answer(status: u16, body: impl Into<String>) -> Step {
    Step { status, headers: Vec::new(), body: body.into(), cut: false }
}

pub fn ok(body: Value) -> Step {
    answer(200, body.to_string())
}

pub fn refused(status: u16, code: &str) -> Step {
    let inner = json!({ "request-id": "inner-id", "date": "2026-01-09T02:02:12" });
    answer(status, json!({ "error": { "code": code, "message": "because", "innerError": inner } }).to_string())
}

impl Step {
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn cut_off(mut self) -> Self {
        self.cut = true;
        self
    }
}

/// One thing that was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    pub line: String,
    pub headers: HashMap<String, String>,
    pub body: String,
}

#[derive(Default)]
struct Script {
    graph: VecDeque<Step>,
    tokens: VecDeque<Step>,
    asked: Vec<Asked>,
    tokens_asked: Vec<String>,
}

/// The double and a client that talks to it.
pub struct Double {
    script: Arc<Mutex<Script>>,
    pub base: String,
    pub client: Client,
    pub waited: VirtualPace,
    pub clock: ManualClock,
}

pub async fn double(steps: impl IntoIterator<Item = Step>) -> Double {
    double_with(steps, Arc::new(FixedCredentials::one(credentials("secret"))), Limits::LARGE).await
}

pub async fn double_with(
    steps: impl IntoIterator<Item = Step>,
    provider: Arc<dyn CredentialProvider>,
    limits: Limits,
) -> Double {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    let base = format!("{host}/v1.0");
    let script = Arc::new(Mutex::new(Script { graph: steps.into_iter().collect(), ..Script::default() }));
    let router = Router::new().fallback(play).with_state((script.clone(), base.clone()));
    tokio::spawn(async move { axum::serve(listener, router).await });

    let (env, clock) = Env::fixed(Timestamp::from_seconds(1_790_000_000), 7);
    let (pace, waited) = Pace::virtual_time();
    let cloud = Cloud::Custom { login: host.clone(), graph: host };
    let http = reqwest::Client::builder().no_proxy().gzip(true).build().unwrap();
    let config = Config::new(http, env, cloud, provider, Arc::new(Budget::new(limits, pace)));
    Double { script, base, client: Client::new(config).unwrap(), waited, clock }
}

pub fn credentials(secret: &str) -> ClientCredentials {
    let credential = Credential::Secret(secret.into());
    ClientCredentials { tenant: "contoso.com".into(), client_id: "app".into(), credential }
}

pub fn token(name: &str, seconds: u64) -> Step {
    ok(json!({ "token_type": "Bearer", "expires_in": seconds, "access_token": name }))
}

impl Double {
    pub fn then_tokens(self, steps: impl IntoIterator<Item = Step>) -> Self {
        self.script.lock().unwrap().tokens.extend(steps);
        self
    }

    pub fn then(&self, steps: impl IntoIterator<Item = Step>) {
        self.script.lock().unwrap().graph.extend(steps);
    }

    /// Everything asked of Graph so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.script.lock().unwrap().asked.clone()
    }

    pub fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }

    /// The forms of all token requests so far.
    pub fn token_forms(&self) -> Vec<String> {
        self.script.lock().unwrap().tokens_asked.clone()
    }

    pub fn waited(&self) -> Duration {
        self.waited.now()
    }
}

async fn play(State((script, base)): State<(Arc<Mutex<Script>>, String)>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    let mut script = script.lock().unwrap();
    let step = if parts.uri.path().ends_with("/oauth2/v2.0/token") {
        script.tokens_asked.push(body);
        script.tokens.pop_front().unwrap_or_else(|| token("token", 3_599))
    } else {
        let headers = parts.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
        script.asked.push(Asked { line: format!("{} {}", parts.method, parts.uri), headers: headers.collect(), body });
        script.graph.pop_front().unwrap_or_else(|| answer(418, "the script is at its end"))
    };
    drop(script);
    let mut response = Response::builder().status(step.status).header("request-id", "graph-id");
    for (name, value) in step.headers {
        response = response.header(name, value);
    }
    let body = step.body.replace("{base}", &base);
    if step.cut {
        let broken = [Ok(Bytes::from(body)), Err(std::io::Error::other("hung up"))];
        // The yield lets the first part reach the wire.
        let broken = futures_util::stream::iter(broken).then(async |part| {
            tokio::task::yield_now().await;
            part
        });
        return response.body(Body::from_stream(broken)).unwrap();
    }
    response.body(Body::from(body)).unwrap()
}

//! A small SCIM target, written by hand for these tests. It keeps what it is sent, remembers every call, and can be told
//! to answer wrongly. It judges nothing: what Entra sends is asserted by the tests.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::provisioning::path::AttributePath;

/// One call as it came in.
#[derive(Debug, Clone)]
pub struct Call {
    pub method: String,
    /// Path and query, decoded.
    pub path: String,
    pub body: Value,
    pub headers: http::HeaderMap,
}

/// What it was told to answer instead.
struct Fault {
    method: &'static str,
    path: &'static str,
    times: usize,
    answer: (u16, Value),
}

#[derive(Default)]
pub struct Inside {
    resources: BTreeMap<String, BTreeMap<String, Value>>,
    pub calls: Vec<Call>,
    faults: VecDeque<Fault>,
    made: usize,
    /// Tokens handed out.
    pub tokens: usize,
    /// Headers that are refused.
    refused: Vec<String>,
    /// Who ever had a name, so that a query need not look at everybody.
    named: HashMap<String, Vec<String>>,
    at_once: usize,
    pub most_at_once: usize,
    /// Members come back whatever was excluded.
    leaks_members: bool,
}

#[derive(Clone, Default)]
pub struct Double(Arc<Mutex<Inside>>, Arc<tokio::sync::Notify>);

impl Double {
    pub async fn start() -> (Self, String) {
        let double = Self::default();
        let router = Router::new().fallback(answer).with_state(double.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/scim/orgs/7", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (double, url)
    }

    pub fn with<T>(&self, act: impl FnOnce(&mut Inside) -> T) -> T {
        act(&mut self.0.lock().unwrap())
    }

    /// Answers the next calls of that kind otherwise.
    pub fn spoil(&self, method: &'static str, path: &'static str, times: usize, status: u16, body: Value) {
        self.with(|inside| inside.faults.push_back(Fault { method, path, times, answer: (status, body) }));
    }

    /// Refuses whoever comes with this header.
    pub fn refuse(&self, authorization: &str) {
        self.with(|inside| inside.refused.push(authorization.to_owned()));
    }

    pub fn heal(&self) {
        self.with(|inside| inside.faults.clear());
    }

    pub fn leak_members(&self, leak: bool) {
        self.with(|inside| inside.leaks_members = leak);
    }

    /// Waits until something was called.
    pub async fn until(&self, wanted: impl Fn(&Inside) -> bool) {
        let seen = async {
            while !self.with(|inside| wanted(inside)) {
                self.1.notified().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_mins(1), seen).await.expect("a call in time");
    }

    /// The calls since the last time.
    pub fn calls(&self) -> Vec<Call> {
        self.with(|inside| std::mem::take(&mut inside.calls))
    }

    /// The calls with that method since the last time.
    pub fn sent(&self, method: &str) -> Vec<Call> {
        self.calls().into_iter().filter(|call| call.method == method).collect()
    }

    /// Puts a resource there as if somebody else had made it.
    pub fn put(&self, kind: &str, id: &str, mut resource: Value) {
        resource["id"] = json!(id);
        self.with(|inside| {
            inside.name(id, &resource);
            inside.resources.entry(kind.to_owned()).or_default().insert(id.to_owned(), resource);
        });
    }

    pub fn remove(&self, kind: &str, id: &str) {
        self.with(|inside| inside.resources.get_mut(kind).and_then(|all| all.remove(id)));
    }

    pub fn all(&self, kind: &str) -> Vec<Value> {
        self.with(|inside| inside.resources.get(kind).map(|all| all.values().cloned().collect()).unwrap_or_default())
    }

    /// The one whose attribute has this value.
    pub fn find(&self, kind: &str, attribute: &str, value: &str) -> Option<Value> {
        self.all(kind).into_iter().find(|one| one[attribute] == value)
    }
}

async fn answer(State(double): State<Double>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    double.with(|inside| {
        inside.at_once += 1;
        inside.most_at_once = inside.most_at_once.max(inside.at_once);
    });
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    if parts.uri.path().ends_with("/oauth2/token") {
        let (status, value) = double.with(|inside| {
            inside.at_once -= 1;
            inside.grant(&bytes)
        });
        return (status, value.to_string()).into_response();
    }
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let query: BTreeMap<String, String> =
        form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let path = parts.uri.path().trim_start_matches("/scim/orgs/7").to_owned();
    let shown: Vec<String> = query.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let answer = double.with(|inside| {
        let mark = if shown.is_empty() { "" } else { "?" };
        let method = parts.method.to_string();
        let asked = format!("{path}{mark}{}", shown.join("&"));
        inside.at_once -= 1;
        let authorization = parts.headers["authorization"].to_str().unwrap().to_owned();
        inside.calls.push(Call {
            method: method.clone(),
            path: asked.clone(),
            body: body.clone(),
            headers: parts.headers,
        });
        let refused = inside.refused.contains(&authorization).then(|| (401, json!({ "detail": "who are you?" })));
        let (status, value) = refused
            .or_else(|| inside.struck(&method, &asked))
            .unwrap_or_else(|| inside.handle(&method, &path, &query, &body));
        let status = StatusCode::from_u16(status).unwrap();
        if value.is_null() { status.into_response() } else { (status, value.to_string()).into_response() }
    });
    double.1.notify_one();
    answer
}

impl Inside {
    fn struck(&mut self, method: &str, path: &str) -> Option<(u16, Value)> {
        let fault =
            self.faults.iter_mut().find(|one| one.times > 0 && method == one.method && path.starts_with(one.path))?;
        fault.times -= 1;
        Some(fault.answer.clone())
    }

    fn grant(&mut self, form: &[u8]) -> (StatusCode, Value) {
        let form: BTreeMap<String, String> = form_urlencoded::parse(form).into_owned().collect();
        if form["grant_type"] != "client_credentials" || form["client_secret"] != "s p&ce" {
            return (StatusCode::UNAUTHORIZED, json!({ "error": "invalid_client" }));
        }
        self.tokens += 1;
        let token = format!("access-{}", self.tokens);
        (StatusCode::OK, json!({ "access_token": token, "token_type": "Bearer", "expires_in": 3_600 }))
    }

    fn name(&mut self, id: &str, resource: &Value) {
        for attribute in ["userName", "displayName"] {
            if let Some(name) = resource[attribute].as_str() {
                let known = self.named.entry(name.to_owned()).or_default();
                if !known.iter().any(|it| it == id) {
                    known.push(id.to_owned());
                }
            }
        }
    }

    fn handle(&mut self, method: &str, path: &str, query: &BTreeMap<String, String>, body: &Value) -> (u16, Value) {
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        let (kind, id) = (segments.next().unwrap_or_default(), segments.next());
        let leaks = self.leaks_members;
        let shown = |resource: &Value| {
            let mut shown = resource.clone();
            if query.contains_key("excludedAttributes") && !leaks {
                shown.as_object_mut().unwrap().remove("members");
            }
            shown
        };
        let all = self.resources.entry(kind.to_owned()).or_default();
        match (method, id) {
            ("POST", None) => {
                self.made += 1;
                let id = format!("t{}", self.made);
                let mut made = body.clone();
                made["id"] = json!(id);
                all.insert(id.clone(), made.clone());
                self.name(&id, &made);
                (201, made)
            }
            ("GET", None) => {
                let (name, value) = query["filter"].split_once(" eq ").unwrap();
                let path = AttributePath::parse(name).unwrap();
                let wanted: Value = serde_json::from_str(value).unwrap_or_default();
                let fits = |one: &&Value| path.read(one) == Some(&wanted);
                let named = self.named.get(wanted.as_str().unwrap_or_default());
                let found: Vec<Value> = match (name, named) {
                    ("userName" | "displayName", ids) => {
                        let ids = ids.into_iter().flatten();
                        ids.filter_map(|id| all.get(id)).filter(fits).map(shown).collect()
                    }
                    _ => all.values().filter(fits).map(shown).collect(),
                };
                (200, json!({ "schemas": [], "totalResults": found.len(), "Resources": found }))
            }
            (_, Some(id)) => match (method, all.get_mut(id)) {
                (_, None) => (404, json!({ "detail": "not here" })),
                ("GET", Some(one)) => (200, shown(one)),
                ("DELETE", Some(_)) => {
                    all.remove(id);
                    (204, Value::Null)
                }
                (_, Some(one)) => {
                    body["Operations"].as_array().unwrap().iter().for_each(|operation| patched(one, operation));
                    let one = one.clone();
                    self.name(id, &one);
                    (204, Value::Null)
                }
            },
            _ => (405, Value::Null),
        }
    }
}

fn patched(one: &mut Value, operation: &Value) {
    let op = operation["op"].as_str().unwrap().to_lowercase();
    let value = &operation["value"];
    let Some(path) = operation["path"].as_str() else {
        value.as_object().unwrap().iter().for_each(|(path, value)| set(one, path, value));
        return;
    };
    if !path.starts_with("members") {
        return set(one, path, value);
    }
    let named = path.split('"').nth(1).map(str::to_owned);
    let listed = value.as_array().cloned().unwrap_or_default();
    let mut ids: Vec<String> = listed.iter().map(|one| one["value"].as_str().unwrap().to_owned()).collect();
    ids.extend(named);
    let mut members = one["members"].as_array().cloned().unwrap_or_default();
    members.retain(|member| !ids.iter().any(|id| member["value"] == id.as_str()));
    if op == "add" {
        members.extend(ids.iter().map(|id| json!({ "value": id })));
    }
    one["members"] = json!(members);
}

fn set(one: &mut Value, path: &str, value: &Value) {
    let value = match (path, value) {
        ("active", Value::String(text)) => json!(text == "True"),
        (path, Value::String(id)) if path.ends_with(":manager") => match id.as_str() {
            "" => Value::Null,
            id => json!({ "value": id }),
        },
        _ => value.clone(),
    };
    AttributePath::parse(path).unwrap().write(one.as_object_mut().unwrap(), value);
}

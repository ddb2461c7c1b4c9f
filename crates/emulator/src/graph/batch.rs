//! `POST /$batch`: several calls in one (Graph, combine multiple HTTP requests using JSON batching).
//!
//! Every inner call goes through the same layers as one from outside: token, faults, quota, envelope.

use std::collections::{HashMap, HashSet};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::response::Response;
use base64::Engine as _;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::call::{Call, object};
use super::error::GraphError;
use super::options::bad;
use crate::faults::CutConnection;
use crate::serve::graph_call;

/// The most calls in one batch.
const MOST_STEPS: usize = 20;

/// What a URL in JSON may hold that one on the wire may not.
const URL: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b'#');

/// One inner call.
struct Step {
    id: String,
    method: Method,
    url: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Vec<u8>,
    depends_on: Vec<String>,
}

/// `POST /$batch`.
pub(crate) async fn batch(call: Call, body: Bytes) -> Result<Response, GraphError> {
    let steps = read(&object(&body)?)?;
    let mut done: HashMap<String, bool> = HashMap::new();
    let mut responses = Vec::with_capacity(steps.len());
    for step in steps {
        let blocked = step.depends_on.iter().any(|id| done.get(&id.to_lowercase()) != Some(&true));
        let key = step.id.to_lowercase();
        let (response, succeeded) = if blocked { (failed_dependency(&step.id), false) } else { run(&call, step).await };
        done.insert(key, succeeded);
        responses.push(response);
    }
    Ok(call.value(StatusCode::OK, &json!({ "responses": responses })))
}

fn read(envelope: &Map<String, Value>) -> Result<Vec<Step>, GraphError> {
    let requests = envelope.get("requests").and_then(Value::as_array);
    let requests =
        requests.filter(|requests| !requests.is_empty()).ok_or_else(|| bad("Invalid batch payload format."))?;
    if requests.len() > MOST_STEPS {
        return Err(GraphError::new(
            StatusCode::BAD_REQUEST,
            "MaximumValueExceeded",
            "Number of batch request steps exceeds the maximum value of 20.",
        ));
    }
    let mut ids = HashSet::new();
    let mut steps = Vec::with_capacity(requests.len());
    for request in requests {
        let step = step(request)?;
        if !ids.insert(step.id.to_lowercase()) {
            return Err(bad(format!("Request Id: {} appears more than once in the batch.", step.id)));
        }
        steps.push(step);
    }
    match steps.iter().flat_map(|step| &step.depends_on).find(|id| !ids.contains(&id.to_lowercase())) {
        Some(unknown) => Err(bad(format!("DependsOn refers to a request id '{unknown}' that is not in the batch."))),
        None => Ok(steps),
    }
}

fn step(request: &Value) -> Result<Step, GraphError> {
    let text = |name: &str| request.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let id = text("id").ok_or_else(|| bad("Request Id cannot be null or empty in a batch request."))?;
    let method = text("method").and_then(|method| method.to_ascii_uppercase().parse().ok());
    let method = method.ok_or_else(|| bad(format!("Request Id: {id} has no valid method.")))?;
    let url = text("url").ok_or_else(|| bad(format!("Request Id: {id} has no url.")))?;
    let mut headers = Vec::new();
    for (name, value) in request.get("headers").and_then(Value::as_object).into_iter().flatten() {
        let header = (name.parse::<HeaderName>(), value.as_str().map(HeaderValue::from_str));
        if let (Ok(name), Some(Ok(value))) = header {
            headers.push((name, value));
        }
    }
    let content = request.get("body").filter(|body| !body.is_null());
    let typed = headers.iter().find(|(name, _)| name == CONTENT_TYPE);
    let body = match (content, typed) {
        (None, _) => Vec::new(),
        (Some(_), None) => {
            return Err(bad(format!("Request Id: {id} Content-Type header is required when a body is present.")));
        }
        (Some(Value::String(coded)), Some((_, kind))) if !kind.as_bytes().starts_with(b"application/json") => {
            base64::engine::general_purpose::STANDARD.decode(coded).unwrap_or_else(|_| coded.clone().into_bytes())
        }
        (Some(content), Some(_)) => content.to_string().into_bytes(),
    };
    let depends_on = request.get("dependsOn").and_then(Value::as_array).into_iter().flatten();
    Ok(Step {
        id: id.to_owned(),
        method,
        url: url.trim_start_matches('/').to_owned(),
        headers,
        body,
        depends_on: depends_on.filter_map(Value::as_str).map(str::to_owned).collect(),
    })
}

/// Runs one step; true when it succeeded.
async fn run(call: &Call, step: Step) -> (Value, bool) {
    let uri = format!("/{}/{}", call.version(), utf8_percent_encode(&step.url, URL));
    let mut request = Request::builder().method(step.method).uri(uri);
    for (name, value) in step.headers {
        request = request.header(name, value);
    }
    for name in [AUTHORIZATION, HOST] {
        if let Some(value) = call.headers.get(&name) {
            request = request.header(name, value);
        }
    }
    let response = match request.body(Body::from(step.body)) {
        Ok(_) if step.url.starts_with("$batch") => {
            return (
                answer(&step.id, 400, json!({}), error("Request_BadRequest", "Batch requests cannot be nested.")),
                false,
            );
        }
        // The way back to `batch` is a loop that the types must not follow.
        Ok(request) => Box::pin(graph_call(&call.world, request)).await,
        Err(_) => return (answer(&step.id, 400, json!({}), error("BadRequest", "Invalid batch request url.")), false),
    };
    if response.extensions().get::<CutConnection>().is_some() {
        return (
            answer(
                &step.id,
                504,
                json!({}),
                error("UnknownError", "The gateway did not receive a timely response from the upstream server."),
            ),
            false,
        );
    }
    let succeeded = response.status().is_success();
    (unwrap(&step.id, response).await, succeeded)
}

async fn unwrap(id: &str, response: Response) -> Value {
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let shown = parts.headers.iter().filter(|(name, _)| {
        matches!(name.as_str(), "content-type" | "location" | "retry-after" | "cache-control" | "odata-version")
            || name.as_str().starts_with("x-ms-")
    });
    let headers: Map<String, Value> =
        shown.map(|(name, value)| (proper(name.as_str()), json!(value.to_str().unwrap_or_default()))).collect();
    let body = match serde_json::from_slice(&bytes) {
        Ok(value) => value,
        Err(_) if bytes.is_empty() => Value::Null,
        Err(_) => json!(base64::engine::general_purpose::STANDARD.encode(&bytes)),
    };
    answer(id, parts.status.as_u16(), Value::Object(headers), body)
}

fn answer(id: &str, status: u16, headers: Value, body: Value) -> Value {
    let mut answer = json!({ "id": id, "status": status, "headers": headers });
    if !body.is_null() {
        answer["body"] = body;
    }
    answer
}

fn error(code: &str, message: &str) -> Value {
    json!({ "error": { "code": code, "message": message } })
}

fn failed_dependency(id: &str) -> Value {
    answer(id, 424, json!({}), error("FailedDependency", "The request failed because a request it depends on failed."))
}

/// `retry-after` as `Retry-After`: names in JSON have a case.
fn proper(name: &str) -> String {
    if name.starts_with("x-ms-") {
        return name.to_owned();
    }
    let words = name
        .split('-')
        .map(|word| if word == "odata" { "OData".to_owned() } else { word[..1].to_uppercase() + &word[1..] });
    words.collect::<Vec<_>>().join("-")
}

//! Asks a server and reads the whole answer.

use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use serde_json::Value;

/// A whole answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body as JSON; null where there is none.
    pub body: Value,
}

/// A client that goes straight to where it is sent.
pub fn client() -> Client {
    // Somebody else in this process may have installed it already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    Client::builder().no_proxy().redirect(Policy::none()).build().expect("a client without a proxy can be built")
}

/// Sends a request; panics when there is no answer at all.
pub async fn ask(client: &Client, method: &str, url: &str, token: Option<&str>, body: Option<&Value>) -> Answer {
    let method = Method::from_bytes(method.as_bytes()).expect("the test names a method");
    let mut request = client.request(method, url);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if let Some(body) = body {
        request = request.json(body);
    }
    let answer = request.send().await.unwrap_or_else(|error| panic!("{url} does not answer: {error:?}"));
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap_or_default();
    let body = serde_json::from_str(&text).unwrap_or(if text.is_empty() { Value::Null } else { Value::String(text) });
    Answer { status, body }
}

/// The body of an answer that must be a good one.
pub fn good(what: &str, answer: Answer) -> Value {
    assert!((200..300).contains(&answer.status), "{what} answers {}: {:#}", answer.status, answer.body);
    answer.body
}

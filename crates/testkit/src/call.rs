//! Calls a router in the same process and reads the whole answer.

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; panics with the text when it is not.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Sends a request to a router.
pub async fn call(router: &Router, request: Request<Body>) -> Answer {
    let answer = router.clone().oneshot(request).await.expect("invariant: a router does not fail");
    let (parts, body) = answer.into_parts();
    let body = body.collect().await.expect("the body can be read").to_bytes().to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

/// `GET` with a bearer token.
pub async fn get(router: &Router, path: &str, token: &str) -> Answer {
    let request = Request::get(path).header("authorization", format!("Bearer {token}")).body(Body::empty());
    call(router, request.expect("invariant: the test's request is well formed")).await
}

/// Any method with a bearer token and a JSON body.
pub async fn send(router: &Router, method: &str, path: &str, token: &str, body: &serde_json::Value) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()));
    call(router, request.expect("invariant: the test's request is well formed")).await
}

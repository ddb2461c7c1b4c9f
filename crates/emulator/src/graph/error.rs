//! Graph's error envelope. A handler answers a `GraphError`; `envelope` adds the ids and the time of the request.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::json;
use time::OffsetDateTime;
use time::macros::format_description;
use uuid::Uuid;

use crate::World;

/// One error answer of Graph.
#[derive(Debug, Clone)]
pub struct GraphError {
    /// The HTTP status.
    pub status: StatusCode,
    /// `error.code`.
    pub code: String,
    /// `error.message`.
    pub message: String,
    /// Further headers of the answer.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl GraphError {
    /// An error without further headers.
    pub fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into(), headers: Vec::new() }
    }

    /// The same error with one more header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// 404: the object is not there.
    pub fn not_found(id: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "Request_ResourceNotFound",
            format!("Resource '{id}' does not exist or one of its queried reference-property objects are not present."),
        )
    }

    /// 403: no permission.
    pub fn denied() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        )
    }

    /// 400 `Request_BadRequest`.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Request_BadRequest", message)
    }

    /// 400 `Request_UnsupportedQuery`.
    pub fn unsupported_query(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Request_UnsupportedQuery", message)
    }
}

impl IntoResponse for GraphError {
    fn into_response(self) -> Response {
        let body = json!({ "error": { "code": self.code, "message": self.message } });
        let mut response = (self.status, Json(body)).into_response();
        for (name, value) in &self.headers {
            response.headers_mut().append(name, value.clone());
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives every Graph answer its usual headers, and every error its `innerError`.
pub async fn envelope(State(world): State<Arc<World>>, request: Request, next: Next) -> Response {
    let request_id = world.guid();
    let client_id = request.headers().get("client-request-id").cloned();
    let mut response = next.run(request).await;
    if let Some(error) = response.extensions_mut().remove::<GraphError>() {
        let client =
            client_id.as_ref().and_then(|id| id.to_str().ok()).map_or_else(|| request_id.to_string(), str::to_owned);
        let mut said = rendered(&world, &error, request_id, &client);
        *said.extensions_mut() = std::mem::take(response.extensions_mut());
        response = said;
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&request_id.to_string()) {
        headers.insert("client-request-id", client_id.unwrap_or_else(|| id.clone()));
        headers.insert("request-id", id);
    }
    response
}

fn rendered(world: &World, error: &GraphError, request_id: Uuid, client_id: &str) -> Response {
    let moment = OffsetDateTime::from(world.clock.now());
    let date = moment.format(format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]")).unwrap_or_default();
    let body = json!({ "error": {
        "code": error.code, "message": error.message,
        "innerError": { "date": date, "request-id": request_id, "client-request-id": client_id },
    } });
    let mut response = (error.status, Json(body)).into_response();
    for (name, value) in &error.headers {
        response.headers_mut().append(name, value.clone());
    }
    response
}

//! Problem answers (RFC 9457): one shape for everything that did not work.
//!
//! The status is decided here, once, from [`ErrorKind`]; rooms never name one.

mod openapi;

use std::error::Error;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use kernel::{ErrorKind, Kinded, RequestId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::RequestContext;

pub use openapi::Problems;

/// The media type of a problem document (RFC 9457 §3).
pub const MEDIA_TYPE: &str = "application/problem+json";

/// An answer that says why it is not the one that was asked for.
///
/// Made from any [`Kinded`] error by `?`. The text of an internal error goes to the log, once, and not to the caller.
#[derive(Debug, Clone)]
pub struct Problem(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    status: StatusCode,
    code: &'static str,
    detail: String,
    errors: Vec<FieldError>,
    retry_after: Option<Duration>,
    challenge: Option<HeaderValue>,
}

/// The document as it travels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Always `about:blank`: `code` tells problems apart (RFC 9457 §4.2.1).
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    pub kind: String,
    /// The status in words.
    #[schema(example = "Not Found")]
    pub title: String,
    /// The HTTP status.
    #[schema(example = 404)]
    pub status: u16,
    /// What went wrong with this request, for a person.
    pub detail: String,
    /// What went wrong, for a program. Stable.
    #[schema(example = "dirsync.no_such_run")]
    pub code: String,
    /// Finds the request in the server's log and audit trail.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub request_id: Option<RequestId>,
    /// Which fields were wrong, where that is known.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<FieldError>,
}

/// One wrong field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// Which, as a path into the body or the name of a parameter.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

impl FieldError {
    /// A wrong field.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

impl Problem {
    /// A problem of one of the kinds that rooms know.
    pub fn new(kind: ErrorKind, code: &'static str, detail: impl Into<String>) -> Self {
        Self::with_status(status_of(kind), code, detail)
    }

    /// 400: the input is wrong.
    pub fn invalid(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, code, detail)
    }

    /// 403: the caller may not.
    pub fn forbidden(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::Forbidden, code, detail)
    }

    /// 404: it does not exist, or the caller may not know that it does.
    pub fn not_found(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, code, detail)
    }

    /// 409: it clashes with what is there.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::Conflict, code, detail)
    }

    /// 503: something is out of reach for now.
    pub fn unavailable(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unavailable, code, detail)
    }

    /// 500: a fault of ours. Logs `cause` with its chain; the caller sees only the request id.
    pub fn internal(code: &'static str, cause: &(dyn Error + 'static)) -> Self {
        log_failure(code, &chain(cause));
        let detail = "something went wrong on the server; the request id finds it in the log";
        Self::new(ErrorKind::Internal, code, detail)
    }

    /// For the few statuses that belong to HTTP itself and that no room can cause.
    pub(crate) fn with_status(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self(Box::new(Parts { status, code, detail, errors: Vec::new(), retry_after: None, challenge: None }))
    }

    /// Names the wrong fields.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.0.errors = errors;
        self
    }

    /// Says how long to wait.
    #[must_use]
    pub fn with_retry_after(mut self, span: Duration) -> Self {
        self.0.retry_after = Some(span);
        self
    }

    /// Says how to sign in (`WWW-Authenticate`, RFC 9110 §11.6.1).
    #[must_use]
    pub(crate) fn with_challenge(mut self, challenge: &'static str) -> Self {
        self.0.challenge = Some(HeaderValue::from_static(challenge));
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// The sentence for a person.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The wrong fields, where known.
    pub fn errors(&self) -> &[FieldError] {
        &self.0.errors
    }

    /// The document, with the id of the request that is being answered.
    pub fn body(&self) -> ProblemBody {
        ProblemBody {
            kind: "about:blank".to_owned(),
            title: self.0.status.canonical_reason().unwrap_or("Problem").to_owned(),
            status: self.0.status.as_u16(),
            detail: self.0.detail.clone(),
            code: self.0.code.to_owned(),
            request_id: RequestContext::current().map(|context| context.request_id),
            errors: self.0.errors.clone(),
        }
    }
}

impl<E: Kinded> From<E> for Problem {
    fn from(error: E) -> Self {
        let (kind, code) = (error.kind(), error.code());
        match kind {
            ErrorKind::Internal => log_failure(code, &chain(&error)),
            ErrorKind::Unavailable => {
                tracing::warn!(web.code = code, web.cause = %chain(&error), "a request could not be served for now");
            }
            _ => {}
        }
        let problem = Self::new(kind, code, error.public_detail());
        match (error.retry_after(), kind) {
            (Some(span), _) => problem.with_retry_after(span),
            (None, ErrorKind::TooMany | ErrorKind::Unavailable) => problem.with_retry_after(DEFAULT_WAIT),
            (None, _) => problem,
        }
    }
}

/// How long to ask for patience when nothing better is known.
const DEFAULT_WAIT: Duration = Duration::from_secs(5);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = self.body();
        // Plain strings and numbers always serialise.
        let json = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = (self.0.status, [(CONTENT_TYPE, MEDIA_TYPE)], json).into_response();
        let headers = response.headers_mut();
        if let Some(span) = self.0.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(whole_seconds(span)));
        }
        if let Some(challenge) = self.0.challenge {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        // Layers that draw problems as pages find it here.
        response.extensions_mut().insert(body);
        response
    }
}

fn status_of(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::Invalid => StatusCode::BAD_REQUEST,
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// `Retry-After` counts whole seconds (RFC 9110 §10.2.3); rounding down would invite a refusal.
fn whole_seconds(span: Duration) -> u64 {
    (span.as_secs() + u64::from(span.subsec_nanos() > 0)).max(1)
}

pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

fn log_failure(code: &str, cause: &str) {
    tracing::error!(web.code = code, web.cause = cause, "a request failed");
}

#[cfg(test)]
mod tests;

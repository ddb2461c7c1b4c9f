//! Answers: always `application/scim+json`, with what HTTP wants beside the body.

use axum::body::{Body, Bytes};
use axum::http::header::{
    ACCEPT, ACCEPT_ENCODING, ALLOW, CONTENT_LENGTH, CONTENT_LOCATION, CONTENT_TYPE, ETAG, LOCATION, RETRY_AFTER,
    WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use scim::ScimError;
use scim::etag::ETag;
use scim::media::SCIM_JSON;
use serde::Serialize;

use crate::resources::Answer;

/// What a call is answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Option<Bytes>,
    /// Why, where it failed.
    pub error: Option<ScimError>,
    /// The resource that it is about, where there is one.
    pub about: Option<(uuid::Uuid, String)>,
}

impl Reply {
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: None, error: None, about: None }
    }

    /// A body of SCIM's media type.
    pub(crate) fn document(status: StatusCode, document: &impl Serialize) -> Self {
        // Plain data always serialises.
        let body = serde_json::to_vec(document).unwrap_or_default();
        Self { body: Some(body.into()), ..Self::empty(status) }.with(CONTENT_TYPE, SCIM_JSON)
    }

    /// A resource as it is now, or that it is as the client wanted it.
    pub(crate) fn resource(status: StatusCode, answer: Answer) -> Self {
        let reply = match &answer.resource {
            Some(resource) => Self::document(status, resource),
            None => Self::empty(StatusCode::NO_CONTENT),
        };
        // `Content-Location` is what RFC 7643 §3.1 asks for; `Location` stands in every example of RFC 7644 §3.
        let reply = reply.with(ETAG, &answer.etag.to_string());
        let reply = reply.with(LOCATION, &answer.location).with(CONTENT_LOCATION, &answer.location);
        Self { about: Some((answer.id, answer.name)), ..reply }
    }

    /// What the client has already.
    pub(crate) fn unchanged(etag: &ETag) -> Self {
        Self::empty(StatusCode::NOT_MODIFIED).with(ETAG, &etag.to_string())
    }

    /// Why it failed.
    pub(crate) fn error(error: ScimError) -> Self {
        let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut reply = Self::document(status, &error.body());
        if status == StatusCode::UNSUPPORTED_MEDIA_TYPE {
            // What would be read (RFC 9110 §15.5.16).
            reply = reply.with(ACCEPT, "application/scim+json, application/json").with(ACCEPT_ENCODING, "identity");
        }
        if let Some(wait) = error.retry_after {
            // Whole seconds (RFC 9110 §10.2.3); rounding down would invite a refusal.
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            reply = reply.with(RETRY_AFTER, &seconds.max(1).to_string());
        }
        Self { error: Some(error), ..reply }
    }

    /// The one answer to everybody who has not shown who they are.
    pub(crate) fn unauthenticated() -> Self {
        let detail = "the secret token is missing, wrong, expired or revoked, or does not count for this address; compare \
                      the tenant URL and the secret token with the connection's page";
        Self::error(ScimError::with_status(401, detail)).with(WWW_AUTHENTICATE, "Bearer realm=\"scim\"")
    }

    /// The path is there, and answers to these methods only.
    pub(crate) fn wrong_method(allowed: &str) -> Self {
        let detail = format!("this address answers to {allowed}");
        Self::error(ScimError::with_status(405, detail)).with(ALLOW, allowed)
    }

    #[must_use]
    pub(crate) fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// The answer as HTTP. To `HEAD` the body is only as long as it would be.
    pub(crate) fn into_response(self, to_head: bool) -> Response<Body> {
        let length = self.body.as_ref().map(Bytes::len);
        let body = self.body.filter(|_| !to_head).map_or_else(Body::empty, Body::from);
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        if let Some(length) = length.filter(|_| to_head) {
            response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
        response
    }
}

impl From<ScimError> for Reply {
    fn from(error: ScimError) -> Self {
        Self::error(error)
    }
}

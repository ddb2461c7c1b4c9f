//! What is known about a request before anyone asks who sent it.
//!
//! Set by the outermost layer, in the request's extensions and for the task that answers, so that problems, page
//! links and event streams find it without being handed it.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use http::Uri;
use http::request::Parts;
use kernel::{ErrorKind, RequestId};
use tokio_util::sync::CancellationToken;

use crate::Problem;

/// The frame of one request.
#[derive(Debug, Clone)]
pub struct RequestContext {
    /// Ours, always fresh; echoed as `x-request-id`.
    pub request_id: RequestId,
    /// Who connected, behind trusted proxies too; `None` in process.
    pub address: Option<IpAddr>,
    /// Whether the caller reached us, or the trusted proxy, by TLS.
    pub secure: bool,
    /// What was asked for.
    pub uri: Uri,
    /// Falls when the server begins to close.
    pub closing: CancellationToken,
}

tokio::task_local! {
    static CURRENT: RequestContext;
}

impl RequestContext {
    /// The request that the running task answers, inside the layers.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    /// Runs `answer` as the task of this request.
    pub(crate) async fn scope<F: Future>(self, answer: F) -> F::Output {
        CURRENT.scope(self, answer).await
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RequestContext {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| missing("the request's frame"))
    }
}

/// The router was not wrapped in `layers`; nothing is decided without them.
pub(crate) fn missing(what: &str) -> Problem {
    tracing::error!("{what} is missing: the router is not wrapped in web::layers");
    Problem::new(ErrorKind::Internal, "web.layers_missing", "the server is put together wrongly")
}

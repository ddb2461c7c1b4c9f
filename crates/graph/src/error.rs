//! Why a call to Graph failed: who failed, with what code, and whether to try again.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use kernel::{ErrorKind, Kinded};
use oidc::TokenError;
use serde::Deserialize;

use crate::tokens::CredentialsError;

/// Graph's answer when it says no.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// Graph's code, such as `Authorization_RequestDenied`; empty when the answer was not Graph's own.
    pub code: String,
    /// Graph's message; not part of its contract.
    pub message: String,
    /// Graph's id of the request.
    pub request_id: Option<String>,
    /// Our id of the request.
    pub client_request_id: String,
    /// Where Graph sends us instead.
    pub location: Option<String>,
}

impl Refusal {
    /// Reads the body of a refusal; a body that is not Graph's leaves the code empty.
    pub(crate) fn read(status: u16, body: &[u8]) -> Self {
        let envelope: Envelope = serde_json::from_slice(body).unwrap_or_default();
        let error = envelope.error;
        let request_id = error.inner.and_then(|inner| inner.request_id);
        Self { status, code: error.code, message: error.message, request_id, ..Self::default() }
    }

    /// Compares the code without regard to case, as Graph's own spelling varies.
    pub fn is(&self, code: &str) -> bool {
        self.code.eq_ignore_ascii_case(code)
    }

    /// Graph itself says that the object is not there. A 404 of a proxy says nothing.
    fn says_not_found(&self) -> bool {
        self.status == 404 && self.code.to_ascii_lowercase().ends_with("notfound")
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = if self.code.is_empty() { "no code" } else { &self.code };
        write!(f, "{} {code}", self.status)?;
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        let request_id = self.request_id.as_deref().unwrap_or("none");
        write!(f, " (request-id {request_id}, client-request-id {})", self.client_request_id)
    }
}

#[derive(Deserialize, Default)]
struct Envelope {
    error: EnvelopeError,
}

#[derive(Deserialize, Default)]
struct EnvelopeError {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
    #[serde(default, rename = "innerError", alias = "innererror")]
    inner: Option<Inner>,
}

#[derive(Deserialize)]
struct Inner {
    #[serde(default, rename = "request-id")]
    request_id: Option<String>,
}

/// Why a call to Graph failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum GraphError {
    /// Graph is busy with us; wait.
    #[error("graph throttles this application: {refusal}")]
    Throttled {
        /// How long, where Graph said.
        retry_after: Option<Duration>,
        /// What Graph said.
        refusal: Box<Refusal>,
    },
    /// Graph itself has trouble (5xx), still after trying again.
    #[error("graph is not available: {0}")]
    Unavailable(Box<Refusal>),
    /// Graph says no; the same request will be refused again.
    #[error("graph refused: {0}")]
    Rejected(Box<Refusal>),
    /// Graph says that the object does not exist (any more).
    #[error("graph does not find it: {0}")]
    NotFound(Box<Refusal>),
    /// The delta token is dead: drop it, read everything, and compare.
    #[error("the delta token is dead: {refusal}")]
    DeltaReset {
        /// Where Graph suggests to start over.
        location: Option<String>,
        /// What Graph said.
        refusal: Box<Refusal>,
    },
    /// No answer came, still after trying again.
    #[error("graph cannot be reached (client-request-id {client_request_id})")]
    Unreachable {
        /// Our id of the last attempt.
        client_request_id: String,
        /// What went wrong.
        #[source]
        cause: Arc<reqwest::Error>,
    },
    /// An answer came that makes no sense; nothing of it may be used.
    #[error("graph's answer makes no sense: {what} (request-id {request_id}, client-request-id {client_request_id})")]
    Broken {
        /// What is wrong with it.
        what: String,
        /// Graph's id of the request, or `none`.
        request_id: String,
        /// Our id of the request.
        client_request_id: String,
    },
    /// Entra gave no token.
    #[error("entra gave no token for graph")]
    Token(#[source] Box<TokenError>),
    /// We have no credential to ask with.
    #[error("the credential of the tenant cannot be read")]
    Credentials(#[source] CredentialsError),
    /// The caller asked to stop.
    #[error("the call was cancelled")]
    Cancelled,
}

impl GraphError {
    /// Makes sense of a refusal.
    pub(crate) fn refused(refusal: Refusal, retry_after: Option<Duration>) -> Self {
        let refusal = Box::new(refusal);
        match refusal.status {
            429 => Self::Throttled { retry_after, refusal },
            503 if retry_after.is_some() => Self::Throttled { retry_after, refusal },
            500 | 502 | 503 | 504 => Self::Unavailable(refusal),
            _ if refusal.says_not_found() => Self::NotFound(refusal),
            _ => Self::Rejected(refusal),
        }
    }

    /// Whether the same call may succeed later without anybody mending anything.
    pub fn try_again(&self) -> bool {
        match self {
            Self::Throttled { .. } | Self::Unavailable(_) | Self::Unreachable { .. } | Self::Broken { .. } => true,
            Self::Token(error) => error.try_again(),
            Self::Rejected(refusal) => refusal.is("Directory_ConcurrencyViolation"),
            _ => false,
        }
    }

    /// What Graph said, where it said something.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Throttled { refusal, .. }
            | Self::DeltaReset { refusal, .. }
            | Self::Unavailable(refusal)
            | Self::Rejected(refusal)
            | Self::NotFound(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// The raw code for an administrator: Graph's code, `AADSTS…`, or nothing.
    pub fn raw_code(&self) -> Option<String> {
        match self {
            Self::Token(error) => error.aadsts().map(|code| format!("AADSTS{code}")),
            other => other.refusal().map(|refusal| refusal.code.clone()).filter(|code| !code.is_empty()),
        }
    }

    /// Graph's and our id of the request, where there was one.
    pub fn request_ids(&self) -> (Option<&str>, Option<&str>) {
        match self {
            Self::Unreachable { client_request_id, .. } => (None, Some(client_request_id)),
            Self::Broken { request_id, client_request_id, .. } => (Some(request_id), Some(client_request_id)),
            other => other.refusal().map_or((None, None), |refusal| {
                (refusal.request_id.as_deref(), Some(refusal.client_request_id.as_str()))
            }),
        }
    }

    /// Whether the application lacks a permission, or the tenant a licence, for this call.
    pub fn is_forbidden(&self) -> bool {
        self.refusal().is_some_and(|refusal| refusal.status == 403)
    }
}

impl Kinded for GraphError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Token(error) => error.kind(),
            Self::Rejected(_) | Self::DeltaReset { .. } => ErrorKind::Conflict,
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::Credentials(_) => ErrorKind::Internal,
            Self::Throttled { .. }
            | Self::Unavailable(_)
            | Self::Unreachable { .. }
            | Self::Broken { .. }
            | Self::Cancelled => ErrorKind::Unavailable,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Throttled { .. } => "graph.throttled",
            Self::Unavailable(_) => "graph.unavailable",
            Self::Rejected(_) => "graph.rejected",
            Self::NotFound(_) => "graph.not_found",
            Self::DeltaReset { .. } => "graph.delta_reset",
            Self::Unreachable { .. } => "graph.unreachable",
            Self::Broken { .. } => "graph.broken",
            Self::Token(_) => "graph.no_token",
            Self::Credentials(_) => "graph.no_credential",
            Self::Cancelled => "graph.cancelled",
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Throttled { retry_after, .. } => *retry_after,
            Self::Token(error) => error.retry_after(),
            _ => None,
        }
    }
}

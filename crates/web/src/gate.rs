//! Who calls: learnt through a trait that the room of operators fills.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;
use kernel::{Actor, Secret};

use crate::context::missing;
use crate::{CsrfKey, CsrfToken, Problem, RequestContext, cookie};

/// What a caller showed.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// An API token (`Authorization: Bearer`, RFC 6750 §2.1).
    Bearer(Secret<String>),
    /// A session's cookie.
    Session(Secret<String>),
}

impl Credentials {
    /// Reads what the request shows. Where there is an `Authorization` header the cookie does not count, whatever
    /// the header says; so it is never in doubt whether a request needs protection against forgery.
    pub fn read(headers: &HeaderMap, secure: bool) -> Option<Self> {
        let Some(authorization) = headers.get(AUTHORIZATION) else {
            return cookie::read(headers, secure).map(Self::Session);
        };
        let (scheme, token) = authorization.to_str().ok()?.split_once(' ')?;
        let token = token.trim();
        (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| Self::Bearer(token.into()))
    }
}

/// Finds the actor behind credentials.
#[async_trait]
pub trait Authenticate: Send + Sync {
    /// Who this is. The actor carries the request's id and address.
    async fn authenticate(
        &self,
        credentials: Credentials,
        request: &RequestContext,
    ) -> Result<Actor, AuthenticateError>;
}

/// Why credentials do not open the door.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticateError {
    /// They do not count, or no longer.
    #[error("the credentials are unknown, expired or revoked")]
    Refused,
    /// They count, but something must be done first.
    #[error("{detail}")]
    Restricted {
        /// A stable code: `operators.password_change_due`.
        code: &'static str,
        /// What must be done.
        detail: String,
        /// The page on which it is done.
        page: &'static str,
    },
    /// It cannot be known for now.
    #[error("credentials cannot be checked for now")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

/// The door: who is let in and with which key forgery is told apart.
#[derive(Clone)]
pub struct Gate {
    pub(crate) authenticate: Arc<dyn Authenticate>,
    pub(crate) csrf: CsrfKey,
}

impl Gate {
    /// A gate that asks `authenticate`.
    pub fn new(authenticate: Arc<dyn Authenticate>, csrf: CsrfKey) -> Self {
        Self { authenticate, csrf }
    }

    /// A gate that nobody passes: for servers and tests without callers.
    pub fn closed(csrf: CsrfKey) -> Self {
        Self::new(Arc::new(Closed), csrf)
    }

    /// The token for calls that will rest on a session, such as one that has just begun.
    pub fn csrf_token(&self, session: &Secret<String>) -> CsrfToken {
        CsrfToken(self.csrf.token(session))
    }

    /// Whether a form's token was made for this session: for sessions that are not operators'.
    pub fn knows_csrf(&self, session: &Secret<String>, token: &str) -> bool {
        self.csrf.verify(session, token)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Gate {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| missing("the gate"))
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gate(…)")
    }
}

struct Closed;

#[async_trait]
impl Authenticate for Closed {
    async fn authenticate(&self, _: Credentials, _: &RequestContext) -> Result<Actor, AuthenticateError> {
        Err(AuthenticateError::Refused)
    }
}

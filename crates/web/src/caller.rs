//! The caller: deny is the default, since what needs leave takes a `May`, and only a caller's actor makes one.

use std::ops::Deref;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use http::{Method, Uri};
use kernel::{Actor, ErrorKind, May, Permission, Secret};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::context::missing;
use crate::csrf::{Checked, is_unsafe};
use crate::{AuthenticateError, Credentials, Gate, Problem, RequestContext};

/// Where people sign in.
pub const SIGN_IN: &str = "/sign-in";

/// Somebody who has shown who they are. Answers 401 to strangers.
#[derive(Debug, Clone)]
pub struct Caller {
    actor: Actor,
    session: Option<Secret<String>>,
}

impl Caller {
    /// Who acts, in which organisation.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Asks for leave to do one thing.
    pub fn may<P: Permission>(&self, subject: P) -> Result<May<P>, Problem> {
        Ok(self.actor.may(subject)?)
    }

    /// The session this call rests on; `None` for API tokens.
    pub fn session(&self) -> Option<&Secret<String>> {
        self.session.as_ref()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        identify(parts, state).await.map_err(Stranger::into_problem)
    }
}

/// The caller of a page: strangers are sent to sign in and come back to where they were.
#[derive(Debug, Clone)]
pub struct PageCaller(pub Caller);

impl Deref for PageCaller {
    type Target = Caller;
    fn deref(&self) -> &Caller {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PageCaller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        match identify(parts, state).await {
            Ok(caller) => Ok(Self(caller)),
            Err(stranger) => Err(stranger.into_page(parts)),
        }
    }
}

/// Marks a handler that anyone may call, so that a search shows every open door.
#[derive(Debug, Clone, Copy)]
pub struct Public;

impl<S: Send + Sync> FromRequestParts<S> for Public {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self)
    }
}

/// Why there is no caller.
enum Stranger {
    Unknown(Problem),
    Restricted { problem: Problem, page: &'static str },
    Failed(Problem),
}

async fn identify<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<Caller, Stranger> {
    if let Some(caller) = parts.extensions.get::<Caller>() {
        return Ok(caller.clone());
    }
    let context = RequestContext::from_request_parts(parts, state).await.map_err(Stranger::Failed)?;
    let Some(gate) = parts.extensions.get::<Gate>().cloned() else {
        return Err(Stranger::Failed(missing("the gate")));
    };
    let Some(credentials) = Credentials::read(&parts.headers, context.secure) else {
        return Err(Stranger::Unknown(unauthenticated()));
    };
    let session = match &credentials {
        Credentials::Session(session) => Some(session.clone()),
        Credentials::Bearer(_) => None,
    };
    if session.is_some() && is_unsafe(&parts.method) && parts.extensions.get::<Checked>().is_none() {
        return Err(Stranger::Failed(missing("the check against forgery")));
    }
    let actor = gate.authenticate.authenticate(credentials, &context).await.map_err(Stranger::from)?;
    tracing::Span::current().record("web.actor", actor.label());
    let caller = Caller { actor, session };
    parts.extensions.insert(caller.clone());
    Ok(caller)
}

impl From<AuthenticateError> for Stranger {
    fn from(error: AuthenticateError) -> Self {
        match error {
            AuthenticateError::Refused => Self::Unknown(refused()),
            AuthenticateError::Restricted { code, detail, page } => {
                Self::Restricted { problem: Problem::forbidden(code, detail), page }
            }
            AuthenticateError::Unavailable(cause) => {
                tracing::warn!(web.cause = %crate::problem::chain(cause.as_ref()), "credentials cannot be checked");
                let problem =
                    Problem::unavailable("web.authentication_unavailable", "credentials cannot be checked for now");
                Self::Failed(problem.with_retry_after(std::time::Duration::from_secs(5)))
            }
        }
    }
}

impl Stranger {
    fn into_problem(self) -> Problem {
        match self {
            Self::Unknown(problem) | Self::Restricted { problem, .. } | Self::Failed(problem) => problem,
        }
    }

    fn into_page(self, parts: &Parts) -> Response {
        // A script's request must see that it failed; a redirect would hand it the sign-in page as its answer.
        let navigates = parts.headers.get("sec-fetch-mode").is_none_or(|mode| mode == "navigate");
        match self {
            Self::Unknown(_) if navigates => {
                // Inside a nested router `parts.uri` has lost its prefix; the frame keeps what was asked for.
                let asked = parts.extensions.get::<RequestContext>().map_or(&parts.uri, |context| &context.uri);
                Redirect::to(&sign_in_page(&parts.method, asked)).into_response()
            }
            Self::Restricted { page, .. } if navigates => Redirect::to(page).into_response(),
            other => other.into_problem().into_response(),
        }
    }
}

pub(crate) fn unauthenticated() -> Problem {
    Problem::new(ErrorKind::Unauthenticated, "web.unauthenticated", "sign in, or send an API token")
        .with_challenge("Bearer realm=\"vestibule\"")
}

fn refused() -> Problem {
    let detail = AuthenticateError::Refused.to_string();
    Problem::new(ErrorKind::Unauthenticated, "web.credentials_refused", detail)
        .with_challenge("Bearer realm=\"vestibule\", error=\"invalid_token\"")
}

/// The sign-in page that leads back to where the person was; after a form the way back is the front page.
fn sign_in_page(method: &Method, uri: &Uri) -> String {
    let here = uri.path_and_query().map_or("/", |here| here.as_str());
    if is_unsafe(method) || here == "/" {
        return SIGN_IN.to_owned();
    }
    format!("{SIGN_IN}?next={}", utf8_percent_encode(here, NON_ALPHANUMERIC))
}

/// The place to go after signing in: `next` where it lies on this server, else the front page.
pub fn safe_next(next: Option<&str>) -> &str {
    let local = |next: &&str| {
        next.starts_with('/')
            && !next.starts_with("//")
            && !next.contains('\\')
            && !next.chars().any(char::is_control)
            && !next.starts_with(SIGN_IN)
    };
    next.filter(local).unwrap_or("/")
}

#[cfg(test)]
mod tests;

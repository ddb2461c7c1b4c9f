//! The cookie that binds a sign-in to one browser, and from where its requests come.

use std::time::Duration;

use axum::extract::{FromRequestParts, Path};
use axum::response::{AppendHeaders, IntoResponse as _, Response};
use axum_extra::extract::CookieJar;
use http::header::{SET_COOKIE, USER_AGENT};
use http::request::Parts;
use kernel::Secret;
use mfa::{MfaError, Origin, TransactionId};
use web::{Problem, RequestContext};

use super::texts::Texts;
use crate::Rooms;
use crate::desk::Door;

/// The longest that a browser's own word about itself is kept.
const LONGEST_AGENT: usize = 256;

/// A sign-in as its browser shows it: which one, and the secret of its cookie. An extractor of its own.
#[derive(Debug, Clone)]
pub struct Browser {
    /// Which sign-in.
    pub transaction: TransactionId,
    /// The secret.
    pub secret: Secret<String>,
    secure: bool,
}

/// Each sign-in has a cookie of its own, so that two tabs do not end each other. The prefix makes browsers refuse it
/// from anywhere but this very host (RFC 6265bis §4.1.3.2).
fn name(transaction: TransactionId, secure: bool) -> String {
    let prefix = if secure { "__Host-" } else { "" };
    format!("{prefix}vestibule-mfa-{}", transaction.0.simple())
}

/// Binds a sign-in to the browser. `Lax`: the browser comes from Entra's page and must show it on the next one.
pub fn bind(secure: bool, transaction: TransactionId, secret: &Secret<String>, age: Duration) -> String {
    let (name, secure) = (name(transaction, secure), if secure { "; Secure" } else { "" });
    format!("{name}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{secure}", secret.expose(), age.as_secs())
}

impl Browser {
    /// Takes the cookie back with the last answer.
    pub fn release(&self, response: Response) -> Response {
        let cookie = bind(self.secure, self.transaction, &Secret::new(String::new()), Duration::ZERO);
        (AppendHeaders([(SET_COOKIE, cookie)]), response).into_response()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Browser {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let secure = RequestContext::from_request_parts(parts, state).await?.secure;
        let path = Path::<TransactionId>::from_request_parts(parts, state).await;
        let Path(transaction) = path.map_err(|_| MfaError::NotFound("sign-in"))?;
        let jar = CookieJar::from_headers(&parts.headers);
        let cookie = jar.get(&name(transaction, secure)).ok_or(MfaError::Over)?;
        Ok(Self { transaction, secret: cookie.value().into(), secure })
    }
}

/// What something is called by its own word of itself: the system that it runs on.
pub fn device(agent: &str, otherwise: &'static str) -> &'static str {
    let known = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("CrOS", "Chromebook"),
        ("Linux", "Linux"),
    ];
    known.into_iter().find(|(word, _)| agent.contains(word)).map_or(otherwise, |(_, name)| name)
}

/// A browser and its system, as far as its own word of itself can be read: `Firefox, Windows`.
pub fn told_browser(agent: &str) -> String {
    // Every other calls itself the next one as well.
    let known = [("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    let name = known.into_iter().find(|(word, _)| agent.contains(word)).map(|(_, name)| name);
    let system = Some(device(agent, "")).filter(|system| !system.is_empty());
    [name, system].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A person at one of these pages: the frame, their language, and from where they act. An extractor of its own.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The frame before sign-in.
    pub door: Door,
    /// What people are told, in their language.
    pub texts: &'static Texts,
    /// From where they act.
    pub origin: Origin,
    /// Whether they came by TLS.
    pub secure: bool,
}

impl FromRequestParts<Rooms> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, rooms: &Rooms) -> Result<Self, Problem> {
        let context = RequestContext::from_request_parts(parts, rooms).await?;
        let agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
        let origin = Origin {
            address: context.address.map(|address| address.to_string()),
            user_agent: agent.map(|text| text.chars().take(LONGEST_AGENT).collect()),
            ..Origin::default()
        };
        let texts = Texts::of(&parts.headers);
        let door = Door::from_request_parts(parts, rooms).await?;
        Ok(Self { door, texts, origin, secure: context.secure })
    }
}

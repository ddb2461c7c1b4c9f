//! Protection against forged requests: calls that change something and rest on a cookie must come from our own
//! pages.
//!
//! | the call | must show |
//! |---|---|
//! | `GET`, `HEAD`, `OPTIONS` | nothing |
//! | carries `Authorization` | nothing: browsers do not add it by themselves |
//! | carries no session | nothing here; sign-in forms add [`same_origin`] |
//! | is posted by other sites by design (Entra's hand-over) | nothing, and no session counts there |
//! | anything else | our own origin, and the session's token in `x-csrf-token` or the form field `csrf` |
//!
//! Multipart forms must send the header.

use std::fmt;

use aws_lc_rs::{constant_time, hmac};
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{CONTENT_TYPE, HOST, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use kernel::{Rng, Secret};
use serde::Deserialize;

use crate::context::missing;
use crate::{Credentials, Gate, Problem, RequestContext, SessionToken};

/// The header that carries the token.
pub const HEADER: &str = "x-csrf-token";
/// The form field that carries the token.
pub const FIELD: &str = "csrf";

const TAG: usize = 32;

/// The server's key from which tokens are derived. Cheap to clone.
#[derive(Clone)]
pub struct CsrfKey {
    key: hmac::Key,
    rng: Rng,
}

impl CsrfKey {
    /// A key out of 32 secret bytes; every node of one server takes the same.
    pub fn new(secret: &Secret<[u8; 32]>, rng: Rng) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, secret.expose()), rng }
    }

    /// A key that lasts as long as this process.
    pub fn random(rng: Rng) -> Self {
        Self::new(&Secret::new(rng.bytes()), rng)
    }

    /// The token of a session. Masked afresh each time, so that compression tells nothing about it (BREACH).
    pub fn token(&self, session: &Secret<String>) -> String {
        let mask = self.rng.bytes::<TAG>();
        let tag = self.tag(session);
        let masked = mask.iter().zip(tag.as_ref()).map(|(mask, tag)| mask ^ tag);
        let bytes: Vec<u8> = mask.iter().copied().chain(masked).collect();
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Whether `token` was made for this session.
    pub fn verify(&self, session: &Secret<String>, token: &str) -> bool {
        let Some((mask, masked)) = decode(token) else {
            return false;
        };
        let mut tag = [0; TAG];
        for (index, byte) in tag.iter_mut().enumerate() {
            *byte = mask[index] ^ masked[index];
        }
        constant_time::verify_slices_are_equal(&tag, self.tag(session).as_ref()).is_ok()
    }

    fn tag(&self, session: &Secret<String>) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(b"csrf\0");
        context.update(session.expose().as_bytes());
        context.sign()
    }
}

impl fmt::Debug for CsrfKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CsrfKey(…)")
    }
}

fn decode(token: &str) -> Option<([u8; TAG], [u8; TAG])> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (mask, masked) = bytes.split_at_checked(TAG)?;
    Some((mask.try_into().ok()?, masked.try_into().ok()?))
}

/// The token for the forms of a page; empty where there is no session to forge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CsrfToken(pub String);

impl fmt::Display for CsrfToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CsrfToken {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        use axum::extract::OptionalFromRequestParts;
        let gate = parts.extensions.get::<Gate>().cloned().ok_or_else(|| missing("the gate"))?;
        let session = <SessionToken as OptionalFromRequestParts<S>>::from_request_parts(parts, state).await?;
        Ok(session.map_or_else(Self::default, |session| Self(gate.csrf.token(&session.0))))
    }
}

/// Says that the request was checked; a session's caller is not made without it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Checked;

/// What the check needs.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    pub gate: Gate,
    /// Our own origin, where it cannot be told from the request.
    pub origin: Option<String>,
    /// The longest form that is read to find the token.
    pub longest_form: usize,
    /// Paths to which other sites' pages post by design.
    pub foreign_forms: fn(&str) -> bool,
}

/// The layer that refuses forged requests.
pub(crate) async fn protect(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    if (guard.foreign_forms)(request.uri().path()) {
        // Not marked as checked: nothing there can rest on a session.
        return next.run(request).await;
    }
    match check(&guard, request).await {
        Ok(mut request) => {
            request.extensions_mut().insert(Checked);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

/// For forms that are sent before there is a session: refuses those that another site's page sent.
pub async fn same_origin(context: RequestContext, request: Request, next: Next) -> Response {
    if is_unsafe(request.method()) && !from_own_page(&request, context.secure, None) {
        return cross_site().into_response();
    }
    next.run(request).await
}

/// Whether a method may change something (RFC 9110 §9.2.1).
pub(crate) fn is_unsafe(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE)
}

async fn check(guard: &Guard, request: Request) -> Result<Request, Problem> {
    let secure = request.extensions().get::<RequestContext>().is_some_and(|context| context.secure);
    let Some(Credentials::Session(session)) = Credentials::read(request.headers(), secure) else {
        return Ok(request);
    };
    if !is_unsafe(request.method()) {
        return Ok(request);
    }
    if !from_own_page(&request, secure, guard.origin.as_deref()) {
        return Err(cross_site());
    }
    let (token, request) = find_token(request, guard.longest_form).await?;
    match token {
        Some(token) if guard.gate.csrf.verify(&session, &token) => Ok(request),
        Some(_) => Err(bad_token("the form's token does not belong to this session; reload the page and try again")),
        None => Err(bad_token("a call that rests on a session needs its token in x-csrf-token or the field csrf")),
    }
}

/// Browsers say where a request comes from: `Sec-Fetch-Site` (Fetch Metadata §2.3), older ones `Origin`. What says
/// neither is not a browser's form; it still needs the token.
fn from_own_page(request: &Request, secure: bool, own: Option<&str>) -> bool {
    let headers = request.headers();
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = headers.get(ORIGIN) else {
        return true;
    };
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    own.is_some_and(|own| own.eq_ignore_ascii_case(origin))
        || own_origin(request, secure).is_some_and(|own| own.eq_ignore_ascii_case(origin))
}

fn own_origin(request: &Request, secure: bool) -> Option<String> {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| request.uri().authority().map(http::uri::Authority::as_str))?;
    let (scheme, default_port) = if secure { ("https", ":443") } else { ("http", ":80") };
    Some(format!("{scheme}://{}", host.strip_suffix(default_port).unwrap_or(host)))
}

#[derive(Deserialize)]
struct Field {
    csrf: Option<String>,
}

async fn find_token(request: Request, longest: usize) -> Result<(Option<String>, Request), Problem> {
    if let Some(token) = request.headers().get(HEADER) {
        let token = token.to_str().unwrap_or_default().to_owned();
        return Ok((Some(token), request));
    }
    if !is_form(request.headers()) {
        return Ok((None, request));
    }
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, longest).await.map_err(|_| too_long(longest))?;
    let token = read_field(&parts, bytes.clone()).await;
    Ok((token, Request::from_parts(parts, Body::from(bytes))))
}

async fn read_field(parts: &Parts, bytes: Bytes) -> Option<String> {
    let mut copy = Request::new(Body::from(bytes));
    *copy.method_mut() = Method::POST;
    copy.headers_mut().insert(CONTENT_TYPE, parts.headers.get(CONTENT_TYPE)?.clone());
    axum::Form::<Field>::from_request(copy, &()).await.ok()?.0.csrf
}

fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

fn cross_site() -> Problem {
    Problem::forbidden("web.cross_site", "another site's page sent this request; it was not carried out")
}

fn bad_token(detail: &str) -> Problem {
    Problem::forbidden("web.csrf_token", detail)
}

fn too_long(longest: usize) -> Problem {
    let detail = format!("the form is longer than {longest} bytes");
    Problem::with_status(StatusCode::PAYLOAD_TOO_LARGE, "web.too_long", detail)
}

#[cfg(test)]
mod tests;

//! The session cookie. Says nothing about what a session is: that is the room of operators' business.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::response::{IntoResponseParts, ResponseParts};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use http::header::SET_COOKIE;
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use kernel::Secret;

use crate::{Credentials, Problem, RequestContext};

/// Over TLS. The prefix makes browsers refuse it from anywhere but this very host (RFC 6265bis §4.1.3.2).
pub const SECURE_NAME: &str = "__Host-vestibule";
/// Over plain HTTP on loopback, where browsers would not store the other.
pub const PLAIN_NAME: &str = "vestibule";

fn name(secure: bool) -> &'static str {
    if secure { SECURE_NAME } else { PLAIN_NAME }
}

/// The session that the request shows, if any.
pub(crate) fn read(headers: &HeaderMap, secure: bool) -> Option<Secret<String>> {
    let jar = CookieJar::from_headers(headers);
    let value = jar.get(name(secure))?.value();
    (!value.is_empty()).then(|| value.into())
}

/// Sets or clears the session cookie: `(SessionCookie::set(&context, &secret, age), Redirect::to("/"))`.
#[derive(Debug)]
pub struct SessionCookie(HeaderValue);

impl SessionCookie {
    /// Hands the browser a session. Sent back on navigation from other sites (consent returns that way), never on
    /// their forms.
    pub fn set(context: &RequestContext, session: &Secret<String>, age: Duration) -> Self {
        let seconds = i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
        Self::build(context, session.expose(), seconds)
    }

    /// Takes the session from the browser.
    pub fn clear(context: &RequestContext) -> Self {
        Self::build(context, "", 0)
    }

    fn build(context: &RequestContext, value: &str, seconds: i64) -> Self {
        let mut cookie = Cookie::new(name(context.secure), value);
        cookie.set_path("/");
        cookie.set_http_only(true);
        cookie.set_secure(context.secure);
        cookie.set_same_site(SameSite::Lax);
        let text = format!("{cookie}; Max-Age={seconds}");
        // Session values are URL-safe text; anything else clears rather than breaks the header.
        Self(HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("vestibule=; Max-Age=0")))
    }
}

impl IntoResponseParts for SessionCookie {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        parts.headers_mut().append(SET_COOKIE, self.0);
        Ok(parts)
    }
}

/// The session's secret as the browser showed it, not yet checked: for signing out and for finishing a sign-in.
#[derive(Debug, Clone)]
pub struct SessionToken(pub Secret<String>);

impl<S: Send + Sync> FromRequestParts<S> for SessionToken {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = <Self as OptionalFromRequestParts<S>>::from_request_parts(parts, state).await?;
        found.ok_or_else(crate::caller::unauthenticated)
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for SessionToken {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Problem> {
        let context = RequestContext::from_request_parts(parts, state).await?;
        match Credentials::read(&parts.headers, context.secure) {
            Some(Credentials::Session(session)) => Ok(Some(Self(session))),
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests;

//! The portal's cookies, who shows them, and forms that are its own.

use std::time::Duration;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use http::header::{SET_COOKIE, USER_AGENT};
use http::request::Parts;
use kernel::{Secret, Timestamp};
use mfa::portal::{Entered, Leaving, VisitId};
use mfa::{MfaError, Origin};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tenants::TenantId;
use web::{Form, Gate, Problem, RequestContext};

use super::texts::Texts;
use super::{Framed, Place, Shell};
use crate::Rooms;
use crate::desk::Door;

/// The longest that a browser's own word about itself is kept.
const LONGEST_AGENT: usize = 256;
/// How long the choice of a tenant is remembered.
const YEAR: Duration = Duration::from_hours(24 * 365);

/// A cookie's whole name. Over TLS the prefix makes browsers refuse it from anywhere but this very host (RFC 6265bis
/// §4.1.3.2).
fn name(kind: &str, secure: bool) -> String {
    let prefix = if secure { "__Host-" } else { "" };
    format!("{prefix}vestibule-me{kind}")
}

/// `Lax`: the browser comes back from Entra's page and must show it then; no other site's form sends it.
fn cookie(name: &str, value: &str, age: Duration, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{secure}", age.as_secs())
}

fn visit_kind(visit: VisitId) -> String {
    format!("-visit-{}", visit.0.simple())
}

/// Somebody at the portal, signed in or not: the frame, their language, from where they act. An extractor of its own.
#[derive(Debug, Clone)]
pub struct Visitor {
    door: Door,
    pub texts: &'static Texts,
    pub origin: Origin,
    /// The secret of a session, not yet looked at.
    pub token: Option<Secret<String>>,
    /// The tenant that was chosen last.
    pub tenant: Option<TenantId>,
    said: &'static str,
    pub now: Timestamp,
    secure: bool,
    jar: CookieJar,
}

impl Visitor {
    /// What is around a page; its forms carry the session's token.
    pub fn framed(&self, title: &str, place: Place) -> Framed {
        (self.door.frame(title), Shell { texts: self.texts, said: self.said, place })
    }

    /// The cookie of a way to Entra.
    pub fn visit(&self, visit: VisitId) -> Option<Secret<String>> {
        Some(self.jar.get(&name(&visit_kind(visit), self.secure))?.value().into())
    }

    /// Sends the browser to Entra.
    pub fn leave(&self, leaving: &Leaving, tenant: TenantId) -> Response {
        let visit = name(&visit_kind(leaving.visit), self.secure);
        let visit = cookie(&visit, leaving.cookie.expose(), leaving.within, self.secure);
        let chosen = cookie(&name("-tenant", self.secure), &tenant.to_string(), YEAR, self.secure);
        let cookies = AppendHeaders([(SET_COOKIE, visit), (SET_COOKIE, chosen)]);
        (cookies, Redirect::to(leaving.to.as_str())).into_response()
    }

    /// Takes the cookie of a way to Entra back: it has been gone.
    pub fn arrived(&self, visit: Option<VisitId>, response: Response) -> Response {
        let Some(visit) = visit else { return response };
        let gone = cookie(&name(&visit_kind(visit), self.secure), "", Duration::ZERO, self.secure);
        (AppendHeaders([(SET_COOKIE, gone)]), response).into_response()
    }

    /// Hands the browser what opens its session from now on, and goes on.
    pub fn enter(&self, entered: &Entered, to: &str) -> Response {
        let age = entered.until.since(self.now);
        let session = cookie(&name("", self.secure), entered.token.expose(), age, self.secure);
        (AppendHeaders([(SET_COOKIE, session)]), Redirect::to(to)).into_response()
    }

    /// Takes the session from the browser, and goes on.
    pub fn release(&self, response: Response) -> Response {
        let gone = cookie(&name("", self.secure), "", Duration::ZERO, self.secure);
        (AppendHeaders([(SET_COOKIE, gone)]), response).into_response()
    }
}

impl FromRequestParts<Rooms> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, rooms: &Rooms) -> Result<Self, Problem> {
        let context = RequestContext::from_request_parts(parts, rooms).await?;
        let gate = Gate::from_request_parts(parts, rooms).await?;
        let agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
        let origin = Origin {
            address: context.address.map(|address| address.to_string()),
            user_agent: agent.map(|text| text.chars().take(LONGEST_AGENT).collect()),
            ..Origin::default()
        };
        let texts = Texts::of(&parts.headers);
        let query = parts.uri.query().unwrap_or_default();
        let said = query.split('&').find_map(|pair| pair.strip_prefix("said=")).unwrap_or_default();
        let said = texts.said(said);
        let mut door = Door::from_request_parts(parts, rooms).await?;
        let jar = CookieJar::from_headers(&parts.headers);
        let read = |kind: &str| jar.get(&name(kind, context.secure)).map(|found| found.value().to_owned());
        let token = read("").filter(|value| !value.is_empty()).map(Secret::new);
        // Forms here rest on the portal's own session, never on an operator's.
        door.frame.csrf = token.as_ref().map(|token| gate.csrf_token(token).0).unwrap_or_default();
        door.frame.flash = None;
        let tenant = read("-tenant").and_then(|value| value.parse().ok());
        Ok(Self { door, texts, origin, token, tenant, said, now: rooms.env.now(), secure: context.secure, jar })
    }
}

/// Somebody with a session that counts. Everybody else is sent to sign in. An extractor of its own.
#[derive(Debug, Clone)]
pub struct Me {
    pub visitor: Visitor,
    pub token: Secret<String>,
}

impl std::ops::Deref for Me {
    type Target = Visitor;
    fn deref(&self) -> &Visitor {
        &self.visitor
    }
}

impl FromRequestParts<Rooms> for Me {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, rooms: &Rooms) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, rooms).await.map_err(IntoResponse::into_response)?;
        let Some(token) = visitor.token.clone() else { return Err(Redirect::to("/me").into_response()) };
        match rooms.mfa.touch_portal(&token).await {
            Ok(()) => Ok(Self { visitor, token }),
            Err(MfaError::SignedOut) => Err(visitor.release(Out::from(MfaError::SignedOut).into_response())),
            Err(error) => Err(Problem::from(error).into_response()),
        }
    }
}

/// A form that one of the portal's own pages sent, by somebody with a session that counts.
#[derive(Debug)]
pub struct Posted<T>(pub Me, pub T);

#[derive(Deserialize)]
struct Field {
    csrf: Option<String>,
}

impl<T: DeserializeOwned> FromRequest<Rooms> for Posted<T> {
    type Rejection = Response;

    async fn from_request(request: Request, rooms: &Rooms) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let me = Me::from_request_parts(&mut parts, rooms).await?;
        let problem = |problem: Problem| problem.into_response();
        let gate = Gate::from_request_parts(&mut parts, rooms).await.map_err(problem)?;
        let bytes = axum::body::Bytes::from_request(Request::from_parts(parts.clone(), body), rooms).await;
        let bytes = bytes.map_err(|rejection| problem(Problem::unread(&rejection)))?;
        let again = || Request::from_parts(parts.clone(), axum::body::Body::from(bytes.clone()));
        let Form(Field { csrf }) = Form::from_request(again(), rooms).await.map_err(problem)?;
        if !csrf.is_some_and(|csrf| gate.knows_csrf(&me.token, &csrf)) {
            let detail = "the form's token does not belong to this session; load the page again and repeat it";
            return Err(Problem::forbidden("web.csrf_token", detail).into_response());
        }
        let Form(form) = Form::from_request(again(), rooms).await.map_err(problem)?;
        Ok(Self(me, form))
    }
}

/// A form without fields of its own.
#[derive(Debug, Deserialize)]
pub struct Nothing {}

/// Why a page is not answered as asked: those who are signed out, or have to prove themselves first, are led to it.
#[derive(Debug)]
pub struct Out(Response);

impl IntoResponse for Out {
    fn into_response(self) -> Response {
        self.0
    }
}

impl From<MfaError> for Out {
    fn from(error: MfaError) -> Self {
        match error {
            MfaError::SignedOut => Self(Redirect::to("/me?said=ended").into_response()),
            MfaError::ProveFirst => Self(Redirect::to("/me").into_response()),
            error => Self(Problem::from(error).into_response()),
        }
    }
}

impl From<Problem> for Out {
    fn from(problem: Problem) -> Self {
        Self(problem.into_response())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{cookie, name};

    #[test]
    fn cookies_are_this_very_hosts_unseen_by_scripts_and_by_other_sites_forms() {
        let age = Duration::from_hours(4);
        assert_eq!(
            cookie(&name("", true), "secret", age, true),
            "__Host-vestibule-me=secret; Path=/; Max-Age=14400; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(
            cookie(&name("-tenant", false), "x", Duration::ZERO, false),
            "vestibule-me-tenant=x; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
        );
    }
}

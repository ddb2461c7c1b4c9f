//! One request of a browser: its cookies, its address, and the ids its answer carries.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::header::{COOKIE, SET_COOKIE, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};

use super::flow::Flow;
use crate::World;
use crate::identity::trace::Trace;
use crate::links::Links;

/// The cookie that names the browser's session.
const SESSION: &str = "ESTSAUTH";
/// The cookie that ties a sign-in to the browser that began it.
const BROWSER: &str = "ESTSSSO";

/// Where a connection came from.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// Who sends a request: its headers, and where it comes from. Extract it in a handler.
#[derive(Debug)]
pub struct Sender {
    /// Its headers.
    pub headers: HeaderMap,
    /// The first of `X-Forwarded-For`, so that tests can be anywhere, else the peer.
    pub address: IpAddr,
}

impl Sender {
    fn of(parts: &Parts) -> Self {
        let peer = parts.extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0);
        Self { headers: parts.headers.clone(), address: forwarded(&parts.headers).unwrap_or(peer) }
    }

    /// The emulator's own request.
    pub fn within() -> Self {
        Self { headers: HeaderMap::new(), address: IpAddr::V4(Ipv4Addr::LOCALHOST) }
    }
}

impl<S: Sync> FromRequestParts<S> for Sender {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

/// One request of a browser. Extract it in a handler.
#[derive(Debug)]
pub struct Visit {
    /// The emulator.
    pub world: Arc<World>,
    /// The address the browser used.
    pub links: Links,
    /// The ids of the answer.
    pub trace: Trace,
    /// The browser's own name.
    pub agent: String,
    /// Where it comes from.
    pub address: IpAddr,
    /// The session its cookie names.
    pub session: Option<String>,
    /// The browser's own cookie.
    pub browser: Option<String>,
    /// The answer must be a page, not a redirect: some browsers hold redirects after a foreign form's post against
    /// that form's policy (CSP `form-action`).
    pub by_page: bool,
}

impl FromRequestParts<Arc<World>> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, world: &Arc<World>) -> Result<Self, Infallible> {
        let headers = &parts.headers;
        Ok(Self {
            world: world.clone(),
            links: Links::of(world, headers),
            trace: Trace::of(world, headers),
            agent: text(headers, USER_AGENT.as_str()).unwrap_or_default(),
            address: Sender::of(parts).address,
            session: cookie(headers, SESSION),
            browser: cookie(headers, BROWSER),
            by_page: false,
        })
    }
}

impl Visit {
    /// Whether the sign-in was begun by this browser. Without TLS a browser leaves the cookie out of cross-site posts,
    /// so only a wrong one counts there.
    pub fn began(&self, flow: &Flow) -> bool {
        match &self.browser {
            Some(browser) => *browser == flow.browser,
            None => self.world.scheme() == "http",
        }
    }

    /// Lets the browser keep its session and its sign-in.
    pub fn keep(&self, flow: &Flow, mut response: Response) -> Response {
        self.set(&mut response, BROWSER, &flow.browser);
        if let Some(session) = &flow.session {
            self.set(&mut response, SESSION, session);
        }
        response
    }

    /// Takes the session's cookie away.
    pub fn forget(&self, mut response: Response) -> Response {
        let gone = format!("{SESSION}=; Path=/; Max-Age=0; HttpOnly");
        if let Ok(value) = HeaderValue::from_str(&gone) {
            response.headers_mut().append(SET_COOKIE, value);
        }
        response
    }

    fn set(&self, response: &mut Response, name: &str, value: &str) {
        let reach = if self.world.scheme() == "https" { "SameSite=None; Secure" } else { "SameSite=Lax" };
        if let Ok(value) = HeaderValue::from_str(&format!("{name}={value}; Path=/; HttpOnly; {reach}")) {
            response.headers_mut().append(SET_COOKIE, value);
        }
    }
}

/// The address a proxy or a test says the client has.
fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    text(headers, "x-forwarded-for")?.split(',').next()?.trim().parse().ok()
}

/// A cookie of the request.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let values = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned()).filter(|value| !value.is_empty())
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

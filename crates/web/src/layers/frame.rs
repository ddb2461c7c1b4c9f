//! The outermost layer: gives the request its id and its frame, and the answer its last form.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Method};
use kernel::Env;
use tokio_util::sync::CancellationToken;

use super::{Looker, ProblemPage, Protocol, Settings};
use crate::address::{Peer, TrustedProxies};
use crate::{Problem, ProblemBody, RequestContext, health};

/// Falls when the server begins to close; put in the request's extensions by the server.
#[derive(Debug, Clone, Default)]
pub(crate) struct Closing(pub CancellationToken);

pub(super) struct Frame {
    env: Env,
    proxies: TrustedProxies,
    protocols: Vec<Protocol>,
    problem_page: Option<ProblemPage>,
}

impl Frame {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            env: settings.env.clone(),
            proxies: settings.proxies.clone(),
            protocols: settings.protocols.clone(),
            problem_page: settings.problem_page.clone(),
        }
    }

    fn context(&self, request: &Request) -> RequestContext {
        let extensions = request.extensions();
        let client = extensions.get::<Peer>().map(|peer| self.proxies.client(*peer, request.headers()));
        RequestContext {
            // Always ours: an id that strangers choose could be made to clash with another's.
            request_id: self.env.new_id(),
            address: client.map(|client| client.address),
            secure: client.is_some_and(|client| client.secure),
            uri: request.uri().clone(),
            closing: extensions.get::<Closing>().cloned().unwrap_or_default().0,
        }
    }

    /// Plain HTTP that others can reach is for the trusted proxy, this machine, and probes.
    fn must_use_proxy(&self, request: &Request) -> bool {
        request.extensions().get::<Peer>().is_some_and(|peer| {
            let address = peer.address.ip().to_canonical();
            peer.exposed && !address.is_loopback() && !self.proxies.trusts(address)
        }) && !health::is_probe(request.uri().path())
    }

    /// A problem as a page for people.
    fn draw(&self, response: Response, looker: &Looker) -> Response {
        let (Some(page), Some(problem)) = (&self.problem_page, response.extensions().get::<ProblemBody>()) else {
            return response;
        };
        let html = page(problem, looker);
        with_body(response, "text/html; charset=utf-8", html.into())
    }

    fn protocol(&self, path: &str) -> Option<Protocol> {
        self.protocols.iter().find(|protocol| protocol.serves(path)).copied()
    }
}

/// A problem in the words of a protocol that is not ours.
fn translate(protocol: Protocol, response: Response) -> Response {
    let Some(problem) = response.extensions().get::<ProblemBody>() else { return response };
    let (kind, body) = (protocol.problem)(problem);
    with_body(response, kind, body)
}

fn with_body(response: Response, kind: &'static str, body: Vec<u8>) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(body))
}

pub(super) async fn frame(State(frame): State<Arc<Frame>>, mut request: Request, next: Next) -> Response {
    let context = frame.context(&request);
    let request_id = context.request_id;
    let looker = wants_page(&request)
        .then(|| Looker { path: request.uri().path().to_owned(), headers: request.headers().clone() });
    let protocol = frame.protocol(request.uri().path());
    let refused = frame.must_use_proxy(&request);
    request.extensions_mut().insert(context.clone());
    let answer = async {
        if refused {
            let detail = "this port serves its trusted proxy only; call the proxy's address";
            return Problem::forbidden("web.not_through_proxy", detail).into_response();
        }
        next.run(request).await
    };
    let response = context.scope(answer).await;
    let mut response = match (protocol, looker) {
        (Some(protocol), _) => translate(protocol, response),
        (None, Some(looker)) => frame.draw(response, &looker),
        (None, None) => response,
    };
    if let Ok(value) = HeaderValue::from_str(&request_id.to_string()) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

/// Whether a person looks at the answer, rather than a program or a page's script.
fn wants_page(request: &Request) -> bool {
    let headers = request.headers();
    let accepts = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let navigates = headers.get("sec-fetch-mode").is_none_or(|mode| mode == "navigate");
    accepts.contains("text/html")
        && navigates
        && request.method() != Method::HEAD
        && !request.uri().path().starts_with("/api/")
}

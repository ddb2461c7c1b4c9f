//! What the tests of this crate share: a door with known guests, and a way to ask.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use http::{HeaderMap, StatusCode};
use kernel::{Actor, ActorKind, Env, OrganisationId, Rng, Role, Timestamp, TokenId};
use tower::ServiceExt as _;

use crate::address::Peer;
use crate::{
    Authenticate, AuthenticateError, Credentials, CsrfKey, Gate, ProblemBody, RequestContext, Settings, layers,
};

/// Knows the roles by name; `restricted` and `down` are what they say.
struct Door;

#[async_trait]
impl Authenticate for Door {
    async fn authenticate(
        &self,
        credentials: Credentials,
        request: &RequestContext,
    ) -> Result<Actor, AuthenticateError> {
        let (Credentials::Bearer(shown) | Credentials::Session(shown)) = credentials;
        let role = match shown.expose().as_str() {
            "restricted" => {
                let detail = "change your password first".to_owned();
                return Err(AuthenticateError::Restricted { code: "operators.change_due", detail, page: "/password" });
            }
            "down" => return Err(AuthenticateError::Unavailable("database gone".into())),
            name => Role::parse(name).ok_or(AuthenticateError::Refused)?,
        };
        let env = Env::fixed(Timestamp::from_seconds(1), 1).0;
        Ok(Actor {
            kind: ActorKind::Token { id: env.new_id::<TokenId>(), name: "test".to_owned(), operator: env.new_id() },
            organisation: env.new_id::<OrganisationId>(),
            role,
            request_id: request.request_id,
            address: request.address,
        })
    }
}

pub(crate) fn csrf_key() -> CsrfKey {
    CsrfKey::random(Rng::seeded(5))
}

pub(crate) fn settings() -> Settings {
    let (env, _) = Env::fixed(Timestamp::from_seconds(1_700_000_000), 7);
    Settings::new(env, Gate::new(Arc::new(Door), csrf_key()))
}

/// The router in its layers with the usual settings.
pub(crate) fn wrapped(router: Router) -> Router {
    layers(router, settings())
}

pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    pub(crate) fn problem(&self) -> ProblemBody {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.body);
        serde_json::from_str(&self.body).expect("a problem document")
    }

    /// Status, code and detail, which is what most tests look at.
    pub(crate) fn verdict(&self) -> (u16, String, String) {
        let problem = self.problem();
        assert_eq!(problem.status, self.status.as_u16());
        (problem.status, problem.code, problem.detail)
    }
}

pub(crate) async fn ask(router: &Router, request: Request) -> Answer {
    let response = router.clone().oneshot(request).await.expect("routers do not fail");
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&bytes).into_owned() }
}

/// A request out of `GET /path` and `name: value` lines.
pub(crate) fn request(line: &str, headers: &[(&str, &str)], body: &str) -> Request {
    let (method, uri) = line.split_once(' ').expect("method and path");
    let mut request = http::Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_owned())).expect("a request")
}

pub(crate) async fn get(router: &Router, uri: &str, headers: &[(&str, &str)]) -> Answer {
    ask(router, request(&format!("GET {uri}"), headers, "")).await
}

/// The same request as if it had come by this socket.
pub(crate) fn from_peer(mut request: Request, address: &str, tls: bool) -> Request {
    let address: SocketAddr = address.parse().expect("an address");
    request.extensions_mut().insert(Peer { address, tls, exposed: false });
    request
}

/// Keeps what is logged while it lives, on this thread.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn keep() -> (Self, tracing::subscriber::DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("no holder panics")).into_owned()
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no holder panics").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

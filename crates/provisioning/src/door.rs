//! `/scim/orgs/{organisation}/…`: who calls, what is meant, and an answer that is SCIM whatever happens.
//!
//! ```text
//! address ──path──► verb, organisation ──authenticate──► pusher ──body──► call ──verbs──► reply ──► figures, journal
//! ```
//!
//! | file | what |
//! |---|---|
//! | `path.rs` | the list of verbs; how addresses are read |
//! | `authenticate.rs`, `known.rs`, `uses.rs` | who calls |
//! | `body.rs`, `reply.rs` | what comes in, what goes out |
//! | `verbs.rs`, `discovery.rs`, `oauth.rs` | what each verb asks of the room |
//! | `describe.rs` | what the API's description says |
//!
//! Whoever has not shown who they are learns nothing: not whether there is such an organisation, such a path or such a
//! method. Deliberately decides nothing about resources.

pub(crate) mod authenticate;
mod body;
mod describe;
mod discovery;
pub(crate) mod known;
mod oauth;
mod path;
mod problem;
mod reply;
mod uses;
mod verbs;

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Response};
use axum::routing::any;
use kernel::{ErrorKind, Kinded as _};
use scim::{Object, ScimError};
use utoipa_axum::router::OpenApiRouter;
use web::{RateLimit, RequestContext};

use crate::config::Config;
use crate::error::ProvisioningError;
use crate::model::ConnectionState;
use crate::pusher::Pusher;
use crate::service::Provisioning;
use authenticate::{Origin, Refused};
use path::{Found, Route, Verb};
use reply::Reply;
use verbs::Call;

pub use known::REMEMBERED;
pub use problem::problem;

/// Where everything of SCIM is.
pub const PREFIX: &str = "/scim";
/// How long a client waits before it looks whether a paused connection was resumed.
const PAUSED_FOR: Duration = Duration::from_mins(5);
/// Calls a minute that may fail to show who they are, from one address, and at once. More are not looked into further
/// than the first look-up, nor written down.
const FAILURES: (u32, u32) = (120, 120);
/// Access tokens a minute that one address may ask for, and at once.
const TOKENS: (u32, u32) = (60, 120);

/// What the door remembers.
pub(crate) struct Door {
    pub callers: known::Callers,
    pub uses: uses::Uses,
    calls: Option<RateLimit>,
    failures: RateLimit,
    tokens: RateLimit,
}

impl Door {
    pub(crate) fn new(config: &Config) -> Self {
        let most = config.calls_per_second;
        Self {
            callers: known::Callers::default(),
            uses: uses::Uses::default(),
            calls: (most > 0).then(|| RateLimit::per_second(most, most.saturating_mul(2))),
            failures: RateLimit::per_minute(FAILURES.0, FAILURES.1),
            tokens: RateLimit::per_minute(TOKENS.0, TOKENS.1),
        }
    }

    /// An operator has changed something: who calls is looked up again.
    pub(crate) fn forget_all(&self) {
        self.callers.forget_all();
    }
}

/// The routes of SCIM with their description, to be merged into the router. Their addresses are fixed by the protocol.
pub fn scim_routes(provisioning: Provisioning) -> OpenApiRouter {
    let answer = || any(answer);
    OpenApiRouter::with_openapi(describe::describe())
        .route("/scim", answer())
        .route("/scim/", answer())
        .route("/scim/{*rest}", answer())
        .with_state(provisioning)
}

/// What a call came to, for figures and the journal.
struct Outcome {
    route: Option<&'static Route>,
    pusher: Option<Pusher>,
    request: Option<Object>,
    reply: Reply,
}

impl Outcome {
    fn of(reply: Reply) -> Self {
        Self { route: None, pusher: None, request: None, reply }
    }
}

/// Answers every call.
async fn answer(State(provisioning): State<Provisioning>, context: RequestContext, request: Request) -> Response<Body> {
    let begun = Instant::now();
    let (parts, body) = request.into_parts();
    let outcome = provisioning.answer(&context, &parts, body).await;
    let took = begun.elapsed();
    figures(&outcome, took);
    outcome.reply.into_response(parts.method == Method::HEAD)
}

fn figures(outcome: &Outcome, took: Duration) {
    let verb = outcome.route.map_or("none", |route| route.name);
    let status = outcome.reply.status.as_u16().to_string();
    metrics::counter!("provisioning_calls_total", "operation" => verb, "status" => status).increment(1);
    metrics::histogram!("provisioning_call_seconds", "operation" => verb).record(took.as_secs_f64());
}

impl Provisioning {
    async fn answer(&self, context: &RequestContext, parts: &Parts, body: Body) -> Outcome {
        if let Some(wait) = too_many(self.door().calls.as_ref(), context) {
            return Outcome::of(wait.into());
        }
        let Some(address) = path::read(context.uri.path()) else {
            return Outcome::of(nothing().into());
        };
        let origin = Origin {
            organisation: address.organisation,
            request_id: context.request_id,
            address: context.address,
        };
        let found = path::find(&parts.method, &address.rest);
        if let Found::Route(route @ Route { verb: Verb::IssueToken, .. }, _) = found {
            let reply = self.issue(context, parts, origin, body).await;
            return Outcome { route: Some(route), ..Outcome::of(reply) };
        }
        let pusher = match self.authenticate(&parts.headers, origin).await {
            Ok(pusher) => pusher,
            Err(refused) => return Outcome::of(self.refuse(refused, context)),
        };
        tracing::Span::current().record("web.actor", pusher.actor.label());
        let mut outcome = self.serve(&pusher, found, parts, body).await;
        outcome.pusher = Some(pusher);
        outcome
    }

    /// Answers somebody who has shown who they are.
    async fn serve(&self, pusher: &Pusher, found: Found<'_>, parts: &Parts, body: Body) -> Outcome {
        if pusher.connection.state == ConnectionState::Paused {
            let detail = "an operator has paused this connection; try again later";
            return Outcome::of(ScimError::with_status(503, detail).retry_after(PAUSED_FOR).into());
        }
        let (route, value) = match found {
            Found::Route(route, value) => (route, value),
            Found::WrongMethod(allowed) => return Outcome::of(Reply::wrong_method(&allowed)),
            Found::Nothing => return Outcome::of(nothing().into()),
        };
        let body = match self.body_of(route, &parts.headers, body).await {
            Ok(body) => body,
            Err(error) => return Outcome { route: Some(route), ..Outcome::of(error.into()) },
        };
        let (query, headers) = (parts.uri.query().unwrap_or_default(), &parts.headers);
        let call = Call { route, value, query, headers, body: body.clone() };
        let reply = self.carry_out_call(pusher, call).await.unwrap_or_else(|error| failed(&error));
        Outcome { route: Some(route), pusher: None, request: body, reply }
    }

    async fn body_of(&self, route: &Route, headers: &HeaderMap, body: Body) -> Result<Option<Object>, ScimError> {
        if !route.verb.takes_body() {
            return Ok(None);
        }
        body::read(headers, body).await.map(Some)
    }

    async fn issue(&self, context: &RequestContext, parts: &Parts, origin: Origin, body: Body) -> Reply {
        if let Some(wait) = too_many(Some(&self.door().tokens), context) {
            return wait.into();
        }
        let (reply, refused) = oauth::answer(self, &parts.headers, origin, body).await;
        match refused {
            Some(Refused::Failed(error)) => log(&error),
            Some(stranger) => note_stranger(&stranger),
            None => {}
        }
        reply
    }

    /// Answers somebody who has not.
    fn refuse(&self, refused: Refused, context: &RequestContext) -> Reply {
        if let Refused::Failed(error) = &refused {
            return failed(error);
        }
        if let Some(wait) = too_many(Some(&self.door().failures), context) {
            return wait.into();
        }
        note_stranger(&refused);
        Reply::unauthenticated()
    }
}

/// Whether an address is over a limit. Calls without an address are in process.
fn too_many(limit: Option<&RateLimit>, context: &RequestContext) -> Option<ScimError> {
    let wait = limit?.check(context.address?).err()?;
    Some(ScimError::with_status(429, "this address calls too often; slow down").retry_after(wait))
}

fn nothing() -> ScimError {
    ScimError::with_status(404, "there is nothing at this address; compare the tenant URL with the connection's page")
}

fn note_stranger(refused: &Refused) {
    if let Refused::Stranger { why, known } = refused {
        let connection = known.as_ref().map(|(connection, _)| connection.id.to_string());
        let key = known.as_ref().and_then(|(_, key)| key.map(|key| key.to_string()));
        tracing::warn!(provisioning.why = why, provisioning.connection = connection, provisioning.key = key, "refused");
    }
}

/// The answer to a failure, which is logged once, here.
fn failed(error: &ProvisioningError) -> Reply {
    log(error);
    Reply::error(error.to_scim())
}

fn log(error: &ProvisioningError) {
    let cause = error as &dyn std::error::Error;
    match error.kind() {
        ErrorKind::Internal => tracing::error!(provisioning.code = error.code(), error = cause, "a call failed"),
        ErrorKind::Unavailable if !matches!(error, ProvisioningError::Scim(_)) => {
            tracing::warn!(provisioning.code = error.code(), error = cause, "a call cannot be served for now");
        }
        _ => {}
    }
}

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
//! | `noting.rs` | what the journal is told |
//! | `describe.rs` | what the API's description says |
//!
//! Whoever has not shown who they are learns nothing: not whether there is such an organisation, such a path or such a
//! method. Deliberately decides nothing about resources.

pub(crate) mod authenticate;
mod body;
pub(crate) mod describe;
mod discovery;
pub(crate) mod known;
mod noting;
mod oauth;
mod path;
mod problem;
mod reply;
mod uses;
mod verbs;

use std::net::IpAddr;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Method, Response};
use axum::routing::any;
use kernel::{ErrorKind, Kinded as _};
use scim::{Object, ScimError};
use utoipa_axum::router::OpenApiRouter;
use web::{RateLimit, RequestContext};

use crate::error::ProvisioningError;
use crate::model::ConnectionState;
use crate::pusher::Pusher;
use crate::service::Provisioning;
use authenticate::{Caller, Origin, Refused};
use path::{Found, Route, Verb};
use reply::Reply;
use verbs::Call;

pub use known::REMEMBERED;
pub use problem::problem;

/// Where everything of SCIM is.
pub const PREFIX: &str = "/scim";
/// How long a client waits before it looks whether a paused connection was resumed.
const PAUSED_FOR: Duration = Duration::from_mins(5);
/// Look-ups a second of who calls, from one address, and at once. Who was looked up a moment ago is not looked up again, so
/// that these are strangers, or many clients behind one address.
const LOOK_UPS: (u32, u32) = (100, 400);
/// Calls a minute that may fail to show who they are, from one address, and at once. More are not written down.
const FAILURES: (u32, u32) = (120, 120);
/// Access tokens a minute that one address may ask for, and at once.
const TOKENS: (u32, u32) = (60, 120);

/// What the door remembers.
pub(crate) struct Door {
    pub callers: known::Callers,
    pub uses: uses::Uses,
    look_ups: RateLimit,
    failures: RateLimit,
    tokens: RateLimit,
}

impl Door {
    pub(crate) fn new() -> Self {
        Self {
            callers: known::Callers::default(),
            uses: uses::Uses::default(),
            look_ups: RateLimit::per_second(LOOK_UPS.0, LOOK_UPS.1),
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
    /// Who called: somebody who may, or whose secret was right once.
    caller: Option<Caller>,
    /// What stands behind the organisation, as it is understood.
    path: String,
    /// The body as it was read.
    request: Option<Object>,
    reply: Reply,
}

impl Outcome {
    fn of(reply: Reply) -> Self {
        Self { route: None, caller: None, path: String::new(), request: None, reply }
    }
}

/// Answers every call.
async fn answer(State(provisioning): State<Provisioning>, context: RequestContext, request: Request) -> Response<Body> {
    let begun = Instant::now();
    let (parts, body) = request.into_parts();
    let at = provisioning.env().now();
    let outcome = provisioning.answer(&context, &parts, body).await;
    let took = begun.elapsed();
    figures(&outcome, took);
    provisioning.note(&outcome, &context, &parts, (at, took));
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
        let Some(address) = path::read(context.uri.path()) else {
            return Outcome::of(nothing().into());
        };
        let origin =
            Origin { organisation: address.organisation, request_id: context.request_id, address: context.address };
        let path = format!("/{}", address.rest.join("/"));
        let found = path::find(&parts.method, &address.rest);
        if let Found::Route(route @ Route { verb: Verb::IssueToken, .. }, _) = found {
            let (reply, caller) = self.issue(context, parts, origin, body).await;
            return Outcome { route: Some(route), caller, path, ..Outcome::of(reply) };
        }
        let (caller, outcome) = match self.authenticate(&parts.headers, origin).await {
            Ok(pusher) => {
                tracing::Span::current().record("web.actor", pusher.actor.label());
                let outcome = self.serve(&pusher, found, parts, body).await;
                (Some((pusher.connection, pusher.key)), outcome)
            }
            Err(refused) => self.refuse(refused, context),
        };
        Outcome { caller, path, ..outcome }
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
        let request = if route.verb.takes_body() {
            match body::read(&parts.headers, body).await {
                Ok(body) => Some(body),
                Err(error) => return Outcome { route: Some(route), ..Outcome::of(error.into()) },
            }
        } else {
            None
        };
        let (query, headers) = (parts.uri.query().unwrap_or_default(), &parts.headers);
        let call = Call { route, value, query, headers, body: request.clone().unwrap_or_default() };
        let reply = self.carry_out_call(pusher, call).await.unwrap_or_else(|error| failed(&error));
        Outcome { route: Some(route), request, ..Outcome::of(reply) }
    }

    async fn issue(
        &self,
        context: &RequestContext,
        parts: &Parts,
        origin: Origin,
        body: Body,
    ) -> (Reply, Option<Caller>) {
        if let Some(wait) = too_many(&self.door().tokens, context.address) {
            return (wait.into(), None);
        }
        let (reply, outcome) = oauth::answer(self, &parts.headers, origin, body).await;
        match outcome {
            Ok(caller) => (reply, caller),
            Err(Refused::Failed(error)) => {
                log(&error);
                (reply, None)
            }
            Err(stranger) => (reply, note_stranger(stranger)),
        }
    }

    /// Answers somebody who has not.
    fn refuse(&self, refused: Refused, context: &RequestContext) -> (Option<Caller>, Outcome) {
        if let Refused::Failed(error) = &refused {
            return (None, Outcome::of(failed(error)));
        }
        if let Some(wait) = too_many(&self.door().failures, context.address) {
            return (None, Outcome::of(wait.into()));
        }
        (note_stranger(refused), Outcome::of(Reply::unauthenticated()))
    }
}

/// Whether an address is over a limit. Calls without an address are in process.
fn too_many(limit: &RateLimit, address: Option<IpAddr>) -> Option<ScimError> {
    let wait = limit.check(address?).err()?;
    Some(ScimError::with_status(429, "this address calls too often; slow down").retry_after(wait))
}

fn nothing() -> ScimError {
    ScimError::with_status(404, "there is nothing at this address; compare the tenant URL with the connection's page")
}

/// Tells the log why somebody was refused; gives whose secret was right once.
fn note_stranger(refused: Refused) -> Option<Caller> {
    let Refused::Stranger { why, known } = refused else { return None };
    let connection = known.as_ref().map(|(connection, _)| connection.id.to_string());
    let key = known.as_ref().and_then(|(_, key)| key.map(|key| key.to_string()));
    tracing::warn!(provisioning.why = why, provisioning.connection = connection, provisioning.key = key, "refused");
    known
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

//! The login half: discovery, keys, tokens and administrators' consent.
//!
//! A token request passes `token` (what is asked) → `client` (who asks) → `scope` (for which resource) → `issue`
//! (the token). Anything wrong is one row of `aadsts`.
//!
//! Deliberately signs nobody in: that is `sign_in`.

pub mod aadsts;
pub mod assertion;
pub mod client;
pub mod consent;
pub mod discovery;
pub mod issue;
pub mod keys;
pub mod scope;
pub mod token;
pub mod trace;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::{get, post};

use crate::World;
use crate::graph::error::GraphError;
use trace::Trace;

/// Tokens say they were issued this much earlier.
pub const BACK_DATED_SECONDS: i64 = 300;

/// Every route of the login host.
pub fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/common/discovery/instance", get(discovery::instance))
        .route("/common/userrealm/{user}", get(discovery::user_realm))
        .route("/{tenant}/discovery/instance", get(discovery::instance))
        .route("/{tenant}/.well-known/openid-configuration", get(discovery::configuration_v1))
        .route("/{tenant}/v2.0/.well-known/openid-configuration", get(discovery::configuration_v2))
        .route("/{tenant}/discovery/keys", get(discovery::keys))
        .route("/{tenant}/discovery/v2.0/keys", get(discovery::keys))
        .route("/{tenant}/oauth2/v2.0/token", post(token::v2).get(token::only_post))
        .route("/{tenant}/oauth2/token", post(token::v1).get(token::only_post))
        .route("/{tenant}/adminconsent", get(consent::ask_v1).post(consent::answer_v1))
        .route("/{tenant}/v2.0/adminconsent", get(consent::ask_v2).post(consent::answer_v2))
}

/// Faults speak Graph's language; on the login endpoints they are said in its own.
pub async fn envelope(State(world): State<Arc<World>>, request: Request, next: Next) -> Response {
    let trace = Trace::of(&world, request.headers());
    let mut response = next.run(request).await;
    let Some(error) = response.extensions_mut().remove::<GraphError>() else { return response };
    let mut said = trace.answer(&aadsts::of_fault(&error));
    *said.extensions_mut() = std::mem::take(response.extensions_mut());
    said.headers_mut().extend(error.headers.into_iter().map(|(name, value)| (Some(name), value)));
    said
}

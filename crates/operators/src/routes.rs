//! The verbs over HTTP, below `/api/v1/operators`.

mod change_password;
mod choose_password;
mod complete_set_up;
mod create_operator;
mod create_organisation;
mod create_token;
mod disable_operator;
mod enable_operator;
mod find_link;
mod get_me;
mod get_operator;
mod list_operators;
mod list_organisations;
mod list_own_sessions;
mod list_sessions;
mod list_tokens;
mod remove_operator;
mod rename_organisation;
mod reset_password;
mod revoke_other_sessions;
mod revoke_own_session;
mod revoke_session;
mod revoke_token;
mod sign_in;
mod sign_out;
mod sign_out_operator;
mod unlock_operator;
mod update_operator;

use axum::middleware::from_fn;
use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{Link, Operators};

/// Every verb of the room.
pub fn routes(operators: Operators) -> OpenApiRouter {
    let open = OpenApiRouter::new()
        .routes(routes!(sign_in::handler))
        .routes(routes!(find_link::handler))
        .routes(routes!(complete_set_up::handler))
        .routes(routes!(choose_password::handler))
        // Their callers have no session whose token could be checked.
        .layer(from_fn(web::csrf::same_origin));
    let own = OpenApiRouter::new()
        .routes(routes!(sign_out::handler))
        .routes(routes!(get_me::handler))
        .routes(routes!(change_password::handler))
        .routes(routes!(list_own_sessions::handler, revoke_other_sessions::handler))
        .routes(routes!(revoke_own_session::handler));
    let all = OpenApiRouter::new()
        .routes(routes!(list_operators::handler, create_operator::handler))
        .routes(routes!(get_operator::handler, update_operator::handler, remove_operator::handler))
        .routes(routes!(disable_operator::handler))
        .routes(routes!(enable_operator::handler))
        .routes(routes!(unlock_operator::handler))
        .routes(routes!(reset_password::handler))
        .routes(routes!(sign_out_operator::handler))
        .routes(routes!(list_sessions::handler))
        .routes(routes!(revoke_session::handler))
        .routes(routes!(list_tokens::handler, create_token::handler))
        .routes(routes!(revoke_token::handler))
        .routes(routes!(list_organisations::handler, create_organisation::handler))
        .routes(routes!(rename_organisation::handler));
    open.merge(own).merge(all).with_state(operators)
}

/// A one-time link as its maker sees it, once.
#[derive(Serialize, ToSchema)]
#[schema(as = OneTimeLink)]
pub(crate) struct LinkBody {
    /// The path of the console's page; put the server's address in front.
    path: String,
    /// The secret in it.
    token: String,
    /// Until when it can be used.
    expires_at: Timestamp,
}

impl From<Link> for LinkBody {
    fn from(link: Link) -> Self {
        Self { path: link.path(), token: link.token.expose().clone(), expires_at: link.expires_at }
    }
}

/// How many sessions ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EndedSessions)]
pub(crate) struct Ended {
    /// How many.
    ended: u64,
}

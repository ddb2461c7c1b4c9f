//! The handlers of these pages.

mod accounts;
mod gate;
mod sessions;
mod tokens;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use kernel::Kinded as _;
use operators::OperatorsError;
use web::csrf::same_origin;

use crate::Rooms;

/// Who may run this server, and the doors before it.
pub fn routes() -> Router<Rooms> {
    let gate = Router::new()
        .route("/sign-in", get(gate::show_sign_in).post(gate::sign_in))
        .route("/set-up", get(gate::show_set_up).post(gate::set_up))
        .route("/choose-password", get(gate::show_choose_password).post(gate::choose_password))
        .layer(from_fn(same_origin));
    Router::new()
        .merge(gate)
        .route("/sign-out", post(gate::sign_out))
        .route("/change-password", get(gate::show_password).post(gate::change_password))
        .route("/operators", get(accounts::list_operators).post(accounts::create_operator))
        .route("/operators/export", get(accounts::export_operators))
        .route("/operators/new", get(accounts::new_operator))
        .route("/operators/{id}", get(accounts::get_operator).post(accounts::update_operator))
        .route("/operators/{id}/reset", get(accounts::ask_reset).post(accounts::reset_password))
        .route("/operators/{id}/remove", get(accounts::ask_remove).post(accounts::remove_operator))
        .route("/operators/{id}/disable", post(accounts::disable_operator))
        .route("/operators/{id}/enable", post(accounts::enable_operator))
        .route("/operators/{id}/unlock", post(accounts::unlock_operator))
        .route("/operators/{id}/sign-out", post(accounts::sign_out_operator))
        .route("/operators/tokens", get(tokens::list_tokens).post(tokens::create_token))
        .route("/operators/tokens/export", get(tokens::export_tokens))
        .route("/operators/tokens/new", get(tokens::new_token))
        .route("/operators/tokens/{id}/revoke", get(tokens::ask_revoke).post(tokens::revoke_token))
        .route("/operators/sessions", get(sessions::list_sessions))
        .route("/operators/sessions/export", get(sessions::export_sessions))
        .route("/operators/sessions/end-others", get(sessions::ask_end_others).post(sessions::end_others))
        .route("/operators/sessions/{id}/end", post(sessions::end_session))
}

/// The field an error is about and the sentence for it; `None` when it is about no field.
fn field_of(error: &OperatorsError) -> Option<(&'static str, String)> {
    let field = match error {
        OperatorsError::Invalid { field, message } => return Some((field, crate::render::sentence(message))),
        OperatorsError::WeakPassword(fault) => return Some(("password", crate::render::sentence(fault))),
        OperatorsError::WrongPassword => "current",
        OperatorsError::NameTaken(_) => "user_name",
        OperatorsError::RoleTooHigh(_) => "role",
        _ => return None,
    };
    Some((field, crate::render::sentence(&error.public_detail())))
}

/// The sentence for one field.
fn error_for(found: Option<&(&'static str, String)>, field: &str) -> String {
    found.filter(|(name, _)| *name == field).map(|(_, message)| message.clone()).unwrap_or_default()
}

//! The handlers of the portal. It has sessions of its own: no operator's counts here, and none of these counts elsewhere.

mod elsewhere;
mod gate;
mod others;
mod ways;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use web::csrf::same_origin;

use super::app::manifest;
use crate::Rooms;

/// Every address of the portal.
pub fn routes() -> Router<Rooms> {
    Router::new()
        .route("/me", get(gate::show))
        .route("/me/app.webmanifest", get(manifest))
        .route("/me/{tenant}", get(gate::choose))
        .route("/me/sign-in", get(gate::sign_in))
        .route("/me/callback", get(gate::come_back))
        .route("/me/sign-out", post(gate::sign_out))
        .route("/me/prove/code", post(gate::prove_code))
        .route("/me/prove/passkey/options", post(gate::passkey_options))
        .route("/me/prove/passkey", post(gate::prove_passkey))
        .route("/me/prove/send", post(elsewhere::send))
        .route("/me/prove/push", get(elsewhere::show_push).post(elsewhere::push))
        .route("/me/prove/push/state", get(elsewhere::push_state))
        .route("/me/prove/push/finish", post(elsewhere::finish_push))
        .route("/me/add/totp", post(ways::begin_totp))
        .route("/me/add/totp/confirm", post(ways::confirm_totp))
        .route("/me/add/passkey/options", post(ways::add_passkey_options))
        .route("/me/add/passkey", post(ways::add_passkey))
        .route("/me/factors/{factor}", get(ways::show))
        .route("/me/factors/{factor}/name", post(ways::rename))
        .route("/me/factors/{factor}/test", post(ways::test_code))
        .route("/me/factors/{factor}/test/passkey", post(ways::test_passkey))
        .route("/me/factors/{factor}/remove", get(ways::ask_remove).post(ways::remove))
        .route("/me/factors/{factor}/lost", get(ways::ask_lost).post(ways::lost))
        .route("/me/codes", get(others::ask_codes).post(others::make_codes))
        .route("/me/devices", get(others::devices))
        .route("/me/devices/options", post(others::device_options))
        .route("/me/devices/approve", post(others::approve_here))
        .route("/me/devices/forget", post(others::forget))
        .route("/me/sessions/end", post(others::end_sessions))
        .route("/me/activity", get(others::activity))
        .route("/me/activity/{attempt}/not-me", get(others::ask_not_me).post(others::not_me))
        .layer(from_fn(same_origin))
}

/// Whether a path is the portal's: it rests on a cookie of its own, and its forms carry a token of their own.
pub fn is_portal(path: &str) -> bool {
    path == "/me" || path.starts_with("/me/")
}

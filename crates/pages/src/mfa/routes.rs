//! The handlers of these pages.

mod authorize;
mod closed;
mod elsewhere;
mod prove;
mod send;

use axum::Router;
use axum::middleware::{from_fn, map_response};
use axum::response::Response;
use axum::routing::{get, post};
use http::{HeaderName, HeaderValue};
use mfa::request::LONGEST_FORM;
use web::csrf::same_origin;
use web::limits::longest_body;

pub(crate) use elsewhere::ShownKey;

use crate::Rooms;

/// Where Entra hands a person over, and where they prove themselves.
pub fn routes() -> Router<Rooms> {
    let prove = Router::new()
        .route("/mfa/prove/{transaction}", get(prove::show))
        .route("/mfa/prove/{transaction}/code", post(prove::code))
        .route("/mfa/prove/{transaction}/passkey/options", post(prove::passkey_options))
        .route("/mfa/prove/{transaction}/passkey", post(prove::passkey))
        .route("/mfa/prove/{transaction}/enrol/passkey/options", post(prove::enrol_passkey_options))
        .route("/mfa/prove/{transaction}/enrol/passkey", post(prove::enrol_passkey))
        .route("/mfa/prove/{transaction}/enrol/totp", post(prove::enrol_totp))
        .route("/mfa/prove/{transaction}/enrol/totp/confirm", post(prove::confirm_totp))
        .route("/mfa/prove/{transaction}/decline", post(prove::decline))
        .route("/mfa/prove/{transaction}/send", post(send::send))
        .route("/mfa/prove/{transaction}/device/options", post(elsewhere::device_options))
        .route("/mfa/prove/{transaction}/device", post(elsewhere::show_device))
        .route("/mfa/prove/{transaction}/push", get(elsewhere::show_push).post(elsewhere::push))
        .route("/mfa/prove/{transaction}/push/state", get(elsewhere::push_state))
        .route("/mfa/prove/{transaction}/push/finish", post(elsewhere::finish_push))
        .layer(from_fn(same_origin));
    let approve = Router::new()
        .route("/mfa/approve", get(elsewhere::approve))
        .route("/mfa/approve/begin", post(elsewhere::begin_approver))
        .route("/mfa/approve/open", post(elsewhere::open_approver))
        .route("/mfa/approve/state", get(elsewhere::approve_state))
        .route("/mfa/approve/worker.js", get(closed::worker))
        .route("/mfa/approve/closed", post(closed::tell))
        .route("/mfa/approve/closed/end", post(closed::tell_no_longer))
        .route("/mfa/approve/{push}/agree", post(elsewhere::agree))
        .route("/mfa/approve/{push}/deny", post(elsewhere::deny))
        .layer(from_fn(same_origin));
    let hand_over = Router::new()
        .route("/mfa/{tenant}/authorize", post(authorize::authorize).fallback(authorize::not_posted))
        .layer(longest_body(LONGEST_FORM));
    Router::new().merge(prove).merge(hand_over).layer(map_response(keep_opener)).merge(approve)
}

/// Applications may sign people in in a window that they open (MSAL's `loginPopup`), and Entra leads that window here. A
/// page with an opener policy of its own would be cut off from it, and the application would take the window for closed.
async fn keep_opener(mut response: Response) -> Response {
    let name = HeaderName::from_static("cross-origin-opener-policy");
    response.headers_mut().insert(name, HeaderValue::from_static("unsafe-none"));
    response
}

/// Whether other sites' pages post to a path by design, or a path rests on a cookie of its own: no operator's session
/// counts there.
pub fn takes_foreign_forms(path: &str) -> bool {
    if crate::me::routes::is_portal(path) {
        return true;
    }
    let Some(rest) = path.strip_prefix("/mfa/") else { return false };
    rest.starts_with("prove/")
        || rest == "approve"
        || rest.starts_with("approve/")
        || rest.split_once('/').is_some_and(|(_, verb)| verb == "authorize")
}

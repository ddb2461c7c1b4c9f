//! Being told of sign-ins while the page is closed: on, off, and the worker that the browser keeps for it.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderName};
use mfa::push::web::{Language, Subscribed, Subscription};
use web::{Form, Problem, Public};

use super::elsewhere::{session, show_asked};
use crate::mfa::browser::Visit;
use crate::{Rooms, assets};

/// What the worker is for: the page, and what lies below it.
const SCOPE: &str = "/mfa/approve";

/// `GET /mfa/approve/worker.js`. Its scope is wider than its own folder (W3C Service Workers, `Service-Worker-Allowed`).
pub async fn worker(_: Public) -> Response {
    let allowed = HeaderName::from_static("service-worker-allowed");
    ([(allowed, SCOPE)], assets::get_fresh("push-worker.js")).into_response()
}

/// `POST /mfa/approve/closed`.
pub async fn tell(
    _: Public,
    visit: Visit,
    State(rooms): State<Rooms>,
    headers: HeaderMap,
    Form(subscription): Form<Subscription>,
) -> Result<Response, Problem> {
    let cookie = session(&headers, &visit)?;
    let language = Language::parse(visit.texts.tag).unwrap_or(Language::English);
    let told = match rooms.mfa.tell_when_closed(&cookie, &subscription, language, &visit.origin).await? {
        Subscribed::Yes => (visit.texts.closed_begun, "ok"),
        Subscribed::NotTaken { .. } => (visit.texts.closed_not_taken, "bad"),
    };
    show_asked(&rooms, &visit, &headers, Some(told)).await
}

/// `POST /mfa/approve/closed/end`.
pub async fn tell_no_longer(
    _: Public,
    visit: Visit,
    State(rooms): State<Rooms>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    rooms.mfa.tell_no_longer(&session(&headers, &visit)?, &visit.origin).await?;
    show_asked(&rooms, &visit, &headers, Some((visit.texts.closed_ended, "ok"))).await
}

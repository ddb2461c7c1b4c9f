//! Codes that are sent within a sign-in.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use mfa::FactorKind;
use mfa::outofband::{Sending, Target, Wording};
use serde::Deserialize;
use web::{Form, Problem, Public};

use super::prove::again;
use crate::Rooms;
use crate::mfa::browser::{Browser, Visit};

/// Where a code is to be sent, and how.
#[derive(Deserialize)]
pub struct Wanted {
    way: FactorKind,
    target: Target,
}

/// `POST /mfa/prove/{transaction}/send`.
pub async fn send(
    _: Public,
    visit: Visit,
    State(rooms): State<Rooms>,
    browser: Browser,
    Form(Wanted { way, target }): Form<Wanted>,
) -> Result<Response, Problem> {
    let texts = visit.texts;
    let wording = Wording { subject: texts.message_subject, text: texts.message };
    let Browser { transaction, secret, .. } = &browser;
    match rooms.mfa.send_code_for(*transaction, secret, (way, target), wording, &visit.origin).await? {
        Sending::Sent => Ok(Redirect::to(&format!("/mfa/prove/{transaction}")).into_response()),
        Sending::Not(why) => again(&rooms, &visit, &browser, texts.not_sent(&why, visit.door.frame.now)).await,
    }
}

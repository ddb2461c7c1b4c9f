//! Proving by a code that is sent, or in another browser.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use mfa::factors::Shown;
use mfa::outofband::{Sending, Target, Wording};
use mfa::push::Pushed;
use mfa::{FactorKind, MfaError};
use serde::Deserialize;
use serde_json::{Value, json};
use web::{Json, Public};

use super::gate::{opened, proved};
use crate::Rooms;
use crate::me::Place;
use crate::me::browser::{Me, Nothing, Out, Posted, Visitor};
use crate::me::gate::PushPage;
use crate::render::page;

/// Where a code is to be sent, and how.
#[derive(Deserialize)]
pub struct Wanted {
    way: FactorKind,
    target: Target,
}

/// `POST /me/prove/send`.
pub async fn send(
    _: Public,
    State(rooms): State<Rooms>,
    Posted(me, Wanted { way, target }): Posted<Wanted>,
) -> Result<Response, Out> {
    let texts = me.texts.proving();
    let wording = Wording { subject: texts.message_subject, text: texts.message };
    match rooms.mfa.send_in_portal(&me.token, (way, target), wording, &me.origin).await? {
        Sending::Sent => Ok(Redirect::to("/me").into_response()),
        Sending::Not(why) => opened(&rooms, &me, texts.not_sent(&why, me.now)).await,
    }
}

/// `POST /me/prove/push`.
pub async fn push(
    _: Public,
    State(rooms): State<Rooms>,
    Posted(me, Nothing {}): Posted<Nothing>,
) -> Result<Response, Out> {
    let texts = me.texts.proving();
    match rooms.mfa.push_in_portal(&me.token, &me.origin).await? {
        Pushed::Asked => Ok(Redirect::to("/me/prove/push").into_response()),
        Pushed::Nowhere => opened(&rooms, &me, texts.push_nowhere).await,
        Pushed::Locked { .. } => opened(&rooms, &me, texts.push_locked).await,
    }
}

/// `GET /me/prove/push`.
pub async fn show_push(_: Public, me: Me, State(rooms): State<Rooms>) -> Result<Response, Out> {
    let Some(push) = rooms.mfa.push_state_in_portal(&me.token).await? else {
        return Ok(Redirect::to("/me").into_response());
    };
    let (frame, shell) = me.framed(me.texts.proving().push_title, Place::None);
    let address = format!("{}/mfa/approve", rooms.url);
    Ok(page(&PushPage { frame, shell, until: push.until, state: push.state, number: push.number, address }))
}

/// `GET /me/prove/push/state`. Whose session has ended is told that it is over, and nothing else.
pub async fn push_state(_: Public, visitor: Visitor, State(rooms): State<Rooms>) -> Result<Json<Value>, Out> {
    let Some(token) = &visitor.token else { return Err(MfaError::ProveFirst.into()) };
    let push = match rooms.mfa.push_state_in_portal(token).await {
        Err(MfaError::SignedOut) => None,
        other => other?,
    };
    Ok(Json(json!({ "state": push.map_or("over", |push| push.state.as_str()) })))
}

/// `POST /me/prove/push/finish`.
pub async fn finish_push(
    _: Public,
    State(rooms): State<Rooms>,
    Posted(me, Nothing {}): Posted<Nothing>,
) -> Result<Response, Out> {
    let holder = rooms.mfa.portal_holder(&me.token).await?;
    let added = rooms.mfa.prove_in_portal(&me.token, &Shown::Push { holder }, &me.origin).await?;
    proved(&rooms, &me, added).await
}

//! Recovery codes, remembered browsers and sessions, activity.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{Cursor, PageRequest};
use mfa::MfaError;
use mfa::attempts::Outcome;
use mfa::model::{AttemptId, DeviceId};
use mfa::portal::Standing;
use serde::Deserialize;
use serde_json::{Value, json};
use web::{Json, Path, Public, Query};

use crate::Rooms;
use crate::me::Place;
use crate::me::activity::ActivityPage;
use crate::me::browser::{Me, Nothing, Out, Posted};
use crate::me::devices::DevicesPage;
use crate::me::factor::{AskPage, CodesPage, DonePage};
use crate::me::words::browser;
use crate::mfa::routes::ShownKey;
use crate::render::page;

/// Attempts on one page.
const PAGE: usize = 25;

/// `GET /me/codes`: what follows.
pub async fn ask_codes(_: Public, me: Me, State(rooms): State<Rooms>) -> Result<Response, Out> {
    let overview = rooms.mfa.portal_overview(&me.token).await?;
    if overview.standing == Standing::Prove {
        return Err(MfaError::ProveFirst.into());
    }
    let texts = me.texts;
    let (frame, shell) = me.framed(texts.codes, Place::None);
    let mut points = vec![texts.codes_text, texts.codes_once];
    if overview.codes().is_some() {
        points.insert(0, texts.codes_replace);
    }
    let (action, back) = ("/me/codes".to_owned(), "/me".to_owned());
    let (question, submit) = (texts.codes_ask.to_owned(), texts.codes_make);
    Ok(page(&AskPage { frame, shell, question, points, action, submit, back, refused: "" }))
}

/// `POST /me/codes`: shown once.
pub async fn make_codes(
    _: Public,
    State(rooms): State<Rooms>,
    Posted(me, Nothing {}): Posted<Nothing>,
) -> Result<Response, Out> {
    let codes = rooms.mfa.recovery_codes_in_portal(&me.token, &me.origin).await?;
    let label = rooms.mfa.portal_overview(&me.token).await?.label;
    let (frame, shell) = me.framed(me.texts.codes_shown, Place::None);
    Ok(page(&CodesPage { frame, shell, label, codes }))
}

/// `GET /me/devices`.
pub async fn devices(_: Public, me: Me, State(rooms): State<Rooms>) -> Result<Response, Out> {
    let browsers = rooms.mfa.browsers_in_portal(&me.token).await?;
    let (frame, shell) = me.framed(me.texts.devices, Place::Devices);
    Ok(page(&DevicesPage { frame, shell, browsers }))
}

/// `POST /me/devices/options`.
pub async fn device_options(
    _: Public,
    State(rooms): State<Rooms>,
    Posted(me, Nothing {}): Posted<Nothing>,
) -> Result<Json<Value>, Out> {
    let challenge = rooms.mfa.begin_device_in_portal(&me.token).await?;
    Ok(Json(json!({ "ceremony": challenge.ceremony, "text": challenge.text })))
}

/// `POST /me/devices/approve`: goes on where the person agrees from now on.
pub async fn approve_here(
    _: Public,
    State(rooms): State<Rooms>,
    Posted(me, shown): Posted<ShownKey>,
) -> Result<Response, Out> {
    let name = browser(me.origin.user_agent.as_deref(), me.texts);
    rooms.mfa.approve_in_portal(&me.token, &shown.to_approve(name)?, &me.origin).await?;
    Ok(Redirect::to("/mfa/approve").into_response())
}

/// Which one; all of them where none is named.
#[derive(Deserialize)]
pub struct Forget {
    device: Option<DeviceId>,
}

/// `POST /me/devices/forget`.
pub async fn forget(
    _: Public,
    State(rooms): State<Rooms>,
    Posted(me, Forget { device }): Posted<Forget>,
) -> Result<Response, Out> {
    rooms.mfa.forget_in_portal(&me.token, device, &me.origin).await?;
    Ok(Redirect::to("/me/devices?said=forgotten").into_response())
}

/// `POST /me/sessions/end`.
pub async fn end_sessions(
    _: Public,
    State(rooms): State<Rooms>,
    Posted(me, Nothing {}): Posted<Nothing>,
) -> Result<Response, Out> {
    rooms.mfa.end_other_sessions(&me.token).await?;
    Ok(Redirect::to("/me/devices?said=sessions").into_response())
}

/// Which page.
#[derive(Deserialize)]
pub struct After {
    after: Option<Cursor>,
}

/// `GET /me/activity`.
pub async fn activity(
    _: Public,
    me: Me,
    State(rooms): State<Rooms>,
    Query(After { after }): Query<After>,
) -> Result<Response, Out> {
    let attempts = rooms.mfa.activity(&me.token, &PageRequest::new(PAGE, after)).await?;
    let (frame, shell) = me.framed(me.texts.activity, Place::Activity);
    Ok(page(&ActivityPage { frame, shell, attempts }))
}

/// `GET /me/activity/{attempt}/not-me`: what follows.
pub async fn ask_not_me(
    _: Public,
    me: Me,
    State(rooms): State<Rooms>,
    Path(id): Path<AttemptId>,
) -> Result<Response, Out> {
    rooms.mfa.attempt_in_portal(&me.token, id).await?;
    let texts = me.texts;
    let (frame, shell) = me.framed(texts.not_me, Place::None);
    Ok(page(&AskPage {
        frame,
        shell,
        question: texts.not_me_ask.to_owned(),
        points: vec![texts.not_me_1, texts.not_me_2, texts.not_me_3],
        action: format!("/me/activity/{id}/not-me"),
        submit: texts.not_me,
        back: "/me/activity".to_owned(),
        refused: "",
    }))
}

/// `POST /me/activity/{attempt}/not-me`.
pub async fn not_me(
    _: Public,
    State(rooms): State<Rooms>,
    Path(id): Path<AttemptId>,
    Posted(me, Nothing {}): Posted<Nothing>,
) -> Result<Response, Out> {
    let said = rooms.mfa.say_not_me(&me.token, id, &me.origin).await?;
    let texts = me.texts;
    let got_in = said.attempt.outcome == Outcome::Passed;
    let (frame, shell) = me.framed(texts.not_me, Place::None);
    Ok(page(&DonePage {
        frame,
        shell,
        title: texts.not_me_done.to_owned(),
        warning: if got_in { texts.next_passed } else { "" },
        ended: vec![(texts.ended_sessions, said.sessions), (texts.ended_devices, said.devices)],
        next: vec![texts.next_password, texts.next_ways, texts.next_helpdesk],
    }))
}

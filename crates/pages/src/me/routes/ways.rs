//! Adding, naming, trying and removing a factor; reporting it lost.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use mfa::factors::{FactorRule, FactorView, Refusal, Shown};
use mfa::portal::{Added, Own, Tested};
use mfa::{FactorId, MfaError};
use serde::Deserialize;
use serde_json::{Value, json};
use web::{Json, Path, Public};

use super::gate::{Code, PasskeyAnswer, again, opened};
use crate::Rooms;
use crate::me::Place;
use crate::me::browser::{Me, Nothing, Out, Posted};
use crate::me::factor::{AskPage, DonePage, FactorPage};
use crate::me::overview::ScanPage;
use crate::me::texts::filled;
use crate::me::words::{browser, tested};
use crate::refusals::Said;
use crate::render::{page, page_with};

/// What a new factor is to be called.
#[derive(Deserialize)]
pub struct Named {
    #[serde(default)]
    name: String,
}

/// `POST /me/add/totp`.
pub async fn begin_totp(
    _: Public,
    State(rooms): State<Rooms>,
    Posted(me, Named { name }): Posted<Named>,
) -> Result<Response, Out> {
    match rooms.mfa.begin_add_totp(&me.token).await {
        Ok(pending) => {
            let (frame, shell) = me.framed(me.texts.scan, Place::None);
            Ok(page(&ScanPage { frame, shell, pending, name, error: Said::default() }))
        }
        Err(MfaError::Rule(rule)) => opened(&rooms, &me, me.texts.forbidden(rule)).await,
        Err(error) => Err(error.into()),
    }
}

/// The first code of an authenticator app.
#[derive(Deserialize)]
pub struct FirstCode {
    factor: FactorId,
    code: String,
    #[serde(default)]
    name: String,
}

/// `POST /me/add/totp/confirm`.
pub async fn confirm_totp(
    _: Public,
    State(rooms): State<Rooms>,
    Posted(me, FirstCode { factor, code, name }): Posted<FirstCode>,
) -> Result<Response, Out> {
    match rooms.mfa.add_totp(&me.token, factor, &code, &name, &me.origin).await? {
        Added::In(entered) => Ok(me.enter(&entered, "/me?said=added")),
        // The key is gone: the next one is begun from the choice.
        Added::Again(refusal @ (Refusal::TooManyTries | Refusal::Suspended)) => {
            opened(&rooms, &me, me.texts.told(refusal.told(me.now))).await
        }
        Added::Again(refusal) => {
            let pending = rooms.mfa.pending_totp_in_portal(&me.token, factor).await?;
            let (frame, shell) = me.framed(me.texts.scan, Place::None);
            let form = ScanPage { frame, shell, pending, name, error: me.texts.told(refusal.told(me.now)) };
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &form))
        }
    }
}

/// `POST /me/add/passkey/options`.
pub async fn add_passkey_options(
    _: Public,
    State(rooms): State<Rooms>,
    Posted(me, Nothing {}): Posted<Nothing>,
) -> Result<Json<Value>, Out> {
    let (ceremony, options) = rooms.mfa.begin_add_passkey(&me.token).await?;
    Ok(Json(json!({ "ceremony": ceremony, "options": options })))
}

/// `POST /me/add/passkey`. Without a name it is called after the browser that made it.
pub async fn add_passkey(
    _: Public,
    State(rooms): State<Rooms>,
    Posted(me, body): Posted<PasskeyAnswer>,
) -> Result<Response, Out> {
    let credential = body.read()?;
    let name = match body.name.trim() {
        "" => browser(me.origin.user_agent.as_deref(), me.texts),
        name => name.to_owned(),
    };
    match rooms.mfa.add_passkey(&me.token, body.ceremony, credential, &name, &me.origin).await {
        Ok(entered) => Ok(me.enter(&entered, "/me?said=added")),
        Err(MfaError::Rule(rule)) => opened(&rooms, &me, me.texts.forbidden(rule)).await,
        Err(MfaError::WrongModel(_)) => opened(&rooms, &me, me.texts.said_model).await,
        Err(MfaError::Invalid(_) | MfaError::Conflict(_) | MfaError::Over) => {
            opened(&rooms, &me, me.texts.said_failed).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /me/factors/{factor}`.
pub async fn show(
    _: Public,
    me: Me,
    State(rooms): State<Rooms>,
    Path(factor): Path<FactorId>,
) -> Result<Response, Out> {
    let own = rooms.mfa.factor_in_portal(&me.token, factor).await?;
    Ok(page(&factor_page(&me, own)))
}

fn factor_page(me: &Me, own: Own) -> FactorPage {
    let (frame, shell) = me.framed(&own.factor.name, Place::None);
    FactorPage { frame, shell, own, name_error: "", tested: None }
}

/// `POST /me/factors/{factor}/name`.
pub async fn rename(
    _: Public,
    State(rooms): State<Rooms>,
    Path(factor): Path<FactorId>,
    Posted(me, Named { name }): Posted<Named>,
) -> Result<Response, Out> {
    match rooms.mfa.rename_in_portal(&me.token, factor, &name, &me.origin).await {
        Ok(()) => Ok(Redirect::to(&format!("/me/factors/{factor}?said=renamed")).into_response()),
        Err(MfaError::Invalid(_)) => {
            let mut form = factor_page(&me, rooms.mfa.factor_in_portal(&me.token, factor).await?);
            (form.own.factor.name, form.name_error) = (name, me.texts.name_wrong);
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &form))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /me/factors/{factor}/test`.
pub async fn test_code(
    _: Public,
    State(rooms): State<Rooms>,
    Path(factor): Path<FactorId>,
    Posted(me, Code { code }): Posted<Code>,
) -> Result<Response, Out> {
    test(&rooms, &me, factor, &Shown::Code(code)).await
}

/// `POST /me/factors/{factor}/test/passkey`.
pub async fn test_passkey(
    _: Public,
    State(rooms): State<Rooms>,
    Path(factor): Path<FactorId>,
    Posted(me, body): Posted<PasskeyAnswer>,
) -> Result<Response, Out> {
    let shown = body.shown(&rooms, &me).await?;
    test(&rooms, &me, factor, &shown).await
}

async fn test(rooms: &Rooms, me: &Me, factor: FactorId, shown: &Shown) -> Result<Response, Out> {
    let found = rooms.mfa.test_in_portal(&me.token, factor, shown, &me.origin).await?;
    if let Tested::Refused(refusal) = &found
        && rooms.mfa.touch_portal(&me.token).await.is_err()
    {
        return again(rooms, me, refusal).await;
    }
    let outcome = tested(&found, me.now, me.texts);
    let status = if outcome.0 { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let own = rooms.mfa.factor_in_portal(&me.token, factor).await?;
    Ok(page_with(status, &FactorPage { tested: Some(outcome), ..factor_page(me, own) }))
}

/// `GET /me/factors/{factor}/remove`: what follows; the last one stays.
pub async fn ask_remove(
    _: Public,
    me: Me,
    State(rooms): State<Rooms>,
    Path(id): Path<FactorId>,
) -> Result<Response, Out> {
    let Own { factor, stays, .. } = rooms.mfa.factor_in_portal(&me.token, id).await?;
    Ok(page(&remove_page(&me, &factor, stays)))
}

/// The question; none where a rule forbids it.
fn remove_page(me: &Me, factor: &FactorView, stays: Option<FactorRule>) -> AskPage {
    let texts = me.texts;
    let (frame, shell) = me.framed(texts.remove, Place::None);
    AskPage {
        frame,
        shell,
        question: filled(texts.remove_ask, &factor.name),
        points: vec![texts.remove_text],
        action: format!("/me/factors/{}/remove", factor.id),
        submit: texts.remove,
        back: format!("/me/factors/{}", factor.id),
        refused: stays.map_or("", |rule| texts.forbidden(rule)),
    }
}

/// `POST /me/factors/{factor}/remove`.
pub async fn remove(
    _: Public,
    State(rooms): State<Rooms>,
    Path(factor): Path<FactorId>,
    Posted(me, Nothing {}): Posted<Nothing>,
) -> Result<Response, Out> {
    match rooms.mfa.remove_in_portal(&me.token, factor, &me.origin).await {
        Ok(()) => Ok(Redirect::to("/me?said=removed").into_response()),
        Err(MfaError::Rule(rule)) => {
            let own = rooms.mfa.factor_in_portal(&me.token, factor).await?;
            Ok(page_with(StatusCode::CONFLICT, &remove_page(&me, &own.factor, Some(rule))))
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /me/factors/{factor}/lost`: what follows.
pub async fn ask_lost(
    _: Public,
    me: Me,
    State(rooms): State<Rooms>,
    Path(id): Path<FactorId>,
) -> Result<Response, Out> {
    let factor = rooms.mfa.factor_in_portal(&me.token, id).await?.factor;
    let texts = me.texts;
    let (frame, shell) = me.framed(texts.lost, Place::None);
    Ok(page(&AskPage {
        frame,
        shell,
        question: filled(texts.lost_ask, &factor.name),
        points: vec![texts.lost_1, texts.lost_2, texts.lost_3, texts.lost_4],
        action: format!("/me/factors/{id}/lost"),
        submit: texts.lost,
        back: format!("/me/factors/{id}"),
        refused: "",
    }))
}

/// `POST /me/factors/{factor}/lost`.
pub async fn lost(
    _: Public,
    State(rooms): State<Rooms>,
    Path(factor): Path<FactorId>,
    Posted(me, Nothing {}): Posted<Nothing>,
) -> Result<Response, Out> {
    let lost = rooms.mfa.report_lost(&me.token, factor, &me.origin).await?;
    let texts = me.texts;
    let (frame, shell) = me.framed(texts.lost, Place::None);
    Ok(page(&DonePage {
        frame,
        shell,
        title: filled(texts.lost_done, &lost.name),
        warning: if lost.left == 0 { texts.lost_last } else { "" },
        ended: vec![(texts.ended_sessions, lost.sessions), (texts.ended_devices, lost.devices)],
        next: vec![texts.next_phone, texts.next_password, texts.next_look, texts.next_helpdesk],
    }))
}

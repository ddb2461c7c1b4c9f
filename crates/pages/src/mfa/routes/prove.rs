//! From the first page of a sign-in to our answer.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::CONTENT_SECURITY_POLICY;
use kernel::Secret;
use mfa::answer::Posted;
use mfa::factors::{Refusal, Shown};
use mfa::prove::Proved;
use mfa::{FactorId, MfaError};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;
use web::{Form, Json, Problem, Public};

use super::elsewhere::Kept;
use crate::Rooms;
use crate::mfa::browser::{Browser, Visit, device};
use crate::mfa::prove::{EnrolTotpPage, HandOverPage, ProvePage};
use crate::refusals::Said;
use crate::render::{page, page_with};

/// For the page whose form goes to Entra. It says nothing of `form-action`: browsers apply that to every redirect which
/// follows the form, and Entra sends people on to applications that nobody here knows. The page holds one form, ours.
const HAND_OVER_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                                frame-ancestors 'none'; base-uri 'none'";

/// `GET /mfa/prove/{transaction}`.
pub async fn show(_: Public, visit: Visit, State(rooms): State<Rooms>, browser: Browser) -> Result<Response, Problem> {
    again(&rooms, &visit, &browser, "").await
}

/// A code, as the form sends it, and perhaps the wish to keep the browser.
#[derive(Deserialize)]
pub struct Code {
    code: Secret<String>,
    #[serde(flatten)]
    kept: Kept,
}

/// `POST /mfa/prove/{transaction}/code`.
pub async fn code(
    _: Public,
    visit: Visit,
    State(rooms): State<Rooms>,
    browser: Browser,
    Form(Code { code, kept }): Form<Code>,
) -> Result<Response, Problem> {
    let (shown, keep) = (Shown::Entered { holder: browser.transaction.0, code }, kept.read(&visit));
    let Browser { transaction, secret, .. } = &browser;
    let proved = rooms.mfa.prove_and_keep(*transaction, secret, &shown, keep.as_ref(), &visit.origin).await?;
    conclude(&rooms, &visit, &browser, proved).await
}

/// `POST /mfa/prove/{transaction}/passkey/options`.
pub async fn passkey_options(_: Public, State(rooms): State<Rooms>, browser: Browser) -> Result<Json<Value>, Problem> {
    let (ceremony, options) = rooms.mfa.begin_passkey_for(browser.transaction, &browser.secret).await?;
    Ok(Json(json!({ "ceremony": ceremony, "options": options })))
}

/// A passkey's answer, as the form sends it.
#[derive(Deserialize)]
pub struct PasskeyAnswer {
    ceremony: Uuid,
    credential: String,
    #[serde(flatten)]
    kept: Kept,
}

impl PasskeyAnswer {
    fn read(&self) -> Result<Value, MfaError> {
        serde_json::from_str(&self.credential)
            .map_err(|_| MfaError::Invalid("the passkey's answer cannot be read".to_owned()))
    }
}

/// `POST /mfa/prove/{transaction}/passkey`.
pub async fn passkey(
    _: Public,
    visit: Visit,
    State(rooms): State<Rooms>,
    browser: Browser,
    Form(body): Form<PasskeyAnswer>,
) -> Result<Response, Problem> {
    let (credential, keep) = (body.read()?, body.kept.read(&visit));
    let shown = Shown::Passkey { ceremony: body.ceremony, holder: browser.transaction.0, credential };
    let Browser { transaction, secret, .. } = &browser;
    let proved = rooms.mfa.prove_and_keep(*transaction, secret, &shown, keep.as_ref(), &visit.origin).await?;
    conclude(&rooms, &visit, &browser, proved).await
}

/// `POST /mfa/prove/{transaction}/enrol/passkey/options`.
pub async fn enrol_passkey_options(
    _: Public,
    State(rooms): State<Rooms>,
    browser: Browser,
) -> Result<Json<Value>, Problem> {
    let (ceremony, options) = rooms.mfa.begin_enrol_passkey_for(browser.transaction, &browser.secret).await?;
    Ok(Json(json!({ "ceremony": ceremony, "options": options })))
}

/// `POST /mfa/prove/{transaction}/enrol/passkey`.
pub async fn enrol_passkey(
    _: Public,
    visit: Visit,
    State(rooms): State<Rooms>,
    browser: Browser,
    Form(body): Form<PasskeyAnswer>,
) -> Result<Response, Problem> {
    let credential = body.read()?;
    let name = visit.origin.user_agent.as_deref().map_or("Passkey", |agent| device(agent, "Passkey"));
    let Browser { transaction, secret, .. } = &browser;
    match rooms.mfa.enrol_passkey_for(*transaction, secret, body.ceremony, credential, name, &visit.origin).await {
        Ok(proved) => conclude(&rooms, &visit, &browser, proved).await,
        Err(MfaError::Rule(_)) => again(&rooms, &visit, &browser, "").await,
        Err(MfaError::WrongModel(_)) => again(&rooms, &visit, &browser, visit.texts.wrong_model).await,
        Err(MfaError::Invalid(_)) => again(&rooms, &visit, &browser, visit.texts.passkey_failed()).await,
        Err(error) => Err(error.into()),
    }
}

/// `POST /mfa/prove/{transaction}/enrol/totp`.
pub async fn enrol_totp(
    _: Public,
    visit: Visit,
    State(rooms): State<Rooms>,
    browser: Browser,
) -> Result<Response, Problem> {
    let challenge = rooms.mfa.challenge(browser.transaction, &browser.secret).await?;
    let pending = match rooms.mfa.begin_enrol_totp_for(browser.transaction, &browser.secret).await {
        // Another tab was quicker: there is something to prove with now.
        Err(MfaError::Rule(_)) => return again(&rooms, &visit, &browser, "").await,
        pending => pending?,
    };
    let (frame, transaction, until) = (visit.door.frame(visit.texts.scan), browser.transaction, challenge.until);
    Ok(page(&EnrolTotpPage { frame, texts: visit.texts, transaction, until, pending, error: Said::default() }))
}

/// The first code of an authenticator app.
#[derive(Deserialize)]
pub struct FirstCode {
    factor: FactorId,
    code: String,
}

/// `POST /mfa/prove/{transaction}/enrol/totp/confirm`.
pub async fn confirm_totp(
    _: Public,
    visit: Visit,
    State(rooms): State<Rooms>,
    browser: Browser,
    Form(body): Form<FirstCode>,
) -> Result<Response, Problem> {
    let Browser { transaction, secret, .. } = &browser;
    match rooms.mfa.enrol_totp_for(*transaction, secret, body.factor, &body.code, &visit.origin).await? {
        // The key is gone: the next one is begun from the choice.
        Proved::Again(refusal @ Refusal::TooManyTries) => {
            again(&rooms, &visit, &browser, visit.texts.told(refusal.told(visit.door.frame.now))).await
        }
        Proved::Again(refusal) => {
            let challenge = rooms.mfa.challenge(*transaction, secret).await?;
            let pending = rooms.mfa.pending_totp_for(*transaction, secret, body.factor).await?;
            let texts = visit.texts;
            let (frame, until, error) =
                (visit.door.frame(texts.scan), challenge.until, texts.told(refusal.told(visit.door.frame.now)));
            let form = EnrolTotpPage { frame, texts, transaction: *transaction, until, pending, error };
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &form))
        }
        proved @ Proved::Answer(_) => conclude(&rooms, &visit, &browser, proved).await,
    }
}

/// `POST /mfa/prove/{transaction}/decline`.
pub async fn decline(
    _: Public,
    visit: Visit,
    State(rooms): State<Rooms>,
    browser: Browser,
) -> Result<Response, Problem> {
    let posted = rooms.mfa.decline(browser.transaction, &browser.secret, &visit.origin).await?;
    Ok(browser.release(hand_over(&visit, posted)))
}

pub(super) async fn conclude(
    rooms: &Rooms,
    visit: &Visit,
    browser: &Browser,
    proved: Proved,
) -> Result<Response, Problem> {
    match proved {
        Proved::Answer(posted) => Ok(browser.release(hand_over(visit, posted))),
        Proved::Again(refusal) => {
            again(rooms, visit, browser, visit.texts.told(refusal.told(visit.door.frame.now))).await
        }
    }
}

pub(super) async fn again(
    rooms: &Rooms,
    visit: &Visit,
    browser: &Browser,
    error: impl Into<Said>,
) -> Result<Response, Problem> {
    let error = error.into();
    let challenge = rooms.mfa.challenge(browser.transaction, &browser.secret).await?;
    let status = if error.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let texts = visit.texts;
    Ok(page_with(status, &ProvePage { frame: visit.door.frame(texts.prove), texts, challenge, error }))
}

pub(super) fn hand_over(visit: &Visit, posted: Posted) -> Response {
    let texts = visit.texts;
    let body = page(&HandOverPage { frame: visit.door.frame(texts.handing_over), texts, posted });
    ([(CONTENT_SECURITY_POLICY, HAND_OVER_POLICY)], body).into_response()
}

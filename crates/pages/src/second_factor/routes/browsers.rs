//! Taking a browser from a person.

use axum::extract::State;
use axum::response::Response;
use mfa::devices::BrowserPurpose;
use mfa::model::DeviceId;
use mfa::permissions::{ReadMfa, RemoveBrowser};
use mfa::{AccountId, MfaError};
use web::{Form, Path, Problem};

use super::person::Why;
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::flash::Done;
use crate::layout::Section;
use crate::render::page;
use crate::second_factor::browsers;
use crate::second_factor::people::HERE;

/// `GET /second-factor/people/{id}/browsers/{device}/remove`.
pub async fn ask_remove(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((id, device)): Path<(AccountId, DeviceId)>,
) -> Result<Response, Problem> {
    desk.may(RemoveBrowser { account: id, device })?;
    let may = desk.may(ReadMfa {})?;
    let all = rooms.mfa.list_browsers(&may, id).await?;
    let found = all.iter().find(|other| other.id == device).ok_or(MfaError::NotFound("browser"))?;
    let approves = all.iter().filter(|other| other.purpose == BrowserPurpose::Approves).count();
    let is_only = found.purpose == BrowserPurpose::Approves && approves == 1;
    let last = is_only && !rooms.mfa.list_factors(&may, id).await?.iter().any(|factor| factor.kind.is_usual());
    let frame = desk.frame("Remove", Section::SecondFactorPeople);
    Ok(page(&browsers::ask_remove(frame, &id.to_string(), &browsers::row(found), last)))
}

/// `POST /second-factor/people/{id}/browsers/{device}/remove`.
pub async fn remove(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((id, device)): Path<(AccountId, DeviceId)>,
    Form(why): Form<Why>,
) -> Result<Response, Problem> {
    rooms.mfa.remove_browser(&desk.may(RemoveBrowser { account: id, device })?, &why.reason()?).await?;
    Ok(done(format!("{HERE}/{id}"), Done::BrowserRemoved))
}

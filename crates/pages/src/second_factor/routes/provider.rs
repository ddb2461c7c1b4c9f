//! A tenant's second factor: set-up, state, keys, files.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use kernel::Kinded as _;
use mfa::permissions::{ChangeProvider, ReadMfa, RotateKeys};
use mfa::providers::{ProviderUpdate, ProviderView as Found};
use mfa::{MfaError, ProviderState};
use serde::Deserialize;
use tenants::TenantId;
use web::{Form, Path, Problem};

use super::tenant_name;
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::flash::Done;
use crate::layout::Section;
use crate::render::{page, page_with, sentence};
use crate::second_factor::provider::{self as shown, BeginForm, KeysView, Open, ProviderPage, SetUpView, href};
use crate::second_factor::words;

/// A second factor that is set up.
pub async fn find(desk: &Desk, rooms: &Rooms, id: TenantId) -> Result<Found, Problem> {
    Ok(rooms.mfa.get_provider(&desk.may(ReadMfa {})?, id).await?)
}

/// Its page with one tab open.
pub async fn page_of(desk: &Desk, rooms: &Rooms, found: &Found, open: Open) -> Result<ProviderPage, Problem> {
    let name = tenant_name(desk, rooms, found.tenant).await?;
    let view = words::provider(found, &name);
    Ok(ProviderPage::new(desk.frame(format!("Second factor of {name}"), Section::SecondFactor), view, open))
}

/// `GET /second-factor/providers/{id}`: where nothing is set up, the beginning.
pub async fn show(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<TenantId>) -> Result<Response, Problem> {
    match rooms.mfa.get_provider(&desk.may(ReadMfa {})?, id).await {
        Ok(found) => {
            let open = set_up_view(&desk, &rooms, id).await?;
            Ok(page(&page_of(&desk, &rooms, &found, Open::SetUp(Box::new(open))).await?))
        }
        Err(MfaError::NotFound(_)) => Ok(Redirect::to(&href(&id.to_string(), "/begin")).into_response()),
        Err(error) => Err(error.into()),
    }
}

/// What the applications in Entra must hold.
async fn set_up_view(desk: &Desk, rooms: &Rooms, id: TenantId) -> Result<SetUpView, Problem> {
    let found = rooms.mfa.get_applications(&desk.may(ReadMfa {})?, id).await?;
    let applications = found.applications.iter().map(words::application).collect();
    Ok(SetUpView { applications, powershell: found.powershell, az: found.az, ..SetUpView::default() })
}

/// `POST /second-factor/providers/{id}/applications`: add what is missing, by Microsoft Graph.
pub async fn prepare_applications(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
) -> Result<Response, Problem> {
    let may = desk.may(ChangeProvider { tenant: id })?;
    match rooms.mfa.prepare_applications(&may).await {
        Ok(all) if all.iter().all(|one| one.added.is_empty()) => Ok(done(href(&id.to_string(), ""), Done::Unchanged)),
        Ok(_) => Ok(done(href(&id.to_string(), ""), Done::ApplicationsPrepared)),
        Err(error @ MfaError::Conflict(_)) => {
            let found = find(&desk, &rooms, id).await?;
            let refused = sentence(&error.public_detail());
            let open = SetUpView { refused, ..set_up_view(&desk, &rooms, id).await? };
            let again = page_of(&desk, &rooms, &found, Open::SetUp(Box::new(open))).await?;
            Ok(page_with(StatusCode::CONFLICT, &again))
        }
        Err(error) => Err(error.into()),
    }
}

async fn begin_form(desk: &Desk, rooms: &Rooms, id: TenantId) -> Result<BeginForm, Problem> {
    let tenant = tenant_name(desk, rooms, id).await?;
    let licence = rooms.mfa.licence(&desk.may(ReadMfa {})?, id).await?;
    let tone = if licence.enough == Some(false) { crate::parts::Tone::Warn } else { crate::parts::Tone::Ok };
    let licence = Some((tone, sentence(&licence.detail)));
    Ok(BeginForm { id: id.to_string(), tenant, licence, ..BeginForm::default() })
}

/// `GET /second-factor/providers/{id}/begin`.
pub async fn begin(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<TenantId>) -> Result<Response, Problem> {
    let form = begin_form(&desk, &rooms, id).await?;
    Ok(page(&shown::begin(desk.frame("Set up a second factor", Section::SecondFactor), &form)))
}

/// What the forms about ids send.
#[derive(Deserialize)]
pub struct Ids {
    #[serde(default)]
    app_id: String,
    #[serde(default)]
    client_id: String,
    version: Option<i64>,
}

impl Ids {
    fn update(&self) -> ProviderUpdate {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let (app_id, client_id) = (some(&self.app_id), some(&self.client_id));
        ProviderUpdate { app_id, client_id, version: self.version, ..ProviderUpdate::default() }
    }
}

/// `POST /second-factor/providers/{id}`.
pub async fn set_up(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    Form(ids): Form<Ids>,
) -> Result<Response, Problem> {
    let may = desk.may(ChangeProvider { tenant: id })?;
    match rooms.mfa.put_provider(&may, ids.update()).await {
        Ok(_) => Ok(done(href(&id.to_string(), ""), Done::SecondFactorSetUp)),
        Err(error @ MfaError::Invalid(_)) => {
            let form = begin_form(&desk, &rooms, id).await?;
            let form = BeginForm { app_id: ids.app_id, error: sentence(&error.public_detail()), ..form };
            let frame = desk.frame("Set up a second factor", Section::SecondFactor);
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown::begin(frame, &form)))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /second-factor/providers/{id}/ids`.
pub async fn save_ids(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    Form(ids): Form<Ids>,
) -> Result<Response, Problem> {
    let may = desk.may(ChangeProvider { tenant: id })?;
    let back = href(&id.to_string(), "");
    match rooms.mfa.put_provider(&may, ids.update()).await {
        Ok(_) => Ok(done(back, Done::Saved)),
        Err(MfaError::Stale) => Ok(done(back, Done::Stale)),
        Err(error @ MfaError::Invalid(_)) => {
            let found = find(&desk, &rooms, id).await?;
            let error = sentence(&error.public_detail());
            let open = Open::SetUp(Box::new(SetUpView { error, ..set_up_view(&desk, &rooms, id).await? }));
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &page_of(&desk, &rooms, &found, open).await?))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /second-factor/providers/{id}/on`.
pub async fn switch_on(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<TenantId>) -> Result<Response, Problem> {
    switch(&desk, &rooms, id, ProviderState::On).await
}

/// `GET /second-factor/providers/{id}/off`.
pub async fn ask_off(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<TenantId>) -> Result<Response, Problem> {
    desk.may(ChangeProvider { tenant: id })?;
    let name = tenant_name(&desk, &rooms, id).await?;
    Ok(page(&shown::ask_off(desk.frame("Switch off", Section::SecondFactor), &id.to_string(), &name)))
}

/// `POST /second-factor/providers/{id}/off`.
pub async fn switch_off(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<TenantId>) -> Result<Response, Problem> {
    switch(&desk, &rooms, id, ProviderState::Off).await
}

async fn switch(desk: &Desk, rooms: &Rooms, id: TenantId, state: ProviderState) -> Result<Response, Problem> {
    let update = ProviderUpdate { state: Some(state), ..ProviderUpdate::default() };
    let may = desk.may(ChangeProvider { tenant: id })?;
    find(desk, rooms, id).await?;
    rooms.mfa.put_provider(&may, update).await?;
    let said = if state == ProviderState::On { Done::SecondFactorOn } else { Done::SecondFactorOff };
    Ok(done(href(&id.to_string(), ""), said))
}

/// `GET /second-factor/providers/{id}/settings.json`: what to enter in Entra.
pub async fn plain_file(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<TenantId>) -> Result<Response, Problem> {
    let file = rooms.mfa.settings_file(&desk.may(ReadMfa {})?, id).await?;
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CONTENT_DISPOSITION, "attachment; filename=\"vestibule-second-factor.json\""),
    ];
    Ok((headers, serde_json::to_string_pretty(&file.plain).unwrap_or_default()).into_response())
}

/// `GET /second-factor/providers/{id}/settings.jwt`: the same, signed by the key that signs answers.
pub async fn signed_file(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
) -> Result<Response, Problem> {
    let file = rooms.mfa.settings_file(&desk.may(ReadMfa {})?, id).await?;
    let headers = [
        (CONTENT_TYPE, "application/jwt"),
        (CONTENT_DISPOSITION, "attachment; filename=\"vestibule-second-factor.jwt\""),
    ];
    Ok((headers, file.signed).into_response())
}

async fn keys_page(desk: &Desk, rooms: &Rooms, id: TenantId, error: String) -> Result<ProviderPage, Problem> {
    let found = find(desk, rooms, id).await?;
    let keys = rooms.mfa.list_keys(&desk.may(ReadMfa {})?, id).await?;
    let view = KeysView { keys: keys.into_iter().map(words::key).collect(), error };
    page_of(desk, rooms, &found, Open::Keys(view)).await
}

/// `GET /second-factor/providers/{id}/keys`.
pub async fn keys(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<TenantId>) -> Result<Response, Problem> {
    Ok(page(&keys_page(&desk, &rooms, id, String::new()).await?))
}

/// `POST /second-factor/providers/{id}/rotate`.
pub async fn rotate(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<TenantId>) -> Result<Response, Problem> {
    match rooms.mfa.rotate_keys(&desk.may(RotateKeys { tenant: id })?, false).await {
        Ok(_) => Ok(done(href(&id.to_string(), "/keys"), Done::KeysRotated)),
        Err(error @ MfaError::Conflict(_)) => {
            let again = keys_page(&desk, &rooms, id, sentence(&error.public_detail())).await?;
            Ok(page_with(StatusCode::CONFLICT, &again))
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /second-factor/providers/{id}/replace-keys`.
pub async fn ask_replace(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
) -> Result<Response, Problem> {
    desk.may(RotateKeys { tenant: id })?;
    let name = tenant_name(&desk, &rooms, id).await?;
    Ok(page(&shown::ask_replace(desk.frame("Replace the keys", Section::SecondFactor), &id.to_string(), &name)))
}

/// What the question sends.
#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    confirmation: String,
}

/// `POST /second-factor/providers/{id}/replace-keys`.
pub async fn replace(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    let may = desk.may(RotateKeys { tenant: id })?;
    let name = tenant_name(&desk, &rooms, id).await?;
    if typed.confirmation.trim() != name {
        let error = format!("The name that was typed is not {name}.");
        let again = keys_page(&desk, &rooms, id, error).await?;
        return Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &again));
    }
    rooms.mfa.rotate_keys(&may, true).await?;
    Ok(done(href(&id.to_string(), "/keys"), Done::KeysReplaced))
}

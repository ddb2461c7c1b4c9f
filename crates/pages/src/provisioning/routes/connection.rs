//! One connection and its tabs, but for Entra's job.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use kernel::{Kinded as _, PageRequest};
use provisioning::guard::replay::{HeldDay, Replay};
use provisioning::holds::{HoldFilter, HoldState};
use provisioning::keys::NewKey;
use provisioning::permissions::{CreateKey, DeleteConnection, ReadProvisioning, RevokeKey, UpdateConnection};
use provisioning::settings::{EntraTokens, Limits};
use provisioning::{
    ConnectionId, ConnectionState, ConnectionUpdate, ConnectionView as Found, KeyId, ProvisioningError, Settings,
};
use serde::Deserialize;
use web::{Form, Path, Problem};

use super::connections::key_view;
use super::tenants;
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::flash::Done;
use crate::format;
use crate::layout::Section;
use crate::parts::{Callout, Tone};
use crate::provisioning::connection::{self as shown, ConnectionPage, Course, KeyForm, Open};
use crate::provisioning::connections::KeyPage;
use crate::provisioning::settings::SettingsForm;
use crate::provisioning::words;
use crate::render::{page, page_with, sentence};

/// How many cycles the chart shows.
const CYCLES: usize = 20;

pub async fn find(desk: &Desk, rooms: &Rooms, id: ConnectionId) -> Result<Found, Problem> {
    Ok(rooms.provisioning.get_connection(&desk.may(ReadProvisioning {})?, id).await?)
}

pub async fn view(desk: &Desk, rooms: &Rooms, found: &Found) -> Result<shown::ConnectionView, Problem> {
    let may = desk.may(ReadProvisioning {})?;
    let keys = rooms.provisioning.list_keys(&may, found.id).await?;
    let open = HoldFilter { connection: Some(found.id), state: Some(HoldState::Open) };
    let holds = rooms.provisioning.list_holds(&may, &open, &PageRequest::first(10)).await?;
    let held = holds.items.iter().map(|hold| hold.calls.waiting).sum();
    Ok(words::connection(found, &tenants(desk, rooms).await?, &keys, held))
}

pub async fn page_of(desk: &Desk, rooms: &Rooms, found: &Found, open: Open) -> Result<ConnectionPage, Problem> {
    let view = view(desk, rooms, found).await?;
    Ok(ConnectionPage::new(desk.frame(&found.name, Section::Connections), view, open))
}

/// `GET /provisioning/connections/{id}`.
pub async fn show(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<ConnectionId>) -> Result<Response, Problem> {
    let found = find(&desk, &rooms, id).await?;
    let may = desk.may(ReadProvisioning {})?;
    let cycles = rooms.provisioning.list_push_cycles(&may, id, CYCLES).await?;
    let dialects = rooms.provisioning.list_dialects(&may, id).await?;
    let course = Course {
        cycle: cycles.first().map(words::cycle),
        chart: words::chart(&cycles, desk.now()),
        span: "Last cycles".to_owned(),
        dialects: words::dialects(&dialects),
    };
    Ok(page(&page_of(&desk, &rooms, &found, Open::Course(course)).await?))
}

/// `GET /provisioning/connections/{id}/pause`.
pub async fn ask_pause(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<ConnectionId>,
) -> Result<Response, Problem> {
    desk.may(UpdateConnection { connection: id })?;
    let found = find(&desk, &rooms, id).await?;
    Ok(page(&shown::ask_pause(desk.frame("Pause", Section::Connections), &id.to_string(), &found.name)))
}

/// `POST /provisioning/connections/{id}/pause`.
pub async fn pause(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<ConnectionId>) -> Result<Response, Problem> {
    set_state(&desk, &rooms, id, ConnectionState::Paused).await
}

/// `POST /provisioning/connections/{id}/resume`.
pub async fn resume(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<ConnectionId>) -> Result<Response, Problem> {
    set_state(&desk, &rooms, id, ConnectionState::On).await
}

async fn set_state(desk: &Desk, rooms: &Rooms, id: ConnectionId, state: ConnectionState) -> Result<Response, Problem> {
    let may = desk.may(UpdateConnection { connection: id })?;
    let found = find(desk, rooms, id).await?;
    let update =
        ConnectionUpdate { version: found.version, name: None, tenant_id: None, state: Some(state), settings: None };
    rooms.provisioning.update_connection(&may, update).await?;
    Ok(done(format!("/provisioning/connections/{id}"), Done::Saved))
}

/// `GET /provisioning/connections/{id}/delete`.
pub async fn ask_delete(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<ConnectionId>,
) -> Result<Response, Problem> {
    desk.may(DeleteConnection { connection: id })?;
    let found = find(&desk, &rooms, id).await?;
    let view = view(&desk, &rooms, &found).await?;
    let ending = rooms.provisioning.preview_ending(&desk.may(ReadProvisioning {})?, id).await?;
    Ok(page(&shown::ask_delete(desk.frame("Delete", Section::Connections), &view, &ending)))
}

/// What the confirmation sends.
#[derive(Deserialize)]
pub struct Typed {
    /// The connection's name, where it has people or groups.
    confirmation: Option<String>,
}

/// `POST /provisioning/connections/{id}/delete`.
pub async fn delete(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<ConnectionId>,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    let may = desk.may(DeleteConnection { connection: id })?;
    rooms.provisioning.delete_connection(&may, typed.confirmation.as_deref()).await?;
    Ok(done("/provisioning/connections", Done::ConnectionDeleted))
}

/// `GET /provisioning/connections/{id}/keys`.
pub async fn show_keys(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<ConnectionId>,
) -> Result<Response, Problem> {
    let form = KeyForm { days: "365".to_owned(), ..KeyForm::default() };
    Ok(page(&keys(&desk, &rooms, id, form).await?))
}

async fn keys(desk: &Desk, rooms: &Rooms, id: ConnectionId, form: KeyForm) -> Result<ConnectionPage, Problem> {
    let found = find(desk, rooms, id).await?;
    let keys = rooms.provisioning.list_keys(&desk.may(ReadProvisioning {})?, id).await?;
    let rows = keys.iter().map(words::key).collect();
    page_of(desk, rooms, &found, Open::Keys { rows, form }).await
}

/// What the form sends.
#[derive(Deserialize)]
pub struct New {
    #[serde(default)]
    label: String,
    #[serde(default)]
    days: String,
    #[serde(default)]
    addresses: String,
}

/// `POST /provisioning/connections/{id}/keys`: shows the key, this once.
pub async fn make_key(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<ConnectionId>,
    Form(body): Form<New>,
) -> Result<Response, Problem> {
    let may = desk.may(CreateKey { connection: id })?;
    let found = find(&desk, &rooms, id).await?;
    let wrong = |error: String| KeyForm {
        label: body.label.clone(),
        days: body.days.clone(),
        addresses: body.addresses.clone(),
        error,
    };
    let ranges = body.addresses.split([',', '\n']).map(str::trim).filter(|range| !range.is_empty());
    let made = match ranges.map(str::parse).collect::<Result<Vec<_>, _>>() {
        Ok(addresses) => {
            let new = NewKey { label: body.label.clone(), expires_in_days: body.days.parse().ok(), addresses };
            rooms.provisioning.create_key(&may, new).await
        }
        Err(_) => Err(ProvisioningError::Invalid("an address range is written as 198.51.100.0/24".to_owned())),
    };
    match made {
        Ok(issued) => {
            let view = key_view(&found.name, &id.to_string(), &issued);
            Ok(page(&KeyPage::new(desk.frame("Key", Section::Connections), &view, false)))
        }
        Err(error @ (ProvisioningError::Invalid(_) | ProvisioningError::Conflict(_))) => {
            let again = keys(&desk, &rooms, id, wrong(sentence(&error.public_detail()))).await?;
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &again))
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /provisioning/connections/{id}/keys/{key}/revoke`.
pub async fn ask_revoke(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((id, key)): Path<(ConnectionId, KeyId)>,
) -> Result<Response, Problem> {
    desk.may(RevokeKey { key })?;
    let keys = rooms.provisioning.list_keys(&desk.may(ReadProvisioning {})?, id).await?;
    let label = keys.iter().find(|other| other.id == key).map(|found| found.label.clone()).unwrap_or_default();
    let last = !keys.iter().any(|other| other.works && other.id != key);
    let frame = desk.frame("Revoke", Section::Connections);
    Ok(page(&shown::ask_revoke(frame, &id.to_string(), &key.to_string(), &label, last)))
}

/// `POST /provisioning/connections/{id}/keys/{key}/revoke`.
pub async fn revoke(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((id, key)): Path<(ConnectionId, KeyId)>,
) -> Result<Response, Problem> {
    rooms.provisioning.revoke_key(&desk.may(RevokeKey { key })?).await?;
    Ok(done(format!("/provisioning/connections/{id}/keys"), Done::KeyRevoked))
}

/// `GET /provisioning/connections/{id}/mapping`.
pub async fn show_mapping(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<ConnectionId>,
) -> Result<Response, Problem> {
    let found = find(&desk, &rooms, id).await?;
    let json = schema(&desk, &rooms)?;
    let open = Open::Mapping { rows: words::mapping(), json };
    Ok(page(&page_of(&desk, &rooms, &found, open).await?))
}

fn schema(desk: &Desk, rooms: &Rooms) -> Result<String, Problem> {
    let ready = rooms.provisioning.ready_mapping(&desk.may(ReadProvisioning {})?);
    Ok(serde_json::to_string_pretty(&ready).unwrap_or_default())
}

/// `GET /provisioning/connections/{id}/mapping.json`.
pub async fn mapping_file(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<ConnectionId>,
) -> Result<Response, Problem> {
    find(&desk, &rooms, id).await?;
    let headers =
        [(CONTENT_TYPE, "application/json"), (CONTENT_DISPOSITION, "attachment; filename=\"vestibule-mapping.json\"")];
    Ok((headers, schema(&desk, &rooms)?).into_response())
}

/// `GET /provisioning/connections/{id}/settings`.
pub async fn show_settings(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<ConnectionId>,
) -> Result<Response, Problem> {
    let found = find(&desk, &rooms, id).await?;
    let form = filled(&found, tenants(&desk, &rooms).await?);
    Ok(page(&page_of(&desk, &rooms, &found, Open::Settings(Box::new(form))).await?))
}

fn filled(found: &Found, tenants: Vec<(String, String)>) -> SettingsForm {
    let (settings, limits) = (&found.settings, &found.settings.limits);
    let entra = settings.entra_tokens.as_ref();
    SettingsForm {
        version: found.version,
        name: found.name.clone(),
        tenant: found.tenant_id.map(|id| id.to_string()).unwrap_or_default(),
        tenants,
        filled: found.user_count + found.group_count > 0,
        users: limits.users.to_string(),
        users_percent: limits.users_percent.to_string(),
        groups: limits.groups.to_string(),
        groups_percent: limits.groups_percent.to_string(),
        members_percent: limits.members_percent.to_string(),
        members_from: limits.members_from.to_string(),
        young_hours: limits.young_hours.to_string(),
        hold_hours: limits.hold_hours.to_string(),
        purge_after_days: settings.purge_after_days.to_string(),
        keep_calls_days: settings.keep_calls_days.to_string(),
        keep_bodies: settings.keep_bodies,
        refuse_unknown: settings.refuse_unknown,
        entra_tenant: entra.map(|tokens| tokens.tenant_id.to_string()).unwrap_or_default(),
        entra_audience: entra.map(|tokens| tokens.audience.clone()).unwrap_or_default(),
        tried: None,
        error: String::new(),
    }
}

/// What the form sends.
#[derive(Deserialize)]
pub struct Body {
    version: i64,
    name: String,
    #[serde(default)]
    tenant: String,
    users: u32,
    users_percent: u32,
    groups: u32,
    groups_percent: u32,
    members_percent: u32,
    members_from: u32,
    young_hours: u32,
    hold_hours: u32,
    purge_after_days: u32,
    keep_calls_days: u32,
    #[serde(default)]
    keep_bodies: String,
    #[serde(default)]
    refuse_unknown: String,
    #[serde(default)]
    entra_tenant: String,
    #[serde(default)]
    entra_audience: String,
}

impl Body {
    fn settings(&self, before: &Settings) -> Result<Settings, ProvisioningError> {
        let limits = Limits {
            users: self.users,
            users_percent: self.users_percent,
            groups: self.groups,
            groups_percent: self.groups_percent,
            members_percent: self.members_percent,
            members_from: self.members_from,
            young_hours: self.young_hours,
            hold_hours: self.hold_hours,
        };
        let entra_tokens = match self.entra_tenant.trim() {
            "" => None,
            text => {
                let wrong = |_| ProvisioningError::Invalid("the tenant id of Entra's tokens is no id".to_owned());
                let tenant_id = text.parse().map_err(wrong)?;
                let audience = self.entra_audience.trim();
                let audience = if audience.is_empty() { EntraTokens::USUAL_AUDIENCE } else { audience };
                Some(EntraTokens { tenant_id, audience: audience.to_owned() })
            }
        };
        Ok(Settings {
            limits,
            purge_after_days: self.purge_after_days,
            keep_calls_days: self.keep_calls_days,
            keep_bodies: self.keep_bodies == "yes",
            refuse_unknown: self.refuse_unknown == "yes",
            entra_tokens,
            ..before.clone()
        })
    }
}

/// `POST /provisioning/connections/{id}/settings`.
pub async fn save_settings(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<ConnectionId>,
    Form(body): Form<Body>,
) -> Result<Response, Problem> {
    let may = desk.may(UpdateConnection { connection: id })?;
    let found = find(&desk, &rooms, id).await?;
    let back = format!("/provisioning/connections/{id}/settings");
    let saved = match body.settings(&found.settings) {
        Ok(settings) => {
            let tenant = body.tenant.parse().ok();
            let tenant_id = (tenant != found.tenant_id).then_some(tenant);
            let (version, name) = (body.version, Some(body.name.clone()));
            let update = ConnectionUpdate { version, name, tenant_id, state: None, settings: Some(settings) };
            rooms.provisioning.update_connection(&may, update).await
        }
        Err(error) => Err(error),
    };
    match saved {
        Ok(_) => Ok(done(back, Done::Saved)),
        Err(ProvisioningError::Stale) => Ok(done(back, Done::Stale)),
        Err(error @ (ProvisioningError::Invalid(_) | ProvisioningError::Conflict(_))) => {
            let error = sentence(&error.public_detail());
            let form = SettingsForm { error, ..as_sent(&found, body, tenants(&desk, &rooms).await?) };
            let again = page_of(&desk, &rooms, &found, Open::Settings(Box::new(form))).await?;
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &again))
        }
        Err(error) => Err(error.into()),
    }
}

/// The form as it was sent.
fn as_sent(found: &Found, body: Body, tenants: Vec<(String, String)>) -> SettingsForm {
    let mut wanted = found.clone();
    wanted.name.clone_from(&body.name);
    wanted.settings = body.settings(&found.settings).unwrap_or_else(|_| found.settings.clone());
    SettingsForm {
        version: body.version,
        tenant: body.tenant,
        entra_tenant: body.entra_tenant,
        entra_audience: body.entra_audience,
        ..filled(&wanted, tenants)
    }
}

/// `POST /provisioning/connections/{id}/settings/try`: what these limits would have held. Nothing is saved.
pub async fn try_limits(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<ConnectionId>,
    Form(body): Form<Body>,
) -> Result<Response, Problem> {
    let may = desk.may(ReadProvisioning {})?;
    let found = find(&desk, &rooms, id).await?;
    let tried = match body.settings(&found.settings) {
        Ok(settings) => rooms.provisioning.preview_limits(&may, id, settings.limits).await,
        Err(error) => Err(error),
    };
    let sent = as_sent(&found, body, tenants(&desk, &rooms).await?);
    let (status, form) = match tried {
        Ok(replay) => (StatusCode::OK, SettingsForm { tried: Some(tried_on(&replay)), ..sent }),
        Err(error @ ProvisioningError::Invalid(_)) => {
            (StatusCode::UNPROCESSABLE_ENTITY, SettingsForm { error: sentence(&error.public_detail()), ..sent })
        }
        Err(error) => return Err(error.into()),
    };
    Ok(page_with(status, &page_of(&desk, &rooms, &found, Open::Settings(Box::new(form))).await?))
}

/// What limits would have held, in words.
fn tried_on(replay: &Replay) -> Callout {
    let (passed, held) = (format::count(replay.passed), format::count(replay.held));
    let tone = if replay.held == 0 { Tone::Ok } else { Tone::Warn };
    let title = format!("{held} of {passed} losses in the last 30 days would have been held");
    let day = |day: &HeldDay| format!("{}: {} ({} held)", format::day(day.at), day.because, format::count(day.held));
    let text = "Shares are measured against the people and groups there are now. Nothing is saved yet.";
    Callout::new(tone, title, text).items(replay.days.iter().take(MOST_DAYS).map(day).collect())
}

/// The most days that are shown.
const MOST_DAYS: usize = 7;

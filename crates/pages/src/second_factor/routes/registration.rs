//! People who are registered in Entra on their behalf.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::Kinded as _;
use mfa::MfaError;
use mfa::permissions::{ReadMfa, RegisterPeople};
use mfa::register::{
    self, NewRegistration, RegisteredPerson, RegisteredState, Registration, RegistrationId, RegistrationState,
};
use serde::Deserialize;
use tenants::TenantId;
use uuid::Uuid;
use web::{Form, Path, Problem};

use super::provider::find as provider_of;
use super::tenant_name;
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::directory::routes::pick::{Wanted, look_for, named};
use crate::flash::Done;
use crate::form::Picks;
use crate::layout::Section;
use crate::listing::Listing;
use crate::render::{page, page_with, sentence};
use crate::second_factor::provider::registration::{
    self as shown, PEOPLE, RegisteredQuery, RegisteredRow, RegistrationForm, RegistrationPreview, RegistrationRow,
    RegistrationsPage, STATES,
};
use crate::second_factor::provider::{ProviderView, href};
use crate::second_factor::words;
use crate::sheet::{self, Rows};

/// What the form sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    group: String,
    reason: String,
    /// What was searched for, and that it was.
    find_group: String,
    find: String,
}

impl Sent {
    fn group(&self) -> Option<Uuid> {
        Wanted::parse(&self.group).map(|one| one.id)
    }

    fn wish(&self) -> NewRegistration {
        NewRegistration { group: self.group(), reason: Some(self.reason.clone()) }
    }
}

async fn provider(desk: &Desk, rooms: &Rooms, id: TenantId) -> Result<ProviderView, Problem> {
    let found = provider_of(desk, rooms, id).await?;
    Ok(words::provider(&found, &tenant_name(desk, rooms, id).await?))
}

/// The form as it was sent, with the groups that a search found.
async fn form(desk: &Desk, rooms: &Rooms, id: TenantId, sent: &Sent) -> Result<RegistrationForm, Problem> {
    let source = id.0.into();
    let wanted: Vec<_> = sent.group().map(Wanted::group).into_iter().collect();
    let chosen = named(desk, rooms, source, &wanted).await?;
    let found = if sent.find == "group" && !sent.find_group.is_empty() {
        let found = look_for(desk, rooms, Some(source), "groups", &sent.find_group).await?;
        Some((sent.find_group.clone(), found))
    } else {
        None
    };
    let group = Picks { chosen, found };
    Ok(RegistrationForm { group, reason: sent.reason.clone(), ..RegistrationForm::default() })
}

async fn show_form(
    desk: &Desk,
    rooms: &Rooms,
    id: TenantId,
    form: RegistrationForm,
) -> Result<RegistrationsPage, Problem> {
    let provider = provider(desk, rooms, id).await?;
    let found = rooms.mfa.list_registrations(&desk.may(ReadMfa {})?, id).await?;
    let mut runs = Vec::with_capacity(found.len());
    for run in &found {
        runs.push(row(desk, rooms, run).await?);
    }
    let frame = desk.frame("Register people in Entra", Section::SecondFactor);
    Ok(RegistrationsPage::new(frame, &provider, form, runs))
}

/// `GET /second-factor/providers/{id}/registrations`.
pub async fn list(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<TenantId>) -> Result<Response, Problem> {
    Ok(page(&show_form(&desk, &rooms, id, RegistrationForm::default()).await?))
}

/// `POST /second-factor/providers/{id}/registrations/find`: looks for a group by name where no script does.
pub async fn find(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    desk.may(RegisterPeople { tenant: id })?;
    let form = form(&desk, &rooms, id, &sent).await?;
    Ok(page(&show_form(&desk, &rooms, id, form).await?))
}

/// `POST /second-factor/providers/{id}/registrations/preview`: looks, and registers nobody.
pub async fn preview(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    let may = desk.may(RegisterPeople { tenant: id })?;
    match rooms.mfa.preview_registration(&may, &sent.wish()).await {
        Ok(found) => {
            let form = form(&desk, &rooms, id, &sent).await?;
            let form = RegistrationForm { preview: Some(preview_of(found)), ..form };
            Ok(page(&show_form(&desk, &rooms, id, form).await?))
        }
        Err(error) => refused(&desk, &rooms, id, &sent, error).await,
    }
}

/// `POST /second-factor/providers/{id}/registrations`: begins.
pub async fn start(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    let may = desk.may(RegisterPeople { tenant: id })?;
    match rooms.mfa.start_registration(&may, &sent.wish()).await {
        Ok(_) => Ok(done(href(&id.to_string(), "/registrations"), Done::RegistrationStarted)),
        Err(error) => refused(&desk, &rooms, id, &sent, error).await,
    }
}

async fn refused(desk: &Desk, rooms: &Rooms, id: TenantId, sent: &Sent, error: MfaError) -> Result<Response, Problem> {
    let said = error.public_detail();
    let form = form(desk, rooms, id, sent).await?;
    let form = match &error {
        MfaError::Invalid(_) => {
            let (field, text) = said.split_once(' ').unwrap_or(("reason", &said));
            RegistrationForm { wrong: Some((field.to_owned(), sentence(text))), ..form }
        }
        MfaError::Conflict(_) => RegistrationForm { blocked: sentence(&said), ..form },
        _ => return Err(error.into()),
    };
    Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &show_form(desk, rooms, id, form).await?))
}

/// `POST /second-factor/providers/{id}/registrations/{run}/stop`.
pub async fn stop(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((id, run)): Path<(TenantId, RegistrationId)>,
) -> Result<Response, Problem> {
    let stopped = rooms.mfa.stop_registration(&desk.may(RegisterPeople { tenant: id })?, run).await;
    after(id, stopped, Done::RegistrationStopped)
}

/// `GET /second-factor/providers/{id}/registrations/{run}/undo`.
pub async fn ask_undo(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((id, run)): Path<(TenantId, RegistrationId)>,
) -> Result<Response, Problem> {
    desk.may(RegisterPeople { tenant: id })?;
    let provider = provider(&desk, &rooms, id).await?;
    let found = rooms.mfa.get_registration(&desk.may(ReadMfa {})?, id, run).await?;
    let row = row(&desk, &rooms, &found).await?;
    Ok(page(&shown::ask_undo(desk.frame("Take back", Section::SecondFactor), &provider, &row)))
}

/// `POST /second-factor/providers/{id}/registrations/{run}/undo`.
pub async fn undo(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((id, run)): Path<(TenantId, RegistrationId)>,
) -> Result<Response, Problem> {
    let undone = rooms.mfa.undo_registration(&desk.may(RegisterPeople { tenant: id })?, run).await;
    after(id, undone, Done::RegistrationUndoing)
}

fn after(id: TenantId, came_of: Result<Registration, MfaError>, well: Done) -> Result<Response, Problem> {
    match came_of {
        Ok(_) => Ok(done(href(&id.to_string(), "/registrations"), well)),
        Err(MfaError::Conflict(_)) => Ok(done(href(&id.to_string(), "/registrations"), Done::Stale)),
        Err(error) => Err(error.into()),
    }
}

fn preview_of(found: register::RegistrationPreview) -> RegistrationPreview {
    RegistrationPreview {
        method: found.method,
        enabled: found.enabled,
        people: found.people,
        without: found.without,
        asked: found.asked,
        already: found.already,
        first: found.first.into_iter().map(|one| format!("{} ({})", one.name, one.upn)).collect(),
    }
}

/// A run as its list shows it.
async fn row(desk: &Desk, rooms: &Rooms, run: &Registration) -> Result<RegistrationRow, Problem> {
    let wanted: Vec<_> = run.group.map(Wanted::group).into_iter().collect();
    let group = named(desk, rooms, run.provider.0.into(), &wanted).await?.pop();
    Ok(RegistrationRow {
        id: run.id.to_string(),
        state: (run.state.as_str(), in_words(run.state)),
        whom: group.map_or_else(|| "Everybody who can pass".to_owned(), |group| format!("Members of {}", group.name)),
        people: run.people,
        registered: run.registered,
        already: run.already,
        failed: run.failed,
        removed: run.removed,
        kept: run.kept,
        trouble: run.trouble.as_deref().map(sentence).unwrap_or_default(),
        by: run.started_by.clone(),
        started: run.started_at,
    })
}

fn in_words(state: RegistrationState) -> &'static str {
    match state {
        RegistrationState::Running => "Running",
        RegistrationState::Done => "Done",
        RegistrationState::Stopped => "Stopped",
        RegistrationState::Undoing => "Being taken back",
        RegistrationState::Undone => "Taken back",
    }
}

// === the people of a run ===

/// Who is listed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Narrowed {
    q: String,
    state: String,
}

/// `GET /second-factor/providers/{id}/registrations/{run}`.
pub async fn show(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((id, run)): Path<(TenantId, RegistrationId)>,
    list: Listing<Narrowed>,
) -> Result<Response, Problem> {
    let provider = provider(&desk, &rooms, id).await?;
    let found = rooms.mfa.get_registration(&desk.may(ReadMfa {})?, id, run).await?;
    let row = row(&desk, &rooms, &found).await?;
    let listed = PEOPLE.page(&people(&desk, &rooms, (id, run), &list.wanted)?, &list.asked).await?;
    let query = RegisteredQuery { words: list.wanted.q, state: list.wanted.state };
    let frame = desk.frame("Registered in Entra", Section::SecondFactor);
    Ok(page(&shown::people(frame, &provider, &row, &listed, (&query, &list.here))))
}

/// `GET /second-factor/providers/{id}/registrations/{run}/export`.
pub async fn export(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(which): Path<(TenantId, RegistrationId)>,
    list: Listing<Narrowed>,
) -> Result<Response, Problem> {
    PEOPLE.csv(people(&desk, &rooms, which, &list.wanted)?, &list.asked).await
}

fn people(
    desk: &Desk,
    rooms: &Rooms,
    which: (TenantId, RegistrationId),
    wanted: &Narrowed,
) -> Result<Rows<RegisteredRow>, Problem> {
    let context = (rooms.clone(), desk.may(ReadMfa {})?, which, RegisteredState::parse(&wanted.state));
    Ok(sheet::rows(context, |context, request| async move {
        let (rooms, may, which, state) = &*context;
        let found = rooms.mfa.list_registered(may, *which, *state, &request).await?;
        Ok(found.map(|one| person(&one)))
    }))
}

fn person(one: &RegisteredPerson) -> RegisteredRow {
    let state = STATES.iter().find(|(word, _)| *word == one.state.as_str());
    RegisteredRow {
        object_id: one.object_id.to_string(),
        name: one.name.clone(),
        upn: one.upn.clone(),
        state: state.map_or("", |(_, name)| name),
        code: one.code.clone().unwrap_or_default(),
        detail: one.detail.clone().unwrap_or_default(),
        href: format!("/second-factor/people/{}", one.account),
    }
}

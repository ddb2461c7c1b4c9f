//! Entra's job: looked at, told what to do.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::Kinded as _;
use provisioning::checker::job::{OnDemand, RestartScope};
use provisioning::checker::{JobCheck, Which};
use provisioning::permissions::{ControlJob, ReadProvisioning, UpdateConnection};
use provisioning::{ConnectionId, ConnectionUpdate, ConnectionView, ProvisioningError, Settings};
use serde::Deserialize;
use web::{Form, Path, Problem};

use super::connection::{find, page_of};
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::flash::Done;
use crate::layout::Section;
use crate::provisioning::connection::{ConnectionPage, Open};
use crate::provisioning::job::{self, JobTab, OnDemandView};
use crate::provisioning::words;
use crate::render::{page, page_with, sentence};

/// `GET /provisioning/connections/{id}/job`: looks, live.
pub async fn show(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<ConnectionId>) -> Result<Response, Problem> {
    Ok(page(&look(&desk, &rooms, id, Which::default(), String::new(), None).await?))
}

async fn look(
    desk: &Desk,
    rooms: &Rooms,
    id: ConnectionId,
    which: Which,
    error: String,
    on_demand: Option<OnDemandView>,
) -> Result<ConnectionPage, Problem> {
    let found = find(desk, rooms, id).await?;
    let check = rooms.provisioning.check_job(&desk.may(ReadProvisioning {})?, id, &which).await?;
    let may_control = desk.can(ControlJob { connection: id });
    let tab = JobTab { on_demand, error, ..tab(&found, check, which, may_control) };
    page_of(desk, rooms, &found, Open::Job(Box::new(tab))).await
}

fn tab(found: &ConnectionView, check: JobCheck, which: Which, may_control: bool) -> JobTab {
    let application = check.application.as_ref();
    let named = application.map(|app| app.name.clone());
    let (powershell, az) = check.scripts.clone().map(|both| (both.powershell, both.az)).unwrap_or_default();
    JobTab {
        connection: found.id.to_string(),
        application: application.map(|app| (app.name.clone(), app.id.to_string(), app.app_id.to_string())),
        asked: which.application.or(named).unwrap_or_else(|| found.name.clone()),
        bound: found.tenant_id.is_some(),
        job: check.job.as_ref().map(words::job),
        may_control: may_control && check.may_control,
        missing: check.missing.clone(),
        powershell,
        az,
        checks: words::checks(&check),
        passed: check.checklist.passed,
        on_demand: None,
        error: String::new(),
    }
}

/// What Entra or Graph said no to is shown where it was asked.
async fn told(
    desk: &Desk,
    rooms: &Rooms,
    id: ConnectionId,
    outcome: Result<(), ProvisioningError>,
    good: Done,
) -> Result<Response, Problem> {
    match outcome {
        Ok(()) => Ok(done(format!("/provisioning/connections/{id}/job"), good)),
        Err(error) => refused(desk, rooms, id, Which::default(), error).await,
    }
}

async fn refused(
    desk: &Desk,
    rooms: &Rooms,
    id: ConnectionId,
    which: Which,
    error: ProvisioningError,
) -> Result<Response, Problem> {
    match error {
        ProvisioningError::Conflict(_) | ProvisioningError::Invalid(_) | ProvisioningError::NotFound(_) => {
            let error = sentence(&error.public_detail());
            let shown = look(desk, rooms, id, which, error, None).await?;
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown))
        }
        error => Err(error.into()),
    }
}

/// What the form sends.
#[derive(Deserialize)]
pub struct Application {
    application: String,
}

/// `POST /provisioning/connections/{id}/job/application`: which application is meant from now on.
pub async fn choose(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<ConnectionId>,
    Form(body): Form<Application>,
) -> Result<Response, Problem> {
    let may = desk.may(UpdateConnection { connection: id })?;
    let read = desk.may(ReadProvisioning {})?;
    let which = Which { application: Some(body.application.clone()) };
    match rooms.provisioning.find_application(&read, id, &body.application).await {
        Ok(application) => {
            let found = find(&desk, &rooms, id).await?;
            let settings = Settings { application: Some(application.id), ..found.settings };
            let (name, tenant_id, state) = (None, None, None);
            let update = ConnectionUpdate { version: found.version, name, tenant_id, state, settings: Some(settings) };
            rooms.provisioning.update_connection(&may, update).await?;
            Ok(done(format!("/provisioning/connections/{id}/job"), Done::Saved))
        }
        Err(error) => refused(&desk, &rooms, id, which, error).await,
    }
}

/// `POST /provisioning/connections/{id}/job/start`.
pub async fn start(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<ConnectionId>) -> Result<Response, Problem> {
    let outcome = rooms.provisioning.start_job(&desk.may(ControlJob { connection: id })?).await;
    told(&desk, &rooms, id, outcome, Done::JobStarted).await
}

/// `GET /provisioning/connections/{id}/job/pause`.
pub async fn ask_pause(desk: Desk, Path(id): Path<ConnectionId>) -> Result<Response, Problem> {
    desk.may(ControlJob { connection: id })?;
    Ok(page(&job::ask_pause(desk.frame("Pause", Section::Connections), &id.to_string())))
}

/// `POST /provisioning/connections/{id}/job/pause`.
pub async fn pause(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<ConnectionId>) -> Result<Response, Problem> {
    let outcome = rooms.provisioning.pause_job(&desk.may(ControlJob { connection: id })?).await;
    told(&desk, &rooms, id, outcome, Done::Saved).await
}

/// `GET /provisioning/connections/{id}/job/restart`.
pub async fn ask_restart(desk: Desk, Path(id): Path<ConnectionId>) -> Result<Response, Problem> {
    desk.may(ControlJob { connection: id })?;
    Ok(page(&job::ask_restart(desk.frame("Restart", Section::Connections), &id.to_string())))
}

/// What the form sends.
#[derive(Deserialize)]
pub struct Restart {
    scope: RestartScope,
}

/// `POST /provisioning/connections/{id}/job/restart`.
pub async fn restart(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<ConnectionId>,
    Form(body): Form<Restart>,
) -> Result<Response, Problem> {
    let outcome = rooms.provisioning.restart_job(&desk.may(ControlJob { connection: id })?, body.scope).await;
    told(&desk, &rooms, id, outcome, Done::JobStarted).await
}

/// `GET /provisioning/connections/{id}/job/apply-mapping`.
pub async fn ask_mapping(desk: Desk, Path(id): Path<ConnectionId>) -> Result<Response, Problem> {
    desk.may(ControlJob { connection: id })?;
    Ok(page(&job::ask_mapping(desk.frame("Mapping", Section::Connections), &id.to_string())))
}

/// `POST /provisioning/connections/{id}/job/apply-mapping`.
pub async fn apply_mapping(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<ConnectionId>,
) -> Result<Response, Problem> {
    let outcome = rooms.provisioning.apply_mapping(&desk.may(ControlJob { connection: id })?).await;
    told(&desk, &rooms, id, outcome, Done::Saved).await
}

/// What the form sends.
#[derive(Deserialize)]
pub struct Now {
    #[serde(default)]
    user: String,
    #[serde(default)]
    group: String,
    #[serde(default)]
    members: String,
}

impl Now {
    fn wanted(&self) -> Result<OnDemand, ProvisioningError> {
        let id = |text: &str| text.parse().map_err(|_| ProvisioningError::Invalid(format!("{text:?} is no object id")));
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let members = self.members.split([',', '\n']).map(str::trim).filter(|text| !text.is_empty());
        Ok(OnDemand {
            user: given(&self.user),
            group: given(&self.group).as_deref().map(id).transpose()?,
            members: members.map(id).collect::<Result<_, _>>()?,
        })
    }
}

/// `POST /provisioning/connections/{id}/job/provision-on-demand`: and shows what came of it.
pub async fn on_demand(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<ConnectionId>,
    Form(body): Form<Now>,
) -> Result<Response, Problem> {
    let may = desk.may(ControlJob { connection: id })?;
    let outcome = match body.wanted() {
        Ok(wanted) => rooms.provisioning.provision_on_demand(&may, &wanted).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(found) => {
            let what = if body.user.trim().is_empty() { &body.group } else { &body.user };
            let view = words::on_demand(what.trim(), found);
            Ok(page(&look(&desk, &rooms, id, Which::default(), String::new(), Some(view)).await?))
        }
        Err(error) => refused(&desk, &rooms, id, Which::default(), error).await,
    }
}

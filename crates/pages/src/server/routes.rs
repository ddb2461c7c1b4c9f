//! The handlers of these pages.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;
use signals::permissions::ReadWebhooks;
use uuid::Uuid;
use web::{Form, Path, Problem};

use super::health::{HealthPage, HealthView};
use super::jobs::SHEET;
use super::{Job, JobState, jobs};
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::dirsync::routes::sources;
use crate::flash::Done;
use crate::layout::Section;
use crate::listing::Listing;
use crate::render::page;
use crate::sheet::{self, Rows};

/// The server.
pub fn routes() -> Router<Rooms> {
    Router::new()
        .route("/server/jobs", get(list_jobs))
        .route("/server/jobs/export", get(export_jobs))
        .route("/server/jobs/retry", post(retry_picked))
        .route("/server/jobs/discard", post(discard_picked))
        .route("/server/jobs/{id}/retry", post(retry))
        .route("/server/jobs/{id}/discard", get(ask_discard).post(discard))
        .route("/server/health", get(show_health).post(show_health))
}

/// Which.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    state: String,
}

impl Wanted {
    fn open(&self) -> JobState {
        match self.state.as_str() {
            "queued" => JobState::Queued,
            "running" => JobState::Running,
            _ => JobState::Dead,
        }
    }
}

async fn list_jobs(desk: Desk, State(rooms): State<Rooms>, list: Listing<Wanted>) -> Result<Response, Problem> {
    let counts = rooms.server.count_jobs(desk.caller.actor()).await?;
    let listed = SHEET.page(&rows(&desk, rooms, &list.wanted).await, &list.asked).await?;
    Ok(page(&jobs::page(desk.frame("Jobs", Section::Jobs), &listed, list.wanted.open(), counts, &list.here)))
}

async fn export_jobs(desk: Desk, State(rooms): State<Rooms>, list: Listing<Wanted>) -> Result<Response, Problem> {
    SHEET.csv(rows(&desk, rooms, &list.wanted).await, &list.asked).await
}

async fn rows(desk: &Desk, rooms: Rooms, wanted: &Wanted) -> Rows<Job> {
    let names = names(desk, &rooms).await;
    let context = (rooms, desk.caller.actor().clone(), wanted.open(), names);
    sheet::rows(context, |context, request| async move {
        let (rooms, actor, state, names) = &*context;
        let found = rooms.server.list_jobs(actor, *state, &request).await?;
        Ok(found.map(|job| {
            let known = names.iter().find(|(id, _)| *id == job.subject).map(|(_, name)| name.clone());
            Job { subject: known.unwrap_or_else(|| job.subject.clone()), ..job }
        }))
    })
}

/// What jobs are about, by id: tenants and webhooks. Not worth failing a page for.
async fn names(desk: &Desk, rooms: &Rooms) -> Vec<(String, String)> {
    let mut names = sources(desk, rooms).await.unwrap_or_default();
    if let Ok(may) = desk.may(ReadWebhooks {})
        && let Ok(webhooks) = rooms.webhooks.list_webhooks(&may).await
    {
        names.extend(webhooks.into_iter().map(|webhook| (webhook.id.to_string(), webhook.name)));
    }
    names
}

/// The picked ones.
#[derive(Deserialize)]
pub struct Picked {
    #[serde(default)]
    id: Vec<Uuid>,
}

async fn retry_picked(desk: Desk, State(rooms): State<Rooms>, Form(picked): Form<Picked>) -> Result<Response, Problem> {
    for id in picked.id {
        rooms.server.retry_job(desk.caller.actor(), id).await?;
    }
    Ok(done("/server/jobs", Done::JobRetried))
}

async fn discard_picked(
    desk: Desk,
    State(rooms): State<Rooms>,
    Form(picked): Form<Picked>,
) -> Result<Response, Problem> {
    for id in picked.id {
        rooms.server.discard_job(desk.caller.actor(), id).await?;
    }
    Ok(done("/server/jobs", Done::JobDiscarded))
}

async fn retry(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    rooms.server.retry_job(desk.caller.actor(), id).await?;
    Ok(done("/server/jobs", Done::JobRetried))
}

async fn ask_discard(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    let mut found = Vec::new();
    for state in ["", "queued"] {
        let wanted = Wanted { state: state.to_owned() };
        found.extend(SHEET.names(&rows(&desk, rooms.clone(), &wanted).await, &[id.to_string()], jobs::called).await?);
    }
    Ok(page(&jobs::ask_discard(desk.frame("Discard", Section::Jobs), &id.to_string(), &found.concat())))
}

async fn discard(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    rooms.server.discard_job(desk.caller.actor(), id).await?;
    Ok(done("/server/jobs", Done::JobDiscarded))
}

async fn show_health(desk: Desk, State(rooms): State<Rooms>) -> Result<Response, Problem> {
    let health = rooms.server.health(desk.caller.actor()).await?;
    let index = match desk.may(directory::permissions::ReadDirectory {}) {
        Ok(may) => rooms.directory.summary_uncounted(&may).await.ok(),
        Err(_) => None,
    };
    let view = HealthView { health, url: rooms.url.clone(), index, checked: desk.now() };
    Ok(page(&HealthPage::new(desk.frame("Health", Section::About), view)))
}

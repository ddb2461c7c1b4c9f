//! The handlers of these pages.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;
use uuid::Uuid;
use web::{Form, PageQuery, Path, Problem, Query};

use super::health::{HealthPage, HealthView};
use super::jobs::SHEET;
use super::{Job, JobState, jobs};
use crate::Rooms;
use crate::desk::{Desk, done, here};
use crate::flash::Done;
use crate::layout::Section;
use crate::list::ConfirmPage;
use crate::paged::Paged;
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
    #[serde(default)]
    sort: String,
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

async fn list_jobs(
    desk: Desk,
    State(rooms): State<Rooms>,
    Query(wanted): Query<Wanted>,
    query: PageQuery,
    place: Paged,
) -> Result<Response, Problem> {
    let counts = rooms.server.count_jobs(desk.caller.actor()).await?;
    let listed = SHEET.page(&rows(&desk, rooms, &wanted), &wanted.sort, &query.request()).await?;
    let here = place.apply(here("/server/jobs", &[("state", &wanted.state), ("sort", &wanted.sort)]));
    Ok(page(&jobs::page(desk.frame("Jobs", Section::Jobs), &listed, wanted.open(), counts, &here)))
}

async fn export_jobs(
    desk: Desk,
    State(rooms): State<Rooms>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    SHEET.csv(rows(&desk, rooms, &wanted), &wanted.sort).await
}

fn rows(desk: &Desk, rooms: Rooms, wanted: &Wanted) -> Rows<Job> {
    let context = (rooms, desk.caller.actor().clone(), wanted.open());
    sheet::rows(
        context,
        |context, request| async move { context.0.server.list_jobs(&context.1, context.2, &request).await },
    )
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

async fn ask_discard(desk: Desk, Path(id): Path<Uuid>) -> Response {
    let action = format!("/server/jobs/{id}/discard");
    let ask = ConfirmPage::new(desk.frame("Discard", Section::Jobs), "Discard this job?", "Discard", action);
    page(
        &ask.consequence("What it was to do is not done. Scheduled work comes back by itself.")
            .cancel("/server/jobs")
            .danger(),
    )
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

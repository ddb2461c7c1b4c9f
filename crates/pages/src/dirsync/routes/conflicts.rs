//! Conflicts: list, take along, decide.

use axum::extract::State;
use axum::response::Response;
use directory::{ConflictCause, Decision, ObjectKind};
use dirsync::permissions::{DecideConflicts, ReadSync};
use dirsync::service::conflicts::{ConflictFilter, ConflictView, Decide};
use kernel::{Cursor, PageRequest, Timestamp};
use serde::Deserialize;
use uuid::Uuid;
use web::{Form, PageQuery, Problem, Query};

use super::reason;
use crate::Rooms;
use crate::desk::{Desk, done, here};
use crate::dirsync::conflicts::{self, Act, ConflictQuery, ConflictRow};
use crate::dirsync::words;
use crate::export::csv;
use crate::flash::Done;
use crate::layout::Section;
use crate::paged::Paged;
use crate::parts::Badge;
use crate::render::page;

/// What the list is narrowed to.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    q: String,
    #[serde(default)]
    cause: String,
    #[serde(default)]
    kind: String,
}

impl Wanted {
    fn filter(&self) -> ConflictFilter {
        ConflictFilter {
            kind: Some(kind_of(&self.kind)),
            cause: ConflictCause::parse(&self.cause),
            text: Some(self.q.trim().to_owned()).filter(|text| !text.is_empty()),
        }
    }
}

fn kind_of(kind: &str) -> ObjectKind {
    if kind == "group" { ObjectKind::Group } else { ObjectKind::User }
}

/// `GET /dirsync/conflicts`.
pub async fn list_conflicts(
    desk: Desk,
    State(rooms): State<Rooms>,
    Query(wanted): Query<Wanted>,
    query: PageQuery,
    place: Paged,
) -> Result<Response, Problem> {
    let found = rooms.dirsync.list_conflicts(&desk.may(ReadSync {})?, &wanted.filter(), &query.request()).await?;
    let rows: Vec<_> = found.items.iter().map(row).collect();
    let values = [("q", wanted.q.as_str()), ("cause", &wanted.cause), ("kind", &wanted.kind)];
    let here = place.apply(here("/dirsync/conflicts", &values));
    let shown = ConflictQuery { q: wanted.q, cause: wanted.cause, kind: wanted.kind };
    let next = found.next.as_ref().map(Cursor::as_str);
    Ok(page(&conflicts::page(desk.frame("Conflicts", Section::Conflicts), &rows, &shown, &here, next)))
}

fn row(view: &ConflictView) -> ConflictRow {
    let conflict = &view.conflict;
    let decision = match conflict.decision {
        Decision::Pending => None,
        Decision::Ignored => Some(Badge::off("Ignored until")),
        Decision::Deactivated => Some(Badge::off("Deactivated")),
    };
    ConflictRow {
        id: view.id.to_string(),
        href: format!("/directory/{}s/{}", view.kind.as_str(), view.id),
        name: view.name.clone(),
        address: view.address.clone().unwrap_or_default(),
        cause: words::conflict(conflict.cause),
        suggestion: format!("{}: {}", view.suggestion.act, view.suggestion.because),
        since: conflict.since,
        due: conflict.due,
        decision,
    }
}

const HEAD: [&str; 7] = ["id", "name", "address", "cause", "since", "due", "decision"];

fn cells(view: &ConflictView) -> Vec<String> {
    let conflict = &view.conflict;
    vec![
        view.id.to_string(),
        view.name.clone(),
        view.address.clone().unwrap_or_default(),
        conflict.cause.to_string(),
        conflict.since.to_string(),
        conflict.due.map(|due| due.to_string()).unwrap_or_default(),
        conflict.decision.to_string(),
    ]
}

/// `GET /dirsync/conflicts/export`.
pub async fn export_all(
    desk: Desk,
    State(rooms): State<Rooms>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let rows = collect(&desk, &rooms, &wanted.filter()).await?;
    Ok(csv("vestibule-conflicts", &HEAD, rows.iter().map(cells)))
}

/// `POST /dirsync/conflicts/export-selected`.
pub async fn export_selected(
    desk: Desk,
    State(rooms): State<Rooms>,
    Query(wanted): Query<Wanted>,
    Form(picked): Form<Picked>,
) -> Result<Response, Problem> {
    let rows = collect(&desk, &rooms, &wanted.filter()).await?;
    Ok(csv("vestibule-conflicts", &HEAD, rows.iter().filter(|row| picked.id.contains(&row.id)).map(cells)))
}

async fn collect(desk: &Desk, rooms: &Rooms, filter: &ConflictFilter) -> Result<Vec<ConflictView>, Problem> {
    let may = desk.may(ReadSync {})?;
    let mut rows = Vec::new();
    let mut request = PageRequest::first(PageRequest::MOST);
    loop {
        let found = rooms.dirsync.list_conflicts(&may, filter, &request).await?;
        rows.extend(found.items);
        let Some(next) = found.next else { return Ok(rows) };
        request = PageRequest::new(PageRequest::MOST, Some(next));
    }
}

/// The picked ones, and what shall become of them.
#[derive(Deserialize)]
pub struct Picked {
    #[serde(default)]
    id: Vec<Uuid>,
}

/// What is asked about.
#[derive(Deserialize)]
pub struct Question {
    act: Act,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    id: Vec<Uuid>,
}

/// `GET /dirsync/conflicts/confirm`: one.
pub async fn ask_one(desk: Desk, Query(question): Query<Question>) -> Result<Response, Problem> {
    ask(&desk, question.act, &question.kind, &question.id)
}

/// `POST /dirsync/conflicts/confirm`: the picked ones.
pub async fn ask_many(
    desk: Desk,
    Query(question): Query<Question>,
    Form(picked): Form<Picked>,
) -> Result<Response, Problem> {
    ask(&desk, question.act, &question.kind, &picked.id)
}

fn ask(desk: &Desk, act: Act, kind: &str, ids: &[Uuid]) -> Result<Response, Problem> {
    desk.may(DecideConflicts {})?;
    let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
    Ok(page(&conflicts::confirm(desk.frame("Conflicts", Section::Conflicts), act, kind, &ids)))
}

/// What the confirmation sends.
#[derive(Deserialize)]
pub struct Confirmed {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    id: Vec<Uuid>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    until: String,
}

async fn decide(desk: &Desk, rooms: &Rooms, body: Confirmed, decide: Decide, said: Done) -> Result<Response, Problem> {
    let may = desk.may(DecideConflicts {})?;
    let reason = reason(&body.reason);
    rooms.dirsync.decide_conflicts(&may, kind_of(&body.kind), &body.id, decide, reason).await?;
    Ok(done("/dirsync/conflicts", said))
}

/// `POST /dirsync/conflicts/delete`.
pub async fn delete(desk: Desk, State(rooms): State<Rooms>, Form(body): Form<Confirmed>) -> Result<Response, Problem> {
    decide(&desk, &rooms, body, Decide::Delete, Done::ConflictsDeleted).await
}

/// `POST /dirsync/conflicts/deactivate`.
pub async fn deactivate(
    desk: Desk,
    State(rooms): State<Rooms>,
    Form(body): Form<Confirmed>,
) -> Result<Response, Problem> {
    decide(&desk, &rooms, body, Decide::Deactivate, Done::ConflictsDeactivated).await
}

/// `POST /dirsync/conflicts/ignore`.
pub async fn ignore(desk: Desk, State(rooms): State<Rooms>, Form(body): Form<Confirmed>) -> Result<Response, Problem> {
    let until = Timestamp::parse(&format!("{}T00:00:00Z", body.until))
        .map_err(|_| Problem::invalid("pages.bad_date", "the date until which to ignore is missing"))?;
    decide(&desk, &rooms, body, Decide::Ignore { until }, Done::ConflictsIgnored).await
}

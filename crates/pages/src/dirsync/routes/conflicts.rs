//! Conflicts: list, take along, decide.

use axum::extract::State;
use axum::response::Response;
use directory::{ConflictCause, Decision, ObjectKind};
use dirsync::permissions::{DecideConflicts, ReadSync};
use dirsync::service::conflicts::{ConflictFilter, ConflictView, Decide};
use kernel::Timestamp;
use serde::Deserialize;
use uuid::Uuid;
use web::{Form, Problem, Query};

use super::reason;
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::dirsync::conflicts::{self, Act, ConflictQuery, ConflictRow, SHEET};
use crate::dirsync::words;
use crate::flash::Done;
use crate::layout::Section;
use crate::listing::Listing;
use crate::parts::Badge;
use crate::render::page;
use crate::sheet::{self, Rows};

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
    list: Listing<Wanted>,
) -> Result<Response, Problem> {
    let listed = SHEET.page(&rows(&desk, rooms, &list.wanted)?, &list.asked).await?;
    let Wanted { q, cause, kind } = list.wanted;
    let shown = ConflictQuery { q, cause, kind, sort: list.asked.sort };
    Ok(page(&conflicts::page(desk.frame("Conflicts", Section::Conflicts), &listed, &shown, &list.here)))
}

fn rows(desk: &Desk, rooms: Rooms, wanted: &Wanted) -> Result<Rows<ConflictRow>, Problem> {
    let context = (rooms, desk.may(ReadSync {})?, wanted.filter());
    Ok(sheet::rows(context, |context, request| async move {
        let (rooms, may, filter) = &*context;
        Ok(rooms.dirsync.list_conflicts(may, filter, &request).await?.map(|conflict| row(&conflict)))
    }))
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
        decision_word: words::plain(conflict.decision.as_str()),
    }
}

/// `GET /dirsync/conflicts/export`.
pub async fn export_all(desk: Desk, State(rooms): State<Rooms>, list: Listing<Wanted>) -> Result<Response, Problem> {
    SHEET.csv(rows(&desk, rooms, &list.wanted)?, &list.asked).await
}

/// `POST /dirsync/conflicts/export-selected`.
pub async fn export_selected(
    desk: Desk,
    State(rooms): State<Rooms>,
    list: Listing<Wanted>,
    Form(picked): Form<Picked>,
) -> Result<Response, Problem> {
    let wanted_ids: Vec<_> = picked.id.iter().map(ToString::to_string).collect();
    let all = rows(&desk, rooms, &list.wanted)?;
    let chosen = sheet::rows((all, wanted_ids), |context, request| async move {
        let (all, ids) = &*context;
        let mut page = all(request).await?;
        page.items.retain(|row| ids.contains(&row.id));
        Ok(page)
    });
    SHEET.csv(chosen, &list.asked).await
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
pub async fn ask_one(
    desk: Desk,
    State(rooms): State<Rooms>,
    Query(question): Query<Question>,
) -> Result<Response, Problem> {
    ask(&desk, rooms, question.act, question.kind, &question.id).await
}

/// `POST /dirsync/conflicts/confirm`: the picked ones.
pub async fn ask_many(
    desk: Desk,
    State(rooms): State<Rooms>,
    Query(question): Query<Question>,
    Form(picked): Form<Picked>,
) -> Result<Response, Problem> {
    ask(&desk, rooms, question.act, question.kind, &picked.id).await
}

async fn ask(desk: &Desk, rooms: Rooms, act: Act, kind: String, ids: &[Uuid]) -> Result<Response, Problem> {
    desk.may(DecideConflicts {})?;
    let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
    let wanted = Wanted { kind, ..Wanted::default() };
    let names = SHEET.names(&rows(desk, rooms, &wanted)?, &ids, |row| row.name.clone()).await?;
    Ok(page(&conflicts::confirm(desk.frame("Conflicts", Section::Conflicts), act, &wanted.kind, &ids, names)))
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

//! Taking back a run or a single change, giving back whoever was deleted.

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use directory::permissions::ReadDirectory;
use directory::views::HistoryEntry;
use directory::{GroupId, ObjectKind, SourceId, UserId};
use dirsync::permissions::{ReadSync, Undo};
use dirsync::{DirsyncError, Run, RunId, RunKind, RunState};
use kernel::{Cursor, May, PageRequest, Timestamp};
use serde::Deserialize;
use signals::Filter;
use signals::permissions::ReadAudit;
use uuid::Uuid;
use web::{Form, Path, Problem};

use super::reason;
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::directory::superiors;
use crate::dirsync::undo::{self, Again};
use crate::dirsync::words;
use crate::flash::Done;
use crate::layout::Section;
use crate::render::page;

/// Whether the next run of a source makes again what its runs made before.
async fn again(rooms: &Rooms, may: &May<ReadSync>, source: SourceId, by_source: bool) -> Again {
    if !by_source {
        return Again::Never;
    }
    let next = rooms.dirsync.get_source_uncounted(may, source).await.ok().and_then(|source| {
        let interval = Duration::from_mins(u64::from(source.kept.settings.full_interval_minutes));
        source.last_full_at.map(|at| at.plus(interval))
    });
    Again::BySource { next }
}

/// `GET /dirsync/runs/{id}/undo`.
pub async fn ask_run(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<RunId>) -> Result<Response, Problem> {
    let may = desk.may(ReadSync {})?;
    let run = rooms.dirsync.get_run(&may, id).await?;
    desk.may(Undo { source: run.source_id })?;
    let again = again(&rooms, &may, run.source_id, run.kind != RunKind::Undo).await;
    let counts = words::counts(run.totals.as_ref());
    Ok(page(&undo::run(desk.frame("Undo", Section::Runs), &id.to_string(), &counts, again)))
}

/// `POST /dirsync/runs/{id}/undo`: a preview.
pub async fn show_run(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<RunId>) -> Result<Response, Problem> {
    let run = rooms.dirsync.get_run(&desk.may(ReadSync {})?, id).await?;
    let undo = rooms.dirsync.undo_run(&desk.may(Undo { source: run.source_id })?, id, true).await?;
    Ok(done(format!("/dirsync/runs/{}", undo.id), Done::UndoShown))
}

/// A change of the log: of what, of which source, and what it was.
struct Found {
    source: SourceId,
    name: String,
    href: String,
    happened: HistoryEntry,
}

async fn find(desk: &Desk, rooms: &Rooms, revision: i64) -> Result<Found, Problem> {
    let none = || Problem::not_found("dirsync.no_such_change", "there is no such change of a person or a group");
    // The log goes downwards from its cursor, which it leaves out.
    let just = PageRequest::new(1, Some(Cursor::encode(&revision.saturating_add(1))));
    let event = rooms.signals.audit(&desk.may(ReadAudit {})?, &Filter::default(), &just).await?.items.pop();
    let event = event.filter(|event| event.revision == revision).ok_or_else(none)?;
    let object = event.object.ok_or_else(none)?;
    let may = desk.may(ReadDirectory {})?;
    let (source, name, page) = match object.kind.as_ref() {
        "user" => {
            let user = rooms.directory.get_user(&may, UserId(object.id)).await?;
            (user.source.id, user.name(), rooms.directory.user_history(&may, user.id, &just).await?)
        }
        "group" => {
            let group = rooms.directory.get_group(&may, GroupId(object.id)).await?.summary;
            (group.source.id, group.name, rooms.directory.group_history(&may, group.id, &just).await?)
        }
        _ => return Err(none()),
    };
    let happened = page.items.into_iter().find(|entry| entry.revision == revision).ok_or_else(none)?;
    Ok(Found { source, name, href: format!("/directory/{}s/{}/history", object.kind, object.id), happened })
}

/// `GET /dirsync/changes/{revision}/undo`.
pub async fn ask_change(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(revision): Path<i64>,
) -> Result<Response, Problem> {
    let mut found = find(&desk, &rooms, revision).await?;
    desk.may(Undo { source: found.source })?;
    let changes = found.happened.changes.iter_mut();
    superiors::name(&rooms.directory, &desk.may(ReadDirectory {})?, found.source, changes).await;
    let by_source = found.happened.cause.as_deref() == Some("run");
    let again = again(&rooms, &desk.may(ReadSync {})?, found.source, by_source).await;
    let frame = desk.frame("Undo", Section::Runs);
    Ok(page(&undo::change(frame, &found.name, &found.happened, again).cancel(found.href)))
}

/// `POST /dirsync/changes/{revision}/undo`: a preview.
pub async fn show_change(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(revision): Path<i64>,
) -> Result<Response, Problem> {
    let found = find(&desk, &rooms, revision).await?;
    let undo = rooms.dirsync.undo_change(&desk.may(Undo { source: found.source })?, revision, true).await?;
    Ok(done(format!("/dirsync/runs/{}", undo.id), Done::UndoShown))
}

/// `GET /dirsync/runs/{id}/do`: the question after a preview.
pub async fn ask_do(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<RunId>) -> Result<Response, Problem> {
    let run = previewed(&desk, &rooms, id).await?;
    desk.may(Undo { source: run.source_id })?;
    let counts = words::counts(run.totals.as_ref());
    let frame = desk.frame("Undo", Section::Runs);
    Ok(page(&undo::really(frame, &id.to_string(), &counts, words::warnings(&run))))
}

/// Why.
#[derive(Deserialize)]
pub struct Why {
    #[serde(default)]
    reason: String,
}

/// `POST /dirsync/runs/{id}/do`: what the preview showed, planned once more and done.
pub async fn do_it(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<RunId>,
    Form(why): Form<Why>,
) -> Result<Response, Problem> {
    let run = previewed(&desk, &rooms, id).await?;
    let may = desk.may(Undo { source: run.source_id })?;
    let subject = run.subject.as_deref().unwrap_or_default();
    let begun = match subject.split_once(':') {
        Some(("run", of)) => rooms.dirsync.undo_run(&may, parsed(of)?, false).await?,
        Some(("revision", of)) => rooms.dirsync.undo_change(&may, parsed(of)?, false).await?,
        Some(("restore", of)) => give_back(&rooms, &may, of).await?,
        _ => return Err(Problem::from(DirsyncError::WrongState(run.state))),
    };
    explained(&rooms, &may, &begun, &why.reason).await?;
    Ok(done(format!("/dirsync/runs/{}", begun.id), Done::UndoStarted))
}

async fn previewed(desk: &Desk, rooms: &Rooms, id: RunId) -> Result<Run, Problem> {
    let run = rooms.dirsync.get_run(&desk.may(ReadSync {})?, id).await?;
    match (run.kind, run.state) {
        (RunKind::Undo, RunState::Previewed) => Ok(run),
        _ => Err(DirsyncError::WrongState(run.state).into()),
    }
}

fn parsed<T: std::str::FromStr>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| Problem::invalid("pages.bad_subject", "the run does not say what it takes back"))
}

/// What a preview said it would give back: kind, until when, ids.
async fn give_back(rooms: &Rooms, may: &May<Undo>, subject: &str) -> Result<Run, Problem> {
    let mut parts = subject.splitn(3, ':');
    let kind = if parts.next() == Some("group") { ObjectKind::Group } else { ObjectKind::User };
    let until = Timestamp::from_micros(parsed(parts.next().unwrap_or_default())?);
    let ids = parts.next().unwrap_or_default().split(',').map(parsed).collect::<Result<Vec<Uuid>, _>>()?;
    Ok(rooms.dirsync.restore(may, kind, &ids, Some(until), false).await?)
}

async fn explained(rooms: &Rooms, may: &May<Undo>, run: &Run, text: &str) -> Result<(), Problem> {
    match reason(text) {
        Some(text) => Ok(rooms.dirsync.note_reason(may, run, text).await?),
        None => Ok(()),
    }
}

/// What the question about giving back sends.
#[derive(Deserialize)]
pub struct GiveBack {
    #[serde(default)]
    days: u32,
    preview: Option<String>,
    #[serde(default)]
    reason: String,
}

async fn source_of(desk: &Desk, rooms: &Rooms, kind: ObjectKind, id: Uuid) -> Result<(SourceId, String), Problem> {
    let may = desk.may(ReadDirectory {})?;
    Ok(match kind {
        ObjectKind::User => {
            let user = rooms.directory.get_user(&may, UserId(id)).await?;
            (user.source.id, user.name())
        }
        ObjectKind::Group => {
            let group = rooms.directory.get_group(&may, GroupId(id)).await?.summary;
            (group.source.id, group.name)
        }
    })
}

/// `GET /directory/users/{id}/restore`.
pub async fn ask_user(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    ask_restore(&desk, &rooms, ObjectKind::User, id).await
}

/// `GET /directory/groups/{id}/restore`.
pub async fn ask_group(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    ask_restore(&desk, &rooms, ObjectKind::Group, id).await
}

async fn ask_restore(desk: &Desk, rooms: &Rooms, kind: ObjectKind, id: Uuid) -> Result<Response, Problem> {
    let (source, name) = source_of(desk, rooms, kind, id).await?;
    desk.may(Undo { source })?;
    let settings = rooms.dirsync.get_source_uncounted(&desk.may(ReadSync {})?, source).await?.kept.settings;
    let section = if kind == ObjectKind::User { Section::Users } else { Section::Groups };
    let frame = desk.frame("Give back", section);
    Ok(page(&undo::restore(frame, kind.as_str(), &id.to_string(), &name, settings.delete_after_days)))
}

/// `POST /directory/users/{id}/restore`.
pub async fn restore_user(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<Uuid>,
    Form(body): Form<GiveBack>,
) -> Result<Response, Problem> {
    restore(&desk, &rooms, ObjectKind::User, id, &body).await
}

/// `POST /directory/groups/{id}/restore`.
pub async fn restore_group(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<Uuid>,
    Form(body): Form<GiveBack>,
) -> Result<Response, Problem> {
    restore(&desk, &rooms, ObjectKind::Group, id, &body).await
}

async fn restore(desk: &Desk, rooms: &Rooms, kind: ObjectKind, id: Uuid, body: &GiveBack) -> Result<Response, Problem> {
    let (source, _) = source_of(desk, rooms, kind, id).await?;
    let may = desk.may(Undo { source })?;
    let until = desk.now().plus(Duration::from_hours(24) * body.days.clamp(1, 365));
    let preview = body.preview.is_some();
    let run = rooms.dirsync.restore(&may, kind, &[id], Some(until), preview).await?;
    explained(rooms, &may, &run, &body.reason).await?;
    let said = if preview { Done::UndoShown } else { Done::RestoreStarted };
    Ok(done(format!("/dirsync/runs/{}", run.id), said))
}

//! Runs: list, look at, follow, start, cancel, undo.

use std::time::Duration;

use askama::Template as _;
use axum::extract::State;
use axum::response::Response;
use directory::SourceId;
use directory::permissions::ReadDirectory;
use dirsync::permissions::{DecideRun, ReadSync, StartRun, Undo};
use dirsync::totals::Effect;
use dirsync::verify::Verified;
use dirsync::{ChangeFilter, Run, RunFilter, RunId, RunKind, RunState};
use futures_util::stream;
use kernel::May;
use serde::Deserialize;
use tokio::time::{Interval, interval};
use web::events::{Event, sse};
use web::{Path, Problem};

use super::{all_sources, name_of, sources};
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::directory::superiors;
use crate::dirsync::changes::{CHANGES, Can, ChangeRow, change_table};
use crate::dirsync::run::{ChangeQuery, RunLive, RunPage, RunView};
use crate::dirsync::runs::{self, RunQuery, RunRow, SHEET};
use crate::dirsync::words;
use crate::flash::Done;
use crate::layout::Section;
use crate::list::ConfirmPage;
use crate::listing::Listing;
use crate::render::page;
use crate::sheet::{self, Rows};

/// What the list is narrowed to.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    state: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    changes: String,
}

/// `GET /dirsync/runs`.
pub async fn list_runs(desk: Desk, State(rooms): State<Rooms>, list: Listing<Wanted>) -> Result<Response, Problem> {
    let sources = sources(&desk, &rooms).await?;
    let names = all_sources(&desk, &rooms).await?;
    let rows = rows(&desk, rooms, &list.wanted, names)?;
    let listed = SHEET.page(&rows, &list.asked).await?;
    let Wanted { state, kind, changes } = list.wanted;
    let shown = RunQuery { q: list.asked.words, state, kind, changes };
    Ok(page(&runs::page(desk.frame("Runs", Section::Runs), &listed, &shown, &sources, &list.here)))
}

/// `GET /dirsync/runs/export`.
pub async fn export_runs(desk: Desk, State(rooms): State<Rooms>, list: Listing<Wanted>) -> Result<Response, Problem> {
    let sources = all_sources(&desk, &rooms).await?;
    SHEET.csv(rows(&desk, rooms, &list.wanted, sources)?, &list.asked).await
}

fn rows(desk: &Desk, rooms: Rooms, wanted: &Wanted, sources: Vec<(String, String)>) -> Result<Rows<RunRow>, Problem> {
    let filter = RunFilter {
        source_id: None,
        state: RunState::parse(&wanted.state),
        kind: RunKind::parse(&wanted.kind),
        with_changes_only: wanted.changes == "yes",
    };
    let context = (rooms, desk.may(ReadSync {})?, filter, sources);
    Ok(sheet::rows(context, |context, request| async move {
        let (rooms, may, filter, sources) = &*context;
        let found = rooms.dirsync.list_runs(may, filter, &request).await?;
        Ok(found.map(|run| words::row(&run, &name_of(sources, run.source_id))))
    }))
}

/// `POST /dirsync/sources/{id}/sync`.
pub async fn start_run(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<SourceId>) -> Result<Response, Problem> {
    start(&desk, &rooms, id, false).await
}

/// `POST /dirsync/sources/{id}/preview`.
pub async fn preview_run(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<SourceId>,
) -> Result<Response, Problem> {
    start(&desk, &rooms, id, true).await
}

async fn start(desk: &Desk, rooms: &Rooms, source: SourceId, preview: bool) -> Result<Response, Problem> {
    let may = desk.may(StartRun { source })?;
    let run = rooms.dirsync.start_run(&may, RunKind::Full, preview).await?;
    Ok(done(format!("/dirsync/runs/{}", run.id), Done::RunStarted))
}

/// What the changes are narrowed to.
#[derive(Debug, Default, Deserialize)]
pub struct Changes {
    #[serde(default)]
    pub q: String,
    #[serde(default)]
    pub cause: String,
    #[serde(default)]
    pub what: String,
}

impl Changes {
    /// For the service.
    pub fn filter(&self) -> ChangeFilter {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        ChangeFilter {
            effect: Effect::parse(&self.what),
            cause: some(&self.cause),
            text: some(&self.q),
            visible_only: true,
            removing_members: false,
        }
    }

    /// For the fields above the list.
    pub fn query(&self) -> ChangeQuery {
        ChangeQuery { cause: self.cause.clone(), q: self.q.clone(), what: self.what.clone() }
    }
}

/// The changes of a run or a plan, page by page.
pub fn change_rows(desk: &Desk, rooms: &Rooms, run: &Run, wanted: &Changes) -> Result<Rows<ChangeRow>, Problem> {
    let context = (rooms.clone(), desk.may(ReadSync {})?, desk.may(ReadDirectory {})?, run.clone(), wanted.filter());
    Ok(sheet::rows(context, |context, request| async move {
        let (rooms, may, may_read, run, filter) = &*context;
        let mut found = rooms.dirsync.show_changes(may, run.id, filter, &request).await?;
        let fields = found.items.iter_mut().flat_map(|change| &mut change.fields);
        superiors::name(&rooms.directory, may_read, run.source_id, fields).await;
        Ok(found.map(|planned| words::change(&planned, run)))
    }))
}

/// `GET /dirsync/runs/{id}/export`, and the same of a plan.
pub async fn export_changes(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<RunId>,
    list: Listing<Changes>,
) -> Result<Response, Problem> {
    let run = rooms.dirsync.get_run(&desk.may(ReadSync {})?, id).await?;
    CHANGES.csv(change_rows(&desk, &rooms, &run, &list.wanted)?, &list.asked).await
}

/// `GET /dirsync/runs/{id}`.
pub async fn get_run(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<RunId>,
    list: Listing<Changes>,
) -> Result<Response, Problem> {
    let may = desk.may(ReadSync {})?;
    let run = rooms.dirsync.get_run(&may, id).await?;
    let listed = CHANGES.page(&change_rows(&desk, &rooms, &run, &list.wanted)?, &list.asked).await?;
    let may_undo = desk.can(Undo { source: run.source_id });
    let can = if may_undo { Can::Undo } else { Can::Look };
    let table = change_table(&listed, &list.here, can);
    let sources = all_sources(&desk, &rooms).await?;
    let causes = words::causes(run.totals.as_ref());
    let undo = run.state == RunState::Done && may_undo;
    let undo_now = may_undo && run.kind == RunKind::Undo && run.state == RunState::Previewed;
    let view = RunView { undo, undo_now, ..view(&run, &name_of(&sources, run.source_id)) };
    let frame = desk.frame(view.kind.clone(), Section::Runs);
    Ok(page(&RunPage::new(frame, view, &causes, table, &list.wanted.query())))
}

fn view(run: &Run, source: &str) -> RunView {
    let row = words::row(run, source);
    let progress = &run.progress;
    let read = [
        ("People", progress.users),
        ("Groups", progress.groups),
        ("Memberships", progress.memberships),
        ("Pages", progress.pages),
    ];
    RunView {
        id: row.id,
        kind: row.kind,
        tenant: row.tenant,
        tenant_href: "/tenants".to_owned(),
        state: row.state,
        trigger: run
            .subject
            .as_ref()
            .map_or_else(|| row.trigger.clone(), |subject| format!("{}, {subject}", row.trigger)),
        started: row.started,
        took: row.took,
        counts: row.counts,
        read: read.map(|(name, count)| (name.to_owned(), count)).into(),
        failed_objects: u64::try_from(progress.skipped.len()).unwrap_or(0),
        verified: read_back(run),
        live: words::live(run),
        plan_href: (run.state == RunState::Held).then(|| format!("/dirsync/plans/{}", run.id)),
        undo: false,
        undo_now: false,
        warnings: words::warnings(run),
    }
}

/// How often a follower looks.
const LOOK: Duration = Duration::from_secs(1);

/// `GET /dirsync/runs/{id}/events`: the moving part of the page, whenever it has moved; `end` when the run is over.
pub async fn follow_run(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<RunId>) -> Result<Response, Problem> {
    let may = desk.may(ReadSync {})?;
    rooms.dirsync.get_run(&may, id).await?;
    let start = Following { rooms, may, id, last: String::new(), over: false, looks: interval(LOOK) };
    Ok(sse(stream::unfold(start, Following::next)))
}

struct Following {
    rooms: Rooms,
    may: May<ReadSync>,
    id: RunId,
    last: String,
    over: bool,
    looks: Interval,
}

impl Following {
    async fn next(mut self) -> Option<(Event, Self)> {
        if self.over {
            return None;
        }
        loop {
            let run = self.rooms.dirsync.get_run(&self.may, self.id).await.ok()?;
            let view = view(&run, "");
            if !view.state.is_live() {
                self.over = true;
                return Some((Event::default().event("end").data("over"), self));
            }
            let html = RunLive::new(&view).render().ok()?;
            if html != self.last {
                self.last.clone_from(&html);
                return Some((Event::default().event("patch").data(html), self));
            }
            self.looks.tick().await;
        }
    }
}

/// `GET /dirsync/runs/{id}/cancel`.
pub async fn ask_cancel(desk: Desk, Path(id): Path<RunId>) -> Result<Response, Problem> {
    desk.may(DecideRun { run: id })?;
    let here = format!("/dirsync/runs/{id}");
    let ask = ConfirmPage::new(
        desk.frame("Cancel", Section::Runs),
        "Cancel this run?",
        "Cancel the run",
        format!("{here}/cancel"),
    );
    Ok(page(&ask.consequence("Nothing has been written yet. The next run begins anew.").cancel(here)))
}

/// `POST /dirsync/runs/{id}/cancel`.
pub async fn cancel_run(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<RunId>) -> Result<Response, Problem> {
    rooms.dirsync.cancel_run(&desk.may(DecideRun { run: id })?).await?;
    Ok(done(format!("/dirsync/runs/{id}"), Done::RunCancelled))
}

/// What reading back a sample found, in words.
fn read_back(run: &Run) -> Option<String> {
    let found: Verified = serde_json::from_value(run.outcome.as_ref()?.get("verified")?.clone()).ok()?;
    let sampled = found.in_directory + found.differ_in_directory;
    (sampled > 0).then(|| format!("{} of {sampled} sampled are as planned", found.in_directory))
}

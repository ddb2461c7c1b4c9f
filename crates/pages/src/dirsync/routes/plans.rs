//! Held plans: a run that waits. List, look at, decide.

use axum::extract::State;
use axum::response::Response;
use dirsync::guard::Verdict;
use dirsync::permissions::{DecideRun, ReadSync};
use dirsync::service::runs::Part;
use dirsync::{ChangeFilter, Run, RunFilter, RunId, RunState};
use kernel::{Cursor, May, PageRequest};
use serde::Deserialize;
use web::{Form, PageQuery, Path, Problem, Query};

use super::runs::Changes;
use super::{name_of, reason, sources};
use crate::Rooms;
use crate::desk::{Desk, done, here};
use crate::dirsync::plan::{PlanPage, PlanView, Verb, decide};
use crate::dirsync::plans::{self, PlanRow, SHEET};
use crate::dirsync::run::{Can, change_table};
use crate::dirsync::words;
use crate::flash::Done;
use crate::layout::Section;
use crate::paged::Paged;
use crate::render::page;
use crate::sheet::{self, Rows};

/// Which.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    state: String,
    #[serde(default)]
    sort: String,
}

/// `GET /dirsync/plans`.
pub async fn list_plans(
    desk: Desk,
    State(rooms): State<Rooms>,
    Query(wanted): Query<Wanted>,
    query: PageQuery,
    place: Paged,
) -> Result<Response, Problem> {
    let may = desk.may(ReadSync {})?;
    let held = rooms.dirsync.list_runs(&may, &waiting(), &PageRequest::default()).await?.items;
    let count = u64::try_from(held.len()).unwrap_or(0);
    let rows = rows(&desk, rooms, &wanted).await?;
    let listed = SHEET.page(&rows, &wanted.sort, &query.request()).await?;
    let here = place.apply(here("/dirsync/plans", &[("state", &wanted.state), ("sort", &wanted.sort)]));
    let frame = desk.frame("Held plans", Section::Plans);
    Ok(page(&plans::page(frame, &listed, count, wanted.decided(), &here)))
}

/// `GET /dirsync/plans/export`.
pub async fn export_plans(
    desk: Desk,
    State(rooms): State<Rooms>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    SHEET.csv(rows(&desk, rooms, &wanted).await?, &wanted.sort).await
}

fn waiting() -> RunFilter {
    RunFilter { state: Some(RunState::Held), ..RunFilter::default() }
}

impl Wanted {
    fn decided(&self) -> bool {
        self.state == "decided"
    }
}

/// Plans that wait, or those that were decided: runs that made a plan and carry a decision.
async fn rows(desk: &Desk, rooms: Rooms, wanted: &Wanted) -> Result<Rows<PlanRow>, Problem> {
    let sources = sources(desk, &rooms).await?;
    let decided = wanted.decided();
    let filter = if decided { RunFilter { with_changes_only: true, ..RunFilter::default() } } else { waiting() };
    let context = (rooms, desk.may(ReadSync {})?, filter, sources, decided);
    Ok(sheet::rows(context, |context, request| async move {
        let (rooms, may, filter, sources, decided) = &*context;
        let mut found = rooms.dirsync.list_runs(may, filter, &request).await?;
        found.items.retain(|run| !decided || (run.decision.is_some() && run.state != RunState::Held));
        Ok(found.map(|run| row(&run, &name_of(sources, run.source_id))))
    }))
}

fn row(run: &Run, source: &str) -> PlanRow {
    let breaches = words::breaches(run);
    PlanRow {
        id: run.id.to_string(),
        reason: breaches.first().cloned().unwrap_or_else(|| words::kind(run).to_owned()),
        tenant: source.to_owned(),
        state: words::plan_state(run),
        user_count: effects(run, "user."),
        group_count: effects(run, "group."),
        held: run.started_at.unwrap_or(run.created_at),
        expires: run.expires_at,
        decided_by: run.decided_by.clone().unwrap_or_default(),
    }
}

fn effects(run: &Run, prefix: &str) -> u64 {
    let effects = run.totals.iter().flat_map(|totals| totals.effects.iter());
    effects
        .filter(|(name, _)| name.starts_with(prefix) && name.rsplit('.').next() != Some("note"))
        .map(|(_, count)| count)
        .sum()
}

fn view(run: &Run, source: &str) -> PlanView {
    let row = row(run, source);
    let second_person = matches!(run.verdict, Some(Verdict::Hold { second_person: true, .. }));
    let decision = run.decision.as_deref().map(|decision| {
        let by = run.decided_by.as_deref().unwrap_or("nobody");
        format!("{} by {by}", words::plain(decision))
    });
    PlanView {
        id: row.id,
        tenant: row.tenant,
        run_href: format!("/dirsync/runs/{}", run.id),
        state: row.state,
        reason: words::breaches(run).join(". "),
        held: row.held,
        expires: row.expires,
        limits: words::limits(run),
        groups: words::shrinks(run),
        change_count: effects(run, ""),
        second_person,
        warnings: words::warnings(run),
        owners: Vec::new(),
        decision: decision.unwrap_or_default(),
    }
}

/// `GET /dirsync/plans/{id}`.
pub async fn get_plan(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<RunId>,
    Query(wanted): Query<Changes>,
    query: PageQuery,
    place: Paged,
) -> Result<Response, Problem> {
    let may = desk.may(ReadSync {})?;
    let run = rooms.dirsync.get_run(&may, id).await?;
    let found = rooms.dirsync.show_changes(&may, id, &wanted.filter(), &query.request()).await?;
    let held = run.state == RunState::Held;
    let rows: Vec<_> = found.items.iter().map(|planned| words::change(planned, &run)).collect();
    let here = place.apply(here(&format!("/dirsync/plans/{id}"), &wanted.values()));
    let can = if held && desk.can(DecideRun { run: id }) { Can::Pick } else { Can::Look };
    let table = change_table(&rows, &here, found.next.as_ref().map(Cursor::as_str), can);
    let sources = sources(&desk, &rooms).await?;
    let owners =
        rooms.dirsync.get_source_uncounted(&may, run.source_id).await.map(|source| source.kept.settings.owners);
    let view = PlanView { owners: owners.unwrap_or_default(), ..view(&run, &name_of(&sources, run.source_id)) };
    let causes = words::causes(run.totals.as_ref());
    let frame = desk.frame("Held plan", Section::Plans);
    Ok(page(&PlanPage::new(frame, view, &causes, table, &wanted.query())))
}

async fn ask(desk: &Desk, rooms: &Rooms, id: RunId, verb: Verb) -> Result<Response, Problem> {
    desk.may(DecideRun { run: id })?;
    let may = desk.may(ReadSync {})?;
    let run = rooms.dirsync.get_run(&may, id).await?;
    let filter = ChangeFilter { visible_only: true, ..ChangeFilter::default() };
    let first = rooms.dirsync.list_changes(&may, id, &filter, &PageRequest::first(24)).await?;
    let names = match &verb {
        Verb::AllowPart { ids, .. } => picked_names(rooms, &may, id, ids).await?,
        _ => first.items.into_iter().map(|planned| planned.change.name).collect(),
    };
    Ok(page(&decide(desk.frame("Decide", Section::Plans), &view(&run, ""), verb, names)))
}

/// The names of the first of those that were picked.
async fn picked_names(rooms: &Rooms, may: &May<ReadSync>, id: RunId, ids: &[String]) -> Result<Vec<String>, Problem> {
    let mut names = Vec::new();
    for seq in ids.iter().take(24).filter_map(|seq| seq.parse::<i64>().ok()) {
        let just = PageRequest::new(1, Some(Cursor::encode(&(seq - 1))));
        let found = rooms.dirsync.list_changes(may, id, &ChangeFilter::default(), &just).await?;
        names.extend(found.items.into_iter().filter(|planned| planned.seq == seq).map(|planned| planned.change.name));
    }
    Ok(names)
}

/// `GET /dirsync/plans/{id}/allow`.
pub async fn ask_allow(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<RunId>) -> Result<Response, Problem> {
    ask(&desk, &rooms, id, Verb::Allow).await
}

/// `GET /dirsync/plans/{id}/allow-safe`.
pub async fn ask_allow_safe(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<RunId>,
) -> Result<Response, Problem> {
    ask(&desk, &rooms, id, Verb::AllowSafe).await
}

/// `GET /dirsync/plans/{id}/reject`.
pub async fn ask_reject(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<RunId>) -> Result<Response, Problem> {
    ask(&desk, &rooms, id, Verb::Reject).await
}

/// The picked items: their places in the plan.
#[derive(Deserialize)]
pub struct Picked {
    #[serde(default, rename = "id")]
    items: Vec<i64>,
}

/// `POST /dirsync/plans/{id}/ask-part`.
pub async fn ask_part(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<RunId>,
    Query(way): Query<Way>,
    Form(picked): Form<Picked>,
) -> Result<Response, Problem> {
    if picked.items.is_empty() {
        return Ok(done(format!("/dirsync/plans/{id}"), Done::NothingPicked));
    }
    let ids = picked.items.iter().map(ToString::to_string).collect();
    ask(&desk, &rooms, id, Verb::AllowPart { ids, only: way.way == "only" }).await
}

/// Whether the picked ones are all that is allowed, or all that is not.
#[derive(Deserialize)]
pub struct Way {
    #[serde(default)]
    way: String,
}

/// What the confirmation sends.
#[derive(Deserialize)]
pub struct Decision {
    #[serde(default)]
    reason: String,
    #[serde(default, rename = "id")]
    items: Vec<i64>,
    #[serde(default)]
    way: String,
}

async fn approve(desk: &Desk, rooms: &Rooms, id: RunId, part: Part, text: &str) -> Result<Response, Problem> {
    rooms.dirsync.approve_run(&desk.may(DecideRun { run: id })?, &part, reason(text)).await?;
    Ok(done(format!("/dirsync/runs/{id}"), Done::PlanAllowed))
}

/// `POST /dirsync/plans/{id}/allow`.
pub async fn allow(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<RunId>,
    Form(body): Form<Decision>,
) -> Result<Response, Problem> {
    approve(&desk, &rooms, id, Part::All, &body.reason).await
}

/// `POST /dirsync/plans/{id}/allow-safe`.
pub async fn allow_safe(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<RunId>,
    Form(body): Form<Decision>,
) -> Result<Response, Problem> {
    approve(&desk, &rooms, id, Part::WithoutLosses, &body.reason).await
}

/// `POST /dirsync/plans/{id}/allow-part`.
pub async fn allow_part(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<RunId>,
    Form(body): Form<Decision>,
) -> Result<Response, Problem> {
    let items = body.items;
    let part = if body.way == "only" { Part::Only { items } } else { Part::Without { items } };
    approve(&desk, &rooms, id, part, &body.reason).await
}

/// `POST /dirsync/plans/{id}/reject`.
pub async fn reject(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<RunId>,
    Form(body): Form<Decision>,
) -> Result<Response, Problem> {
    rooms.dirsync.reject_run(&desk.may(DecideRun { run: id })?, reason(&body.reason)).await?;
    Ok(done("/dirsync/plans", Done::PlanRejected))
}

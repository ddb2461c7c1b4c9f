//! Held plans: a run that waits. List, look at, decide.

use axum::extract::State;
use axum::response::Response;
use dirsync::guard::Verdict;
use dirsync::permissions::{DecideRun, ReadSync};
use dirsync::service::runs::Part;
use dirsync::{ChangeFilter, Run, RunFilter, RunId, RunState};
use kernel::{Cursor, PageRequest};
use serde::Deserialize;
use web::{Form, PageQuery, Path, Problem, Query};

use super::runs::Changes;
use super::{name_of, reason, sources};
use crate::Rooms;
use crate::desk::{Desk, done, here};
use crate::dirsync::plan::{PlanPage, PlanView, Verb, decide};
use crate::dirsync::plans::{self, PlanRow};
use crate::dirsync::run::change_table;
use crate::dirsync::words;
use crate::flash::Done;
use crate::layout::Section;
use crate::paged::Paged;
use crate::render::page;

/// Which.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    state: String,
}

/// `GET /dirsync/plans`.
pub async fn list_plans(
    desk: Desk,
    State(rooms): State<Rooms>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let may = desk.may(ReadSync {})?;
    let decided = wanted.state == "decided";
    let sources = sources(&desk, &rooms).await?;
    let waiting = RunFilter { state: Some(RunState::Held), ..RunFilter::default() };
    let held = rooms.dirsync.list_runs(&may, &waiting, &PageRequest::default()).await?.items;
    let count = u64::try_from(held.len()).unwrap_or(0);
    let shown = if decided {
        let recent =
            rooms.dirsync.list_runs(&may, &RunFilter::default(), &PageRequest::first(PageRequest::MOST)).await?;
        recent.items.into_iter().filter(|run| run.decision.is_some() && run.state != RunState::Held).collect()
    } else {
        held
    };
    let rows: Vec<_> = shown.iter().map(|run| row(run, &name_of(&sources, run.source_id))).collect();
    Ok(page(&plans::page(desk.frame("Held plans", Section::Plans), &rows, count, decided)))
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
    let found = rooms.dirsync.list_changes(&may, id, &wanted.filter(), &query.request()).await?;
    let held = run.state == RunState::Held;
    let rows: Vec<_> = found.items.iter().map(|planned| words::change(planned, &run)).collect();
    let here = place.apply(here(&format!("/dirsync/plans/{id}"), &wanted.values()));
    let pick = held && desk.can(DecideRun { run: id });
    let table = change_table(&rows, &here, None, found.next.as_ref().map(Cursor::as_str), pick);
    let sources = sources(&desk, &rooms).await?;
    let view = view(&run, &name_of(&sources, run.source_id));
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
    let names = first.items.into_iter().map(|planned| planned.change.name).collect();
    Ok(page(&decide(desk.frame("Decide", Section::Plans), &view(&run, ""), verb, names)))
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
    Form(picked): Form<Picked>,
) -> Result<Response, Problem> {
    let items = picked.items.iter().map(ToString::to_string).collect();
    ask(&desk, &rooms, id, Verb::AllowPart(items)).await
}

/// What the confirmation sends.
#[derive(Deserialize)]
pub struct Decision {
    #[serde(default)]
    reason: String,
    #[serde(default, rename = "id")]
    items: Vec<i64>,
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
    approve(&desk, &rooms, id, Part::Without { items: body.items }, &body.reason).await
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

//! Held plans: a run that waits. List, look at, decide.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use directory::ObjectKind;
use dirsync::guard::Verdict;
use dirsync::permissions::{DecideRun, ReadSync};
use dirsync::service::runs::Part;
use dirsync::service::second_person::{Refusal, Standing};
use dirsync::totals::Totals;
use dirsync::{ChangeFilter, Run, RunFilter, RunId, RunState};
use kernel::{Cursor, May, PageRequest};
use serde::Deserialize;
use web::{Form, Path, Problem, Query};

use super::runs::{Changes, change_rows};
use super::{all_sources, name_of, reason};
use crate::Rooms;
use crate::desk::{Desk, done, here};
use crate::dirsync::changes::{CHANGES, Can, change_table};
use crate::dirsync::picks::{MOST, Picking, Picks};
use crate::dirsync::plan::{Decider, Named, PlanPage, PlanView, Verb, decide};
use crate::dirsync::plans::{self, PlanRow, SHEET};
use crate::dirsync::words;
use crate::flash::Done;
use crate::format;
use crate::layout::Section;
use crate::listing::Listing;
use crate::render::page;
use crate::sheet::{self, Rows};

/// Which.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    state: String,
}

/// `GET /dirsync/plans`.
pub async fn list_plans(desk: Desk, State(rooms): State<Rooms>, list: Listing<Wanted>) -> Result<Response, Problem> {
    let may = desk.may(ReadSync {})?;
    let held = rooms.dirsync.list_runs(&may, &waiting(), &PageRequest::default()).await?.items;
    let count = u64::try_from(held.len()).unwrap_or(0);
    let rows = rows(&desk, rooms, &list.wanted).await?;
    let listed = SHEET.page(&rows, &list.asked).await?;
    let frame = desk.frame("Held plans", Section::Plans);
    Ok(page(&plans::page(frame, &listed, count, list.wanted.decided(), &list.here)))
}

/// `GET /dirsync/plans/export`.
pub async fn export_plans(desk: Desk, State(rooms): State<Rooms>, list: Listing<Wanted>) -> Result<Response, Problem> {
    SHEET.csv(rows(&desk, rooms, &list.wanted).await?, &list.asked).await
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
    let sources = all_sources(desk, &rooms).await?;
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
        user_count: visible(run, Some(ObjectKind::User)),
        group_count: visible(run, Some(ObjectKind::Group)),
        held: run.started_at.unwrap_or(run.created_at),
        expires: run.expires_at,
        decided_by: run.decided_by.clone().unwrap_or_default(),
    }
}

fn visible(run: &Run, kind: Option<ObjectKind>) -> u64 {
    run.totals.as_ref().map_or(0, |totals| totals.visible(kind))
}

fn view(run: &Run, source: &str) -> PlanView {
    let row = row(run, source);
    let decision = run.decision.as_deref().map(|decision| {
        let by = format::who(run.decided_by.as_deref().unwrap_or("nobody"));
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
        change_count: visible(run, None),
        only_takes: run.totals.as_ref().is_some_and(|totals| !totals.gives_something()),
        decider: Decider::Nobody,
        warnings: words::warnings(run),
        owners: Vec::new(),
        decision: decision.unwrap_or_default(),
    }
}

/// Whether the reader may decide.
async fn decider(desk: &Desk, rooms: &Rooms, run: &Run) -> Result<Decider, Problem> {
    if !desk.can(DecideRun { run: run.id }) {
        return Ok(Decider::Nobody);
    }
    let two = matches!(run.verdict, Some(Verdict::Hold { second_person: true, .. }));
    Ok(match rooms.dirsync.second_person(&desk.may(ReadSync {})?, run).await? {
        Standing::Free if two => Decider::Second,
        Standing::Free => Decider::Anybody,
        Standing::Alone(name) => Decider::Alone(name),
        Standing::Refused(Refusal::SecondPerson) => Decider::First,
        Standing::Refused(Refusal::SignIn) => Decider::Token,
    })
}

/// `POST /dirsync/plans/{id}/turn`: to another page of the list, with what is picked.
pub async fn turn(
    desk: Desk,
    Path(id): Path<RunId>,
    list: Listing<Changes>,
    Form(picked): Form<Picking>,
) -> Result<Response, Problem> {
    desk.may(ReadSync {})?;
    let to = list.here.at(format!("/dirsync/plans/{id}"));
    let picks = picked.now();
    if picks.len() > MOST {
        return Ok(done(to.with("picks", picked.before().to_string()), Done::TooManyPicked));
    }
    Ok(Redirect::to(&to.with("picks", picks.to_string()).to_string()).into_response())
}

/// `GET /dirsync/plans/{id}`.
pub async fn get_plan(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<RunId>,
    list: Listing<Changes>,
    Query(picked): Query<Picking>,
) -> Result<Response, Problem> {
    let may = desk.may(ReadSync {})?;
    let run = rooms.dirsync.get_run(&may, id).await?;
    let held = run.state == RunState::Held;
    let listed = CHANGES.page(&change_rows(&desk, &rooms, &run, &list.wanted)?, &list.asked).await?;
    let decider = decider(&desk, &rooms, &run).await?;
    let picks = picked.now();
    let picks = if picks.len() > MOST { picked.before() } else { picks };
    let here = list.here.with("picks", picks.to_string());
    let can = if held && decider.allows() { Can::Pick(&picks) } else { Can::Look };
    let table = change_table(&listed, &here, can);
    let sources = all_sources(&desk, &rooms).await?;
    let owners =
        rooms.dirsync.get_source_uncounted(&may, run.source_id).await.map(|source| source.kept.settings.owners);
    let view =
        PlanView { owners: owners.unwrap_or_default(), decider, ..view(&run, &name_of(&sources, run.source_id)) };
    let causes = words::causes(run.totals.as_ref());
    let frame = desk.frame("Held plan", Section::Plans);
    Ok(page(&PlanPage::new(frame, view, &causes, table, &list.wanted.query(), &picks)))
}

async fn ask(desk: &Desk, rooms: &Rooms, id: RunId, verb: Verb) -> Result<Response, Problem> {
    desk.may(DecideRun { run: id })?;
    let may = desk.may(ReadSync {})?;
    let run = rooms.dirsync.get_run(&may, id).await?;
    let cause = match &verb {
        Verb::AllowPart { part: Named::Cause { cause, .. }, .. } => Some(cause.clone()),
        _ => None,
    };
    let filter = ChangeFilter { visible_only: true, cause, ..ChangeFilter::default() };
    let first = rooms.dirsync.list_changes(&may, id, &filter, &PageRequest::first(24)).await?;
    let names = match &verb {
        Verb::AllowPart { part: Named::Picks(picks), .. } => picked_names(rooms, &may, id, picks).await?,
        _ => first.items.into_iter().map(|planned| planned.change.name).collect(),
    };
    let view = PlanView { decider: decider(desk, rooms, &run).await?, ..view(&run, "") };
    Ok(page(&decide(desk.frame("Decide", Section::Plans), &view, verb, names)))
}

/// The names of the first of those that were picked.
async fn picked_names(rooms: &Rooms, may: &May<ReadSync>, id: RunId, picks: &Picks) -> Result<Vec<String>, Problem> {
    let mut names = Vec::new();
    for seq in picks.places().take(24) {
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

/// `POST /dirsync/plans/{id}/ask-part`.
pub async fn ask_part(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<RunId>,
    Query(way): Query<Way>,
    Form(picked): Form<Picking>,
) -> Result<Response, Problem> {
    let (picks, back) = (picked.now(), format!("/dirsync/plans/{id}"));
    if picks.is_empty() {
        return Ok(done(back, Done::NothingPicked));
    }
    if picks.len() > MOST {
        return Ok(done(here(&back, &[("picks", &picked.before().to_string())]), Done::TooManyPicked));
    }
    ask(&desk, &rooms, id, Verb::AllowPart { part: Named::Picks(picks), only: way.way == "only" }).await
}

/// `GET /dirsync/plans/{id}/allow-part`: what has one cause, on whichever page it stands.
pub async fn ask_cause(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<RunId>,
    Query(way): Query<Way>,
) -> Result<Response, Problem> {
    let run = rooms.dirsync.get_run(&desk.may(ReadSync {})?, id).await?;
    let mut causes = run.totals.iter().flat_map(Totals::visible_causes);
    let Some((_, count)) = causes.find(|(cause, _)| *cause == way.cause) else {
        return Ok(done(format!("/dirsync/plans/{id}"), Done::NothingPicked));
    };
    let part = Named::Cause { cause: way.cause, count };
    ask(&desk, &rooms, id, Verb::AllowPart { part, only: way.way == "only" }).await
}

/// Whether the picked ones are all that is allowed, or all that is not.
#[derive(Deserialize)]
pub struct Way {
    #[serde(default)]
    way: String,
    #[serde(default)]
    cause: String,
}

/// What the confirmation sends.
#[derive(Deserialize)]
pub struct Decision {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    picks: String,
    #[serde(default)]
    cause: String,
    #[serde(default)]
    way: String,
    /// The tenant's name, from somebody who decides alone.
    confirmation: Option<String>,
}

async fn approve(desk: &Desk, rooms: &Rooms, id: RunId, part: Part, body: &Decision) -> Result<Response, Problem> {
    let may = desk.may(DecideRun { run: id })?;
    rooms.dirsync.approve_run_alone(&may, &part, reason(&body.reason), body.confirmation.as_deref()).await?;
    Ok(done(format!("/dirsync/runs/{id}"), Done::PlanAllowed))
}

/// `POST /dirsync/plans/{id}/allow`.
pub async fn allow(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<RunId>,
    Form(body): Form<Decision>,
) -> Result<Response, Problem> {
    approve(&desk, &rooms, id, Part::All, &body).await
}

/// `POST /dirsync/plans/{id}/allow-safe`.
pub async fn allow_safe(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<RunId>,
    Form(body): Form<Decision>,
) -> Result<Response, Problem> {
    approve(&desk, &rooms, id, Part::WithoutLosses, &body).await
}

/// `POST /dirsync/plans/{id}/allow-part`.
pub async fn allow_part(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<RunId>,
    Form(body): Form<Decision>,
) -> Result<Response, Problem> {
    let items: Vec<_> = Picks::parse(&body.picks).places().collect();
    let causes = vec![body.cause.clone()];
    let part = match (body.cause.is_empty(), body.way == "only") {
        (true, true) => Part::Only { items },
        (true, false) => Part::Without { items },
        (false, true) => Part::OnlyCauses { causes },
        (false, false) => Part::WithoutCauses { causes },
    };
    approve(&desk, &rooms, id, part, &body).await
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

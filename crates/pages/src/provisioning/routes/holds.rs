//! Held pushes and their decision.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::{Kinded as _, PageRequest};
use provisioning::holds::{Decision, HeldFilter, HeldId, HeldState, HeldView, HoldFilter, HoldState, HoldView};
use provisioning::permissions::{DecideHold, ReadProvisioning};
use provisioning::{HoldId, ProvisioningError};
use serde::Deserialize;
use web::{Form, Path, Problem};

use super::connection_names;
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::flash::Done;
use crate::layout::Section;
use crate::list::MessagePage;
use crate::listing::Listing;
use crate::parts::Action;
use crate::provisioning::hold::{HeldRow, HoldPage, SHEET as HELD, Verb, decide};
use crate::provisioning::holds::{self, HERE, HoldQuery, HoldRow, SHEET};
use crate::provisioning::words;
use crate::render::{page, page_with, sentence};
use crate::sheet::{self, Rows};

/// What the list is narrowed to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    state: String,
    connection: String,
}

impl Wanted {
    fn filter(&self) -> HoldFilter {
        HoldFilter { connection: self.connection.parse().ok(), state: HoldState::parse(&self.state) }
    }
}

/// `GET /provisioning/holds`.
pub async fn list(desk: Desk, State(rooms): State<Rooms>, list: Listing<Wanted>) -> Result<Response, Problem> {
    let connections = connection_names(&desk, &rooms).await?;
    let listed = SHEET.page(&rows(&desk, &rooms, &list.wanted)?, &list.asked).await?;
    let Wanted { state, connection } = list.wanted;
    let shown = HoldQuery { q: list.asked.words, state, connection, connections };
    Ok(page(&holds::page(desk.frame("Held pushes", Section::Holds), &listed, &shown, &list.here)))
}

/// `GET /provisioning/holds/export`.
pub async fn export(desk: Desk, State(rooms): State<Rooms>, list: Listing<Wanted>) -> Result<Response, Problem> {
    SHEET.csv(rows(&desk, &rooms, &list.wanted)?, &list.asked).await
}

fn rows(desk: &Desk, rooms: &Rooms, wanted: &Wanted) -> Result<Rows<HoldRow>, Problem> {
    let context = (rooms.clone(), desk.may(ReadProvisioning {})?, wanted.filter());
    Ok(sheet::rows(context, |context, request| async move {
        let (rooms, may, filter) = &*context;
        Ok(rooms.provisioning.list_holds(may, filter, &request).await?.map(|hold| words::hold_row(&hold)))
    }))
}

/// Which of its calls are wanted.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Calls {
    q: String,
}

async fn find(desk: &Desk, rooms: &Rooms, id: HoldId) -> Result<HoldView, Problem> {
    Ok(rooms.provisioning.get_hold(&desk.may(ReadProvisioning {})?, id).await?)
}

fn calls(desk: &Desk, rooms: &Rooms, id: HoldId, wanted: &Calls) -> Result<Rows<HeldRow>, Problem> {
    let text = Some(wanted.q.trim().to_owned()).filter(|text| !text.is_empty());
    let filter = HeldFilter { text, ..HeldFilter::default() };
    let context = (rooms.clone(), desk.may(ReadProvisioning {})?, filter);
    Ok(sheet::rows(context, move |context, request| async move {
        let (rooms, may, filter) = &*context;
        let found = rooms.provisioning.list_held_calls(may, id, filter, &request).await?;
        Ok(found.map(|held| words::held(&held)))
    }))
}

/// `GET /provisioning/holds/{id}`.
pub async fn show(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<HoldId>,
    list: Listing<Calls>,
) -> Result<Response, Problem> {
    let view = words::hold(&find(&desk, &rooms, id).await?);
    let listed = HELD.page(&calls(&desk, &rooms, id, &list.wanted)?, &list.asked).await?;
    let frame = desk.frame("Held push", Section::Holds);
    Ok(page(&HoldPage::new(frame, view, &listed, &list.wanted.q, &list.here)))
}

/// `GET /provisioning/holds/{id}/export`.
pub async fn export_calls(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<HoldId>,
    list: Listing<Calls>,
) -> Result<Response, Problem> {
    HELD.csv(calls(&desk, &rooms, id, &list.wanted)?, &list.asked).await
}

/// How many names a question shows.
const NAMES: usize = 12;

async fn waiting(desk: &Desk, rooms: &Rooms, id: HoldId, most: usize) -> Result<Vec<HeldView>, Problem> {
    let may = desk.may(ReadProvisioning {})?;
    let filter = HeldFilter { state: Some(HeldState::Waiting), text: None };
    Ok(rooms.provisioning.list_held_calls(&may, id, &filter, &PageRequest::first(most)).await?.items)
}

fn named(calls: &[HeldView]) -> Vec<String> {
    calls.iter().take(NAMES).map(|held| sentence(&held.effect).trim_end_matches('.').to_owned()).collect()
}

/// `GET /provisioning/holds/{id}/allow`.
pub async fn ask_allow(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<HoldId>) -> Result<Response, Problem> {
    ask(&desk, &rooms, id, Verb::Allow).await
}

/// `GET /provisioning/holds/{id}/reject`.
pub async fn ask_reject(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<HoldId>) -> Result<Response, Problem> {
    ask(&desk, &rooms, id, Verb::Reject).await
}

async fn ask(desk: &Desk, rooms: &Rooms, id: HoldId, verb: Verb) -> Result<Response, Problem> {
    desk.may(DecideHold { hold: id })?;
    let view = words::hold(&find(desk, rooms, id).await?);
    let names = named(&waiting(desk, rooms, id, NAMES).await?);
    Ok(page(&decide(desk.frame("Decide", Section::Holds), &view, verb, names)))
}

/// The rows that were ticked.
#[derive(Debug, Default, Deserialize)]
pub struct Picked {
    #[serde(default)]
    id: Vec<HeldId>,
}

/// `POST /provisioning/holds/{id}/ask-allow-these`.
pub async fn ask_these(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<HoldId>,
    Form(picked): Form<Picked>,
) -> Result<Response, Problem> {
    ask_part(&desk, &rooms, id, picked.id, true).await
}

/// `POST /provisioning/holds/{id}/ask-allow-others`.
pub async fn ask_others(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<HoldId>,
    Form(picked): Form<Picked>,
) -> Result<Response, Problem> {
    ask_part(&desk, &rooms, id, picked.id, false).await
}

async fn ask_part(desk: &Desk, rooms: &Rooms, id: HoldId, ids: Vec<HeldId>, only: bool) -> Result<Response, Problem> {
    desk.may(DecideHold { hold: id })?;
    if ids.is_empty() {
        return Ok(done(format!("{HERE}/{id}"), Done::NothingPicked));
    }
    let view = words::hold(&find(desk, rooms, id).await?);
    let all = waiting(desk, rooms, id, PageRequest::MOST).await?;
    let chosen: Vec<HeldView> = all.into_iter().filter(|held| ids.contains(&held.id)).collect();
    let verb = Verb::Part { ids: ids.iter().map(ToString::to_string).collect(), only };
    Ok(page(&decide(desk.frame("Decide", Section::Holds), &view, verb, named(&chosen))))
}

/// What a decision sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Answer {
    reason: String,
    confirmation: String,
    id: Vec<HeldId>,
    way: String,
}

impl Answer {
    fn decision(&self, calls: Option<Vec<HeldId>>) -> Decision {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Decision { reason: given(&self.reason), calls, confirmation: given(&self.confirmation) }
    }
}

/// `POST /provisioning/holds/{id}/allow`.
pub async fn allow(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<HoldId>,
    Form(answer): Form<Answer>,
) -> Result<Response, Problem> {
    let outcome = rooms.provisioning.allow_hold(&desk.may(DecideHold { hold: id })?, &answer.decision(None)).await;
    decided(&desk, id, outcome, Done::HoldAllowed)
}

/// `POST /provisioning/holds/{id}/allow-part`.
pub async fn allow_part(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<HoldId>,
    Form(answer): Form<Answer>,
) -> Result<Response, Problem> {
    let may = desk.may(DecideHold { hold: id })?;
    let calls = if answer.way == "but" { others(&desk, &rooms, id, &answer.id).await? } else { answer.id.clone() };
    let outcome = rooms.provisioning.allow_hold(&may, &answer.decision(Some(calls))).await;
    decided(&desk, id, outcome, Done::HoldAllowed)
}

/// Every waiting call but these.
async fn others(desk: &Desk, rooms: &Rooms, id: HoldId, but: &[HeldId]) -> Result<Vec<HeldId>, Problem> {
    let may = desk.may(ReadProvisioning {})?;
    let filter = HeldFilter { state: Some(HeldState::Waiting), text: None };
    let (mut found, mut request) = (Vec::new(), PageRequest::first(PageRequest::MOST));
    loop {
        let part = rooms.provisioning.list_held_calls(&may, id, &filter, &request).await?;
        found.extend(part.items.iter().map(|held| held.id).filter(|id| !but.contains(id)));
        let Some(next) = part.next else { return Ok(found) };
        request = PageRequest::new(PageRequest::MOST, Some(next));
    }
}

/// `POST /provisioning/holds/{id}/reject`.
pub async fn reject(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<HoldId>,
    Form(answer): Form<Answer>,
) -> Result<Response, Problem> {
    let outcome = rooms.provisioning.reject_hold(&desk.may(DecideHold { hold: id })?, &answer.decision(None)).await;
    decided(&desk, id, outcome, Done::HoldRejected)
}

fn decided(
    desk: &Desk,
    id: HoldId,
    outcome: Result<HoldView, ProvisioningError>,
    good: Done,
) -> Result<Response, Problem> {
    let here = format!("{HERE}/{id}");
    match outcome {
        Ok(_) => Ok(done(here, good)),
        Err(error @ (ProvisioningError::Conflict(_) | ProvisioningError::Invalid(_))) => {
            let message = MessagePage {
                frame: desk.frame("Not decided", Section::Holds),
                title: "Not decided".to_owned(),
                text: sentence(&error.public_detail()),
                code: error.code().to_owned(),
                request_id: String::new(),
                actions: vec![Action::go("Back to the held push", here).primary()],
            };
            Ok(page_with(StatusCode::CONFLICT, &message))
        }
        Err(error) => Err(error.into()),
    }
}

//! Exceptions and additions.

use axum::extract::State;
use axum::response::Response;
use directory::SourceId;
use dirsync::DirsyncError;
use dirsync::lists::{Addition, AdditionState as Stands, Exception, ExceptionKind};
use dirsync::model::{AdditionId, ExceptionId};
use dirsync::permissions::{EditLists, ReadSync};
use dirsync::service::lists::NewException;
use http::StatusCode;
use kernel::{Kinded as _, Timestamp};
use serde::Deserialize;
use web::{Form, Path, Problem, Query};

use super::sources;
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::directory::routes::pick::{Wanted, look_for, named};
use crate::dirsync::additions::{self, AdditionForm, AdditionRow, AdditionState};
use crate::dirsync::exceptions::{self, ExceptionForm, ExceptionRow};
use crate::dirsync::words::plain;
use crate::flash::Done;
use crate::form::Picks;
use crate::layout::Section;
use crate::list::MessagePage;
use crate::listing::Listing;
use crate::parts::Action;
use crate::render::{page, page_with, sentence};
use crate::sheet::{self, Rows};

/// `GET /dirsync/exceptions`.
pub async fn list_exceptions(desk: Desk, State(rooms): State<Rooms>, list: Listing) -> Result<Response, Problem> {
    let listed = exceptions::SHEET.page(&exception_rows(&desk, rooms)?, &list.asked).await?;
    Ok(page(&exceptions::page(desk.frame("Exceptions", Section::Exceptions), &listed, &list.here)))
}

/// `GET /dirsync/exceptions/export`.
pub async fn export_exceptions(desk: Desk, State(rooms): State<Rooms>, list: Listing) -> Result<Response, Problem> {
    exceptions::SHEET.csv(exception_rows(&desk, rooms)?, &list.asked).await
}

fn exception_rows(desk: &Desk, rooms: Rooms) -> Result<Rows<ExceptionRow>, Problem> {
    let context = (rooms, desk.may(ReadSync {})?);
    Ok(sheet::rows(context, |context, request| async move {
        Ok(context.0.dirsync.list_exceptions(&context.1, &request).await?.map(exception_row))
    }))
}

fn exception_row(exception: Exception) -> ExceptionRow {
    ExceptionRow {
        id: format!("{}.{}", exception.source_id, exception.id),
        kind: if exception.kind == ExceptionKind::User { "Person".to_owned() } else { plain(exception.kind.as_str()) },
        href: match exception.kind {
            ExceptionKind::User | ExceptionKind::Group => {
                super::object_href(exception.kind.as_str(), exception.source_id, &exception.value)
            }
            ExceptionKind::Alias => String::new(),
        },
        name: exception.label,
        value: exception.value,
        reason: exception.reason,
        owner: exception.owner,
        expires: exception.expires_at,
        made: exception.created_at,
    }
}

/// What may be filled in from elsewhere: a person's page.
#[derive(Deserialize)]
pub struct About {
    #[serde(default)]
    user: String,
    #[serde(default)]
    group: String,
    #[serde(default)]
    source: String,
}

/// Where nothing is read yet, there is nothing to except from it and to add to it.
fn no_source(desk: &Desk, section: Section) -> Response {
    page(&MessagePage {
        frame: desk.frame("Connect a tenant first", section),
        title: "Connect a tenant first".to_owned(),
        text: "Exceptions and additions are about people who are read from a connected tenant.".to_owned(),
        code: String::new(),
        request_id: String::new(),
        actions: vec![Action::go("Connect a tenant", "/tenants/connect").primary()],
    })
}

/// `GET /dirsync/exceptions/new`.
pub async fn new_exception(
    desk: Desk,
    State(rooms): State<Rooms>,
    Query(about): Query<About>,
) -> Result<Response, Problem> {
    let sources = sources(&desk, &rooms).await?;
    if sources.is_empty() {
        return Ok(no_source(&desk, Section::Exceptions));
    }
    let user = about.user.parse().ok().map(Wanted::user);
    let wanted: Vec<_> = user.or_else(|| about.group.parse().ok().map(Wanted::group)).into_iter().collect();
    let chosen = match about.source.parse() {
        Ok(source) => named(&desk, &rooms, source, &wanted).await?,
        Err(_) => Vec::new(),
    };
    let who = Picks { chosen, found: None };
    let form = ExceptionForm { source: about.source, sources, who, ..ExceptionForm::default() };
    Ok(page(&exceptions::form(desk.frame("Add an exception", Section::Exceptions), &form)))
}

/// What the form sends.
#[derive(Deserialize)]
pub struct New {
    source: SourceId,
    /// `object` or `alias`.
    #[serde(default)]
    kind: String,
    #[serde(default)]
    who: String,
    #[serde(default)]
    alias: String,
    #[serde(default)]
    find_who: String,
    #[serde(default)]
    owner: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    expires: String,
}

/// `POST /dirsync/exceptions/find`: looks for a person or a group by name where no script does; nothing is saved.
pub async fn find_excepted(desk: Desk, State(rooms): State<Rooms>, Form(body): Form<New>) -> Result<Response, Problem> {
    let form = refill(&desk, &rooms, body, String::new()).await?;
    Ok(page(&exceptions::form(desk.frame("Add an exception", Section::Exceptions), &form)))
}

/// The form as it was sent, with names.
async fn refill(desk: &Desk, rooms: &Rooms, body: New, error: String) -> Result<ExceptionForm, Problem> {
    let wanted: Vec<_> = Wanted::parse(&body.who).into_iter().collect();
    let chosen = named(desk, rooms, body.source, &wanted).await?;
    let text = body.find_who;
    let found = match text.trim() {
        "" => None,
        _ => Some((text.clone(), look_for(desk, rooms, Some(body.source), "users,groups", &text).await?)),
    };
    Ok(ExceptionForm {
        source: body.source.to_string(),
        sources: sources(desk, rooms).await?,
        kind: body.kind,
        who: Picks { chosen, found },
        alias: body.alias,
        owner: body.owner,
        reason: body.reason,
        expires: body.expires,
        error,
    })
}

/// What is named, and what people call it; none when nothing was chosen.
async fn excepted(
    desk: &Desk,
    rooms: &Rooms,
    body: &New,
) -> Result<Option<(ExceptionKind, String, Option<String>)>, Problem> {
    if body.kind == "alias" {
        return Ok(Some((ExceptionKind::Alias, body.alias.trim().to_owned(), None)));
    }
    let Some(wanted) = Wanted::parse(&body.who) else { return Ok(None) };
    let name = named(desk, rooms, body.source, &[wanted]).await?.pop().map(|pick| pick.name);
    let kind = if wanted.is_group() { ExceptionKind::Group } else { ExceptionKind::User };
    Ok(Some((kind, wanted.id.to_string(), name)))
}

/// `POST /dirsync/exceptions`.
pub async fn create_exception(
    desk: Desk,
    State(rooms): State<Rooms>,
    Form(body): Form<New>,
) -> Result<Response, Problem> {
    let may = desk.may(EditLists { source: body.source })?;
    let Some((kind, value, label)) = excepted(&desk, &rooms, &body).await? else {
        return again(&desk, &rooms, body, "Choose a person or a group.".to_owned()).await;
    };
    let new = NewException {
        kind,
        value,
        label,
        owner: body.owner.clone(),
        reason: body.reason.clone(),
        expires_at: Timestamp::parse(&format!("{}T00:00:00Z", body.expires)).ok(),
    };
    match rooms.dirsync.create_exception(&may, new).await {
        Ok(_) => Ok(done("/dirsync/exceptions", Done::ExceptionAdded)),
        Err(error @ DirsyncError::Invalid(_)) => again(&desk, &rooms, body, sentence(&error.public_detail())).await,
        Err(error) => Err(error.into()),
    }
}

async fn again(desk: &Desk, rooms: &Rooms, body: New, error: String) -> Result<Response, Problem> {
    let form = refill(desk, rooms, body, error).await?;
    let frame = desk.frame("Add an exception", Section::Exceptions);
    Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &exceptions::form(frame, &form)))
}

/// The picked ones, each as `source.exception`.
#[derive(Deserialize)]
pub struct Picked {
    #[serde(default)]
    id: Vec<String>,
}

/// `GET /dirsync/exceptions/ask-end`: one.
pub async fn ask_end_one(
    desk: Desk,
    State(rooms): State<Rooms>,
    Query(picked): Query<Picked>,
) -> Result<Response, Problem> {
    ask_end(&desk, rooms, &picked.id).await
}

async fn ask_end(desk: &Desk, rooms: Rooms, ids: &[String]) -> Result<Response, Problem> {
    let names = exceptions::SHEET.names(&exception_rows(desk, rooms)?, ids, |row| row.name.clone()).await?;
    Ok(page(&exceptions::ask_end(desk.frame("End", Section::Exceptions), ids, names)))
}

/// `POST /dirsync/exceptions/ask-end`: the picked ones.
pub async fn ask_end_many(
    desk: Desk,
    State(rooms): State<Rooms>,
    Form(picked): Form<Picked>,
) -> Result<Response, Problem> {
    ask_end(&desk, rooms, &picked.id).await
}

/// `POST /dirsync/exceptions/end`.
pub async fn end_exceptions(
    desk: Desk,
    State(rooms): State<Rooms>,
    Form(picked): Form<Picked>,
) -> Result<Response, Problem> {
    for id in &picked.id {
        let (source, exception) = parts::<ExceptionId>(id)?;
        rooms.dirsync.delete_exception(&desk.may(EditLists { source })?, exception).await?;
    }
    Ok(done("/dirsync/exceptions", Done::ExceptionEnded))
}

/// Lists span sources, and leave is given for a source: so rows are named by both.
fn parts<I: std::str::FromStr>(text: &str) -> Result<(SourceId, I), Problem> {
    let bad = || Problem::invalid("pages.bad_id", "this is not the id of a row");
    let (source, id) = text.split_once('.').ok_or_else(bad)?;
    Ok((source.parse().map_err(|_| bad())?, id.parse().map_err(|_| bad())?))
}

/// `GET /dirsync/additions`.
pub async fn list_additions(desk: Desk, State(rooms): State<Rooms>, list: Listing) -> Result<Response, Problem> {
    let listed = additions::SHEET.page(&addition_rows(&desk, rooms)?, &list.asked).await?;
    Ok(page(&additions::page(desk.frame("Additions", Section::Additions), &listed, &list.here)))
}

/// `GET /dirsync/additions/export`.
pub async fn export_additions(desk: Desk, State(rooms): State<Rooms>, list: Listing) -> Result<Response, Problem> {
    additions::SHEET.csv(addition_rows(&desk, rooms)?, &list.asked).await
}

fn addition_rows(desk: &Desk, rooms: Rooms) -> Result<Rows<AdditionRow>, Problem> {
    let context = (rooms, desk.may(ReadSync {})?);
    Ok(sheet::rows(context, |context, request| async move {
        Ok(context.0.dirsync.list_additions(&context.1, &request).await?.map(addition_row))
    }))
}

fn addition_row(addition: Addition) -> AdditionRow {
    AdditionRow {
        id: format!("{}.{}", addition.source_id, addition.id),
        mail: addition.email,
        reason: addition.reason,
        state: match addition.state {
            Stands::Expected => AdditionState::Expected { until: addition.expires_at },
            Stands::Found => AdditionState::Seen { at: addition.seen_at },
            Stands::Expired => AdditionState::Lapsed,
        },
        owner: addition.created_by,
        added: addition.created_at,
    }
}

/// `GET /dirsync/additions/new`.
pub async fn new_addition(desk: Desk, State(rooms): State<Rooms>) -> Result<Response, Problem> {
    let sources = sources(&desk, &rooms).await?;
    if sources.is_empty() {
        return Ok(no_source(&desk, Section::Additions));
    }
    let form = AdditionForm { sources, ..AdditionForm::default() };
    Ok(page(&additions::form(desk.frame("Add a person", Section::Additions), &form)))
}

/// What the form sends.
#[derive(Deserialize)]
pub struct NewAddition {
    source: SourceId,
    mail: String,
    reason: String,
}

/// `POST /dirsync/additions`.
pub async fn create_addition(
    desk: Desk,
    State(rooms): State<Rooms>,
    Form(body): Form<NewAddition>,
) -> Result<Response, Problem> {
    let may = desk.may(EditLists { source: body.source })?;
    match rooms.dirsync.create_addition(&may, &body.mail, &body.reason).await {
        Ok(addition) if addition.state == Stands::Found => Ok(done("/dirsync/additions", Done::AdditionAdded)),
        Ok(_) => Ok(done("/dirsync/additions", Done::AdditionExpected)),
        Err(error @ DirsyncError::Invalid(_)) => {
            let sources = sources(&desk, &rooms).await?;
            let error = sentence(&error.public_detail());
            let form =
                AdditionForm { source: body.source.to_string(), sources, mail: body.mail, reason: body.reason, error };
            let frame = desk.frame("Add a person", Section::Additions);
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &additions::form(frame, &form)))
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /dirsync/additions/{id}/withdraw`.
pub async fn ask_withdraw(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<String>) -> Result<Response, Problem> {
    let rows = addition_rows(&desk, rooms)?;
    let mail = additions::SHEET.names(&rows, std::slice::from_ref(&id), |row| row.mail.clone()).await?.concat();
    Ok(page(&additions::ask_withdraw(desk.frame("Withdraw", Section::Additions), &id, &mail)))
}

/// `POST /dirsync/additions/{id}/withdraw`.
pub async fn withdraw(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<String>) -> Result<Response, Problem> {
    let (source, addition) = parts::<AdditionId>(&id)?;
    rooms.dirsync.delete_addition(&desk.may(EditLists { source })?, addition).await?;
    Ok(done("/dirsync/additions", Done::AdditionRemoved))
}

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
use kernel::{Cursor, Kinded as _, Timestamp};
use serde::Deserialize;
use web::{Form, PageQuery, Path, Problem, Query};

use super::sources;
use crate::Rooms;
use crate::desk::{Desk, done, here};
use crate::dirsync::additions::{self, AdditionForm, AdditionRow, AdditionState};
use crate::dirsync::exceptions::{self, ExceptionForm, ExceptionRow};
use crate::dirsync::words::plain;
use crate::flash::Done;
use crate::layout::Section;
use crate::paged::Paged;
use crate::render::{page, page_with, sentence};

/// `GET /dirsync/exceptions`.
pub async fn list_exceptions(
    desk: Desk,
    State(rooms): State<Rooms>,
    query: PageQuery,
    place: Paged,
) -> Result<Response, Problem> {
    let found = rooms.dirsync.list_exceptions(&desk.may(ReadSync {})?, &query.request()).await?;
    let row = |exception: &Exception| ExceptionRow {
        id: format!("{}.{}", exception.source_id, exception.id),
        kind: if exception.kind == ExceptionKind::User { "Person".to_owned() } else { plain(exception.kind.as_str()) },
        name: exception.label.clone(),
        value: exception.value.clone(),
        reason: exception.reason.clone(),
        owner: exception.owner.clone(),
        expires: exception.expires_at,
    };
    let rows: Vec<_> = found.items.iter().map(row).collect();
    let here = place.apply(here("/dirsync/exceptions", &[]));
    let next = found.next.as_ref().map(Cursor::as_str);
    Ok(page(&exceptions::page(desk.frame("Exceptions", Section::Exceptions), &rows, &here, next)))
}

/// What may be filled in from elsewhere: a person's page.
#[derive(Deserialize)]
pub struct About {
    #[serde(default)]
    user: String,
    #[serde(default)]
    group: String,
    #[serde(default)]
    label: String,
}

/// `GET /dirsync/exceptions/new`.
pub async fn new_exception(
    desk: Desk,
    State(rooms): State<Rooms>,
    Query(about): Query<About>,
) -> Result<Response, Problem> {
    let sources = sources(&desk, &rooms).await?;
    let (kind, value) = if about.group.is_empty() { ("user", about.user) } else { ("group", about.group) };
    let form = ExceptionForm { sources, kind: kind.to_owned(), value, label: about.label, ..ExceptionForm::default() };
    Ok(page(&exceptions::form(desk.frame("Add an exception", Section::Exceptions), &form)))
}

/// What the form sends.
#[derive(Deserialize)]
pub struct New {
    source: SourceId,
    kind: ExceptionKind,
    value: String,
    #[serde(default)]
    label: String,
    owner: String,
    reason: String,
    #[serde(default)]
    expires: String,
}

/// `POST /dirsync/exceptions`.
pub async fn create_exception(
    desk: Desk,
    State(rooms): State<Rooms>,
    Form(body): Form<New>,
) -> Result<Response, Problem> {
    let may = desk.may(EditLists { source: body.source })?;
    let new = NewException {
        kind: body.kind,
        value: body.value.trim().to_owned(),
        label: Some(body.label.clone()).filter(|label| !label.trim().is_empty()),
        owner: body.owner.clone(),
        reason: body.reason.clone(),
        expires_at: Timestamp::parse(&format!("{}T00:00:00Z", body.expires)).ok(),
    };
    match rooms.dirsync.create_exception(&may, new).await {
        Ok(_) => Ok(done("/dirsync/exceptions", Done::ExceptionAdded)),
        Err(error @ DirsyncError::Invalid(_)) => {
            let form = ExceptionForm {
                source: body.source.to_string(),
                sources: sources(&desk, &rooms).await?,
                kind: body.kind.to_string(),
                value: body.value,
                label: body.label,
                owner: body.owner,
                reason: body.reason,
                expires: body.expires,
                error: sentence(&error.public_detail()),
            };
            let frame = desk.frame("Add an exception", Section::Exceptions);
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &exceptions::form(frame, &form)))
        }
        Err(error) => Err(error.into()),
    }
}

/// The picked ones, each as `source.exception`.
#[derive(Deserialize)]
pub struct Picked {
    #[serde(default)]
    id: Vec<String>,
}

/// `GET /dirsync/exceptions/ask-end`: one.
pub async fn ask_end_one(desk: Desk, Query(picked): Query<Picked>) -> Response {
    page(&exceptions::ask_end(desk.frame("End", Section::Exceptions), &picked.id))
}

/// `POST /dirsync/exceptions/ask-end`: the picked ones.
pub async fn ask_end_many(desk: Desk, Form(picked): Form<Picked>) -> Response {
    page(&exceptions::ask_end(desk.frame("End", Section::Exceptions), &picked.id))
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
pub async fn list_additions(
    desk: Desk,
    State(rooms): State<Rooms>,
    query: PageQuery,
    place: Paged,
) -> Result<Response, Problem> {
    let found = rooms.dirsync.list_additions(&desk.may(ReadSync {})?, &query.request()).await?;
    let row = |addition: &Addition| AdditionRow {
        id: format!("{}.{}", addition.source_id, addition.id),
        mail: addition.email.clone(),
        reason: addition.reason.clone(),
        state: match addition.state {
            Stands::Expected => AdditionState::Expected { until: addition.expires_at },
            Stands::Found => AdditionState::Seen { at: addition.seen_at },
            Stands::Expired => AdditionState::Lapsed,
        },
        owner: addition.created_by.clone(),
        added: addition.created_at,
    };
    let rows: Vec<_> = found.items.iter().map(row).collect();
    let here = place.apply(here("/dirsync/additions", &[]));
    let next = found.next.as_ref().map(Cursor::as_str);
    Ok(page(&additions::page(desk.frame("Additions", Section::Additions), &rows, &here, next)))
}

/// `GET /dirsync/additions/new`.
pub async fn new_addition(desk: Desk, State(rooms): State<Rooms>) -> Result<Response, Problem> {
    let form = AdditionForm { sources: sources(&desk, &rooms).await?, ..AdditionForm::default() };
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
pub async fn ask_withdraw(desk: Desk, Path(id): Path<String>) -> Response {
    page(&additions::ask_withdraw(desk.frame("Withdraw", Section::Additions), &id))
}

/// `POST /dirsync/additions/{id}/withdraw`.
pub async fn withdraw(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<String>) -> Result<Response, Problem> {
    let (source, addition) = parts::<AdditionId>(&id)?;
    rooms.dirsync.delete_addition(&desk.may(EditLists { source })?, addition).await?;
    Ok(done("/dirsync/additions", Done::AdditionRemoved))
}

//! Operators: list, add, change, invite again, remove.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::{ActorKind, OperatorId, Role};
use operators::permissions::{
    CreateOperator, DisableOperator, ReadOperators, RemoveOperator, ResetPassword, SignOutOperator, UnlockOperator,
    UpdateOperator,
};
use operators::{Link, NewOperator, OperatorState, OperatorUpdate, OperatorView, OperatorsError};
use serde::Deserialize;
use web::{Form, Path, Problem};

use super::field_of;
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::flash::Done;
use crate::layout::Section;
use crate::listing::Listing;
use crate::operators::list::{OperatorForm, OperatorRow, SHEET, form, page as list_page};
use crate::operators::operator::{self, OperatorEdit};
use crate::operators::tokens::OncePage;
use crate::render::{page, page_with};
use crate::sheet::{self, Rows};

/// `GET /operators`.
pub async fn list_operators(desk: Desk, State(rooms): State<Rooms>, list: Listing) -> Result<Response, Problem> {
    let listed = SHEET.page(&rows(&desk, rooms)?, &list.asked).await?;
    Ok(page(&list_page(desk.frame("Operators", Section::Operators), &listed, &list.here)))
}

/// `GET /operators/export`.
pub async fn export_operators(desk: Desk, State(rooms): State<Rooms>, list: Listing) -> Result<Response, Problem> {
    SHEET.csv(rows(&desk, rooms)?, &list.asked).await
}

fn rows(desk: &Desk, rooms: Rooms) -> Result<Rows<OperatorRow>, Problem> {
    let context = (rooms, desk.may(ReadOperators {})?, desk.clone());
    Ok(sheet::rows(context, |context, request| async move {
        let (rooms, may, desk) = &*context;
        Ok(rooms.operators.list_operators(may, &request).await?.map(|view| row(desk, &view)))
    }))
}

fn row(desk: &Desk, view: &OperatorView) -> OperatorRow {
    let itself = matches!(desk.caller.actor().kind, ActorKind::Operator { id, .. } if id == view.id);
    OperatorRow {
        id: view.id.to_string(),
        user_name: view.user_name.clone(),
        display_name: view.display_name.clone(),
        role: view.role,
        locked_until: view.locked_until,
        must_change: view.must_change_password,
        invited: !view.has_password,
        disabled: view.state == OperatorState::Disabled,
        last_sign_in: view.last_sign_in_at,
        last_seen: view.last_seen_at,
        session_count: view.session_count,
        itself,
    }
}

/// `GET /operators/new`.
pub async fn new_operator(desk: Desk) -> Result<Response, Problem> {
    desk.may(CreateOperator {})?;
    Ok(page(&form(desk.frame("Add an operator", Section::Operators), &OperatorForm::default())))
}

/// What the form sends.
#[derive(Deserialize)]
pub struct New {
    user_name: String,
    #[serde(default)]
    display_name: String,
    #[serde(default)]
    email: String,
    role: Role,
}

fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// `POST /operators`.
pub async fn create_operator(
    desk: Desk,
    State(rooms): State<Rooms>,
    Form(body): Form<New>,
) -> Result<Response, Problem> {
    let may = desk.may(CreateOperator {})?;
    let (display_name, email) = (filled(&body.display_name), filled(&body.email));
    let new = NewOperator { user_name: body.user_name.clone(), display_name, email, role: body.role, password: None };
    match rooms.operators.create_operator(&may, new).await {
        Ok((operator, Some(link))) => Ok(show_link(&desk, &rooms, &operator.user_name, &link)),
        Ok((_, None)) => Ok(done("/operators", Done::OperatorAdded)),
        Err(error) => {
            let Some(error) = field_of(&error).map(Some) else { return Err(error.into()) };
            let role = body.role.to_string();
            let again = OperatorForm {
                user_name: body.user_name,
                display_name: body.display_name,
                email: body.email,
                role,
                error,
            };
            let frame = desk.frame("Add an operator", Section::Operators);
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &form(frame, &again)))
        }
    }
}

fn show_link(desk: &Desk, rooms: &Rooms, user_name: &str, link: &Link) -> Response {
    let url = format!("{}{}", rooms.url, link.path());
    page(&OncePage::link(desk.frame("A link", Section::Operators), user_name, &url))
}

/// `GET /operators/{id}`.
pub async fn get_operator(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<OperatorId>,
) -> Result<Response, Problem> {
    let view = rooms.operators.get_operator(&desk.may(ReadOperators {})?, id).await?;
    Ok(page(&operator::page(desk.frame(&view.user_name, Section::Operators), &edit(&desk, &view, None))))
}

fn edit(desk: &Desk, view: &OperatorView, error: Option<(&'static str, String)>) -> OperatorEdit {
    let row = row(desk, view);
    OperatorEdit {
        id: row.id.clone(),
        user_name: view.user_name.clone(),
        display_name: view.display_name.clone(),
        email: view.email.clone().unwrap_or_default(),
        role: view.role,
        state: row.badge(desk.now()),
        disabled: row.disabled,
        itself: row.itself,
        error,
    }
}

/// What the form sends.
#[derive(Deserialize)]
pub struct Change {
    display_name: String,
    #[serde(default)]
    email: String,
    role: Role,
}

/// `POST /operators/{id}`.
pub async fn update_operator(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<OperatorId>,
    Form(body): Form<Change>,
) -> Result<Response, Problem> {
    let may = desk.may(UpdateOperator { operator: id })?;
    let before = rooms.operators.get_operator(&desk.may(ReadOperators {})?, id).await?;
    let role = (body.role != before.role).then_some(body.role);
    let update = OperatorUpdate { display_name: Some(body.display_name), email: Some(body.email), role };
    match rooms.operators.update_operator(&may, &update).await {
        Ok(_) => Ok(done(format!("/operators/{id}"), Done::Saved)),
        Err(error) => again(&desk, &before, update, body.role, error),
    }
}

fn again(
    desk: &Desk,
    before: &OperatorView,
    update: OperatorUpdate,
    role: Role,
    error: OperatorsError,
) -> Result<Response, Problem> {
    let Some(found) = field_of(&error) else { return Err(error.into()) };
    let mut form = edit(desk, before, Some(found));
    form.display_name = update.display_name.unwrap_or_default();
    form.email = update.email.unwrap_or_default();
    form.role = role;
    let frame = desk.frame(&before.user_name, Section::Operators);
    Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &operator::page(frame, &form)))
}

/// `GET /operators/{id}/reset`.
pub async fn ask_reset(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<OperatorId>,
) -> Result<Response, Problem> {
    desk.may(ResetPassword { operator: id })?;
    let view = rooms.operators.get_operator(&desk.may(ReadOperators {})?, id).await?;
    let frame = desk.frame("New password", Section::Operators);
    Ok(page(&operator::ask_reset(frame, &id.to_string(), &view.user_name)))
}

/// `POST /operators/{id}/reset`.
pub async fn reset_password(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<OperatorId>,
) -> Result<Response, Problem> {
    let view = rooms.operators.get_operator(&desk.may(ReadOperators {})?, id).await?;
    let link = rooms.operators.reset_password(&desk.may(ResetPassword { operator: id })?).await?;
    Ok(show_link(&desk, &rooms, &view.user_name, &link))
}

/// `GET /operators/{id}/remove`.
pub async fn ask_remove(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<OperatorId>,
) -> Result<Response, Problem> {
    desk.may(RemoveOperator { operator: id })?;
    let view = rooms.operators.get_operator(&desk.may(ReadOperators {})?, id).await?;
    let frame = desk.frame("Remove", Section::Operators);
    Ok(page(&operator::ask_remove(frame, &id.to_string(), &view.user_name)))
}

/// `POST /operators/{id}/remove`.
pub async fn remove_operator(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<OperatorId>,
) -> Result<Response, Problem> {
    rooms.operators.remove_operator(&desk.may(RemoveOperator { operator: id })?).await?;
    Ok(done("/operators", Done::OperatorRemoved))
}

/// `POST /operators/{id}/disable`.
pub async fn disable_operator(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<OperatorId>,
) -> Result<Response, Problem> {
    rooms.operators.disable_operator(&desk.may(DisableOperator { operator: id })?).await?;
    Ok(done(format!("/operators/{id}"), Done::OperatorDisabled))
}

/// `POST /operators/{id}/enable`.
pub async fn enable_operator(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<OperatorId>,
) -> Result<Response, Problem> {
    rooms.operators.enable_operator(&desk.may(DisableOperator { operator: id })?).await?;
    Ok(done(format!("/operators/{id}"), Done::OperatorEnabled))
}

/// `POST /operators/{id}/sign-out`.
pub async fn sign_out_operator(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<OperatorId>,
) -> Result<Response, Problem> {
    rooms.operators.sign_out_operator(&desk.may(SignOutOperator { operator: id })?).await?;
    Ok(done(format!("/operators/{id}"), Done::SessionEnded))
}

/// `POST /operators/{id}/unlock`.
pub async fn unlock_operator(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<OperatorId>,
) -> Result<Response, Problem> {
    rooms.operators.unlock_operator(&desk.may(UnlockOperator { operator: id })?).await?;
    Ok(done("/operators", Done::OperatorEnabled))
}

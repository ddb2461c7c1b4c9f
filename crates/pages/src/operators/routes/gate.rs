//! Signing in and out, one-time links, passwords.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use kernel::{ActorKind, Kinded as _, Secret};
use operators::{LinkPurpose, OperatorsError, Origin, Session, SetUp};
use serde::Deserialize;
use web::caller::safe_next;
use web::{Caller, Form, Problem, Public, Query, RequestContext, SessionCookie};

use super::{error_for, field_of};
use crate::Rooms;
use crate::desk::{Door, done};
use crate::flash::Done;
use crate::operators::gate::{LinkPage, PasswordPage, SignInPage};
use crate::render::{page, page_with, sentence};

/// Where to go afterwards.
#[derive(Deserialize)]
pub struct Next {
    next: Option<String>,
}

/// `GET /sign-in`.
pub async fn show_sign_in(_: Public, door: Door, Query(query): Query<Next>) -> Response {
    let (user_name, error, next) = (String::new(), String::new(), query.next.unwrap_or_default());
    page(&SignInPage { frame: door.frame("Sign in"), user_name, next, error })
}

/// What the form sends.
#[derive(Deserialize)]
pub struct SignIn {
    user_name: String,
    password: Secret<String>,
    #[serde(default)]
    next: String,
}

/// `POST /sign-in`.
pub async fn sign_in(
    _: Public,
    door: Door,
    context: RequestContext,
    origin: Origin,
    State(rooms): State<Rooms>,
    Form(body): Form<SignIn>,
) -> Result<Response, Problem> {
    match rooms.operators.sign_in(&body.user_name, &body.password, &origin).await {
        Ok(session) => Ok(enter(&rooms, &context, &session, safe_next(Some(&body.next)))),
        Err(error @ (OperatorsError::SignInRefused | OperatorsError::TooManySignIns)) => {
            let error = sentence(&error.public_detail());
            let frame = door.frame("Sign in");
            let form = SignInPage { frame, user_name: body.user_name, next: body.next, error };
            Ok(page_with(StatusCode::UNAUTHORIZED, &form))
        }
        Err(error) => Err(error.into()),
    }
}

fn enter(rooms: &Rooms, context: &RequestContext, session: &Session, next: &str) -> Response {
    let next = if session.must_change_password { "/change-password" } else { next };
    let cookie = SessionCookie::set(context, &session.token, rooms.operators.config().longest());
    (cookie, Redirect::to(next)).into_response()
}

/// `POST /sign-out`.
pub async fn sign_out(
    _: Public,
    context: RequestContext,
    origin: Origin,
    State(rooms): State<Rooms>,
) -> Result<Response, Problem> {
    rooms.operators.sign_out(&origin).await?;
    Ok((SessionCookie::clear(&context), done("/sign-in", Done::SignedOut)).into_response())
}

/// The secret of a one-time link.
#[derive(Deserialize)]
pub struct Token {
    token: Secret<String>,
}

/// `GET /set-up`.
pub async fn show_set_up(
    _: Public,
    door: Door,
    State(rooms): State<Rooms>,
    Query(query): Query<Token>,
) -> Result<Response, Problem> {
    Ok(page(&link_page(&rooms, &door, &query.token, LinkPurpose::SetUp).await?))
}

/// `GET /choose-password`.
pub async fn show_choose_password(
    _: Public,
    door: Door,
    State(rooms): State<Rooms>,
    Query(query): Query<Token>,
) -> Result<Response, Problem> {
    Ok(page(&link_page(&rooms, &door, &query.token, LinkPurpose::Password).await?))
}

async fn link_page(
    rooms: &Rooms,
    door: &Door,
    token: &Secret<String>,
    purpose: LinkPurpose,
) -> Result<LinkPage, Problem> {
    let link = rooms.operators.find_link(token).await?;
    if link.purpose != purpose {
        return Err(OperatorsError::LinkRefused.into());
    }
    let title = if purpose == LinkPurpose::SetUp { "Set up" } else { "Choose a password" };
    Ok(LinkPage {
        frame: door.frame(title),
        token: token.expose().clone(),
        organisation: link.organisation,
        operator: link.user_name,
        user_name: String::new(),
        organisation_error: String::new(),
        name_error: String::new(),
        password_error: String::new(),
    })
}

/// What the forms behind links send.
#[derive(Deserialize)]
pub struct Chosen {
    token: Secret<String>,
    #[serde(default)]
    user_name: String,
    #[serde(default)]
    organisation: String,
    password: Secret<String>,
    repeat: Secret<String>,
}

/// `POST /set-up`.
pub async fn set_up(
    _: Public,
    door: Door,
    context: RequestContext,
    origin: Origin,
    State(rooms): State<Rooms>,
    Form(body): Form<Chosen>,
) -> Result<Response, Problem> {
    let mut page = link_page(&rooms, &door, &body.token, LinkPurpose::SetUp).await?;
    page.organisation.clone_from(&body.organisation);
    let made = match repeated(&body.password, &body.repeat) {
        Ok(()) => {
            let organisation = Some(body.organisation.trim()).filter(|name| !name.is_empty());
            let wish = SetUp { user_name: &body.user_name, password: &body.password, organisation };
            rooms.operators.complete_set_up(&body.token, &wish, &origin).await
        }
        Err(error) => Err(error),
    };
    match made {
        Ok(operator) => sign_in_at_once(&rooms, &context, &origin, &operator.user_name, &body.password).await,
        Err(error) => again(page, body.user_name, error),
    }
}

/// `POST /choose-password`.
pub async fn choose_password(
    _: Public,
    door: Door,
    context: RequestContext,
    origin: Origin,
    State(rooms): State<Rooms>,
    Form(body): Form<Chosen>,
) -> Result<Response, Problem> {
    let page = link_page(&rooms, &door, &body.token, LinkPurpose::Password).await?;
    let chosen = match repeated(&body.password, &body.repeat) {
        Ok(()) => rooms.operators.choose_password(&body.token, &body.password, &origin).await,
        Err(error) => Err(error),
    };
    match chosen {
        Ok(operator) => sign_in_at_once(&rooms, &context, &origin, &operator.user_name, &body.password).await,
        Err(error) => again(page, String::new(), error),
    }
}

fn repeated(password: &Secret<String>, repeat: &Secret<String>) -> Result<(), OperatorsError> {
    if password.expose() == repeat.expose() {
        Ok(())
    } else {
        Err(OperatorsError::WeakPassword("was not repeated alike"))
    }
}

async fn sign_in_at_once(
    rooms: &Rooms,
    context: &RequestContext,
    origin: &Origin,
    user_name: &str,
    password: &Secret<String>,
) -> Result<Response, Problem> {
    let session = rooms.operators.sign_in(user_name, password, origin).await?;
    Ok(enter(rooms, context, &session, "/"))
}

fn again(mut form: LinkPage, user_name: String, error: OperatorsError) -> Result<Response, Problem> {
    let found = field_of(&error);
    form.user_name = user_name;
    form.organisation_error = error_for(found.as_ref(), "organisation");
    form.name_error = error_for(found.as_ref(), "user_name");
    form.password_error = error_for(found.as_ref(), "password");
    match found {
        Some(_) => Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &form)),
        None => Err(error.into()),
    }
}

/// Whose password it is, and whether it must change.
struct Own {
    user_name: String,
    forced: bool,
}

/// A session that must change its password is no caller yet, but is not nobody either.
fn own(caller: Result<Caller, Problem>) -> Result<Own, Problem> {
    match caller {
        Ok(caller) => match &caller.actor().kind {
            ActorKind::Operator { name, .. } => Ok(Own { user_name: name.clone(), forced: false }),
            _ => Err(OperatorsError::NeedsOperator.into()),
        },
        Err(problem) if problem.code() == "operators.password_change_due" => {
            Ok(Own { user_name: String::new(), forced: true })
        }
        Err(problem) => Err(problem),
    }
}

/// `GET /change-password`.
pub async fn show_password(caller: Result<Caller, Problem>, door: Door) -> Result<Response, Problem> {
    match own(caller) {
        Ok(own) => Ok(page(&password_page(&door, own, None))),
        Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => Ok(Redirect::to("/sign-in").into_response()),
        Err(problem) => Err(problem),
    }
}

/// What the form sends.
#[derive(Deserialize)]
pub struct Change {
    current: Secret<String>,
    password: Secret<String>,
    repeat: Secret<String>,
}

/// `POST /change-password`.
pub async fn change_password(
    caller: Result<Caller, Problem>,
    door: Door,
    context: RequestContext,
    origin: Origin,
    State(rooms): State<Rooms>,
    Form(body): Form<Change>,
) -> Result<Response, Problem> {
    let own = own(caller)?;
    let changed = match repeated(&body.password, &body.repeat) {
        Ok(()) => rooms.operators.change_password(&body.current, &body.password, &origin).await,
        Err(error) => Err(error),
    };
    match changed {
        Ok(session) => {
            let cookie = SessionCookie::set(&context, &session.token, rooms.operators.config().longest());
            Ok((cookie, done("/", Done::PasswordChanged)).into_response())
        }
        Err(error) => match field_of(&error) {
            Some(found) => Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &password_page(&door, own, Some(&found)))),
            None => Err(error.into()),
        },
    }
}

fn password_page(door: &Door, own: Own, found: Option<&(&'static str, String)>) -> PasswordPage {
    PasswordPage {
        frame: door.frame("Change password"),
        user_name: own.user_name,
        forced: own.forced,
        current_error: error_for(found, "current"),
        password_error: error_for(found, "password"),
    }
}

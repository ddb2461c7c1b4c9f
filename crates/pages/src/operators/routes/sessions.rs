//! Sessions: one's own, and for those who may, everybody's.

use axum::extract::State;
use axum::response::Response;
use operators::permissions::{ActForOneself, ReadSessions, RevokeSession};
use operators::{OperatorsError, SessionId, SessionView};
use serde::Deserialize;
use web::{Path, Problem};

use crate::Rooms;
use crate::desk::{Desk, done};
use crate::flash::Done;
use crate::layout::Section;
use crate::listing::Listing;
use crate::operators::sessions::{self, SHEET, SessionRow};
use crate::render::page;
use crate::sheet::{self, Rows};

/// Whose.
#[derive(Deserialize)]
pub struct Whose {
    all: Option<String>,
}

/// `GET /operators/sessions`.
pub async fn list_sessions(desk: Desk, State(rooms): State<Rooms>, list: Listing<Whose>) -> Result<Response, Problem> {
    let may_see_all = desk.can(ReadSessions {});
    let all = may_see_all && list.wanted.all.is_some();
    let listed = SHEET.page(&rows(&desk, rooms, all)?, &list.asked).await?;
    let frame = desk.frame("Sessions", Section::Operators);
    Ok(page(&sessions::page(frame, &listed, may_see_all.then_some(all), &list.here)))
}

/// `GET /operators/sessions/export`.
pub async fn export_sessions(
    desk: Desk,
    State(rooms): State<Rooms>,
    list: Listing<Whose>,
) -> Result<Response, Problem> {
    let all = desk.can(ReadSessions {}) && list.wanted.all.is_some();
    SHEET.csv(rows(&desk, rooms, all)?, &list.asked).await
}

fn rows(desk: &Desk, rooms: Rooms, all: bool) -> Result<Rows<SessionRow>, Problem> {
    let everybody = if all { Some(desk.may(ReadSessions {})?) } else { None };
    let context = (rooms, everybody, desk.may(ActForOneself {})?, desk.caller.session().cloned());
    Ok(sheet::rows(context, |context, request| async move {
        let (rooms, everybody, own, current) = &*context;
        let found = match everybody {
            Some(may) => rooms.operators.list_sessions(may, None, current.as_ref(), &request).await?,
            None => rooms.operators.list_own_sessions(own, current.as_ref(), &request).await?,
        };
        Ok(found.map(|session| row(&session)))
    }))
}

fn row(session: &SessionView) -> SessionRow {
    SessionRow {
        id: session.id.to_string(),
        operator: session.user_name.clone(),
        agent: session.user_agent.as_deref().map(browser).unwrap_or_default(),
        address: session.address.clone().unwrap_or_default(),
        started: session.created_at,
        seen: session.last_seen_at,
        expires: session.expires_at,
        itself: session.current,
    }
}

/// What a browser says of itself, in words that people know; the text itself where it is no browser's.
fn browser(agent: &str) -> String {
    let names = [("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    let systems = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    let find =
        |table: &[(&str, &'static str)]| table.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    match (find(&names), find(&systems)) {
        (Some(name), Some(system)) => format!("{name} on {system}"),
        (Some(name), None) => name.to_owned(),
        _ => agent.chars().take(60).collect(),
    }
}

/// `GET /operators/sessions/end-others`.
pub async fn ask_end_others(desk: Desk) -> Response {
    page(&sessions::ask_end_others(desk.frame("Sessions", Section::Operators)))
}

/// `POST /operators/sessions/end-others`.
pub async fn end_others(desk: Desk, State(rooms): State<Rooms>) -> Result<Response, Problem> {
    let may = desk.may(ActForOneself {})?;
    rooms.operators.revoke_other_sessions(&may, desk.caller.session()).await?;
    Ok(done("/operators/sessions", Done::SessionEnded))
}

/// `POST /operators/sessions/{id}/end`: one's own, or anybody's for those who may.
pub async fn end_session(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<SessionId>,
) -> Result<Response, Problem> {
    let own = rooms.operators.revoke_own_session(&desk.may(ActForOneself {})?, id).await;
    match own {
        Err(OperatorsError::NoSuchSession(_)) if desk.can(RevokeSession { session: id }) => {
            rooms.operators.revoke_session(&desk.may(RevokeSession { session: id })?).await?;
        }
        other => other?,
    }
    Ok(done("/operators/sessions", Done::SessionEnded))
}

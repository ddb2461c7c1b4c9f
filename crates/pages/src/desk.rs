//! What every handler takes: the caller with the page's frame, or the frame alone before sign-in.

use axum::extract::{FromRef, FromRequestParts};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use directory::Decision;
use dirsync::permissions::ReadSync;
use dirsync::service::conflicts::{ConflictFilter, ConflictView};
use dirsync::{RunFilter, RunState};
use http::request::Parts;
use kernel::{Actor, ActorKind, May, PageRequest, Permission, Timestamp};
use provisioning::permissions::ReadProvisioning;
use web::{Caller, CsrfToken, PageCaller, Problem};

use crate::Rooms;
use crate::address::Address;
use crate::flash::{Done, Flash};
use crate::layout::{Frame, Section, SignedIn, Theme, Waiting};

/// Somebody at work: who, and the frame of the page they see.
#[derive(Debug, Clone)]
pub struct Desk {
    pub caller: Caller,
    frame: Frame,
}

impl Desk {
    /// Asks for leave to do one thing.
    pub fn may<P: Permission>(&self, subject: P) -> Result<May<P>, Problem> {
        self.caller.may(subject)
    }

    /// Whether the caller's role has leave, for what is shown only then.
    pub fn can<P: Permission>(&self, subject: P) -> bool {
        self.caller.actor().may(subject).is_ok()
    }

    /// The frame for a page.
    pub fn frame(&self, title: impl Into<String>, section: Section) -> Frame {
        self.frame.clone().page(title, section)
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.frame.now
    }
}

impl<S> FromRequestParts<S> for Desk
where
    Rooms: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let PageCaller(caller) = PageCaller::from_request_parts(parts, state).await?;
        let Door { mut frame } = Door::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        let rooms = Rooms::from_ref(state);
        let signed_in = signed_in(&rooms, caller.actor()).await.map_err(IntoResponse::into_response)?;
        frame.signed_in = Some(signed_in);
        Ok(Self { caller, frame })
    }
}

async fn signed_in(rooms: &Rooms, actor: &Actor) -> Result<SignedIn, Problem> {
    let organisation = rooms.operators.organisation(actor.organisation).await?.name;
    let name = match &actor.kind {
        ActorKind::Operator { name, .. } | ActorKind::Token { name, .. } | ActorKind::Source { name, .. } => {
            name.clone()
        }
        ActorKind::System { reason } => (*reason).to_owned(),
    };
    Ok(SignedIn { name, role: actor.role, organisation, waiting: waiting(rooms, actor).await })
}

/// What waits for a person, up to [`MOST_WAITING`] of each. Not worth failing a page for.
async fn waiting(rooms: &Rooms, actor: &Actor) -> Waiting {
    let Ok(may) = actor.may(ReadSync {}) else { return Waiting::default() };
    let held = RunFilter { state: Some(RunState::Held), ..RunFilter::default() };
    let page = PageRequest::first(MOST_WAITING);
    let plans = rooms.dirsync.list_runs(&may, &held, &page).await.map_or(0, |found| found.items.len());
    let people = rooms.dirsync.list_conflicts(&may, &ConflictFilter::default(), &page).await;
    let conflicts = people.map_or(0, |found| found.items.iter().filter(|row| is_pending(row)).count());
    let dead_jobs = rooms.server.count_jobs(actor).await.map_or(0, |counts| counts.dead);
    let count = |length: usize| u64::try_from(length).unwrap_or(0);
    let holds = match actor.may(ReadProvisioning {}) {
        Ok(may) => rooms.provisioning.count_open_holds(&may).await.unwrap_or_default(),
        Err(_) => 0,
    };
    Waiting { plans: count(plans), conflicts: count(conflicts), dead_jobs, holds }
}

/// From here on the navigation only says "many".
const MOST_WAITING: usize = 100;

fn is_pending(row: &ConflictView) -> bool {
    row.conflict.decision == Decision::Pending
}

/// A page that needs no caller: its frame.
#[derive(Debug, Clone)]
pub struct Door {
    pub frame: Frame,
}

impl Door {
    /// The frame for a page.
    pub fn frame(&self, title: impl Into<String>) -> Frame {
        self.frame.clone().page(title, Section::None)
    }
}

impl<S> FromRequestParts<S> for Door
where
    Rooms: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let CsrfToken(csrf) = CsrfToken::from_request_parts(parts, state).await?;
        let query = parts.uri.query().unwrap_or_default();
        let flash = query.split('&').find_map(|pair| pair.strip_prefix("done=")).and_then(Flash::of);
        let jar = CookieJar::from_headers(&parts.headers);
        let theme = jar.get("theme").map(|cookie| Theme::parse(cookie.value())).unwrap_or_default();
        let now = Rooms::from_ref(state).env.now();
        let frame = Frame { csrf, flash, theme, ..Frame::bare("", now) };
        Ok(Self { frame })
    }
}

/// Goes on to a page that says what was done. Always 303, so that a reload does not do it again (RFC 9110 §15.4.4).
pub fn done(path: impl Into<String>, done: Done) -> Response {
    let path = path.into();
    let separator = if path.contains('?') { '&' } else { '?' };
    Redirect::to(&format!("{path}{separator}done={}", done.code())).into_response()
}

/// The address of a list as asked for, for links that keep its filters.
pub fn here(path: &str, values: &[(&str, &str)]) -> Address {
    values.iter().fold(Address::new(path), |address, (name, value)| address.with(name, *value))
}

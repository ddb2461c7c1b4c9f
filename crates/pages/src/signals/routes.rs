//! The handlers of these pages.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use kernel::{Cursor, PageRequest, Timestamp};
use serde::Deserialize;
use signals::permissions::ReadAudit;
use signals::{EventView, ExportFormat, Filter, Revision};
use uuid::Uuid;
use web::{Path, Problem, Query};

use super::audit::{self, AuditQuery, AuditRow, Chain, SHEET};
use super::entry::{EntryPage, EntryView};
use super::words;
use crate::Rooms;
use crate::desk::Desk;
use crate::layout::Section;
use crate::listing::{Asked, Listing};
use crate::render::page;
use crate::sheet::{self, Rows};

/// The audit trail.
pub fn routes() -> Router<Rooms> {
    Router::new()
        .merge(super::webhooks::routes::routes())
        .route("/signals/audit", get(list_audit))
        .route("/signals/audit/verify", post(verify_audit))
        .route("/signals/audit/export", get(export_audit))
        .route("/signals/audit/{revision}", get(get_entry))
}

/// What the filters above the list send. Days as the browser writes them.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    q: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    actor: String,
    #[serde(default)]
    since: String,
    #[serde(default)]
    until: String,
}

impl Wanted {
    /// Whom or what it is about, where an id is asked for; anything else is words.
    fn object(&self) -> Option<Uuid> {
        Uuid::parse_str(self.q.trim()).ok()
    }

    fn filter(&self) -> Filter {
        let object = self.object();
        let actor = Some(self.actor.trim()).filter(|actor| !actor.is_empty()).map(str::to_owned);
        let names = Some(&self.kind).filter(|kind| !kind.is_empty()).cloned().into_iter().collect();
        let until = day(&self.until).map(|day| day.plus(std::time::Duration::from_hours(24)));
        Filter { names, actor, object, from: day(&self.since), until, ..Filter::default() }
    }

    fn query(self) -> AuditQuery {
        let words = self.object().is_none() && !self.q.trim().is_empty();
        AuditQuery { words, q: self.q, kind: self.kind, actor: self.actor, from: self.since, to: self.until }
    }
}

/// The beginning of a day in UTC; what is no day counts as none.
fn day(text: &str) -> Option<Timestamp> {
    Timestamp::parse(&format!("{text}T00:00:00Z")).ok()
}

/// `GET /signals/audit`.
pub async fn list_audit(desk: Desk, State(rooms): State<Rooms>, list: Listing<Wanted>) -> Result<Response, Problem> {
    show(&desk, &rooms, list, Chain::Unknown).await
}

async fn show(desk: &Desk, rooms: &Rooms, list: Listing<Wanted>, chain: Chain) -> Result<Response, Problem> {
    let listed = SHEET.page(&rows(desk, rooms, &list.wanted)?, &asked(&list)).await?;
    let frame = desk.frame("Audit", Section::Audit);
    let here = list.here.at("/signals/audit");
    Ok(page(&audit::page(frame, &listed, &list.wanted.query(), &chain, &here)))
}

fn rows(desk: &Desk, rooms: &Rooms, wanted: &Wanted) -> Result<Rows<AuditRow>, Problem> {
    let context = (rooms.clone(), desk.may(ReadAudit {})?, wanted.filter());
    Ok(sheet::rows(context, |context, request| async move {
        let (rooms, may, filter) = &*context;
        Ok(rooms.signals.audit(may, filter, &request).await?.map(|event| words::row(&event)))
    }))
}

/// An id is found by the log; nothing is left to look for.
fn asked(list: &Listing<Wanted>) -> Asked {
    let words = if list.wanted.object().is_some() { String::new() } else { list.asked.words.clone() };
    Asked { words, ..list.asked.clone() }
}

/// `POST /signals/audit/verify`: reads the whole log and says whether every entry carries its hash.
pub async fn verify_audit(desk: Desk, State(rooms): State<Rooms>, list: Listing<Wanted>) -> Result<Response, Problem> {
    let verdict = rooms.signals.verify(&desk.may(ReadAudit {})?).await?;
    let chain = match verdict.broken {
        None => Chain::Whole { revision: verdict.entries, at: desk.now() },
        Some(broken) => Chain::Broken { revision: u64::try_from(broken.revision).unwrap_or(0) },
    };
    show(&desk, &rooms, list, chain).await
}

/// How an export looks: as the log writes it, or `csv`.
#[derive(Default, Deserialize)]
pub struct Format {
    #[serde(default)]
    format: String,
}

/// `GET /signals/audit/export`.
pub async fn export_audit(
    desk: Desk,
    State(rooms): State<Rooms>,
    Query(Format { format }): Query<Format>,
    list: Listing<Wanted>,
) -> Result<Response, Problem> {
    let Some(format) = ExportFormat::parse(&format) else {
        return SHEET.csv(rows(&desk, &rooms, &list.wanted)?, &asked(&list)).await;
    };
    let lines = rooms.signals.export(&desk.may(ReadAudit {})?, list.wanted.filter(), format).await?;
    let name = format!("attachment; filename=\"vestibule-audit.{format}\"");
    let headers = [(CONTENT_TYPE, format.media_type().to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from_stream(lines)).into_response())
}

/// `GET /signals/audit/{revision}`.
pub async fn get_entry(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(revision): Path<Revision>,
) -> Result<Response, Problem> {
    // The list goes downwards from its cursor, which it leaves out.
    let request = PageRequest::new(2, Some(Cursor::encode(&revision.saturating_add(1))));
    let found = rooms.signals.audit(&desk.may(ReadAudit {})?, &Filter::default(), &request).await?;
    let mut events = found.items.into_iter();
    let Some(event) = events.next().filter(|event| event.revision == revision) else {
        return Err(Problem::not_found("signals.no_such_entry", format!("entry {revision} does not exist")));
    };
    let before = events.next().map(|event| event.hash).unwrap_or_default();
    Ok(page(&EntryPage::new(desk.frame("Audit entry", Section::Audit), entry(event, before))))
}

fn entry(event: EventView, previous_hash: String) -> EntryView {
    EntryView {
        row: words::row(&event),
        request_id: event.request_id.to_string(),
        reason: event.reason.clone().unwrap_or_default(),
        diff: words::diff(event.before.as_deref(), event.after.as_deref()),
        json: serde_json::to_string_pretty(&event).unwrap_or_default(),
        hash: event.hash,
        previous_hash,
    }
}

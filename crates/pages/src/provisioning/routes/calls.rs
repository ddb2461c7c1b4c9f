//! What Entra saw.

use std::time::Duration;

use askama::Template as _;
use axum::extract::State;
use axum::response::Response;
use futures_util::stream;
use kernel::{PageRequest, Timestamp};
use provisioning::CallId;
use provisioning::journal::{CallFilter, CallView as Call, StatusClass};
use provisioning::operation::Operation;
use provisioning::permissions::ReadProvisioning;
use serde::Deserialize;
use tokio::time::{Interval, interval};
use web::events::{Event, sse};
use web::{Path, Problem};

use super::connection_names;
use crate::Rooms;
use crate::address::Address;
use crate::desk::Desk;
use crate::layout::Section;
use crate::listing::{Asked, Listing};
use crate::parts::{Entry, Timeline};
use crate::provisioning::call::{CallPage, CallView};
use crate::provisioning::calls::{CallQuery, CallRow, CallsPage, HERE, SHEET, table};
use crate::provisioning::words;
use crate::render::page;
use crate::sheet::{self, Rows};

/// What the list is narrowed to. Days as the browser writes them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    q: String,
    connection: String,
    operation: String,
    outcome: String,
    since: String,
    until: String,
    resource: String,
}

/// The beginning of a day in UTC; what is no day counts as none.
fn day(text: &str) -> Option<Timestamp> {
    Timestamp::parse(&format!("{text}T00:00:00Z")).ok()
}

impl Wanted {
    fn filter(&self) -> CallFilter {
        let text = self.q.trim();
        let id = text.parse().ok();
        CallFilter {
            connection: self.connection.parse().ok(),
            status: StatusClass::parse(&self.outcome),
            operation: Operation::parse(&self.operation),
            resource: self.resource.parse().ok().or(id),
            text: Some(text.to_owned()).filter(|text| !text.is_empty() && id.is_none()),
            from: day(&self.since),
            until: day(&self.until).map(|day| day.plus(Duration::from_hours(24))),
        }
    }

    fn query(self, connections: Vec<(String, String)>, object: String) -> CallQuery {
        let operations =
            words::OPERATIONS.iter().map(|(value, name)| (value.to_string(), (*name).to_owned())).collect();
        CallQuery {
            q: self.q,
            connection: self.connection,
            operation: self.operation,
            outcome: self.outcome,
            since: self.since,
            until: self.until,
            resource: self.resource,
            connections,
            operations,
            object,
        }
    }
}

/// `GET /provisioning/calls`.
pub async fn list(desk: Desk, State(rooms): State<Rooms>, list: Listing<Wanted>) -> Result<Response, Problem> {
    let connections = connection_names(&desk, &rooms).await?;
    let rows = rows(&desk, &rooms, &list.wanted).await?;
    let listed = SHEET.page(&rows, &list.asked).await?;
    let object = listed.rows.first().map(|row| row.object.clone()).unwrap_or_default();
    let frame = desk.frame("What Entra saw", Section::Calls);
    Ok(page(&CallsPage::new(frame, &listed, &list.wanted.query(connections, object), &list.here)))
}

/// How often a follower looks for newer calls.
const LOOK: Duration = Duration::from_secs(2);

/// `GET /provisioning/calls/events`: the first page of the list, whenever there is a newer call.
pub async fn follow(desk: Desk, State(rooms): State<Rooms>, list: Listing<Wanted>) -> Result<Response, Problem> {
    let rows = rows(&desk, &rooms, &list.wanted).await?;
    let start = Following { rooms, rows, here: list.here.at(HERE), newest: None, looks: interval(LOOK) };
    Ok(sse(stream::unfold(start, Following::next)))
}

struct Following {
    rooms: Rooms,
    rows: Rows<CallRow>,
    here: Address,
    newest: Option<String>,
    looks: Interval,
}

impl Following {
    async fn next(mut self) -> Option<(Event, Self)> {
        loop {
            self.looks.tick().await;
            let listed = SHEET.page(&self.rows, &Asked::default()).await.ok()?;
            let newest = listed.rows.first().map(|row| row.id.clone());
            if newest.is_some() && newest != self.newest {
                self.newest = newest;
                let html = table(&listed, self.rooms.env.now(), &self.here).render().ok()?;
                return Some((Event::default().event("patch").data(html), self));
            }
        }
    }
}

/// `GET /provisioning/calls/export`.
pub async fn export(desk: Desk, State(rooms): State<Rooms>, list: Listing<Wanted>) -> Result<Response, Problem> {
    SHEET.csv(rows(&desk, &rooms, &list.wanted).await?, &list.asked).await
}

async fn rows(desk: &Desk, rooms: &Rooms, wanted: &Wanted) -> Result<Rows<CallRow>, Problem> {
    let names = connection_names(desk, rooms).await?;
    let context = (rooms.clone(), desk.may(ReadProvisioning {})?, wanted.filter(), names);
    Ok(sheet::rows(context, |context, request| async move {
        let (rooms, may, filter, names) = &*context;
        let found = rooms.provisioning.list_calls(may, filter, &request).await?;
        Ok(found.map(|call| words::call(&call, &name_of(names, &call))))
    }))
}

fn name_of(names: &[(String, String)], call: &Call) -> String {
    let id = call.connection_id.to_string();
    names.iter().find(|(other, _)| *other == id).map(|(_, name)| name.clone()).unwrap_or_default()
}

/// How many calls about the same are looked at.
const AROUND: usize = 50;
/// How many of them are shown.
const SHOWN: usize = 12;

/// `GET /provisioning/calls/{id}`.
pub async fn show(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<CallId>) -> Result<Response, Problem> {
    let may = desk.may(ReadProvisioning {})?;
    let found = rooms.provisioning.get_call(&may, id).await?;
    let names = connection_names(&desk, &rooms).await?;
    let same = match found.call.resource_id {
        Some(resource) => {
            let filter = CallFilter { resource: Some(resource), ..CallFilter::default() };
            rooms.provisioning.list_calls(&may, &filter, &PageRequest::first(AROUND)).await?.items
        }
        None => Vec::new(),
    };
    let keys = match found.call.key_id {
        Some(_) => rooms.provisioning.list_keys(&may, found.call.connection_id).await.unwrap_or_default(),
        None => Vec::new(),
    };
    let key = keys.iter().find(|key| Some(key.id) == found.call.key_id).map(|key| key.label.clone());
    let pretty = |body: &Option<serde_json::Value>| match body {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(body) => serde_json::to_string_pretty(body).unwrap_or_default(),
        None => String::new(),
    };
    let call = &found.call;
    let view = CallView {
        row: words::call(call, &name_of(&names, call)),
        connection_href: format!("/provisioning/connections/{}", call.connection_id),
        object_href: call.resource_name.as_deref().map(find).unwrap_or_default(),
        resource_id: call.resource_id.map(|id| id.to_string()).unwrap_or_default(),
        scim_type: call.scim_type.clone().unwrap_or_default(),
        detail: call.detail.clone().unwrap_or_default(),
        key: key.or_else(|| call.key_id.map(provisioning::KeyId::shown)).unwrap_or_default(),
        request_id: call.request_id.to_string(),
        request: pretty(&found.request),
        answer: pretty(&found.answer),
        conclusion: crate::render::sentence(&call.conclusion.sentence),
        mend: words::mend(call).to_owned(),
        hold_href: hold_in(call.detail.as_deref().unwrap_or_default()),
        older: same.iter().find(|other| other.id < id).map(|other| other.id.to_string()).unwrap_or_default(),
        newer: same.iter().rev().find(|other| other.id > id).map(|other| other.id.to_string()).unwrap_or_default(),
    };
    let neighbours = neighbours(&same, id, desk.now(), &names);
    Ok(page(&CallPage::new(desk.frame("Call", Section::Calls), view, neighbours)))
}

/// Where the directory is asked for somebody by name.
fn find(name: &str) -> String {
    Address::new("/search").with("q", name).to_string()
}

/// The page of the hold that an answer names.
fn hold_in(detail: &str) -> String {
    let Some((_, rest)) = detail.split_once("/provisioning/holds/") else { return String::new() };
    let id: String = rest.chars().take_while(|letter| letter.is_ascii_hexdigit() || *letter == '-').collect();
    format!("/provisioning/holds/{id}")
}

fn neighbours(same: &[Call], id: CallId, now: Timestamp, names: &[(String, String)]) -> Timeline {
    let at = same.iter().position(|call| call.id == id).unwrap_or(0);
    let from = at.saturating_sub(SHOWN / 2);
    let entries = same.iter().skip(from).take(SHOWN).filter(|call| call.id != id).map(|call| {
        let row = words::call(call, &name_of(names, call));
        let href = format!("{HERE}/{}", row.id);
        Entry::new(row.tone, format!("{}, {}", row.operation, row.status), row.at, now, row.connection)
            .link("Look", href)
    });
    Timeline::new(entries.collect(), "No other call about the same.")
}

//! `GET /provisioning/calls`: what Entra saw: every call and its answer.

use askama::Template;
use kernel::Timestamp;

use crate::address::Address;
use crate::form::{Choice, Field};
use crate::layout::Frame;
use crate::list::Filters;
use crate::parts::{Action, Badge, Callout, Cell, PageHead, Tone};
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Empty, Paging, Row, Table};

/// One line of the list.
#[derive(Debug, Clone)]
pub struct CallRow {
    pub id: String,
    pub at: Timestamp,
    pub connection: String,
    /// What it was about, in words: `User created`.
    pub operation: String,
    /// The user or group; empty when it was about none.
    pub object: String,
    pub method: String,
    /// Path and query.
    pub path: String,
    pub status: u64,
    /// Entra's code for the answer, or the SCIM type; empty when all is well.
    pub code: String,
    /// What the client concludes, in a sentence.
    pub conclusion: String,
    pub tone: Tone,
    /// In microseconds.
    pub micros: u64,
    pub dialect: String,
    pub address: String,
}

/// What the list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct CallQuery {
    pub q: String,
    pub connection: String,
    pub operation: String,
    pub outcome: String,
    pub since: String,
    pub until: String,
    /// `(id, name)` of the connections.
    pub connections: Vec<(String, String)>,
    /// `(value, name)` of what calls are about.
    pub operations: Vec<(String, String)>,
    /// Only calls about this object, by its name.
    pub object: String,
    pub resource: String,
}

/// The list.
pub static SHEET: Sheet<CallRow> = Sheet {
    file: "calls",
    order: "-at",
    given: true,
    finds: true,
    id: |row| row.id.clone(),
    fields: &[
        sheet::Field::new("at", "When", |row| Value::Time(row.at)),
        sheet::Field::new("operation", "What", |row| Value::text(&row.operation)),
        sheet::Field::new("object", "Who or what", |row| Value::text(&row.object)),
        sheet::Field::new("status", "Answer", |row| Value::Number(row.status)),
        sheet::Field::new("code", "Code", |row| Value::text(&row.code)),
        sheet::Field::new("conclusion", "What it concludes", |row| Value::text(&row.conclusion)),
        sheet::Field::new("micros", "Microseconds", |row| Value::Number(row.micros)),
        sheet::Field::new("connection", "Connection", |row| Value::text(&row.connection)),
        sheet::Field::new("method", "Method", |row| Value::text(&row.method)),
        sheet::Field::new("path", "Path", |row| Value::text(&row.path)),
        sheet::Field::new("dialect", "Dialect", |row| Value::text(&row.dialect)),
        sheet::Field::new("address", "From", |row| Value::text(&row.address)),
        sheet::Field::new("id", "Number", |row| Value::text(&row.id)),
    ],
};

/// Where the list is.
pub const HERE: &str = "/provisioning/calls";

/// The page. It moves while one looks, as long as it shows the newest calls.
#[derive(Debug, Template)]
#[template(path = "provisioning/calls.html")]
pub struct CallsPage {
    frame: Frame,
    head: PageHead,
    callout: Option<Callout>,
    filters: Filters,
    table: Table,
    /// Where the newest calls are told; empty where others are looked at.
    live: String,
}

impl CallsPage {
    /// One page of calls.
    pub fn new(frame: Frame, listed: &Listed<CallRow>, query: &CallQuery, here: &Address) -> Self {
        let mut head = PageHead::new("What Entra saw")
            .lead("Every call of every client, with the answer it got and what it makes of it. Secrets are left out.");
        if !query.resource.is_empty() {
            let name = if query.object.is_empty() { "this one" } else { &query.object };
            let all = Action::go("All calls", HERE);
            head = PageHead::new(format!("What Entra saw of {name}")).crumb("What Entra saw", HERE).action(all);
        }
        let newest = here.get("after").is_none() && here.get("sort").is_none_or(|sort| sort == SHEET.order);
        let live = if newest { here.clone().to_string().replacen(HERE, LIVE, 1) } else { String::new() };
        let table = table(listed, frame.now, here).empty(empty(query));
        Self { callout: listed.note(), filters: filters(query, here), frame, head, table, live }
    }
}

/// Where the newest calls are told.
const LIVE: &str = "/provisioning/calls/events";

/// The list alone.
pub fn table(listed: &Listed<CallRow>, now: Timestamp, here: &Address) -> Table {
    let columns = ["at", "operation", "object", "status", "conclusion"].map(|key| SHEET.column(key, here)).into_iter();
    let columns = columns.chain([SHEET.number("micros", here).called("Took"), SHEET.column("connection", here)]);
    let lines = listed.rows.iter().map(|row| line(row, now)).collect();
    Table::new("calls", "Calls", columns.collect(), lines)
        .paging(Paging::new(here, listed.rows.len(), None, listed.next()))
        .export("CSV", Sheet::<CallRow>::export(here))
}

fn line(row: &CallRow, now: Timestamp) -> Row {
    let answer = Badge::new(row.tone, row.status.to_string());
    let answer = if row.code.is_empty() {
        Cell::badge(answer)
    } else {
        Cell::Lines(vec![Cell::badge(answer), Cell::Muted(row.code.clone())])
    };
    Row::new(vec![
        Cell::ago(row.at, now),
        Cell::Lines(vec![
            Cell::main(&row.operation, format!("{HERE}/{}", row.id), ""),
            Cell::Code(format!("{} {}", row.method, row.path)),
        ]),
        Cell::text(&row.object),
        answer,
        Cell::text(&row.conclusion),
        Cell::Number(took(row.micros)),
        Cell::two(&row.connection, &row.dialect),
    ])
}

/// `0.4 ms`, `12 ms`, `3 s`.
pub fn took(micros: u64) -> String {
    match micros {
        0..10_000 => format!("{}.{} ms", micros / 1_000, micros % 1_000 / 100),
        _ => crate::format::duration(std::time::Duration::from_micros(micros)),
    }
}

fn filters(query: &CallQuery, here: &Address) -> Filters {
    let choices = |all: &str, list: &[(String, String)]| {
        let first = Choice::new("", all);
        [first].into_iter().chain(list.iter().map(|(value, name)| Choice::new(value, name))).collect::<Vec<_>>()
    };
    let outcomes = [
        ("", "Any answer"),
        ("success", "Done"),
        ("failure", "Failed"),
        ("refused", "Refused, 4xx"),
        ("unavailable", "Not now, 5xx"),
    ];
    let outcomes = outcomes.map(|(value, name)| Choice::new(value, name)).into();
    let mut fields = vec![
        Field::search("q", "Name, id or text").value(&query.q).grow().attribute("autocomplete", "off"),
        Field::select("operation", "About", choices("Anything", &query.operations)).value(&query.operation),
        Field::select("outcome", "Answer", outcomes).value(&query.outcome),
    ];
    if query.connections.len() > 1 {
        let connections = choices("All", &query.connections);
        fields.push(Field::select("connection", "Connection", connections).value(&query.connection));
    }
    fields.push(Field::date("since", "From").value(&query.since));
    fields.push(Field::date("until", "Until").value(&query.until));
    Filters::new(HERE, fields).keep("sort", here.get("sort").unwrap_or_default()).keep("resource", &query.resource)
}

fn empty(query: &CallQuery) -> Empty {
    let narrowed =
        [&query.q, &query.operation, &query.outcome, &query.since, &query.until, &query.connection, &query.resource];
    if narrowed.iter().any(|text| !text.is_empty()) {
        return Empty::new("No call matches", "Calls that the search or the filters leave out are not shown.")
            .action(Action::go("Clear the filters", HERE));
    }
    let text = "As soon as a client calls, each call shows here with its answer: also those that are refused.";
    Empty::new("Nobody has called yet", text).action(Action::go("Connections", "/provisioning/connections"))
}

#[cfg(test)]
pub mod samples {
    //! What the list looks like.

    use super::*;
    use crate::layout::Section;
    use crate::tests::{Gallery, MINUTE, ago, frame};

    pub fn row(operation: &str, object: &str, status: u64, code: &str, conclusion: &str) -> CallRow {
        let tone = match status {
            200..400 => Tone::Ok,
            404 => Tone::Off,
            503 => Tone::Warn,
            _ => Tone::Bad,
        };
        CallRow {
            id: (status * 7).to_string(),
            at: ago(4 * MINUTE),
            connection: "Vestibule".into(),
            operation: operation.into(),
            object: object.into(),
            method: "GET".into(),
            path: "/Users?filter=userName eq \"mia.okafor@contoso.example\"".into(),
            status,
            code: code.into(),
            conclusion: conclusion.into(),
            tone,
            micros: status * 13,
            dialect: "Entra, as usual".into(),
            address: "20.190.128.14".into(),
        }
    }

    pub fn add(gallery: &mut Gallery) {
        let rows = vec![
            row(
                "User looked for",
                "mia.okafor@contoso.example",
                200,
                "",
                "It does not know the user yet, and will create it.",
            ),
            row("User created", "Mia Okafor", 201, "", "It remembers our id for good."),
            row("User created", "Jon Bell", 409, "EntryConflict", "It notes a conflict and tries again later."),
            row("User disabled", "Ada Lind", 503, "", "It tries again in its next cycle; nothing was changed."),
            row("Connection tested", "", 401, "Unauthorized", "It puts its job into quarantine."),
        ];
        let query = CallQuery {
            connections: vec![("c1".into(), "Vestibule".into()), ("c2".into(), "Okta test".into())],
            operations: vec![("create_user".into(), "User created".into())],
            ..CallQuery::default()
        };
        let here = Address::new(HERE);
        let page = |rows, next| {
            CallsPage::new(frame("What Entra saw", Section::Calls), &Listed::of(rows, next), &query, &here)
        };
        gallery.add("calls", &page(rows, Some("c1")));
        gallery.add("calls-empty", &page(Vec::new(), None));
    }
}

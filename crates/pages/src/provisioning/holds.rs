//! `GET /provisioning/holds`: pushes that wait for a decision, and those that were decided.

use kernel::Timestamp;

use crate::address::Address;
use crate::form::{Choice, Field};
use crate::format;
use crate::layout::Frame;
use crate::list::{Filters, ListPage};
use crate::parts::{Action, Badge, Cell, PageHead, When};
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Empty, Paging, Row, Table};

/// Where a hold stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldState {
    Open,
    Allowed,
    Rejected,
    Expired,
}

impl HoldState {
    /// In a word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "Waits for a decision",
            Self::Allowed => "Allowed",
            Self::Rejected => "Rejected",
            Self::Expired => "Expired",
        }
    }

    /// As a badge.
    pub fn badge(self) -> Badge {
        match self {
            Self::Open => Badge::warn(self.word()),
            Self::Allowed => Badge::ok(self.word()),
            Self::Rejected | Self::Expired => Badge::off(self.word()),
        }
    }
}

/// One line of the list.
#[derive(Debug, Clone)]
pub struct HoldRow {
    pub id: String,
    pub connection: String,
    pub state: HoldState,
    /// The limit that was reached, in a sentence.
    pub breach: String,
    /// Calls in it.
    pub call_count: u64,
    /// How many people, groups or members those that wait would take away.
    pub at_stake: u64,
    /// `people`, `groups`, `members`.
    pub of_what: &'static str,
    pub since: Timestamp,
    pub expires: Timestamp,
    pub decided: Option<Timestamp>,
    pub decided_by: String,
}

/// What the list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct HoldQuery {
    pub q: String,
    pub state: String,
    pub connection: String,
    /// `(id, name)` of the connections.
    pub connections: Vec<(String, String)>,
}

/// The list.
pub static SHEET: Sheet<HoldRow> = Sheet {
    file: "held-pushes",
    order: "-since",
    given: true,
    finds: false,
    id: |row| row.id.clone(),
    fields: &[
        sheet::Field::new("breach", "What it reached", |row| Value::text(&row.breach)),
        sheet::Field::new("state", "State", |row| Value::text(row.state.word())),
        sheet::Field::new("connection", "Connection", |row| Value::text(&row.connection)),
        sheet::Field::new("calls", "Calls", |row| Value::Number(row.call_count)),
        sheet::Field::new("at_stake", "At stake", |row| Value::Number(row.at_stake)),
        sheet::Field::new("since", "Since", |row| Value::Time(row.since)),
        sheet::Field::new("expires", "Expires", |row| Value::Time(row.expires)),
        sheet::Field::new("decided", "Decided", |row| Value::time(row.decided)),
        sheet::Field::new("decided_by", "By", |row| Value::text(&row.decided_by)),
        sheet::Field::new("id", "Id", |row| Value::text(&row.id)),
    ],
};

/// Where the list is.
pub const HERE: &str = "/provisioning/holds";

/// The page.
pub fn page(frame: Frame, listed: &Listed<HoldRow>, query: &HoldQuery, here: &Address) -> ListPage {
    let head = PageHead::new("Held pushes")
        .lead("Calls that would take away more than a day may. Nothing of them was done; the client asks again until somebody decides.");
    let columns = vec![
        SHEET.column("breach", here),
        SHEET.column("state", here),
        SHEET.number("calls", here),
        SHEET.column("at_stake", here),
        SHEET.column("since", here),
        SHEET.column("expires", here).called("Until"),
    ];
    let lines = listed.rows.iter().map(|row| line(row, frame.now)).collect();
    let table = Table::new("holds", "Held pushes", columns, lines)
        .paging(Paging::new(here, listed.rows.len(), None, listed.next()))
        .export("CSV", Sheet::<HoldRow>::export(here))
        .empty(empty(query));
    ListPage::new(frame, head, table).note(listed.note()).filters(filters(query, here))
}

fn line(row: &HoldRow, now: Timestamp) -> Row {
    let stake = match row.state {
        HoldState::Open => Cell::Text(format!("{} {}", format::count(row.at_stake), row.of_what)),
        _ => Cell::Blank,
    };
    let until = match (row.state, row.decided) {
        (HoldState::Open, _) => Cell::When(When::relative(row.expires, now)),
        (_, Some(at)) => Cell::Lines(vec![Cell::ago(at, now), Cell::Muted(format::who(&row.decided_by))]),
        _ => Cell::Blank,
    };
    Row::new(vec![
        Cell::main(crate::render::sentence(&row.breach), format!("{HERE}/{}", row.id), &row.connection),
        Cell::badge(row.state.badge()),
        Cell::count(row.call_count),
        stake,
        Cell::ago(row.since, now),
        until,
    ])
}

fn filters(query: &HoldQuery, here: &Address) -> Filters {
    let states =
        [("", "All"), ("open", "Waiting"), ("allowed", "Allowed"), ("rejected", "Rejected"), ("expired", "Expired")];
    let states = states.map(|(value, name)| Choice::new(value, name)).into();
    let mut fields = vec![
        Field::search("q", "Any words").value(&query.q).grow(),
        Field::select("state", "State", states).value(&query.state),
    ];
    if query.connections.len() > 1 {
        let all = [Choice::new("", "All")].into_iter();
        let connections = query.connections.iter().map(|(id, name)| Choice::new(id, name));
        fields
            .push(Field::select("connection", "Connection", all.chain(connections).collect()).value(&query.connection));
    }
    Filters::new(HERE, fields).keep("sort", here.get("sort").unwrap_or_default())
}

fn empty(query: &HoldQuery) -> Empty {
    if query.state.is_empty() && query.connection.is_empty() && query.q.is_empty() {
        return Empty::new("Nothing is held", "Every push so far stayed within its connection’s limits.")
            .action(Action::go("Connections", "/provisioning/connections"));
    }
    Empty::new("Nothing matches", "What the search or the filters leave out is not shown.")
        .action(Action::go("Clear the filters", HERE))
}

#[cfg(test)]
pub mod samples {
    //! What the list looks like.

    use super::*;
    use crate::layout::Section;
    use crate::tests::{DAY, Gallery, HOUR, ago, ahead, frame};

    pub fn add(gallery: &mut Gallery) {
        let row = |state, breach: &str| HoldRow {
            id: "h1".into(),
            connection: "Vestibule".into(),
            state,
            breach: breach.into(),
            call_count: 31,
            at_stake: 31,
            of_what: "people",
            since: ago(3 * HOUR),
            expires: ahead(2 * DAY),
            decided: (state != HoldState::Open).then(|| ago(HOUR)),
            decided_by: "ada.lovelace".into(),
        };
        let rows = vec![
            row(
                HoldState::Open,
                "56 of 1962 users would be disabled or deleted within 24 hours; the limit is 25 or 5 %",
            ),
            row(HoldState::Allowed, "12 of 64 groups would be deleted within 24 hours; the limit is 10 or 5 %"),
            row(HoldState::Expired, "Engineering would lose 90 of 141 members within 24 hours; the limit is 30 %"),
        ];
        let here = Address::new(HERE);
        let query = HoldQuery::default();
        let page = |rows| page(frame("Held pushes", Section::Holds), &Listed::of(rows, None), &query, &here);
        gallery.add("holds", &page(rows));
        gallery.add("holds-empty", &page(Vec::new()));
    }
}

//! `GET /second-factor/people`: who proves themselves here.

use kernel::Timestamp;

use super::words;
use crate::address::Address;
use crate::form::{Choice, Field};
use crate::layout::Frame;
use crate::list::{Filters, ListPage};
use crate::parts::{Action, Badge, Cell, PageHead};
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Empty, Paging, Row, Table};

/// Where the list is.
pub const HERE: &str = "/second-factor/people";

/// One line of the list.
#[derive(Debug, Clone)]
pub struct PersonRow {
    pub id: String,
    /// In the tenant.
    pub object_id: String,
    /// The name; the label where there is none.
    pub name: String,
    pub label: String,
    /// What the tenant knows them by; empty where that is the user name, or not known.
    pub user_id: String,
    pub tenant: String,
    pub guest: bool,
    pub factors: u64,
    pub failures: u64,
    pub locked: Option<Timestamp>,
    /// Why their factors cannot be used for now; empty when they can.
    pub suspended: &'static str,
    pub last_proved: Option<Timestamp>,
    pub since: Timestamp,
}

impl PersonRow {
    fn state(&self) -> &'static str {
        match (self.suspended, self.locked, self.factors) {
            ("", None, 0) => "Nothing registered",
            ("", None, _) => "Can sign in",
            ("", Some(_), _) => "Locked",
            (why, ..) => why,
        }
    }

    /// As badges.
    pub fn badges(&self) -> Vec<Badge> {
        let state = match (self.suspended, self.locked, self.factors) {
            ("", None, 0) => Badge::warn(self.state()),
            ("", None, _) => Badge::ok(self.state()),
            ("", Some(_), _) => Badge::bad(self.state()),
            _ => Badge::off(self.state()),
        };
        if self.guest { vec![state, Badge::label("Guest")] } else { vec![state] }
    }
}

/// The list; the room gives it by user name.
pub static SHEET: Sheet<PersonRow> = Sheet {
    file: "second-factor-people",
    order: "label",
    given: true,
    finds: true,
    id: |row| row.id.clone(),
    fields: &[
        sheet::Field::new("label", "Person", |row| Value::text(&row.label)),
        sheet::Field::new("name", "Name", |row| Value::text(&row.name)),
        sheet::Field::new("user_id", "User ID", |row| Value::text(&row.user_id)),
        sheet::Field::new("state", "State", |row| Value::text(row.state())),
        sheet::Field::new("factors", "Factors", |row| Value::Number(row.factors)),
        sheet::Field::new("failures", "Failures in a row", |row| Value::Number(row.failures)),
        sheet::Field::new("proved", "Last proved", |row| Value::time(row.last_proved)),
        sheet::Field::new("locked", "Locked since", |row| Value::time(row.locked)),
        sheet::Field::new("guest", "Guest", |row| Value::text(if row.guest { "yes" } else { "no" })),
        sheet::Field::new("tenant", "Tenant", |row| Value::text(&row.tenant)),
        sheet::Field::new("since", "Known since", |row| Value::Time(row.since)),
        sheet::Field::new("object_id", "Object id", |row| Value::text(&row.object_id)),
        sheet::Field::new("id", "Id", |row| Value::text(&row.id)),
    ],
};

/// What the list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct PeopleQuery {
    pub q: String,
    /// `locked`, `enrolled`, `without`; empty for everybody.
    pub state: String,
    pub provider: String,
    /// `(id, name)` of the tenants that have a second factor.
    pub tenants: Vec<(String, String)>,
}

/// The page.
pub fn page(frame: Frame, listed: &Listed<PersonRow>, query: &PeopleQuery, here: &Address) -> ListPage {
    let head = PageHead::new("Registered people")
        .lead("Who has been asked for a second factor here, or was given one. A person is a tenant and an object id.");
    let columns = vec![
        SHEET.column("label", here),
        SHEET.column("state", here),
        SHEET.number("factors", here),
        SHEET.number("failures", here),
        SHEET.column("proved", here),
        SHEET.column("tenant", here),
    ];
    let lines = listed.rows.iter().map(|row| line(row, frame.now)).collect();
    let table = Table::new("second-factor-people", "People", columns, lines)
        .paging(Paging::new(here, listed.rows.len(), None, listed.next()))
        .export("CSV", Sheet::<PersonRow>::export(here))
        .empty(empty(query));
    ListPage::new(frame, head, table).note(listed.note()).filters(filters(query, here))
}

fn filters(query: &PeopleQuery, here: &Address) -> Filters {
    let states =
        [("", "Everybody"), ("locked", "Locked"), ("enrolled", "With a factor"), ("without", "Without a factor")];
    let mut fields = vec![
        Field::search("q", "User name, name or user ID").value(&query.q).grow().attribute("autocomplete", "off"),
        Field::select("state", "State", states.map(|(value, name)| Choice::new(value, name)).into())
            .value(&query.state),
    ];
    if let Some(tenants) = words::tenant_field(&query.tenants, &query.provider) {
        fields.push(tenants);
    }
    Filters::new(HERE, fields).keep("sort", here.get("sort").unwrap_or_default())
}

fn empty(query: &PeopleQuery) -> Empty {
    if [&query.q, &query.state, &query.provider].iter().any(|text| !text.is_empty()) {
        return Empty::new("Nobody matches", "People of other names or states are not shown.")
            .action(Action::go("Clear the filters", HERE));
    }
    let text =
        "People appear with their first sign-in that Entra asks a second factor for, or with an import of tokens.";
    Empty::new("Nobody here yet", text).action(Action::go("Second factor", "/second-factor"))
}

fn line(row: &PersonRow, now: Timestamp) -> Row {
    let name = if row.name == row.label { "" } else { &row.name };
    let name = match (name, row.user_id.as_str()) {
        (name, "") => name.to_owned(),
        ("", id) => id.to_owned(),
        (name, id) => format!("{name} · {id}"),
    };
    Row::new(vec![
        Cell::main(&row.label, format!("{HERE}/{}", row.id), name),
        Cell::Badges(row.badges()),
        Cell::count(row.factors),
        if row.failures == 0 { Cell::Blank } else { Cell::count(row.failures) },
        Cell::ago_or(row.last_proved, now, "Never"),
        Cell::text(&row.tenant),
    ])
}

#[cfg(test)]
pub mod samples {
    //! What the list looks like.

    use super::*;
    use crate::layout::Section;
    use crate::tests::{DAY, Gallery, HOUR, MINUTE, ago, frame};

    pub fn row(name: &str, factors: u64, failures: u64, locked: bool) -> PersonRow {
        PersonRow {
            id: name.replace(' ', "-"),
            object_id: "0198f0c2-6c1e-7b53-9a0d-3b1f44c8e1aa".into(),
            name: name.into(),
            label: format!("{}@contoso.example", name.to_lowercase().replace(' ', ".")),
            user_id: if name.starts_with('M') { "mokafor".into() } else { String::new() },
            tenant: "Contoso".into(),
            guest: name.starts_with('J'),
            factors,
            failures,
            locked: locked.then(|| ago(HOUR)),
            suspended: if name.starts_with('A') { "Disabled in the directory" } else { "" },
            last_proved: (factors > 0).then(|| ago(4 * MINUTE)),
            since: ago(40 * DAY),
        }
    }

    pub fn add(gallery: &mut Gallery) {
        let rows = vec![
            row("Ada Lind", 1, 0, false),
            row("Jon Bell", 0, 0, false),
            row("Mia Okafor", 2, 0, false),
            row("Zoe Marsh", 1, 10, true),
        ];
        let tenants = vec![("t1".into(), "Contoso".into()), ("t2".into(), "Fabrikam".into())];
        let query = PeopleQuery { tenants, ..PeopleQuery::default() };
        let here = Address::new(HERE);
        let page =
            |rows, next| page(frame("People", Section::SecondFactorPeople), &Listed::of(rows, next), &query, &here);
        gallery.add("second-factor-people", &page(rows, Some("c1")));
        gallery.add("second-factor-people-empty", &page(Vec::new(), None));
    }
}

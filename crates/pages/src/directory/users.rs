//! `GET /directory/users`: people, searched and narrowed.

use kernel::Timestamp;

use crate::address::Address;
use crate::form::{Choice, Field};
use crate::format;
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::{Filters, ListPage};
use crate::parts::{Action, Badge, Cell, PageHead};
use crate::table::{Column, Empty, Order, Paging, Row, Table};

/// In which state somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserState {
    Active,
    Disabled,
    Conflict {
        due: Option<Timestamp>,
    },
    Deleted,
    /// Known, and left out by settings.
    Excluded,
}

impl UserState {
    /// In a word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Disabled => "Disabled",
            Self::Conflict { .. } => "Conflict",
            Self::Deleted => "Deleted",
            Self::Excluded => "Left out",
        }
    }

    /// As a badge.
    pub fn badge(&self, now: Timestamp) -> Badge {
        match self {
            Self::Active => Badge::ok("Active"),
            Self::Disabled => Badge::off("Disabled"),
            Self::Conflict { due: Some(due) } => Badge::warn(format!("Conflict, due {}", format::relative(*due, now))),
            Self::Conflict { due: None } => Badge::warn("Conflict"),
            Self::Deleted => Badge::bad("Deleted"),
            Self::Excluded => Badge::off("Left out"),
        }
    }
}

/// One line of the list.
#[derive(Debug, Clone)]
pub struct UserRow {
    pub id: String,
    pub name: String,
    pub upn: String,
    pub state: UserState,
    pub guest: bool,
    pub source: String,
    pub department: String,
    pub title: String,
    pub changed: Timestamp,
}

/// What the list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct UserQuery {
    pub q: String,
    pub state: String,
    pub kind: String,
    pub source: String,
    pub sort: String,
}

/// What there is to choose from, and how much of it.
#[derive(Debug, Clone, Default)]
pub struct UserTotals {
    pub matching: Option<u64>,
    /// Unknown while the directory is being loaded.
    pub active: Option<u64>,
    /// `(id, name)` of each source.
    pub sources: Vec<(String, String)>,
}

/// The page.
pub fn page(
    frame: Frame,
    rows: &[UserRow],
    query: &UserQuery,
    totals: &UserTotals,
    here: &Address,
    next: Option<&str>,
) -> ListPage {
    let lead = totals.active.map(|active| format!("{} in use.", format::plural(active, "person", "people")));
    let head = PageHead::new("People")
        .lead(lead.unwrap_or_default())
        .action(Action::go("Add a person", "/dirsync/additions/new").icon(Icon::Add));
    ListPage::new(frame.clone(), head, table(&frame, rows, query, totals, here, next)).filters(filters(query, totals))
}

fn filters(query: &UserQuery, totals: &UserTotals) -> Filters {
    let any = |name: &str| Choice::new("", name);
    let states = [
        ("active", "Active"),
        ("disabled", "Disabled"),
        ("conflict", "Conflict"),
        ("excluded", "Left out"),
        ("deleted", "Deleted"),
    ];
    let states =
        [any("All but left out and deleted")].into_iter().chain(states.map(|(value, name)| Choice::new(value, name)));
    let kinds = vec![any("All"), Choice::new("member", "Members"), Choice::new("guest", "Guests")];
    let sources = totals.sources.iter().map(|(id, name)| Choice::new(id, name));
    let fields = vec![
        Field::search("q", "Name or address").value(&query.q).grow().attribute("autocomplete", "off"),
        Field::select("state", "State", states.collect()).value(&query.state),
        Field::select("kind", "Kind", kinds).value(&query.kind),
        Field::select("source", "Source", [any("All")].into_iter().chain(sources).collect()).value(&query.source),
    ];
    Filters::new("/directory/users", fields).keep("sort", &query.sort)
}

fn table(
    frame: &Frame,
    rows: &[UserRow],
    query: &UserQuery,
    totals: &UserTotals,
    here: &Address,
    next: Option<&str>,
) -> Table {
    let order = Order::parse(if query.sort.is_empty() { "name" } else { &query.sort });
    let columns = vec![
        Column::new("Name").sorted("name", &order, here),
        Column::new("State").sorted("state", &order, here),
        Column::new("Source"),
        Column::new("Department").sorted("department", &order, here),
        Column::new("Changed").sorted("changed", &order, here),
    ];
    let export = |format: &str| {
        here.clone().without(&["after", "trail", "from"]).with("format", format).to_string().replacen(
            "/users",
            "/users/export",
            1,
        )
    };
    Table::new("users", "People", columns, rows.iter().map(|row| line(row, frame.now)).collect())
        .paging(Paging::new(here, rows.len(), totals.matching, next))
        .export("CSV", export("csv"))
        .export("JSON lines", export("jsonl"))
        .empty(empty(query))
}

fn line(row: &UserRow, now: Timestamp) -> Row {
    let mut state = vec![row.state.badge(now)];
    if row.guest {
        state.push(Badge::label("Guest"));
    }
    Row::new(vec![
        Cell::main(&row.name, format!("/directory/users/{}", row.id), &row.upn),
        Cell::Badges(state),
        Cell::text(&row.source),
        if row.department.is_empty() { Cell::Blank } else { Cell::two(&row.department, &row.title) },
        Cell::ago(row.changed, now),
    ])
}

fn empty(query: &UserQuery) -> Empty {
    let narrowed = [&query.q, &query.state, &query.kind, &query.source].iter().any(|value| !value.is_empty());
    if narrowed {
        Empty::new(
            "Nobody matches",
            "No person fits these filters. People whom settings leave out appear under the state “Left out”.",
        )
        .action(Action::go("Clear the filters", "/directory/users"))
    } else {
        Empty::new("Nobody here yet", "People arrive with the first confirmed run of a connected tenant.")
            .action(Action::go("Connect a tenant", "/tenants/connect").primary())
            .action(Action::go("Add a person by mail address", "/dirsync/additions/new"))
    }
}

#[cfg(test)]
pub mod samples {
    //! What the list looks like.

    use super::{UserQuery, UserRow, UserState, UserTotals, page};
    use crate::address::Address;
    use crate::layout::Section;
    use crate::tests::{DAY, Gallery, HOUR, MINUTE, ago, ahead, frame};

    fn row(name: &str, state: UserState, department: &str, title: &str, changed: i64) -> UserRow {
        UserRow {
            id: name.replace(' ', "-"),
            name: name.into(),
            upn: format!("{}@contoso.example", name.to_lowercase().replace(' ', ".")),
            state,
            guest: false,
            source: "Contoso".into(),
            department: department.into(),
            title: title.into(),
            changed: ago(changed),
        }
    }

    pub fn rows() -> Vec<UserRow> {
        let conflict = UserState::Conflict { due: Some(ahead(5 * DAY)) };
        let guest = "diego_fabrikam.example#EXT#@contoso.onmicrosoft.example".to_owned();
        let assistant = "Administrative Assistant to the Chief Executive";
        vec![
            row("Adele Vance", UserState::Active, "Retail", "Retail Manager", 12 * MINUTE),
            row("Alex Wilber", UserState::Active, "Marketing", "Marketing Assistant", 3 * HOUR),
            row("Bianca Pisani", conflict, "Sales", "Account Executive", 2 * DAY),
            row("Cameron White", UserState::Disabled, "Finance", "Controller", 9 * DAY),
            row("Debra Berger", UserState::Active, "Executive Management", assistant, 16 * DAY),
            UserRow { upn: guest, guest: true, ..row("Diego Siciliani", UserState::Active, "", "", 40 * DAY) },
            row("Grady Archie", UserState::Excluded, "R&D", "Designer", 51 * DAY),
        ]
    }

    pub fn add(gallery: &mut Gallery) {
        let totals =
            UserTotals { matching: Some(2_014), active: Some(1_962), sources: vec![("1".into(), "Contoso".into())] };
        let here = Address::new("/directory/users").with("sort", "name");
        let query = UserQuery { sort: "name".into(), ..UserQuery::default() };
        gallery.add("users", &page(frame("People", Section::Users), &rows(), &query, &totals, &here, Some("c1")));
        let query = UserQuery { q: "zzz".into(), ..UserQuery::default() };
        gallery.add("users-none", &page(frame("People", Section::Users), &[], &query, &totals, &here, None));
        let nobody = UserTotals::default();
        gallery.add(
            "users-empty",
            &page(frame("People", Section::Users), &[], &UserQuery::default(), &nobody, &here, None),
        );
    }
}

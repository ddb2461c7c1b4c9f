//! `GET /directory/groups`: groups, searched and narrowed.

use kernel::Timestamp;

use super::users::UserState;
use crate::address::Address;
use crate::form::{Choice, Field};
use crate::layout::Frame;
use crate::list::{Filters, ListPage};
use crate::parts::{Action, Badge, Cell, PageHead};
use crate::table::{Column, Empty, Order, Paging, Row, Table};

/// One line of the list.
#[derive(Debug, Clone)]
pub struct GroupRow {
    pub id: String,
    pub name: String,
    pub description: String,
    /// Security, Microsoft 365, distribution, mail-enabled security.
    pub kind: String,
    pub dynamic: bool,
    pub state: UserState,
    pub source: String,
    /// Unknown while the directory is being loaded.
    pub direct_count: Option<u64>,
    pub transitive_count: Option<u64>,
    pub changed: Timestamp,
}

/// What the list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct GroupQuery {
    pub q: String,
    pub kind: String,
    pub sort: String,
}

/// The page.
pub fn page(
    frame: Frame,
    rows: &[GroupRow],
    query: &GroupQuery,
    total: Option<u64>,
    here: &Address,
    next: Option<&str>,
) -> ListPage {
    let lead = "Members are counted directly and through nested groups.";
    let order = Order::parse(if query.sort.is_empty() { "name" } else { &query.sort });
    let columns = vec![
        Column::new("Name").sorted("name", &order, here),
        Column::new("Kind"),
        Column::new("Source"),
        Column::number("Direct members"),
        Column::number("All members"),
        Column::new("Changed").sorted("changed", &order, here),
    ];
    let export = |format: &str| {
        here.clone().without(&["after", "trail", "from"]).with("format", format).to_string().replacen(
            "/groups",
            "/groups/export",
            1,
        )
    };
    let table = Table::new("groups", "Groups", columns, rows.iter().map(|row| line(row, frame.now)).collect())
        .paging(Paging::new(here, rows.len(), total, next))
        .export("CSV", export("csv"))
        .export("JSON lines", export("jsonl"))
        .empty(empty(query));
    ListPage::new(frame, PageHead::new("Groups").lead(lead), table).filters(filters(query))
}

fn filters(query: &GroupQuery) -> Filters {
    let kinds = [
        ("", "All"),
        ("security", "Security"),
        ("microsoft365", "Microsoft 365"),
        ("mail_enabled_security", "Mail-enabled security"),
        ("distribution", "Distribution"),
    ];
    let kinds = kinds.map(|(value, name)| Choice::new(value, name)).into();
    let fields = vec![
        Field::search("q", "Name or description").value(&query.q).grow().attribute("autocomplete", "off"),
        Field::select("kind", "Kind", kinds).value(&query.kind),
    ];
    Filters::new("/directory/groups", fields).keep("sort", &query.sort)
}

fn line(row: &GroupRow, now: Timestamp) -> Row {
    let mut kinds = vec![Badge::label(&row.kind)];
    if row.dynamic {
        kinds.push(Badge::accent("Dynamic"));
    }
    if row.state != UserState::Active {
        kinds.push(row.state.badge(now));
    }
    Row::new(vec![
        Cell::main(&row.name, format!("/directory/groups/{}", row.id), &row.description),
        Cell::Badges(kinds),
        Cell::text(&row.source),
        number(row.direct_count),
        number(row.transitive_count),
        Cell::ago(row.changed, now),
    ])
}

/// A count that may not be known yet.
pub fn number(count: Option<u64>) -> Cell {
    count.map_or_else(|| Cell::Number("…".to_owned()), Cell::count)
}

fn empty(query: &GroupQuery) -> Empty {
    if query.q.is_empty() && query.kind.is_empty() {
        Empty::new(
            "No groups yet",
            "Groups arrive with the people of a connected tenant, when its permissions include GroupMember.Read.All.",
        )
        .action(Action::go("Look at tenants", "/tenants"))
    } else {
        Empty::new("No group matches", "Groups of other names or kinds are not shown.")
            .action(Action::go("Clear the filters", "/directory/groups"))
    }
}

#[cfg(test)]
pub mod samples {
    //! What the list looks like.

    use super::{GroupQuery, GroupRow, UserState, page};
    use crate::address::Address;
    use crate::layout::Section;
    use crate::tests::{DAY, Gallery, HOUR, ago, frame};

    pub fn add(gallery: &mut Gallery) {
        let row = |name: &str, description: &str, kind: &str, direct, transitive, _nested: u64, changed| GroupRow {
            id: name.replace(' ', "-"),
            name: name.into(),
            description: description.into(),
            kind: kind.into(),
            dynamic: kind == "Microsoft 365",
            state: UserState::Active,
            source: "Contoso".into(),
            direct_count: Some(direct),
            transitive_count: Some(transitive),
            changed: ago(changed),
        };
        let rows = [
            row("All offices", "Everyone by office", "Security", 0, 1_962, 11, 2 * HOUR),
            row("Engineering", "", "Security", 212, 348, 6, 3 * DAY),
            row("London office", "18 Finsbury Square", "Security", 141, 141, 0, 9 * DAY),
            row("Retail", "Retail team", "Microsoft 365", 96, 96, 0, 11 * DAY),
            row("VPN users", "May use the VPN from anywhere", "Security", 14, 1_204, 5, 20 * DAY),
        ];
        let here = Address::new("/directory/groups");
        let page = |rows: &[GroupRow], total| {
            page(frame("Groups", Section::Groups), rows, &GroupQuery::default(), total, &here, None)
        };
        gallery.add("groups", &page(&rows, Some(5)));
        gallery.add("groups-empty", &page(&[], Some(0)));
    }
}

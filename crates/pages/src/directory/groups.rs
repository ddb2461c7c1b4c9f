//! `GET /directory/groups`: groups, searched and narrowed.

use kernel::Timestamp;

use crate::address::Address;
use crate::form::{Choice, Field};
use crate::format;
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
    pub deleted: bool,
    pub source: String,
    pub direct_count: u64,
    pub transitive_count: u64,
    pub nested_count: u64,
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
pub fn page(frame: Frame, rows: &[GroupRow], query: &GroupQuery, total: u64, here: &Address, next: Option<&str>) -> ListPage {
    let lead = format!("{}, members counted directly and through nested groups.", format::plural(total, "group", "groups"));
    let order = Order::parse(if query.sort.is_empty() { "name" } else { &query.sort });
    let columns = vec![
        Column::new("Name").sorted("name", &order, here),
        Column::new("Kind"),
        Column::new("Source"),
        Column::number("Direct members"),
        Column::number("All members"),
        Column::number("Nested groups"),
        Column::new("Changed").sorted("changed", &order, here),
    ];
    let export = |format: &str| here.clone().without(&["after", "trail", "from"]).with("format", format).to_string().replacen("/groups", "/groups/export", 1);
    let table = Table::new("groups", "Groups", columns, rows.iter().map(|row| line(row, frame.now)).collect())
        .paging(Paging::new(here, rows.len(), Some(total), next))
        .export("CSV", export("csv"))
        .export("JSON", export("json"))
        .empty(empty(query));
    ListPage::new(frame, PageHead::new("Groups").lead(lead), table).filters(filters(query))
}

fn filters(query: &GroupQuery) -> Filters {
    let kinds = [("", "All"), ("security", "Security"), ("unified", "Microsoft 365"), ("mail_security", "Mail-enabled security"), ("distribution", "Distribution")];
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
    if row.deleted {
        kinds.push(Badge::bad("Deleted"));
    }
    Row::new(vec![
        Cell::main(&row.name, format!("/directory/groups/{}", row.id), &row.description),
        Cell::Badges(kinds),
        Cell::text(&row.source),
        Cell::count(row.direct_count),
        Cell::count(row.transitive_count),
        if row.nested_count == 0 { Cell::Number("–".into()) } else { Cell::count(row.nested_count) },
        Cell::ago(row.changed, now),
    ])
}

fn empty(query: &GroupQuery) -> Empty {
    if query.q.is_empty() && query.kind.is_empty() {
        Empty::new("No groups yet", "Groups arrive with the people of a connected tenant, when its permissions include GroupMember.Read.All.")
            .action(Action::go("Look at tenants", "/tenants"))
    } else {
        Empty::new("No group matches", "").action(Action::go("Clear the filters", "/directory/groups"))
    }
}

#[cfg(test)]
pub mod samples {
    //! What the list looks like.

    use super::{GroupQuery, GroupRow, page};
    use crate::address::Address;
    use crate::layout::Section;
    use crate::tests::{DAY, Gallery, HOUR, ago, frame};

    pub fn add(gallery: &mut Gallery) {
        let row = |name: &str, description: &str, kind: &str, direct, transitive, nested, changed| GroupRow {
            id: name.replace(' ', "-"),
            name: name.into(),
            description: description.into(),
            kind: kind.into(),
            dynamic: kind == "Microsoft 365",
            deleted: false,
            source: "Contoso".into(),
            direct_count: direct,
            transitive_count: transitive,
            nested_count: nested,
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
        let page = |rows: &[GroupRow], total| page(frame("Groups", Section::Groups), rows, &GroupQuery::default(), total, &here, None);
        gallery.add("groups", &page(&rows, 5));
        gallery.add("groups-empty", &page(&[], 0));
    }
}

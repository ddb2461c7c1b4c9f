//! `GET /provisioning/groups`: user groups: every group that rules can rest on, all of them, by name, object id or SID.

use kernel::Timestamp;

use crate::address::Address;
use crate::form::{Choice, Field};
use crate::layout::Frame;
use crate::list::{Filters, ListPage};
use crate::parts::{Action, Badge, Cell, PageHead};
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Empty, Paging, Row, Table};

/// One line of the list.
#[derive(Debug, Clone)]
pub struct GroupRow {
    pub id: String,
    pub name: String,
    pub object_id: String,
    pub sid: String,
    /// The source: a tenant or a connection.
    pub source: String,
    /// Pushed, read, or both.
    pub way: String,
    pub deleted: bool,
    pub direct_count: Option<u64>,
    pub transitive_count: Option<u64>,
    pub last_sync: Option<Timestamp>,
    /// What rests on it; empty when nothing does.
    pub used_by: String,
    /// Another group had this name and was deleted.
    pub same_name: bool,
}

/// What the list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct GroupQuery {
    pub q: String,
    pub source: String,
    pub state: String,
    /// `(id, name)` of the sources.
    pub sources: Vec<(String, String)>,
}

/// The list.
pub static SHEET: Sheet<GroupRow> = Sheet {
    file: "user-groups",
    order: "name",
    given: true,
    finds: true,
    id: |row| row.id.clone(),
    fields: &[
        sheet::Field::new("name", "Group", |row| Value::text(&row.name)),
        sheet::Field::new("object_id", "Object id", |row| Value::text(&row.object_id)),
        sheet::Field::new("sid", "SID", |row| Value::text(&row.sid)),
        sheet::Field::new("source", "Source", |row| Value::text(&row.source)),
        sheet::Field::new("way", "Comes by", |row| Value::text(&row.way)),
        sheet::Field::new("direct", "Direct members", |row| Value::number(row.direct_count)),
        sheet::Field::new("members", "All members", |row| Value::number(row.transitive_count)),
        sheet::Field::new("synced", "Last sync", |row| Value::time(row.last_sync)),
        sheet::Field::new("used_by", "Used by", |row| Value::text(&row.used_by)),
        sheet::Field::new("flag", "Flag", |row| Value::text(flag(row))),
        sheet::Field::new("id", "Id", |row| Value::text(&row.id)),
    ],
};

fn flag(row: &GroupRow) -> &'static str {
    match (row.deleted, row.same_name) {
        (true, _) => "Deleted",
        (false, true) => "Same name as a deleted group",
        (false, false) => "",
    }
}

/// Where the list is.
pub const HERE: &str = "/provisioning/groups";

/// The page.
pub fn page(
    frame: Frame,
    listed: &Listed<GroupRow>,
    query: &GroupQuery,
    total: Option<u64>,
    here: &Address,
) -> ListPage {
    let head = PageHead::new("User groups").lead(
        "Security groups that were pushed or read, each with its own id: a group of the same name is another group.",
    );
    let columns = vec![
        SHEET.column("name", here),
        SHEET.column("source", here),
        SHEET.number("direct", here),
        SHEET.number("members", here),
        SHEET.column("synced", here),
        SHEET.column("used_by", here),
    ];
    let lines = listed.rows.iter().map(|row| line(row, frame.now)).collect();
    let table = Table::new("user-groups", "User groups", columns, lines)
        .paging(Paging::new(here, listed.rows.len(), total, listed.next()))
        .export("CSV", Sheet::<GroupRow>::export(here))
        .empty(empty(query));
    ListPage::new(frame, head, table).note(listed.note()).filters(filters(query, here))
}

fn line(row: &GroupRow, now: Timestamp) -> Row {
    let mut badges = Vec::new();
    if row.deleted {
        badges.push(Badge::off("Deleted"));
    } else if row.same_name {
        badges.push(Badge::warn("Same name as a deleted group"));
    }
    let mut name = vec![Cell::main(&row.name, format!("{HERE}/{}", row.id), ""), Cell::Code(row.object_id.clone())];
    if !row.sid.is_empty() {
        name.push(Cell::Code(row.sid.clone()));
    }
    if !badges.is_empty() {
        name.push(Cell::Badges(badges));
    }
    let number = crate::directory::groups::number;
    Row::new(vec![
        Cell::Lines(name),
        Cell::two(&row.source, &row.way),
        number(row.direct_count),
        number(row.transitive_count),
        Cell::ago_or(row.last_sync, now, "Never"),
        if row.used_by.is_empty() { Cell::Muted("Nothing".to_owned()) } else { Cell::text(&row.used_by) },
    ])
}

fn filters(query: &GroupQuery, here: &Address) -> Filters {
    let states =
        [("", "All"), ("active", "In use"), ("deleted", "Deleted")].map(|(value, name)| Choice::new(value, name));
    let mut fields = vec![
        Field::search("q", "Name, object id or SID").value(&query.q).grow().attribute("autocomplete", "off"),
        Field::select("state", "State", states.into()).value(&query.state),
    ];
    if query.sources.len() > 1 {
        let all = [Choice::new("", "All")].into_iter();
        let sources = query.sources.iter().map(|(id, name)| Choice::new(id, name));
        fields.push(Field::select("source", "Source", all.chain(sources).collect()).value(&query.source));
    }
    Filters::new(HERE, fields).keep("sort", here.get("sort").unwrap_or_default())
}

fn empty(query: &GroupQuery) -> Empty {
    if query.q.is_empty() && query.source.is_empty() && query.state.is_empty() {
        return Empty::new("No group yet", "Groups come by a push, or with the people of a connected tenant.")
            .action(Action::go("Connections", "/provisioning/connections"));
    }
    Empty::new("No group matches", "Groups that the search or the filters leave out are not shown.")
        .action(Action::go("Clear the filters", HERE))
}

#[cfg(test)]
pub mod samples {
    //! What the list looks like.

    use super::*;
    use crate::layout::Section;
    use crate::tests::{DAY, Gallery, MINUTE, ago, frame};

    pub fn add(gallery: &mut Gallery) {
        let row = |name: &str, source: &str, way: &str, same_name, deleted| GroupRow {
            id: name.replace(' ', "-"),
            name: name.into(),
            object_id: "0d9a5c3f-2f6b-4d61-9c49-5b8de0a1f7c2".into(),
            sid: if name == "Crane operators" { "S-1-12-1-228219967-1298214763".into() } else { String::new() },
            source: source.into(),
            way: way.into(),
            deleted,
            direct_count: Some(14),
            transitive_count: Some(41),
            last_sync: (!deleted).then(|| ago(if same_name { DAY } else { 4 * MINUTE })),
            used_by: if same_name { String::new() } else { "Scope of Contoso".into() },
            same_name,
        };
        let rows = vec![
            row("Crane operators", "Contoso", "Read and pushed", false, false),
            row("Engineering", "Vestibule", "Pushed", true, false),
            row("VPN users", "Contoso", "Read", false, true),
        ];
        let here = Address::new(HERE);
        let query = GroupQuery::default();
        let page = |rows, total| {
            page(frame("User groups", Section::UserGroups), &Listed::of(rows, None), &query, total, &here)
        };
        gallery.add("user-groups", &page(rows, Some(3)));
        gallery.add("user-groups-empty", &page(Vec::new(), Some(0)));
    }
}

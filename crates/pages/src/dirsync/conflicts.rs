//! `GET /dirsync/conflicts`: people and groups that the source gave up, and what shall become of them.

use kernel::Timestamp;

use crate::address::Address;
use crate::form::{Choice, Field};
use crate::format;
use crate::layout::Frame;
use crate::list::{ConfirmPage, Filters, ListPage};
use crate::parts::{Action, Badge, Cell, PageHead};
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Column, Empty, Paging, Row, Table};

/// Causes by which the list can be narrowed, with what they say.
pub const CAUSES: [(&str, &str); 8] = [
    ("deleted", "Deleted in the source"),
    ("disabled", "Disabled in the source"),
    ("out_of_filter", "Out of the filter"),
    ("out_of_scope", "Out of the groups in scope"),
    ("exception", "Kept out by an exception"),
    ("kind_excluded", "Kind of account left out"),
    ("unmanaged_domain", "Domain not managed"),
    ("source_switched", "Source switched"),
];

/// One line of the list.
#[derive(Debug, Clone)]
pub struct ConflictRow {
    pub id: String,
    pub href: String,
    pub name: String,
    pub address: String,
    pub cause: String,
    /// What would be sensible, and why.
    pub suggestion: String,
    pub since: Timestamp,
    pub due: Option<Timestamp>,
    /// Left alone until due, or kept without being deleted.
    pub decision: Option<Badge>,
    /// The same in a word.
    pub decision_word: String,
}

/// What the list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct ConflictQuery {
    pub q: String,
    pub cause: String,
    /// `group` for groups, else people.
    pub kind: String,
    pub sort: String,
}

/// The list.
pub static SHEET: Sheet<ConflictRow> = Sheet {
    file: "conflicts",
    order: "due",
    given: true,
    finds: true,
    id: |row| row.id.clone(),
    fields: &[
        sheet::Field::new("id", "Id", |row| Value::text(&row.id)),
        sheet::Field::new("name", "Name", |row| Value::text(&row.name)),
        sheet::Field::new("address", "Address", |row| Value::text(&row.address)),
        sheet::Field::new("cause", "Cause", |row| Value::text(&row.cause)),
        sheet::Field::new("suggestion", "Suggestion", |row| Value::text(&row.suggestion)),
        sheet::Field::new("since", "Since", |row| Value::Time(row.since)),
        sheet::Field::new("due", "Due", |row| Value::time(row.due)),
        sheet::Field::new("decision", "Decision", |row| Value::text(&row.decision_word)),
    ],
};

/// The page.
pub fn page(frame: Frame, listed: &Listed<ConflictRow>, query: &ConflictQuery, here: &Address) -> ListPage {
    let rows = &listed.rows;
    let head = PageHead::new("Conflicts").lead(
        "Who was synced before and no longer is. Each stays in the directory until its date and is then deleted, unless \
         you decide otherwise.",
    );
    let names = if query.kind == "group" { "Group" } else { "Person" };
    let columns = ["cause", "since", "due"].map(|key| SHEET.column(key, here));
    let columns = [SHEET.column("name", here).called(names)].into_iter().chain(columns).chain([Column::actions()]);
    let now = frame.now;
    let at = |verb: &str| Address::new(format!("/dirsync/conflicts/{verb}")).with("kind", &query.kind);
    let lines = rows.iter().map(|row| line(row, &query.kind, now));
    let table = Table::new("conflicts", "Conflicts", columns.collect(), lines.collect())
        .paging(Paging::new(here, rows.len(), None, listed.next()))
        .export("CSV", Sheet::<ConflictRow>::export(here))
        .bulk(Action::post("Ignore until…", at("confirm").with("act", "ignore")))
        .bulk(Action::post("Export", at("export-selected")))
        .bulk(Action::post("Deactivate…", at("confirm").with("act", "deactivate")))
        .bulk(Action::post("Delete…", at("confirm").with("act", "delete")))
        .empty(
            Empty::new("No conflicts", "Everybody in the directory is still reported by a source.")
                .action(Action::go("Delay before deletion", "/dirsync/settings#deletion")),
        );
    ListPage::new(frame, head, table).filters(filters(query)).note(listed.note())
}

fn filters(query: &ConflictQuery) -> Filters {
    let causes = [("", "All")].into_iter().chain(CAUSES).map(|(value, name)| Choice::new(value, name));
    let kinds = [("", "People"), ("group", "Groups")].map(|(value, name)| Choice::new(value, name));
    let fields = vec![
        Field::search("q", "Name or address").value(&query.q).grow(),
        Field::select("cause", "Cause", causes.collect()).value(&query.cause),
        Field::select("kind", "Kind", kinds.into()).value(&query.kind),
    ];
    Filters::new("/dirsync/conflicts", fields).keep("sort", &query.sort)
}

fn line(row: &ConflictRow, kind: &str, now: Timestamp) -> Row {
    let date = Cell::ago_or(row.due, now, "No date");
    let due = match &row.decision {
        Some(decision) => Cell::Lines(vec![Cell::badge(decision.clone()), date]),
        None => Cell::Lines(vec![date, Cell::Muted("then deleted".into())]),
    };
    let confirm = |label: &str, act: &str| {
        let href = Address::new("/dirsync/conflicts/confirm").with("act", act).with("kind", kind).with("id", &row.id);
        Action::ask(label, href).small().about(&row.name)
    };
    let line = Row::new(vec![
        Cell::main(&row.name, &row.href, &row.address),
        Cell::two(&row.cause, &row.suggestion),
        Cell::ago(row.since, now),
        due,
        Cell::Actions(vec![confirm("Ignore", "ignore"), confirm("Delete", "delete").danger()]),
    ]);
    line.pick(&row.id, &row.name)
}

/// What shall become of the picked ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    Delete,
    Ignore,
    Deactivate,
}

/// The question before it happens.
pub fn confirm(frame: Frame, act: Act, kind: &str, ids: &[String], names: Vec<String>) -> ConfirmPage {
    let count = u64::try_from(ids.len()).unwrap_or(0);
    let (one, many) = if kind == "group" { ("group", "groups") } else { ("person", "people") };
    let some = format::plural(count, one, many);
    let at = |verb: &str| format!("/dirsync/conflicts/{verb}");
    let page = match act {
        Act::Delete => ConfirmPage::new(frame, format!("Delete {some}?"), "Delete", at("delete"))
            .consequence("They leave the directory with all their memberships. Until purged they can be restored.")
            .danger(),
        Act::Deactivate => ConfirmPage::new(frame, format!("Deactivate {some}?"), "Deactivate", at("deactivate"))
            .consequence("They stay in the directory but cannot be used, and are not deleted."),
        Act::Ignore => ConfirmPage::new(frame, format!("Ignore {some} for now?"), "Ignore", at("ignore"))
            .consequence("They stay as they are until the date, then the delay begins again.")
            .field(Field::date("until", "Until").attribute("required", "")),
    };
    let reason = Field::area("reason", "Reason", 2).hint("Goes into the audit trail.").attribute("maxlength", "500");
    let page = ids.iter().fold(page, |page, id| page.hidden("id", id));
    let more = count.saturating_sub(u64::try_from(names.len()).unwrap_or(0));
    page.field(reason.optional()).affected(names, more).hidden("kind", kind).cancel("/dirsync/conflicts")
}

#[cfg(test)]
pub mod samples {
    //! What these pages look like.

    use super::{Act, ConflictQuery, ConflictRow, confirm, page};
    use crate::address::Address;
    use crate::layout::Section;
    use crate::parts::Badge;
    use crate::sheet::Listed;
    use crate::tests::{DAY, Gallery, HOUR, ago, ahead, frame};

    pub fn add(gallery: &mut Gallery) {
        let row = |name: &str, cause: &str, suggestion: &str, since, due| ConflictRow {
            id: name.into(),
            href: "/directory/users/u1".into(),
            name: name.into(),
            address: format!("{}@contoso.example", name.to_lowercase().replace(' ', ".")),
            cause: cause.into(),
            suggestion: suggestion.into(),
            since: ago(since),
            due: Some(ahead(due)),
            decision: None,
            decision_word: String::new(),
        };
        let ignored = Some(Badge::off("Ignored until"));
        let rows = vec![
            row("Bianca Pisani", "Deleted in the source", "wait", 2 * DAY, 5 * DAY),
            row("Cameron White", "Disabled in the source", "deactivate: may come back", 6 * DAY, 20 * HOUR),
            row("Grady Archie", "Out of the filter", "check the settings", 3 * DAY, 4 * DAY),
            ConflictRow { decision: ignored, ..row("Lynne Robbins", "Deleted in the source", "", 9 * DAY, 21 * DAY) },
        ];
        let here = Address::new("/dirsync/conflicts");
        let query = ConflictQuery::default();
        let page = |rows| page(frame("Conflicts", Section::Conflicts), &Listed::of(rows, None), &query, &here);
        gallery.add("conflicts", &page(rows));
        gallery.add("conflicts-empty", &page(Vec::new()));
        let ids = ["1", "2", "3"].map(String::from);
        let names = vec!["Bianca Pisani".to_owned(), "Grady Archie".to_owned()];
        for (name, act) in [("delete", Act::Delete), ("ignore", Act::Ignore), ("deactivate", Act::Deactivate)] {
            let frame = frame("Conflicts", Section::Conflicts);
            gallery.add(&format!("conflicts-{name}"), &confirm(frame, act, "user", &ids, names.clone()));
        }
    }
}

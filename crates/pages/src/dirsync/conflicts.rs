//! `GET /dirsync/conflicts`: people whom the source gave up, and what shall become of them.

use kernel::Timestamp;

use crate::address::Address;
use crate::form::{Choice, Field};
use crate::format;
use crate::layout::Frame;
use crate::list::{ConfirmPage, Filters, ListPage};
use crate::parts::{Action, Badge, Cell, PageHead};
use crate::table::{Column, Empty, Order, Paging, Row, Table};

/// One line of the list.
#[derive(Debug, Clone)]
pub struct ConflictRow {
    pub id: String,
    pub user_id: String,
    pub name: String,
    pub upn: String,
    /// Deleted, disabled, out of filter, out of group scope, permission lost, same address.
    pub cause: String,
    pub cause_detail: String,
    /// What happens when due: delete, nothing.
    pub suggestion: String,
    pub since: Timestamp,
    pub due: Option<Timestamp>,
    /// Left alone until then.
    pub ignored_until: Option<Timestamp>,
    /// The timer stands still, and why.
    pub frozen: String,
}

/// What the list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct ConflictQuery {
    pub q: String,
    pub cause: String,
    pub due: String,
    pub sort: String,
}

/// The page.
pub fn page(frame: Frame, rows: &[ConflictRow], query: &ConflictQuery, total: u64, here: &Address, next: Option<&str>) -> ListPage {
    let head = PageHead::new("Conflicts")
        .lead("People who were synced before and no longer are. Until the date each stays in the directory; then it is deleted unless you decide otherwise.");
    let order = Order::parse(if query.sort.is_empty() { "due" } else { &query.sort });
    let columns = vec![
        Column::new("Person").sorted("name", &order, here),
        Column::new("Cause"),
        Column::new("Since").sorted("since", &order, here),
        Column::new("Due").sorted("due", &order, here),
        Column::actions(),
    ];
    let now = frame.now;
    let table = Table::new("conflicts", "Conflicts", columns, rows.iter().map(|row| line(row, now)).collect())
        .paging(Paging::new(here, rows.len(), Some(total), next))
        .export("CSV", "/dirsync/conflicts/export?format=csv")
        .export("JSON", "/dirsync/conflicts/export?format=json")
        .bulk(Action::post("Ignore until…", "/dirsync/conflicts/confirm").value("act", "ignore"))
        .bulk(Action::post("Export", "/dirsync/conflicts/export-selected"))
        .bulk(Action::post("Deactivate", "/dirsync/conflicts/confirm").value("act", "deactivate"))
        .bulk(Action::post("Delete", "/dirsync/conflicts/confirm").value("act", "delete"))
        .empty(Empty::new("No conflicts", "Every person in the directory is still reported by a source.")
            .action(Action::go("Delay before deletion", "/dirsync/settings#deletion")));
    ListPage::new(frame, head, table).filters(filters(query))
}

fn filters(query: &ConflictQuery) -> Filters {
    let choices = |choices: &[(&str, &str)]| choices.iter().map(|(value, name)| Choice::new(*value, *name)).collect();
    let causes = choices(&[
        ("", "All"),
        ("deleted", "Deleted in the source"),
        ("disabled", "Disabled in the source"),
        ("filtered", "Out of the filter"),
        ("scope", "Out of the group scope"),
        ("permission", "Permission lost"),
        ("address", "Same address"),
        ("source", "Source switched"),
    ]);
    let due = choices(&[("", "Any time"), ("day", "Within a day"), ("week", "Within a week"), ("ignored", "Ignored for now")]);
    let fields = vec![
        Field::search("q", "Name or address").value(&query.q).grow(),
        Field::select("cause", "Cause", causes).value(&query.cause),
        Field::select("due", "Due", due).value(&query.due),
    ];
    Filters::new("/dirsync/conflicts", fields).keep("sort", &query.sort)
}

fn line(row: &ConflictRow, now: Timestamp) -> Row {
    let due = match (row.ignored_until, row.due) {
        (Some(until), _) => Cell::Lines(vec![Cell::badge(Badge::off("Ignored")), Cell::ago(until, now)]),
        (None, _) if !row.frozen.is_empty() => Cell::Lines(vec![Cell::badge(Badge::busy("Timer stopped")), Cell::Muted(row.frozen.clone())]),
        (None, Some(due)) => Cell::Lines(vec![Cell::ago(due, now), Cell::Muted(row.suggestion.clone())]),
        (None, None) => Cell::Muted("–".into()),
    };
    let confirm = |label: &str, act: &str| {
        Action::ask(label, format!("/dirsync/conflicts/confirm?act={act}&id={}", row.id)).small().about(&row.name)
    };
    let line = Row::new(vec![
        Cell::main(&row.name, format!("/directory/users/{}", row.user_id), &row.upn),
        Cell::two(&row.cause, &row.cause_detail),
        Cell::ago(row.since, now),
        due,
        Cell::Actions(vec![confirm("Ignore", "ignore"), confirm("Delete", "delete").danger()]),
    ]);
    line.pick(&row.id, &row.name)
}

/// What shall become of the picked ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Delete,
    Ignore,
    Deactivate,
}

/// The question before it happens; `groups` says how many memberships go with them.
pub fn confirm(frame: Frame, act: Act, ids: &[String], names: Vec<String>, memberships: u64) -> ConfirmPage {
    let count = u64::try_from(ids.len()).unwrap_or(0);
    let more = count.saturating_sub(u64::try_from(names.len()).unwrap_or(0));
    let people = format::plural(count, "person", "people");
    let at = |verb: &str| format!("/dirsync/conflicts/{verb}");
    let reason = Field::area("reason", "Reason", 2).hint("Goes into the audit trail.").attribute("maxlength", "500").optional();
    let page = match act {
        Act::Delete => ConfirmPage::new(frame, format!("Delete {people}?"), "Delete", at("delete"))
            .consequence(format!("They leave the directory and {}. Until purged they can be restored.", format::plural(memberships, "membership", "memberships")))
            .danger(),
        Act::Deactivate => ConfirmPage::new(frame, format!("Deactivate {people}?"), "Deactivate", at("deactivate"))
            .consequence("They stay in the directory as disabled. The timer before deletion ends."),
        Act::Ignore => ConfirmPage::new(frame, format!("Ignore {people} for now?"), "Ignore", at("ignore"))
            .consequence("They stay as they are until the date, then the timer begins again.")
            .field(Field::date("until", "Until").attribute("required", "")),
    };
    let page = ids.iter().fold(page, |page, id| page.hidden("id", id));
    page.field(reason).affected(names, more).cancel("/dirsync/conflicts")
}

#[cfg(test)]
pub mod samples {
    //! What these pages look like.

    use super::{Act, ConflictQuery, ConflictRow, confirm, page};
    use crate::address::Address;
    use crate::layout::Section;
    use crate::tests::{DAY, Gallery, HOUR, ago, ahead, frame};

    pub fn add(gallery: &mut Gallery) {
        let row = |name: &str, cause: &str, detail: &str, since, due| ConflictRow {
            id: name.into(),
            user_id: "u1".into(),
            name: name.into(),
            upn: format!("{}@contoso.example", name.to_lowercase().replace(' ', ".")),
            cause: cause.into(),
            cause_detail: detail.into(),
            suggestion: "then deleted".into(),
            since: ago(since),
            due,
            ignored_until: None,
            frozen: String::new(),
        };
        let rows = [
            row("Bianca Pisani", "Deleted in the source", "Entra says so", 2 * DAY, Some(ahead(5 * DAY))),
            row("Cameron White", "Disabled in the source", "", 6 * DAY, Some(ahead(20 * HOUR))),
            row("Grady Archie", "Out of the filter", "department ne 'R&D'", 3 * DAY, Some(ahead(4 * DAY))),
            ConflictRow { ignored_until: Some(ahead(21 * DAY)), ..row("Lynne Robbins", "Deleted in the source", "Maternity leave", 9 * DAY, None) },
            ConflictRow { frozen: "Consent withdrawn".into(), ..row("Patti Fernandez", "Permission lost", "", DAY, Some(ahead(6 * DAY))) },
        ];
        let here = Address::new("/dirsync/conflicts");
        let page = |rows: &[ConflictRow], total| page(frame("Conflicts", Section::Conflicts), rows, &ConflictQuery::default(), total, &here, None);
        gallery.add("conflicts", &page(&rows, 5));
        gallery.add("conflicts-empty", &page(&[], 0));
        let ids = ["1", "2", "3"].map(String::from);
        let names = ["Bianca Pisani", "Cameron White"].map(String::from).to_vec();
        for (name, act) in [("conflicts-delete", Act::Delete), ("conflicts-ignore", Act::Ignore), ("conflicts-deactivate", Act::Deactivate)] {
            gallery.add(name, &confirm(frame("Conflicts", Section::Conflicts), act, &ids, names.clone(), 18));
        }
    }
}

//! `GET /dirsync/exceptions`: people, groups and aliases that settings do not touch.

use kernel::Timestamp;

use crate::address::Address;
use crate::form::{Choice, Field};
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::{Filters, FormPage, ListPage};
use crate::parts::{Action, Badge, Cell, PageHead};
use crate::table::{Column, Empty, Paging, Row, Table};

/// One line of the list.
#[derive(Debug, Clone)]
pub struct ExceptionRow {
    pub id: String,
    /// Person, group, alias.
    pub kind: String,
    pub subject: String,
    pub subject_href: String,
    pub matched: u64,
    pub reason: String,
    pub owner: String,
    pub created: Timestamp,
    pub expires: Option<Timestamp>,
    pub ended: bool,
}

/// The page.
pub fn page(frame: Frame, rows: &[ExceptionRow], q: &str, total: u64, here: &Address, next: Option<&str>) -> ListPage {
    let head = PageHead::new("Exceptions")
        .lead("Whom an exception names stays as they are: no filter leaves them out, no run removes them.")
        .action(Action::go("Add an exception", "/dirsync/exceptions/new").primary().icon(Icon::Plus));
    let columns = ["For", "Kind", "Reason", "Owner", "Expires"].map(Column::new).into_iter().chain([Column::actions()]);
    let now = frame.now;
    let table = Table::new("exceptions", "Exceptions", columns.collect(), rows.iter().map(|row| line(row, now)).collect())
        .paging(Paging::new(here, rows.len(), Some(total), next))
        .export("CSV", "/dirsync/exceptions/export?format=csv")
        .export("JSON", "/dirsync/exceptions/export?format=json")
        .bulk(Action::post("End", "/dirsync/exceptions/end"))
        .empty(Empty::new("No exceptions", "Use one for break-glass accounts, or for a person whom a filter would leave out by mistake.")
            .action(Action::go("Add an exception", "/dirsync/exceptions/new").primary()));
    let fields = vec![Field::search("q", "Name, address or reason").value(q).grow()];
    ListPage::new(frame, head, table).filters(Filters::new("/dirsync/exceptions", fields))
}

fn line(row: &ExceptionRow, now: Timestamp) -> Row {
    let expires = match row.expires {
        _ if row.ended => Cell::badge(Badge::off("Ended")),
        Some(at) => Cell::ago(at, now),
        None => Cell::Muted("Never".into()),
    };
    let matched = crate::format::plural(row.matched, "person", "people");
    let line = Row::new(vec![
        Cell::main(&row.subject, &row.subject_href, matched),
        Cell::badge(Badge::label(&row.kind)),
        Cell::text(&row.reason),
        Cell::text(&row.owner),
        expires,
        Cell::Actions(vec![Action::ask("End", format!("/dirsync/exceptions/{}/end", row.id)).small().about(&row.subject)]),
    ]);
    line.pick(&row.id, &row.subject)
}

/// What the form holds, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct ExceptionForm {
    pub kind: String,
    pub subject: String,
    pub reason: String,
    pub expires: String,
    pub subject_error: String,
    pub reason_error: String,
    pub expires_error: String,
}

/// `GET /dirsync/exceptions/new`.
pub fn form(frame: Frame, form: &ExceptionForm) -> FormPage {
    let head = PageHead::new("Add an exception").crumb("Exceptions", "/dirsync/exceptions");
    let kinds = vec![
        Choice::new("user", "A person").hint("One person, by name or address."),
        Choice::new("group", "A group").hint("Everyone in it, also through nested groups."),
        Choice::new("alias", "An alias").hint("Whoever has this address."),
    ];
    let kind = if form.kind.is_empty() { "user" } else { &form.kind };
    FormPage::new(frame, head, "/dirsync/exceptions", "/dirsync/exceptions")
        .field(Field::radio("kind", "Kind", kinds).value(kind).cards())
        .field(Field::text("subject", "Who or what").value(&form.subject).hint("User principal name, address, group name or object id.").error(&form.subject_error).attribute("required", ""))
        .field(Field::area("reason", "Reason", 2).value(&form.reason).hint("Shown in the list and kept in the audit trail.").error(&form.reason_error).attribute("required", ""))
        .field(Field::date("expires", "Expires").value(&form.expires).hint("Ends by itself at the beginning of this day, UTC.").error(&form.expires_error).optional())
        .submit("Add")
}

#[cfg(test)]
pub mod samples {
    //! What these pages look like.

    use super::{ExceptionForm, ExceptionRow, form, page};
    use crate::address::Address;
    use crate::layout::Section;
    use crate::tests::{DAY, Gallery, ago, ahead, frame};

    pub fn add(gallery: &mut Gallery) {
        let row = |kind: &str, subject: &str, matched, reason: &str, expires, ended| ExceptionRow {
            id: subject.into(),
            kind: kind.into(),
            subject: subject.into(),
            subject_href: "/directory/users/u1".into(),
            matched,
            reason: reason.into(),
            owner: "ada.lovelace".into(),
            created: ago(30 * DAY),
            expires,
            ended,
        };
        let rows = [
            row("Person", "Break Glass", 1, "Emergency access account", None, false),
            row("Group", "Board", 9, "Not in the HR system", Some(ahead(82 * DAY)), false),
            row("Alias", "press@contoso.example", 1, "Agency works on it", Some(ago(2 * DAY)), true),
        ];
        let here = Address::new("/dirsync/exceptions");
        let page = |rows: &[ExceptionRow], total| page(frame("Exceptions", Section::Exceptions), rows, "", total, &here, None);
        gallery.add("exceptions", &page(&rows, 3));
        gallery.add("exceptions-empty", &page(&[], 0));
        gallery.add("exception-new", &form(frame("Add an exception", Section::Exceptions), &ExceptionForm::default()));
        let wrong = ExceptionForm { subject: "nobody@contoso.example".into(), subject_error: "No person has this address.".into(), reason_error: "A reason is needed.".into(), ..ExceptionForm::default() };
        gallery.add("exception-wrong", &form(frame("Add an exception", Section::Exceptions), &wrong));
    }
}

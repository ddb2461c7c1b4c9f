//! `GET /dirsync/exceptions`: people, groups and aliases that are kept out whatever the settings say.

use kernel::Timestamp;

use crate::address::Address;
use crate::form::{Choice, Field, Picks};
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::{ConfirmPage, FormPage, ListPage};
use crate::parts::{Action, Badge, Cell, PageHead};
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Column, Empty, Paging, Row, Table};

/// One line of the list.
#[derive(Debug, Clone)]
pub struct ExceptionRow {
    pub id: String,
    /// Person, group, alias.
    pub kind: String,
    pub name: String,
    /// The object id or the alias.
    pub value: String,
    /// The page of the person or group.
    pub href: String,
    pub reason: String,
    pub owner: String,
    pub expires: Option<Timestamp>,
    pub made: Timestamp,
}

/// The list.
pub static SHEET: Sheet<ExceptionRow> = Sheet {
    file: "exceptions",
    order: "-made",
    given: true,
    finds: false,
    id: |row| row.id.clone(),
    fields: &[
        sheet::Field::new("name", "For", |row| Value::text(&row.name)),
        sheet::Field::new("kind", "Kind", |row| Value::text(&row.kind)),
        sheet::Field::new("value", "Id or address", |row| Value::text(&row.value)),
        sheet::Field::new("reason", "Reason", |row| Value::text(&row.reason)),
        sheet::Field::new("owner", "Owner", |row| Value::text(&row.owner)),
        sheet::Field::new("expires", "Expires", |row| Value::time(row.expires)),
        sheet::Field::new("made", "Made", |row| Value::Time(row.made)),
    ],
};

/// The page.
pub fn page(frame: Frame, listed: &Listed<ExceptionRow>, here: &Address) -> ListPage {
    let head = PageHead::new("Exceptions")
        .lead("What an exception names is kept out, whatever the filter and the groups in scope say.")
        .action(Action::go("Add an exception", "/dirsync/exceptions/new").primary().icon(Icon::Plus));
    let columns = ["name", "kind", "reason", "owner", "expires"].map(|key| SHEET.column(key, here)).into_iter();
    let columns = columns.chain([Column::actions()]);
    let (rows, now) = (&listed.rows, frame.now);
    let empty = "Use one for service accounts, test accounts and people who must not be taken over although a rule lets \
                 them in.";
    let table =
        Table::new("exceptions", "Exceptions", columns.collect(), rows.iter().map(|row| line(row, now)).collect())
            .paging(Paging::new(here, rows.len(), None, listed.next()))
            .export("CSV", Sheet::<ExceptionRow>::export(here))
            .bulk(Action::post("End these…", "/dirsync/exceptions/ask-end"))
            .empty(
                Empty::new("No exceptions", empty)
                    .action(Action::go("Add an exception", "/dirsync/exceptions/new").primary()),
            );
    ListPage::new(frame, head, table).note(listed.note()).words(here)
}

fn line(row: &ExceptionRow, now: Timestamp) -> Row {
    let expires = match row.expires {
        Some(at) if at <= now => Cell::badge(Badge::off("Ended")),
        expires => Cell::ago_or(expires, now, "Never"),
    };
    let end = Action::ask("End", format!("/dirsync/exceptions/ask-end?id={}", row.id)).small().about(&row.name);
    let line = Row::new(vec![
        Cell::main(&row.name, &row.href, ""),
        Cell::badge(Badge::label(&row.kind)),
        Cell::text(&row.reason),
        Cell::text(&row.owner),
        expires,
        Cell::Actions(vec![end]),
    ]);
    line.pick(&row.id, &row.name)
}

/// What the form holds, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct ExceptionForm {
    pub source: String,
    /// `(id, name)`.
    pub sources: Vec<(String, String)>,
    /// `object` or `alias`.
    pub kind: String,
    pub who: Picks,
    pub alias: String,
    pub owner: String,
    pub reason: String,
    pub expires: String,
    pub error: String,
}

/// `GET /dirsync/exceptions/new`.
pub fn form(frame: Frame, form: &ExceptionForm) -> FormPage {
    let head = PageHead::new("Add an exception").crumb("Exceptions", "/dirsync/exceptions");
    let kinds = vec![
        Choice::new("object", "A person or a group")
            .hint("A person is not seen by anything that reads the directory. Of a group, its members stay."),
        Choice::new("alias", "An alias").hint("The address is left out; the person who has it is not."),
    ];
    let kind = if form.kind.is_empty() { "object" } else { &form.kind };
    let (wrong_who, wrong_alias) = if kind == "alias" { ("", form.error.as_str()) } else { (form.error.as_str(), "") };
    let who = Field::picker("who", "Person or group", "users,groups", form.who.clone()).one();
    let who = who.find_at("/dirsync/exceptions/find").error(wrong_who).class("for-object");
    let alias = Field::text("alias", "Alias").mono().value(&form.alias).error(wrong_alias).class("for-alias");
    let reason = Field::area("reason", "Reason", 2).value(&form.reason);
    let expires = Field::date("expires", "Expires").value(&form.expires);
    FormPage::new(frame, head, "/dirsync/exceptions", "/dirsync/exceptions")
        .field(super::source_field(&form.sources, &form.source))
        .field(Field::radio("kind", "Kind", kinds).value(kind).cards())
        .field(who.hint("An object id finds those who are not in the directory yet."))
        .field(alias.hint("The whole address, such as press@contoso.example."))
        .field(Field::text("owner", "Owner").value(&form.owner).hint("Who answers for it.").attribute("required", ""))
        .field(reason.hint("Shown in the list and kept in the audit trail.").attribute("required", ""))
        .field(expires.hint("Ends by itself at the beginning of this day, UTC.").optional())
        .submit("Add")
}

/// The question before exceptions end.
pub fn ask_end(frame: Frame, ids: &[String], names: Vec<String>) -> ConfirmPage {
    let count = u64::try_from(ids.len()).unwrap_or(0);
    let question = format!("End {}?", crate::format::plural(count, "exception", "exceptions"));
    let page = ConfirmPage::new(frame, question, "End", "/dirsync/exceptions/end")
        .consequence("The settings decide again about what it names, at once.")
        .cancel("/dirsync/exceptions");
    let more = count.saturating_sub(u64::try_from(names.len()).unwrap_or(0));
    ids.iter().fold(page, |page, id| page.hidden("id", id)).affected(names, more)
}

#[cfg(test)]
pub mod samples {
    //! What these pages look like.

    use super::{ExceptionForm, ExceptionRow, ask_end, form, page};
    use crate::address::Address;
    use crate::layout::Section;
    use crate::sheet::Listed;
    use crate::tests::{DAY, Gallery, ago, ahead, frame};

    pub fn add(gallery: &mut Gallery) {
        let row = |kind: &str, name: &str, reason: &str, expires| ExceptionRow {
            id: name.into(),
            kind: kind.into(),
            name: name.into(),
            value: if kind == "Alias" { name.into() } else { "6f1c9b5e-7d0a-4b3e-9a51-2f8c8e1d7a10".into() },
            href: String::new(),
            reason: reason.into(),
            owner: "ada.lovelace".into(),
            expires,
            made: ago(40 * DAY),
        };
        let rows = vec![
            row("Person", "scanner", "Service account of the scanner", None),
            row("Group", "Board", "Not in the HR system", Some(ahead(82 * DAY))),
            row("Alias", "press@contoso.example", "Read by an agency", Some(ago(2 * DAY))),
        ];
        let here = Address::new("/dirsync/exceptions");
        let page = |rows| page(frame("Exceptions", Section::Exceptions), &Listed::of(rows, None), &here);
        gallery.add("exceptions", &page(rows));
        gallery.add("exceptions-empty", &page(Vec::new()));
        let sources = vec![("s1".to_owned(), "Contoso".to_owned()), ("s2".to_owned(), "Fabrikam".to_owned())];
        let empty = ExceptionForm { sources, ..ExceptionForm::default() };
        let new = |filled: &ExceptionForm| form(frame("Add an exception", Section::Exceptions), filled);
        gallery.add("exception-new", &new(&empty));
        let error = "Choose a person or a group.".into();
        gallery.add("exception-wrong", &new(&ExceptionForm { error, ..empty }));
        gallery.add(
            "exception-end",
            &ask_end(
                frame("End", Section::Exceptions),
                &["1".into(), "2".into()],
                vec!["scanner".into(), "Board".into()],
            ),
        );
    }
}

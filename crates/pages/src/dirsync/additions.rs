//! `GET /dirsync/additions`: people added by mail address between runs.

use kernel::Timestamp;

use crate::address::Address;
use crate::form::Field;
use crate::format;
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::{ConfirmPage, FormPage, ListPage};
use crate::parts::{Action, Badge, Cell, PageHead};
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Column, Empty, Paging, Row, Table};

/// How an addition stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdditionState {
    /// Entra does not know the address yet.
    Expected { until: Timestamp },
    /// Entra knows the person.
    Seen { at: Option<Timestamp> },
    /// Never seen in time.
    Lapsed,
}

/// One line of the list.
#[derive(Debug, Clone)]
pub struct AdditionRow {
    pub id: String,
    pub mail: String,
    pub reason: String,
    pub state: AdditionState,
    pub owner: String,
    pub added: Timestamp,
}

impl AdditionState {
    fn word(&self) -> &'static str {
        match self {
            Self::Expected { .. } => "Expected",
            Self::Seen { .. } => "Seen",
            Self::Lapsed => "Given up",
        }
    }

    fn seen(&self) -> Option<Timestamp> {
        match self {
            Self::Seen { at } => *at,
            Self::Expected { .. } | Self::Lapsed => None,
        }
    }
}

/// The list.
pub static SHEET: Sheet<AdditionRow> = Sheet {
    file: "additions",
    order: "-added",
    given: true,
    finds: false,
    id: |row| row.id.clone(),
    fields: &[
        sheet::Field::new("mail", "Person", |row| Value::text(&row.mail)),
        sheet::Field::new("reason", "Reason", |row| Value::text(&row.reason)),
        sheet::Field::new("state", "State", |row| Value::text(row.state.word())),
        sheet::Field::new("seen", "Seen", |row| Value::time(row.state.seen())),
        sheet::Field::new("added", "Added", |row| Value::Time(row.added)),
        sheet::Field::new("by", "By", |row| Value::text(&row.owner)),
    ],
};

/// The page.
pub fn page(frame: Frame, listed: &Listed<AdditionRow>, here: &Address) -> ListPage {
    let head = PageHead::new("Additions")
        .lead("For people who start between two runs, and for those a filter leaves out. Entra is asked at once; whom it does not know yet is expected until seen.")
        .action(Action::go("Add a person", "/dirsync/additions/new").primary().icon(Icon::Add));
    let columns = ["mail", "state", "seen", "added", "by"].map(|key| SHEET.column(key, here)).into_iter();
    let columns = columns.chain([Column::actions()]);
    let (rows, now) = (&listed.rows, frame.now);
    let table =
        Table::new("additions", "Additions", columns.collect(), rows.iter().map(|row| line(row, now)).collect())
            .paging(Paging::new(here, rows.len(), None, listed.next()))
            .export("CSV", Sheet::<AdditionRow>::export(here))
            .empty(
                Empty::new("No additions", "Everybody in the directory came with a run.")
                    .action(Action::go("Add a person", "/dirsync/additions/new").primary()),
            );
    ListPage::new(frame, head, table).note(listed.note()).words(here)
}

fn line(row: &AdditionRow, now: Timestamp) -> Row {
    let (badge, seen) = match row.state {
        AdditionState::Expected { until } => (
            Badge::busy(row.state.word()),
            Cell::Lines(vec![Cell::Muted("Not yet; given up".into()), Cell::ago(until, now)]),
        ),
        AdditionState::Seen { at } => (Badge::ok(row.state.word()), Cell::ago_or(at, now, "Yes")),
        AdditionState::Lapsed => (Badge::off(row.state.word()), Cell::Muted("Never".into())),
    };
    let withdraw = Action::ask("Withdraw", format!("/dirsync/additions/{}/withdraw", row.id)).small().about(&row.mail);
    Row::new(vec![
        Cell::name(&row.mail, &row.reason),
        Cell::badge(badge),
        seen,
        Cell::ago(row.added, now),
        Cell::text(format::who(&row.owner)),
        Cell::Actions(vec![withdraw]),
    ])
}

/// What the form holds, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct AdditionForm {
    pub source: String,
    /// `(id, name)`.
    pub sources: Vec<(String, String)>,
    pub mail: String,
    pub reason: String,
    pub error: String,
}

/// `GET /dirsync/additions/new`.
pub fn form(frame: Frame, form: &AdditionForm) -> FormPage {
    let head = PageHead::new("Add a person").crumb("Additions", "/dirsync/additions").lead(
        "Entra is asked for the address at once. When it does not know it yet, the person is expected for 30 days.",
    );
    let mail = Field::email("mail", "Mail address").value(&form.mail).error(&form.error).attribute("required", "");
    let reason = Field::text("reason", "Reason").value(&form.reason).attribute("required", "");
    FormPage::new(frame, head, "/dirsync/additions", "/dirsync/additions")
        .field(super::source_field(&form.sources, &form.source))
        .field(mail.attribute("autofocus", ""))
        .field(reason.attribute("maxlength", "500"))
        .submit("Add")
}

/// The question before an addition is withdrawn.
pub fn ask_withdraw(frame: Frame, id: &str, mail: &str) -> ConfirmPage {
    let question = if mail.is_empty() { "Withdraw this addition?".to_owned() } else { format!("Withdraw {mail}?") };
    ConfirmPage::new(frame, question, "Withdraw", format!("/dirsync/additions/{id}/withdraw"))
        .consequence("The settings decide about the person again, at once.")
        .cancel("/dirsync/additions")
}

#[cfg(test)]
pub mod samples {
    //! What these pages look like.

    use super::{AdditionForm, AdditionRow, AdditionState, ask_withdraw, form, page};
    use crate::address::Address;
    use crate::layout::Section;
    use crate::sheet::Listed;
    use crate::tests::{DAY, Gallery, HOUR, ago, ahead, frame};

    pub fn add(gallery: &mut Gallery) {
        let row = |mail: &str, state| AdditionRow {
            id: mail.into(),
            mail: mail.into(),
            reason: "Starts on Monday".into(),
            state,
            owner: "operator:grace".into(),
            added: ago(DAY),
        };
        let rows = vec![
            row("emily.braun@contoso.example", AdditionState::Expected { until: ahead(29 * DAY) }),
            row("megan.bowen@contoso.example", AdditionState::Seen { at: Some(ago(3 * HOUR)) }),
            row("temp@contoso.example", AdditionState::Lapsed),
        ];
        let here = Address::new("/dirsync/additions");
        let page = |rows| page(frame("Additions", Section::Additions), &Listed::of(rows, None), &here);
        gallery.add("additions", &page(rows));
        gallery.add("additions-empty", &page(Vec::new()));
        let sources = vec![("s1".to_owned(), "Contoso".to_owned())];
        let empty = AdditionForm { sources, ..AdditionForm::default() };
        gallery.add("addition-new", &form(frame("Add a person", Section::Additions), &empty));
        gallery.add(
            "addition-withdraw",
            &ask_withdraw(frame("Withdraw", Section::Additions), "1", "emily.braun@contoso.example"),
        );
    }
}

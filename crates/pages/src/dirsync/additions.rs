//! `GET /dirsync/additions`: people added by mail address between runs.

use kernel::Timestamp;

use crate::address::Address;
use crate::form::Field;
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::{FormPage, ListPage};
use crate::parts::{Action, Badge, Cell, PageHead};
use crate::table::{Column, Empty, Paging, Row, Table};

/// How an addition stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdditionState {
    /// Entra does not know the address yet.
    Expected { until: Timestamp },
    /// Entra knows the person.
    Seen { at: Timestamp },
    /// Never seen in time.
    Lapsed,
}

/// One line of the list.
#[derive(Debug, Clone)]
pub struct AdditionRow {
    pub id: String,
    pub mail: String,
    pub name: String,
    /// The person's page, once there is one.
    pub user_href: Option<String>,
    pub state: AdditionState,
    pub owner: String,
    pub added: Timestamp,
}

/// The page.
pub fn page(frame: Frame, rows: &[AdditionRow], total: u64, here: &Address, next: Option<&str>) -> ListPage {
    let head = PageHead::new("Additions")
        .lead("For people who start between two runs, and for those a filter leaves out. Entra is asked at once; whom it does not know yet is expected until seen.")
        .action(Action::go("Add a person", "/dirsync/additions/new").primary().icon(Icon::Add));
    let columns = ["Person", "State", "Seen", "Added", "By"].map(Column::new).into_iter().chain([Column::actions()]);
    let now = frame.now;
    let table = Table::new("additions", "Additions", columns.collect(), rows.iter().map(|row| line(row, now)).collect())
        .paging(Paging::new(here, rows.len(), Some(total), next))
        .export("CSV", "/dirsync/additions/export?format=csv")
        .export("JSON", "/dirsync/additions/export?format=json")
        .empty(Empty::new("No additions", "Everybody in the directory came with a run.")
            .action(Action::go("Add a person", "/dirsync/additions/new").primary()));
    ListPage::new(frame, head, table)
}

fn line(row: &AdditionRow, now: Timestamp) -> Row {
    let (badge, seen) = match row.state {
        AdditionState::Expected { until } => (Badge::busy("Expected"), Cell::Lines(vec![Cell::Muted("Not yet; withdrawn".into()), Cell::ago(until, now)])),
        AdditionState::Seen { at } => (Badge::ok("Seen"), Cell::ago(at, now)),
        AdditionState::Lapsed => (Badge::off("Lapsed"), Cell::Muted("Never".into())),
    };
    let name = if row.name.is_empty() { &row.mail } else { &row.name };
    let sub = if row.name.is_empty() { "" } else { &row.mail };
    let person = match &row.user_href {
        Some(href) => Cell::main(name, href, sub),
        None => Cell::name(name, sub),
    };
    let withdraw = Action::ask("Withdraw", format!("/dirsync/additions/{}/withdraw", row.id)).small().about(name);
    Row::new(vec![person, Cell::badge(badge), seen, Cell::ago(row.added, now), Cell::text(&row.owner), Cell::Actions(vec![withdraw])])
}

/// `GET /dirsync/additions/new`.
pub fn form(frame: Frame, mail: &str, error: &str) -> FormPage {
    let head = PageHead::new("Add a person")
        .crumb("Additions", "/dirsync/additions")
        .lead("Entra is asked for the address at once. When it does not know it yet, the person is expected for 30 days.");
    FormPage::new(frame, head, "/dirsync/additions", "/dirsync/additions")
        .field(Field::email("mail", "Mail address").value(mail).error(error).attribute("required", "").attribute("autofocus", ""))
        .submit("Add")
}

#[cfg(test)]
pub mod samples {
    //! What these pages look like.

    use super::{AdditionRow, AdditionState, form, page};
    use crate::address::Address;
    use crate::layout::Section;
    use crate::tests::{DAY, Gallery, HOUR, ago, ahead, frame};

    pub fn add(gallery: &mut Gallery) {
        let row = |mail: &str, name: &str, state| AdditionRow {
            id: mail.into(),
            mail: mail.into(),
            name: name.into(),
            user_href: (!name.is_empty()).then(|| "/directory/users/u1".into()),
            state,
            owner: "grace".into(),
            added: ago(DAY),
        };
        let rows = [
            row("emily.braun@contoso.example", "", AdditionState::Expected { until: ahead(29 * DAY) }),
            row("megan.bowen@contoso.example", "Megan Bowen", AdditionState::Seen { at: ago(3 * HOUR) }),
            row("temp@contoso.example", "", AdditionState::Lapsed),
        ];
        let here = Address::new("/dirsync/additions");
        gallery.add("additions", &page(frame("Additions", Section::Additions), &rows, 3, &here, None));
        gallery.add("additions-empty", &page(frame("Additions", Section::Additions), &[], 0, &here, None));
        gallery.add("addition-new", &form(frame("Add a person", Section::Additions), "", ""));
    }
}

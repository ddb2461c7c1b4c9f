//! `GET /operators`: who may run this server.

use kernel::{Role, Timestamp};

use crate::form::{Choice, Field};
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::{FormPage, ListPage};
use crate::parts::{Action, Badge, Cell, PageHead};
use crate::table::{Column, Empty, Row, Table};

/// One line of the list.
#[derive(Debug, Clone)]
pub struct OperatorRow {
    pub id: String,
    pub name: String,
    pub display_name: String,
    pub role: Role,
    pub locked_until: Option<Timestamp>,
    pub must_change: bool,
    pub disabled: bool,
    pub last_sign_in: Option<Timestamp>,
    pub session_count: u64,
    pub itself: bool,
}

/// What a role may do, in a sentence.
pub fn role_hint(role: Role) -> &'static str {
    match role {
        Role::Owner => "Everything, operators and keys included.",
        Role::Administrator => "Everything but operators and keys.",
        Role::Helpdesk => "Reads the directory and acts on single people.",
        Role::Auditor => "Reads everything, the audit trail included. Changes nothing.",
    }
}

/// A role as it stands on pages.
pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owner",
        Role::Administrator => "Administrator",
        Role::Helpdesk => "Helpdesk",
        Role::Auditor => "Auditor",
    }
}

/// The choice of a role.
pub fn role_field(value: &str) -> Field {
    let choices = Role::ALL.map(|role| Choice::new(role.as_str(), role_name(role)).hint(role_hint(role)));
    Field::radio("role", "Role", choices.into()).value(value).cards()
}

/// The page.
pub fn page(frame: Frame, rows: &[OperatorRow]) -> ListPage {
    let head = PageHead::new("Operators")
        .lead("People who may run this server. They are not people of the directory.")
        .action(Action::go("Sessions", "/operators/sessions").icon(Icon::Clock))
        .action(Action::go("Add an operator", "/operators/new").primary().icon(Icon::Plus));
    let columns = ["Operator", "Role", "State", "Last sign-in"].map(Column::new).into_iter();
    let columns = columns.chain([Column::number("Sessions"), Column::actions()]);
    let now = frame.now;
    let table = Table::new("operators", "Operators", columns.collect(), rows.iter().map(|row| line(row, now)).collect())
        .empty(Empty::new("No operators", ""));
    ListPage::new(frame, head, table)
}

fn line(row: &OperatorRow, now: Timestamp) -> Row {
    let state = match row.locked_until {
        _ if row.disabled => Badge::off("Disabled"),
        Some(until) => Badge::bad(format!("Locked, {}", crate::format::relative(until, now))),
        None if row.must_change => Badge::warn("Must change password"),
        None => Badge::ok("Active"),
    };
    let at = |verb: &str| format!("/operators/{}/{verb}", row.id);
    let mut actions = Vec::new();
    if row.locked_until.is_some() {
        actions.push(Action::post("Unlock", at("unlock")).small().about(&row.name));
    }
    if !row.itself {
        actions.push(Action::ask("Reset password", at("reset")).small().about(&row.name));
        actions.push(Action::ask("Remove", at("remove")).small().danger().about(&row.name));
    }
    Row::new(vec![
        Cell::main(&row.name, format!("/operators/{}", row.id), if row.itself { "you" } else { &row.display_name }),
        Cell::text(role_name(row.role)),
        Cell::badge(state),
        Cell::ago_or(row.last_sign_in, now, "Never"),
        Cell::count(row.session_count),
        Cell::Actions(actions),
    ])
}

/// What the form holds, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct OperatorForm {
    pub name: String,
    pub display_name: String,
    pub role: String,
    pub name_error: String,
}

/// `GET /operators/new`.
pub fn form(frame: Frame, form: &OperatorForm) -> FormPage {
    let head = PageHead::new("Add an operator")
        .crumb("Operators", "/operators")
        .lead("A first password is made and shown once. It must be changed at the first sign-in.");
    FormPage::new(frame, head, "/operators", "/operators")
        .field(Field::text("name", "User name").value(&form.name).error(&form.name_error).attribute("required", "").attribute("autocomplete", "off").attribute("maxlength", "128"))
        .field(Field::text("display_name", "Full name").value(&form.display_name).optional().attribute("autocomplete", "off"))
        .field(role_field(if form.role.is_empty() { Role::Auditor.as_str() } else { &form.role }))
        .submit("Add")
}

#[cfg(test)]
pub mod samples {
    //! What these pages look like.

    use kernel::Role;

    use super::{OperatorForm, OperatorRow, form, page};
    use crate::layout::Section;
    use crate::tests::{DAY, Gallery, HOUR, MINUTE, ago, ahead, frame};

    pub fn add(gallery: &mut Gallery) {
        let row = |name: &str, role, itself| OperatorRow {
            id: name.into(),
            name: name.into(),
            display_name: "Grace Hopper".into(),
            role,
            locked_until: None,
            must_change: false,
            disabled: false,
            last_sign_in: Some(ago(3 * HOUR)),
            session_count: 2,
            itself,
        };
        let rows = [
            row("ada.lovelace", Role::Owner, true),
            OperatorRow { last_sign_in: Some(ago(2 * DAY)), ..row("grace", Role::Administrator, false) },
            OperatorRow { locked_until: Some(ahead(12 * MINUTE)), ..row("service.desk", Role::Helpdesk, false) },
            OperatorRow { must_change: true, last_sign_in: None, session_count: 0, ..row("audit", Role::Auditor, false) },
        ];
        gallery.add("operators", &page(frame("Operators", Section::Operators), &rows));
        gallery.add("operator-new", &form(frame("Add an operator", Section::Operators), &OperatorForm::default()));
    }
}

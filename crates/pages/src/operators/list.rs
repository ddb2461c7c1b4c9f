//! `GET /operators`: who may run this server.

use kernel::{Role, Timestamp};

use crate::address::Address;
use crate::form::{Choice, Field};
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::{FormPage, ListPage};
use crate::parts::{Action, Badge, Cell, PageHead};
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Column, Empty, Paging, Row, Table};

/// One line of the list.
#[derive(Debug, Clone)]
pub struct OperatorRow {
    pub id: String,
    pub user_name: String,
    pub display_name: String,
    pub role: Role,
    pub locked_until: Option<Timestamp>,
    pub must_change: bool,
    /// Has not chosen a password yet.
    pub invited: bool,
    pub disabled: bool,
    pub last_sign_in: Option<Timestamp>,
    pub last_seen: Option<Timestamp>,
    pub session_count: u64,
    pub itself: bool,
}

impl OperatorRow {
    /// The account's state in a word; a lock ends by itself and is not one.
    fn state(&self) -> &'static str {
        match (self.disabled, self.invited, self.must_change) {
            (true, ..) => "Disabled",
            (_, true, _) => "Invited",
            (_, _, true) => "Must change password",
            _ => "Active",
        }
    }

    /// The account's state as a badge.
    pub fn badge(&self, now: Timestamp) -> Badge {
        match self.locked_until.filter(|until| *until > now) {
            _ if self.disabled => Badge::off("Disabled"),
            Some(until) => Badge::bad(format!("Locked, opens {}", crate::format::relative(until, now))),
            None if self.invited => Badge::busy("Invited"),
            None if self.must_change => Badge::warn("Must change password"),
            None => Badge::ok("Active"),
        }
    }
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

/// The list.
pub static SHEET: Sheet<OperatorRow> = Sheet {
    file: "operators",
    order: "user_name",
    given: true,
    finds: false,
    id: |row| row.id.clone(),
    fields: &[
        sheet::Field::new("user_name", "Operator", |row| Value::text(&row.user_name)),
        sheet::Field::new("display_name", "Full name", |row| Value::text(&row.display_name)),
        sheet::Field::new("role", "Role", |row| Value::text(role_name(row.role))),
        sheet::Field::new("state", "State", |row| Value::text(row.state())),
        sheet::Field::new("signed_in", "Last sign-in", |row| Value::time(row.last_sign_in)),
        sheet::Field::new("seen", "Last seen", |row| Value::time(row.last_seen)),
        sheet::Field::new("sessions", "Sessions", |row| Value::Number(row.session_count)),
    ],
};

/// The page.
pub fn page(frame: Frame, listed: &Listed<OperatorRow>, here: &Address) -> ListPage {
    let head = PageHead::new("Operators")
        .lead("People who may run this server. They are not people of the directory.")
        .action(Action::go("Sessions", "/operators/sessions").icon(Icon::Clock))
        .action(Action::go("Add an operator", "/operators/new").primary().icon(Icon::Plus));
    let columns = ["user_name", "role", "state", "signed_in", "seen"].map(|key| SHEET.column(key, here)).into_iter();
    let columns = columns.chain([SHEET.number("sessions", here), Column::actions()]);
    let (rows, now) = (&listed.rows, frame.now);
    let table =
        Table::new("operators", "Operators", columns.collect(), rows.iter().map(|row| line(row, now)).collect())
            .paging(Paging::new(here, rows.len(), None, listed.next()))
            .export("CSV", Sheet::<OperatorRow>::export(here))
            .empty(Empty::new("No operators", ""));
    ListPage::new(frame, head, table).note(listed.note()).words(here)
}

fn line(row: &OperatorRow, now: Timestamp) -> Row {
    let at = |verb: &str| format!("/operators/{}{verb}", row.id);
    let mut actions = Vec::new();
    if row.locked_until.is_some_and(|until| until > now) {
        actions.push(Action::post("Unlock", at("/unlock")).small().about(&row.user_name));
    }
    if !row.itself {
        actions.push(Action::ask("New password…", at("/reset")).small().about(&row.user_name));
    }
    let name = if row.itself { format!("{} (you)", row.user_name) } else { row.user_name.clone() };
    Row::new(vec![
        Cell::main(name, at(""), &row.display_name),
        Cell::text(role_name(row.role)),
        Cell::badge(row.badge(now)),
        Cell::ago_or(row.last_sign_in, now, "Never"),
        Cell::ago_or(row.last_seen, now, "Never"),
        Cell::count(row.session_count),
        Cell::Actions(actions),
    ])
}

/// What the form holds, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct OperatorForm {
    pub user_name: String,
    pub display_name: String,
    pub email: String,
    pub role: String,
    /// `(field, message)`.
    pub error: Option<(&'static str, String)>,
}

/// `GET /operators/new`.
pub fn form(frame: Frame, form: &OperatorForm) -> FormPage {
    let head = PageHead::new("Add an operator")
        .crumb("Operators", "/operators")
        .lead("You get a link to hand over, by which they choose their own password. It works once and for 24 hours.");
    let error = |field: &str| {
        form.error.iter().filter(|(name, _)| *name == field).map(|(_, message)| message.clone()).collect::<String>()
    };
    FormPage::new(frame, head, "/operators", "/operators")
        .field(
            Field::text("user_name", "User name")
                .value(&form.user_name)
                .hint("Letters, digits and . _ - @ +")
                .error(error("user_name"))
                .attribute("required", "")
                .attribute("autocomplete", "off")
                .attribute("maxlength", "64"),
        )
        .field(
            Field::text("display_name", "Full name")
                .value(&form.display_name)
                .error(error("display_name"))
                .optional()
                .attribute("autocomplete", "off")
                .attribute("maxlength", "120"),
        )
        .field(
            Field::email("email", "Mail address")
                .value(&form.email)
                .error(error("email"))
                .optional()
                .attribute("autocomplete", "off"),
        )
        .field(role_field(if form.role.is_empty() { Role::Auditor.as_str() } else { &form.role }).error(error("role")))
        .submit("Add")
}

#[cfg(test)]
pub mod samples {
    //! What these pages look like.

    use kernel::Role;

    use super::{OperatorForm, OperatorRow, form, page};
    use crate::address::Address;
    use crate::layout::Section;
    use crate::sheet::Listed;
    use crate::tests::{DAY, Gallery, HOUR, MINUTE, ago, ahead, frame};

    pub fn add(gallery: &mut Gallery) {
        let row = |name: &str, role, itself| OperatorRow {
            id: name.into(),
            user_name: name.into(),
            display_name: "Grace Hopper".into(),
            role,
            locked_until: None,
            must_change: false,
            invited: false,
            disabled: false,
            last_sign_in: Some(ago(3 * HOUR)),
            last_seen: Some(ago(2 * MINUTE)),
            session_count: 2,
            itself,
        };
        let rows = vec![
            row("ada.lovelace", Role::Owner, true),
            OperatorRow { last_sign_in: Some(ago(2 * DAY)), ..row("grace", Role::Administrator, false) },
            OperatorRow { locked_until: Some(ahead(12 * MINUTE)), ..row("service.desk", Role::Helpdesk, false) },
            OperatorRow {
                must_change: true,
                last_sign_in: None,
                last_seen: None,
                session_count: 0,
                invited: true,
                ..row("audit", Role::Auditor, false)
            },
        ];
        let here = Address::new("/operators");
        gallery.add("operators", &page(frame("Operators", Section::Operators), &Listed::of(rows, None), &here));
        gallery.add("operator-new", &form(frame("Add an operator", Section::Operators), &OperatorForm::default()));
    }
}

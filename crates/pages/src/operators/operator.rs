//! `GET /operators/{id}`: one operator: names and role, and what an owner can do about the account.

use kernel::Role;

use super::list::role_field;
use crate::form::Field;
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::{ConfirmPage, FormPage};
use crate::parts::{Action, Badge, PageHead};

/// What the form holds, and what is wrong with it.
#[derive(Debug, Clone)]
pub struct OperatorEdit {
    pub id: String,
    pub user_name: String,
    pub display_name: String,
    pub email: String,
    pub role: Role,
    pub state: Badge,
    pub disabled: bool,
    /// Whether it is the one who looks.
    pub itself: bool,
    /// `(field, message)`.
    pub error: Option<(&'static str, String)>,
}

/// The page.
pub fn page(frame: Frame, edit: &OperatorEdit) -> FormPage {
    let at = |verb: &str| format!("/operators/{}{verb}", edit.id);
    let mut head = PageHead::new(&edit.user_name).crumb("Operators", "/operators").badge(edit.state.clone());
    if !edit.itself {
        let toggle = if edit.disabled { ("Enable", "/enable") } else { ("Disable", "/disable") };
        head = head
            .action(Action::post("End sessions", at("/sign-out")).icon(Icon::SignOut))
            .action(Action::ask("New password…", at("/reset")).icon(Icon::Lock))
            .action(Action::post(toggle.0, at(toggle.1)))
            .action(Action::ask("Remove…", at("/remove")).danger());
    }
    let error = |field: &str| {
        edit.error.iter().filter(|(name, _)| *name == field).map(|(_, message)| message.clone()).collect::<String>()
    };
    FormPage::new(frame, head, at(""), "/operators")
        .sent_to(&at("/save"))
        .field(
            Field::text("display_name", "Full name")
                .value(&edit.display_name)
                .error(error("display_name"))
                .attribute("maxlength", "120"),
        )
        .field(
            Field::email("email", "Mail address")
                .value(&edit.email)
                .hint("For warnings and held plans.")
                .error(error("email"))
                .optional(),
        )
        .field(role_field(edit.role.as_str()).error(error("role")))
}

/// The question before a link for a new password is made.
pub fn ask_reset(frame: Frame, id: &str, user_name: &str) -> ConfirmPage {
    ConfirmPage::new(frame, format!("Make a link for {user_name}?"), "Make the link", format!("/operators/{id}/reset"))
        .consequence("Whoever opens it chooses a new password. It works once and for 24 hours; the present password works until then.")
        .cancel(format!("/operators/{id}"))
}

/// The question before an operator is removed.
pub fn ask_remove(frame: Frame, id: &str, user_name: &str) -> ConfirmPage {
    ConfirmPage::new(frame, format!("Remove {user_name}?"), "Remove", format!("/operators/{id}/remove"))
        .consequence("Their sessions and tokens end at once. What they did stays in the audit trail.")
        .cancel(format!("/operators/{id}"))
        .danger()
}

#[cfg(test)]
pub mod samples {
    //! What these pages look like.

    use kernel::Role;

    use super::{OperatorEdit, ask_remove, ask_reset, page};
    use crate::layout::Section;
    use crate::parts::Badge;
    use crate::tests::{Gallery, frame};

    pub fn add(gallery: &mut Gallery) {
        let edit = OperatorEdit {
            id: "o1".into(),
            user_name: "grace".into(),
            display_name: "Grace Hopper".into(),
            email: "grace@contoso".into(),
            role: Role::Administrator,
            state: Badge::ok("Active"),
            disabled: false,
            itself: false,
            error: Some(("email", "Must be an e-mail address.".into())),
        };
        gallery.add("operator", &page(frame("grace", Section::Operators), &edit));
        gallery.add("operator-reset", &ask_reset(frame("Reset", Section::Operators), "o1", "grace"));
        gallery.add("operator-remove", &ask_remove(frame("Remove", Section::Operators), "o1", "grace"));
    }
}

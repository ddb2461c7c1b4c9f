//! Before the console: sign in, set up the first operator, choose a new password.

use askama::Template;

use crate::form::Field;
use crate::layout::Frame;

/// `GET /sign-in`.
#[derive(Debug, Template)]
#[template(path = "operators/sign_in.html")]
pub struct SignInPage {
    pub frame: Frame,
    pub name: String,
    /// Where to go afterwards.
    pub next: String,
    /// Why the attempt before failed; empty on the first.
    pub error: String,
}

impl SignInPage {
    fn name_field(&self) -> Field {
        let field = Field::text("name", "User name").value(&self.name);
        let field = field.attribute("autocomplete", "username").attribute("required", "").attribute("maxlength", "128");
        if self.name.is_empty() { field.attribute("autofocus", "") } else { field }
    }

    fn password_field(&self) -> Field {
        let field = Field::password("password", "Password").attribute("autocomplete", "current-password");
        let field = field.attribute("required", "").attribute("maxlength", "1024");
        if self.name.is_empty() { field } else { field.attribute("autofocus", "") }
    }
}

/// `GET /set-up`: the one-time link of the first start.
#[derive(Debug, Template)]
#[template(path = "operators/set_up.html")]
pub struct SetUpPage {
    pub frame: Frame,
    pub token: String,
    pub organisation: String,
    pub name: String,
    pub organisation_error: String,
    pub name_error: String,
    pub password_error: String,
}

impl SetUpPage {
    fn fields(&self) -> Vec<Field> {
        vec![
            Field::text("organisation", "Organisation")
                .value(&self.organisation)
                .hint("The name shown at the top of every page.")
                .error(&self.organisation_error)
                .attribute("required", "")
                .attribute("autocomplete", "organization"),
            Field::text("name", "Your user name")
                .value(&self.name)
                .error(&self.name_error)
                .attribute("required", "")
                .attribute("autocomplete", "username"),
            new_password("password", "Password", &self.password_error),
            Field::password("repeat", "Repeat the password")
                .attribute("autocomplete", "new-password")
                .attribute("required", ""),
        ]
    }
}

/// `GET /change-password`: before anything else when the password was given by somebody else.
#[derive(Debug, Template)]
#[template(path = "operators/change_password.html")]
pub struct ChangePasswordPage {
    pub frame: Frame,
    /// The operator's name, for password managers.
    pub name: String,
    /// Whether the operator must, or chose to.
    pub forced: bool,
    pub current_error: String,
    pub password_error: String,
}

impl ChangePasswordPage {
    fn fields(&self) -> Vec<Field> {
        vec![
            Field::password("current", "Current password")
                .error(&self.current_error)
                .attribute("autocomplete", "current-password")
                .attribute("required", ""),
            new_password("password", "New password", &self.password_error),
            Field::password("repeat", "Repeat the new password")
                .attribute("autocomplete", "new-password")
                .attribute("required", ""),
        ]
    }
}

fn new_password(name: &str, label: &str, error: &str) -> Field {
    Field::password(name, label)
        .hint("At least 12 characters. A sentence is good; nothing else is asked of it.")
        .error(error)
        .attribute("autocomplete", "new-password")
        .attribute("minlength", "12")
        .attribute("maxlength", "1024")
        .attribute("required", "")
}

#[cfg(test)]
pub mod samples {
    //! What these pages look like.

    use super::{ChangePasswordPage, SetUpPage, SignInPage};
    use crate::tests::{Gallery, gate_frame};

    pub fn add(gallery: &mut Gallery) {
        let sign_in = SignInPage { frame: gate_frame("Sign in"), name: String::new(), next: String::new(), error: String::new() };
        gallery.add("sign-in", &sign_in);
        let refused = SignInPage {
            frame: gate_frame("Sign in"),
            name: "ada".into(),
            next: "/dirsync/plans".into(),
            error: "That user name and password do not match. After five more failures the account is locked for 15 minutes.".into(),
        };
        gallery.add("sign-in-refused", &refused);
        let set_up = SetUpPage {
            frame: gate_frame("Set up"),
            token: "Zm9v".into(),
            organisation: "Contoso".into(),
            name: "ada".into(),
            organisation_error: String::new(),
            name_error: String::new(),
            password_error: "Too short: 12 characters are needed.".into(),
        };
        gallery.add("set-up", &set_up);
        let change = ChangePasswordPage {
            frame: gate_frame("Choose a new password"),
            name: "ada".into(),
            forced: true,
            current_error: String::new(),
            password_error: String::new(),
        };
        gallery.add("change-password", &change);
    }
}

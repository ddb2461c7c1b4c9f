//! Before the console: sign in, set up the first operator, choose a password.

use askama::Template;

use crate::form::{self, Field};
use crate::layout::Frame;

/// `GET /sign-in`.
#[derive(Debug, Template)]
#[template(path = "operators/sign_in.html")]
pub struct SignInPage {
    pub frame: Frame,
    pub user_name: String,
    /// Where to go afterwards.
    pub next: String,
    /// Why the attempt before failed; empty on the first.
    pub error: String,
}

impl SignInPage {
    fn fields(&self) -> [Field; 2] {
        let again = !self.user_name.is_empty();
        let name = Field::text("user_name", "User name").value(&self.user_name);
        let name = name.attribute("autocomplete", "username").attribute("required", "").attribute("maxlength", "64");
        let password = Field::password("password", "Password").attribute("autocomplete", "current-password");
        let password = password.attribute("required", "").attribute("maxlength", "1024");
        if again { [name, focused(password)] } else { [focused(name), password] }
    }
}

fn focused(field: Field) -> Field {
    field.attribute("autofocus", "")
}

/// `GET /set-up` and `GET /choose-password`: the page behind a one-time link.
#[derive(Debug, Template)]
#[template(path = "operators/link.html")]
pub struct LinkPage {
    pub frame: Frame,
    pub token: String,
    pub organisation: String,
    /// The operator whose password it is; `None` makes the first one.
    pub operator: Option<String>,
    pub user_name: String,
    pub organisation_error: String,
    pub name_error: String,
    pub password_error: String,
}

impl LinkPage {
    fn action(&self) -> &'static str {
        if self.operator.is_some() { "/choose-password" } else { "/set-up" }
    }

    fn fields(&self) -> Vec<Field> {
        let first = [
            Field::text("organisation", "Organisation")
                .value(&self.organisation)
                .hint("The name shown at the top of every page.")
                .error(&self.organisation_error)
                .attribute("maxlength", "120")
                .attribute("autocomplete", "organization"),
            Field::text("user_name", "Your user name")
                .value(&self.user_name)
                .error(&self.name_error)
                .attribute("required", "")
                .attribute("autocomplete", "username")
                .attribute("minlength", "2")
                .attribute("maxlength", "64"),
        ];
        let name = self.operator.is_none().then_some(first).into_iter().flatten();
        name.chain(new_password(&self.password_error)).collect()
    }

    fn errors(&self) -> Vec<(String, String)> {
        form::summary(&self.fields().iter().collect::<Vec<_>>())
    }
}

/// `GET /change-password`: before anything else when somebody else knows the present one.
#[derive(Debug, Template)]
#[template(path = "operators/password.html")]
pub struct PasswordPage {
    pub frame: Frame,
    /// The operator's name, for password managers.
    pub user_name: String,
    /// Whether the operator must, or chose to.
    pub forced: bool,
    pub current_error: String,
    pub password_error: String,
}

impl PasswordPage {
    fn fields(&self) -> Vec<Field> {
        let current = Field::password("current", "Current password")
            .error(&self.current_error)
            .attribute("autocomplete", "current-password")
            .attribute("required", "");
        [current].into_iter().chain(new_password(&self.password_error)).collect()
    }
}

fn new_password(error: &str) -> [Field; 2] {
    let password = Field::password("password", "New password")
        .hint("At least 12 characters. A sentence is good; nothing else is asked of it.")
        .error(error)
        .attribute("minlength", "12");
    let repeat = Field::password("repeat", "Repeat it");
    [password, repeat].map(|field| {
        field.attribute("autocomplete", "new-password").attribute("maxlength", "1024").attribute("required", "")
    })
}

#[cfg(test)]
pub mod samples {
    //! What these pages look like.

    use super::{LinkPage, PasswordPage, SignInPage};
    use crate::tests::{Gallery, gate_frame};

    pub fn add(gallery: &mut Gallery) {
        let frame = || gate_frame("Sign in");
        let (empty, none) = (String::new, String::new());
        gallery.add("sign-in", &SignInPage { frame: frame(), user_name: empty(), next: empty(), error: none });
        let error = "The user name or the password is wrong, or the account is locked for a while.".to_owned();
        let next = "/dirsync/plans".to_owned();
        gallery.add("sign-in-refused", &SignInPage { frame: frame(), user_name: "ada".into(), next, error });
        let link = |operator, password_error: &str| LinkPage {
            frame: gate_frame("Set up"),
            token: "Zm9v".into(),
            organisation: "Contoso".into(),
            operator,
            user_name: "ada".into(),
            organisation_error: String::new(),
            name_error: String::new(),
            password_error: password_error.into(),
        };
        gallery.add("set-up", &link(None, "Must have at least 12 characters."));
        gallery.add("choose-password", &link(Some("grace".into()), ""));
        let page = |forced| PasswordPage {
            frame: gate_frame("Change password"),
            user_name: "ada".into(),
            forced,
            current_error: String::new(),
            password_error: String::new(),
        };
        gallery.add("password", &page(false));
        gallery.add("password-forced", &page(true));
    }
}

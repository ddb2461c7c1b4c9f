//! `GET /operators/tokens`: API tokens. A token's text is shown once, when it is made.

use askama::Template;
use kernel::{Role, Timestamp};

use super::list::{role_field, role_name};
use crate::address::Address;
use crate::form::{Choice, Field};
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::{ConfirmPage, FormPage, ListPage};
use crate::parts::{Action, Badge, Callout, Cell, Code, PageHead, Tone};
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Column, Empty, Paging, Row, Table};

/// One line of the list.
#[derive(Debug, Clone)]
pub struct TokenRow {
    pub id: String,
    pub label: String,
    pub role: Role,
    pub owner: String,
    pub expires: Timestamp,
    pub last_used: Option<Timestamp>,
    pub works: bool,
    pub made: Timestamp,
}

/// The list.
pub static SHEET: Sheet<TokenRow> = Sheet {
    file: "tokens",
    order: "-made",
    given: true,
    finds: false,
    id: |row| row.id.clone(),
    fields: &[
        sheet::Field::new("label", "Token", |row| Value::text(&row.label)),
        sheet::Field::new("owner", "Owner", |row| Value::text(&row.owner)),
        sheet::Field::new("role", "Role", |row| Value::text(role_name(row.role))),
        sheet::Field::new("state", "State", |row| Value::text(if row.works { "Works" } else { "Does not work" })),
        sheet::Field::new("used", "Last used", |row| Value::time(row.last_used)),
        sheet::Field::new("expires", "Expires", |row| Value::Time(row.expires)),
        sheet::Field::new("made", "Made", |row| Value::Time(row.made)),
    ],
};

/// The page.
pub fn page(frame: Frame, listed: &Listed<TokenRow>, here: &Address) -> ListPage {
    let head = PageHead::new("API tokens")
        .lead("For scripts, the command line and other programs. Each has a role and an end.")
        .action(Action::go("Make a token", "/operators/tokens/new").primary().icon(Icon::Plus));
    let columns = ["label", "role", "state", "used", "expires"].map(|key| SHEET.column(key, here)).into_iter();
    let columns = columns.chain([Column::actions()]);
    let (rows, now) = (&listed.rows, frame.now);
    let table = Table::new("tokens", "API tokens", columns.collect(), rows.iter().map(|row| line(row, now)).collect())
        .paging(Paging::new(here, rows.len(), None, listed.next()))
        .export("CSV", Sheet::<TokenRow>::export(here))
        .empty(
            Empty::new("No tokens", "The command line and the API need one.")
                .action(Action::go("Make a token", "/operators/tokens/new").primary()),
        );
    ListPage::new(frame, head, table).note(listed.note()).words(here)
}

fn line(row: &TokenRow, now: Timestamp) -> Row {
    let state = match row.works {
        true => Badge::ok("Works"),
        false if row.expires <= now => Badge::off("Expired"),
        false => Badge::warn("Owner may not sign in"),
    };
    let revoke =
        Action::ask("Revoke", format!("/operators/tokens/{}/revoke", row.id)).small().danger().about(&row.label);
    Row::new(vec![
        Cell::name(&row.label, format!("of {}", row.owner)),
        Cell::text(role_name(row.role)),
        Cell::badge(state),
        Cell::ago_or(row.last_used, now, "Never"),
        Cell::ago(row.expires, now),
        Cell::Actions(vec![revoke]),
    ])
}

/// The question before a token is revoked.
pub fn ask_revoke(frame: Frame, id: &str, label: &str) -> ConfirmPage {
    let question =
        if label.is_empty() { "Revoke this token?".to_owned() } else { format!("Revoke the token “{label}”?") };
    ConfirmPage::new(frame, question, "Revoke", format!("/operators/tokens/{id}/revoke"))
        .consequence("Whatever uses it is refused from now on.")
        .cancel("/operators/tokens")
        .danger()
}

/// `GET /operators/tokens/new`.
pub fn form(frame: Frame, label: &str, role: &str, error: Option<&(&'static str, String)>) -> FormPage {
    let spans = [("30", "30 days"), ("90", "90 days"), ("365", "A year")].map(|(value, name)| Choice::new(value, name));
    let error =
        |field: &str| error.filter(|(name, _)| *name == field).map(|(_, message)| message.clone()).unwrap_or_default();
    let head = PageHead::new("Make a token").crumb("API tokens", "/operators/tokens");
    FormPage::new(frame, head, "/operators/tokens", "/operators/tokens")
        .field(
            Field::text("label", "What it is for")
                .value(label)
                .error(error("label"))
                .hint("Shown in the list and in the audit trail.")
                .attribute("required", "")
                .attribute("maxlength", "80"),
        )
        .field(role_field(if role.is_empty() { Role::Auditor.as_str() } else { role }).error(error("role")))
        .field(Field::select("days", "Expires after", spans.into()).value("90"))
        .submit("Make the token")
}

/// A secret that is shown once: a new token, or a link.
#[derive(Debug, Template)]
#[template(path = "operators/once.html")]
pub struct OncePage {
    frame: Frame,
    head: PageHead,
    callout: Callout,
    secret: Code,
    example: Option<Code>,
    back: Action,
}

impl OncePage {
    /// Any other secret.
    pub fn of(frame: Frame, head: PageHead, callout: Callout, secret: Code, back: &str) -> Self {
        Self { frame, head, callout, secret, example: None, back: Action::go("Done", back).primary() }
    }

    /// A new token with a line that tries it.
    pub fn token(frame: Frame, label: &str, token: &str, url: &str) -> Self {
        let example = format!("export VESTIBULE_URL={url}\nexport VESTIBULE_TOKEN={token}\nvestibule dirsync runs");
        Self {
            head: PageHead::new(format!("Token “{label}”")).crumb("API tokens", "/operators/tokens"),
            callout: Callout::new(Tone::Warn, "Copy it now", "Only its hash is kept. It cannot be shown again."),
            secret: Code::new("secret", "The token", token).wrap(),
            example: Some(Code::new("example", "How to use it", example)),
            back: Action::go("Done", "/operators/tokens").primary(),
            frame,
        }
    }

    /// A link by which an operator chooses a password.
    pub fn link(frame: Frame, user_name: &str, url: &str) -> Self {
        Self {
            head: PageHead::new(format!("A link for {user_name}")).crumb("Operators", "/operators"),
            callout: Callout::new(
                Tone::Warn,
                "Hand it over now",
                "It cannot be shown again. It works once and for 24 hours; whoever opens it chooses the password.",
            ),
            secret: Code::new("secret", "The link", url).wrap(),
            example: None,
            back: Action::go("Done", "/operators").primary(),
            frame,
        }
    }
}

#[cfg(test)]
pub mod samples {
    //! What these pages look like.

    use kernel::Role;

    use super::{OncePage, TokenRow, ask_revoke, form, page};
    use crate::address::Address;
    use crate::layout::Section;
    use crate::sheet::Listed;
    use crate::tests::{DAY, Gallery, MINUTE, ago, ahead, frame};

    pub fn add(gallery: &mut Gallery) {
        let row = |label: &str, role, expires, last_used, works| TokenRow {
            id: label.into(),
            label: label.into(),
            role,
            owner: "ada.lovelace".into(),
            expires,
            last_used,
            works,
            made: ago(30 * DAY),
        };
        let rows = vec![
            row("Nightly export", Role::Auditor, ahead(60 * DAY), Some(ago(4 * MINUTE)), true),
            row("Terraform", Role::Administrator, ahead(3 * DAY), None, true),
            row("Old script", Role::Helpdesk, ago(DAY), Some(ago(20 * DAY)), false),
        ];
        let here = Address::new("/operators/tokens");
        let page = |rows| page(frame("API tokens", Section::Tokens), &Listed::of(rows, None), &here);
        gallery.add("tokens", &page(rows));
        gallery.add("tokens-empty", &page(Vec::new()));
        gallery.add("token-new", &form(frame("Make a token", Section::Tokens), "", "", None));
        gallery.add("token-revoke", &ask_revoke(frame("Revoke", Section::Tokens), "1", "Nightly export"));
        let once = OncePage::token(
            frame("Token", Section::Tokens),
            "Nightly export",
            "vst_0198f0c26c1e_7Jt3QmXyZb2nVh5c",
            "https://vestibule.contoso.example",
        );
        gallery.add("token-once", &once);
        let url = "https://vestibule.contoso.example/choose-password?token=7Jt3QmXyZb2nVh5cQ8rT";
        gallery.add("link-once", &OncePage::link(frame("A link", Section::Operators), "grace", url));
    }
}

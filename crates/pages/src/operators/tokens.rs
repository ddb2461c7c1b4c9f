//! `GET /operators/tokens`: API tokens. A token's text is shown once, when it is made.

use askama::Template;
use kernel::{Role, Timestamp};

use super::operators::{role_field, role_name};
use crate::form::{Choice, Field};
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::{FormPage, ListPage};
use crate::parts::{Action, Badge, Callout, Cell, Code, PageHead, Tone};
use crate::table::{Column, Empty, Row, Table};

/// One line of the list.
#[derive(Debug, Clone)]
pub struct TokenRow {
    pub id: String,
    pub label: String,
    pub role: Role,
    pub created_by: String,
    pub created: Timestamp,
    pub expires: Option<Timestamp>,
    pub last_used: Option<Timestamp>,
    pub last_address: String,
    pub revoked: bool,
}

/// The page.
pub fn page(frame: Frame, rows: &[TokenRow]) -> ListPage {
    let head = PageHead::new("API tokens")
        .lead("For scripts, the command line and other programs. Each has a role and an end.")
        .action(Action::go("Make a token", "/operators/tokens/new").primary().icon(Icon::Plus));
    let columns = ["Token", "Role", "State", "Last used", "Expires"].map(Column::new).into_iter().chain([Column::actions()]);
    let now = frame.now;
    let table = Table::new("tokens", "API tokens", columns.collect(), rows.iter().map(|row| line(row, now)).collect())
        .empty(Empty::new("No tokens", "The command line and the API need one.").action(Action::go("Make a token", "/operators/tokens/new").primary()));
    ListPage::new(frame, head, table)
}

fn line(row: &TokenRow, now: Timestamp) -> Row {
    let expired = row.expires.is_some_and(|at| at <= now);
    let state = match (row.revoked, expired) {
        (true, _) => Badge::bad("Revoked"),
        (false, true) => Badge::off("Expired"),
        (false, false) => Badge::ok("Active"),
    };
    let used = match row.last_used {
        Some(at) => Cell::Lines(vec![Cell::ago(at, now), Cell::Muted(row.last_address.clone())]),
        None => Cell::Muted("Never".into()),
    };
    let revoke = Action::ask("Revoke", format!("/operators/tokens/{}/revoke", row.id)).small().danger().about(&row.label);
    Row::new(vec![
        Cell::name(&row.label, format!("made by {}", row.created_by)),
        Cell::text(role_name(row.role)),
        Cell::badge(state),
        used,
        Cell::ago_or(row.expires, now, "Never"),
        Cell::Actions(if row.revoked || expired { Vec::new() } else { vec![revoke] }),
    ])
}

/// `GET /operators/tokens/new`.
pub fn form(frame: Frame, label: &str, role: &str, error: &str) -> FormPage {
    let spans = [("30", "30 days"), ("90", "90 days"), ("365", "A year")].map(|(value, name)| Choice::new(value, name));
    FormPage::new(frame, PageHead::new("Make a token").crumb("API tokens", "/operators/tokens"), "/operators/tokens", "/operators/tokens")
        .field(Field::text("label", "What it is for").value(label).error(error).hint("Shown in the list and in the audit trail.").attribute("required", "").attribute("maxlength", "100"))
        .field(role_field(if role.is_empty() { "auditor" } else { role }))
        .field(Field::select("days", "Expires after", spans.into()).value("90"))
        .submit("Make the token")
}

/// A secret that is shown once: a new token, or a first password.
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

    /// A first password for an operator.
    pub fn password(frame: Frame, name: &str, password: &str) -> Self {
        Self {
            head: PageHead::new(format!("First password of {name}")).crumb("Operators", "/operators"),
            callout: Callout::new(Tone::Warn, "Hand it over now", "Only its hash is kept. It must be changed at the first sign-in."),
            secret: Code::new("secret", "The password", password).wrap(),
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

    use super::{OncePage, TokenRow, form, page};
    use crate::layout::Section;
    use crate::tests::{DAY, Gallery, MINUTE, ago, ahead, frame};

    pub fn add(gallery: &mut Gallery) {
        let row = |label: &str, role, expires, last_used, revoked| TokenRow {
            id: label.into(),
            label: label.into(),
            role,
            created_by: "ada.lovelace".into(),
            created: ago(30 * DAY),
            expires: Some(expires),
            last_used,
            last_address: "192.0.2.14".into(),
            revoked,
        };
        let rows = [
            row("Nightly export", Role::Auditor, ahead(60 * DAY), Some(ago(4 * MINUTE)), false),
            row("Terraform", Role::Administrator, ahead(3 * DAY), None, false),
            row("Old script", Role::Helpdesk, ago(DAY), Some(ago(20 * DAY)), false),
            row("Leaked", Role::Administrator, ahead(60 * DAY), Some(ago(9 * DAY)), true),
        ];
        gallery.add("tokens", &page(frame("API tokens", Section::Tokens), &rows));
        gallery.add("tokens-empty", &page(frame("API tokens", Section::Tokens), &[]));
        gallery.add("token-new", &form(frame("Make a token", Section::Tokens), "", "", ""));
        let once = OncePage::token(frame("Token", Section::Tokens), "Nightly export", "vst_0198f0c26c1e_7Jt3QmXyZb2nVh5c", "https://vestibule.contoso.example");
        gallery.add("token-once", &once);
        gallery.add("password-once", &OncePage::password(frame("First password", Section::Operators), "grace", "tidal-lantern-cobalt-42"));
    }
}

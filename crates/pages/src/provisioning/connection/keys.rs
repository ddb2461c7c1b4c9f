//! The keys of a connection.

use kernel::Timestamp;

use super::ConnectionPage;
use crate::doors::Offers as _;
use crate::form::{Choice, Field};
use crate::parts::{Action, Badge, Cell, Check, Checklist, Tone};
use crate::table::{Column, Empty, Row, Table};

/// A key; its secret never comes here.
#[derive(Debug, Clone)]
pub struct KeyRow {
    pub id: String,
    pub key: String,
    pub label: String,
    pub works: bool,
    pub revoked: bool,
    pub made: Timestamp,
    pub expires: Option<Timestamp>,
    pub last_used: Option<Timestamp>,
    pub last_address: String,
    /// Where it may be used from; empty: anywhere.
    pub addresses: String,
}

/// What the form for a new key holds.
#[derive(Debug, Clone, Default)]
pub struct KeyForm {
    pub label: String,
    pub days: String,
    pub addresses: String,
    pub error: String,
}

impl ConnectionPage {
    pub(super) fn keys(&self, rows: &[KeyRow]) -> Table {
        let now = self.frame.now;
        let lines = rows.iter().map(|row| {
            let state = match (row.works, row.revoked) {
                (true, _) => Badge::ok("Works"),
                (false, true) => Badge::off("Revoked"),
                (false, false) => Badge::bad("Expired"),
            };
            let mut actions = Vec::new();
            if !row.revoked {
                let href = self.href(&format!("/keys/{}/revoke", row.id));
                actions.push(Action::ask("Revoke", href).small().danger().about(&row.label));
            }
            let used = match row.last_used {
                Some(at) => Cell::Lines(vec![Cell::ago(at, now), Cell::Muted(row.last_address.clone())]),
                None => Cell::Muted("Never".to_owned()),
            };
            let from = if row.addresses.is_empty() { "Anywhere".to_owned() } else { row.addresses.clone() };
            Row::new(vec![
                Cell::name(&row.label, &row.key),
                Cell::badge(state),
                used,
                Cell::Text(from),
                Cell::ago_or(row.expires, now, "Never"),
                Cell::ago(row.made, now),
                Cell::Actions(actions),
            ])
        });
        let columns = ["Key", "State", "Last used", "From", "Expires", "Made"].map(Column::new).into_iter();
        Table::new("push-keys", "Keys", columns.chain([Column::actions()]).collect(), lines.collect())
            .empty(Empty::new("No key", "Nothing can be pushed without one."))
            .only_for(self.frame.role())
    }

    pub(super) fn key_form(form: &KeyForm) -> Vec<Field> {
        let spans = [("180", "180 days"), ("365", "A year"), ("730", "Two years"), ("", "Never: revoke it by hand")];
        vec![
            Field::text("label", "What it is for")
                .value(&form.label)
                .error(&form.error)
                .attribute("required", "")
                .attribute("maxlength", "80"),
            Field::select("days", "Expires after", spans.map(|(value, name)| Choice::new(value, name)).into())
                .value(&form.days),
            Field::area("addresses", "Only from these addresses", 2)
                .mono()
                .value(&form.addresses)
                .hint(
                    "Ranges such as 198.51.100.0/24, one a line. Entra’s are in the service tag AzureActiveDirectory.",
                )
                .optional(),
        ]
    }

    pub(super) fn rotation() -> Checklist {
        let step = |name: &str, text: &str| Check::new(Tone::Info, name, text);
        Checklist::new(vec![
            step("Make a second key", "Both work. Nothing is interrupted."),
            step("Enter it in Entra", "Provisioning > Admin Credentials > Secret Token, Test Connection, Save."),
            step("Watch for its first call", "Its last use shows here."),
            step("Revoke the old one", "When it has not been used for an hour."),
        ])
    }
}

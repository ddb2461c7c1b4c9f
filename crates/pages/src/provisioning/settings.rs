//! The settings of a connection as a form.

use crate::form::{Choice, Field};
use crate::parts::Callout;

/// What the form holds. Texts stay as typed, so that a wrong one comes back as it was.
#[derive(Debug, Clone, Default)]
pub struct SettingsForm {
    pub version: i64,
    pub name: String,
    pub tenant: String,
    /// `(id, name)` of the connected tenants.
    pub tenants: Vec<(String, String)>,
    /// People were pushed: the tenant stays.
    pub filled: bool,
    pub users: String,
    pub users_percent: String,
    pub groups: String,
    pub groups_percent: String,
    pub members_percent: String,
    pub members_from: String,
    pub young_hours: String,
    pub hold_hours: String,
    pub purge_after_days: String,
    pub keep_calls_days: String,
    pub keep_bodies: bool,
    pub refuse_unknown: bool,
    pub entra_tenant: String,
    pub entra_audience: String,
    /// What these limits would have held, where that was asked.
    pub tried: Option<Callout>,
    /// What is wrong with it as a whole; empty when nothing is.
    pub error: String,
}

fn number(name: &'static str, label: &'static str, value: &str, unit: &'static str, most: u32) -> Field {
    Field::number(name, label, 0).value(value).unit(unit).attribute("max", most.to_string()).attribute("required", "")
}

impl SettingsForm {
    /// What it is called and where it pushes from.
    pub fn identity(&self) -> Vec<Field> {
        let name = Field::text("name", "Name").value(&self.name).error(&self.error);
        let name = name.attribute("required", "").attribute("maxlength", "80");
        let none = Choice::new("", "No tenant");
        let tenants = self.tenants.iter().map(|(id, name)| Choice::new(id, name));
        let tenant = Field::select("tenant", "Pushes from this tenant", [none].into_iter().chain(tenants).collect());
        let hint = if self.filled {
            "Stays while there are people or groups of this connection."
        } else {
            "Then push and pull meet in one person, by the object id in externalId."
        };
        vec![name, tenant.value(&self.tenant).hint(hint)]
    }

    /// What a day may take away without asking.
    pub fn limits(&self) -> [[Field; 2]; 4] {
        [
            [
                number("users", "People disabled or deleted", &self.users, "a day", 1_000_000),
                number("users_percent", "or", &self.users_percent, "% of all active people", 100),
            ],
            [
                number("groups", "Groups deleted", &self.groups, "a day", 1_000_000),
                number("groups_percent", "or", &self.groups_percent, "% of all groups", 100),
            ],
            [
                number("members_percent", "Members lost by one group", &self.members_percent, "% a day", 100),
                number("members_from", "of groups with at least", &self.members_from, "members", 1_000_000),
            ],
            [
                number("young_hours", "Not counted when younger than", &self.young_hours, "hours", 720)
                    .hint("What was just made may be unmade."),
                number("hold_hours", "Held calls count as rejected after", &self.hold_hours, "hours", 720),
            ],
        ]
    }

    /// How long things are kept.
    pub fn keeping(&self) -> Vec<Field> {
        vec![
            number(
                "purge_after_days",
                "Deleted people and groups are purged after",
                &self.purge_after_days,
                "days",
                3_650,
            )
            .hint("Until then they can be restored, and come back as themselves when they are pushed again."),
            number("keep_calls_days", "What Entra saw is kept for", &self.keep_calls_days, "days", 365),
            Field::check("keep_bodies", "Keep requests and answers too", self.keep_bodies)
                .hint("Redacted: no secrets."),
        ]
    }

    /// How strict it is.
    pub fn strictness(&self) -> Vec<Field> {
        vec![
            Field::check("refuse_unknown", "Refuse attributes that are not known here", self.refuse_unknown)
                .hint("Otherwise they are ignored, as Entra expects."),
        ]
    }

    /// Tokens that Entra issues.
    pub fn entra(&self) -> [Field; 2] {
        [
            Field::text("entra_tenant", "Tenant id").value(&self.entra_tenant).mono().optional().hint(
                "For tests, when the secret token is left blank in Entra. Whoever may configure an application in that \
                 tenant can get such a token.",
            ),
            Field::text("entra_audience", "Audience").value(&self.entra_audience).mono().optional(),
        ]
    }
}

#[cfg(test)]
pub mod samples {
    //! What the form holds.

    use super::SettingsForm;
    use crate::parts::{Callout, Tone};

    /// Every sample with its name.
    pub fn all() -> [(&'static str, SettingsForm); 2] {
        [("connection-settings", form()), ("connection-settings-tried", tried())]
    }

    fn tried() -> SettingsForm {
        let days =
            vec!["26 of 512 people would be disabled or deleted within 24 hours; the limit is 25 or 5 % (9)".into()];
        let title = "9 of 41 would have been held in the last 30 days";
        let tried =
            Callout::new(Tone::Info, title, "Measured against the people and groups there are now.").items(days);
        SettingsForm { tried: Some(tried), error: String::new(), ..form() }
    }

    fn form() -> SettingsForm {
        SettingsForm {
            name: "Vestibule".into(),
            tenant: "t1".into(),
            tenants: vec![("t1".into(), "Contoso".into())],
            filled: true,
            users: "25".into(),
            users_percent: "5".into(),
            groups: "10".into(),
            groups_percent: "5".into(),
            members_percent: "30".into(),
            members_from: "10".into(),
            young_hours: "24".into(),
            hold_hours: "72".into(),
            purge_after_days: "30".into(),
            keep_calls_days: "30".into(),
            keep_bodies: true,
            error: "The name is taken.".into(),
            ..SettingsForm::default()
        }
    }
}

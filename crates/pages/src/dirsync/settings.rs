//! `GET /dirsync/settings`: what is synced, how often, and what no run may do alone.

use askama::Template;

use super::preview::PreviewView;
use crate::form::{self, Choice, Field};
use crate::layout::Frame;
use crate::parts::{Action, Callout, PageHead, Tone};

/// What the form holds. Fields are texts as typed, so that a wrong one comes back as it was.
#[derive(Debug, Clone, Default)]
pub struct SettingsForm {
    /// Which version this is a change of; a stale one is refused.
    pub version: String,
    pub mode: String,
    pub full_interval: String,
    pub delta_interval: String,
    pub include_disabled: bool,
    /// `none`, `all`, `domains`.
    pub guests: String,
    pub guest_domains: String,
    pub verified_domains_only: bool,
    pub filter: String,
    pub group_scope: String,
    pub delete_delay_days: u64,
    pub disable_delay_days: u64,
    pub purge_days: u64,
    pub user_limit_count: u64,
    pub user_limit_percent: u64,
    pub group_limit_count: u64,
    pub group_limit_percent: u64,
    pub member_limit_percent: u64,
    /// Whether creations and updates of a held plan go on.
    pub safe_part: bool,
    pub hold_hours: u64,
    pub owners: String,
    /// `(field, message)`.
    pub errors: Vec<(String, String)>,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "dirsync/settings.html")]
pub struct SettingsPage {
    frame: Frame,
    head: PageHead,
    callouts: Vec<Callout>,
    form: SettingsForm,
    preview: PreviewView,
}

impl SettingsPage {
    /// The settings with what the filter gives now.
    pub fn new(frame: Frame, form: SettingsForm, preview: PreviewView) -> Self {
        let head = PageHead::new("Sync settings")
            .lead("Changes take effect with the next run, which is a preview when it would touch people.")
            .action(Action::go("History", "/signals/audit?kind=dirsync.settings"));
        let callouts = callouts(&form);
        Self { frame, head, callouts, form, preview }
    }

    fn error(&self, name: &str) -> String {
        self.form.errors.iter().find(|(field, _)| field == name).map(|(_, message)| message.clone()).unwrap_or_default()
    }

    fn number(&self, name: &str, label: &str, value: u64, unit: &str) -> Field {
        Field::number(name, label, value).unit(unit).error(self.error(name)).attribute("max", "100000")
    }

    fn rhythm(&self) -> Vec<Field> {
        let modes = vec![
            Choice::new("off", "Off").hint("Nothing is read and nothing changes."),
            Choice::new("preview", "Preview only").hint("Runs read and plan; nothing changes."),
            Choice::new("on", "On").hint("Runs apply what they plan, within the limits."),
        ];
        let full = [("60", "Hourly"), ("360", "Every 6 hours"), ("720", "Every 12 hours"), ("1440", "Daily"), ("4320", "Every 3 days"), ("10080", "Weekly")];
        let delta = [("1", "Every minute"), ("5", "Every 5 minutes"), ("15", "Every 15 minutes"), ("60", "Hourly"), ("0", "Never")];
        vec![
            Field::radio("mode", "Mode", modes).value(&self.form.mode).cards(),
            Field::select("full_interval", "Full compare", choices(&full)).value(&self.form.full_interval).hint("Reads everything and compares it; the net under the delta."),
            Field::select("delta_interval", "Delta", choices(&delta)).value(&self.form.delta_interval).hint("Asks only for what has changed."),
        ]
    }

    fn who(&self) -> Vec<Field> {
        let guests = [("none", "No guests"), ("all", "All guests"), ("domains", "Guests of these domains")];
        vec![
            Field::check("include_disabled", "Include disabled people", self.form.include_disabled).hint("They come in as disabled, never as active."),
            Field::check("verified_domains_only", "Only people of verified domains", self.form.verified_domains_only).hint("The domains that the tenant has proved to own."),
            Field::radio("guests", "Guests", choices(&guests)).value(&self.form.guests).inline(),
            Field::text("guest_domains", "Domains of guests").value(&self.form.guest_domains).hint("Separated by commas.").error(self.error("guest_domains")).optional(),
        ]
    }

    fn filter(&self) -> Field {
        Field::area("filter", "Filter", 3)
            .mono()
            .value(&self.form.filter)
            .hint("In the $filter syntax of Microsoft Graph. It decides about people, never about groups.")
            .optional()
            .attribute("placeholder", "department eq 'Retail' and not startswith(userPrincipalName,'svc-')")
    }

    fn scope(&self) -> Field {
        Field::text("group_scope", "Only members of")
            .value(&self.form.group_scope)
            .hint("Group names or object ids, separated by commas; nested groups count. Empty means everybody.")
            .error(self.error("group_scope"))
            .optional()
    }

    fn deletion(&self) -> Vec<Field> {
        let form = &self.form;
        vec![
            self.number("delete_delay_days", "Delete after", form.delete_delay_days, "days as a conflict")
                .hint("Somebody who is gone from the source stays as a conflict for so long."),
            self.number("disable_delay_days", "Disable after", form.disable_delay_days, "days").hint("0 follows the source at once."),
            self.number("purge_days", "Purge after", form.purge_days, "days deleted").hint("Until then a deleted person can be restored."),
        ]
    }

    fn limits(&self) -> Vec<Vec<Field>> {
        let form = &self.form;
        vec![
            vec![
                self.number("user_limit_count", "People removed", form.user_limit_count, "at most"),
                self.number("user_limit_percent", "People removed, share", form.user_limit_percent, "% at most"),
            ],
            vec![
                self.number("group_limit_count", "Groups removed", form.group_limit_count, "at most"),
                self.number("group_limit_percent", "Groups removed, share", form.group_limit_percent, "% at most"),
            ],
            vec![
                self.number("member_limit_percent", "Members a group loses", form.member_limit_percent, "% at most").hint("For groups of 10 and more."),
                self.number("hold_hours", "A held plan expires after", form.hold_hours, "hours").hint("Then it counts as rejected."),
            ],
        ]
    }

    fn held(&self) -> Vec<Field> {
        vec![
            Field::check("safe_part", "Apply the part of a held plan that is within the limits", self.form.safe_part)
                .hint("Creations and updates go on while removals wait."),
            Field::text("owners", "Who is told").value(&self.form.owners).hint("Operators or mail addresses, separated by commas.").error(self.error("owners")).optional(),
        ]
    }

    fn summary(&self) -> Vec<(String, String)> {
        let mut fields: Vec<Field> = self.deletion();
        fields.extend(self.limits().into_iter().flatten());
        fields.extend(self.who());
        fields.extend(self.held());
        fields.push(self.scope());
        let mut errors = form::summary(&fields.iter().collect::<Vec<_>>());
        if !self.preview.error.is_empty() {
            errors.push(("f-filter".to_owned(), format!("Filter: {}", self.preview.error)));
        }
        errors
    }
}

fn choices(choices: &[(&str, &str)]) -> Vec<Choice> {
    choices.iter().map(|(value, name)| Choice::new(*value, *name)).collect()
}

fn callouts(form: &SettingsForm) -> Vec<Callout> {
    match form.mode.as_str() {
        "off" => vec![Callout::new(Tone::Warn, "Sync is off", "The directory grows stale. Nothing is deleted while it is off.")],
        "preview" => vec![Callout::new(Tone::Info, "Preview only", "Runs show what they would do. Switch the mode to On to let them do it.")],
        _ => Vec::new(),
    }
}

#[cfg(test)]
pub mod samples {
    //! What the settings look like.

    use super::{SettingsForm, SettingsPage};
    use crate::dirsync::preview::samples::{good, wrong};
    use crate::layout::Section;
    use crate::tests::{Gallery, frame};

    fn form() -> SettingsForm {
        SettingsForm {
            version: "7".into(),
            mode: "on".into(),
            full_interval: "360".into(),
            delta_interval: "5".into(),
            guests: "none".into(),
            verified_domains_only: true,
            filter: "department ne 'R&D'".into(),
            delete_delay_days: 7,
            purge_days: 30,
            user_limit_count: 25,
            user_limit_percent: 5,
            group_limit_count: 10,
            group_limit_percent: 5,
            member_limit_percent: 30,
            hold_hours: 72,
            owners: "ada.lovelace".into(),
            ..SettingsForm::default()
        }
    }

    pub fn add(gallery: &mut Gallery) {
        let page = |form, preview| SettingsPage::new(frame("Sync settings", Section::Settings), form, preview);
        gallery.add("settings", &page(form(), good()));
        let errors = vec![("group_scope".to_owned(), "No group is called “Retial”.".to_owned())];
        let bad = SettingsForm { filter: "department eq and accountEnabled".into(), group_scope: "Retial".into(), mode: "preview".into(), errors, ..form() };
        gallery.add("settings-wrong", &page(bad, wrong()));
    }
}

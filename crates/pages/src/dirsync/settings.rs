//! `GET /dirsync/settings`: what is synced, how often, and what no run may do alone; for each source.

use std::time::Duration;

use askama::Template;

use super::preview::PreviewView;
use crate::doors::Offers as _;
use crate::form::{Choice, Field, Picks};
use crate::layout::Frame;
use crate::parts::{Action, Callout, Facts, PageHead, Tab, Tabs, Tone};

/// What the form holds. Texts stay as typed, so that a wrong one comes back as it was.
#[derive(Debug, Clone, Default)]
pub struct SettingsForm {
    pub source: String,
    /// `(id, name)` of every source; each has settings of its own.
    pub sources: Vec<(String, String)>,
    /// Which version this is a change of; a stale one is refused.
    pub version: i64,
    pub mode: String,
    pub full_interval: u32,
    pub delta_interval: u32,
    pub include_disabled: bool,
    pub include_guests: bool,
    pub include_mailboxes: bool,
    pub managed_domains: String,
    pub filter: String,
    pub group_scope: Picks,
    pub protected: Picks,
    pub owners: String,
    /// Nobody can be written to: no mail server is set up.
    pub no_mail: bool,
    pub notifications: bool,
    /// How notifications stand; nothing where they are off.
    pub told: Option<Told>,
    pub delete_after_days: u32,
    pub purge_after_days: u32,
    pub users: u32,
    pub users_percent: u32,
    pub groups: u32,
    pub groups_percent: u32,
    pub members_percent: u32,
    pub members_from: u32,
    pub hold_hours: u32,
    pub apply_safe_part: bool,
    /// What is wrong with it as a whole; empty when nothing is.
    pub error: String,
}

/// How notifications stand.
#[derive(Debug, Clone)]
pub struct Told {
    pub facts: Facts,
    /// What is wrong and what to do about it.
    pub trouble: Option<Callout>,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "dirsync/settings.html")]
pub struct SettingsPage {
    frame: Frame,
    head: PageHead,
    callouts: Vec<Callout>,
    form: SettingsForm,
    preview: Option<PreviewView>,
}

impl SettingsPage {
    /// The settings, with what they would give where that was asked for.
    pub fn new(frame: Frame, form: SettingsForm, preview: Option<PreviewView>) -> Self {
        let head = PageHead::new("Sync settings")
            .lead("A change that lets other people in or out is shown as a plan first and waits for your decision.")
            .action(Action::go("History", "/signals/audit?kind=dirsync.settings_changed"))
            .only_for(frame.role());
        let callouts = callouts(&form);
        Self { frame, head, callouts, form, preview }
    }

    fn tabs(&self) -> Option<Tabs> {
        let sources = &self.form.sources;
        let current = sources.iter().position(|(id, _)| *id == self.form.source).unwrap_or(0);
        let tab = |(id, name): &(String, String)| Tab::new(name, format!("/dirsync/settings?source={id}"));
        (sources.len() > 1).then(|| Tabs::new("Tenants", sources.iter().map(tab).collect(), current))
    }

    fn rhythm(&self) -> Vec<Field> {
        let modes = vec![
            Choice::new("off", "Off").hint("Nothing is read and nothing changes."),
            Choice::new("preview", "Preview only").hint("Runs read and plan; nothing changes."),
            Choice::new("on", "On").hint("Runs apply what they plan, within the limits."),
        ];
        let full = intervals(self.form.full_interval, &[60, 180, 360, 720, 1_440, 4_320, 10_080]);
        let delta = intervals(self.form.delta_interval, &[1, 5, 15, 60, 360]);
        vec![
            Field::radio("mode", "Mode", modes).value(&self.form.mode).cards(),
            Field::select("full_interval", "Full compare every", full)
                .value(self.form.full_interval.to_string())
                .hint("Reads everything and compares it; the net under the delta."),
            Field::select("delta_interval", "Delta every", delta)
                .value(self.form.delta_interval.to_string())
                .hint("Asks only for what has changed."),
        ]
    }

    fn notifications(&self) -> Field {
        Field::check("notifications", "Be told of changes at once", self.form.notifications).hint(
            "Microsoft tells this server that something has changed, and a delta begins within seconds. It needs the address \
             of this server on the internet, dirsync.notification_url. The timer stays: what is not told costs nothing but \
             time.",
        )
    }

    fn who(&self) -> Vec<Field> {
        let form = &self.form;
        vec![
            Field::check("include_disabled", "Include disabled people", form.include_disabled)
                .hint("They come in as disabled, never as active."),
            Field::check("include_guests", "Include guests", form.include_guests),
            Field::check("include_mailboxes", "Include shared mailboxes, rooms and equipment", form.include_mailboxes),
            Field::text("managed_domains", "Only these mail domains")
                .value(&form.managed_domains)
                .hint("Separated by commas. Empty means every domain.")
                .optional(),
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
        Field::picker("group_scope", "Only members of these groups", "groups", self.form.group_scope.clone())
            .find_at("/dirsync/settings/find")
            .hint("Members of nested groups count. Without a group, everybody comes in.")
            .optional()
    }

    fn leaving(&self) -> [Field; 2] {
        let form = &self.form;
        [
            number("delete_after_days", "Delete after", form.delete_after_days, "days as a conflict", 365)
                .hint("Somebody who is gone from the source stays as a conflict for so long."),
            number("purge_after_days", "Purge after", form.purge_after_days, "days deleted", 3_650)
                .hint("Until then a deleted person can be restored."),
        ]
    }

    fn protected(&self) -> Field {
        Field::picker("protected", "Never remove", "users,groups", self.form.protected.clone())
            .find_at("/dirsync/settings/find")
            .hint("No run may put them into conflict or delete them: break-glass accounts, for example.")
            .optional()
    }

    fn owners(&self) -> Field {
        Field::text("owners", "Who is told of a held plan")
            .value(&self.form.owners)
            .hint(if self.form.no_mail {
                "Operators by user name, or mail addresses, separated by commas. No mail server is set up, so nobody is \
                 written to yet."
            } else {
                "Operators by user name, or mail addresses, separated by commas."
            })
            .optional()
    }

    fn limits(&self) -> [[Field; 2]; 4] {
        let form = &self.form;
        [
            [
                number("users", "People lost", form.users, "at most", 1_000_000),
                number("users_percent", "People lost, share", form.users_percent, "% at most", 100),
            ],
            [
                number("groups", "Groups lost", form.groups, "at most", 1_000_000),
                number("groups_percent", "Groups lost, share", form.groups_percent, "% at most", 100),
            ],
            [
                number("members_percent", "Members a group loses", form.members_percent, "% at most", 100),
                number("members_from", "Looked at from", form.members_from, "members on", 1_000_000),
            ],
            [
                number("hold_hours", "A held plan expires after", form.hold_hours, "hours", 720)
                    .hint("Then it counts as rejected."),
                Field::check("apply_safe_part", "Apply what loses nothing at once", form.apply_safe_part)
                    .hint("Creations and updates of a held plan go on while losses wait."),
            ],
        ]
    }

    fn summary(&self) -> Vec<(String, String)> {
        let mut errors = Vec::new();
        if !self.form.error.is_empty() {
            errors.push(("settings".to_owned(), self.form.error.clone()));
        }
        if let Some(wrong) = self.preview.as_ref().filter(|preview| !preview.error.is_empty()) {
            errors.push(("f-filter".to_owned(), format!("Filter: {}", wrong.error)));
        }
        errors
    }
}

fn number(name: &str, label: &str, value: u32, unit: &str, most: u32) -> Field {
    Field::number(name, label, value.into()).unit(unit).attribute("max", most.to_string())
}

/// The usual intervals in minutes, and the one that is set if it is none of them.
fn intervals(set: u32, usual: &[u32]) -> Vec<Choice> {
    let mut minutes = usual.to_vec();
    if set > 0 && !minutes.contains(&set) {
        minutes.push(set);
        minutes.sort_unstable();
    }
    let words = |minutes: u32| match minutes {
        10_080 => "week".to_owned(),
        minutes => crate::format::duration(Duration::from_secs(u64::from(minutes) * 60)),
    };
    minutes.into_iter().map(|minutes| Choice::new(minutes.to_string(), words(minutes))).collect()
}

fn callouts(form: &SettingsForm) -> Vec<Callout> {
    match form.mode.as_str() {
        "off" => vec![Callout::new(
            Tone::Warn,
            "Sync is off",
            "The directory grows stale. Nothing is deleted while it is off.",
        )],
        "preview" => vec![Callout::new(
            Tone::Info,
            "Preview only",
            "Runs show what they would do. Switch the mode to On to let them do it.",
        )],
        _ => Vec::new(),
    }
}

#[cfg(test)]
pub mod samples {
    //! What the settings look like.

    use super::{SettingsForm, SettingsPage, Told};
    use crate::dirsync::preview::samples::{good, wrong};
    use crate::form::{Pick, Picks};
    use crate::layout::Section;
    use crate::parts::{Badge, Callout, Cell, Facts, Tone};
    use crate::tests::{Gallery, NOW, frame};

    fn pick(kind: &str, name: &str, sub: &str) -> Pick {
        let value = format!("{kind}:6f1c9b5e-7d0a-4b3e-9a51-2f8c8e1d7a10");
        Pick { value, name: name.into(), sub: sub.into() }
    }

    fn form() -> SettingsForm {
        SettingsForm {
            source: "s1".into(),
            sources: vec![("s1".into(), "Contoso".into()), ("s2".into(), "Fabrikam".into())],
            version: 7,
            mode: "on".into(),
            full_interval: 360,
            delta_interval: 5,
            filter: "department ne 'R&D'".into(),
            group_scope: Picks { chosen: vec![pick("group", "All staff", "1,204 members")], found: None },
            protected: Picks {
                chosen: vec![pick("user", "Break Glass", "breakglass@contoso.example")],
                found: Some(("vance".into(), vec![pick("user", "Adele Vance", "adele.vance@contoso.example")])),
            },
            delete_after_days: 7,
            purge_after_days: 30,
            users: 25,
            users_percent: 5,
            groups: 10,
            groups_percent: 5,
            members_percent: 30,
            members_from: 10,
            hold_hours: 72,
            notifications: true,
            told: Some(told(None)),
            ..SettingsForm::default()
        }
    }

    fn told(trouble: Option<Callout>) -> Told {
        let state = if trouble.is_some() { Badge::warn("Not told") } else { Badge::ok("Told at once") };
        let facts = Facts::new()
            .with("State", Cell::badge(state))
            .with("Agreed until", Cell::at(NOW.plus(std::time::Duration::from_hours(60))))
            .with("Last told", Cell::ago(NOW.minus(std::time::Duration::from_mins(4)), NOW));
        Told { facts, trouble }
    }

    fn refused() -> Callout {
        let detail = "Graph refused: 400 ValidationError: Subscription validation request timed out.";
        let mend = "Microsoft must reach https://vestibule.contoso.example/api/v1/dirsync/notifications/0192 from the \
                    internet, with a certificate of a public authority: let POST through your proxy and firewall";
        Callout::new(Tone::Warn, "Microsoft does not tell of changes", detail).items(vec![mend.to_owned()])
    }

    pub fn add(gallery: &mut Gallery) {
        let page = |form, preview| SettingsPage::new(frame("Sync settings", Section::Settings), form, preview);
        gallery.add("settings", &page(form(), Some(good())));
        let bad = SettingsForm {
            filter: "department eq and accountEnabled".into(),
            mode: "preview".into(),
            error: "The delay before deletion must be 1 to 365 days.".into(),
            ..form()
        };
        gallery.add("settings-wrong", &page(bad, Some(wrong())));
        gallery.add("settings-plain", &page(form(), None));
        let untold = SettingsForm { told: Some(told(Some(refused()))), ..form() };
        gallery.add("settings-untold", &page(untold, None));
    }
}

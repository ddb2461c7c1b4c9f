//! The tab about Entra's provisioning job: what was looked at, and what can be told to it.

use kernel::Timestamp;

use crate::form::{Choice, Field};
use crate::format;
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::ConfirmPage;
use crate::parts::{Action, Badge, Callout, Cell, Checklist, Code, Facts, Tone};
use crate::table::{Column, Empty, Row, Table};

/// The job.
#[derive(Debug, Clone)]
pub struct JobView {
    pub id: String,
    /// `Active`, `Paused`, `Quarantine`…
    pub status: String,
    pub quarantine_since: Option<Timestamp>,
    pub last_began: Option<Timestamp>,
    pub last_ended: Option<Timestamp>,
    pub next: Option<Timestamp>,
    pub users: Option<u64>,
    pub groups: Option<u64>,
    pub failing: u64,
}

/// What came of provisioning on demand.
#[derive(Debug, Clone)]
pub struct OnDemandView {
    pub what: String,
    pub result: String,
    pub action: String,
    pub error: String,
    /// `(name, status, description)`.
    pub steps: Vec<(String, String, String)>,
    /// `(attribute, before, after)`.
    pub changes: Vec<(String, String, String)>,
}

/// The tab.
#[derive(Debug, Clone)]
pub struct JobTab {
    pub connection: String,
    /// The enterprise application, `(name, object id, application id)`.
    pub application: Option<(String, String, String)>,
    /// What was looked for, for the form.
    pub asked: String,
    pub bound: bool,
    pub job: Option<JobView>,
    /// Whether the tenant's application may change the job, and this operator too.
    pub may_control: bool,
    pub missing: Vec<String>,
    pub powershell: String,
    pub az: String,
    pub checks: Checklist,
    pub passed: bool,
    pub on_demand: Option<OnDemandView>,
    /// What was wrong with what was asked; empty when nothing was.
    pub error: String,
}

impl JobTab {
    fn href(&self, tail: &str) -> String {
        format!("/provisioning/connections/{}/job{tail}", self.connection)
    }

    /// What is to be said above.
    pub fn callout(&self) -> Option<Callout> {
        if !self.error.is_empty() {
            return Some(Callout::new(Tone::Bad, "Entra did not do it", &self.error));
        }
        if !self.bound {
            let text = "The job can be looked at and started in Entra only. What is pushed is taken all the same.";
            let settings = Action::go("Settings", format!("/provisioning/connections/{}/settings", self.connection));
            return Some(Callout::new(Tone::Info, "Bound to no tenant", text).action(settings));
        }
        (!self.missing.is_empty()).then(|| {
            let text = "The tenant’s application may not do all of this. A script below grants it.";
            Callout::new(Tone::Info, "Permissions are missing", text).items(self.missing.clone())
        })
    }

    /// What can be told to the job.
    pub fn actions(&self) -> Vec<Action> {
        let Some(job) = self.job.as_ref().filter(|_| self.may_control) else { return Vec::new() };
        let active = job.status == "Active" || job.status == "Quarantine";
        let mut actions = Vec::new();
        if !active {
            actions.push(Action::post("Start", self.href("/start")).primary().icon(Icon::Play));
        }
        actions.push(Action::ask("Restart…", self.href("/restart")).icon(Icon::Sync));
        actions.push(Action::ask("Put the ready mapping there…", self.href("/apply-mapping")).icon(Icon::Edit));
        if active {
            actions.push(Action::ask("Pause…", self.href("/pause")).icon(Icon::Stop));
        }
        actions
    }

    /// The job in figures.
    pub fn facts(&self, now: Timestamp) -> Facts {
        let mut facts = Facts::new();
        if let Some((name, id, app_id)) = &self.application {
            facts = facts
                .text("Application", name)
                .with("Object id", Cell::Copy(id.clone()))
                .with("Application id", Cell::Copy(app_id.clone()));
        }
        let Some(job) = &self.job else { return facts };
        let count = |number: Option<u64>| number.map_or(Cell::Blank, |number| Cell::Text(format::count(number)));
        facts
            .with("State", Cell::badge(state(&job.status)))
            .with("In quarantine since", job.quarantine_since.map_or(Cell::Blank, Cell::at))
            .with("Last cycle began", Cell::ago_or(job.last_began, now, "Never"))
            .with("Last cycle ended", Cell::ago_or(job.last_ended, now, "Never"))
            .with("Next cycle", Cell::ago_or(job.next, now, "Not planned"))
            .with("Users linked", count(job.users))
            .with("Groups linked", count(job.groups))
            .text("Failing", format::count(job.failing))
            .with("Job", Cell::Copy(job.id.clone()))
    }

    /// Which application is meant.
    pub fn application_form(&self) -> Field {
        Field::text("application", "Enterprise application")
            .value(&self.asked)
            .hint("Its name, its application id or its object id. It is remembered.")
            .attribute("required", "")
    }

    /// Whom to provision now.
    pub fn on_demand_form() -> Vec<Field> {
        vec![
            Field::text("user", "A person")
                .hint("User principal name, or object id in Entra.")
                .optional()
                .attribute("autocomplete", "off"),
            Field::text("group", "Or a group").hint("Its object id in Entra.").optional().mono(),
            Field::area("members", "Members of the group", 2)
                .hint("Object ids of at most five, one a line. Nobody else of it is sent.")
                .optional()
                .mono(),
        ]
    }

    /// The scripts that grant what is missing.
    pub fn scripts(&self) -> Vec<Code> {
        if self.missing.is_empty() {
            return Vec::new();
        }
        vec![
            Code::new("script-powershell", "Microsoft Graph PowerShell", &self.powershell),
            Code::new("script-az", "Azure CLI", &self.az),
        ]
    }

    /// What came of provisioning on demand: in a sentence, step by step, attribute by attribute.
    pub fn result(&self) -> Option<(Callout, Table, Table)> {
        let found = self.on_demand.as_ref()?;
        let good = found.result == "success";
        let title = format!("{}: {}", found.what, if good { "provisioned" } else { "not provisioned" });
        let text = if found.error.is_empty() {
            format!("Entra says: {}, {}.", found.result, found.action)
        } else {
            found.error.clone()
        };
        let callout = Callout::new(if good { Tone::Ok } else { Tone::Warn }, title, text);
        let steps = found
            .steps
            .iter()
            .map(|(name, status, text)| Row::new(vec![Cell::name(name, text), Cell::badge(step(status))]));
        let steps = Table::new("steps", "Steps", vec![Column::new("Step"), Column::new("Result")], steps.collect())
            .empty(Empty::new("Entra tells no steps", "Its answer names the result alone."));
        let changes = found.changes.iter().map(|(name, before, after)| {
            Row::new(vec![Cell::Code(name.clone()), Cell::text(before), Cell::text(after)])
        });
        let columns = ["Attribute", "Before", "Sent"].map(Column::new).into();
        let changes = Table::new("sent", "Attributes sent", columns, changes.collect())
            .empty(Empty::new("Nothing was sent", "All of it was as it should be, or it did not come so far."));
        Some((callout, steps, changes))
    }
}

fn state(status: &str) -> Badge {
    match status {
        "Active" => Badge::ok("Active"),
        "Paused" => Badge::off("Paused"),
        "NotRun" => Badge::busy("Not run yet"),
        "NotConfigured" => Badge::warn("Not configured"),
        "Quarantine" => Badge::bad("Quarantine"),
        other => Badge::label(other),
    }
}

fn step(status: &str) -> Badge {
    match status.to_ascii_lowercase().as_str() {
        "success" => Badge::ok("Success"),
        "failure" => Badge::bad("Failure"),
        "warning" => Badge::warn("Warning"),
        "skipped" => Badge::off("Skipped"),
        other => Badge::label(other),
    }
}

/// The question before a pause.
pub fn ask_pause(frame: Frame, connection: &str) -> ConfirmPage {
    let here = format!("/provisioning/connections/{connection}/job");
    ConfirmPage::new(frame, "Pause Entra’s job?", "Pause", format!("{here}/pause"))
        .consequence("Entra pushes nothing until somebody starts it again. Who leaves meanwhile stays active here.")
        .cancel(here)
        .danger()
}

/// The question before a restart.
pub fn ask_restart(frame: Frame, connection: &str) -> ConfirmPage {
    let here = format!("/provisioning/connections/{connection}/job");
    let choices = vec![
        Choice::new("usual", "As in Entra").hint("Reads everything again, forgets failures, lifts the quarantine."),
        Choice::new("quarantine", "Lift the quarantine").hint("Goes on with what has changed."),
        Choice::new("read_again", "Read everything again")
            .hint("Every object is compared, not only those that changed."),
        Choice::new("full", "Forget links too").hint("Every partner is looked for anew. The longest."),
        Choice::new("allow_deletions", "Allow the deletions")
            .hint("Those that Entra’s own guard holds are carried out."),
    ];
    ConfirmPage::new(frame, "Restart Entra’s job?", "Restart", format!("{here}/restart"))
        .consequence("A new cycle begins. This server’s own limits go on to hold what takes too much away.")
        .field(Field::radio("scope", "What it forgets", choices).value("usual"))
        .cancel(here)
}

/// The question before the mapping is replaced.
pub fn ask_mapping(frame: Frame, connection: &str) -> ConfirmPage {
    let here = format!("/provisioning/connections/{connection}/job");
    ConfirmPage::new(frame, "Put the ready mapping in the place of the job’s own?", "Replace", format!("{here}/apply-mapping"))
        .consequence("The attribute mappings of users and groups are replaced; scoping filters stay. Entra then reads everything again.")
        .act(Action::go("Look at the ready mapping", format!("/provisioning/connections/{connection}/mapping")))
        .cancel(here)
        .danger()
}

#[cfg(test)]
pub mod samples {
    //! What the tab looks like.

    use super::*;
    use crate::layout::Section;
    use crate::parts::Check;
    use crate::tests::{Gallery, MINUTE, ago, ahead, frame};

    fn checks() -> Vec<Check> {
        vec![
            Check::new(
                Tone::Ok,
                "Permission",
                "Synchronization.ReadWrite.All is granted: the job can be read, started and mended",
            ),
            Check::new(Tone::Ok, "Status", "The job is active"),
            Check::new(
                Tone::Warn,
                "Last cycle",
                "The last cycle ended 4 min ago: 1962 in scope, 31 written, 2 failing",
            )
            .code("EntryLevelErrors")
            .mend("look at What Entra saw for the failed calls; Entra tries them again"),
            Check::new(
                Tone::Bad,
                "Mapping of users",
                "externalId comes from [mailNickname]: a user cannot be told from another who has the same name later",
            )
            .mend("map externalId from objectId"),
            Check::new(
                Tone::Off,
                "Scope",
                "Graph does not show whether only assigned users and groups are provisioned",
            ),
        ]
    }

    pub fn tab() -> JobTab {
        JobTab {
            connection: "c1".into(),
            application: Some((
                "Vestibule".into(),
                "6b5c1a52-8e7d-4f14-9d7c-0a7f4d0e5b11".into(),
                "0d9a5c3f-2f6b-4d61-9c49-5b8de0a1f7c2".into(),
            )),
            asked: "Vestibule".into(),
            bound: true,
            job: Some(JobView {
                id: "scim.6b5c1a528e7d4f149d7c0a7f4d0e5b11".into(),
                status: "Active".into(),
                quarantine_since: None,
                last_began: Some(ago(9 * MINUTE)),
                last_ended: Some(ago(4 * MINUTE)),
                next: Some(ahead(31 * MINUTE)),
                users: Some(1_962),
                groups: Some(64),
                failing: 2,
            }),
            may_control: true,
            missing: vec!["Application.Read.All".into()],
            powershell: "Connect-MgGraph".into(),
            az: "az login".into(),
            checks: Checklist::new(checks()),
            passed: false,
            on_demand: Some(OnDemandView {
                what: "mia.okafor@contoso.example".into(),
                result: "success".into(),
                action: "update".into(),
                error: String::new(),
                steps: vec![
                    ("EntryImport".into(), "Success".into(), "Received user from Microsoft Entra ID".into()),
                    ("EntryExportUpdate".into(), "Success".into(), "Updated".into()),
                ],
                changes: vec![("title".into(), "Planner".into(), "Harbour planner".into())],
            }),
            error: String::new(),
        }
    }

    pub fn nothing() -> JobTab {
        JobTab {
            application: None,
            bound: false,
            job: None,
            missing: Vec::new(),
            on_demand: None,
            checks: Checklist::new(vec![Check::new(
                Tone::Off,
                "Tenant",
                "The connection is bound to no connected tenant",
            )]),
            ..tab()
        }
    }

    pub fn add(gallery: &mut Gallery) {
        let frame = || frame("Entra’s job", Section::Connections);
        gallery.add("job-pause", &ask_pause(frame(), "c1"));
        gallery.add("job-restart", &ask_restart(frame(), "c1"));
        gallery.add("job-mapping", &ask_mapping(frame(), "c1"));
    }
}

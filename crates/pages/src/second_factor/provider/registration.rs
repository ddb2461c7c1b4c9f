//! People who are registered in Entra on their behalf: the form with its preview, the runs, the people of one.

use askama::Template;
use kernel::Timestamp;

use super::{ProviderView, href};
use crate::address::Address;
use crate::doors::Offers as _;
use crate::form::{Choice, Field, Picks, summary};
use crate::format::{self, plural};
use crate::layout::Frame;
use crate::list::{ConfirmPage, Filters, ListPage};
use crate::parts::{Action, Badge, Callout, Cell, Facts, PageHead, Tone};
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Column, Empty, Paging, Row, Table};

/// A run.
#[derive(Debug, Clone)]
pub struct RegistrationRow {
    pub id: String,
    /// Its state, as it travels and in words.
    pub state: (&'static str, &'static str),
    /// For whom, in words.
    pub whom: String,
    pub people: u64,
    pub registered: u64,
    pub already: u64,
    pub failed: u64,
    pub removed: u64,
    pub kept: u64,
    /// Why it waits; empty where it does not.
    pub trouble: String,
    pub by: String,
    pub started: Timestamp,
}

impl RegistrationRow {
    fn goes(&self) -> bool {
        matches!(self.state.0, "running" | "undoing")
    }

    fn badge(&self) -> Badge {
        match self.state.0 {
            "running" | "undoing" if self.trouble.is_empty() => Badge::new(Tone::Busy, self.state.1),
            "running" | "undoing" => Badge::new(Tone::Warn, self.state.1),
            "done" => Badge::ok(self.state.1),
            _ => Badge::off(self.state.1),
        }
    }
}

/// What a run would do.
#[derive(Debug, Clone, Default)]
pub struct RegistrationPreview {
    pub method: String,
    pub enabled: bool,
    pub people: u64,
    pub without: u64,
    pub asked: u64,
    pub already: u64,
    /// The first of them, a line each.
    pub first: Vec<String>,
}

/// What the form holds.
#[derive(Debug, Clone, Default)]
pub struct RegistrationForm {
    pub group: Picks,
    pub reason: String,
    /// The field that is wrong, and what is wrong with it.
    pub wrong: Option<(String, String)>,
    /// Why nobody can be registered; empty where they can.
    pub blocked: String,
    pub preview: Option<RegistrationPreview>,
}

/// `GET /second-factor/providers/{tenant}/registrations`.
#[derive(Debug, Template)]
#[template(path = "second_factor/registrations.html")]
pub struct RegistrationsPage {
    frame: Frame,
    head: PageHead,
    callouts: Vec<Callout>,
    id: String,
    form: RegistrationForm,
    runs: Vec<RegistrationRow>,
}

fn at(id: &str, tail: &str) -> String {
    href(id, &format!("/registrations{tail}"))
}

impl RegistrationsPage {
    /// The form, with what it would do where that was asked for, and the last runs.
    pub fn new(frame: Frame, provider: &ProviderView, form: RegistrationForm, runs: Vec<RegistrationRow>) -> Self {
        let head = PageHead::new("Register people in Entra")
            .crumb("Second factor", "/second-factor")
            .crumb(&provider.tenant, href(&provider.id, ""))
            .crumb("Readiness", href(&provider.id, "/readiness"))
            .lead(
                "Who can pass here already is registered for the method in Entra on their behalf, and need not do it with the \
                 next sign-in. What a run makes can be undone.",
            )
            .only_for(frame.role());
        let blocked = (!form.blocked.is_empty())
            .then(|| Callout::new(Tone::Warn, "Nobody can be registered", &form.blocked))
            .into_iter();
        let waits = runs.iter().find(|run| run.goes() && !run.trouble.is_empty());
        let waits = waits.map(|run| Callout::new(Tone::Warn, "It waits, and is tried again", &run.trouble));
        Self { callouts: blocked.chain(waits).collect(), head, id: provider.id.clone(), frame, form, runs }
    }

    fn action(&self) -> String {
        at(&self.id, "")
    }

    fn error(&self, name: &str) -> String {
        let wrong = self.form.wrong.as_ref().filter(|(field, _)| field == name);
        wrong.map(|(_, text)| text.clone()).unwrap_or_default()
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            Field::picker("group", "Members of this group", "groups", self.form.group.clone())
                .one()
                .find_at(at(&self.id, "/find"))
                .error(self.error("group"))
                .hint("Directly or through another group. Without a group, everybody who can pass here.")
                .optional(),
            Field::area("reason", "Reason", 2)
                .value(&self.form.reason)
                .error(self.error("reason"))
                .attribute("maxlength", "500")
                .hint("Goes into the audit trail.")
                .optional(),
        ]
    }

    fn errors(&self) -> Vec<(String, String)> {
        summary(&self.fields().iter().collect::<Vec<_>>())
    }

    /// Whether the reader may do it, and nothing else goes.
    fn may(&self) -> bool {
        self.frame.opens(at(&self.id, "/preview")) && !self.runs.iter().any(RegistrationRow::goes)
    }

    /// Whether there is somebody to be registered.
    fn ready(&self) -> bool {
        self.form
            .preview
            .as_ref()
            .is_some_and(|preview| preview.people > preview.already || preview.asked < preview.people)
    }

    fn figures(preview: &RegistrationPreview) -> Facts {
        let state = if preview.enabled { "switched on" } else { "switched off: nobody is offered it yet" };
        let already = format!("{} of {} looked up", format::count(preview.already), format::count(preview.asked));
        Facts::new()
            .text("Method", format!("{}, {state}", preview.method))
            .text("Can pass here", plural(preview.people, "person", "people"))
            .text("Registered already", already)
            .text("Cannot pass, left alone", plural(preview.without, "person", "people"))
    }

    fn first(preview: &RegistrationPreview) -> Option<Callout> {
        let items = preview.first.clone();
        let title = format!("The first {} who would be registered", items.len());
        (!items.is_empty()).then(|| Callout::new(Tone::Info, title, "By name and user name.").items(items))
    }

    fn table(&self) -> Table {
        let now = self.frame.now;
        let lines = self.runs.iter().map(|run| {
            let stop = Action::post("Stop", at(&self.id, &format!("/{}/stop", run.id)));
            let undo = Action::ask("Undo", at(&self.id, &format!("/{}/undo", run.id)));
            let act = match run.state.0 {
                "running" => Some(stop),
                "undoing" => None,
                _ => (run.registered + run.kept > 0).then_some(undo),
            };
            let acts = act.map(|act| act.small().about(&run.whom)).into_iter().collect();
            let done =
                [(run.already, "before"), (run.failed, "refused"), (run.removed, "taken back"), (run.kept, "kept")];
            let done = done.iter().filter(|(count, _)| *count > 0);
            let done: Vec<_> =
                done.map(|(count, what)| Cell::Muted(format!("{} {what}", format::count(*count)))).collect();
            Row::new(vec![
                Cell::main(&run.whom, at(&self.id, &format!("/{}", run.id)), format::who(&run.by)),
                Cell::ago(run.started, now),
                Cell::badge(run.badge()),
                Cell::count(run.people),
                Cell::count(run.registered),
                if done.is_empty() { Cell::Blank } else { Cell::Lines(done) },
                Cell::Actions(acts),
            ])
        });
        let columns = vec![
            Column::new("For whom"),
            Column::new("Begun"),
            Column::new("State"),
            Column::number("People"),
            Column::number("Registered"),
            Column::new("Others"),
            Column::actions(),
        ];
        let empty = Empty::new("Nobody was registered yet", "Look at it first, then register. Each run shows here.");
        Table::new("registrations", "Runs", columns, lines.collect()).empty(empty)
    }
}

// === the people of a run ===

/// A person of a run.
#[derive(Debug, Clone)]
pub struct RegisteredRow {
    pub object_id: String,
    pub name: String,
    pub upn: String,
    /// What became of them, in words.
    pub state: &'static str,
    pub code: String,
    pub detail: String,
    /// The person's page here.
    pub href: String,
}

/// What becomes of somebody: the word that travels, and what it is called.
pub const STATES: [(&str, &str); 7] = [
    ("waiting", "Not yet"),
    ("asked", "Asked, no answer yet"),
    ("registered", "Registered"),
    ("already", "Was registered before"),
    ("failed", "Refused"),
    ("removed", "Taken back"),
    ("kept", "Could not be taken back"),
];

/// Those people.
pub static PEOPLE: Sheet<RegisteredRow> = Sheet {
    file: "registered-in-entra",
    order: "object_id",
    given: true,
    finds: false,
    id: |row| row.object_id.clone(),
    fields: &[
        sheet::Field::new("object_id", "Object id", |row| Value::text(&row.object_id)),
        sheet::Field::new("name", "Person", |row| Value::text(&row.name)),
        sheet::Field::new("upn", "User name", |row| Value::text(&row.upn)),
        sheet::Field::new("state", "What became of it", |row| Value::text(row.state)),
        sheet::Field::new("code", "Entra’s code", |row| Value::text(&row.code)),
        sheet::Field::new("detail", "Entra’s words", |row| Value::text(&row.detail)),
    ],
};

/// Which people of a run are listed.
#[derive(Debug, Clone, Default)]
pub struct RegisteredQuery {
    pub words: String,
    pub state: String,
}

/// `GET /second-factor/providers/{tenant}/registrations/{run}`.
pub fn people(
    frame: Frame,
    provider: &ProviderView,
    run: &RegistrationRow,
    listed: &Listed<RegisteredRow>,
    (query, here): (&RegisteredQuery, &Address),
) -> ListPage {
    let head = PageHead::new(&run.whom)
        .crumb("Second factor", "/second-factor")
        .crumb(&provider.tenant, href(&provider.id, ""))
        .crumb("Register people in Entra", at(&provider.id, ""))
        .badge(run.badge())
        .lead(format!("Of {}: what became of each.", plural(run.people, "person", "people")));
    let lines = listed.rows.iter().map(|row| {
        let code = if row.code.is_empty() { Cell::Blank } else { Cell::Code(row.code.clone()) };
        Row::new(vec![Cell::main(&row.name, &row.href, &row.upn), Cell::text(row.state), code, Cell::text(&row.detail)])
    });
    let columns = ["name", "state", "code", "detail"].map(|key| PEOPLE.column(key, here));
    let empty = Empty::new("Nobody matches", "No person of this run is like that.");
    let table = Table::new("people", "People of the run", columns.into(), lines.collect())
        .paging(Paging::new(here, listed.rows.len(), None, listed.next()))
        .export("CSV", Sheet::<RegisteredRow>::export(here))
        .empty(empty);
    let states = STATES.iter().map(|(word, name)| Choice::new(*word, *name));
    let states = [Choice::new("", "All")].into_iter().chain(states).collect();
    let fields = vec![
        Field::search("q", "Search people").value(&query.words).grow().attribute("autocomplete", "off"),
        Field::select("state", "What became of it", states).value(&query.state),
    ];
    let filters = Filters::new(at(&provider.id, &format!("/{}", run.id)), fields);
    ListPage::new(frame, head, table).filters(filters).note(listed.note())
}

/// The question before what a run made is taken back.
pub fn ask_undo(frame: Frame, provider: &ProviderView, run: &RegistrationRow) -> ConfirmPage {
    let people = plural(run.registered + run.kept, "registration is", "registrations are");
    let text =
        format!("{people} taken back in Entra, one by one. Those people register themselves with their next sign-in.");
    ConfirmPage::new(
        frame,
        "Take back what this run made?",
        "Take back",
        at(&provider.id, &format!("/{}/undo", run.id)),
    )
    .consequence(text)
    .cancel(at(&provider.id, ""))
    .danger()
}

#[cfg(test)]
pub mod samples {
    //! What registering people looks like.

    use super::*;
    use crate::form::Pick;
    use crate::layout::Section;
    use crate::tests::{DAY, Gallery, HOUR, ago, frame};

    fn run(id: &str, state: (&'static str, &'static str), trouble: &str) -> RegistrationRow {
        RegistrationRow {
            id: id.into(),
            state,
            whom: "Members of Pilot".into(),
            people: 40,
            registered: 31,
            already: 6,
            failed: 2,
            removed: 0,
            kept: 1,
            trouble: trouble.into(),
            by: "operator:ada.lovelace".into(),
            started: ago(if state.0 == "running" { HOUR } else { DAY }),
        }
    }

    fn person(name: &str, state: &'static str, code: &str, detail: &str) -> RegisteredRow {
        RegisteredRow {
            object_id: name.replace(' ', "-"),
            name: name.into(),
            upn: format!("{}@contoso.example", name.to_lowercase().replace(' ', ".")),
            state,
            code: code.into(),
            detail: detail.into(),
            href: "/second-factor/people/a1".into(),
        }
    }

    pub fn add(gallery: &mut Gallery, provider: &ProviderView) {
        let frame_of = || frame("Register people in Entra", Section::SecondFactor);
        let page = |form, runs| RegistrationsPage::new(frame_of(), provider, form, runs);
        gallery.add("registrations-empty", &page(RegistrationForm::default(), Vec::new()));
        let group = Pick { value: "group:g1".into(), name: "Pilot".into(), sub: "Group, 46 members".into() };
        let group = Picks { chosen: vec![group], found: None };
        let preview = RegistrationPreview {
            method: "Vestibule".into(),
            enabled: true,
            people: 40,
            without: 6,
            asked: 40,
            already: 6,
            first: vec!["Jon Bell (jon.bell@contoso.example)".into(), "Mia Okafor (mia.okafor@contoso.example)".into()],
        };
        let form = RegistrationForm { group, reason: "Roll-out".into(), ..RegistrationForm::default() };
        let seen = RegistrationForm { preview: Some(preview), ..form.clone() };
        gallery.add("registrations-preview", &page(seen, vec![run("r1", ("done", "Done"), "")]));
        let blocked = "Entra refused: UserAuthMethod-External.ReadWrite.All is missing.".to_owned();
        let wrong = Some(("reason".to_owned(), "Has at most 500 characters.".to_owned()));
        let refused = RegistrationForm { wrong, blocked, ..form };
        gallery.add("registrations-refused", &page(refused, Vec::new()));
        let waits = run("r2", ("running", "Running"), "Graph is busy.");
        let runs = vec![waits, run("r1", ("stopped", "Stopped"), "")];
        gallery.add("registrations-running", &page(RegistrationForm::default(), runs));
        let listed = Listed::of(
            vec![
                person("Jon Bell", "Registered", "", ""),
                person("Zoe Marsh", "Refused", "resourceNotFound", "User not found"),
            ],
            Some("c1"),
        );
        let here = Address::new("/second-factor/providers/t1/registrations/r1");
        let (done, query) = (run("r1", ("done", "Done"), ""), RegisteredQuery::default());
        gallery.add("registration", &people(frame_of(), provider, &done, &listed, (&query, &here)));
        gallery.add("registration-undo", &ask_undo(frame_of(), provider, &done));
    }
}

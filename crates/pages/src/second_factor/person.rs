//! `GET /second-factor/people/{id}`: one person: their factors, failures, lock, and what the helpdesk can do.

use askama::Template;
use kernel::Timestamp;

use super::browsers::{self, BrowserRow};
use super::merge::{self, MergeRow};
use super::people::{HERE, PersonRow};
use crate::doors::Offers as _;
use crate::form::{Choice, Field};
use crate::format;
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::{ConfirmPage, FormPage};
use crate::parts::{Action, Badge, Callout, Cell, Facts, PageHead, Timeline, Tone};
use crate::table::{Column, Empty, Row, Table};

/// One person.
#[derive(Debug, Clone)]
pub struct PersonView {
    pub row: PersonRow,
    pub object_id: String,
    pub tenant_href: String,
    /// The person in the directory; empty where it does not know them.
    pub directory_href: String,
    pub factors: Vec<FactorRow>,
    pub browsers: Vec<BrowserRow>,
    pub sources: Vec<SourceRow>,
    /// Former accounts that were moved here.
    pub merges: Vec<MergeRow>,
}

/// A factor, without what is secret.
#[derive(Debug, Clone)]
pub struct FactorRow {
    pub id: String,
    pub kind: String,
    pub name: String,
    pub state: FactorStanding,
    /// What else is known of it, a sentence each.
    pub notes: Vec<String>,
    pub since: Timestamp,
    pub last_used: Option<Timestamp>,
    pub expires: Option<Timestamp>,
}

/// How a factor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactorStanding {
    Active,
    /// Registered, and never used yet.
    Pending,
    /// A temporary code that waits for a second operator.
    Waits,
    Suspended,
    Expired,
}

impl FactorStanding {
    fn badge(self) -> Badge {
        match self {
            Self::Active => Badge::ok("Works"),
            Self::Pending => Badge::busy("Not confirmed"),
            Self::Waits => Badge::warn("Waits for approval"),
            Self::Suspended => Badge::off("Suspended"),
            Self::Expired => Badge::off("Expired"),
        }
    }
}

/// Where failures came from.
#[derive(Debug, Clone)]
pub struct SourceRow {
    pub source: String,
    pub failures: u64,
    pub last: Timestamp,
    pub waits_until: Option<Timestamp>,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "second_factor/person.html")]
pub struct PersonPage {
    frame: Frame,
    head: PageHead,
    callouts: Vec<Callout>,
    person: PersonView,
    attempts: Timeline,
    attempts_href: String,
}

impl PersonPage {
    /// One person with what they last tried.
    pub fn new(frame: Frame, person: PersonView, attempts: Timeline) -> Self {
        let row = &person.row;
        let at = |verb: &str| format!("{HERE}/{}/{verb}", row.id);
        let head = PageHead::new(&row.name).crumb("Registered people", HERE);
        let head = row.badges().into_iter().fold(head, PageHead::badge);
        let head = head.action(Action::go("Rules", at("rules")).icon(Icon::Shield));
        let head = head.action(Action::go("Issue a temporary code", at("code")).icon(Icon::Key));
        let head = head.action(Action::go("Merge", at("merge")).icon(Icon::Group).about(&row.name));
        let head = head.action(Action::ask("Reset", at("reset")).danger().about(&row.name)).only_for(frame.role());
        let callouts = callouts(&person, frame.now).only_for(frame.role());
        let attempts_href = format!("/second-factor/attempts?account={}", row.id);
        Self { frame, head, callouts, person, attempts, attempts_href }
    }

    fn facts(&self) -> Facts {
        let (person, row) = (&self.person, &self.person.row);
        let directory = if person.directory_href.is_empty() {
            Cell::Muted("Not known there".to_owned())
        } else {
            Cell::link("Look", &person.directory_href)
        };
        Facts::new()
            .text("User name", &row.label)
            .with(
                "User ID",
                if row.user_id.is_empty() { Cell::Muted("The same".to_owned()) } else { Cell::text(&row.user_id) },
            )
            .with("Tenant", Cell::link(&row.tenant, &person.tenant_href))
            .with("Directory", directory)
            .with("Object id", Cell::Copy(person.object_id.clone()))
            .with("Last proved", Cell::ago_or(row.last_proved, self.frame.now, "Never"))
            .text("Failures in a row", format::count(row.failures))
            .with("Known since", Cell::at(row.since))
    }

    fn factors(&self) -> Table {
        let now = self.frame.now;
        let lines = self.person.factors.iter().map(|factor| self.factor(factor, now)).collect();
        let columns = ["Factor", "State", "Details", "Last used", "Since"].map(Column::new).into_iter();
        Table::new("factors", "Factors", columns.chain([Column::actions()]).collect(), lines)
            .empty(Empty::new(
                "Nothing registered",
                "With a temporary code they get in, and register a factor of their own.",
            ))
            .only_for(self.frame.role())
    }

    fn factor(&self, factor: &FactorRow, now: Timestamp) -> Row {
        let at = |what: &str, verb: &str| format!("{HERE}/{}/{what}/{}/{verb}", self.person.row.id, factor.id);
        let mut actions = Vec::new();
        if factor.state == FactorStanding::Waits {
            actions.push(Action::post("Approve", at("codes", "approve")).small().primary().about(&factor.name));
        }
        actions.push(Action::ask("Remove", at("factors", "remove")).small().danger().about(&factor.name));
        let mut notes: Vec<_> = factor.notes.iter().cloned().map(Cell::Muted).collect();
        if let Some(expires) = factor.expires {
            let word = if expires > now { "Expires" } else { "Expired" };
            notes.push(Cell::Muted(format!("{word} {}.", format::relative(expires, now))));
        }
        Row::new(vec![
            Cell::name(&factor.name, &factor.kind),
            Cell::badge(factor.state.badge()),
            if notes.is_empty() { Cell::Blank } else { Cell::Lines(notes) },
            Cell::ago_or(factor.last_used, now, "Never"),
            Cell::ago(factor.since, now),
            Cell::Actions(actions),
        ])
    }

    fn browsers(&self) -> Table {
        browsers::table(&self.person.row.id, &self.person.browsers, self.frame.now).only_for(self.frame.role())
    }

    fn sources(&self) -> Table {
        let now = self.frame.now;
        let lines = self.person.sources.iter().map(|source| {
            let name = if source.source.is_empty() { "Unknown" } else { &source.source };
            let waits = match source.waits_until.filter(|until| *until > now) {
                Some(until) => Cell::Lines(vec![Cell::text("Waits until"), Cell::at(until)]),
                None => Cell::Muted("May try".to_owned()),
            };
            Row::new(vec![Cell::text(name), Cell::count(source.failures), Cell::ago(source.last, now), waits])
        });
        let columns = vec![Column::new("From"), Column::number("Failures"), Column::new("Last"), Column::new("Now")];
        Table::new("failures", "Where failures came from", columns, lines.collect())
            .empty(Empty::new("No failures", "They have not failed since they last proved themselves."))
    }
}

fn callouts(person: &PersonView, now: Timestamp) -> Vec<Callout> {
    let row = &person.row;
    let mut callouts = Vec::new();
    if let Some(since) = row.locked {
        let text = "After too many wrong codes none is looked at any more. A passkey still counts. Make sure it is really them \
                    before you unlock: their password may be known to whoever guessed.";
        let unlock = Action::post("Unlock", format!("{HERE}/{}/unlock", row.id)).primary();
        let title = format!("Locked {}", format::relative(since, now));
        callouts.push(Callout::new(Tone::Bad, title, text).action(unlock));
    } else if row.failures > 0 {
        let title = format!("{} in a row", format::plural(row.failures, "wrong code", "wrong codes"));
        let text = "Each further one makes them wait longer. Forgetting the failures ends the wait.";
        let unlock = Action::post("Forget the failures", format!("{HERE}/{}/unlock", row.id));
        callouts.push(Callout::new(Tone::Warn, title, text).action(unlock));
    }
    if !row.suspended.is_empty() {
        let text = "The factors are kept, and count again as soon as the person is back.";
        callouts.push(Callout::new(Tone::Info, row.suspended, text));
    }
    if person.factors.iter().any(|factor| factor.state == FactorStanding::Waits) {
        let text = "They are in a privileged group, so another operator than the one who gave it has to agree.";
        callouts.push(Callout::new(Tone::Warn, "A temporary code waits for a second operator", text));
    }
    callouts.extend(merge::notices(&row.id, &person.merges, now));
    callouts
}

/// The question before everything is taken.
pub fn ask_reset(frame: Frame, id: &str, name: &str, factors: usize) -> ConfirmPage {
    ConfirmPage::new(frame, format!("Reset {name}?"), "Reset", format!("{HERE}/{id}/reset"))
        .consequence(format!(
            "Takes {}, every recovery code and every remembered browser. They begin anew, as somebody who was never here.",
            format::plural(u64::try_from(factors).unwrap_or(0), "factor", "factors")
        ))
        .also("Sessions in Entra go on. If the account was taken over, end those there.")
        .cancel(format!("{HERE}/{id}"))
        .reason()
        .danger()
}

/// The question before a factor is taken.
pub fn ask_remove(frame: Frame, id: &str, factor: &FactorRow, last: bool) -> ConfirmPage {
    let action = format!("{HERE}/{id}/factors/{}/remove", factor.id);
    let page = ConfirmPage::new(frame, format!("Remove “{}”?", factor.name), "Remove", action)
        .consequence("It counts no longer. It cannot be brought back; the person registers it again.")
        .cancel(format!("{HERE}/{id}"))
        .reason()
        .danger();
    if last { page.also("It is their last one: they need a temporary code to get in.") } else { page }
}

/// What the form for a temporary code holds.
#[derive(Debug, Clone, Default)]
pub struct CodeForm {
    pub name: String,
    pub reason: String,
    pub ticket: String,
    pub minutes: String,
    pub several: bool,
    /// The most minutes that the tenant's settings allow.
    pub most: u32,
    pub error: String,
}

/// `GET /second-factor/people/{id}/code`.
pub fn code_form(frame: Frame, id: &str, form: &CodeForm) -> FormPage {
    let href = format!("{HERE}/{id}");
    let head = PageHead::new("Issue a temporary code")
        .crumb("Registered people", HERE)
        .crumb(&form.name, href.clone())
        .lead("Lets the person in once, until they have registered a factor. Make sure it is really them who asks.");
    let uses = [("once", "Once"), ("several", "As often as needed until it expires")];
    FormPage::new(frame, head, format!("{href}/code"), href)
        .field(
            Field::text("reason", "Reason")
                .value(&form.reason)
                .error(&form.error)
                .hint("Goes into the audit trail, and the person sees it.")
                .attribute("required", "")
                .attribute("maxlength", "300"),
        )
        .field(Field::text("ticket", "Ticket").value(&form.ticket).optional().mono().attribute("maxlength", "300"))
        .field(
            Field::number("minutes", "Valid for", 0)
                .value(&form.minutes)
                .unit("minutes")
                .attribute("max", form.most.to_string())
                .hint(format!(
                    "At most {}, as the tenant’s settings say.",
                    format::plural(form.most.into(), "minute", "minutes")
                )),
        )
        .field(
            Field::radio("uses", "Counts", uses.map(|(value, name)| Choice::new(value, name)).into())
                .value(if form.several { "several" } else { "once" }),
        )
        .submit("Issue the code")
}

/// What to say beside a new code: how long it counts and how often, and where.
pub fn told(waits: bool, until: Option<Timestamp>, several: bool) -> Callout {
    let text = "It cannot be shown again. Tell it to the person by a way that you know is theirs, never by their mail.";
    let often = if several { "It counts as often as needed" } else { "It counts once" };
    let mut items = Vec::new();
    if waits {
        items.push("It is worth nothing until another operator has approved it on this person’s page.".to_owned());
    }
    items.push(until.map_or_else(|| format!("{often}."), |until| format!("{often}, until {until}.")));
    items
        .push("The person enters it where they are asked for a code, in a sign-in or at their portal, /me.".to_owned());
    Callout::new(Tone::Warn, "Hand it over now", text).items(items)
}

#[cfg(test)]
pub mod samples {
    //! What a person looks like.

    use super::super::people::samples::row;
    use super::*;
    use crate::layout::Section;
    use crate::parts::{Code, Entry};
    use crate::tests::{DAY, Gallery, HOUR, MINUTE, NOW, ago, ahead, frame};

    fn factor(kind: &str, name: &str, state: FactorStanding, notes: &[&str]) -> FactorRow {
        FactorRow {
            id: name.replace(' ', "-"),
            kind: kind.into(),
            name: name.into(),
            state,
            notes: notes.iter().map(|note| (*note).to_owned()).collect(),
            since: ago(40 * DAY),
            last_used: (state == FactorStanding::Active).then(|| ago(4 * MINUTE)),
            expires: (kind == "Temporary code").then(|| ahead(HOUR)),
        }
    }

    fn view(row: PersonRow, factors: Vec<FactorRow>) -> PersonView {
        PersonView {
            row,
            object_id: "6f1c9b5e-7d0a-4b3e-9a51-2f8c8e1d7a10".into(),
            tenant_href: "/second-factor/providers/t1".into(),
            directory_href: "/directory/users/u1".into(),
            factors,
            browsers: browsers::samples::rows(),
            sources: vec![SourceRow {
                source: "203.0.113.7".into(),
                failures: 10,
                last: ago(HOUR),
                waits_until: Some(ahead(4 * MINUTE)),
            }],
            merges: vec![MergeRow {
                id: "m1".into(),
                former: "zoe.marsh@contoso.example".into(),
                reason: "Deleted by mistake, and made again.".into(),
                by: "operator:ada".into(),
                at: ago(2 * DAY),
                until: ahead(28 * DAY),
                undone: false,
            }],
        }
    }

    pub fn add(gallery: &mut Gallery) {
        let frame_of = || frame("Zoe Marsh", Section::SecondFactorPeople);
        let attempts = || {
            let entries = vec![
                Entry::new(Tone::Bad, "Wrong code", ago(HOUR), NOW, "203.0.113.7")
                    .link("Look", "/second-factor/attempts/a1"),
            ];
            Timeline::new(entries, "No attempt yet.")
        };
        let factors = vec![
            factor("Passkey", "Work laptop", FactorStanding::Active, &["Synchronised between devices."]),
            factor("Authenticator app", "Phone", FactorStanding::Active, &["Its clock is 30 s behind."]),
            factor("Hardware token", "Token 4711", FactorStanding::Suspended, &["Serial number 4711."]),
            factor("Temporary code", "Temporary code", FactorStanding::Waits, &["Lost phone. INC-204."]),
        ];
        let locked = view(row("Zoe Marsh", 3, 10, true), factors.clone());
        gallery.add("second-factor-person", &PersonPage::new(frame_of(), locked, attempts()));
        let mut nothing = view(row("Jon Bell", 0, 2, false), Vec::new());
        nothing.sources.clear();
        nothing.browsers.clear();
        nothing.merges.clear();
        nothing.directory_href = String::new();
        gallery.add("second-factor-person-fresh", &PersonPage::new(frame_of(), nothing, attempts()));
        gallery.add("second-factor-reset", &ask_reset(frame_of(), "p1", "Zoe Marsh", 3));
        gallery.add("second-factor-remove", &ask_remove(frame_of(), "p1", &factors[0], true));
        let form = CodeForm {
            name: "Zoe Marsh".into(),
            minutes: "60".into(),
            most: 1_440,
            error: "Say why.".into(),
            ..CodeForm::default()
        };
        gallery.add("second-factor-code", &code_form(frame_of(), "p1", &form));
        let once = crate::operators::tokens::OncePage::of(
            frame_of(),
            PageHead::new("A code for Zoe Marsh"),
            super::told(true, Some(ahead(HOUR)), false),
            Code::new("code", "The code", "ABCD-EFGH-JKLM"),
            "/second-factor/people/p1",
        );
        gallery.add("second-factor-code-once", &once);
    }
}

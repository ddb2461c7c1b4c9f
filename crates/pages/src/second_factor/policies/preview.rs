//! Whom a draft, or going back, would concern; and the button that does it.

use askama::Template;
use kernel::Timestamp;

use super::{TAB, Whose};
use crate::address::Address;
use crate::doors::Offers as _;
use crate::form::{Choice, Field};
use crate::format::{self, plural};
use crate::layout::Frame;
use crate::list::Filters;
use crate::parts::{Action, Callout, Cell, PageHead, Tabs, Tile, Tiles, Tone};
use crate::second_factor::provider::tabs;
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Column, Empty, Paging, Row, Table};

/// What was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looked {
    /// The draft of this version.
    Draft(i64),
    /// Going back to this revision; 0 for no policies at all.
    Back(i64),
}

/// Whom one policy would be for.
#[derive(Debug, Clone)]
pub struct ReachRow {
    pub name: String,
    pub people: u64,
    pub without: u64,
    /// Groups that the directory does not hold.
    pub unknown: usize,
}

/// Somebody who would lose or get back a factor.
#[derive(Debug, Clone)]
pub struct AffectedRow {
    pub object_id: String,
    pub name: String,
    pub upn: String,
    pub effect: &'static str,
    /// Kinds of proof, in words.
    pub lost: String,
    pub gained: String,
    pub policy: String,
    /// The person's page here.
    pub href: String,
}

/// What happens to somebody: the word that travels, and what it is called.
pub const EFFECTS: [(&str, &str); 3] =
    [("loses_last", "Loses the last one"), ("loses", "Loses one, keeps another"), ("gains", "Gets one back")];

/// Those people.
pub static PEOPLE: Sheet<AffectedRow> = Sheet {
    file: "policy-preview",
    order: "name",
    given: true,
    finds: true,
    id: |row| row.object_id.clone(),
    fields: &[
        sheet::Field::new("name", "Person", |row| Value::text(&row.name)),
        sheet::Field::new("upn", "User name", |row| Value::text(&row.upn)),
        sheet::Field::new("effect", "What happens", |row| Value::text(row.effect)),
        sheet::Field::new("lost", "Could use no longer", |row| Value::text(&row.lost)),
        sheet::Field::new("gained", "Could use again", |row| Value::text(&row.gained)),
        sheet::Field::new("policy", "By policy", |row| Value::text(&row.policy)),
        sheet::Field::new("object_id", "Object id", |row| Value::text(&row.object_id)),
    ],
};

/// The risk of the people who were walked.
#[derive(Debug, Clone)]
pub struct RiskReach {
    pub low: u64,
    pub medium: u64,
    pub high: u64,
    pub unknown: u64,
    /// Why it is not known of everybody; empty where it is.
    pub why: &'static str,
    /// Who could not pass if they were at high risk.
    pub stuck: u64,
}

/// What was worked out.
#[derive(Debug)]
pub struct PreviewView {
    pub whose: Whose,
    pub looked: Looked,
    pub counted: Timestamp,
    pub by: String,
    /// Whether the draft, or what is in force, has changed since.
    pub outdated: bool,
    /// The revision in force.
    pub in_force: i64,
    pub people: u64,
    pub outside: u64,
    pub loses_last: u64,
    pub loses: u64,
    pub gains: u64,
    pub short: u64,
    pub policies: Vec<ReachRow>,
    /// Where a policy asks for risk.
    pub risk: Option<RiskReach>,
    pub affected: Listed<AffectedRow>,
    /// To whom what happens is listed; empty for all.
    pub effect: String,
    pub words: String,
    pub here: Address,
    /// What went wrong when it was to be put in force.
    pub error: String,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "second_factor/policies_preview.html")]
pub struct PreviewPage {
    frame: Frame,
    head: PageHead,
    tabs: Tabs,
    callouts: Vec<Callout>,
    view: PreviewView,
}

impl PreviewPage {
    /// What was worked out, and the way to put it in force.
    pub fn new(frame: Frame, view: PreviewView) -> Self {
        let whose = &view.whose;
        let title = match view.looked {
            Looked::Draft(_) => "What the draft would do".to_owned(),
            Looked::Back(0) => "What going back to no policies would do".to_owned(),
            Looked::Back(revision) => format!("What going back to revision {revision} would do"),
        };
        let head = whose.head(&title).crumb("Policies", whose.at(""));
        let role = frame.role();
        let callouts = notes(&view, frame.now).only_for(role);
        let tabs = tabs(&whose.id, &whose.tenant, TAB);
        Self { head: head.only_for(role), tabs, callouts, frame, view }
    }

    fn action(&self) -> String {
        self.view.whose.at(if self.goes_back() { "/undo" } else { "/apply" })
    }

    fn goes_back(&self) -> bool {
        matches!(self.view.looked, Looked::Back(_))
    }

    /// Whether the reader may put it in force, and it is what they saw.
    fn applies(&self) -> bool {
        !self.view.outdated && self.frame.opens(self.action())
    }

    fn hidden(&self) -> Vec<(&'static str, String)> {
        match self.view.looked {
            Looked::Draft(version) => vec![("version", version.to_string())],
            Looked::Back(to) => vec![("in_force", self.view.in_force.to_string()), ("to", to.to_string())],
        }
    }

    fn tiles(&self) -> Tiles {
        let view = &self.view;
        let at = |effect: &str| format!("{}#people", self.view.whose.at(&format!("/preview?effect={effect}")));
        let lost = Tile::count("Lose the last factor they can use", view.loses_last).href(at("loses_last"));
        Tiles::new(vec![
            lost.tone(if view.loses_last == 0 { Tone::Ok } else { Tone::Bad }),
            Tile::count("Lose one and keep another", view.loses).href(at("loses")),
            Tile::count("Get one back", view.gains).href(at("gains")),
            Tile::count("Have fewer than they must keep", view.short).note("They can pass, and should register more."),
        ])
    }

    fn reach(&self) -> Table {
        let lines = self.view.policies.iter().map(|policy| {
            let unknown = match policy.unknown {
                0 => Cell::Blank,
                count => {
                    let groups = plural(u64::try_from(count).unwrap_or(0), "group", "groups");
                    Cell::Muted(format!("{groups} not in the directory: nobody is found there"))
                }
            };
            Row::new(vec![
                Cell::name(&policy.name, ""),
                Cell::count(policy.people),
                Cell::count(policy.without),
                unknown,
            ])
        });
        let columns = vec![
            Column::new("Policy"),
            Column::number("For people"),
            Column::number("Without a usable factor"),
            Column::new("Not found"),
        ];
        let empty = Empty::new("No policies", "The tenant’s settings would be for everybody.");
        Table::new("reach", "Policies and how many people they are for", columns, lines.collect()).empty(empty)
    }

    fn people(&self) -> Table {
        let view = &self.view;
        let columns = ["name", "effect", "lost", "gained", "policy"].map(|key| PEOPLE.column(key, &view.here));
        let lines = view.affected.rows.iter().map(|row| {
            Row::new(vec![
                Cell::main(&row.name, &row.href, &row.upn),
                Cell::text(row.effect),
                Cell::text(&row.lost),
                Cell::text(&row.gained),
                if row.policy.is_empty() { Cell::Muted("The settings".to_owned()) } else { Cell::text(&row.policy) },
            ])
        });
        let narrowed = !view.effect.is_empty() || !view.words.is_empty();
        let empty = if narrowed {
            Empty::new("Nobody matches", "No such person loses or gets back a factor.")
        } else {
            Empty::new("Nobody loses or gets back a factor", "What people hold counts as before.")
        };
        Table::new("people", "People who lose or get back a factor", columns.into(), lines.collect())
            .paging(Paging::new(&view.here, view.affected.rows.len(), None, view.affected.next()))
            .export("CSV", Sheet::<AffectedRow>::export(&view.here))
            .empty(empty)
    }

    fn filters(&self) -> Filters {
        let effects = EFFECTS.iter().map(|(word, name)| Choice::new(*word, *name));
        let effects = [Choice::new("", "All")].into_iter().chain(effects).collect();
        let fields = vec![
            Field::search("q", "Search people").value(&self.view.words).grow().attribute("autocomplete", "off"),
            Field::select("effect", "What happens", effects).value(&self.view.effect),
        ];
        Filters::new(self.view.whose.at("/preview"), fields)
    }

    fn submit(&self) -> &'static str {
        if self.goes_back() { "Go back" } else { "Apply" }
    }

    fn fields(&self) -> Vec<Field> {
        let reason = Field::area("reason", "Reason", 2)
            .hint("Goes into the history and the audit trail.")
            .attribute("maxlength", "500")
            .optional();
        let tenant = &self.view.whose.tenant;
        let confirmation = Field::text("confirmation", format!("Type {tenant} to go on"))
            .hint("Somebody would lose the last factor they can use, and could not sign in.")
            .error(&self.view.error)
            .attribute("required", "")
            .attribute("autocomplete", "off");
        let typed = (self.view.loses_last > 0).then_some(confirmation);
        [reason].into_iter().chain(typed).collect()
    }
}

fn notes(view: &PreviewView, now: Timestamp) -> Vec<Callout> {
    let again = match view.looked {
        Looked::Draft(_) => view.whose.at("/preview"),
        Looked::Back(revision) => view.whose.at(&format!("/preview?revision={revision}")),
    };
    let again = Action::post("Preview again", again);
    let title = format!("Worked out {}", format::relative(view.counted, now));
    let whom = plural(view.people, "person", "people");
    let text = format!("By {}, over {whom}; no policy is for {}.", format::who(&view.by), format::count(view.outside));
    let mut notes = Vec::new();
    if view.outdated {
        let text = "The draft or what is in force has changed since. What stands here can be put in force no longer.";
        notes.push(Callout::new(Tone::Warn, "This is out of date", text).action(again.primary()));
    } else {
        notes.push(Callout::new(Tone::Info, title, text).action(again));
    }
    if !view.error.is_empty() {
        notes.push(Callout::new(Tone::Bad, "Nothing was changed", &view.error));
    }
    if view.loses_last > 0 {
        let title = format!("{} would be locked out", plural(view.loses_last, "person", "people"));
        let text = "They hold something that counts now, and nothing that would count then. Have them register another \
                    way first, or leave them out.";
        notes.push(Callout::new(Tone::Bad, title, text));
    }
    notes.extend(view.risk.as_ref().map(by_risk));
    notes
}

/// What the risk of people makes of it now, and could make of it.
fn by_risk(reach: &RiskReach) -> Callout {
    let count = format::count;
    let text = format!(
        "{} at high risk, {} at medium, {} at low. A risk can change at any time, and what counts changes with it.",
        plural(reach.high, "person is", "people are"),
        count(reach.medium),
        count(reach.low)
    );
    let unknown = (reach.unknown > 0).then(|| {
        let people = plural(reach.unknown, "person", "people");
        let why = if reach.why.is_empty() { String::new() } else { format!(": {}", reach.why) };
        format!("Risk is not known of {people}{why}.")
    });
    let stuck = (reach.stuck > 0).then(|| {
        let people = plural(reach.stuck, "person", "people");
        format!("{people} could pass no longer if they were at high risk: they hold nothing that would count then.")
    });
    let items: Vec<String> = unknown.into_iter().chain(stuck).collect();
    let tone = if items.is_empty() { Tone::Info } else { Tone::Warn };
    Callout::new(tone, "Some policies go by risk", text).items(items)
}

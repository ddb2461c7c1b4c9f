//! `GET /second-factor/providers/{tenant}/policies`: other rules for some people, in their order; what is prepared, whom it
//! would concern, what was in force before.

pub mod editor;
pub mod history;
pub mod preview;
pub mod risk;
pub mod rules;
pub mod words;

use kernel::Timestamp;

use super::provider::{href, tabs};
use crate::format;
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::{ConfirmPage, ListPage};
use crate::parts::{Action, Badge, Callout, Cell, PageHead, Tone};
use crate::render::sentence;
use crate::table::{Column, Empty, Row, Table};

/// The tab's place among those of a tenant's second factor.
const TAB: usize = 5;

/// Whose policies they are.
#[derive(Debug, Clone)]
pub struct Whose {
    /// The tenant's id here.
    pub id: String,
    pub tenant: String,
}

impl Whose {
    /// Where something about the policies is.
    pub fn at(&self, tail: &str) -> String {
        href(&self.id, &format!("/policies{tail}"))
    }

    fn head(&self, title: &str) -> PageHead {
        PageHead::new(title).crumb("Second factor", "/second-factor").crumb(&self.tenant, href(&self.id, ""))
    }
}

/// How a policy of a draft differs from what is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    Same,
    New,
    Changed,
}

/// One policy.
#[derive(Debug, Clone)]
pub struct PolicyRow {
    pub id: String,
    pub name: String,
    pub enabled: bool,
    /// For whom, a line each.
    pub whom: Vec<String>,
    /// What it says, a line each.
    pub rules: Vec<String>,
    pub difference: Difference,
}

/// What is being prepared.
#[derive(Debug, Clone)]
pub struct DraftView {
    pub saved: Timestamp,
    pub by: String,
    /// Policies in force that it leaves out.
    pub dropped: Vec<String>,
}

/// The policies of a tenant.
#[derive(Debug, Clone)]
pub struct BoardView {
    pub whose: Whose,
    /// Those of the draft where there is one, else those in force.
    pub policies: Vec<PolicyRow>,
    pub draft: Option<DraftView>,
    /// The revision in force; 0 for none.
    pub revision: i64,
    /// The draft's version, to be sent back.
    pub version: i64,
    /// Why risks that a policy asks for are not known, and what to do.
    pub risk: Option<(&'static str, String)>,
}

/// The page.
pub fn page(frame: Frame, view: &BoardView) -> ListPage {
    let (whose, now) = (&view.whose, frame.now);
    let lead = "Other rules than the settings, for some people. For each rule the first policy counts that is for somebody \
                and says something about it; what none says, the settings say.";
    let head = whose
        .head("Policies")
        .lead(lead)
        .action(Action::go("New policy", whose.at("/new")).primary().icon(Icon::Plus))
        .action(Action::go("Risk", href(&whose.id, "/risk")))
        .action(Action::go("History", whose.at("/history")).icon(Icon::Clock));
    let table = table(whose, &view.policies, Some(view.version));
    let page = ListPage::new(frame, head, table).tabs(tabs(&whose.id, &whose.tenant, TAB)).callout(state(view, now));
    page.note(view.risk.as_ref().map(|(why, mend)| unknown_risk(whose, why, mend)))
}

fn unknown_risk(whose: &Whose, why: &str, mend: &str) -> Callout {
    let text = format!(
        "A policy asks for it, and it is not known who is at risk: {why}. Whoever was when it was last read, still is; for \
         the others each policy says what counts."
    );
    let look = Action::go("Look at it", href(&whose.id, "/risk"));
    Callout::new(Tone::Warn, "Risk is not known", text).items(vec![sentence(mend)]).action(look)
}

fn state(view: &BoardView, now: Timestamp) -> Callout {
    let whose = &view.whose;
    let in_force = match view.revision {
        0 => "No policy was ever in force.".to_owned(),
        revision => format!("Revision {revision} is in force."),
    };
    let Some(draft) = &view.draft else {
        let text = "A change is saved as a draft first, and counts once it is applied.";
        return Callout::new(Tone::Info, in_force, text);
    };
    let title = format!("A draft waits, saved {}", format::relative(draft.saved, now));
    let text = format!("By {}. {in_force} Nothing changes before the draft is applied.", format::who(&draft.by));
    let dropped = draft.dropped.iter().map(|name| format!("“{name}” is in force, and left out of the draft."));
    Callout::new(Tone::Busy, title, text)
        .items(dropped.collect())
        .action(Action::post("Preview", whose.at("/preview")).primary())
        .action(Action::ask("Discard", whose.at(&format!("/discard?version={}", view.version))))
}

/// Policies in their order; with a version they can be changed.
pub(super) fn table(whose: &Whose, policies: &[PolicyRow], version: Option<i64>) -> Table {
    let mut columns = vec![
        Column::number("Order"),
        Column::new("Policy"),
        Column::new("For whom"),
        Column::new("What it says"),
        Column::new("State"),
    ];
    if version.is_some() {
        columns.push(Column::actions());
    }
    let last = policies.len().saturating_sub(1);
    let lines = policies.iter().enumerate().map(|(index, policy)| {
        let mut cells = vec![
            Cell::count(u64::try_from(index + 1).unwrap_or(0)),
            Cell::name(&policy.name, ""),
            Cell::Lines(policy.whom.iter().map(Cell::text).collect()),
            Cell::Lines(policy.rules.iter().map(Cell::text).collect()),
            Cell::Badges(badges(policy)),
        ];
        cells.extend(version.map(|version| Cell::Actions(acts(whose, policy, (index, last), version))));
        Row::new(cells)
    });
    let empty = Empty::new("No policies", "The tenant’s settings are for everybody.");
    let empty =
        if version.is_some() { empty.action(Action::go("New policy", whose.at("/new")).primary()) } else { empty };
    Table::new("policies", "Policies", columns, lines.collect()).empty(empty)
}

fn badges(policy: &PolicyRow) -> Vec<Badge> {
    let state = if policy.enabled { Badge::ok("Counts") } else { Badge::off("Off") };
    let difference = match policy.difference {
        Difference::Same => None,
        Difference::New => Some(Badge::accent("New")),
        Difference::Changed => Some(Badge::accent("Changed")),
    };
    [Some(state), difference].into_iter().flatten().collect()
}

fn acts(whose: &Whose, policy: &PolicyRow, (index, last): (usize, usize), version: i64) -> Vec<Action> {
    let at = |verb: &str| whose.at(&format!("/{}/{verb}?version={version}", policy.id));
    let up = (index > 0).then(|| Action::post("Up", at("up")).icon(Icon::Up));
    let down = (index < last).then(|| Action::post("Down", at("down")).icon(Icon::Down));
    let edit = Action::go("Edit", whose.at(&format!("/{}/edit", policy.id)));
    let switch = Action::post(if policy.enabled { "Switch off" } else { "Switch on" }, at("switch"));
    let remove = Action::post("Remove", at("remove")).danger();
    let all = [up, down, Some(edit), Some(switch), Some(remove)];
    all.into_iter().flatten().map(|action| action.small().about(&policy.name)).collect()
}

/// The question before a draft is thrown away.
pub fn ask_discard(frame: Frame, whose: &Whose, version: i64) -> ConfirmPage {
    ConfirmPage::new(frame, "Discard the draft?", "Discard", whose.at("/discard"))
        .consequence("What was prepared is lost. The policies in force stay as they are.")
        .hidden("version", version.to_string())
        .cancel(whose.at(""))
        .danger()
}

#[cfg(test)]
pub mod samples;

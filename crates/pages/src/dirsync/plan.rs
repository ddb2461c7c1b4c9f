//! `GET /dirsync/plans/{id}`: one held plan: what it would do, why it is held, and the decision.

use askama::Template;
use kernel::Timestamp;

use super::picks::Picks;
use super::plans::PlanState;
use super::run::{CauseRow, ChangeQuery, cause_table, change_filters};
use crate::address::Address;
use crate::form::Field;
use crate::format;
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::{ConfirmPage, Filters};
use crate::parts::{Action, Badge, Callout, Cell, Facts, Meter, PageHead, Tone};
use crate::table::{Column, Empty, Row, Table};

/// A limit and how far the plan goes over it.
#[derive(Debug, Clone)]
pub struct LimitView {
    pub name: String,
    pub planned: u64,
    pub limit: u64,
    pub note: String,
}

/// A group that the plan touches.
#[derive(Debug, Clone)]
pub struct AffectedGroup {
    pub href: String,
    pub name: String,
    pub before: u64,
    pub after: u64,
    /// Which policies rest on it.
    pub used_by: String,
}

/// Whether the reader may decide a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decider {
    /// Their role does not let them.
    Nobody,
    /// They may.
    Anybody,
    /// Two people decide, and they are the second.
    Second,
    /// Two people decide, and they are the first: they may only reject.
    First,
    /// The same, and nobody else could decide: they have to sign in.
    Token,
    /// The same, and they have signed in: they may, once they have typed this name.
    Alone(String),
}

impl Decider {
    /// Whether they may allow it.
    pub const fn allows(&self) -> bool {
        matches!(self, Self::Anybody | Self::Second | Self::Alone(_))
    }

    /// What to say of it.
    fn callout(&self) -> Option<Callout> {
        const MUCH: &str = "It takes away more than 20 % of all people, so two people decide it.";
        let (title, what) = match self {
            Self::Nobody | Self::Anybody => return None,
            Self::Second => ("Two people decide", "Somebody else is behind it; you may decide."),
            Self::First => {
                ("Somebody else decides", "You are behind it, so somebody else has to allow it. You may reject it.")
            }
            Self::Token => (
                "Sign in to decide",
                "You are behind it, and nobody else here may decide. A token is not enough to decide alone.",
            ),
            Self::Alone(_) => (
                "You decide alone",
                "You are behind it, and nobody else here may decide. You may allow it alone by typing the tenant's name; \
                 the audit trail says so. Better: give somebody else the role of an administrator.",
            ),
        };
        Some(Callout::new(Tone::Info, title, format!("{MUCH} {what}")))
    }
}

/// One held plan.
#[derive(Debug, Clone)]
pub struct PlanView {
    pub id: String,
    pub tenant: String,
    pub run_href: String,
    pub state: PlanState,
    pub reason: String,
    pub held: Timestamp,
    pub expires: Option<Timestamp>,
    pub limits: Vec<LimitView>,
    pub groups: Vec<AffectedGroup>,
    pub change_count: u64,
    /// Whether all that it does is to take away: then nothing is left of it without losses.
    pub only_takes: bool,
    /// Whether the reader may decide.
    pub decider: Decider,
    /// What to know beside the figures.
    pub warnings: Vec<String>,
    /// Who is told of it.
    pub owners: Vec<String>,
    /// Who decided, when and why; empty while it waits.
    pub decision: String,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "dirsync/plan.html")]
pub struct PlanPage {
    frame: Frame,
    head: PageHead,
    plan: PlanView,
    callouts: Vec<Callout>,
    causes: Table,
    groups: Table,
    filters: Filters,
    table: Table,
}

impl PlanPage {
    /// One plan with one page of its changes.
    pub fn new(
        frame: Frame,
        plan: PlanView,
        causes: &[CauseRow],
        table: Table,
        query: &ChangeQuery,
        picks: &Picks,
    ) -> Self {
        let here = format!("/dirsync/plans/{}", plan.id);
        let (head, callouts) = (head(&plan), callouts(&plan, frame.now));
        let picks = picks.to_string();
        let cleared = Address::new(&here).with("picks", &picks);
        let filters = change_filters(&here, causes, query).keep("kept", &picks).clear(cleared).with_boxes();
        let decide = plan.state == PlanState::Waiting && plan.decider.allows();
        let (causes, groups) = (cause_table(causes, &here, decide), groups(&plan));
        Self { frame, head, plan, callouts, causes, groups, filters, table }
    }

    fn meters(&self) -> Vec<(Meter, String)> {
        let meter = |limit: &LimitView| {
            let tone = if limit.planned > limit.limit { Tone::Bad } else { Tone::Ok };
            (Meter::new(tone, &limit.name, limit.planned, limit.limit), limit.note.clone())
        };
        self.plan.limits.iter().map(meter).collect()
    }

    fn about(&self) -> Facts {
        let plan = &self.plan;
        Facts::new()
            .text("Tenant", &plan.tenant)
            .with("Run", Cell::link("The run it belongs to", &plan.run_href))
            .with("Held", Cell::at(plan.held))
            .with("Expires", plan.expires.map_or(Cell::Blank, Cell::at))
            .text("Changes", format::count(plan.change_count))
            .text("Told", plan.owners.join(", "))
            .text("Decision", &plan.decision)
    }
}

fn head(plan: &PlanView) -> PageHead {
    let at = |verb: &str| format!("/dirsync/plans/{}/{verb}", plan.id);
    let head =
        PageHead::new("Held plan").crumb("Held plans", "/dirsync/plans").badge(plan.state.badge()).lead(&plan.reason);
    if plan.state != PlanState::Waiting || plan.decider == Decider::Nobody {
        return head;
    }
    let head = head.action(Action::ask("Reject", at("reject")).danger());
    if !plan.decider.allows() {
        return head;
    }
    let head = if plan.only_takes { head } else { head.action(Action::ask("Allow all but losses", at("allow-safe"))) };
    head.action(Action::ask("Allow once", at("allow")).primary().icon(Icon::Decision))
}

fn callouts(plan: &PlanView, now: Timestamp) -> Vec<Callout> {
    if plan.state != PlanState::Waiting {
        return Vec::new();
    }
    let text = format!(
        "Nothing has been applied. Without a decision the plan is rejected {}.",
        plan.expires.map_or_else(|| "some day".to_owned(), |at| format::relative(at, now))
    );
    let mut callouts = vec![Callout::new(Tone::Warn, "Waits for a decision", text)];
    for warning in &plan.warnings {
        callouts.push(Callout::new(Tone::Info, "To know", warning));
    }
    callouts.extend(plan.decider.callout());
    callouts
}

fn groups(plan: &PlanView) -> Table {
    let rows = plan.groups.iter().map(|group| {
        let lost = group.before.saturating_sub(group.after);
        Row::new(vec![
            Cell::main(&group.name, &group.href, &group.used_by),
            Cell::count(group.before),
            Cell::count(group.after),
            Cell::badge(Badge::new(
                if lost > 0 { Tone::Warn } else { Tone::Ok },
                format!("−{}", format::percent(lost, group.before)),
            )),
        ])
    });
    let columns =
        vec![Column::new("Group"), Column::number("Members now"), Column::number("Members then"), Column::new("Loss")];
    let none = Empty::new("No group loses members", "What this plan takes away leaves every group as it is.");
    Table::new("affected", "Groups affected", columns, rows.collect()).empty(none)
}

/// The question before a decision.
pub fn decide(frame: Frame, plan: &PlanView, verb: Verb, names: Vec<String>) -> ConfirmPage {
    let named = u64::try_from(names.len()).unwrap_or(0);
    let allows = !matches!(verb, Verb::Reject);
    let at = |verb: &str| format!("/dirsync/plans/{}/{verb}", plan.id);
    let page = match verb {
        Verb::Allow => ConfirmPage::new(
            frame,
            format!("Allow all {} changes, once?", format::count(plan.change_count)),
            "Allow once",
            at("allow"),
        )
        .consequence("The plan is applied as shown. The limits stay as they are for the next run.")
        .danger()
        .affected(names, plan.change_count.saturating_sub(named)),
        Verb::AllowPart { part, only } => {
            let more = part.count().saturating_sub(named);
            allow_part(frame, plan, &part, only).affected(names, more)
        }
        Verb::AllowSafe => ConfirmPage::new(frame, "Allow everything but losses?", "Allow", at("allow-safe"))
            .consequence("Creations, updates and returns go on. Nobody and nothing is lost; the next run looks again."),
        Verb::Reject => ConfirmPage::new(frame, "Reject the plan?", "Reject", at("reject")).consequence(
            "Nothing is changed. The next run plans afresh and is held again if the source has not changed.",
        ),
    };
    let page = page.reason().cancel(format!("/dirsync/plans/{}", plan.id));
    match &plan.decider {
        Decider::Alone(name) if allows => alone(page, name),
        _ => page,
    }
}

/// The question before a part is allowed, or all but that part.
fn allow_part(frame: Frame, plan: &PlanView, part: &Named, only: bool) -> ConfirmPage {
    let rest = format::plural(plan.change_count.saturating_sub(part.count()), "other", "others");
    let changes = format::plural(part.count(), "change", "changes");
    let whom = match part {
        Named::Picks(_) => changes.clone(),
        Named::Cause { cause, .. } => format!("what is “{}”", super::words::plain(cause).to_lowercase()),
    };
    let (question, submit, what) = if only {
        (format!("Allow only {whom}?"), "Allow these", format!("{changes}, no more: the {rest} are left out."))
    } else {
        (format!("Leave out {whom} and allow the rest?"), "Allow the rest", format!("The {rest} are applied now."))
    };
    let page = ConfirmPage::new(frame, question, submit, format!("/dirsync/plans/{}/allow-part", plan.id))
        .consequence(format!("{what} What is left out is looked at again by the next run."))
        .hidden("way", if only { "only" } else { "but" });
    match part {
        Named::Picks(picks) => page.hidden("picks", picks.to_string()),
        Named::Cause { cause, .. } => page.hidden("cause", cause),
    }
}

/// Asks somebody who decides alone to type a name.
fn alone(page: ConfirmPage, name: &str) -> ConfirmPage {
    let label = format!("To decide alone, type the tenant's name: {name}");
    let field = Field::text("confirmation", label).attribute("required", "").attribute("autocomplete", "off");
    page.also("Nobody else here may decide this plan. The audit trail says that you decided alone.").field(field)
}

/// What is named of a plan.
#[derive(Debug)]
pub enum Named {
    /// Items, one by one.
    Picks(Picks),
    /// Everything with one cause, and how much that is.
    Cause { cause: String, count: u64 },
}

impl Named {
    fn count(&self) -> u64 {
        match self {
            Self::Picks(picks) => u64::try_from(picks.len()).unwrap_or(0),
            Self::Cause { count, .. } => *count,
        }
    }
}

/// The decision that is asked about.
#[derive(Debug)]
pub enum Verb {
    Allow,
    /// These only, or all but these.
    AllowPart {
        part: Named,
        only: bool,
    },
    AllowSafe,
    Reject,
}

#[cfg(test)]
pub mod samples {
    //! What a held plan looks like.

    use super::{AffectedGroup, Decider, LimitView, Named, PlanPage, PlanView, Verb, decide};
    use crate::address::Address;
    use crate::dirsync::changes::{Can, change_table};
    use crate::dirsync::picks::Picks;
    use crate::dirsync::plans::PlanState;
    use crate::dirsync::run::ChangeQuery;
    use crate::dirsync::run::samples::{causes, changes};
    use crate::layout::Section;
    use crate::sheet::Listed;
    use crate::tests::{Gallery, HOUR, ago, ahead, frame};

    fn plan() -> PlanView {
        let limit =
            |name: &str, planned, limit, note: &str| LimitView { name: name.into(), planned, limit, note: note.into() };
        let group = |name: &str, before, after, used_by: &str| AffectedGroup {
            href: "/directory/groups/g1".into(),
            name: name.into(),
            before,
            after,
            used_by: used_by.into(),
        };
        PlanView {
            id: "p1".into(),
            tenant: "Contoso".into(),
            run_href: "/dirsync/runs/r1".into(),
            state: PlanState::Waiting,
            reason: "212 people would become conflicts; the limit is 25 or 5 %".into(),
            held: ago(2 * HOUR),
            expires: Some(ahead(70 * HOUR)),
            limits: vec![
                limit("People removed in this run", 216, 25, "25 or 5 %, whichever comes first"),
                limit("People removed in 24 hours", 218, 25, "Counts disabled, deleted and filtered out"),
                limit("Groups removed in this run", 0, 10, ""),
            ],
            groups: vec![group("London office", 141, 12, ""), group("VPN users", 1_204, 1_002, "")],
            change_count: 247,
            only_takes: false,
            decider: Decider::Second,
            warnings: vec!["4 users can be taken over by users of another tenant first.".into()],
            owners: vec!["ada.lovelace".into()],
            decision: String::new(),
        }
    }

    pub fn add(gallery: &mut Gallery) {
        let here = Address::new("/dirsync/plans/p1");
        let picks: Picks = [2, 40, 41].into_iter().collect();
        let table = || change_table(&Listed::of(changes(), Some("c1")), &here, Can::Pick(&picks));
        let query = ChangeQuery::default();
        let page = |plan| PlanPage::new(frame("Held plan", Section::Plans), plan, &causes(), table(), &query, &picks);
        gallery.add("plan", &page(plan()));
        gallery.add("plan-first", &page(PlanView { decider: Decider::First, ..plan() }));
        gallery.add("plan-alone", &page(PlanView { decider: Decider::Alone("Contoso".into()), ..plan() }));
        let rejected = PlanView {
            state: PlanState::Rejected,
            decision: "Rejected by grace: the export was cut off".into(),
            ..plan()
        };
        gallery.add("plan-rejected", &page(rejected));
        gallery.add("plan-losses", &page(PlanView { only_takes: true, ..plan() }));
        let names = ["Adele Vance", "Bianca Pisani", "Cameron White", "Debra Berger"].map(String::from).to_vec();
        let ask = |verb| decide(frame("Decide", Section::Plans), &plan(), verb, names.clone());
        gallery.add("plan-allow", &ask(Verb::Allow));
        gallery.add("plan-part", &ask(Verb::AllowPart { part: Named::Picks(picks.clone()), only: true }));
        let cause = Named::Cause { cause: "deleted_in_source".into(), count: 212 };
        gallery.add("plan-cause", &ask(Verb::AllowPart { part: cause, only: false }));
        let alone = PlanView { decider: Decider::Alone("Contoso".into()), ..plan() };
        gallery.add("plan-allow-alone", &decide(frame("Decide", Section::Plans), &alone, Verb::Allow, names.clone()));
        gallery.add("plan-safe", &ask(Verb::AllowSafe));
        gallery.add("plan-reject", &ask(Verb::Reject));
    }
}

//! `GET /dirsync/plans/{id}`: one held plan: what it would do, why it is held, and the decision.

use askama::Template;
use kernel::Timestamp;

use super::plans::PlanState;
use super::run::{CauseRow, ChangeQuery, cause_table, change_filters};
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
    /// Whether somebody other than the one who started it has to decide.
    pub second_person: bool,
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
    pub fn new(frame: Frame, plan: PlanView, causes: &[CauseRow], table: Table, query: &ChangeQuery) -> Self {
        let here = format!("/dirsync/plans/{}", plan.id);
        let (head, callouts) = (head(&plan), callouts(&plan, frame.now));
        let (causes, filters, groups) =
            (cause_table(causes, &here), change_filters(&here, causes, query), groups(&plan));
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
    if plan.state != PlanState::Waiting {
        return head;
    }
    head.action(Action::ask("Reject", at("reject")).danger())
        .action(Action::ask("Allow all but losses", at("allow-safe")))
        .action(Action::ask("Allow once", at("allow")).primary().icon(Icon::Decision))
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
    if plan.second_person {
        let text =
            "It takes away more than 20 % of all people, so somebody other than the one who started it has to decide.";
        callouts.push(Callout::new(Tone::Info, "Two people decide", text));
    }
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
    Table::new("affected", "Groups affected", columns, rows.collect()).empty(Empty::new("No group loses members", ""))
}

/// The question before a decision.
pub fn decide(frame: Frame, plan: &PlanView, verb: Verb, names: Vec<String>) -> ConfirmPage {
    let more = plan.change_count.saturating_sub(u64::try_from(names.len()).unwrap_or(0));
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
        .affected(names, more),
        Verb::AllowPart { ids, only } => {
            let count = u64::try_from(ids.len()).unwrap_or(0);
            let changes = format::plural(count, "change", "changes");
            let rest = format::plural(plan.change_count.saturating_sub(count), "other", "others");
            let (question, submit, what) = if only {
                (format!("Allow these {changes} and no others?"), "Allow these", format!("The {rest} are left out."))
            } else {
                let what = format!("The {rest} are applied now.");
                (format!("Leave out {changes} and allow the rest?"), "Allow the rest", what)
            };
            let page = ConfirmPage::new(frame, question, submit, at("allow-part"))
                .consequence(format!("{what} What is left out is looked at again by the next run."))
                .affected(names, 0)
                .hidden("way", if only { "only" } else { "but" });
            ids.into_iter().fold(page, |page, id| page.hidden("id", id))
        }
        Verb::AllowSafe => ConfirmPage::new(frame, "Allow everything but losses?", "Allow", at("allow-safe"))
            .consequence("Creations, updates and returns go on. Nobody and nothing is lost; the next run looks again."),
        Verb::Reject => ConfirmPage::new(frame, "Reject the plan?", "Reject", at("reject")).consequence(
            "Nothing is changed. The next run plans afresh and is held again if the source has not changed.",
        ),
    };
    page.reason().cancel(format!("/dirsync/plans/{}", plan.id))
}

/// The decision that is asked about.
#[derive(Debug)]
pub enum Verb {
    Allow,
    /// These items only, or all but these.
    AllowPart {
        ids: Vec<String>,
        only: bool,
    },
    AllowSafe,
    Reject,
}

#[cfg(test)]
pub mod samples {
    //! What a held plan looks like.

    use super::{AffectedGroup, LimitView, PlanPage, PlanView, Verb, decide};
    use crate::address::Address;
    use crate::dirsync::plans::PlanState;
    use crate::dirsync::run::samples::{causes, changes};
    use crate::dirsync::run::{Can, ChangeQuery, change_table};
    use crate::layout::Section;
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
            second_person: true,
            warnings: vec!["4 users can be taken over by users of another tenant first.".into()],
            owners: vec!["ada.lovelace".into()],
            decision: String::new(),
        }
    }

    pub fn add(gallery: &mut Gallery) {
        let here = Address::new("/dirsync/plans/p1");
        let table = || change_table(&changes(), &here, Some("c1"), Can::Pick);
        let page =
            |plan| PlanPage::new(frame("Held plan", Section::Plans), plan, &causes(), table(), &ChangeQuery::default());
        gallery.add("plan", &page(plan()));
        let rejected = PlanView {
            state: PlanState::Rejected,
            decision: "Rejected by operator:grace: the export was cut off".into(),
            ..plan()
        };
        gallery.add("plan-rejected", &page(rejected));
        let names = ["Adele Vance", "Bianca Pisani", "Cameron White", "Debra Berger"].map(String::from).to_vec();
        let ask = |verb| decide(frame("Decide", Section::Plans), &plan(), verb, names.clone());
        gallery.add("plan-allow", &ask(Verb::Allow));
        gallery.add("plan-part", &ask(Verb::AllowPart { ids: vec!["1".into(), "2".into()], only: true }));
        gallery.add("plan-safe", &ask(Verb::AllowSafe));
        gallery.add("plan-reject", &ask(Verb::Reject));
    }
}

//! `GET /dirsync/runs/{id}`: one run: live while it goes, then its counts by cause and its changes.
//!
//! While it goes, `#run-live` is replaced by `patch` events of `/dirsync/runs/{id}/events`; the same template draws both.

use std::time::Duration;

use askama::Template;
use dirsync::totals::Effect;
use kernel::Timestamp;

use super::runs::{Counts, RunState};
use crate::address::Address;
use crate::doors::Offers as _;
use crate::form::{Choice, Field};
use crate::format;
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::Filters;
use crate::parts::{Action, Badge, Callout, Cell, Facts, PageHead, Progress, Stage, Tile, Tiles, Tone};
use crate::table::{Column, Empty, Row, Table};

/// The verbs of the pipeline, as stages.
pub const STAGES: [&str; 5] = ["Collect", "Plan", "Guard", "Apply", "Verify"];

/// How far a run has come.
#[derive(Debug, Clone, Default)]
pub struct LiveView {
    /// Which of [`STAGES`] it is in.
    pub stage: usize,
    /// What is counted in this stage: people, groups, changes.
    pub noun: String,
    pub done: u64,
    pub of: Option<u64>,
    pub per_second: u64,
    pub remaining: Option<Duration>,
    /// Such as "Entra asked us to wait 12 s".
    pub note: String,
}

/// One run.
#[derive(Debug, Clone)]
pub struct RunView {
    pub id: String,
    pub kind: String,
    pub tenant: String,
    pub tenant_href: String,
    pub state: RunState,
    pub trigger: String,
    pub started: Timestamp,
    pub took: Option<Duration>,
    pub counts: Counts,
    /// What the source returned: people, groups, memberships, pages, requests.
    pub read: Vec<(String, u64)>,
    /// Objects that could not be taken over; they are tried again by themselves.
    pub failed_objects: u64,
    pub verified: Option<String>,
    pub live: Option<LiveView>,
    /// The held plan, where it waits for a decision.
    pub plan_href: Option<String>,
    /// Whether it can still be undone.
    pub undo: bool,
    /// Whether this is the preview of an undo that can be done now.
    pub undo_now: bool,
    /// What to know beside the figures.
    pub warnings: Vec<String>,
}

/// Changes of one cause.
#[derive(Debug, Clone)]
pub struct CauseRow {
    pub cause: String,
    pub count: u64,
    pub key: String,
}

/// The part that moves while the run goes.
#[derive(Debug, Template)]
#[template(path = "dirsync/run_live.html")]
pub struct RunLive {
    state: Badge,
    tiles: Tiles,
    progress: Option<Progress>,
    note: String,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "dirsync/run.html")]
pub struct RunPage {
    frame: Frame,
    head: PageHead,
    run: RunView,
    live: RunLive,
    callouts: Vec<Callout>,
    causes: Table,
    table: Table,
    filters: Option<Filters>,
}

impl askama::filters::HtmlSafe for RunLive {}

impl RunLive {
    /// The part that moves.
    pub fn new(run: &RunView) -> Self {
        let Counts { created, updated, lost, returned, purged, memberships_added, memberships_removed } = run.counts;
        let tiles = vec![
            Tile::count("Created", created),
            Tile::count("Updated", updated),
            Tile::count("Returned", returned),
            loss("Lost", lost),
            loss("Purged", purged),
            Tile::count("Memberships", memberships_added + memberships_removed).note(format!(
                "{} added, {} removed",
                format::count(memberships_added),
                format::count(memberships_removed)
            )),
        ];
        let progress = run.live.as_ref().map(progress);
        let note = run.live.as_ref().map(|live| live.note.clone()).unwrap_or_default();
        Self { state: run.state.badge(), tiles: Tiles::new(tiles), progress, note }
    }
}

fn loss(name: &str, count: u64) -> Tile {
    let tile = Tile::count(name, count);
    if count > 0 { tile.tone(Tone::Warn) } else { tile }
}

fn progress(live: &LiveView) -> Progress {
    let stages = STAGES.iter().enumerate().map(|(index, name)| {
        let tone = match index.cmp(&live.stage) {
            std::cmp::Ordering::Less => Tone::Ok,
            std::cmp::Ordering::Equal => Tone::Busy,
            std::cmp::Ordering::Greater => Tone::Off,
        };
        Stage { name, tone }
    });
    Progress::new(&live.noun, live.done, live.of).stages(stages.collect()).speed(live.per_second, live.remaining)
}

impl RunPage {
    /// One run with one page of its changes.
    pub fn new(frame: Frame, run: RunView, causes: &[CauseRow], table: Table, query: &ChangeQuery) -> Self {
        let here = format!("/dirsync/runs/{}", run.id);
        let filters = (!causes.is_empty()).then(|| change_filters(&here, causes, query));
        let head = head(&run).only_for(frame.role());
        let (live, callouts) = (RunLive::new(&run), callouts(&run).only_for(frame.role()));
        let told =
            |table: Table| if causes.is_empty() && run.state.broke_off() { table.empty(broken_off()) } else { table };
        let (causes, table) = (told(cause_table(causes, &here, false)), told(table));
        Self { frame, head, run, live, callouts, causes, table, filters }
    }

    fn facts(&self) -> Facts {
        let run = &self.run;
        let read = run.read.iter().fold(Facts::new(), |facts, (name, count)| facts.text(name, format::count(*count)));
        read.text("Put aside", format::plural(run.failed_objects, "object", "objects"))
            .with("Verified", run.verified.clone().map_or(Cell::Blank, Cell::text))
    }

    fn about(&self) -> Facts {
        let run = &self.run;
        Facts::new()
            .with("Tenant", Cell::link(&run.tenant, &run.tenant_href))
            .with("Started", Cell::at(run.started))
            .with("Took", run.took.map_or(Cell::Blank, |took| Cell::text(format::duration(took))))
            .text("By", format::who(&run.trigger))
    }
}

/// What the changes are narrowed to.
#[derive(Debug, Clone, Default)]
pub struct ChangeQuery {
    pub cause: String,
    pub q: String,
    /// The effect.
    pub what: String,
}

/// The fields above a list of changes; the same for a run and a held plan.
pub fn change_filters(here: &str, causes: &[CauseRow], query: &ChangeQuery) -> Filters {
    let causes = causes.iter().map(|row| Choice::new(&row.key, &row.cause));
    let fields = vec![
        Field::search("q", "Name or address").value(&query.q).grow(),
        Field::select("cause", "Cause", [Choice::new("", "All")].into_iter().chain(causes).collect())
            .value(&query.cause),
        Field::select("what", "Change", effects()).value(&query.what),
    ];
    Filters::new(here, fields)
}

fn effects() -> Vec<Choice> {
    let known = [Effect::Create, Effect::Update, Effect::Lose, Effect::Return, Effect::Purge, Effect::Members];
    let named = known.iter().map(|effect| Choice::new(effect.as_str(), super::words::effect(*effect).0));
    [Choice::new("", "All")].into_iter().chain(named).collect()
}

/// A run that did not come to its end has not found that all is the same.
fn broken_off() -> Empty {
    Empty::new("Nothing was changed", "The run ended before it had compared everything. The next one looks again.")
}

/// How many changes each cause has; the same for a run and a held plan, of which one cause can be allowed alone.
pub fn cause_table(causes: &[CauseRow], here: &str, decide: bool) -> Table {
    let decide = decide && causes.len() > 1;
    let rows = causes.iter().map(|row| {
        let part = |way: &str| Address::new(format!("{here}/allow-part")).with("cause", &row.key).with("way", way);
        let ask = |label: &str, way: &str| Action::ask(label, part(way)).small().about(&row.cause);
        let mut cells =
            vec![Cell::main(&row.cause, Address::new(here).with("cause", &row.key), ""), Cell::count(row.count)];
        if decide {
            cells.push(Cell::Actions(vec![ask("Only this…", "only"), ask("All but this…", "but")]));
        }
        Row::new(cells)
    });
    let columns = [Column::new("Cause"), Column::number("Count")].into_iter();
    let columns = columns.chain(decide.then(Column::actions)).collect();
    Table::new("causes", "Changes by cause", columns, rows.collect())
        .empty(Empty::new("No changes", "The source and the directory agree."))
}

fn head(run: &RunView) -> PageHead {
    let mut head = PageHead::new(&run.kind).crumb("Runs", "/dirsync/runs").lead(format!(
        "{}, {}",
        run.tenant,
        format::who(&run.trigger)
    ));
    if run.state.is_live() {
        head = head.action(Action::ask("Cancel", format!("/dirsync/runs/{}/cancel", run.id)).icon(Icon::Stop));
    }
    if run.undo_now {
        let href = format!("/dirsync/runs/{}/do", run.id);
        head = head.action(Action::ask("Do it…", href).primary().icon(Icon::Undo));
    }
    if run.undo {
        head = head.action(Action::ask("Undo…", format!("/dirsync/runs/{}/undo", run.id)).icon(Icon::Undo));
    }
    head
}

fn callouts(run: &RunView) -> Vec<Callout> {
    let mut callouts = Vec::new();
    if let RunState::Failed { reason } = &run.state {
        callouts.push(Callout::new(
            Tone::Bad,
            "The run could not go on",
            format!("{reason}. Nothing was removed: a read that failed is no read."),
        ));
    }
    if let Some(plan) = &run.plan_href {
        let text = "Its plan goes over a safety limit, so nothing was applied. Somebody has to decide.";
        callouts
            .push(Callout::new(Tone::Warn, "Held for a decision", text).action(Action::go("Look at the plan", plan)));
    }
    if run.state == RunState::Preview {
        let text = "This is what the run would do. Nothing was changed.";
        callouts.push(Callout::new(Tone::Info, "A preview", text));
    }
    for warning in &run.warnings {
        callouts.push(Callout::new(Tone::Warn, "To know", warning));
    }
    callouts
}

#[cfg(test)]
pub mod samples {
    //! What a run looks like.

    use std::time::Duration;

    use super::{CauseRow, ChangeQuery, LiveView, RunPage, RunView};
    use crate::address::Address;
    use crate::dirsync::changes::{Can, ChangeRow, change_table};
    use crate::dirsync::runs::{Counts, RunState};
    use crate::layout::Section;
    use crate::parts::{Badge, Diff, Tone};
    use crate::sheet::Listed;
    use crate::tests::{Gallery, HOUR, ago, frame};

    pub fn causes() -> Vec<CauseRow> {
        let row = |cause: &str, count, key: &str| CauseRow { cause: cause.into(), count, key: key.into() };
        vec![
            row("Deleted in the source", 212, "deleted_in_source"),
            row("Changed in the source", 31, "changed_in_source"),
            row("Disabled in the source", 4, "disabled_in_source"),
        ]
    }

    pub fn changes() -> Vec<ChangeRow> {
        let row = |name: &str, upn: &str, what: &str, tone, cause: &str, diff, outcome| ChangeRow {
            id: upn.into(),
            name: name.into(),
            sub: upn.into(),
            href: "/directory/users/u1".into(),
            what: what.into(),
            tone,
            cause: cause.into(),
            diff,
            undo: "/dirsync/changes/42/undo".into(),
            outcome,
        };
        vec![
            row(
                "Adele Vance",
                "adele.vance@contoso.example",
                "Update",
                Tone::Info,
                "attributes changed in the source",
                Diff::new().changed("Department", "Sales", "Retail").added("Mobile phone", "+44 7700 900107"),
                Badge::ok("Applied"),
            ),
            row(
                "Bianca Pisani",
                "bianca.pisani@contoso.example",
                "Conflict",
                Tone::Warn,
                "no longer reported by the source",
                Diff::new().changed("State", "active", "conflict, due 17 Nov 2026"),
                Badge::warn("Held"),
            ),
            row(
                "Cameron White",
                "cameron.white@contoso.example",
                "Disable",
                Tone::Off,
                "account disabled in the source",
                Diff::new().changed("State", "active", "disabled"),
                Badge::ok("Applied"),
            ),
        ]
    }

    fn run(state: RunState) -> RunView {
        let read = [("People", 2_014), ("Groups", 150), ("Memberships", 11_402), ("Requests", 64)];
        RunView {
            id: "r1".into(),
            kind: "Full compare".into(),
            tenant: "Contoso".into(),
            tenant_href: "/tenants/t1".into(),
            state,
            trigger: "operator:ada.lovelace".into(),
            started: ago(2 * HOUR),
            took: Some(Duration::from_secs(48)),
            counts: Counts {
                created: 1,
                updated: 31,
                lost: 216,
                returned: 0,
                purged: 0,
                memberships_added: 14,
                memberships_removed: 640,
            },
            read: read.map(|(name, count)| (name.to_owned(), count)).into(),
            failed_objects: 0,
            verified: Some("20 of 20 sampled are as planned".to_owned()),
            live: None,
            plan_href: None,
            undo: false,
            undo_now: false,
            warnings: Vec::new(),
        }
    }

    pub fn add(gallery: &mut Gallery) {
        let here = Address::new("/dirsync/runs/r1");
        let page = |run, causes: &[CauseRow], changes: Vec<ChangeRow>| {
            let changes = change_table(&Listed::of(changes, Some("c1")), &here, Can::Undo);
            RunPage::new(frame("Run", Section::Runs), run, causes, changes, &ChangeQuery::default())
        };
        gallery.add("run", &page(RunView { undo: true, ..run(RunState::Done) }, &causes(), changes()));
        gallery.add(
            "run-held",
            &page(RunView { plan_href: Some("/dirsync/plans/p1".into()), ..run(RunState::Held) }, &causes(), changes()),
        );
        let live = LiveView {
            stage: 0,
            noun: "people and groups read".into(),
            done: 1_204,
            of: Some(2_164),
            per_second: 480,
            remaining: Some(Duration::from_secs(2)),
            note: "Entra asked us to wait 12 s.".into(),
        };
        let running = RunView {
            live: Some(live),
            took: None,
            verified: None,
            counts: Counts::default(),
            ..run(RunState::Running)
        };
        gallery.add("run-live", &page(running, &[], Vec::new()));
        let reason = "Entra refuses the token: the secret has expired (AADSTS7000222)".into();
        let failed = RunView { counts: Counts::default(), verified: None, ..run(RunState::Failed { reason }) };
        gallery.add("run-failed", &page(failed, &[], Vec::new()));
        gallery.add(
            "run-preview",
            &page(RunView { verified: None, undo_now: true, ..run(RunState::Preview) }, &causes(), changes()),
        );
    }
}

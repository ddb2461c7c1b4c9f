//! `GET /dirsync/runs`: what was synced, when, and with which outcome.

use std::time::Duration;

use kernel::Timestamp;

use crate::address::Address;
use crate::form::{Choice, Field};
use crate::format;
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::{Filters, ListPage};
use crate::parts::{Action, Badge, Cell, PageHead, Tone};
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Column, Empty, Paging, Row, Table};

/// How a run stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunState {
    Queued,
    Running,
    Done,
    Held,
    Preview,
    Cancelled,
    Rejected,
    /// A newer run took its place.
    Overtaken,
    Failed {
        reason: String,
    },
}

impl RunState {
    /// Whether it ended before its work was done.
    pub fn broke_off(&self) -> bool {
        matches!(self, Self::Failed { .. } | Self::Cancelled | Self::Overtaken)
    }

    fn look(&self) -> (Tone, &'static str) {
        match self {
            Self::Queued => (Tone::Off, "Queued"),
            Self::Running => (Tone::Busy, "Running"),
            Self::Done => (Tone::Ok, "Done"),
            Self::Held => (Tone::Warn, "Held"),
            Self::Preview => (Tone::Info, "Preview"),
            Self::Cancelled => (Tone::Off, "Cancelled"),
            Self::Rejected => (Tone::Bad, "Rejected"),
            Self::Overtaken => (Tone::Off, "Overtaken"),
            Self::Failed { .. } => (Tone::Bad, "Failed"),
        }
    }

    /// As a badge.
    pub fn badge(&self) -> Badge {
        let (tone, word) = self.look();
        Badge::new(tone, word)
    }

    /// Whether it goes on.
    pub fn is_live(&self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}

/// What a run changes, counted: people and groups together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub created: u64,
    pub updated: u64,
    /// Can no longer be used: in conflict, disabled or deleted.
    pub lost: u64,
    /// Can be used again.
    pub returned: u64,
    pub purged: u64,
    pub memberships_added: u64,
    pub memberships_removed: u64,
}

impl Counts {
    /// All of them together.
    pub fn all(&self) -> u64 {
        let objects = self.created + self.updated + self.lost + self.returned + self.purged;
        objects + self.memberships_added + self.memberships_removed
    }

    /// In a few words: `12 created, 3 updated`.
    pub fn sentence(&self) -> String {
        let parts = [
            (self.created, "created"),
            (self.updated, "updated"),
            (self.returned, "returned"),
            (self.lost, "lost"),
            (self.purged, "purged"),
        ];
        let some = parts.iter().filter(|(count, _)| *count > 0);
        let mut words: Vec<String> = some.map(|(count, word)| format!("{} {word}", format::count(*count))).collect();
        let memberships = self.memberships_added + self.memberships_removed;
        if memberships > 0 {
            words.push(format::plural(memberships, "membership", "memberships"));
        }
        if words.is_empty() { "No changes".to_owned() } else { words.join(", ") }
    }
}

/// One line of the list.
#[derive(Debug, Clone)]
pub struct RunRow {
    pub id: String,
    /// Full compare, delta, one person, one group, undo.
    pub kind: String,
    pub tenant: String,
    pub state: RunState,
    /// Schedule, operator, recovery.
    pub trigger: String,
    pub started: Timestamp,
    pub took: Option<Duration>,
    pub counts: Counts,
}

/// What the list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct RunQuery {
    pub q: String,
    pub state: String,
    pub kind: String,
    pub changes: String,
}

impl RunQuery {
    fn is_narrow(&self) -> bool {
        [&self.q, &self.state, &self.kind, &self.changes].iter().any(|value| !value.is_empty())
    }
}

fn none_like_it() -> Empty {
    Empty::new("No run matches", "Runs of another kind or state are not shown.")
        .action(Action::go("Clear the filters", "/dirsync/runs"))
}

/// A source that can be synced: `(id, name)`.
pub type SourceName = (String, String);

/// The buttons that start a run; one pair for each source, as there are rarely more than two.
pub fn start_actions(sources: &[SourceName]) -> Vec<Action> {
    let mut actions = Vec::new();
    for (id, name) in sources {
        let of = |label: &str| if sources.len() > 1 { format!("{label} {name}") } else { label.to_owned() };
        actions.push(Action::post(of("Preview"), format!("/dirsync/sources/{id}/preview")));
        actions.push(Action::post(of("Sync now"), format!("/dirsync/sources/{id}/sync")).primary().icon(Icon::Sync));
    }
    actions
}

/// The list.
pub static SHEET: Sheet<RunRow> = Sheet {
    file: "runs",
    order: "-started",
    given: true,
    finds: false,
    id: |row| row.id.clone(),
    fields: &[
        sheet::Field::new("kind", "Run", |row| Value::text(&row.kind)),
        sheet::Field::new("tenant", "Tenant", |row| Value::text(&row.tenant)),
        sheet::Field::new("state", "State", |row| Value::text(row.state.look().1)),
        sheet::Field::new("outcome", "Outcome", |row| Value::text(outcome(row))),
        sheet::Field::new("changes", "Changes", |row| Value::Number(row.counts.all())),
        sheet::Field::new("started", "Started", |row| Value::Time(row.started)),
        sheet::Field::new("seconds", "Took", |row| Value::number(row.took.map(|took| took.as_secs()))),
        sheet::Field::new("by", "By", |row| Value::text(&row.trigger)),
        sheet::Field::new("id", "Id", |row| Value::text(&row.id)),
    ],
};

/// The page.
pub fn page(
    frame: Frame,
    listed: &Listed<RunRow>,
    query: &RunQuery,
    sources: &[SourceName],
    here: &Address,
) -> ListPage {
    let head =
        PageHead::new("Runs").lead("Every compare with a source: what it read, what it planned, what it changed.");
    let head = start_actions(sources).into_iter().fold(head, PageHead::action);
    let rows = &listed.rows;
    let columns = ["kind", "state", "changes", "started", "seconds", "by"].map(|key| SHEET.column(key, here));
    let table = with_columns("runs", rows, columns.into(), frame.now)
        .paging(Paging::new(here, rows.len(), None, listed.next()))
        .export("CSV", Sheet::<RunRow>::export(here));
    let table = if query.is_narrow() { table.empty(none_like_it()) } else { table };
    ListPage::new(frame, head, table).filters(filters(query, here)).note(listed.note())
}

/// A few runs, as on the overview.
pub fn table(id: &str, rows: &[RunRow], now: Timestamp) -> Table {
    with_columns(id, rows, ["Run", "State", "Changes", "Started", "Took", "By"].map(Column::new).into(), now)
}

fn with_columns(id: &str, rows: &[RunRow], columns: Vec<Column>, now: Timestamp) -> Table {
    Table::new(id, "Runs", columns, rows.iter().map(|row| line(row, now)).collect()).empty(
        Empty::new(
            "No runs yet",
            "The first run of a tenant is a preview: it changes nothing until you have confirmed it.",
        )
        .action(Action::go("Connect a tenant", "/tenants/connect").primary()),
    )
}

fn line(row: &RunRow, now: Timestamp) -> Row {
    Row::new(vec![
        Cell::main(&row.kind, format!("/dirsync/runs/{}", row.id), &row.tenant),
        Cell::badge(row.state.badge()),
        Cell::text(outcome(row)),
        Cell::ago(row.started, now),
        row.took.map_or(Cell::Blank, |took| Cell::text(format::duration(took))),
        Cell::Muted(format::who(&row.trigger)),
    ])
}

/// What came of a run, in words.
fn outcome(row: &RunRow) -> String {
    match &row.state {
        RunState::Failed { reason } => reason.clone(),
        RunState::Queued => "Waits for its turn".to_owned(),
        _ => row.counts.sentence(),
    }
}

fn filters(query: &RunQuery, here: &Address) -> Filters {
    let choices = |choices: &[(&str, &str)]| choices.iter().map(|(value, name)| Choice::new(*value, *name)).collect();
    let states = choices(&[
        ("", "All"),
        ("applying", "Applying"),
        ("done", "Done"),
        ("held", "Held"),
        ("failed", "Failed"),
        ("previewed", "Preview"),
        ("cancelled", "Cancelled"),
    ]);
    let kinds = choices(&[
        ("", "All"),
        ("full", "Full compare"),
        ("delta", "Delta"),
        ("single", "One person or group"),
        ("rescope", "New settings"),
        ("undo", "Undo"),
    ]);
    let changes = choices(&[("", "All runs"), ("yes", "Only with changes")]);
    let fields = vec![
        Field::search("q", "Any words").value(&query.q).grow(),
        Field::select("state", "State", states).value(&query.state),
        Field::select("kind", "Kind", kinds).value(&query.kind),
        Field::select("changes", "Changes", changes).value(&query.changes),
    ];
    Filters::new("/dirsync/runs", fields).keep("sort", here.get("sort").unwrap_or_default())
}

#[cfg(test)]
pub mod samples {
    //! What the list looks like.

    use std::time::Duration;

    use super::{Counts, RunQuery, RunRow, RunState, page};
    use crate::address::Address;
    use crate::layout::Section;
    use crate::sheet::Listed;
    use crate::tests::{DAY, Gallery, HOUR, MINUTE, ago, frame};

    pub fn rows() -> Vec<RunRow> {
        let row = |kind: &str, state, trigger: &str, started, took, counts| RunRow {
            id: "r1".into(),
            kind: kind.into(),
            tenant: "Contoso".into(),
            state,
            trigger: trigger.into(),
            started: ago(started),
            took,
            counts,
        };
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        let few = Counts { created: 1, updated: 9, memberships_added: 4, memberships_removed: 2, ..Counts::default() };
        let many = Counts { updated: 31, lost: 216, ..Counts::default() };
        vec![
            row("Full compare", RunState::Running, "operator:ada.lovelace", 40, None, few),
            row("Delta", RunState::Done, "schedule", 4 * MINUTE, seconds(2), few),
            row("Delta", RunState::Done, "schedule", 9 * MINUTE, seconds(1), Counts::default()),
            row("Full compare", RunState::Held, "schedule", 2 * HOUR, seconds(48), many),
            row(
                "Delta",
                RunState::Failed { reason: "Entra refuses the token: the secret has expired (AADSTS7000222)".into() },
                "schedule",
                5 * HOUR,
                seconds(1),
                Counts::default(),
            ),
            row(
                "One person",
                RunState::Done,
                "operator:grace",
                7 * HOUR,
                Some(Duration::from_millis(420)),
                Counts { updated: 1, ..Counts::default() },
            ),
            row(
                "Full compare",
                RunState::Preview,
                "first run",
                DAY,
                seconds(51),
                Counts { created: 2_014, memberships_added: 11_402, ..Counts::default() },
            ),
        ]
    }

    pub fn add(gallery: &mut Gallery) {
        let here = Address::new("/dirsync/runs");
        let sources = [("s1".to_owned(), "Contoso".to_owned())];
        let page =
            |listed: &Listed<_>| page(frame("Runs", Section::Runs), listed, &RunQuery::default(), &sources, &here);
        gallery.add("runs", &page(&Listed::of(rows(), Some("c1"))));
        gallery.add("runs-empty", &page(&Listed::of(Vec::new(), None)));
    }
}

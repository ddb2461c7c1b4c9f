//! `GET /server/jobs`: work without a caller: what waits, what runs, what was given up.

use kernel::Timestamp;

use super::{Job, JobCounts, JobState};
use crate::address::Address;
use crate::layout::Frame;
use crate::list::ListPage;
use crate::parts::{Action, Badge, Cell, PageHead, Tab, Tabs};
use crate::table::{Column, Empty, Paging, Row, Table};

/// The page.
pub fn page(
    frame: Frame,
    rows: &[Job],
    open: JobState,
    counts: JobCounts,
    here: &Address,
    next: Option<&str>,
) -> ListPage {
    let head = PageHead::new("Jobs")
        .lead("A job that fails is tried again with growing pauses. After the last attempt it waits here for you.");
    let when = match open {
        JobState::Dead => "Given up",
        JobState::Queued => "Next attempt",
        JobState::Running => "Running since",
    };
    let columns =
        ["Job", "State", "Attempts", "Last error", when].map(Column::new).into_iter().chain([Column::actions()]);
    let now = frame.now;
    let mut table = Table::new("jobs", "Jobs", columns.collect(), rows.iter().map(|row| line(row, now)).collect())
        .paging(Paging::new(here, rows.len(), None, next))
        .empty(empty(open));
    if open == JobState::Dead {
        table = table
            .bulk(Action::post("Retry", "/server/jobs/retry"))
            .bulk(Action::post("Discard", "/server/jobs/discard"));
    }
    let tabs = vec![
        Tab::new("Given up", "/server/jobs").count(counts.dead),
        Tab::new("Waiting", "/server/jobs?state=queued").count(counts.queued),
        Tab::new("Running", "/server/jobs?state=running").count(counts.running),
    ];
    let current = match open {
        JobState::Dead => 0,
        JobState::Queued => 1,
        JobState::Running => 2,
    };
    ListPage::new(frame, head, table).tabs(Tabs::new("Jobs by state", tabs, current))
}

fn line(row: &Job, now: Timestamp) -> Row {
    let badge = match row.state {
        JobState::Dead => Badge::bad("Given up"),
        JobState::Queued => Badge::off("Waiting"),
        JobState::Running => Badge::busy("Running"),
    };
    let at = |verb: &str| format!("/server/jobs/{}/{verb}", row.id);
    let actions = match row.state {
        JobState::Dead => vec![
            Action::post("Retry", at("retry")).small().about(&row.kind),
            Action::ask("Discard", at("discard")).small().about(&row.kind),
        ],
        JobState::Queued => vec![Action::ask("Discard", at("discard")).small().about(&row.kind)],
        JobState::Running => Vec::new(),
    };
    let line = Row::new(vec![
        Cell::name(&row.kind, &row.subject),
        Cell::badge(badge),
        Cell::text(row.attempts.to_string()),
        Cell::text(&row.error),
        Cell::ago(row.at, now),
        Cell::Actions(actions),
    ]);
    if row.state == JobState::Dead { line.pick(row.id.to_string(), &row.kind) } else { line }
}

fn empty(open: JobState) -> Empty {
    match open {
        JobState::Dead => Empty::new("Nothing was given up", "Every job has been done or is still being tried."),
        JobState::Queued => Empty::new("Nothing waits", "Scheduled work appears here shortly before it is due."),
        JobState::Running => Empty::new("Nothing is running", ""),
    }
}

#[cfg(test)]
pub mod samples {
    //! What the list looks like.

    use uuid::Uuid;

    use super::{Job, JobCounts, JobState, page};
    use crate::address::Address;
    use crate::layout::Section;
    use crate::tests::{Gallery, HOUR, ago, frame};

    pub fn add(gallery: &mut Gallery) {
        let row = |kind: &str, state, attempts, error: &str| Job {
            id: Uuid::from_u128(7),
            kind: kind.into(),
            subject: "Contoso".into(),
            state,
            attempts,
            error: error.into(),
            at: ago(HOUR),
        };
        let rows = [
            row("dirsync.run", JobState::Dead, 8, "graph.microsoft.com cannot be reached"),
            row("tenants.probe", JobState::Dead, 8, "AADSTS7000222: the secret has expired"),
        ];
        let counts = JobCounts { dead: 2, queued: 3, running: 0 };
        let here = Address::new("/server/jobs");
        gallery.add("jobs", &page(frame("Jobs", Section::Jobs), &rows, JobState::Dead, counts, &here, None));
        let rows = [row("dirsync.run", JobState::Queued, 0, "")];
        gallery.add("jobs-queued", &page(frame("Jobs", Section::Jobs), &rows, JobState::Queued, counts, &here, None));
        gallery.add("jobs-running", &page(frame("Jobs", Section::Jobs), &[], JobState::Running, counts, &here, None));
    }
}

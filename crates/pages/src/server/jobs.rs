//! `GET /server/jobs`: work without a caller: what waits, what runs, what was given up.

use kernel::Timestamp;
use uuid::Uuid;

use super::{Job, JobCounts, JobState};
use crate::address::Address;
use crate::layout::Frame;
use crate::list::{ConfirmPage, ListPage};
use crate::parts::{Action, Badge, Cell, PageHead, Tab, Tabs};
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Column, Empty, Paging, Row, Table};

/// The list.
pub static SHEET: Sheet<Job> = Sheet {
    file: "jobs",
    order: "-at",
    given: false,
    finds: false,
    id: |row| row.id.to_string(),
    fields: &[
        sheet::Field::new("job", "Job", |row| Value::text(name(&row.kind))),
        sheet::Field::new("kind", "Kind", |row| Value::text(&row.kind)),
        sheet::Field::new("subject", "About", |row| Value::text(&row.subject)),
        sheet::Field::new("state", "State", |row| Value::text(state(row.state))),
        sheet::Field::new("attempts", "Attempts", |row| Value::Number(u64::from(row.attempts))),
        sheet::Field::new("error", "Last error", |row| Value::text(&row.error)),
        sheet::Field::new("at", "When", |row| Value::Time(row.at)),
        sheet::Field::new("id", "Id", |row| Value::text(row.id.to_string())),
    ],
};

fn state(state: JobState) -> &'static str {
    match state {
        JobState::Dead => "Given up",
        JobState::Queued => "Waiting",
        JobState::Running => "Running",
    }
}

/// The question before one is discarded.
pub fn ask_discard(frame: Frame, id: &str, job: &str) -> ConfirmPage {
    let question = if job.is_empty() { "Discard this job?".to_owned() } else { format!("Discard “{job}”?") };
    ConfirmPage::new(frame, question, "Discard", format!("/server/jobs/{id}/discard"))
        .consequence("What it was to do is not done. Scheduled work comes back by itself.")
        .cancel("/server/jobs")
        .danger()
}

/// What a job is called in a question about it.
pub fn called(job: &Job) -> String {
    let about = if Uuid::parse_str(&job.subject).is_ok() { "" } else { job.subject.as_str() };
    if about.is_empty() { name(&job.kind).to_owned() } else { format!("{}: {about}", name(&job.kind)) }
}

/// The page.
pub fn page(frame: Frame, listed: &Listed<Job>, open: JobState, counts: JobCounts, here: &Address) -> ListPage {
    let head = PageHead::new("Jobs")
        .lead("A job that fails is tried again with growing pauses. After the last attempt it waits here for you.");
    let when = match open {
        JobState::Dead => "Given up",
        JobState::Queued => "Next attempt",
        JobState::Running => "Running since",
    };
    let columns = ["job", "state", "attempts", "error"].map(|key| SHEET.column(key, here)).into_iter();
    let columns = columns.chain([SHEET.column("at", here).called(when), Column::actions()]);
    let (rows, now) = (&listed.rows, frame.now);
    let mut table = Table::new("jobs", "Jobs", columns.collect(), rows.iter().map(|row| line(row, now)).collect())
        .paging(Paging::new(here, rows.len(), None, listed.next()))
        .export("CSV", Sheet::<Job>::export(here))
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
    ListPage::new(frame, head, table).note(listed.note()).words(here).tabs(Tabs::new("Jobs by state", tabs, current))
}

/// A job's kind in words.
fn name(kind: &str) -> &str {
    match kind {
        "dirsync.run" => "Sync",
        "dirsync.tell_owners" => "Mail about a held plan",
        "provisioning.tell_deciders" => "Mail about a held push",
        "provisioning.carry_out" => "Held push, being carried out",
        "signals.deliver" => "Webhook",
        "signals.tell_webhook_disabled" => "Mail about a webhook",
        "tenants.probe" => "Probe of a tenant",
        "tenants.recheck" => "Second look at a tenant",
        "tenants.consent_settle" => "Consent, being waited for",
        other => other,
    }
}

/// What a job is, and what it is about: by its name, or by the way to it.
fn what(row: &Job) -> Cell {
    let title = name(&row.kind);
    if Uuid::parse_str(&row.subject).is_err() {
        return Cell::name(title, &row.subject);
    }
    let about = match row.kind.split('.').next() {
        Some("dirsync") => Cell::link("The run", format!("/dirsync/runs/{}", row.subject)),
        Some("provisioning") => Cell::link("The held push", format!("/provisioning/holds/{}", row.subject)),
        _ => Cell::Code(row.subject.clone()),
    };
    Cell::Lines(vec![Cell::name(title, ""), about])
}

fn line(row: &Job, now: Timestamp) -> Row {
    let badge = match row.state {
        JobState::Dead => Badge::bad(state(row.state)),
        JobState::Queued => Badge::off(state(row.state)),
        JobState::Running => Badge::busy(state(row.state)),
    };
    let at = |verb: &str| format!("/server/jobs/{}/{verb}", row.id);
    let actions = match row.state {
        JobState::Dead => vec![
            Action::post("Retry", at("retry")).small().about(name(&row.kind)),
            Action::ask("Discard", at("discard")).small().about(name(&row.kind)),
        ],
        JobState::Queued => vec![Action::ask("Discard", at("discard")).small().about(name(&row.kind))],
        JobState::Running => Vec::new(),
    };
    let line = Row::new(vec![
        what(row),
        Cell::badge(badge),
        Cell::text(row.attempts.to_string()),
        Cell::text(&row.error),
        Cell::ago(row.at, now),
        Cell::Actions(actions),
    ]);
    if row.state == JobState::Dead { line.pick(row.id.to_string(), name(&row.kind)) } else { line }
}

fn empty(open: JobState) -> Empty {
    match open {
        JobState::Dead => Empty::new("Nothing was given up", "Every job has been done or is still being tried."),
        JobState::Queued => Empty::new("Nothing waits", "Scheduled work appears here shortly before it is due."),
        JobState::Running => Empty::new(
            "Nothing is running",
            "A job shows here while somebody waits for it; most take less than a second.",
        ),
    }
}

#[cfg(test)]
pub mod samples {
    //! What the list looks like.

    use uuid::Uuid;

    use super::{Job, JobCounts, JobState, ask_discard, page};
    use crate::address::Address;
    use crate::layout::Section;
    use crate::sheet::Listed;
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
        let rows = vec![
            row("dirsync.run", JobState::Dead, 8, "graph.microsoft.com cannot be reached"),
            row("tenants.probe", JobState::Dead, 8, "AADSTS7000222: the secret has expired"),
        ];
        let counts = JobCounts { dead: 2, queued: 3, running: 0 };
        let here = Address::new("/server/jobs");
        let page = |rows, state| page(frame("Jobs", Section::Jobs), &Listed::of(rows, None), state, counts, &here);
        gallery.add("jobs", &page(rows, JobState::Dead));
        gallery.add("jobs-queued", &page(vec![row("dirsync.run", JobState::Queued, 0, "")], JobState::Queued));
        gallery.add("job-discard", &ask_discard(frame("Discard", Section::Jobs), "1", "Sync: Contoso"));
        gallery.add("jobs-running", &page(Vec::new(), JobState::Running));
    }
}

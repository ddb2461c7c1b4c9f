//! `GET /server/health`: what `vestibule doctor` says, and what this server is.

use askama::Template;
use directory::service::Summary;
use kernel::Timestamp;

use super::{Finding, Health, Verdict};
use crate::format;
use crate::icon::Icon;
use crate::layout::Frame;
use crate::parts::{Action, Cell, Check, Checklist, Facts, PageHead, Tone, When};
use crate::render::sentence;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct HealthView {
    pub health: Health,
    pub url: String,
    pub index: Option<Summary>,
    pub checked: Timestamp,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "server/health.html")]
pub struct HealthPage {
    frame: Frame,
    head: PageHead,
    checks: Checklist,
    checked: When,
    server: Facts,
    memory: Facts,
}

impl HealthPage {
    /// The health of the server.
    pub fn new(frame: Frame, view: HealthView) -> Self {
        let now = frame.now;
        let checks = Checklist::new(view.health.findings.iter().map(check).collect());
        let head = PageHead::new("Health")
            .lead(format!("{} of {} checks pass.", checks.passed(), checks.len()))
            .action(Action::post("Check again", "/server/health").icon(Icon::Pulse));
        let size = view.health.database_size;
        let size = if size == 0 { String::new() } else { format!(", {}", format::bytes(size)) };
        let server = Facts::new()
            .text("Version", crate::layout::VERSION)
            .text("Address", &view.url)
            .with("Running since", Cell::ago(view.health.started, now))
            .text("Database", format!("{}{size}", view.health.database))
            .with("API", Cell::link("Description (OpenAPI)", "/api/v1/openapi.json"))
            .with("Metrics", Cell::link("Prometheus", "/metrics"));
        let checked = When::relative(view.checked, now);
        Self { frame, head, checks, checked, server, memory: memory(view.index.as_ref()) }
    }
}

fn check(finding: &Finding) -> Check {
    let tone = match finding.verdict {
        Verdict::Good => Tone::Ok,
        Verdict::Warning => Tone::Warn,
        Verdict::Bad => Tone::Bad,
    };
    let check = Check::new(tone, sentence(&finding.check).trim_end_matches('.'), sentence(&finding.result));
    finding.mend.iter().fold(check, |check, mend| check.mend(sentence(mend)))
}

/// What this node keeps of the directory, and how far it is behind the log.
fn memory(summary: Option<&Summary>) -> Facts {
    let Some(summary) = summary else { return Facts::new().text("State", "Not known") };
    let behind = match summary.lag.behind {
        0 => "up to date".to_owned(),
        behind => format!("{} behind", format::plural(behind, "revision", "revisions")),
    };
    let Some(index) = &summary.index else { return Facts::new().text("State", "Being loaded") };
    let bytes = u64::try_from(index.index_bytes + index.search_bytes).unwrap_or(0);
    Facts::new()
        .text("State", behind)
        .text("People", format::count(index.users))
        .text("Groups", format::count(index.groups))
        .text("Memberships", format::count(index.memberships))
        .text("Memory", format::bytes(bytes))
}

#[cfg(test)]
pub mod samples {
    //! What health looks like.

    use super::{HealthPage, HealthView};
    use crate::layout::Section;
    use crate::server::{Finding, Health, Verdict};
    use crate::tests::{DAY, Gallery, MINUTE, ago, frame};

    pub fn add(gallery: &mut Gallery) {
        let finding = |check: &str, verdict, result: &str, mend: Option<&str>| Finding {
            check: check.into(),
            verdict,
            result: result.into(),
            mend: mend.map(String::from),
        };
        let findings = vec![
            finding("database", Verdict::Good, "reachable and writable; 12 migrations applied", None),
            finding("master key", Verdict::Good, "present, not in the database, 1 generation", None),
            finding("clock", Verdict::Good, "0.2 s from login.microsoftonline.com", None),
            finding(
                "TLS certificate",
                Verdict::Warning,
                "expires in 12 d",
                Some("renew the certificate file; it is read again by itself"),
            ),
            finding(
                "outgoing connections",
                Verdict::Bad,
                "graph.microsoft.com cannot be reached",
                Some("open port 443 to graph.microsoft.com, or set a proxy"),
            ),
        ];
        let health =
            Health { findings, database: "PostgreSQL 17".into(), database_size: 268_435_456, started: ago(3 * DAY) };
        let view =
            HealthView { health, url: "https://vestibule.contoso.example".into(), index: None, checked: ago(MINUTE) };
        gallery.add("health", &HealthPage::new(frame("Health", Section::About), view));
    }
}

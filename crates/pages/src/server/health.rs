//! `GET /server/health`: what `vestibule doctor` says, and what this server is.

use askama::Template;
use kernel::Timestamp;

use crate::format;
use crate::icon::Icon;
use crate::layout::Frame;
use crate::parts::{Action, Cell, Check, Checklist, Facts, PageHead, When};
use crate::table::{Column, Row, Table};

/// One node of the server.
#[derive(Debug, Clone)]
pub struct NodeRow {
    pub name: String,
    pub version: String,
    pub revision: u64,
    pub behind: u64,
    pub seen: Timestamp,
    pub here: bool,
}

/// What this server is.
#[derive(Debug, Clone)]
pub struct HealthView {
    pub checks: Vec<Check>,
    pub checked: Timestamp,
    pub version: String,
    pub database: String,
    pub database_size: u64,
    pub started: Timestamp,
    pub url: String,
    pub index_users: u64,
    pub index_memory: u64,
    pub nodes: Vec<NodeRow>,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "server/health.html")]
pub struct HealthPage {
    frame: Frame,
    head: PageHead,
    checks: Checklist,
    checked: When,
    facts: Facts,
    nodes: Table,
}

impl HealthPage {
    /// The health of the server.
    pub fn new(frame: Frame, view: HealthView) -> Self {
        let now = frame.now;
        let checks = Checklist::new(view.checks);
        let head = PageHead::new("Health")
            .lead(format!("{} of {} checks pass.", checks.passed(), checks.len()))
            .action(Action::post("Check again", "/server/health").icon(Icon::Pulse));
        let facts = Facts::new()
            .text("Version", &view.version)
            .text("Address", &view.url)
            .with("Running since", Cell::ago(view.started, now))
            .text("Database", format!("{}, {}", view.database, format::bytes(view.database_size)))
            .text("Index", format!("{}, {}", format::plural(view.index_users, "person", "people"), format::bytes(view.index_memory)))
            .with("API", Cell::link("Description (OpenAPI)", "/api/v1/openapi.json"))
            .with("Metrics", Cell::link("Prometheus", "/metrics"));
        let rows = view.nodes.iter().map(|node| {
            let behind = if node.behind == 0 { "up to date".to_owned() } else { format!("{} behind", format::count(node.behind)) };
            Row::new(vec![
                Cell::name(&node.name, if node.here { "this node" } else { "" }),
                Cell::text(&node.version),
                Cell::two(format::count(node.revision), behind),
                Cell::ago(node.seen, now),
            ])
        });
        let columns = ["Node", "Version", "Revision of its index", "Last seen"].map(Column::new).into();
        let nodes = Table::new("nodes", "Nodes", columns, rows.collect());
        let checked = When::relative(view.checked, now);
        Self { frame, head, checks, checked, facts, nodes }
    }
}

#[cfg(test)]
pub mod samples {
    //! What health looks like.

    use std::time::Duration;

    use super::{HealthPage, HealthView, NodeRow};
    use crate::layout::Section;
    use crate::parts::{Check, Tone};
    use crate::tests::{DAY, Gallery, MINUTE, ago, frame};

    pub fn add(gallery: &mut Gallery) {
        let checks = vec![
            Check::new(Tone::Ok, "Database", "Reachable and writable; 12 migrations applied.").took(Duration::from_millis(3)),
            Check::new(Tone::Ok, "Master key", "Present, not in the database, 1 generation."),
            Check::new(Tone::Ok, "Clock", "0.2 s from login.microsoftonline.com.").took(Duration::from_millis(140)),
            Check::new(Tone::Warn, "TLS certificate", "Expires in 12 d.").mend("Renew the certificate file; it is read again by itself."),
            Check::new(Tone::Ok, "Disk", "212 GiB free."),
            Check::new(Tone::Bad, "Outgoing connections", "graph.microsoft.com cannot be reached.").code("ETIMEDOUT").mend("Open port 443 to graph.microsoft.com, or set a proxy in the configuration."),
        ];
        let node = |name: &str, behind, here| NodeRow { name: name.into(), version: "0.1.0".into(), revision: 18_204 - behind, behind, seen: ago(2), here };
        let view = HealthView {
            checks,
            checked: ago(MINUTE),
            version: "0.1.0".into(),
            database: "PostgreSQL 17".into(),
            database_size: 268_435_456,
            started: ago(3 * DAY),
            url: "https://vestibule.contoso.example".into(),
            index_users: 1_962,
            index_memory: 4_718_592,
            nodes: vec![node("vestibule-a", 0, true), node("vestibule-b", 3, false)],
        };
        gallery.add("health", &HealthPage::new(frame("Health", Section::About), view));
    }
}

//! `GET /`: what needs a decision, how each tenant is, what happened lately.

pub mod routes;

use askama::{DynTemplate, Template};
use kernel::Timestamp;

use crate::chart::{Bars, Spark};
use crate::dirsync::runs::{self, RunRow};
use crate::doors::Offers as _;
use crate::icon::Icon;
use crate::layout::Frame;
use crate::parts::{Action, Badge, Callout, Cell, Check, Checklist, PageHead, Tile, Tiles, Timeline, Tone};
use crate::sheet::{self, Sheet, Value};
use crate::table::{Column, Empty, Row, Table};

/// How one tenant is.
#[derive(Debug, Clone)]
pub struct TenantHealth {
    pub id: String,
    pub name: String,
    pub domain: String,
    pub status: Badge,
    /// The same in words.
    pub status_word: String,
    pub status_reason: String,
    pub last_sync: Option<Timestamp>,
    pub next_sync: Option<Timestamp>,
    pub credential_expires: Option<Timestamp>,
    /// Unknown while the directory is being loaded.
    pub user_count: Option<u64>,
}

/// How many there are.
#[derive(Debug, Clone, Copy)]
pub struct People {
    pub users: u64,
    pub active: u64,
    pub groups: u64,
    pub memberships: u64,
}

/// Everything the overview shows.
#[derive(Debug, Clone)]
pub struct OverviewView {
    /// Unknown while the directory is being loaded.
    pub people: Option<People>,
    pub conflict_count: u64,
    pub held_count: u64,
    /// How old the oldest data a decision may rest on is.
    pub lag: String,
    pub lag_tone: Tone,
    pub tenants: Vec<TenantHealth>,
    pub runs: Vec<RunRow>,
    /// How much changed on each of the last days.
    pub activity: Vec<u64>,
    pub chart: Bars,
    pub recent: Timeline,
    /// What has to be decided, most urgent first.
    pub decisions: Vec<Callout>,
    /// What is left of setting up; empty when done.
    pub first_steps: Vec<Check>,
    /// The role of who looks.
    pub role: Option<kernel::Role>,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "overview.html")]
pub struct OverviewPage {
    frame: Frame,
    head: PageHead,
    parts: Moving,
    setting_up: bool,
}

/// The parts that move while somebody looks: each an element of its own, replaced when it has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moving {
    pub decisions: String,
    pub first_steps: String,
    pub tiles: String,
    pub tenants: String,
    pub chart: String,
    pub recent: String,
    pub runs: String,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<div id="overview-{{ name }}" class="{{ class }}">{% for item in items %}{{ item|safe }}{% endfor %}</div>"#
)]
struct Part<'a> {
    name: &'a str,
    class: &'a str,
    items: Vec<String>,
}

fn part(name: &str, class: &str, items: &[&dyn DynTemplate]) -> String {
    // What does not render is left out; the page around it still says the rest.
    let items = items.iter().filter_map(|item| item.dyn_render().ok()).collect();
    Part { name, class, items }.render().unwrap_or_default()
}

impl Moving {
    /// The parts as they are now.
    pub fn new(view: &OverviewView, now: Timestamp) -> Self {
        let decisions: Vec<_> = view.decisions.iter().map(|callout| callout as &dyn DynTemplate).collect();
        let steps = Checklist::new(view.first_steps.clone());
        Self {
            decisions: part("decisions", "stack", &decisions),
            first_steps: part("steps", "", &[&steps]),
            tiles: part("tiles", "", &[&tiles(view)]),
            tenants: part("tenants", "", &[&tenants(&view.tenants, now).only_for(view.role)]),
            chart: part("chart", "", &[&view.chart]),
            recent: part("recent", "", &[&view.recent]),
            runs: part("runs", "", &[&runs::table("runs", &view.runs, now).only_for(view.role)]),
        }
    }

    /// The parts that were otherwise before, one after the other.
    pub fn since(&self, before: Option<&Self>) -> String {
        let all = |parts: &Self| {
            let Self { decisions, first_steps, tiles, tenants, chart, recent, runs } = parts.clone();
            [decisions, first_steps, tiles, tenants, chart, recent, runs]
        };
        let old = before.map(all).unwrap_or_default();
        let moved = all(self).into_iter().zip(old).filter(|(new, old)| new != old);
        moved.map(|(new, _)| new).collect()
    }
}

impl OverviewPage {
    /// The overview.
    pub fn new(frame: Frame, view: &OverviewView) -> Self {
        let now = frame.now;
        let sync = |tenant: &TenantHealth| Action::post("Sync now", format!("/dirsync/sources/{}/sync", tenant.id));
        let head = match view.tenants.as_slice() {
            [only] => PageHead::new("Overview").action(sync(only).icon(Icon::Sync)),
            _ => PageHead::new("Overview"),
        };
        let head = head.only_for(frame.role());
        Self { parts: Moving::new(view, now), setting_up: !view.first_steps.is_empty(), frame, head }
    }
}

fn tiles(view: &OverviewView) -> Tiles {
    let waiting = view.held_count + view.conflict_count;
    let decisions = Tile::count("Waiting for a decision", waiting)
        .note(format!(
            "{}, {}",
            crate::format::plural(view.held_count, "held plan", "held plans"),
            crate::format::plural(view.conflict_count, "conflict", "conflicts")
        ))
        .href(if view.held_count > 0 { "/dirsync/plans" } else { "/dirsync/conflicts" });
    let (people, groups) = match view.people {
        Some(people) => (
            Tile::count("People", people.users).note(format!("{} active", crate::format::count(people.active))),
            Tile::count("Groups", people.groups).note(crate::format::plural(
                people.memberships,
                "direct membership",
                "direct memberships",
            )),
        ),
        None => (Tile::new("People", "Being counted"), Tile::new("Groups", "Being counted")),
    };
    Tiles::new(vec![
        people.href("/directory/users"),
        groups.href("/directory/groups"),
        if waiting > 0 { decisions.tone(Tone::Warn) } else { decisions.tone(Tone::Ok) },
        Tile::count("Changes today", view.activity.last().copied().unwrap_or_default())
            .spark(Spark::new("Changes per day, last 30 days", &view.activity)),
        Tile::new("Oldest data", &view.lag)
            .tone(view.lag_tone)
            .note("since a source last confirmed it")
            .href("/dirsync/runs"),
    ])
}

/// The list of tenants.
pub static SHEET: Sheet<TenantHealth> = Sheet {
    file: "tenants",
    order: "name",
    given: false,
    finds: false,
    id: |row| row.id.clone(),
    fields: &[
        sheet::Field::new("name", "Tenant", |row| Value::text(&row.name)),
        sheet::Field::new("domain", "Domain", |row| Value::text(&row.domain)),
        sheet::Field::new("status", "Status", |row| Value::text(&row.status_word)),
        sheet::Field::new("reason", "Reason", |row| Value::text(&row.status_reason)),
        sheet::Field::new("last_sync", "Last sync", |row| Value::time(row.last_sync)),
        sheet::Field::new("next_sync", "Next sync", |row| Value::time(row.next_sync)),
        sheet::Field::new("expires", "Credential expires", |row| Value::time(row.credential_expires)),
        sheet::Field::new("people", "People", |row| Value::number(row.user_count)),
    ],
};

/// Tenants as a list on the overview.
pub fn tenants(tenants: &[TenantHealth], now: Timestamp) -> Table {
    let columns = ["Tenant", "Status", "Last sync", "Next sync", "Credential expires"].map(Column::new);
    with_columns(tenants, columns.into_iter().chain([Column::number("People")]).collect(), now)
}

/// Tenants under columns of the caller's.
pub fn with_columns(tenants: &[TenantHealth], columns: Vec<Column>, now: Timestamp) -> Table {
    let rows = tenants.iter().map(|tenant| {
        let status = if tenant.status_reason.is_empty() {
            Cell::badge(tenant.status.clone())
        } else {
            Cell::Lines(vec![Cell::badge(tenant.status.clone()), Cell::Muted(tenant.status_reason.clone())])
        };
        Row::new(vec![
            Cell::main(&tenant.name, format!("/tenants/{}", tenant.id), &tenant.domain),
            status,
            Cell::ago_or(tenant.last_sync, now, "Never"),
            Cell::ago_or(tenant.next_sync, now, "Not planned"),
            Cell::ago_or(tenant.credential_expires, now, "Unknown"),
            tenant.user_count.map_or(Cell::Blank, Cell::count),
        ])
    });
    Table::new("tenants", "Tenants", columns, rows.collect()).empty(
        Empty::new(
            "No tenant is connected",
            "Connect your Entra tenant. Nothing is changed by that: the first run is a preview.",
        )
        .action(Action::go("Connect a tenant", "/tenants/connect").primary()),
    )
}

#[cfg(test)]
pub mod samples {
    //! What the overview looks like.

    use super::{OverviewPage, OverviewView, People, TenantHealth};
    use crate::chart::{Bars, Bucket, Series};
    use crate::dirsync::runs::samples::rows;
    use crate::icon::Icon;
    use crate::layout::Section;
    use crate::parts::{Action, Badge, Callout, Check, Entry, Timeline, Tone};
    use crate::tests::{DAY, Gallery, HOUR, MINUTE, NOW, ago, ahead, frame};

    fn chart(days: u64) -> Bars {
        let series = vec![
            Series { name: "Created".into(), tone: Tone::Ok },
            Series { name: "Updated".into(), tone: Tone::Info },
            Series { name: "Disabled or in conflict".into(), tone: Tone::Warn },
            Series { name: "Deleted".into(), tone: Tone::Bad },
        ];
        let buckets = (0..days).map(|day| {
            let weekend = day % 7 >= 5;
            let updated = if weekend { day % 3 } else { 18 + day * 7 % 23 };
            Bucket {
                label: crate::format::day(ago((29 - i64::try_from(day).unwrap_or(0)) * DAY)).replace(" 2026", ""),
                counts: vec![if weekend { 0 } else { day % 6 }, updated, day % 4, u64::from(day % 5 == 0)],
            }
        });
        Bars::new("Changes per day, last 30 days", series, buckets.collect())
    }

    fn view() -> OverviewView {
        let tenant = |name: &str, domain: &str, status, reason: &str, credential| TenantHealth {
            id: "t1".into(),
            name: name.into(),
            domain: domain.into(),
            status,
            status_word: String::new(),
            status_reason: reason.into(),
            last_sync: Some(ago(4 * MINUTE)),
            next_sync: Some(ahead(MINUTE)),
            credential_expires: Some(ahead(credential)),
            user_count: Some(1_962),
        };
        let entries = vec![
            Entry::new(Tone::Info, "Adele Vance: department changed", ago(4 * MINUTE), NOW, "delta run")
                .icon(Icon::Edit),
            Entry::new(Tone::Ok, "Megan Bowen created", ago(9 * MINUTE), NOW, "delta run").icon(Icon::Plus),
            Entry::new(Tone::Warn, "Bianca Pisani became a conflict", ago(2 * HOUR), NOW, "full compare")
                .icon(Icon::Conflict),
            Entry::new(Tone::Info, "Filter changed", ago(3 * HOUR), NOW, "ada.lovelace").icon(Icon::Settings),
            Entry::new(Tone::Off, "Cameron White disabled", ago(9 * HOUR), NOW, "delta run").icon(Icon::Off),
        ];
        let held =
            Callout::new(Tone::Warn, "A plan is held", "212 people would become conflicts. It expires in 2 d 22 h.")
                .action(Action::go("Decide", "/dirsync/plans/p1").primary());
        let secret = Callout::new(
            Tone::Warn,
            "The secret of Contoso expires in 13 d",
            "Add a second credential now; it takes over by itself.",
        )
        .action(Action::go("Credentials", "/tenants/t1/credentials"));
        OverviewView {
            people: Some(People { users: 1_962, active: 1_931, groups: 150, memberships: 11_402 }),
            conflict_count: 12,
            held_count: 1,
            lag: "4 min".into(),
            lag_tone: Tone::Ok,
            tenants: vec![
                tenant("Contoso", "contoso.example", Badge::ok("Healthy"), "", 13 * DAY),
                tenant(
                    "Fabrikam",
                    "fabrikam.example",
                    Badge::bad("Consent withdrawn"),
                    "Removals are frozen until it is back",
                    200 * DAY,
                ),
            ],
            runs: rows().into_iter().take(5).collect(),
            activity: vec![3, 9, 12, 4, 0, 1, 18, 22, 9, 14],
            chart: chart(30),
            recent: Timeline::new(entries, "Nothing happened yet."),
            decisions: vec![held, secret],
            first_steps: Vec::new(),
            role: None,
        }
    }

    pub fn add(gallery: &mut Gallery) {
        gallery.add("overview", &OverviewPage::new(frame("Overview", Section::Overview), &view()));
        let first_steps = vec![
            Check::new(Tone::Ok, "Create the first operator", "Done: that is you."),
            Check::new(
                Tone::Busy,
                "Connect a tenant",
                "By consent, or with an app registration of your own. An application can push people instead: see Connections.",
            ),
            Check::new(Tone::Off, "Look at the first preview", "It changes nothing."),
            Check::new(Tone::Off, "Confirm it", "From then on runs apply what they plan."),
        ];
        let fresh = OverviewView {
            role: None,
            people: None,
            conflict_count: 0,
            held_count: 0,
            lag: "No data yet".into(),
            lag_tone: Tone::Off,
            tenants: Vec::new(),
            runs: Vec::new(),
            activity: Vec::new(),
            chart: Bars::new("Changes per day", Vec::new(), Vec::new()),
            recent: Timeline::new(Vec::new(), "Nothing happened yet."),
            decisions: Vec::new(),
            first_steps,
        };
        gallery.add("overview-fresh", &OverviewPage::new(frame("Overview", Section::Overview), &fresh));
    }
}

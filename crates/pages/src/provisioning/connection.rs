//! `GET /provisioning/connections/{id}`: one connection: what it did, its keys, its mapping, its settings.

use askama::Template;
use kernel::Timestamp;

use super::job::JobTab;
use super::settings::SettingsForm;
use crate::chart::Bars;
use crate::doors::Offers as _;
use crate::form::{Choice, Field};
use crate::format;
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::ConfirmPage;
use crate::parts::{
    Action, Badge, Callout, Cell, Check, Checklist, Code, Facts, PageHead, Tab, Tabs, Tile, Tiles, Tone,
};
use crate::table::{Column, Empty, Row, Table};

/// What makes Entra speak SCIM as the standard says.
const FLAG: &str = "?aadOptscim062020";

/// What every tab shows.
#[derive(Debug, Clone)]
pub struct ConnectionView {
    pub id: String,
    pub name: String,
    pub tenant: String,
    pub tenant_href: String,
    pub paused: bool,
    /// The address to enter in the pushing application.
    pub url: String,
    pub user_count: u64,
    pub group_count: u64,
    pub last_call: Option<Timestamp>,
    pub created: Timestamp,
    /// Whether it has a key that works.
    pub has_key: bool,
    /// When the last key that works ends.
    pub key_ends: Option<Timestamp>,
    /// How many of its calls wait for a decision, and where.
    pub held_count: u64,
}

/// One cycle of a client: calls without a long pause between them.
#[derive(Debug, Clone)]
pub struct CycleView {
    pub began: Timestamp,
    pub ended: Timestamp,
    pub calls: u64,
    /// What was done, `(name, how often)`.
    pub counts: Vec<(String, u64)>,
    pub failed: u64,
}

/// What the first tab shows.
#[derive(Debug, Clone)]
pub struct Course {
    pub cycle: Option<CycleView>,
    /// Calls over time.
    pub chart: Bars,
    /// Over which time.
    pub span: String,
    /// The dialects spoken, `(name, how often)`.
    pub dialects: Vec<(String, u64)>,
}

/// A key; its secret never comes here.
#[derive(Debug, Clone)]
pub struct KeyRow {
    pub id: String,
    pub key: String,
    pub label: String,
    pub works: bool,
    pub revoked: bool,
    pub made: Timestamp,
    pub expires: Option<Timestamp>,
    pub last_used: Option<Timestamp>,
    pub last_address: String,
    /// Where it may be used from; empty: anywhere.
    pub addresses: String,
}

/// What the form for a new key holds.
#[derive(Debug, Clone, Default)]
pub struct KeyForm {
    pub label: String,
    pub days: String,
    pub addresses: String,
    pub error: String,
}

/// One mapping: Entra's attribute, ours, what it is for.
#[derive(Debug, Clone)]
pub struct MappingRow {
    pub kind: &'static str,
    pub source: String,
    pub target: String,
    pub must: bool,
    pub matching: bool,
    pub without: String,
}

/// The tab that is open.
#[derive(Debug)]
pub enum Open {
    Course(Course),
    Keys { rows: Vec<KeyRow>, form: KeyForm },
    Job(Box<JobTab>),
    Mapping { rows: Vec<MappingRow>, json: String },
    Settings(Box<SettingsForm>),
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "provisioning/connection.html")]
pub struct ConnectionPage {
    frame: Frame,
    head: PageHead,
    tabs: Tabs,
    callouts: Vec<Callout>,
    connection: ConnectionView,
    open: Open,
}

impl ConnectionPage {
    /// One connection with one tab open.
    pub fn new(frame: Frame, connection: ConnectionView, open: Open) -> Self {
        let at = |tab: &str| format!("/provisioning/connections/{}{tab}", connection.id);
        let tabs = vec![
            Tab::new("What it does", at("")),
            Tab::new("Keys", at("/keys")),
            Tab::new("Entra’s job", at("/job")),
            Tab::new("Mapping", at("/mapping")),
            Tab::new("Settings", at("/settings")),
        ];
        let current = match &open {
            Open::Course(_) => 0,
            Open::Keys { .. } => 1,
            Open::Job(_) => 2,
            Open::Mapping { .. } => 3,
            Open::Settings(_) => 4,
        };
        let tabs = Tabs::new(format!("About {}", connection.name), tabs, current);
        let callouts = callouts(&connection, frame.now);
        Self { head: head(&connection).only_for(frame.role()), callouts, frame, tabs, connection, open }
    }

    fn href(&self, tail: &str) -> String {
        format!("/provisioning/connections/{}{tail}", self.connection.id)
    }

    fn about(&self, dialects: &[(String, u64)]) -> Facts {
        let connection = &self.connection;
        let spoken = dialects.iter().map(|(name, count)| Cell::two(name, format::plural(*count, "call", "calls")));
        let tenant = if connection.tenant.is_empty() {
            Cell::Muted("Bound to no tenant".to_owned())
        } else {
            Cell::link(&connection.tenant, &connection.tenant_href)
        };
        let dialect = if dialects.is_empty() { Cell::Blank } else { Cell::Lines(spoken.collect()) };
        Facts::new()
            .with("Tenant", tenant)
            .text("People", format::count(connection.user_count))
            .with(
                "Groups",
                Cell::link(
                    format::count(connection.group_count),
                    format!("/provisioning/groups?connection={}", connection.id),
                ),
            )
            .with("Last call", Cell::ago_or(connection.last_call, self.frame.now, "Never"))
            .with("Speaks", dialect)
            .with("Made", Cell::at(connection.created))
            .with("Id", Cell::Copy(connection.id.clone()))
    }

    fn address(&self) -> Code {
        Code::new("tenant-url", "Tenant URL", format!("{}/", self.connection.url)).wrap()
    }

    fn address_with_flag(&self) -> Code {
        Code::new("tenant-url-flag", "Tenant URL for standard SCIM", format!("{}/{FLAG}", self.connection.url)).wrap()
    }

    fn cycle(&self, cycle: &CycleView) -> Tiles {
        let failed = Tile::count("Failed", cycle.failed).href(self.calls("failure"));
        let mut tiles = vec![Tile::count("Calls", cycle.calls).href(self.calls(""))];
        tiles.extend(cycle.counts.iter().map(|(name, count)| Tile::count(name, *count)));
        tiles.push(failed.tone(if cycle.failed > 0 { Tone::Bad } else { Tone::Ok }));
        Tiles::new(tiles)
    }

    fn when(&self, cycle: &CycleView) -> String {
        let took = format::duration(cycle.ended.since(cycle.began));
        format!("Ended {}, took {took}", format::relative(cycle.ended, self.frame.now))
    }

    fn calls(&self, outcome: &str) -> String {
        let here = crate::address::Address::new("/provisioning/calls").with("connection", &self.connection.id);
        here.with("outcome", outcome).to_string()
    }

    /// What to set in Entra, and how far that is.
    fn steps(&self) -> Checklist {
        let connection = &self.connection;
        let called = connection.last_call.is_some();
        let filled = connection.user_count > 0;
        let step =
            |done: bool, name: &str, text: String| Check::new(if done { Tone::Ok } else { Tone::Off }, name, text);
        let application = format!(
            "Enterprise applications > New application > Create your own, not in the gallery. Name it {}, so that it is found \
             from here.",
            connection.name
        );
        Checklist::new(vec![
            step(called, "Make the application", application),
            step(
                called,
                "Enter address and key",
                "Provisioning > Automatic > Admin Credentials: the tenant URL above and a key as secret token. Test \
                 Connection, then Save."
                    .to_owned(),
            ),
            step(
                false,
                "Choose the mapping",
                "Provisioning > Mappings: externalId from objectId, for users and for groups. The tab Mapping has all of it \
                 ready; where the tenant allows it, it is put there from here."
                    .to_owned(),
            ),
            step(
                filled,
                "Assign who is to come",
                "Users and groups: assign people and groups. Entra does not follow groups in groups: assign the inner ones \
                 too. Settings > Scope: only assigned users and groups."
                    .to_owned(),
            ),
            step(
                false,
                "Let Entra be careful too",
                "Provisioning > Settings: Prevent accidental deletion, with a threshold and an address that is told. This \
                 server’s own limits hold besides."
                    .to_owned(),
            ),
            step(
                filled,
                "Start",
                "Provisioning status On. The first cycle reads everything; then changes come about every 40 minutes."
                    .to_owned(),
            ),
        ])
    }

    fn keys(&self, rows: &[KeyRow]) -> Table {
        let now = self.frame.now;
        let lines = rows.iter().map(|row| {
            let state = match (row.works, row.revoked) {
                (true, _) => Badge::ok("Works"),
                (false, true) => Badge::off("Revoked"),
                (false, false) => Badge::bad("Expired"),
            };
            let mut actions = Vec::new();
            if !row.revoked {
                let href = self.href(&format!("/keys/{}/revoke", row.id));
                actions.push(Action::ask("Revoke", href).small().danger().about(&row.label));
            }
            let used = match row.last_used {
                Some(at) => Cell::Lines(vec![Cell::ago(at, now), Cell::Muted(row.last_address.clone())]),
                None => Cell::Muted("Never".to_owned()),
            };
            let from = if row.addresses.is_empty() { "Anywhere".to_owned() } else { row.addresses.clone() };
            Row::new(vec![
                Cell::name(&row.label, &row.key),
                Cell::badge(state),
                used,
                Cell::Text(from),
                Cell::ago_or(row.expires, now, "Never"),
                Cell::ago(row.made, now),
                Cell::Actions(actions),
            ])
        });
        let columns = ["Key", "State", "Last used", "From", "Expires", "Made"].map(Column::new).into_iter();
        Table::new("push-keys", "Keys", columns.chain([Column::actions()]).collect(), lines.collect())
            .empty(Empty::new("No key", "Nothing can be pushed without one."))
            .only_for(self.frame.role())
    }

    fn key_form(form: &KeyForm) -> Vec<Field> {
        let spans = [("180", "180 days"), ("365", "A year"), ("730", "Two years"), ("", "Never: revoke it by hand")];
        vec![
            Field::text("label", "What it is for")
                .value(&form.label)
                .error(&form.error)
                .attribute("required", "")
                .attribute("maxlength", "80"),
            Field::select("days", "Expires after", spans.map(|(value, name)| Choice::new(value, name)).into())
                .value(&form.days),
            Field::area("addresses", "Only from these addresses", 2)
                .mono()
                .value(&form.addresses)
                .hint(
                    "Ranges such as 198.51.100.0/24, one a line. Entra’s are in the service tag AzureActiveDirectory.",
                )
                .optional(),
        ]
    }

    fn rotation() -> Checklist {
        let step = |name: &str, text: &str| Check::new(Tone::Info, name, text);
        Checklist::new(vec![
            step("Make a second key", "Both work. Nothing is interrupted."),
            step("Enter it in Entra", "Provisioning > Admin Credentials > Secret Token, Test Connection, Save."),
            step("Watch for its first call", "Its last use shows here."),
            step("Revoke the old one", "When it has not been used for an hour."),
        ])
    }

    fn mapping(rows: &[MappingRow], kind: &str) -> Table {
        let lines = rows.iter().filter(|row| row.kind == kind).map(|row| {
            let mut badges = vec![if row.must { Badge::accent("Needed") } else { Badge::label("Good to have") }];
            if row.matching {
                badges.push(Badge::label("Matches by it"));
            }
            Row::new(vec![
                Cell::Copy(row.source.clone()),
                Cell::Code(row.target.clone()),
                Cell::Badges(badges),
                Cell::Muted(row.without.clone()),
            ])
        });
        let columns = ["In Entra", "Here", "Need", "Without it"].map(Column::new).into();
        Table::new(format!("mapping-{kind}"), format!("Mapping of {kind}"), columns, lines.collect())
    }

    fn schema(json: &str) -> Code {
        Code::new("mapping-json", "synchronizationSchema", json)
    }

    fn errors(fields: Vec<Field>) -> Vec<(String, String)> {
        crate::form::summary(&fields.iter().collect::<Vec<_>>())
    }
}

fn head(connection: &ConnectionView) -> PageHead {
    let state = match (connection.paused, connection.last_call) {
        (true, _) => Badge::off("Paused"),
        (false, Some(_)) => Badge::ok("On"),
        (false, None) => Badge::busy("Waits for its first call"),
    };
    let at = |verb: &str| format!("/provisioning/connections/{}/{verb}", connection.id);
    let calls = format!("/provisioning/calls?connection={}", connection.id);
    let pause = if connection.paused {
        Action::post("Go on", at("resume")).primary().icon(Icon::Play)
    } else {
        Action::ask("Pause", at("pause")).icon(Icon::Stop)
    };
    PageHead::new(&connection.name)
        .crumb("Connections", "/provisioning/connections")
        .badge(state)
        .action(Action::go("What Entra saw", calls).icon(Icon::Audit))
        .action(pause)
}

fn callouts(connection: &ConnectionView, now: Timestamp) -> Vec<Callout> {
    let mut callouts = Vec::new();
    if connection.held_count > 0 {
        let title = format!("{} for a decision", format::plural(connection.held_count, "call waits", "calls wait"));
        let text = "Nothing of it was done. Entra asks again until somebody allows or rejects it.";
        let href = format!("/provisioning/holds?connection={}", connection.id);
        callouts.push(Callout::new(Tone::Warn, title, text).action(Action::go("Decide", href).primary()));
    }
    if connection.paused {
        let text = "Every call is answered 503, so that the client comes again. Nothing is read, nothing changes.";
        callouts.push(Callout::new(Tone::Info, "Paused", text));
    }
    let href = format!("/provisioning/connections/{}/keys", connection.id);
    if !connection.has_key {
        let text = "Every call is refused with 401, and Entra puts its job into quarantine.";
        let make = Action::go("Make a key", href).primary();
        callouts.push(Callout::new(Tone::Bad, "There is no key that works", text).action(make));
    } else if let Some(at) = connection.key_ends.filter(|at| at.since(now) < SOON) {
        let title = format!("The last key ends {}", format::relative(at, now));
        let text = "Make a second one and enter it in Entra; both work until then.";
        callouts.push(Callout::new(Tone::Warn, title, text).action(Action::go("Keys", href)));
    }
    callouts
}

/// From here on the end of the last key is a matter for today.
const SOON: std::time::Duration = std::time::Duration::from_hours(30 * 24);

/// The question before a pause.
pub fn ask_pause(frame: Frame, id: &str, name: &str) -> ConfirmPage {
    let here = format!("/provisioning/connections/{id}");
    ConfirmPage::new(frame, format!("Pause {name}?"), "Pause", format!("{here}/pause"))
        .consequence("Every call is answered 503, so that the client comes again. Nobody new comes in, and nobody who leaves goes.")
        .also("After many failed cycles Entra puts its job into quarantine and tries once a day only.")
        .cancel(here)
        .danger()
}

/// The question before a key is revoked.
pub fn ask_revoke(frame: Frame, id: &str, key: &str, label: &str, last: bool) -> ConfirmPage {
    let here = format!("/provisioning/connections/{id}/keys");
    let page = ConfirmPage::new(frame, format!("Revoke the key “{label}”?"), "Revoke", format!("{here}/{key}/revoke"))
        .consequence("Whatever uses it is refused from now on.")
        .cancel(here)
        .danger();
    if last { page.also("It is the last one that works: nothing can be pushed until there is another.") } else { page }
}

/// The question before a connection is deleted.
pub fn ask_delete(frame: Frame, connection: &ConnectionView) -> ConfirmPage {
    let here = format!("/provisioning/connections/{}", connection.id);
    ConfirmPage::new(frame, format!("Delete {}?", connection.name), "Delete", format!("{here}/delete"))
        .consequence("Its keys are refused from now on, and what it was sent is forgotten.")
        .also(format!(
            "It still has {} and {}; it can only be deleted once it has none.",
            format::plural(connection.user_count, "person", "people"),
            format::plural(connection.group_count, "group", "groups")
        ))
        .cancel(format!("{here}/settings"))
        .danger()
}

#[cfg(test)]
pub mod samples;

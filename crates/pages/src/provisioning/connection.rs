//! `GET /provisioning/connections/{id}`: one connection: what it did, its keys, its mapping, its settings.

mod ask;
mod course;
mod keys;
mod mapping;

use askama::Template;
use kernel::Timestamp;

pub use self::ask::{ask_delete, ask_pause, ask_revoke};
pub use self::course::{Course, CycleView};
pub use self::keys::{KeyForm, KeyRow};
pub use self::mapping::MappingRow;
use super::job::JobTab;
use super::settings::SettingsForm;
use crate::doors::Offers as _;
use crate::form::Field;
use crate::format;
use crate::icon::Icon;
use crate::layout::Frame;
use crate::parts::{Action, Badge, Callout, PageHead, Tab, Tabs, Tone};

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

#[cfg(test)]
pub mod samples;

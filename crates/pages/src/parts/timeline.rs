//! What happened, newest first.

use askama::Template;
use kernel::Timestamp;

use super::{Action, Diff, Tone, When};
use crate::icon::Icon;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    tone: Tone,
    icon: Icon,
    what: String,
    when: When,
    by: String,
    diff: Diff,
    link: Option<(String, String)>,
    action: Option<Action>,
}

impl Entry {
    /// Something happened at a moment, through somebody or something.
    pub fn new(tone: Tone, what: impl Into<String>, at: Timestamp, now: Timestamp, by: impl Into<String>) -> Self {
        let when = When::relative(at, now);
        Self {
            tone,
            icon: tone.icon(),
            what: what.into(),
            when,
            by: by.into(),
            diff: Diff::new(),
            link: None,
            action: None,
        }
    }

    /// With an icon of its own.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = icon;
        self
    }

    /// With what it changed.
    pub fn diff(mut self, diff: Diff) -> Self {
        self.diff = diff;
        self
    }

    /// With what can be done about it.
    pub fn action(mut self, action: Action) -> Self {
        self.action = Some(action.small());
        self
    }

    /// With where to read more.
    pub fn link(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.link = Some((label.into(), href.into()));
        self
    }
}

/// The list.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/timeline.html")]
pub struct Timeline {
    entries: Vec<Entry>,
    empty: String,
}

impl Timeline {
    /// Entries, newest first, and the sentence to show when there are none.
    pub fn new(entries: Vec<Entry>, empty: impl Into<String>) -> Self {
        Self { entries, empty: empty.into() }
    }
}

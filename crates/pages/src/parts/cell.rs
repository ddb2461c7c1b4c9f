//! One value in a table row or a list of facts.

use askama::Template;
use kernel::Timestamp;

use super::{Action, Badge, Diff, Path, Told, When};
use crate::format;

/// One value.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/cell.html")]
pub enum Cell {
    /// Nothing to say.
    Blank,
    /// Words.
    Text(String),
    /// A sentence out of a record, with its moments in the reader's zone.
    Told(Told),
    /// Words that recede.
    Muted(String),
    /// An id or an expression.
    Code(String),
    /// An id with a button that copies it.
    Copy(String),
    /// A number, aligned at its end.
    Number(String),
    /// The name of the thing, linked, with a second line.
    Main { text: String, href: Option<String>, sub: String },
    /// A number that leads somewhere, aligned like one.
    Leads { number: String, href: String },
    /// A link.
    Link { text: String, href: String },
    /// Words with a second line.
    Two { text: String, sub: String },
    /// One or more statuses.
    Badges(Vec<Badge>),
    /// A moment.
    When(When),
    /// How a membership comes about, one line per path.
    Paths(Vec<Path>),
    /// Before and after.
    Diff(Diff),
    /// Several values, one per line.
    Lines(Vec<Cell>),
    /// What can be done with the row.
    Actions(Vec<Action>),
}

impl Cell {
    /// Words; nothing for the empty text.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Blank } else { Self::Text(text) }
    }

    /// A number with separators.
    pub fn count(number: u64) -> Self {
        Self::Number(format::count(number))
    }

    /// A number that leads somewhere.
    pub fn leads(number: u64, href: impl Into<String>) -> Self {
        Self::Leads { number: format::count(number), href: href.into() }
    }

    /// One status.
    pub fn badge(badge: Badge) -> Self {
        Self::Badges(vec![badge])
    }

    /// `3 min ago`.
    pub fn ago(at: Timestamp, now: Timestamp) -> Self {
        Self::When(When::relative(at, now))
    }

    /// `3 min ago`, or a word when it never happened.
    pub fn ago_or(at: Option<Timestamp>, now: Timestamp, never: &str) -> Self {
        at.map_or_else(|| Self::Muted(never.to_owned()), |at| Self::ago(at, now))
    }

    /// The exact moment.
    pub fn at(at: Timestamp) -> Self {
        Self::When(When::exact(at))
    }

    /// The name of the thing, linked where it has a page.
    pub fn main(text: impl Into<String>, href: impl Into<String>, sub: impl Into<String>) -> Self {
        let href = Some(href.into()).filter(|href| !href.is_empty());
        Self::Main { text: text.into(), href, sub: sub.into() }
    }

    /// The name of a thing that has no page.
    pub fn name(text: impl Into<String>, sub: impl Into<String>) -> Self {
        Self::Main { text: text.into(), href: None, sub: sub.into() }
    }

    /// A link.
    pub fn link(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self::Link { text: text.into(), href: href.into() }
    }

    /// Words with a second line.
    pub fn two(text: impl Into<String>, sub: impl Into<String>) -> Self {
        Self::Two { text: text.into(), sub: sub.into() }
    }

    /// The style class of the table cell around it.
    pub fn class(&self) -> &'static str {
        match self {
            Self::Number(_) | Self::Leads { .. } => "num",
            Self::Blank => "blank",
            Self::Text(text) | Self::Muted(text) | Self::Code(text) | Self::Copy(text) if text.is_empty() => "blank",
            Self::Actions(actions) if actions.is_empty() => "blank",
            Self::Actions(_) => "tail",
            _ => "",
        }
    }
}

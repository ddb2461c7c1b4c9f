//! A remark the reader should not miss.

use askama::Template;

use super::{Action, Tone};
use crate::doors::Offers;

/// A remark with a tone.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/callout.html")]
pub struct Callout {
    tone: Tone,
    title: String,
    text: String,
    items: Vec<String>,
    actions: Vec<Action>,
}

impl Callout {
    /// A remark.
    pub fn new(tone: Tone, title: impl Into<String>, text: impl Into<String>) -> Self {
        Self { tone, title: title.into(), text: text.into(), items: Vec::new(), actions: Vec::new() }
    }

    /// With a list below the text.
    pub fn items(mut self, items: Vec<String>) -> Self {
        self.items = items;
        self
    }

    /// With something to do about it.
    pub fn action(mut self, action: Action) -> Self {
        self.actions.push(action.small());
        self
    }
}

impl Offers for Callout {
    fn only_for(mut self, role: Option<kernel::Role>) -> Self {
        self.actions.retain(|action| action.is_for(role));
        self
    }
}

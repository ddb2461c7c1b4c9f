//! A piece of text to copy: a script, a key, a request.

use askama::Template;

/// Text in a box with a copy button.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/code.html")]
pub struct Code {
    id: String,
    label: String,
    text: String,
    wrap: bool,
}

impl Code {
    /// A box. The id must be unique on the page; the label says what it is to those who cannot see it.
    pub fn new(id: impl Into<String>, label: impl Into<String>, text: impl Into<String>) -> Self {
        Self { id: id.into(), label: label.into(), text: text.into(), wrap: false }
    }

    /// Breaks long lines instead of scrolling.
    pub fn wrap(mut self) -> Self {
        self.wrap = true;
        self
    }
}

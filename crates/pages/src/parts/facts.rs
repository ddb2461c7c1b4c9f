//! Names and values, one per line.

use askama::Template;

use super::Cell;

/// A definition list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Template)]
#[template(
    ext = "html",
    source = r#"<dl class="facts">{% for (name, value) in facts %}<dt>{{ name }}</dt><dd>{{ value }}</dd>{% endfor %}</dl>"#
)]
pub struct Facts {
    facts: Vec<(String, Cell)>,
}

impl Facts {
    /// No facts yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more; an empty value shows as a dash.
    pub fn with(mut self, name: impl Into<String>, value: Cell) -> Self {
        let value = if value == Cell::Blank { Cell::Muted("–".to_owned()) } else { value };
        self.facts.push((name.into(), value));
        self
    }

    /// One more word.
    pub fn text(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.with(name, Cell::text(value))
    }
}

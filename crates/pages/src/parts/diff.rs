//! Before and after, attribute by attribute.

use askama::Template;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    name: String,
    before: Option<String>,
    after: Option<String>,
}

/// How many attributes are in view before the others are folded away.
const MOST_AT_ONCE: usize = 6;

/// The attributes that differ.
#[derive(Debug, Clone, PartialEq, Eq, Default, Template)]
#[template(path = "parts/diff.html")]
pub struct Diff {
    lines: Vec<Line>,
}

impl Diff {
    /// Nothing differs yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A value became another.
    pub fn changed(mut self, name: impl Into<String>, before: impl Into<String>, after: impl Into<String>) -> Self {
        self.lines.push(Line { name: name.into(), before: Some(before.into()), after: Some(after.into()) });
        self
    }

    /// A value came.
    pub fn added(mut self, name: impl Into<String>, after: impl Into<String>) -> Self {
        self.lines.push(Line { name: name.into(), before: None, after: Some(after.into()) });
        self
    }

    /// A value went.
    pub fn removed(mut self, name: impl Into<String>, before: impl Into<String>) -> Self {
        self.lines.push(Line { name: name.into(), before: Some(before.into()), after: None });
        self
    }

    /// What is in view at once.
    fn first(&self) -> &[Line] {
        self.lines.get(..MOST_AT_ONCE).filter(|_| self.lines.len() > MOST_AT_ONCE + 1).unwrap_or(&self.lines)
    }

    /// What is folded away.
    fn rest(&self) -> &[Line] {
        self.lines.get(self.first().len()..).unwrap_or_default()
    }

    /// In one line, for a file.
    pub fn line(&self) -> String {
        let line = |line: &Line| match (&line.before, &line.after) {
            (Some(before), Some(after)) => format!("{}: {before} > {after}", line.name),
            (Some(before), None) => format!("{}: {before} > nothing", line.name),
            (None, after) => format!("{}: {}", line.name, after.as_deref().unwrap_or_default()),
        };
        self.lines.iter().map(line).collect::<Vec<_>>().join("; ")
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

//! Results of a test, line by line, each with what to do when it failed.

use std::time::Duration;

use askama::Template;

use super::Tone;
use crate::format;

/// One line of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    tone: Tone,
    name: String,
    result: String,
    code: Option<String>,
    mend: Option<String>,
    took: Option<String>,
}

impl Check {
    /// A line.
    pub fn new(tone: Tone, name: impl Into<String>, result: impl Into<String>) -> Self {
        Self { tone, name: name.into(), result: result.into(), code: None, mend: None, took: None }
    }

    /// With the raw error code of the other side.
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// With what to do.
    pub fn mend(mut self, mend: impl Into<String>) -> Self {
        self.mend = Some(mend.into());
        self
    }

    /// With how long it took.
    pub fn took(mut self, span: Duration) -> Self {
        self.took = Some(format::duration(span));
        self
    }

    fn word(&self) -> &'static str {
        match self.tone {
            Tone::Ok => "Passed",
            Tone::Warn => "Passed with a remark",
            Tone::Bad => "Failed",
            Tone::Busy => "Running",
            Tone::Off | Tone::Info => "Not run",
        }
    }
}

/// The lines of one test.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/checklist.html")]
pub struct Checklist {
    checks: Vec<Check>,
}

impl Checklist {
    /// The lines in the order they were run.
    pub fn new(checks: Vec<Check>) -> Self {
        Self { checks }
    }

    /// How many passed, a remark included.
    pub fn passed(&self) -> usize {
        self.checks.iter().filter(|check| matches!(check.tone, Tone::Ok | Tone::Warn)).count()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.checks.len()
    }
}

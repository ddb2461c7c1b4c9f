//! How a line is written.

use std::borrow::Cow;

use tenants::checklist::{Line, LineResult};

fn line(name: &'static str, result: LineResult, detail: impl Into<String>) -> Line {
    Line { name: Cow::Borrowed(name), result, detail: detail.into(), code: None, mend: None, duration_ms: 0 }
}

pub(super) fn ok(name: &'static str, detail: impl Into<String>) -> Line {
    line(name, LineResult::Ok, detail)
}

pub(super) fn warn(name: &'static str, detail: impl Into<String>, mend: impl Into<String>) -> Line {
    Line { mend: Some(mend.into()), ..line(name, LineResult::Warn, detail) }
}

pub(super) fn fail(name: &'static str, detail: impl Into<String>, mend: impl Into<String>) -> Line {
    Line { mend: Some(mend.into()), ..line(name, LineResult::Fail, detail) }
}

pub(super) fn skipped(name: &'static str, detail: impl Into<String>) -> Line {
    line(name, LineResult::Skipped, detail)
}

/// The same with the raw code that Entra shows for it.
pub(super) trait Coded {
    fn coded(self, code: Option<String>) -> Self;
}

impl Coded for Line {
    fn coded(mut self, code: Option<String>) -> Self {
        self.code = code;
        self
    }
}

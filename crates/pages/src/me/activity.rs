//! `GET /me/activity`: what was tried in a person's name.

use askama::Template;
use kernel::Page;
use mfa::attempts::Attempt;

use super::Shell;
use super::words::AttemptLine;
use crate::layout::Frame;

/// `GET /me/activity`.
#[derive(Debug, Template)]
#[template(path = "me/activity.html")]
pub struct ActivityPage {
    pub frame: Frame,
    pub shell: Shell,
    pub attempts: Page<Attempt>,
}

impl ActivityPage {
    fn lines(&self) -> Vec<AttemptLine> {
        self.attempts.items.iter().map(|attempt| AttemptLine::of(attempt, self.shell.texts)).collect()
    }

    fn older(&self) -> Option<String> {
        Some(format!("/me/activity?after={}", self.attempts.next.as_ref()?.as_str()))
    }
}

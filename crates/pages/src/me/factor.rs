//! One factor: its name, trying it, removing it, reporting it lost; questions and what followed; recovery codes.

use askama::Template;
use kernel::Secret;
use mfa::FactorKind;
use mfa::factors::FactorView;
use mfa::model::FactorState;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::Shell;
use super::words::{Moment, kind, state};
use crate::layout::Frame;

/// `GET /me/factors/{factor}`.
#[derive(Debug, Template)]
#[template(path = "me/factor.html")]
pub struct FactorPage {
    pub frame: Frame,
    pub shell: Shell,
    pub factor: FactorView,
    /// What is wrong with the name that was typed.
    pub name_error: &'static str,
    /// How a try ended: whether well, and a sentence.
    pub tested: Option<(bool, String)>,
}

impl FactorPage {
    fn base(&self) -> String {
        format!("/me/factors/{}", self.factor.id)
    }

    /// Label and value, where there is one.
    fn facts(&self) -> Vec<(&'static str, String)> {
        let texts = self.shell.texts;
        let mut facts = vec![(texts.ways_kind, kind(self.factor.kind, texts).to_owned())];
        if self.factor.state != FactorState::Active {
            facts.push((texts.ways_state, state(self.factor.state, texts).to_owned()));
        }
        if let Some(passkey) = &self.factor.passkey {
            let kept = if passkey.backup_eligible { texts.synced } else { texts.on_device };
            facts.push((texts.kept_in, kept.to_owned()));
            facts.extend(passkey.model.clone().map(|model| (texts.key_model, model)));
        }
        if let Some(serial) = &self.factor.serial {
            facts.push((texts.serial, serial.clone()));
        }
        facts
    }

    fn moments(&self) -> Vec<(&'static str, Option<Moment>)> {
        let texts = self.shell.texts;
        vec![
            (texts.added, Some(Moment::new(self.factor.created_at))),
            (texts.last_used, self.factor.last_used_at.map(Moment::new)),
        ]
    }

    fn tests_passkey(&self) -> bool {
        self.factor.kind == FactorKind::Passkey && self.factor.state == FactorState::Active
    }

    fn tests_code(&self) -> bool {
        self.factor.kind != FactorKind::Passkey && self.factor.state == FactorState::Active
    }
}

/// A question before something that cannot be taken back.
#[derive(Debug, Template)]
#[template(path = "me/ask.html")]
pub struct AskPage {
    pub frame: Frame,
    pub shell: Shell,
    pub question: String,
    /// What follows.
    pub points: Vec<&'static str>,
    pub action: String,
    pub submit: &'static str,
    pub back: String,
    /// Why it cannot be done; then nothing is asked.
    pub refused: &'static str,
}

/// What followed, and what to do next.
#[derive(Debug, Template)]
#[template(path = "me/done.html")]
pub struct DonePage {
    pub frame: Frame,
    pub shell: Shell,
    pub title: String,
    pub warning: &'static str,
    /// How many of what were ended.
    pub ended: Vec<(&'static str, u64)>,
    pub next: Vec<&'static str>,
}

/// `POST /me/codes`: shown once.
#[derive(Debug, Template)]
#[template(path = "me/codes.html")]
pub struct CodesPage {
    pub frame: Frame,
    pub shell: Shell,
    pub label: String,
    pub codes: Vec<Secret<String>>,
}

impl CodesPage {
    fn text(&self) -> String {
        self.codes.iter().map(|code| code.expose().as_str()).collect::<Vec<_>>().join("\n")
    }

    /// The codes as a file that never travels: without scripts too (RFC 2397).
    fn file(&self) -> String {
        let text = format!("{} – {}\n\n{}\n", self.shell.texts.codes, self.label, self.text());
        format!("data:text/plain;charset=utf-8,{}", utf8_percent_encode(&text, NON_ALPHANUMERIC))
    }
}

//! One factor: its name, trying it, removing it, reporting it lost; questions and what followed; recovery codes.

use askama::Template;
use kernel::Secret;
use mfa::FactorKind;
use mfa::model::FactorState;
use mfa::portal::Own;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::Shell;
use super::words::{Moment, kind, state, unfit};
use crate::layout::Frame;

/// `GET /me/factors/{factor}`.
#[derive(Debug, Template)]
#[template(path = "me/factor.html")]
pub struct FactorPage {
    pub frame: Frame,
    pub shell: Shell,
    pub own: Own,
    /// What is wrong with the name that was typed.
    pub name_error: &'static str,
    /// How a try ended: whether well, and a sentence.
    pub tested: Option<(bool, String)>,
}

impl FactorPage {
    fn base(&self) -> String {
        format!("/me/factors/{}", self.own.factor.id)
    }

    /// Label and value, where there is one.
    fn facts(&self) -> Vec<(&'static str, String)> {
        let texts = self.shell.texts;
        let mut facts = vec![(texts.ways_kind, kind(self.own.factor.kind, texts).to_owned())];
        if self.own.factor.state != FactorState::Active {
            facts.push((texts.ways_state, state(self.own.factor.state, texts).to_owned()));
        } else if self.own.unfit {
            facts.push((texts.ways_state, texts.proving().unfit_badge.to_owned()));
        }
        if let Some(passkey) = &self.own.factor.passkey {
            let kept = if passkey.backup_eligible { texts.synced } else { texts.on_device };
            facts.push((texts.kept_in, kept.to_owned()));
            facts.extend(passkey.model.clone().map(|model| (texts.key_model, model)));
        }
        if let Some(serial) = &self.own.factor.serial {
            facts.push((texts.serial, serial.clone()));
        }
        facts
    }

    fn moments(&self) -> Vec<(&'static str, Option<Moment>)> {
        let texts = self.shell.texts;
        vec![
            (texts.added, Some(Moment::new(self.own.factor.created_at))),
            (texts.last_used, self.own.factor.last_used_at.map(Moment::new)),
        ]
    }

    /// What is said of a key that does not count.
    fn unfit(&self) -> String {
        unfit(self.shell.texts, true)
    }

    /// Whether its codes are digits.
    fn is_app(&self) -> bool {
        matches!(self.own.factor.kind, FactorKind::Totp | FactorKind::Hotp)
    }

    /// Whether a try did not work.
    fn failed(&self) -> bool {
        self.tested.as_ref().is_some_and(|(well, _)| !well)
    }

    fn tests_passkey(&self) -> bool {
        self.own.factor.kind == FactorKind::Passkey && self.own.factor.state == FactorState::Active && !self.own.unfit
    }

    fn tests_code(&self) -> bool {
        self.own.factor.kind != FactorKind::Passkey && self.own.factor.state == FactorState::Active
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

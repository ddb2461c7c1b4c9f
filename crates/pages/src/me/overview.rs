//! What the portal opens on, and registering one more factor.

use askama::Template;
use mfa::FactorKind;
use mfa::factors::{FactorView, PendingTotp};
use mfa::portal::{Overview, Standing};

use super::Shell;
use super::texts::filled;
use super::words::{AttemptLine, FactorLine, unfit};
use crate::layout::Frame;
use crate::refusals::Said;

/// From so few recovery codes on, new ones are advised.
const FEW: u64 = 3;

/// `GET /me`.
#[derive(Debug, Template)]
#[template(path = "me/overview.html")]
pub struct OverviewPage {
    pub frame: Frame,
    pub shell: Shell,
    pub overview: Overview,
    pub error: Said,
}

impl OverviewPage {
    fn ways(&self) -> Vec<FactorLine> {
        let usual = self.overview.factors.iter().filter(|factor| factor.kind.is_usual());
        let unfit = |factor: &FactorView| self.overview.unfit_keys.contains(&factor.id);
        usual.map(|factor| FactorLine::of(factor, unfit(factor), self.shell.texts)).collect()
    }

    /// What is said of a key that does not count.
    fn unfit(&self) -> String {
        unfit(self.shell.texts, self.may_add(FactorKind::Passkey))
    }

    fn attempts(&self) -> Vec<AttemptLine> {
        self.overview.attempts.iter().map(|attempt| AttemptLine::of(attempt, self.shell.texts)).collect()
    }

    fn is_newcomer(&self) -> bool {
        self.overview.standing == Standing::Newcomer
    }

    fn is_proved(&self) -> bool {
        self.overview.standing == Standing::Proved
    }

    fn may_add(&self, kind: FactorKind) -> bool {
        self.overview.addable.contains(&kind)
    }

    fn add_title(&self) -> &'static str {
        let texts = self.shell.texts;
        if self.ways().is_empty() { texts.add_first } else { texts.add }
    }

    /// How many codes are left, in a sentence; whether those are few.
    fn codes(&self) -> (bool, String) {
        let texts = self.shell.texts;
        match self.overview.codes().and_then(|codes| codes.codes_left) {
            None => (false, texts.codes_none.to_owned()),
            Some(left) if left <= FEW => (true, filled(texts.codes_few, left)),
            Some(left) => (false, filled(texts.codes_left, left)),
        }
    }

    /// That more factors are asked for than the person has who has some.
    fn missing(&self) -> Option<String> {
        let missing = self.overview.missing;
        (missing > 0 && !self.ways().is_empty()).then(|| filled(self.shell.texts.missing, missing))
    }

    fn has_codes(&self) -> bool {
        self.overview.codes().is_some()
    }
}

/// `POST /me/add/totp`: an authenticator app to be registered.
#[derive(Debug, Template)]
#[template(path = "me/scan.html")]
pub struct ScanPage {
    pub frame: Frame,
    pub shell: Shell,
    pub pending: PendingTotp,
    pub name: String,
    pub error: Said,
}

impl ScanPage {
    /// The key in groups of four, as people type it.
    fn grouped(&self) -> String {
        let key: Vec<char> = self.pending.secret.expose().chars().collect();
        key.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" ")
    }
}

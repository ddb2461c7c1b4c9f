//! Before somebody is in: choose, sign in, prove, and why not.

use askama::Template;
use kernel::Timestamp;
use mfa::FactorKind;
use mfa::outofband::{Delivery, Offer};
use mfa::portal::{Overview, Portal};
use mfa::push::PushState;

use super::Shell;
use crate::layout::Frame;
use crate::refusals::Said;

/// `GET /me` for strangers.
#[derive(Debug, Template)]
#[template(path = "me/sign_in.html")]
pub struct SignInPage {
    pub frame: Frame,
    pub shell: Shell,
    pub portals: Vec<Portal>,
    /// Why the way before did not lead in; empty on the first.
    pub error: Said,
}

/// `GET /me` for somebody who can prove themselves and has not done so.
#[derive(Debug, Template)]
#[template(path = "me/prove.html")]
pub struct ProvePage {
    pub frame: Frame,
    pub shell: Shell,
    pub overview: Overview,
    pub error: Said,
}

impl ProvePage {
    fn has_passkey(&self) -> bool {
        self.overview.kinds.contains(&FactorKind::Passkey)
    }

    /// Whether the person has keys of models that a policy does not take.
    fn has_unfit(&self) -> bool {
        !self.overview.unfit_keys.is_empty()
    }

    fn is_locked(&self) -> bool {
        self.overview.locked_at.is_some()
    }

    fn has_sent(&self) -> bool {
        self.overview.sent.is_some()
    }

    fn failed(&self) -> bool {
        self.overview.sent.as_ref().is_some_and(|sent| sent.state == Delivery::Failed)
    }

    fn code_hint(&self) -> &'static str {
        let texts = self.shell.texts;
        if self.has_sent() { texts.proving().sent_or_code_hint } else { texts.code_hint }
    }

    /// Whether the code is what the page is about.
    fn code_first(&self) -> bool {
        self.has_sent() || !self.has_passkey()
    }

    /// Whether this offer is the one that was taken up last.
    fn was_sent(&self, offer: &Offer) -> bool {
        self.overview.sent.as_ref().is_some_and(|sent| sent.way == offer.way && sent.target == offer.target)
    }

    /// Seconds until another code can be sent.
    fn again_in(&self) -> i64 {
        let at = self.overview.send_again_at.map_or(0, |at| at.seconds() - self.frame.now.seconds());
        at.max(0)
    }

    fn way(&self, offer: &Offer) -> &'static str {
        self.shell.texts.proving().way(offer.way)
    }
}

/// `GET /me/prove/push`: the number, until the person has answered elsewhere.
#[derive(Debug, Template)]
#[template(path = "me/push.html")]
pub struct PushPage {
    pub frame: Frame,
    pub shell: Shell,
    pub until: Timestamp,
    pub state: PushState,
    pub number: String,
    /// Where the other browser finds its page.
    pub address: String,
}

impl PushPage {
    /// Seconds that are left: the person's own clock may say anything.
    fn left(&self) -> i64 {
        self.until.seconds() - self.frame.now.seconds()
    }

    fn is_waiting(&self) -> bool {
        self.state == PushState::Waiting
    }

    fn is_approved(&self) -> bool {
        self.state == PushState::Approved
    }

    /// Digit by digit, for who listens.
    fn spoken(&self) -> String {
        self.number.chars().map(String::from).collect::<Vec<_>>().join(" ")
    }
}

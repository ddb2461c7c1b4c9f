//! What a person sees while they prove themselves.

use askama::Template;
use kernel::Timestamp;
use mfa::answer::Posted;
use mfa::factors::PendingTotp;
use mfa::outofband::{Delivery, Offer};
use mfa::prove::Challenge;
use mfa::{FactorKind, TransactionId};

use super::texts::Texts;
use crate::layout::Frame;
use crate::refusals::Said;

/// `GET /mfa/prove/{transaction}`.
#[derive(Debug, Template)]
#[template(path = "mfa/prove.html")]
pub struct ProvePage {
    pub frame: Frame,
    pub texts: &'static Texts,
    pub challenge: Challenge,
    /// Why the attempt before failed; empty on the first.
    pub error: Said,
}

impl ProvePage {
    /// Seconds that are left: the person's own clock may say anything.
    fn left(&self) -> i64 {
        self.challenge.until.seconds() - self.frame.now.seconds()
    }

    fn base(&self) -> String {
        base(self.challenge.transaction)
    }

    fn has_passkey(&self) -> bool {
        self.challenge.factors.iter().any(|factor| factor.kind == FactorKind::Passkey)
    }

    fn has_code(&self) -> bool {
        self.has_sent() || self.has_written_code()
    }

    /// Whether the person has a code that nobody needs to send.
    fn has_written_code(&self) -> bool {
        self.challenge.factors.iter().any(|factor| factor.kind != FactorKind::Passkey)
    }

    fn has_sent(&self) -> bool {
        self.challenge.sent.is_some()
    }

    fn failed(&self) -> bool {
        self.challenge.sent.as_ref().is_some_and(|sent| sent.state == Delivery::Failed)
    }

    fn code_hint(&self) -> &'static str {
        match (self.has_sent(), self.has_written_code()) {
            (true, true) => self.texts.sent_or_code_hint,
            (true, false) => self.texts.sent_hint,
            _ => self.texts.code_hint,
        }
    }

    /// Whether this offer is the one that was taken up last.
    fn was_sent(&self, offer: &Offer) -> bool {
        self.challenge.sent.as_ref().is_some_and(|sent| sent.way == offer.way && sent.target == offer.target)
    }

    /// Seconds until another code can be sent.
    fn again_in(&self) -> i64 {
        let at = self.challenge.send_again_at.map_or(0, |at| at.seconds() - self.frame.now.seconds());
        at.max(0)
    }

    fn way(&self, offer: &Offer) -> &'static str {
        self.texts.way(offer.way)
    }

    /// Whether the person has no way to prove themselves for this sign-in.
    fn has_nothing(&self) -> bool {
        let challenge = &self.challenge;
        challenge.factors.is_empty() && challenge.offers.is_empty() && !challenge.may_push && !self.has_sent()
    }

    /// Whether the person has nothing at all, which Entra takes or does not take.
    fn is_bare(&self) -> bool {
        self.has_nothing() && !self.challenge.has_others && !self.challenge.unfit_keys
    }

    /// What follows for whose keys do not count; nothing where the page says so itself.
    fn after_unfit(&self) -> &'static str {
        if self.has_nothing() { "" } else { self.texts.unfit_next }
    }

    /// Whether this browser may be one that proves by itself: asked once, not after something was wrong.
    fn tries_device(&self) -> bool {
        self.challenge.has_devices && self.error.is_empty() && !self.has_sent()
    }

    fn may_keep(&self) -> bool {
        let wanted = self.challenge.remember_days > 0 || self.challenge.may_approve;
        wanted && !self.is_locked() && !self.has_nothing()
    }

    fn is_locked(&self) -> bool {
        self.challenge.locked_at.is_some()
    }

    fn may_enrol(&self, kind: FactorKind) -> bool {
        self.challenge.enrol.contains(&kind)
    }
}

/// `POST /mfa/prove/{transaction}/enrol/totp`: an authenticator app to be registered.
#[derive(Debug, Template)]
#[template(path = "mfa/enrol_totp.html")]
pub struct EnrolTotpPage {
    pub frame: Frame,
    pub texts: &'static Texts,
    pub transaction: TransactionId,
    pub until: Timestamp,
    pub pending: PendingTotp,
    pub error: Said,
}

impl EnrolTotpPage {
    fn left(&self) -> i64 {
        self.until.seconds() - self.frame.now.seconds()
    }

    fn base(&self) -> String {
        base(self.transaction)
    }

    /// The key in groups of four, as people type it.
    fn grouped(&self) -> String {
        let key: Vec<char> = self.pending.secret.expose().chars().collect();
        key.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" ")
    }
}

/// The form that goes back to Entra by itself.
#[derive(Debug, Template)]
#[template(path = "mfa/hand_over.html")]
pub struct HandOverPage {
    pub frame: Frame,
    pub texts: &'static Texts,
    pub posted: Posted,
}

/// Who asked is not trusted.
#[derive(Debug, Template)]
#[template(path = "mfa/refused.html")]
pub struct RefusedPage {
    pub frame: Frame,
    pub texts: &'static Texts,
    pub reason: &'static str,
}

pub(super) fn base(transaction: TransactionId) -> String {
    format!("/mfa/prove/{transaction}")
}

//! The questions before something happens to a webhook.

use super::webhook::WebhookView;
use crate::form::{Choice, Field};
use crate::format;
use crate::layout::Frame;
use crate::list::{ConfirmPage, FormPage};
use crate::parts::{Callout, Code, PageHead, Tone};

/// A new secret: how long does the former one go on?
pub fn rotate(frame: Frame, webhook: &WebhookView) -> ConfirmPage {
    let spans = [("24", "24 hours"), ("1", "An hour"), ("72", "Three days"), ("168", "A week"), ("0", "Not at all")];
    let spans = spans.map(|(value, name)| Choice::new(value, name));
    ConfirmPage::new(frame, format!("Make a new secret for {}?", webhook.name), "Make it", webhook.at("/rotate"))
        .consequence("It is shown once. Until the former one ends, calls carry both signatures.")
        .field(Field::select("overlap_hours", "The former one goes on for", spans.into()).value("24"))
        .also("Not at all is for a secret that somebody else has seen.")
        .cancel(webhook.at(""))
}

/// Remove it?
pub fn remove(frame: Frame, webhook: &WebhookView) -> ConfirmPage {
    ConfirmPage::new(frame, format!("Remove {}?", webhook.name), "Remove", webhook.at("/remove"))
        .consequence(
            "Nothing is sent to it any more. What waits and what was sent is forgotten; the audit trail stays.",
        )
        .cancel(webhook.at(""))
        .danger()
}

/// Send every dead letter again?
pub fn retry_dead(frame: Frame, webhook: &WebhookView) -> ConfirmPage {
    let letters = format::plural(webhook.dead, "dead letter", "dead letters");
    ConfirmPage::new(frame, format!("Send {letters} again?"), "Send them again", webhook.at("/retry-dead"))
        .consequence("Each is tried as often as a new one.")
        .also("They are older than what has arrived since: a receiver should go by the revision.")
        .cancel(webhook.at("/deliveries?state=dead"))
}

/// What the form for sending again holds.
#[derive(Debug, Clone, Default)]
pub struct Replay {
    pub way: String,
    pub revision: String,
    pub day: String,
    pub error: String,
}

/// From where on is the log sent again?
pub fn replay(frame: Frame, webhook: &WebhookView, form: &Replay) -> FormPage {
    let ways = vec![
        Choice::new("from", "From a revision on").hint("That entry and everything after it."),
        Choice::new("day", "From a day on").hint("Everything since it began, in UTC."),
        Choice::new("one", "One event").hint("The entry of one revision and no other."),
        Choice::new("skip", "Skip to the end")
            .hint("What was not sent yet is not sent. For a receiver that begins anew."),
    ];
    let way = if form.way.is_empty() { "from" } else { &form.way };
    let head = PageHead::new("Send again").crumb("Webhooks", "/signals/webhooks").crumb(&webhook.name, webhook.at(""));
    let lead = format!(
        "The log ends at revision {}. Events keep their webhook-id, so a receiver knows what it has seen.",
        format::count(webhook.newest)
    );
    FormPage::new(frame, head.lead(lead), webhook.at("/replay"), webhook.at(""))
        .field(Field::radio("way", "What", ways).value(way))
        .field(
            Field::text("revision", "Revision")
                .value(&form.revision)
                .error(&form.error)
                .optional()
                .attribute("inputmode", "numeric"),
        )
        .field(Field::date("day", "Day").value(&form.day).optional())
        .submit("Send")
}

/// A secret that is shown once.
pub fn once(frame: Frame, id: &str, name: &str, secret: &str) -> crate::operators::tokens::OncePage {
    let callout = Callout::new(Tone::Warn, "Copy it now", "It is sealed here and cannot be shown again.");
    let secret = Code::new("secret", "The secret", secret).wrap();
    let head = PageHead::new(format!("Secret of “{name}”")).crumb("Webhooks", "/signals/webhooks");
    crate::operators::tokens::OncePage::of(frame, head, callout, secret, &format!("/signals/webhooks/{id}"))
}

#[cfg(test)]
pub mod samples {
    //! What these pages look like.

    use super::{Replay, once, remove, replay, retry_dead, rotate};
    use crate::layout::Section;
    use crate::signals::webhooks::webhook::samples::webhook;
    use crate::tests::{Gallery, frame};

    pub fn add(gallery: &mut Gallery) {
        let frame = || frame("Warehouse", Section::Webhooks);
        gallery.add("webhook-rotate", &rotate(frame(), &webhook()));
        gallery.add("webhook-remove", &remove(frame(), &webhook()));
        gallery.add("webhook-retry-dead", &retry_dead(frame(), &webhook()));
        gallery.add("webhook-replay", &replay(frame(), &webhook(), &Replay::default()));
        let wrong =
            Replay { way: "one".into(), revision: "x".into(), error: "Must be a number.".into(), ..Replay::default() };
        gallery.add("webhook-replay-wrong", &replay(frame(), &webhook(), &wrong));
        let secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQIhrs=";
        gallery.add("webhook-once", &once(frame(), "w1", "Warehouse", secret));
    }
}

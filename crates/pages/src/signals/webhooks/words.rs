//! Webhooks in words, as the pages' plain data.

use kernel::Timestamp;
use signals::webhooks::{self, AttemptView, DeliveryDetail, DeliveryState, DisabledBy, Origin, WebhookState};

use super::delivery::{AttemptRow, DeliveryView};
use super::form::WebhookForm;
use super::list::WebhookRow;
use super::webhook::{DeliveryRow, WebhookView};
use crate::format;
use crate::parts::{Badge, Tone};
use crate::signals::words;

/// Events that people filter by.
pub const EVENTS: &[(&str, &str)] = &[
    ("user.*", "Anything about a person"),
    ("group.*", "Anything about a group"),
    ("group.members_changed", "Members changed"),
    ("webhook.test", "Tests"),
];

/// A webhook as a line.
pub fn row(webhook: &webhooks::WebhookView) -> WebhookRow {
    let (status, state) = status(webhook);
    WebhookRow {
        id: webhook.id.to_string(),
        name: webhook.name.clone(),
        url: webhook.url.clone(),
        events: webhook.events.join(", "),
        status,
        state: state.to_owned(),
        behind: number(webhook.health.newest - webhook.health.revision),
        waiting: webhook.health.waiting,
        dead: webhook.health.dead,
        last_success: webhook.health.last_success_at,
        made: webhook.created_at,
    }
}

fn status(webhook: &webhooks::WebhookView) -> (Badge, &'static str) {
    let health = &webhook.health;
    match webhook.state {
        WebhookState::Disabled if webhook.disabled_by == Some(DisabledBy::Operator) => {
            (Badge::off("Switched off"), "Switched off")
        }
        WebhookState::Disabled => (Badge::bad("Switched off"), "Switched off"),
        WebhookState::Enabled if health.failures > 0 => (Badge::bad("Failing"), "Failing"),
        WebhookState::Enabled if health.dead > 0 => (Badge::warn("Dead letters"), "Dead letters"),
        WebhookState::Enabled if health.waiting > 0 => (Badge::warn("Some wait"), "Some wait"),
        WebhookState::Enabled if health.last_success_at.is_none() => (Badge::busy("Nothing sent yet"), "New"),
        WebhookState::Enabled => (Badge::ok("Arriving"), "Arriving"),
    }
}

/// A webhook for its page.
pub fn view(webhook: &webhooks::WebhookView, may_change: bool, now: Timestamp) -> WebhookView {
    let health = &webhook.health;
    WebhookView {
        id: webhook.id.to_string(),
        name: webhook.name.clone(),
        description: webhook.description.clone().unwrap_or_default(),
        url: webhook.url.clone(),
        events: webhook.events.clone(),
        status: status(webhook).0,
        enabled: webhook.state == WebhookState::Enabled,
        trouble: trouble(webhook, now),
        in_flight: webhook.in_flight,
        tell: webhook.tell.clone(),
        revision: number(health.revision),
        newest: number(health.newest),
        waiting: health.waiting,
        dead: health.dead,
        last_success: health.last_success_at,
        last_failure: health.last_failure_at,
        retry_at: health.retry_at,
        secret_made: webhook.rotated_at,
        former_secret_until: webhook.former_secret_until,
        made: webhook.created_at,
        made_by: webhook.created_by.clone(),
        may_change,
    }
}

fn trouble(webhook: &webhooks::WebhookView, now: Timestamp) -> Option<(Tone, String, String)> {
    let health = &webhook.health;
    let last = health.last_error.as_ref().map(|error| format!(" The last call: {error}.")).unwrap_or_default();
    let kept = "No event is lost: switched on again, it goes on where it stood.";
    match (webhook.disabled_by, health.failing_since) {
        (Some(DisabledBy::Operator), _) => Some((Tone::Off, "It is switched off".to_owned(), kept.to_owned())),
        (Some(DisabledBy::Gone), _) => {
            let text = format!("The receiver answered 410 Gone: it wants no more events. {kept}");
            Some((Tone::Bad, "It was switched off by its receiver".to_owned(), text))
        }
        (Some(DisabledBy::Failing), _) => {
            let text = format!("Nothing had arrived for too long.{last} {kept}");
            Some((Tone::Bad, "It was switched off".to_owned(), text))
        }
        (None, Some(since)) => {
            let title = format!("Every call since {} has failed", format::relative(since, now));
            let text = format!("{} It is sent again by itself; no event is lost.", last.trim_start());
            Some((Tone::Warn, title, text.trim_start().to_owned()))
        }
        (None, None) => None,
    }
}

/// A webhook for its form.
pub fn form(webhook: &webhooks::WebhookView) -> WebhookForm {
    let known = |name: &&String| webhooks::CATALOGUE.iter().any(|event| event.name == name.as_str());
    let others: Vec<_> = webhook.events.iter().filter(|name| !known(name)).cloned().collect();
    WebhookForm {
        id: webhook.id.to_string(),
        version: webhook.version,
        name: webhook.name.clone(),
        description: webhook.description.clone().unwrap_or_default(),
        url: webhook.url.clone(),
        events: webhook.events.clone(),
        others: others.join(" "),
        in_flight: webhook.in_flight,
        tell: webhook.tell.join(" "),
        ..WebhookForm::default()
    }
}

/// A delivery as a line.
pub fn delivery_row(one: &webhooks::DeliveryView) -> DeliveryRow {
    let (status, state) = state(one);
    DeliveryRow {
        id: one.id.to_string(),
        revision: number(one.revision),
        event: one.event.clone(),
        what: words::event(&one.event),
        object: one.object_name.clone().unwrap_or_default(),
        status,
        state: state.to_owned(),
        attempts: one.attempts,
        answer: answer(one),
        at: one.sent_at.unwrap_or(one.created_at),
        next: one.next_at,
        may_retry: one.origin != Origin::Test,
    }
}

fn state(one: &webhooks::DeliveryView) -> (Badge, &'static str) {
    match (one.state, one.origin) {
        (DeliveryState::Waiting, _) => (Badge::warn("Waiting"), "Waiting"),
        (DeliveryState::Delivered, _) => (Badge::ok("Arrived"), "Arrived"),
        (DeliveryState::Dead, Origin::Test) => (Badge::bad("Failed"), "Failed"),
        (DeliveryState::Dead, _) => (Badge::bad("Dead letter"), "Dead letter"),
    }
}

fn answer(one: &webhooks::DeliveryView) -> String {
    match (&one.error, one.status, one.duration_ms) {
        (Some(error), ..) => crate::render::sentence(error).trim_end_matches('.').to_owned(),
        (None, Some(status), Some(took)) => format!("{status} in {}", millis(took)),
        _ => String::new(),
    }
}

fn millis(took: f64) -> String {
    if took < 10_000.0 { format!("{took:.0}\u{a0}ms") } else { format!("{:.1}\u{a0}s", took / 1_000.0) }
}

/// A delivery for its page.
pub fn delivery(detail: &DeliveryDetail) -> DeliveryView {
    let one = &detail.delivery;
    let object = detail.message.as_ref().and_then(|message| message.data.object.as_ref());
    let href = object.map(|object| words::href(&object.kind, &object.id.to_string())).unwrap_or_default();
    DeliveryView {
        id: one.id.to_string(),
        message_id: one.message_id.clone(),
        event: one.event.clone(),
        what: words::event(&one.event),
        object: one.object_name.clone().unwrap_or_default(),
        object_href: if one.event.ends_with("purged") { String::new() } else { href },
        revision: number(one.revision),
        origin: match one.origin {
            Origin::Log => "The log was followed",
            Origin::Replay => "Somebody asked for it again",
            Origin::Test => "Somebody tried the webhook",
        }
        .to_owned(),
        status: state(one).0,
        next: one.next_at,
        taken: one.created_at,
        attempts: detail.history.iter().map(attempt).collect(),
        body: detail.message.as_ref().map_or_else(
            || "It is not kept.".to_owned(),
            |message| serde_json::to_string_pretty(message).unwrap_or_default(),
        ),
        may_retry: one.origin != Origin::Test,
    }
}

fn attempt(one: &AttemptView) -> AttemptRow {
    let status = match (one.status, &one.error) {
        (Some(status), None) => Badge::ok(status.to_string()),
        (Some(status), Some(_)) => Badge::bad(status.to_string()),
        (None, _) => Badge::bad("No answer"),
    };
    AttemptRow {
        at: one.at,
        took: millis(one.duration_ms),
        status,
        error: one.error.as_deref().map(crate::render::sentence).unwrap_or_default(),
        response: one.response.clone().unwrap_or_default(),
    }
}

fn number(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

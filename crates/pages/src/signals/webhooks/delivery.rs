//! `GET /signals/webhooks/{id}/deliveries/{delivery}`: one event for one webhook, with every attempt.

use askama::Template;
use kernel::Timestamp;

use super::list::plain;
use super::webhook::WebhookView;
use crate::format;
use crate::layout::Frame;
use crate::parts::{Action, Badge, Cell, Code, Facts, PageHead};
use crate::table::{Empty, Row, Table};

/// One delivery.
#[derive(Debug, Clone)]
pub struct DeliveryView {
    pub id: String,
    pub message_id: String,
    pub event: String,
    pub what: String,
    pub object: String,
    pub object_href: String,
    pub revision: u64,
    /// Why it is there.
    pub origin: String,
    pub status: Badge,
    pub next: Option<Timestamp>,
    pub taken: Timestamp,
    pub attempts: Vec<AttemptRow>,
    /// What is sent.
    pub body: String,
    pub may_retry: bool,
}

/// One call.
#[derive(Debug, Clone)]
pub struct AttemptRow {
    pub at: Timestamp,
    pub took: String,
    pub status: Badge,
    pub error: String,
    pub response: String,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "signals/delivery.html")]
pub struct DeliveryPage {
    frame: Frame,
    head: PageHead,
    facts: Facts,
    attempts: Table,
    responses: Vec<Code>,
    body: Code,
}

impl DeliveryPage {
    /// One delivery of a webhook.
    pub fn new(frame: Frame, webhook: &WebhookView, one: DeliveryView) -> Self {
        let now = frame.now;
        let mut head = PageHead::new(&one.what)
            .crumb("Webhooks", "/signals/webhooks")
            .crumb(&webhook.name, webhook.at(""))
            .crumb("Sent", webhook.at("/deliveries"))
            .badge(one.status.clone());
        if webhook.may_change && one.may_retry {
            let again = webhook.at(&format!("/deliveries/{}/retry", one.id));
            head = head.action(Action::post("Send again", again).primary());
        }
        Self {
            head,
            facts: facts(&one),
            attempts: attempts(&one.attempts, now),
            responses: responses(&one.attempts),
            body: Code::new("body", "The body, made readable", one.body),
            frame,
        }
    }
}

fn facts(one: &DeliveryView) -> Facts {
    let object =
        if one.object_href.is_empty() { Cell::text(&one.object) } else { Cell::link(&one.object, &one.object_href) };
    let mut facts = Facts::new().with("Event", Cell::Code(one.event.clone()));
    if one.revision > 0 {
        let entry = format!("/signals/audit/{}", one.revision);
        facts = facts.with("Object", object).with("Revision", Cell::link(format::count(one.revision), entry));
    }
    facts = facts
        .with("webhook-id", Cell::Copy(one.message_id.clone()))
        .text("Why it is here", &one.origin)
        .with("Taken from the log", Cell::at(one.taken));
    match one.next {
        Some(next) => facts.with("Next attempt", Cell::at(next)),
        None => facts,
    }
}

fn attempts(rows: &[AttemptRow], now: Timestamp) -> Table {
    let lines = rows.iter().map(|row| {
        Row::new(vec![
            Cell::ago(row.at, now),
            Cell::badge(row.status.clone()),
            Cell::text(&row.took),
            Cell::text(&row.error),
        ])
    });
    Table::new("attempts", "Attempts", plain(&["When", "Answer", "Took", "What went wrong"]), lines.collect())
        .empty(Empty::new("Not sent yet", "It waits for its turn."))
}

fn responses(rows: &[AttemptRow]) -> Vec<Code> {
    let said = rows.iter().filter(|row| !row.response.is_empty()).take(3).enumerate();
    said.map(|(index, row)| {
        let label = format!("At {}", format::moment(row.at));
        Code::new(format!("response-{index}"), label, &row.response).wrap()
    })
    .collect()
}

#[cfg(test)]
pub mod samples {
    //! What a delivery looks like.

    use super::{AttemptRow, DeliveryPage, DeliveryView};
    use crate::layout::Section;
    use crate::parts::Badge;
    use crate::signals::webhooks::webhook::samples::webhook;
    use crate::tests::{Gallery, MINUTE, ago, ahead, frame};

    pub fn add(gallery: &mut Gallery) {
        let attempt = |minutes: i64, status: Badge, error: &str, response: &str| AttemptRow {
            at: ago(minutes * MINUTE),
            took: "132\u{a0}ms".into(),
            status,
            error: error.into(),
            response: response.into(),
        };
        let attempts = vec![
            attempt(2, Badge::bad("503"), "answered 503 Service Unavailable", "{\"error\":\"database is restarting\"}"),
            attempt(3, Badge::bad("No answer"), "no connection: Connection refused (os error 111)", ""),
        ];
        let one = DeliveryView {
            id: "d1".into(),
            message_id: "evt_0198f0c26c1e7b539a0d3b1f44c8e1aa_18204".into(),
            event: "user.updated".into(),
            what: "Person updated".into(),
            object: "Adele Vance".into(),
            object_href: "/directory/users/u1".into(),
            revision: 18_204,
            origin: "The log was followed".into(),
            status: Badge::warn("Waiting"),
            next: Some(ahead(2 * MINUTE)),
            taken: ago(4 * MINUTE),
            attempts,
            body: "{\n  \"type\": \"user.updated\",\n  \"timestamp\": \"2026-11-22T05:20:26Z\",\n  \"data\": {}\n}"
                .into(),
            may_retry: true,
        };
        gallery.add("webhook-delivery", &DeliveryPage::new(frame("Sent", Section::Webhooks), &webhook(), one));
    }
}

//! What a turn sends: those that wait and are due, then what is new in the log. Pure.
//!
//! | the webhook | is sent |
//! |---|---|
//! | does well | what waits and is due, then the next entries of the log |
//! | fails (five calls in a row) | one that waits, to see whether it works again |
//! | has too much waiting | what waits and is due; the log waits |
//!
//! Per object the order of the log holds: what is new about an object goes behind what waits about it.

use std::collections::HashMap;

use kernel::{Env, Timestamp};
use uuid::Uuid;

use super::decide::FAILING;
use super::model::{Delivery, DeliveryState, Origin, Webhook};
use super::{DeliveryId, events};
use crate::{Logged, Revision};

/// From here on the log is read no further: it keeps what a receiver cannot take.
pub(crate) const MOST_WAITING: usize = 1_000;
/// How many of those that wait are sent in one turn.
const MOST_RETRIED: usize = 50;

/// One delivery of a turn.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    pub delivery: Delivery,
    /// Not yet in the list of deliveries.
    pub is_new: bool,
    /// Waits behind another one about the same object: kept, not sent.
    pub held: bool,
}

/// What a turn does.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub deliveries: Vec<Planned>,
    /// How far the log is dealt with afterwards.
    pub cursor: Revision,
    /// There is nothing to do before.
    pub wait_until: Option<Timestamp>,
}

/// How much of the log a turn may take, given what waits.
pub(crate) fn appetite(webhook: &Webhook, waiting: &[Delivery], batch: usize) -> usize {
    let fails = webhook.health.failures >= FAILING;
    match (fails, waiting.len()) {
        (true, 0) => 1,
        (false, few) if few < MOST_WAITING => batch,
        _ => 0,
    }
}

/// Plans a turn over what waits, and over the next entries of the log: all of them up to `cursor`, of which it wanted
/// `most_entries`.
pub(crate) fn plan(
    env: &Env,
    webhook: &Webhook,
    waiting: Vec<Delivery>,
    (entries, cursor): (&[Logged], Revision),
    most_entries: usize,
) -> Plan {
    let now = env.now();
    let mut behind = Behind::default();
    let mut due = Vec::new();
    for delivery in waiting {
        if behind.is_due(&delivery, now) {
            due.push(Planned { delivery, is_new: false, held: false });
        }
    }
    let most = if webhook.health.failures >= FAILING { 1 } else { MOST_RETRIED };
    for later in due.split_off(due.len().min(most)) {
        behind.add(&later.delivery, now);
    }
    let idle = due.is_empty() && entries.is_empty() && cursor == webhook.cursor;
    let wait_until = behind.earliest.filter(|_| idle && most_entries == 0);
    let mut deliveries = due;
    for entry in entries {
        let until = entry.object.as_ref().and_then(|object| behind.until.get(&object.id)).copied();
        let fresh = of_entry(env, webhook, entry, Origin::Log).into_iter();
        deliveries.extend(fresh.map(|mut delivery| {
            delivery.next_at = until.or(delivery.next_at);
            Planned { delivery, is_new: true, held: until.is_some() }
        }));
    }
    Plan { deliveries, cursor, wait_until }
}

/// The objects about which something waits that is not due.
#[derive(Default)]
struct Behind {
    until: HashMap<Uuid, Timestamp>,
    earliest: Option<Timestamp>,
}

impl Behind {
    fn is_due(&mut self, delivery: &Delivery, now: Timestamp) -> bool {
        let next = delivery.next_at.unwrap_or(now);
        let blocked = delivery.object.is_some_and(|object| self.until.contains_key(&object));
        if !blocked && next <= now {
            return true;
        }
        self.add(delivery, next);
        self.earliest = Some(self.earliest.map_or(next, |earliest| earliest.min(next)));
        false
    }

    fn add(&mut self, delivery: &Delivery, next: Timestamp) {
        if let Some(object) = delivery.object {
            let until = self.until.entry(object).or_insert(next);
            *until = next.max(*until);
        }
    }
}

/// What an entry becomes for a webhook.
pub(crate) fn of_entry(env: &Env, webhook: &Webhook, entry: &Logged, origin: Origin) -> Vec<Delivery> {
    let now = env.now();
    let parts = events::parts(&webhook.events, entry).into_iter();
    parts
        .map(|part| Delivery {
            id: env.new_id::<DeliveryId>(),
            organisation: webhook.organisation,
            webhook: webhook.id,
            origin,
            revision: entry.revision,
            part: part.number,
            event: part.event,
            object: entry.object.as_ref().map(|object| object.id),
            object_name: entry.object.as_ref().and_then(|object| object.name.clone()),
            state: DeliveryState::Waiting,
            attempts: 0,
            next_at: Some(now),
            last: None,
            created_at: now,
            finished_at: None,
        })
        .collect()
}

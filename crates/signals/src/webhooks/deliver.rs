//! Serving one webhook: turn after turn until nothing is left to send.
//!
//! A node may die at any moment. What was sent and not yet noted is sent again by whoever goes on: at least once, with the
//! same `webhook-id`.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::future::join_all;
use kernel::{OrganisationId, Timestamp};
use store::Tx;
use tokio::sync::watch;
use uuid::Uuid;

use super::decide::{self, FAILING, Verdict};
use super::message::{Message, message_id};
use super::model::{Webhook, WebhookId, WebhookState};
use super::plan::{self, Plan, Planned};
use super::post::{Call, Reply};
use super::sign::{self, Secrets};
use super::{Webhooks, events};
use crate::{EventView, Filter, Logged, Revision, SignalsError, read, store as rows};

/// How many entries of the log one turn takes.
const BATCH: usize = 25;

/// One turn's work.
struct Turn {
    webhook: Webhook,
    secrets: Secrets,
    plan: Plan,
    events: HashMap<Revision, EventView>,
}

/// What became of one delivery of a turn: nothing, when it was not sent.
pub(super) struct Sent {
    pub planned: Planned,
    pub outcome: Option<(Timestamp, Reply)>,
}

impl Webhooks {
    /// Sends everything there is to send, until nothing is left or `stop` turns true.
    pub(crate) async fn deliver(
        &self,
        organisation: OrganisationId,
        id: WebhookId,
        stop: &watch::Receiver<bool>,
    ) -> Result<(), SignalsError> {
        while !*stop.borrow() {
            let Some(turn) = self.turn(organisation, id).await? else { return Ok(()) };
            let Turn { webhook, secrets, plan, events } = turn;
            let Plan { deliveries, cursor, wait_until } = plan;
            let nothing = deliveries.is_empty() && cursor == webhook.cursor;
            if nothing && wait_until.is_none() {
                return Ok(());
            }
            let line = Line { webhooks: self, webhook: &webhook, secrets: &secrets, events: &events, stop };
            let sent = line.send(deliveries).await;
            self.settle(&webhook, sent, cursor, wait_until).await?;
            if nothing {
                return Ok(());
            }
        }
        Ok(())
    }

    /// What is to be done now; `None` when the webhook is gone, switched off, or left alone for a while.
    async fn turn(&self, organisation: OrganisationId, id: WebhookId) -> Result<Option<Turn>, SignalsError> {
        let now = self.env.now();
        let mut tx = self.store.read().await?;
        let found = rows::webhooks::find(&mut tx, organisation, id).await?;
        let is_on = |webhook: &Webhook| {
            webhook.state == WebhookState::Enabled && webhook.health.retry_at.is_none_or(|at| at <= now)
        };
        let Some(webhook) = found.filter(is_on) else { return Ok(None) };
        let Some(secrets) = rows::webhooks::secrets(&mut tx, &self.sealer, id, now).await? else { return Ok(None) };
        let waiting = rows::deliveries::waiting(&mut tx, id).await?;
        let appetite = plan::appetite(&webhook, &waiting, BATCH);
        let (entries, cursor) = next_entries(&mut tx, &webhook, appetite).await?;
        let plan = plan::plan(&self.env, &webhook, waiting, (&entries, cursor), appetite);
        let again = plan.deliveries.iter().filter(|one| !one.is_new && !one.held).map(|one| one.delivery.revision);
        let mut needed = rows::by_revisions(&mut tx, organisation, again.collect()).await?;
        drop(tx);
        needed.extend(entries);
        let events = self.views(organisation, needed).await?;
        Ok(Some(Turn { webhook, secrets, plan, events }))
    }

    /// Entries as they travel, with what is known about their objects.
    pub(super) async fn views(
        &self,
        organisation: OrganisationId,
        entries: Vec<Logged>,
    ) -> Result<HashMap<Revision, EventView>, SignalsError> {
        let known = match &self.objects {
            Some(objects) if !entries.is_empty() => objects.identities(organisation, &entries).await?,
            _ => crate::Identities::default(),
        };
        let views = entries.into_iter().map(|entry| (entry.revision, known.complete(entry.into())));
        Ok(views.collect())
    }
}

/// The next entries that the webhook chose, and how far the log is read with them.
async fn next_entries(tx: &mut Tx, webhook: &Webhook, most: usize) -> Result<(Vec<Logged>, Revision), SignalsError> {
    if most == 0 {
        return Ok((Vec::new(), webhook.cursor));
    }
    let newest = read::newest(tx, webhook.organisation).await?;
    let filter: Filter = events::filter(&webhook.events);
    let entries = read::oldest_first(tx, webhook.organisation, &filter, webhook.cursor, most).await?;
    let cursor = match entries.last() {
        Some(last) if entries.len() == most => last.revision,
        _ => newest.max(webhook.cursor),
    };
    Ok((entries, cursor))
}

/// Sends the deliveries of one turn.
struct Line<'a> {
    webhooks: &'a Webhooks,
    webhook: &'a Webhook,
    secrets: &'a Secrets,
    events: &'a HashMap<Revision, EventView>,
    stop: &'a watch::Receiver<bool>,
}

impl Line<'_> {
    /// Side by side as far as the webhook allows; those about one object one after the other.
    async fn send(&self, deliveries: Vec<Planned>) -> Vec<Sent> {
        let failures = AtomicU32::new(self.webhook.health.failures);
        let count = usize::try_from(self.webhook.in_flight).unwrap_or(1).max(1);
        let mut lanes: Vec<Vec<Planned>> = vec![Vec::new(); count];
        for (index, one) in deliveries.into_iter().enumerate() {
            let lane = one.delivery.object.map_or(index, |object| object.as_fields().0 as usize) % count;
            lanes[lane].push(one);
        }
        let lanes = lanes.into_iter().map(|lane| self.lane(lane, &failures));
        join_all(lanes).await.into_iter().flatten().collect()
    }

    async fn lane(&self, deliveries: Vec<Planned>, failures: &AtomicU32) -> Vec<Sent> {
        let mut failed: HashSet<Uuid> = HashSet::new();
        let mut all = Vec::with_capacity(deliveries.len());
        let probes = self.webhook.health.failures >= FAILING;
        for planned in deliveries {
            let behind = planned.delivery.object.is_some_and(|object| failed.contains(&object));
            // One that fails is probed once a turn; any other stops when it begins to fail.
            let quiet = failures.load(Ordering::Relaxed) >= FAILING && !(probes && all.is_empty());
            if planned.held || behind || quiet || *self.stop.borrow() {
                all.push(Sent { planned, outcome: None });
                continue;
            }
            let (at, reply) = self.call(&planned).await;
            let verdict = decide::verdict(planned.delivery.attempts + 1, reply.status, reply.retry_after);
            if verdict == Verdict::Delivered {
                failures.store(0, Ordering::Relaxed);
            } else {
                failures.fetch_add(1, Ordering::Relaxed);
                if verdict != Verdict::Dead {
                    failed.extend(planned.delivery.object);
                }
                if verdict == Verdict::Gone || decide::asked(reply.status, reply.retry_after).is_some() {
                    failures.fetch_add(FAILING, Ordering::Relaxed);
                }
            }
            all.push(Sent { planned, outcome: Some((at, reply)) });
        }
        all
    }

    async fn call(&self, planned: &Planned) -> (Timestamp, Reply) {
        let one = &planned.delivery;
        let at = self.webhooks.env.now();
        let Some(event) = self.events.get(&one.revision) else {
            let error = Some("the entry is no longer in the log".to_owned());
            return (at, Reply { error, ..Reply::default() });
        };
        let id = message_id(one.organisation, one.revision, one.part);
        let message = Message::of(one.organisation, event, one.part);
        (at, self.webhooks.post_message(&self.webhook.url, self.secrets, &id, &message, at).await)
    }
}

impl Webhooks {
    /// Signs and sends.
    pub(super) async fn post_message(
        &self,
        url: &str,
        secrets: &Secrets,
        id: &str,
        message: &Message,
        at: Timestamp,
    ) -> Reply {
        let body = message.body();
        let signature = sign::header(secrets, id, at, &body);
        self.post.send(Call { url, id, timestamp: at.seconds(), signature, body }).await
    }
}

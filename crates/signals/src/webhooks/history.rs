//! What was sent: looking back, sending again, trying a webhook.

use kernel::{May, Page, PageRequest};
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

use super::endpoints::object;
use super::message::{Message, MessageActor};
use super::model::{Attempt, Delivery, DeliveryId, DeliveryState, Origin, Webhook, WebhookId};
use super::views::{DeliveryDetail, DeliveryFilter, DeliveryView, ReplayFrom, WebhookView, test_id};
use super::{Webhooks, events, plan, rows};
use crate::model::actor_parts;
use crate::permissions::{ManageWebhook, ReadWebhooks};
use crate::{Entry, Filter, Revision, SignalsError, append, read};

/// How many deliveries will be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = WebhookRetried)]
pub struct Retried {
    /// How many.
    pub retried: u64,
}

impl Webhooks {
    /// One page of what was sent or is to be sent, the newest first.
    pub async fn list_deliveries(
        &self,
        may: &May<ReadWebhooks>,
        id: WebhookId,
        filter: &DeliveryFilter,
        page: &PageRequest,
    ) -> Result<Page<DeliveryView>, SignalsError> {
        let mut tx = self.store.read().await?;
        self.find(&mut tx, may.actor().organisation, id).await?;
        Ok(rows::deliveries::list(&mut tx, id, filter, page).await?.map(Into::into))
    }

    /// One delivery with its attempts, and what is sent.
    pub async fn get_delivery(
        &self,
        may: &May<ReadWebhooks>,
        id: WebhookId,
        delivery: DeliveryId,
    ) -> Result<DeliveryDetail, SignalsError> {
        let organisation = may.actor().organisation;
        let mut tx = self.store.read().await?;
        self.find(&mut tx, organisation, id).await?;
        let found = self.find_delivery(&mut tx, id, delivery).await?;
        let history = rows::deliveries::attempts(&mut tx, delivery).await?;
        let entries = rows::by_revisions(&mut tx, organisation, vec![found.revision]).await?;
        drop(tx);
        let event = self.views(organisation, entries).await?.remove(&found.revision);
        let message = event.map(|event| Message::of(organisation, &event, found.part));
        Ok(DeliveryDetail { delivery: found.into(), history: history.into_iter().map(Into::into).collect(), message })
    }

    async fn find_delivery(&self, tx: &mut Tx, id: WebhookId, delivery: DeliveryId) -> Result<Delivery, SignalsError> {
        rows::deliveries::find(tx, id, delivery).await?.ok_or(SignalsError::NoSuchDelivery(delivery))
    }

    /// Sends one delivery again, at once and with a full set of attempts.
    pub async fn retry_delivery(
        &self,
        may: &May<ManageWebhook>,
        delivery: DeliveryId,
    ) -> Result<DeliveryView, SignalsError> {
        let mut tx = self.store.begin().await?;
        let webhook = self.find(&mut tx, may.actor().organisation, may.webhook).await?;
        let found = self.find_delivery(&mut tx, webhook.id, delivery).await?;
        if found.origin == Origin::Test {
            return Err(SignalsError::NotNow("a test is not sent again; ask for another one"));
        }
        rows::deliveries::revive(&mut tx, delivery, self.env.now()).await?;
        let after = serde_json::json!({ "delivery": delivery, "revision": found.revision, "event": found.event });
        self.note_replay(&mut tx, may, &webhook, after).await?;
        let found = self.find_delivery(&mut tx, webhook.id, delivery).await?;
        tx.commit().await?;
        Ok(found.into())
    }

    /// Sends every dead letter again.
    pub async fn retry_dead_letters(&self, may: &May<ManageWebhook>) -> Result<Retried, SignalsError> {
        let mut tx = self.store.begin().await?;
        let webhook = self.find(&mut tx, may.actor().organisation, may.webhook).await?;
        let retried = rows::deliveries::revive_dead(&mut tx, webhook.id, self.env.now()).await?;
        if retried > 0 {
            self.note_replay(&mut tx, may, &webhook, serde_json::json!({ "dead_letters": retried })).await?;
        }
        tx.commit().await?;
        Ok(Retried { retried })
    }

    /// Sends the log again from a revision or a moment on, or one entry. What waits from there on is forgotten first, since
    /// it comes again in its place.
    pub async fn replay(&self, may: &May<ManageWebhook>, from: ReplayFrom) -> Result<WebhookView, SignalsError> {
        let organisation = may.actor().organisation;
        let mut tx = self.store.begin().await?;
        let webhook = self.find(&mut tx, organisation, may.webhook).await?;
        match from {
            ReplayFrom::Only(revision) => self.replay_one(&mut tx, &webhook, revision).await?,
            ReplayFrom::Revision(revision) => self.go_back(&mut tx, &webhook, revision).await?,
            ReplayFrom::Time(from) => {
                let filter = Filter { from: Some(from), ..Filter::default() };
                let first = read::oldest_first(&mut tx, organisation, &filter, 0, 1).await?;
                let newest = read::newest(&mut tx, organisation).await?;
                let revision = first.first().map_or(newest + 1, |entry| entry.revision);
                self.go_back(&mut tx, &webhook, revision).await?;
            }
        }
        let after = match from {
            ReplayFrom::Revision(revision) => serde_json::json!({ "from_revision": revision }),
            ReplayFrom::Time(from) => serde_json::json!({ "from": from }),
            ReplayFrom::Only(revision) => serde_json::json!({ "revision": revision }),
        };
        self.note_replay(&mut tx, may, &webhook, after).await?;
        let view = self.view(&mut tx, organisation, webhook.id).await?;
        tx.commit().await?;
        Ok(view)
    }

    /// Puts the webhook's place before a revision: back, or on past what nobody wants any more.
    async fn go_back(&self, tx: &mut Tx, webhook: &Webhook, from: Revision) -> Result<(), SignalsError> {
        let newest = read::newest(tx, webhook.organisation).await?;
        let from = from.max(1);
        let place = from - 1;
        if place > newest {
            return Err(SignalsError::Ahead { after: place, newest });
        }
        rows::deliveries::forget_from(tx, webhook.id, from).await?;
        let mut moved = webhook.clone();
        moved.cursor = place;
        moved.health = webhook.health.mended();
        moved.changed_at = self.env.now();
        if rows::webhooks::update(tx, &moved).await? { Ok(()) } else { Err(SignalsError::Changed) }
    }

    async fn replay_one(&self, tx: &mut Tx, webhook: &Webhook, revision: Revision) -> Result<(), SignalsError> {
        let entries = rows::by_revisions(tx, webhook.organisation, vec![revision]).await?;
        let Some(entry) = entries.first() else {
            let newest = read::newest(tx, webhook.organisation).await?;
            return Err(SignalsError::Ahead { after: revision, newest });
        };
        let found = plan::of_entry(&self.env, webhook, entry, Origin::Replay);
        if found.is_empty() {
            return Err(SignalsError::NotNow("the webhook has not chosen this event"));
        }
        rows::deliveries::insert(tx, found).await?;
        tx.announce();
        Ok(())
    }

    async fn note_replay(
        &self,
        tx: &mut Tx,
        may: &May<ManageWebhook>,
        webhook: &Webhook,
        after: serde_json::Value,
    ) -> Result<(), SignalsError> {
        let entry = Entry::act("signals.webhook_replayed").object(object(webhook)).after(&after);
        append(tx, &self.env, may.actor(), vec![entry]).await?;
        Ok(())
    }

    /// Sends a test now, also when the webhook is switched off, and says what came back. It is sent once.
    pub async fn test_webhook(&self, may: &May<ManageWebhook>) -> Result<DeliveryDetail, SignalsError> {
        let (actor, now) = (may.actor(), self.env.now());
        let mut tx = self.store.read().await?;
        let webhook = self.find(&mut tx, actor.organisation, may.webhook).await?;
        let secrets = rows::webhooks::secrets(&mut tx, &self.sealer, webhook.id, now).await?.unwrap_or_default();
        drop(tx);
        let (kind, id, name) = actor_parts(actor);
        let by = MessageActor { kind: kind.to_owned(), id, name };
        let about = (webhook.id, webhook.name.as_str());
        let message = Message::test(webhook.organisation, about, by, actor.request_id.0, now);
        let id: DeliveryId = self.env.new_id();
        let reply = self.post_message(&webhook.url, &secrets, &test_id(id), &message, now).await;
        let attempt = Attempt {
            delivery: id,
            at: now,
            duration: i64::try_from(reply.duration.as_micros()).unwrap_or(i64::MAX),
            status: reply.status,
            error: reply.error,
            response: reply.response,
        };
        let delivery = self.tested(&webhook, &attempt);
        let mut tx = self.store.begin().await?;
        rows::deliveries::insert(&mut tx, vec![delivery.clone()]).await?;
        rows::deliveries::note(&mut tx, &self.env, vec![attempt.clone()]).await?;
        tx.commit().await?;
        Ok(DeliveryDetail { delivery: delivery.into(), history: vec![attempt.into()], message: Some(message) })
    }

    fn tested(&self, webhook: &Webhook, attempt: &Attempt) -> Delivery {
        let arrived = attempt.error.is_none();
        Delivery {
            id: attempt.delivery,
            organisation: webhook.organisation,
            webhook: webhook.id,
            origin: Origin::Test,
            revision: 0,
            part: 0,
            event: events::TEST.to_owned(),
            object: None,
            object_name: None,
            state: if arrived { DeliveryState::Delivered } else { DeliveryState::Dead },
            attempts: 1,
            next_at: None,
            last: Some(attempt.last()),
            created_at: attempt.at,
            finished_at: Some(self.env.now()),
        }
    }
}

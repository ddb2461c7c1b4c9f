//! Noting a turn: how each call went, how the webhook does, how far the log was sent. One unit of work.

use std::time::Duration;

use kernel::{Actor, OrganisationId, Timestamp};

use super::Webhooks;
use super::decide::{self, Verdict};
use super::deliver::Sent;
use super::model::{Attempt, Delivery, DeliveryState, DisabledBy, Health, Webhook, WebhookState};
use super::plan::Planned;
use super::post::Reply;
use crate::{Entry, Object, Revision, SignalsError, append, store as rows};

/// What a turn comes to.
struct Settled {
    fresh: Vec<Delivery>,
    again: Vec<Delivery>,
    attempts: Vec<Attempt>,
    health: Health,
    disable: Option<DisabledBy>,
}

impl Webhooks {
    /// Notes what became of a turn. When an operator changed the webhook meanwhile, only what was sent is noted.
    pub(super) async fn settle(
        &self,
        webhook: &Webhook,
        sent: Vec<Sent>,
        cursor: Revision,
        wait_until: Option<Timestamp>,
    ) -> Result<(), SignalsError> {
        let mut settled = self.settled(webhook, sent);
        if settled.health.retry_at.is_none() {
            settled.health.retry_at = wait_until;
        }
        let mut tx = self.store.begin().await?;
        let held = match settled.disable {
            Some(by) => {
                let mut off = webhook.clone();
                off.cursor = cursor;
                off.health = settled.health.clone();
                self.switch_off(&mut off, by);
                rows::webhooks::update(&mut tx, &off).await?
            }
            None => rows::webhooks::advance(&mut tx, webhook, cursor, &settled.health).await?,
        };
        if !held {
            // What is new in the log will come again from where the operator put the webhook.
            settled.fresh.retain(|one| one.state == DeliveryState::Delivered);
            let kept = settled.fresh.iter().chain(&settled.again).map(|one| one.id);
            let kept: Vec<_> = kept.collect();
            settled.attempts.retain(|attempt| kept.contains(&attempt.delivery));
        }
        self.write(&mut tx, webhook, &mut settled).await?;
        if let Some(by) = settled.disable.filter(|_| held) {
            self.note_switched_off(&mut tx, webhook, by, &settled.health).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn write(&self, tx: &mut store::Tx, webhook: &Webhook, settled: &mut Settled) -> Result<(), SignalsError> {
        let waits = |one: &&Delivery| one.state == DeliveryState::Waiting && one.attempts > 0;
        let behind: Vec<_> = settled
            .fresh
            .iter()
            .chain(&settled.again)
            .filter(waits)
            .filter_map(|one| Some((one.object?, one.next_at?)))
            .collect();
        for one in &settled.again {
            rows::deliveries::settle(tx, one).await?;
        }
        rows::deliveries::insert(tx, std::mem::take(&mut settled.fresh)).await?;
        rows::deliveries::note(tx, &self.env, std::mem::take(&mut settled.attempts)).await?;
        for (object, until) in behind {
            rows::deliveries::hold_back(tx, webhook.id, object, until).await?;
        }
        Ok(())
    }

    fn settled(&self, webhook: &Webhook, mut sent: Vec<Sent>) -> Settled {
        // What was not sent is last: it waits as long as the webhook is left alone.
        sent.sort_by_key(|one| one.outcome.as_ref().map_or(Timestamp::from_micros(i64::MAX), |(at, _)| *at));
        let mut settled = Settled {
            fresh: Vec::new(),
            again: Vec::new(),
            attempts: Vec::new(),
            health: Health { retry_at: None, ..webhook.health.clone() },
            disable: None,
        };
        for Sent { planned, outcome } in sent {
            let Planned { mut delivery, is_new, held } = planned;
            match outcome {
                Some((at, reply)) => settled.fared(self, &mut delivery, at, reply),
                None if !held => delivery.next_at = settled.health.retry_at.or(delivery.next_at),
                None => {}
            }
            if is_new { settled.fresh.push(delivery) } else { settled.again.push(delivery) }
        }
        let too_long = |since: Timestamp| self.env.now().since(since) >= self.config.disable_after();
        if settled.disable.is_none() && settled.health.failing_since.is_some_and(too_long) {
            settled.disable = Some(DisabledBy::Failing);
        }
        settled
    }

    pub(super) fn switch_off(&self, webhook: &mut Webhook, by: DisabledBy) {
        let now = self.env.now();
        webhook.state = WebhookState::Disabled;
        webhook.disabled_by = Some(by);
        webhook.disabled_at = Some(now);
        webhook.health.retry_at = None;
        webhook.changed_at = now;
    }

    async fn note_switched_off(
        &self,
        tx: &mut store::Tx,
        webhook: &Webhook,
        by: DisabledBy,
        health: &Health,
    ) -> Result<(), SignalsError> {
        let entry = Entry::act("signals.webhook_disabled")
            .object(Object::new("webhook", webhook.id, &webhook.name))
            .reason(match by {
                DisabledBy::Gone => "the receiver answered 410 Gone",
                _ => "nothing had arrived for too long",
            })
            .after(&serde_json::json!({
                "state": "disabled", "disabled_by": by, "failing_since": health.failing_since,
                "last_error": health.last_error,
            }));
        self.tell_later(tx, webhook).await?;
        append(tx, &self.env, &self.actor(webhook.organisation), vec![entry]).await?;
        Ok(())
    }

    pub(super) fn actor(&self, organisation: OrganisationId) -> Actor {
        Actor::system("webhooks", organisation, self.env.new_id())
    }

    fn jitter(&self, wait: Duration) -> Duration {
        let most = u64::try_from(wait.as_millis() / 10).unwrap_or(0).max(1);
        wait + Duration::from_millis(self.env.rng.below(most))
    }
}

impl Settled {
    /// How one call went.
    fn fared(&mut self, webhooks: &Webhooks, delivery: &mut Delivery, at: Timestamp, reply: Reply) {
        delivery.attempts += 1;
        let asked = decide::asked(reply.status, reply.retry_after);
        let verdict = decide::verdict(delivery.attempts, reply.status, reply.retry_after);
        let now = webhooks.env.now();
        let attempt = Attempt {
            delivery: delivery.id,
            at,
            duration: i64::try_from(reply.duration.as_micros()).unwrap_or(i64::MAX),
            status: reply.status,
            error: reply.error,
            response: reply.response,
        };
        delivery.last = Some(attempt.last());
        (delivery.state, delivery.next_at, delivery.finished_at) = match verdict {
            Verdict::Delivered => (DeliveryState::Delivered, None, Some(now)),
            Verdict::Dead => (DeliveryState::Dead, None, Some(now)),
            // Sent again if somebody switches the webhook on again.
            Verdict::Gone => (DeliveryState::Waiting, Some(now), None),
            Verdict::Again(wait) => (DeliveryState::Waiting, Some(now.plus(webhooks.jitter(wait))), None),
        };
        if verdict == Verdict::Delivered {
            self.health = Health {
                last_success_at: Some(now),
                last_failure_at: self.health.last_failure_at,
                ..Health::default()
            };
        } else {
            let health = &mut self.health;
            health.failures = health.failures.saturating_add(1);
            health.failing_since = health.failing_since.or(Some(now));
            health.last_failure_at = Some(now);
            health.last_error.clone_from(&attempt.error);
            let pause = decide::pause(health.failures).map(|wait| webhooks.jitter(wait)).max(asked);
            health.retry_at = pause.map(|wait| now.plus(wait)).max(health.retry_at);
        }
        if verdict == Verdict::Gone {
            self.disable = Some(DisabledBy::Gone);
        }
        self.attempts.push(attempt);
    }
}

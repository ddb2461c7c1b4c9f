//! What runs without a caller: finding webhooks with something to send, serving them, clearing away what is old.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kernel::OrganisationId;
use serde::{Deserialize, Serialize};
use store::queue::{Job, NewJob};
use store::worker::{Handler, JobError, Outcome};
use store::{StoreError, queue};
use tokio::sync::watch;
use tokio::time::timeout;

use super::model::WebhookId;
use super::tell::TellHandler;
use super::{Webhooks, rows};

/// The kind of the job that serves a webhook.
pub const DELIVER: &str = "signals.deliver";
/// How often to look for something to send without being called.
const POLL: Duration = Duration::from_secs(2);
/// Commits within this time become one look.
const PAUSE: Duration = Duration::from_millis(200);
/// How many deliveries are cleared away in one unit of work.
const PRUNED_AT_ONCE: usize = 2_000;

#[derive(Serialize, Deserialize)]
pub(super) struct Payload {
    pub webhook: WebhookId,
}

impl Webhooks {
    /// The handlers of this room's jobs. They wait for others' machines: give them lanes of their own.
    pub fn handlers(&self) -> Vec<Arc<dyn Handler>> {
        vec![Arc::new(DeliverHandler(self.clone())), Arc::new(TellHandler(self.clone()))]
    }

    /// Queues a job for every webhook with something to send; returns how many there are. At most one job per webhook
    /// waits or runs.
    pub async fn schedule(&self) -> Result<usize, StoreError> {
        let found = rows::webhooks::with_work(&mut self.store.read().await?, self.env.now()).await?;
        if found.is_empty() {
            return Ok(0);
        }
        let mut tx = self.store.begin().await?;
        for (organisation, webhook) in &found {
            queue::enqueue(&mut tx, &self.env, job(*organisation, *webhook, self.env.now())).await?;
        }
        tx.commit().await?;
        Ok(found.len())
    }

    /// Looks for something to send whenever something was committed, until `stop` turns true.
    pub async fn follow_all(&self, mut stop: watch::Receiver<bool>) {
        let mut changes = self.store.changes();
        while !*stop.borrow() {
            changes.borrow_and_update();
            if let Err(error) = self.schedule().await {
                tracing::warn!(error = &error as &dyn std::error::Error, "webhooks cannot be looked at for now");
            }
            tokio::select! {
                _ = timeout(POLL, changes.changed()) => {}
                _ = stop.changed() => return,
            }
            if timeout(PAUSE, stop.changed()).await.is_ok() {
                return;
            }
        }
    }

    /// Clears away what was kept long enough.
    pub async fn prune(&self) -> Result<(), StoreError> {
        let now = self.env.now();
        let mut tx = self.store.begin().await?;
        rows::webhooks::forget_former_secrets(&mut tx, now).await?;
        tx.commit().await?;
        let (delivered, dead) = (now.minus(self.config.keep()), now.minus(self.config.keep_dead()));
        loop {
            let mut tx = self.store.begin().await?;
            let gone = rows::deliveries::prune(&mut tx, delivered, dead, PRUNED_AT_ONCE).await?;
            tx.commit().await?;
            if gone < PRUNED_AT_ONCE {
                return Ok(());
            }
        }
    }
}

fn job(organisation: OrganisationId, webhook: WebhookId, run_at: kernel::Timestamp) -> NewJob {
    NewJob {
        organisation,
        kind: DELIVER,
        unique_key: Some(webhook.to_string()),
        payload: serde_json::json!({ "webhook": webhook }),
        run_at,
        max_attempts: 20,
    }
}

/// Serves a webhook.
struct DeliverHandler(Webhooks);

#[async_trait]
impl Handler for DeliverHandler {
    fn kind(&self) -> &'static str {
        DELIVER
    }

    async fn handle(&self, job: &Job, stop: watch::Receiver<bool>) -> Result<Outcome, JobError> {
        let payload: Payload = job.read()?;
        let served = self.0.deliver(job.organisation, payload.webhook, &stop).await;
        served.map(|()| Outcome::Done).map_err(|error| JobError::from_error(&error))
    }
}

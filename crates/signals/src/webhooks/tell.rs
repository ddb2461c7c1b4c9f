//! Telling people that a webhook was switched off: a job that writes a letter, tried again until the mail server takes it.

use async_trait::async_trait;
use mail::Letter;
use store::queue::{Job, NewJob};
use store::worker::{Handler, JobError, Outcome};
use store::{StoreError, Tx, queue};
use tokio::sync::watch;

use super::jobs::Payload;
use super::model::{DisabledBy, Webhook};
use super::{Webhooks, rows};

/// The kind of the job that writes the letter.
pub const TELL: &str = "signals.tell_webhook_disabled";
/// How often it is tried; with the queue's back-off that is more than a day.
const ATTEMPTS: u32 = 30;

impl Webhooks {
    /// Queues the letter, in the unit of work that switches the webhook off.
    pub(super) async fn tell_later(&self, tx: &mut Tx, webhook: &Webhook) -> Result<(), StoreError> {
        if self.mailer.is_none() || webhook.tell.is_empty() {
            return Ok(());
        }
        let job = NewJob {
            organisation: webhook.organisation,
            kind: TELL,
            unique_key: Some(webhook.id.to_string()),
            payload: serde_json::json!({ "webhook": webhook.id }),
            run_at: self.env.now(),
            max_attempts: ATTEMPTS,
        };
        queue::enqueue(tx, &self.env, job).await?;
        Ok(())
    }

    async fn tell(&self, job: &Job) -> Result<(), JobError> {
        let payload: Payload = job.read()?;
        let found = async {
            let mut tx = self.store.read().await?;
            rows::webhooks::find(&mut tx, job.organisation, payload.webhook).await
        };
        let found = found.await.map_err(|error| JobError::from_error(&error))?;
        let (Some(webhook), Some(mailer)) = (found, &self.mailer) else { return Ok(()) };
        // Somebody has seen it already.
        let Some(by) = webhook.disabled_by.filter(|by| *by != DisabledBy::Operator) else { return Ok(()) };
        if webhook.tell.is_empty() {
            return Ok(());
        }
        mailer.send(&letter(&webhook, by, &self.url)).await.map_err(|error| JobError::from_error(&error))
    }
}

fn letter(webhook: &Webhook, by: DisabledBy, url: &str) -> Letter {
    let why = match by {
        DisabledBy::Gone => "The receiver answered 410 Gone: it wants no more events.".to_owned(),
        _ => webhook.health.failing_since.map_or_else(
            || "Nothing has arrived for too long.".to_owned(),
            |since| format!("Every call since {since} has failed."),
        ),
    };
    let last =
        webhook.health.last_error.as_deref().map(|error| format!("The last one: {error}.\n")).unwrap_or_default();
    let text = format!(
        "The webhook {} was switched off.\n{why}\n{last}\nNo event is lost: switched on again, it goes on where it stood.\n\
         \nLook at it:\n{url}/signals/webhooks/{}\n",
        webhook.name, webhook.id
    );
    Letter {
        to: webhook.tell.clone(),
        subject: format!("Vestibule: the webhook {} was switched off", webhook.name),
        text,
    }
}

/// Writes the letter.
pub(super) struct TellHandler(pub(super) Webhooks);

#[async_trait]
impl Handler for TellHandler {
    fn kind(&self) -> &'static str {
        TELL
    }

    async fn handle(&self, job: &Job, _: watch::Receiver<bool>) -> Result<Outcome, JobError> {
        self.0.tell(job).await.map(|()| Outcome::Done)
    }
}

//! Telling a browser: a job for each, queued in the unit of work in which a person is asked, over when the question is.
//!
//! | the push service says | follows |
//! |---|---|
//! | 2xx | told |
//! | 404, 410 | the browser is told no more: it is not known there (RFC 8030 §7.3) |
//! | 429, 5xx, nothing | again after `Retry-After` and a wait that grows, as long as the question waits |
//! | anything else | given up; the page tells as long as it is open |
//!
//! Deliberately keeps nothing of an answer but its status: a hostile service shall write nowhere.

use std::time::Duration;

use async_trait::async_trait;
use kernel::{Actor, Timestamp};
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use serde::{Deserialize, Serialize};
use serde_json::json;
use signals::Entry;
use signals::webhooks::post::retry_after;
use store::queue::{Job, NewJob};
use store::worker::{Handler, JobError, Outcome};
use store::{Tx, queue};
use tokio::sync::watch;
use url::Url;

use super::encrypt::{Reader, encrypted};
use super::{StoredSubscription, Subscription, endpoint, words};
use crate::error::MfaError;
use crate::events::object;
use crate::model::{Account, DeviceId, Provider, PushId};
use crate::outlet::Outlet;
use crate::push::{Push, PushDevice, PushState};
use crate::service::Mfa;
use crate::store::{accounts, pushes, subscriptions as rows};

/// The kind of the job.
pub const SEND: &str = "mfa.send_web_push";
/// How often it may fail for reasons of our own; what the push service says is none of them.
const ATTEMPTS: u32 = 5;
/// How long a push service may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The shortest wait before another try.
const LEAST_WAIT: Duration = Duration::from_secs(5);
/// What is not delivered yet gives way to what comes later about the same (RFC 8030 §5.4).
const TOPIC: &str = "sign-in";

#[derive(Serialize, Deserialize)]
struct Payload {
    push: PushId,
    device: DeviceId,
}

/// Tells browsers.
pub(crate) struct SendWebPushHandler(pub(crate) Mfa);

#[async_trait]
impl Handler for SendWebPushHandler {
    fn kind(&self) -> &'static str {
        SEND
    }

    async fn handle(&self, job: &Job, _: watch::Receiver<bool>) -> Result<Outcome, JobError> {
        let payload: Payload = job.read()?;
        self.0.tell_browser(&payload).await.map_err(|error| JobError::from_error(&error))
    }
}

/// A browser that is to be told of something.
struct Due {
    push: Push,
    account: Account,
    device: PushDevice,
    stored: StoredSubscription,
}

/// What a push service made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reply {
    Told,
    Gone,
    Later(Option<Duration>),
    Refused(u16),
}

impl Reply {
    fn of(status: u16, retry_after: Option<Duration>) -> Self {
        match status {
            200..=299 => Self::Told,
            404 | 410 => Self::Gone,
            429 | 500..=599 => Self::Later(retry_after),
            other => Self::Refused(other),
        }
    }
}

/// When it is tried again: after as long as the question has waited, and no sooner than was asked; not where it is over then.
fn again_at(asked: Timestamp, until: Timestamp, now: Timestamp, wanted: Option<Duration>) -> Option<Timestamp> {
    let at = now.plus(now.since(asked).max(LEAST_WAIT).max(wanted.unwrap_or_default()));
    (at < until).then_some(at)
}

impl Mfa {
    /// Queues what tells the browsers of a person that they are asked; only those in which they want to be told.
    pub(in crate::push) async fn tell_browsers(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        push: &Push,
    ) -> Result<(), MfaError> {
        if self.outlet.is_none() || !provider.settings.web_push {
            return Ok(());
        }
        for device in pushes::devices(tx, push.account).await? {
            if device.web_push_since.is_none() {
                continue;
            }
            let job = NewJob {
                organisation: push.organisation,
                kind: SEND,
                unique_key: None,
                payload: serde_json::to_value(Payload { push: push.id, device: device.id }).unwrap_or_default(),
                run_at: self.env().now(),
                max_attempts: ATTEMPTS,
            };
            queue::enqueue(tx, self.env(), job).await?;
        }
        Ok(())
    }

    async fn tell_browser(&self, payload: &Payload) -> Result<Outcome, MfaError> {
        let (Some(due), Some(outlet)) = (self.due(payload).await?, &self.outlet) else { return Ok(Outcome::Done) };
        let Some((url, message)) = self.message(outlet, &due)? else { return Ok(Outcome::Done) };
        let reply = self.post(outlet, &due, url, message).await?;
        let service = due.stored.service.as_str();
        match reply {
            Reply::Told => {}
            Reply::Gone => self.drop_subscription(&due).await?,
            Reply::Later(wanted) => {
                let Push { created_at, expires_at, .. } = due.push;
                if let Some(at) = again_at(created_at, expires_at, self.env().now(), wanted) {
                    return Ok(Outcome::Again(at));
                }
                tracing::info!(mfa.service = service, "a push service did not take a message while it was of use");
            }
            Reply::Refused(status) => {
                tracing::warn!(mfa.service = service, mfa.status = status, "a push service refuses a message");
            }
        }
        Ok(Outcome::Done)
    }

    /// What is still to be told, where it is.
    async fn due(&self, payload: &Payload) -> Result<Option<Due>, MfaError> {
        let mut tx = self.store().read().await?;
        let push = pushes::find(&mut tx, payload.push).await?;
        let waits = |push: &Push| push.state == PushState::Waiting && push.expires_at > self.env().now();
        let Some(push) = push.filter(waits) else { return Ok(None) };
        let device = pushes::device(&mut tx, payload.device).await?.filter(|device| device.account == push.account);
        let account = accounts::get(&mut tx, push.organisation, push.account).await?;
        let stored = rows::find(&mut tx, payload.device).await?;
        let provider = self.provider(&mut tx, push.provider).await?;
        let (Some(device), Some(account), Some(stored)) = (device, account, stored) else { return Ok(None) };
        Ok(provider.settings.web_push.then_some(Due { push, account, device, stored }))
    }

    /// Where it goes, and what; nothing where it may go there no longer, as the rules may have changed since it was written.
    fn message(&self, outlet: &Outlet, due: &Due) -> Result<Option<(Url, Vec<u8>)>, MfaError> {
        let opened = self.sealer().open(rows::place(due.device.id), &due.stored.subscription)?;
        let Ok(subscription) = serde_json::from_slice::<Subscription>(opened.expose()) else { return Ok(None) };
        let Some(reader) = Reader::of(&subscription) else { return Ok(None) };
        match endpoint::check(subscription.endpoint.expose(), &outlet.guard, &self.config().push_hosts) {
            Ok(url) => {
                let text = words::told(due.stored.language);
                let message = encrypted(&self.env().rng, &reader, text.as_bytes());
                Ok(Some((url, message.expect("invariant: so short a text can be encrypted"))))
            }
            Err(why) => {
                tracing::warn!(why, "a browser is not told: its push service is not taken any more");
                Ok(None)
            }
        }
    }

    async fn post(&self, outlet: &Outlet, due: &Due, url: Url, message: Vec<u8>) -> Result<Reply, MfaError> {
        let now = self.env().now();
        let authorization = self.vapid_key().await?.authorization(&url, &self.parts.url, now);
        let call = outlet
            .http
            .post(url)
            .timeout(PATIENCE)
            .header(AUTHORIZATION, authorization)
            .header(CONTENT_TYPE, "application/octet-stream")
            .header(CONTENT_ENCODING, "aes128gcm")
            .header("ttl", due.push.expires_at.since(now).as_secs())
            .header("urgency", "high")
            .header("topic", TOPIC)
            .body(message);
        Ok(match call.send().await {
            Ok(answer) => Reply::of(answer.status().as_u16(), retry_after(answer.headers())),
            Err(error) => {
                // With it, the text would name the address, which is a secret.
                let error = error.without_url();
                tracing::info!(error = &error as &dyn std::error::Error, "a push service cannot be reached");
                Reply::Later(None)
            }
        })
    }

    /// The push service knows the browser no more.
    async fn drop_subscription(&self, due: &Due) -> Result<(), MfaError> {
        let mut tx = self.store().begin().await?;
        // Another subscription may have taken its place in the meantime.
        if rows::delete_same(&mut tx, due.device.id, &due.stored.subscription).await? {
            let after = json!({ "browser": due.device.name, "service": due.stored.service });
            let entry = Entry::act("mfa.web_push_removed").object(object(&due.account)).after(&after);
            let actor = Actor::system("web push", due.account.organisation, self.env().new_id());
            self.tell(&mut tx, &actor, entry.reason("the push service knows this browser no more")).await?;
        }
        Ok(tx.commit().await?)
    }
}

#[cfg(test)]
mod tests {
    use testkit::START;

    use super::*;

    #[test]
    fn what_a_push_service_says_has_one_meaning() {
        let soon = Some(Duration::from_secs(7));
        for (status, reply) in [
            (200, Reply::Told),
            (201, Reply::Told),
            (202, Reply::Told),
            (301, Reply::Refused(301)),
            (400, Reply::Refused(400)),
            (403, Reply::Refused(403)),
            (404, Reply::Gone),
            (410, Reply::Gone),
            (413, Reply::Refused(413)),
            (429, Reply::Later(soon)),
            (500, Reply::Later(soon)),
            (503, Reply::Later(soon)),
        ] {
            assert_eq!(Reply::of(status, soon), reply, "{status}");
        }
    }

    #[test]
    fn tries_grow_apart_and_end_with_the_question() {
        let until = START.plus(Duration::from_secs(270));
        let (mut now, mut tries) = (START, Vec::new());
        while let Some(at) = again_at(START, until, now, None) {
            tries.push(at.since(START).as_secs());
            now = at;
        }
        assert_eq!(tries, [5, 10, 20, 40, 80, 160]);
        let (minute, hour) = (Some(Duration::from_mins(1)), Some(Duration::from_hours(1)));
        assert_eq!(again_at(START, until, START, minute), Some(START.plus(Duration::from_mins(1))));
        assert_eq!(again_at(START, until, START, hour), None, "it is of no use any more");
    }
}

//! A browser is to be told while its page is closed, or no longer. Whoever asks for it has that browser's page open.

use kernel::Secret;
use serde_json::json;
use signals::Entry;
use store::Tx;

use super::encrypt::Reader;
use super::{Language, StoredSubscription, Subscribed, Subscription, WebPush, endpoint};
use crate::error::MfaError;
use crate::model::{DeviceId, Origin};
use crate::push::{Approver, PushDevice};
use crate::service::Mfa;
use crate::store::subscriptions as rows;

impl Mfa {
    /// How it stands in a browser whose page is open; none where nobody is told.
    pub async fn web_push_of(&self, approver: &Approver) -> Result<Option<WebPush>, MfaError> {
        let provider = self.provider(&mut self.store().read().await?, approver.account.provider).await?;
        if self.outlet.is_none() || !provider.settings.web_push {
            return Ok(None);
        }
        let on = approver.device.web_push_since.is_some();
        Ok(Some(WebPush { key: self.vapid_key().await?.public(), on }))
    }

    /// Has a browser told of sign-ins while its page is closed, by the push service that it names. Whoever asks again has what
    /// they sent take the place of what was.
    pub async fn tell_when_closed(
        &self,
        cookie: &Secret<String>,
        subscription: &Subscription,
        language: Language,
        origin: &Origin,
    ) -> Result<Subscribed, MfaError> {
        let mut tx = self.store().begin().await?;
        let Approver { device, account } = self.approver_in(&mut tx, cookie).await?;
        let account = self.turn_of(&mut tx, account.id).await?;
        let provider = self.provider(&mut tx, account.provider).await?;
        let outlet = self.outlet.as_ref().filter(|_| provider.settings.web_push);
        let outlet = outlet.ok_or_else(|| MfaError::Conflict("web push is switched off".to_owned()))?;
        let url = match endpoint::check(subscription.endpoint.expose(), &outlet.guard, &self.config().push_hosts) {
            Ok(url) => url,
            Err(why) => {
                tracing::info!(why, "a browser's push service is not taken");
                return Ok(Subscribed::NotTaken { why });
            }
        };
        if Reader::of(subscription).is_none() {
            return Err(MfaError::Invalid("the keys of the browser's subscription cannot be read".to_owned()));
        }
        let known = rows::find(&mut tx, device.id).await?;
        let service = url.host_str().unwrap_or_default().to_owned();
        let is_news = known.as_ref().is_none_or(|known| known.service != service);
        let stored = StoredSubscription {
            subscription: self.sealer().seal(rows::place(device.id), &written(subscription)),
            service,
            language,
            created_at: known.map_or_else(|| self.env().now(), |known| known.created_at),
        };
        rows::put(&mut tx, &device, &stored).await?;
        if is_news {
            let after = json!({ "browser": device.name, "service": stored.service });
            self.tell_of_person(&mut tx, &account, origin, Entry::act("mfa.web_push_added").after(&after)).await?;
        }
        tx.commit().await?;
        Ok(Subscribed::Yes)
    }

    /// Has a browser told no longer while its page is closed.
    pub async fn tell_no_longer(&self, cookie: &Secret<String>, origin: &Origin) -> Result<(), MfaError> {
        let mut tx = self.store().begin().await?;
        let Approver { device, account } = self.approver_in(&mut tx, cookie).await?;
        let account = self.turn_of(&mut tx, account.id).await?;
        if let Some(known) = rows::find(&mut tx, device.id).await? {
            rows::delete(&mut tx, device.id).await?;
            let entry =
                Entry::act("mfa.web_push_removed").after(&json!({ "browser": device.name, "service": known.service }));
            self.tell_of_person(&mut tx, &account, origin, entry).await?;
        }
        Ok(tx.commit().await?)
    }

    /// A browser that is asked anew, under another id, is told as before.
    pub(in crate::push) async fn keep_told(
        &self,
        tx: &mut Tx,
        told: Option<(DeviceId, StoredSubscription)>,
        device: &PushDevice,
    ) -> Result<(), MfaError> {
        let Some((former, stored)) = told else { return Ok(()) };
        let opened = self.sealer().open(rows::place(former), &stored.subscription)?;
        let subscription = self.sealer().seal(rows::place(device.id), opened.expose());
        Ok(rows::put(tx, device, &StoredSubscription { subscription, ..stored }).await?)
    }
}

fn written(subscription: &Subscription) -> Vec<u8> {
    let Subscription { endpoint, p256dh, auth } = subscription;
    json!({ "endpoint": endpoint.expose(), "p256dh": p256dh.expose(), "auth": auth.expose() }).to_string().into_bytes()
}

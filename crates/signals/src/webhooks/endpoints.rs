//! Making, changing and removing webhooks, and their secrets.

use std::time::Duration;

use kernel::{May, OrganisationId, Timestamp};
use store::Tx;

use super::model::{DisabledBy, Health, Webhook, WebhookId, WebhookState};
use super::views::{Counts, Issued, NewWebhook, WebhookUpdate, WebhookView};
use super::{Webhooks, events, rows, sign};
use crate::permissions::{CreateWebhook, ManageWebhook, ReadWebhooks};
use crate::{Entry, Object, SignalsError, append, read};

/// The most webhooks of an organisation.
pub const MOST_WEBHOOKS: usize = 50;
/// The longest time that a former secret goes on signing.
const LONGEST_OVERLAP_HOURS: u32 = 168;
/// The usual time.
const USUAL_OVERLAP_HOURS: u32 = 24;
const MOST_IN_FLIGHT: u32 = 16;
const MOST_TOLD: usize = 10;

impl Webhooks {
    /// Every webhook of the organisation, the oldest first.
    pub async fn list_webhooks(&self, may: &May<ReadWebhooks>) -> Result<Vec<WebhookView>, SignalsError> {
        let organisation = may.actor().organisation;
        let mut tx = self.store.read().await?;
        let found = rows::webhooks::list(&mut tx, organisation).await?;
        let counts = rows::deliveries::open_counts(&mut tx, organisation).await?;
        let newest = read::newest(&mut tx, organisation).await?;
        let now = self.env.now();
        Ok(found.into_iter().map(|webhook| WebhookView::of(webhook, &counts, newest, now)).collect())
    }

    /// One webhook.
    pub async fn get_webhook(&self, may: &May<ReadWebhooks>, id: WebhookId) -> Result<WebhookView, SignalsError> {
        let mut tx = self.store.read().await?;
        self.view(&mut tx, may.actor().organisation, id).await
    }

    /// Makes a webhook and its secret, which is shown this once.
    pub async fn create_webhook(&self, may: &May<CreateWebhook>, new: NewWebhook) -> Result<Issued, SignalsError> {
        let organisation = may.actor().organisation;
        let secret = sign::generate(&self.env.rng);
        let mut tx = self.store.begin().await?;
        if rows::webhooks::list(&mut tx, organisation).await?.len() >= MOST_WEBHOOKS {
            return Err(SignalsError::TooManyWebhooks(MOST_WEBHOOKS));
        }
        let newest = read::newest(&mut tx, organisation).await?;
        let mut webhook = self.made(may, new, newest)?;
        if let Some(ahead) = Some(webhook.cursor).filter(|after| *after > newest) {
            return Err(SignalsError::Ahead { after: ahead, newest });
        }
        let entry = Entry::act("signals.webhook_created").after(&shown(&webhook));
        let sealed = rows::webhooks::sealed(&self.sealer, webhook.id, "secret", &secret);
        let own = append(&mut tx, &self.env, may.actor(), vec![entry.object(object(&webhook))]).await?;
        if webhook.cursor == newest {
            // Its own making is no news to it.
            webhook.cursor = own;
        }
        rows::webhooks::insert(&mut tx, &webhook, sealed).await?;
        let view = WebhookView::of(webhook, &Counts::new(), own, self.env.now());
        tx.commit().await?;
        Ok(Issued { webhook: view, secret: sign::written(&secret) })
    }

    fn made(&self, may: &May<CreateWebhook>, new: NewWebhook, newest: i64) -> Result<Webhook, SignalsError> {
        let now = self.env.now();
        let state = if new.enabled == Some(false) { WebhookState::Disabled } else { WebhookState::Enabled };
        Ok(Webhook {
            id: self.env.new_id(),
            organisation: may.actor().organisation,
            name: name(&new.name)?,
            description: description(new.description)?,
            url: self.url(&new.url)?,
            events: chosen(&new.events)?,
            in_flight: in_flight(new.in_flight.unwrap_or(1))?,
            tell: tell(new.tell)?,
            state,
            disabled_by: (state == WebhookState::Disabled).then_some(DisabledBy::Operator),
            disabled_at: (state == WebhookState::Disabled).then_some(now),
            former_until: None,
            rotated_at: now,
            cursor: new.after.unwrap_or(newest).max(0),
            version: 1,
            health: Health::default(),
            created_by: may.actor().label(),
            created_at: now,
            changed_at: now,
        })
    }

    /// Changes a webhook; what is absent stays. What waits is sent again at once: the change may have mended it.
    pub async fn update_webhook(
        &self,
        may: &May<ManageWebhook>,
        update: WebhookUpdate,
    ) -> Result<WebhookView, SignalsError> {
        let organisation = may.actor().organisation;
        let mut tx = self.store.begin().await?;
        let before = self.find(&mut tx, organisation, may.webhook).await?;
        if update.version.is_some_and(|version| version != before.version) {
            return Err(SignalsError::Changed);
        }
        let after = self.changed(before.clone(), update)?;
        if !rows::webhooks::update(&mut tx, &after).await? {
            return Err(SignalsError::Changed);
        }
        rows::deliveries::hurry(&mut tx, after.id, self.env.now()).await?;
        let name = match (before.state, after.state) {
            (WebhookState::Enabled, WebhookState::Disabled) => "signals.webhook_disabled",
            (WebhookState::Disabled, WebhookState::Enabled) => "signals.webhook_enabled",
            _ => "signals.webhook_updated",
        };
        let entry = Entry::act(name).object(object(&after)).change_of(Some(&shown(&before)), Some(&shown(&after)));
        append(&mut tx, &self.env, may.actor(), vec![entry]).await?;
        let view = self.view(&mut tx, organisation, after.id).await?;
        tx.commit().await?;
        Ok(view)
    }

    fn changed(&self, mut webhook: Webhook, update: WebhookUpdate) -> Result<Webhook, SignalsError> {
        let now = self.env.now();
        if let Some(text) = update.name {
            webhook.name = name(&text)?;
        }
        if update.description.is_some() {
            webhook.description = description(update.description)?;
        }
        if let Some(url) = update.url {
            webhook.url = self.url(&url)?;
        }
        if let Some(names) = update.events {
            webhook.events = chosen(&names)?;
        }
        if let Some(count) = update.in_flight {
            webhook.in_flight = in_flight(count)?;
        }
        if let Some(addresses) = update.tell {
            webhook.tell = tell(addresses)?;
        }
        match update.enabled {
            Some(true) => {
                webhook.state = WebhookState::Enabled;
                (webhook.disabled_by, webhook.disabled_at) = (None, None);
            }
            Some(false) if webhook.state == WebhookState::Enabled => {
                self.switch_off(&mut webhook, DisabledBy::Operator);
            }
            _ => {}
        }
        webhook.health = webhook.health.mended();
        webhook.changed_at = now;
        Ok(webhook)
    }

    /// Removes a webhook and everything about it but the audit trail.
    pub async fn delete_webhook(&self, may: &May<ManageWebhook>) -> Result<(), SignalsError> {
        let organisation = may.actor().organisation;
        let mut tx = self.store.begin().await?;
        let webhook = self.find(&mut tx, organisation, may.webhook).await?;
        rows::deliveries::delete_of(&mut tx, webhook.id).await?;
        rows::webhooks::delete(&mut tx, organisation, webhook.id).await?;
        let entry = Entry::act("signals.webhook_deleted").object(object(&webhook));
        append(&mut tx, &self.env, may.actor(), vec![entry.change_of(Some(&shown(&webhook)), None::<&()>)]).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Makes a new secret, which is shown this once. The former one signs as well for so many hours, 24 unless said.
    pub async fn rotate_secret(
        &self,
        may: &May<ManageWebhook>,
        overlap_hours: Option<u32>,
    ) -> Result<Issued, SignalsError> {
        let hours = overlap_hours.unwrap_or(USUAL_OVERLAP_HOURS);
        if hours > LONGEST_OVERLAP_HOURS {
            let message = format!("must be from 0 to {LONGEST_OVERLAP_HOURS}");
            return Err(SignalsError::Field { field: "overlap_hours", message });
        }
        let (organisation, now) = (may.actor().organisation, self.env.now());
        let until = (hours > 0).then(|| now.plus(Duration::from_hours(hours.into())));
        let secret = sign::generate(&self.env.rng);
        let mut tx = self.store.begin().await?;
        let webhook = self.find(&mut tx, organisation, may.webhook).await?;
        self.put_secret(&mut tx, webhook.id, &secret, until).await?;
        let entry = Entry::act("signals.webhook_secret_rotated").object(object(&webhook));
        let entry = entry.after(&serde_json::json!({ "former_secret_until": until }));
        append(&mut tx, &self.env, may.actor(), vec![entry]).await?;
        let view = self.view(&mut tx, organisation, webhook.id).await?;
        tx.commit().await?;
        Ok(Issued { webhook: view, secret: sign::written(&secret) })
    }

    async fn put_secret(
        &self,
        tx: &mut Tx,
        id: WebhookId,
        secret: &kernel::Secret<Vec<u8>>,
        until: Option<Timestamp>,
    ) -> Result<(), SignalsError> {
        let now = self.env.now();
        let known = rows::webhooks::secrets(tx, &self.sealer, id, now).await?.unwrap_or_default();
        let seal = |column, secret| rows::webhooks::sealed(&self.sealer, id, column, secret);
        let former = known.first().filter(|_| until.is_some()).map(|former| seal("former_secret", former));
        rows::webhooks::rotate(tx, id, (seal("secret", secret), former), until, now).await?;
        Ok(())
    }

    pub(super) async fn view(
        &self,
        tx: &mut Tx,
        organisation: OrganisationId,
        id: WebhookId,
    ) -> Result<WebhookView, SignalsError> {
        let webhook = self.find(tx, organisation, id).await?;
        let counts = rows::deliveries::open_counts(tx, organisation).await?;
        let newest = read::newest(tx, organisation).await?;
        Ok(WebhookView::of(webhook, &counts, newest, self.env.now()))
    }

    fn url(&self, url: &str) -> Result<String, SignalsError> {
        if url.len() > 2_000 {
            return Err(field("url", "must not be longer than 2000 characters"));
        }
        self.post.check(url).map(String::from).map_err(|message| SignalsError::Field { field: "url", message })
    }
}

/// What the audit trail shows of a webhook.
fn shown(webhook: &Webhook) -> serde_json::Value {
    serde_json::json!({
        "name": webhook.name, "description": webhook.description, "url": webhook.url, "events": webhook.events,
        "in_flight": webhook.in_flight, "tell": webhook.tell, "state": webhook.state,
    })
}

pub(super) fn object(webhook: &Webhook) -> Object {
    Object::new("webhook", webhook.id, &webhook.name)
}

fn field(field: &'static str, message: &str) -> SignalsError {
    SignalsError::Field { field, message: message.to_owned() }
}

fn name(text: &str) -> Result<String, SignalsError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 100 || text.chars().any(char::is_control) {
        return Err(field("name", "must be 1 to 100 characters on one line"));
    }
    Ok(text.to_owned())
}

fn description(text: Option<String>) -> Result<Option<String>, SignalsError> {
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if text.as_ref().is_some_and(|text| text.chars().count() > 500) {
        return Err(field("description", "must not be longer than 500 characters"));
    }
    Ok(text)
}

fn chosen(names: &[String]) -> Result<Vec<String>, SignalsError> {
    events::chosen(names).map_err(|message| SignalsError::Field { field: "events", message })
}

fn in_flight(count: u32) -> Result<u32, SignalsError> {
    if (1..=MOST_IN_FLIGHT).contains(&count) { Ok(count) } else { Err(field("in_flight", "must be from 1 to 16")) }
}

fn tell(addresses: Vec<String>) -> Result<Vec<String>, SignalsError> {
    let mut addresses: Vec<String> = addresses.into_iter().map(|one| one.trim().to_owned()).collect();
    addresses.retain(|one| !one.is_empty());
    if addresses.len() > MOST_TOLD {
        return Err(field("tell", "must not name more than 10 addresses"));
    }
    if let Some(wrong) = addresses.iter().find(|one| !mail::is_address(one)) {
        return Err(SignalsError::Field { field: "tell", message: format!("holds {wrong}, which is no mail address") });
    }
    Ok(addresses)
}

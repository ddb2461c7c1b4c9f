//! What keeps messages few: to one person, to one address, and what a tenant pays in a day. Counted in the database, in one
//! statement each, so that two nodes do not both send the last one.

use std::time::Duration;

use aws_lc_rs::hmac;
use kernel::{Actor, Secret, Timestamp};
use signals::{Entry, Object};
use store::Tx;
use tenants::TenantId;

use super::send::NotSent;
use crate::error::MfaError;
use crate::model::{Account, Provider};
use crate::service::Mfa;
use crate::settings::OutOfBand;
use crate::store::messages as rows;

/// Bytes of what a tenant's addresses are hashed with.
const PEPPER: usize = 32;
/// How long what was sent counts.
pub(crate) const HOUR: Duration = Duration::from_hours(1);
/// Seconds of a day.
const DAY: i64 = 86_400;

/// The day of a moment (UTC).
pub(crate) fn day_of(now: Timestamp) -> i64 {
    now.seconds().div_euclid(DAY)
}

/// What one tenant's addresses are hashed with.
pub(crate) struct Pepper(hmac::Key);

impl Pepper {
    pub(crate) fn hash(&self, what: &str, text: &str) -> Vec<u8> {
        hmac::sign(&self.0, format!("{what} {}", text.to_lowercase()).as_bytes()).as_ref().to_vec()
    }
}

impl Mfa {
    /// What a tenant's addresses are hashed with; made when it is first needed.
    pub(crate) async fn pepper(&self, tx: &mut Tx, provider: TenantId) -> Result<Pepper, MfaError> {
        let place = rows::pepper_place(provider);
        if rows::pepper(tx, provider).await?.is_none() {
            let fresh = Secret::new(self.env().rng.bytes::<PEPPER>());
            rows::insert_pepper(tx, provider, self.sealer().seal(place, fresh.expose())).await?;
        }
        // Another node may have been quicker.
        let sealed = rows::pepper(tx, provider).await?.ok_or(MfaError::NotFound("pepper"))?;
        let secret = self.sealer().open(place, &sealed)?;
        Ok(Pepper(hmac::Key::new(hmac::HMAC_SHA256, secret.expose())))
    }

    /// Counts a message to a person at an address, unless it is one too many.
    pub(super) async fn count_message(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
        to: &str,
    ) -> Result<Result<(), NotSent>, MfaError> {
        let (now, settings) = (self.env().now(), &provider.settings.out_of_band);
        let pepper = self.pepper(tx, provider.tenant).await?;
        let person = pepper.hash("person", &account.id.0.to_string());
        for target in [person, pepper.hash("address", to)] {
            let target = (provider.tenant, target);
            if !rows::count_sent(tx, &target, limits(settings), now).await? {
                let until = rows::sent(tx, &target).await?.map_or(now, |sent| next(settings, sent, now));
                return Ok(Err(NotSent::Wait { until }));
            }
        }
        Ok(Ok(()))
    }

    /// Pays for a message, unless the day's money is spent. Where it is, that is written down once a day, to be committed.
    pub(super) async fn pay(&self, tx: &mut Tx, provider: &Provider, price: u32) -> Result<bool, MfaError> {
        let (now, cap) = (self.env().now(), provider.settings.out_of_band.daily_spend);
        let day = (provider.tenant, day_of(now));
        if price <= cap && rows::spend(tx, day, price.into(), cap.into()).await? {
            return Ok(true);
        }
        if rows::cap(tx, day, now).await? {
            let actor = Actor::system("codes that are sent", provider.organisation, self.env().new_id());
            let told = serde_json::json!({ "daily_spend": cap, "price": price });
            let object = Object::new("tenant", provider.tenant, provider.client_id.as_str());
            self.tell(tx, &actor, Entry::act("mfa.spend_cap_reached").object(object).after(&told)).await?;
        }
        Ok(false)
    }
}

fn limits(settings: &OutOfBand) -> (Duration, i64) {
    (Duration::from_secs(settings.resend_seconds.into()), settings.most_an_hour.into())
}

/// When the next message can be sent, after those that were: how many since when, the last one when.
fn next(settings: &OutOfBand, (since, count, last_at): (Timestamp, i64, Timestamp), now: Timestamp) -> Timestamp {
    let (gap, most) = limits(settings);
    let full = since.plus(HOUR) > now && count >= most;
    if full { since.plus(HOUR).max(last_at.plus(gap)) } else { last_at.plus(gap) }
}

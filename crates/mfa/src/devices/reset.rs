//! A password that was changed in Entra, and sessions that were revoked there, end the browsers that were remembered before
//! (SYM-21). Entra is asked when a browser proves by itself, for that alone, and outside of any unit of work. Where it does not
//! answer in time the browser counts: Entra has taken the person's password a moment ago.

use std::error::Error;
use std::time::Duration;

use graph::{Field, Priority, UserKey};
use kernel::Timestamp;
use moka::sync::Cache;
use signals::Entry;
use store::Tx;
use tokio::time::timeout;

use crate::error::MfaError;
use crate::model::{Account, AccountId, Origin};
use crate::service::Mfa;
use crate::store::devices as rows;

/// How long it is known of somebody.
const HELD_FOR: Duration = Duration::from_mins(1);
/// Of how many people.
const HELD: u64 = 10_000;
/// How long a person waits for Graph.
const PATIENCE: Duration = Duration::from_secs(2);
/// What says it.
const ASKED: [&str; 3] = ["id", "lastPasswordChangeDateTime", "signInSessionsValidFromDateTime"];

/// Since when remembered browsers count, of people who were asked about lately.
pub(crate) type Resets = Cache<AccountId, Option<Timestamp>>;

/// Nothing is known yet.
pub(crate) fn resets() -> Resets {
    Cache::builder().max_capacity(HELD).time_to_live(HELD_FOR).build()
}

impl Mfa {
    /// Since when a person's password, or their sessions in Entra, are the present ones, as far as Entra says so.
    pub(crate) async fn reset_at(&self, account: &Account) -> Option<Timestamp> {
        if let Some(known) = self.resets.get(&account.id) {
            return known;
        }
        let found = match timeout(PATIENCE, self.read_reset(account)).await {
            Ok(Ok(found)) => found,
            Ok(Err(error)) => {
                let error: &dyn Error = &*error;
                tracing::info!(error, "Graph does not say whether a password is new");
                None
            }
            Err(_) => {
                tracing::info!("Graph does not say in time whether a password is new");
                None
            }
        };
        self.resets.insert(account.id, found);
        found
    }

    async fn read_reset(&self, account: &Account) -> Result<Option<Timestamp>, Box<dyn Error + Send + Sync>> {
        let client = self.parts.tenants.client(account.organisation, account.provider).await?;
        let client = client.with_priority(Priority::Action);
        let Some(user) = client.user(&UserKey::Id(account.object_id), &ASKED).await? else { return Ok(None) };
        let moments = [user.last_password_change_date_time, user.sign_in_sessions_valid_from_date_time];
        Ok(moments.into_iter().filter_map(Field::into_value).max())
    }

    /// Forgets the browsers of a person that were remembered before.
    pub(crate) async fn forget_devices_before(
        &self,
        tx: &mut Tx,
        account: &Account,
        reset_at: Option<Timestamp>,
    ) -> Result<(), MfaError> {
        let Some(reset_at) = reset_at else { return Ok(()) };
        let mut gone = 0;
        for device in rows::of(tx, account.id).await?.iter().filter(|device| device.created_at < reset_at) {
            rows::delete(tx, account.id, device.id).await?;
            gone += 1;
        }
        if gone > 0 {
            let entry = Entry::act("mfa.devices_forgotten").reason("password");
            self.tell_of_person(tx, account, &Origin::default(), entry).await?;
        }
        Ok(())
    }
}

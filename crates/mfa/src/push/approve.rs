//! The side of the browser in which the person agrees: it shows its key, sees what is asked, and signs.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use kernel::{Secret, Timestamp};
use signals::Entry;
use store::Tx;
use uuid::Uuid;

use super::{MOST_DEVICES, MOST_TRIES, OPEN_FOR, Push, PushDevice, PushState, signed_text};
use crate::accounts::suspension;
use crate::attempts::{Attempt, Outcome};
use crate::authorize::hash_of;
use crate::devices::{DeviceChallenge, is_signed};
use crate::error::MfaError;
use crate::factors::name_of;
use crate::model::{Account, AccountId, DeviceId, FactorKind, Origin, PushId, TransactionId};
use crate::notices::{News, Notice};
use crate::portal::SessionId;
use crate::service::Mfa;
use crate::store::{accounts, portal, pushes as rows, subscriptions, transactions};
use crate::transactions::TransactionState;

/// An open page in which a person agrees.
#[derive(Debug, Clone)]
pub struct Approver {
    /// Which browser.
    pub device: PushDevice,
    /// Whose.
    pub(crate) account: Account,
}

impl Approver {
    /// The person's account.
    pub fn account(&self) -> AccountId {
        self.account.id
    }

    /// What the person is called.
    pub fn label(&self) -> &str {
        &self.account.label
    }
}

/// A sign-in elsewhere that a person is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Which.
    pub id: PushId,
    /// The tenant's friendly name.
    pub tenant: String,
    /// Whether it is to their own portal, and not to an application.
    pub at_portal: bool,
    /// Where it comes from.
    pub origin: Origin,
    /// Since when.
    pub at: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Wrong numbers that are still let pass.
    pub tries_left: i64,
}

/// What came of agreeing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreed {
    /// The sign-in goes on.
    Yes,
    /// Another number is shown there.
    WrongNumber {
        /// How many more may be tried.
        left: i64,
    },
    /// Nothing waits any more.
    Over,
}

impl Mfa {
    /// Lets a browser agree to sign-ins of a person from now on: it has just shown its key, and they have proved themselves.
    pub(crate) async fn add_approver(
        &self,
        tx: &mut Tx,
        account: &Account,
        public_key: &[u8],
        name: &str,
        origin: &Origin,
    ) -> Result<PushDevice, MfaError> {
        let (same, known): (Vec<_>, Vec<_>) =
            rows::devices(tx, account.id).await?.into_iter().partition(|known| known.public_key == public_key);
        let is_news = same.is_empty();
        let told = match same.first() {
            Some(former) => subscriptions::find(tx, former.id).await?.map(|stored| (former.id, stored)),
            None => None,
        };
        for surplus in same.iter().chain(known.iter().skip(MOST_DEVICES - 1)) {
            rows::delete_device(tx, account.id, surplus.id).await?;
        }
        let now = self.env().now();
        let device = PushDevice {
            id: self.env().new_id(),
            organisation: account.organisation,
            account: account.id,
            name: name_of(name)?,
            public_key: public_key.to_vec(),
            created_at: now,
            last_used_at: now,
            web_push_since: told.as_ref().map(|(_, stored)| stored.created_at),
        };
        if !rows::insert_device(tx, &device).await? {
            return Err(MfaError::Conflict("this browser agrees for somebody else already".to_owned()));
        }
        self.keep_told(tx, told, &device).await?;
        self.tell_of_person(tx, account, origin, Entry::act("mfa.approver_added").after(&device)).await?;
        if is_news {
            let news = Notice::new(News::FactorAdded, now).of(FactorKind::Push, &device.name).origin(origin);
            self.notify(tx, account, news).await?;
        }
        Ok(device)
    }

    /// The browsers in which a person agrees to sign-ins elsewhere, newest first.
    pub async fn approvers_of(&self, tx: &mut Tx, account: &Account) -> Result<Vec<PushDevice>, MfaError> {
        Ok(rows::devices(tx, account.id).await?)
    }

    /// Takes from a browser that a person agrees in it.
    pub async fn remove_approver(
        &self,
        tx: &mut Tx,
        account: &Account,
        device: DeviceId,
        origin: &Origin,
    ) -> Result<(), MfaError> {
        let known = rows::devices(tx, account.id).await?.into_iter().find(|known| known.id == device);
        let gone = known.ok_or(MfaError::NotFound("device"))?;
        rows::delete_device(tx, account.id, device).await?;
        let entry = Entry::act("mfa.approver_removed").change_of(Some(&gone), None::<&PushDevice>);
        self.tell_of_person(tx, account, origin, entry).await?;
        let news = Notice::new(News::FactorRemoved, self.env().now()).of(FactorKind::Push, &gone.name).origin(origin);
        Ok(self.notify(tx, account, news).await?)
    }

    /// A fresh text for the browser that has this key to sign; none where no browser has it.
    pub async fn begin_approver(&self, public_key: &[u8]) -> Result<DeviceChallenge, MfaError> {
        let mut tx = self.store().begin().await?;
        let device = rows::device_by_key(&mut tx, public_key).await?.ok_or(MfaError::NotFound("browser"))?;
        let account = accounts::get(&mut tx, device.organisation, device.account).await?;
        let account = account.ok_or(MfaError::NotFound("browser"))?;
        let challenge = self.begin_device(&mut tx, &account, device.id.0).await?;
        tx.commit().await?;
        Ok(challenge)
    }

    /// Opens the page of a browser that has signed; returns what goes into its cookie and nowhere else.
    pub async fn open_approver(
        &self,
        ceremony: Uuid,
        public_key: &[u8],
        signature: &[u8],
    ) -> Result<Secret<String>, MfaError> {
        let mut tx = self.store().begin().await?;
        let device = rows::device_by_key(&mut tx, public_key).await?.ok_or(MfaError::NotFound("browser"))?;
        let account = accounts::get(&mut tx, device.organisation, device.account).await?;
        let account = account.ok_or(MfaError::NotFound("browser"))?;
        let shown = self.shows_key(&mut tx, &account, (ceremony, device.id.0), public_key, signature).await?;
        if !shown || suspension(&mut tx, &account).await?.is_some() {
            // The ceremony is over in any case.
            tx.commit().await?;
            return Err(MfaError::SignedOut);
        }
        let (now, token) = (self.env().now(), self.env().rng.token::<32>());
        rows::open(&mut tx, device.id, hash_of(&token), now, now.plus(OPEN_FOR)).await?;
        tx.commit().await?;
        Ok(Secret::new(format!("{}.{token}", device.id)))
    }

    /// Whose open page a cookie is.
    pub async fn approver(&self, cookie: &Secret<String>) -> Result<Approver, MfaError> {
        self.approver_in(&mut self.store().read().await?, cookie).await
    }

    pub(super) async fn approver_in(&self, tx: &mut Tx, cookie: &Secret<String>) -> Result<Approver, MfaError> {
        let (id, token) = cookie.expose().split_once('.').ok_or(MfaError::SignedOut)?;
        let id: Uuid = id.parse().map_err(|_| MfaError::SignedOut)?;
        let (device, session) = rows::session(tx, DeviceId(id)).await?.ok_or(MfaError::SignedOut)?;
        let (hash, until) = session.ok_or(MfaError::SignedOut)?;
        let same = verify_slices_are_equal(&hash, &hash_of(token)).is_ok();
        let account = accounts::get(tx, device.organisation, device.account).await?.ok_or(MfaError::SignedOut)?;
        let good = same && until > self.env().now() && suspension(tx, &account).await?.is_none();
        if good { Ok(Approver { device, account }) } else { Err(MfaError::SignedOut) }
    }

    /// What a person is asked about, newest first.
    pub async fn asked(&self, approver: &Approver) -> Result<Vec<Asked>, MfaError> {
        let account = &approver.account;
        let mut tx = self.store().read().await?;
        let mut waiting = Vec::new();
        for push in rows::waiting(&mut tx, account.id, self.env().now()).await? {
            let at_portal = portal::exists(&mut tx, SessionId(push.holder)).await?;
            waiting.push((push, at_portal));
        }
        drop(tx);
        let mut asked = Vec::with_capacity(waiting.len());
        for (push, at_portal) in waiting {
            let tenant = self.parts.tenants.find(push.organisation, push.provider).await?;
            asked.push(Asked {
                id: push.id,
                tenant: tenant.name,
                at_portal,
                origin: push.origin,
                at: push.created_at,
                until: push.expires_at,
                tries_left: MOST_TRIES - push.tries,
            });
        }
        Ok(asked)
    }

    /// The person agrees, by the number that the sign-in's page shows; the browser signs that it is so.
    pub async fn agree(
        &self,
        cookie: &Secret<String>,
        push: PushId,
        number: &str,
        signature: &[u8],
    ) -> Result<Agreed, MfaError> {
        let mut tx = self.store().begin().await?;
        let Approver { device, account } = self.approver_in(&mut tx, cookie).await?;
        let account = self.turn_of(&mut tx, account.id).await?;
        let Some(push) = self.waits(&mut tx, &account, push).await? else { return Ok(Agreed::Over) };
        let number = number.trim();
        if !is_signed(&device.public_key, signed_text(push.id, number).as_bytes(), signature) {
            return Err(MfaError::Invalid("the browser's key does not verify".to_owned()));
        }
        let right = self.sealer().open(rows::place(push.id), &push.number)?;
        let agreed = if verify_slices_are_equal(right.expose(), number.as_bytes()).is_ok() {
            rows::answer(&mut tx, push.id, PushState::Approved, device.id, self.env().now()).await?;
            Agreed::Yes
        } else {
            self.wrong_number(&mut tx, &account, &push).await?
        };
        tx.commit().await?;
        Ok(agreed)
    }

    /// The push, if the person is still asked about it.
    async fn waits(&self, tx: &mut Tx, account: &Account, id: PushId) -> Result<Option<Push>, MfaError> {
        let all = rows::waiting(tx, account.id, self.env().now()).await?;
        Ok(all.into_iter().find(|push| push.id == id && account.locked_at.is_none()))
    }

    async fn wrong_number(&self, tx: &mut Tx, account: &Account, push: &Push) -> Result<Agreed, MfaError> {
        let left = MOST_TRIES - push.tries - 1;
        rows::count_try(tx, push.id, left <= 0).await?;
        let (provider, from) = (self.provider(tx, push.provider).await?, self.sign_in_of(tx, push).await?);
        let attempt = Attempt::new(self, &provider, Outcome::Refused, "wrong_number", &from).by(account);
        self.record(tx, &attempt.with(FactorKind::Push, None)).await?;
        Ok(if left > 0 { Agreed::WrongNumber { left } } else { Agreed::Over })
    }

    /// Where the sign-in comes from that a person is asked about, by Entra's id where it is Entra that waits for it.
    async fn sign_in_of(&self, tx: &mut Tx, push: &Push) -> Result<Origin, MfaError> {
        let waiting = transactions::find_waiting(tx, TransactionId(push.holder)).await?;
        let asked = waiting.map(|(waiting, _)| waiting.origin).unwrap_or_default();
        let Origin { address, user_agent, .. } = push.origin.clone();
        Ok(Origin { address, user_agent, ..asked })
    }

    /// The person says that it is not them: the sign-in, or the session of the portal, ends, and whoever listens is told.
    pub async fn deny(&self, cookie: &Secret<String>, push: PushId, origin: &Origin) -> Result<(), MfaError> {
        let mut tx = self.store().begin().await?;
        let Approver { device, account } = self.approver_in(&mut tx, cookie).await?;
        let account = self.turn_of(&mut tx, account.id).await?;
        // The sign-in may have ended in the meantime; that it was not them is told all the same.
        let (found, now) = (rows::find(&mut tx, push).await?, self.env().now());
        let open =
            |push: &Push| push.account == account.id && push.state == PushState::Waiting && push.expires_at > now;
        let Some(push) = found.filter(|push| open(push) && account.locked_at.is_none()) else { return Ok(()) };
        rows::answer(&mut tx, push.id, PushState::Denied, device.id, self.env().now()).await?;
        let from = self.sign_in_of(&mut tx, &push).await?;
        match self.end_transaction(&mut tx, TransactionId(push.holder), TransactionState::Declined).await {
            Ok(()) | Err(MfaError::Over) => {}
            Err(error) => return Err(error),
        }
        portal::delete(&mut tx, SessionId(push.holder)).await?;
        let provider = self.provider(&mut tx, push.provider).await?;
        let attempt = Attempt::new(self, &provider, Outcome::Declined, "not_me", &from).by(&account);
        self.record(&mut tx, &attempt.with(FactorKind::Push, Some(&device.name))).await?;
        let told = serde_json::json!({
            "address": from.address, "browser": from.user_agent, "correlation_id": from.correlation_id,
        });
        let entry = Entry::act("mfa.not_me").reason("said where the person was asked to agree").after(&told);
        self.tell_of_person(&mut tx, &account, origin, entry).await?;
        let news = Notice::new(News::NotMe, self.env().now()).origin(&push.origin);
        self.notify(&mut tx, &account, news).await?;
        Ok(tx.commit().await?)
    }
}

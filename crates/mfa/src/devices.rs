//! Browsers that are remembered: each by a key that it made and cannot hand out (WebCrypto, not extractable), never by what
//! it looks like.
//!
//! The browser signs a fresh challenge with ECDSA on P-256 over SHA-256, as WebCrypto writes it (RFC 7518 §3.4: r and s).
//! What is signed is `vestibule-device.{ceremony}.{challenge}`, so that no signature can be meant for anything else.

mod browsers;
mod reset;

use std::time::Duration;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{OrganisationId, Timestamp};
use serde::Serialize;
use signals::{Entry, Filter};
use store::Tx;
use utoipa::ToSchema;
use uuid::Uuid;

pub use browsers::{BrowserPurpose, BrowserView};
pub(crate) use reset::{Resets, resets};

use crate::accounts::{suspension, user_of};
use crate::error::MfaError;
use crate::factors::name_of;
use crate::model::{Account, AccountId, DeviceId, FactorKind, Origin, Provider};
use crate::notices::{News, Notice};
use crate::service::Mfa;
use crate::store::ceremonies::{self, Begun, CeremonyKind};
use crate::store::devices as rows;

/// The most browsers a person may have remembered.
const MOST: usize = 20;
/// How long a browser may take to sign.
const SIGN_WITHIN: Duration = Duration::from_mins(5);
/// An uncompressed point of P-256 (SEC 1 §2.3.3), as WebCrypto exports it raw.
pub(crate) const POINT: usize = 65;

/// A browser that is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaDevice)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// Whose organisation.
    #[serde(skip)]
    pub organisation: OrganisationId,
    /// Whose browser.
    #[serde(skip)]
    pub account: AccountId,
    /// What the person calls it.
    pub name: String,
    /// The public half of its key.
    #[serde(skip)]
    pub public_key: Vec<u8>,
    /// Since when.
    pub created_at: Timestamp,
    /// Last used.
    pub last_used_at: Timestamp,
    /// Until when, however often it is used.
    pub expires_at: Timestamp,
}

/// What a browser is asked to sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceChallenge {
    /// The ceremony.
    pub ceremony: Uuid,
    /// The text to be signed.
    pub text: String,
}

impl Mfa {
    /// A fresh text for a browser to sign, in the course of one sign-in or session of the portal.
    pub async fn begin_device(
        &self,
        tx: &mut Tx,
        account: &Account,
        holder: Uuid,
    ) -> Result<DeviceChallenge, MfaError> {
        let id = Uuid::from_bytes(self.env().rng.bytes());
        let text = signed_text(id, &URL_SAFE_NO_PAD.encode(self.env().rng.bytes::<32>()));
        let expires_at = self.env().now().plus(SIGN_WITHIN);
        let begun = Begun { id, account: account.id, holder, kind: CeremonyKind::Device, expires_at };
        let sealed = self.sealer().seal(ceremonies::place(id), text.as_bytes());
        ceremonies::insert(tx, &begun, sealed).await?;
        Ok(DeviceChallenge { ceremony: id, text })
    }

    /// Whether a browser has the key whose public half it shows: it has signed the ceremony's text. Ends the ceremony.
    pub(crate) async fn shows_key(
        &self,
        tx: &mut Tx,
        account: &Account,
        (ceremony, holder): (Uuid, Uuid),
        public_key: &[u8],
        signature: &[u8],
    ) -> Result<bool, MfaError> {
        let text = self.end_device(tx, account, ceremony, holder).await?;
        Ok(text.is_some_and(|text| public_key.len() == POINT && is_signed(public_key, &text, signature)))
    }

    /// Remembers a browser that shows it has the key. Who may ask for it has just proved themselves.
    #[expect(clippy::too_many_arguments, reason = "whose, what and how it was shown")]
    pub async fn remember_device(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
        (ceremony, holder): (Uuid, Uuid),
        public_key: &[u8],
        signature: &[u8],
        name: &str,
        origin: &Origin,
    ) -> Result<Device, MfaError> {
        let account = self.turn_of(tx, account.id).await?;
        let text = self.end_device(tx, &account, ceremony, holder).await?.ok_or(MfaError::Over)?;
        if public_key.len() != POINT || !is_signed(public_key, &text, signature) {
            return Err(MfaError::Invalid("the browser's key does not verify".to_owned()));
        }
        self.remember(tx, provider, &account, public_key, name, origin).await
    }

    /// Remembers a browser that has just shown its key. One that was remembered by this key already is remembered anew.
    pub(crate) async fn remember(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
        public_key: &[u8],
        name: &str,
        origin: &Origin,
    ) -> Result<Device, MfaError> {
        let days = provider.settings.devices.days;
        if days == 0 {
            return Err(MfaError::Conflict("browsers are not remembered for this tenant".to_owned()));
        }
        let (same, known): (Vec<_>, Vec<_>) =
            rows::of(tx, account.id).await?.into_iter().partition(|known| known.public_key == public_key);
        for surplus in same.iter().chain(known.iter().skip(MOST - 1)) {
            rows::delete(tx, account.id, surplus.id).await?;
        }
        let now = self.env().now();
        let device = Device {
            id: self.env().new_id(),
            organisation: account.organisation,
            account: account.id,
            name: name_of(name)?,
            public_key: public_key.to_vec(),
            created_at: now,
            last_used_at: now,
            expires_at: now.plus(Duration::from_hours(24 * u64::from(days))),
        };
        rows::insert(tx, &device).await?;
        self.tell_of_person(tx, account, origin, Entry::act("mfa.device_remembered").after(&device)).await?;
        if same.is_empty() {
            let news = Notice::new(News::FactorAdded, now).of(FactorKind::Device, &device.name).origin(origin);
            self.notify(tx, account, news).await?;
        }
        Ok(device)
    }

    /// Whether a browser is one that is remembered: it signs, is neither too old nor too long unused, and its person was not
    /// disabled since.
    pub async fn is_remembered(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
        ceremony: (Uuid, Uuid),
        public_key: &[u8],
        signature: &[u8],
    ) -> Result<Option<Device>, MfaError> {
        let account = self.turn_of(tx, account.id).await?;
        let shown = self.shows_key(tx, &account, ceremony, public_key, signature).await?;
        let known = self.devices_of(tx, provider, &account).await?;
        let known = known.into_iter().find(|known| known.public_key == public_key);
        let Some(mut known) = known.filter(|_| shown && account.locked_at.is_none()) else { return Ok(None) };
        if self.was_disabled(tx, &account, known.created_at).await? {
            self.forget_devices(tx, &account, "disabled").await?;
            return Ok(None);
        }
        known.last_used_at = self.env().now();
        rows::used(tx, known.id, known.last_used_at).await?;
        Ok(Some(known))
    }

    /// Whether the directory has had the person disabled or deleted since then, or has now.
    async fn was_disabled(&self, tx: &mut Tx, account: &Account, since: Timestamp) -> Result<bool, MfaError> {
        if suspension(tx, account).await?.is_some() {
            return Ok(true);
        }
        let Some(user) = user_of(tx, account.provider, account.object_id).await? else { return Ok(false) };
        let names = ["user.disabled", "user.deleted", "user.conflicted"].map(str::to_owned).to_vec();
        let filter = Filter { names, object: Some(user.id.into()), from: Some(since), ..Filter::default() };
        Ok(!signals::oldest_first(tx, account.organisation, &filter, 0, 1).await?.is_empty())
    }

    /// Forgets every browser of a person: something has happened to them.
    pub async fn forget_devices(&self, tx: &mut Tx, account: &Account, why: &str) -> Result<(), MfaError> {
        if rows::delete_all(tx, account.id).await? > 0 {
            let entry = Entry::act("mfa.devices_forgotten").reason(why);
            self.tell_of_person(tx, account, &Origin::default(), entry).await?;
        }
        Ok(())
    }

    /// A person's remembered browsers that still count, newest first.
    pub async fn devices_of(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
    ) -> Result<Vec<Device>, MfaError> {
        let now = self.env().now();
        let days = |days: u32| Duration::from_hours(24 * u64::from(days));
        let (longest, idle) = (days(provider.settings.devices.days), days(provider.settings.devices.idle_days));
        let mut devices = rows::of(tx, account.id).await?;
        // What is shortened counts at once, also for those that were remembered for longer.
        devices.retain(|device| device.expires_at > now && device.created_at.plus(longest) > now);
        devices.retain(|device| device.last_used_at.plus(idle) > now);
        Ok(devices)
    }

    /// Forgets a browser.
    pub async fn forget_device(
        &self,
        tx: &mut Tx,
        account: &Account,
        device: DeviceId,
        origin: &Origin,
    ) -> Result<(), MfaError> {
        if !rows::delete(tx, account.id, device).await? {
            return Err(MfaError::NotFound("device"));
        }
        let after = serde_json::json!({ "device": device });
        Ok(self.tell_of_person(tx, account, origin, Entry::act("mfa.device_forgotten").after(&after)).await?)
    }

    async fn end_device(
        &self,
        tx: &mut Tx,
        account: &Account,
        ceremony: Uuid,
        holder: Uuid,
    ) -> Result<Option<Vec<u8>>, MfaError> {
        let now = self.env().now();
        let sealed = ceremonies::take(tx, (ceremony, account.id, holder), CeremonyKind::Device, now).await?;
        let Some(sealed) = sealed else { return Ok(None) };
        Ok(Some(self.sealer().open(ceremonies::place(ceremony), &sealed)?.expose().clone()))
    }
}

fn signed_text(ceremony: Uuid, challenge: &str) -> String {
    format!("vestibule-device.{ceremony}.{challenge}")
}

pub(crate) fn is_signed(public_key: &[u8], text: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public_key).verify(text, signature).is_ok()
}

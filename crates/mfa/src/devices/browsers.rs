//! The browsers of a person as administrators see them, and how one is taken.

use kernel::{May, Timestamp};
use serde::Serialize;
use signals::Entry;
use store::Tx;
use utoipa::ToSchema;

use super::Device;
use crate::accounts::reason_of;
use crate::error::MfaError;
use crate::events::object;
use crate::model::{Account, AccountId, DeviceId, FactorKind};
use crate::notices::{News, Notice};
use crate::permissions::{ReadMfa, RemoveBrowser};
use crate::policy::Door;
use crate::push::PushDevice;
use crate::service::Mfa;
use crate::store::{accounts, devices as rows, pushes};

kernel::text_enum!(
    /// What a browser is kept for.
    pub enum BrowserPurpose {
        /// It is remembered: it proves by its key.
        Remembered = "remembered",
        /// The person agrees in it to sign-ins elsewhere.
        Approves = "approves",
    }
);

/// A browser that something of a person's rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaBrowser)]
pub struct BrowserView {
    /// Its id.
    pub id: DeviceId,
    /// What it is kept for.
    pub purpose: BrowserPurpose,
    /// What the person calls it.
    pub name: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Last used.
    pub last_used_at: Timestamp,
    /// Until when it is remembered, however often it is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Since when it is told of sign-ins elsewhere also while its page is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web_push_since: Option<Timestamp>,
}

impl From<Device> for BrowserView {
    fn from(device: Device) -> Self {
        Self {
            id: device.id,
            purpose: BrowserPurpose::Remembered,
            name: device.name,
            created_at: device.created_at,
            last_used_at: device.last_used_at,
            expires_at: Some(device.expires_at),
            web_push_since: None,
        }
    }
}

impl From<PushDevice> for BrowserView {
    fn from(device: PushDevice) -> Self {
        Self {
            id: device.id,
            purpose: BrowserPurpose::Approves,
            name: device.name,
            created_at: device.created_at,
            last_used_at: device.last_used_at,
            expires_at: None,
            web_push_since: device.web_push_since,
        }
    }
}

impl Mfa {
    /// The browsers that something of a person's rests on: those that are remembered, then those that are asked.
    pub async fn list_browsers(&self, may: &May<ReadMfa>, id: AccountId) -> Result<Vec<BrowserView>, MfaError> {
        let mut tx = self.store().read().await?;
        let account = accounts::get(&mut tx, may.actor().organisation, id).await?;
        let account = account.ok_or(MfaError::NotFound("account"))?;
        let provider = self.provider(&mut tx, account.provider).await?;
        let provider = self.ruled(&mut tx, provider, &account, Door::Entra).await?;
        let remembered = self.devices_of(&mut tx, &provider, &account).await?.into_iter().map(BrowserView::from);
        let approvers = self.approvers_of(&mut tx, &account).await?;
        Ok(remembered.chain(approvers.into_iter().map(BrowserView::from)).collect())
    }

    /// Takes a browser from a person, by an administrator: it proves nothing any more, and nobody is asked in it.
    pub async fn remove_browser(&self, may: &May<RemoveBrowser>, reason: &str) -> Result<(), MfaError> {
        let reason = reason_of(reason)?;
        let mut tx = self.store().begin().await?;
        let account = self.own_account(&mut tx, may.actor().organisation, may.account).await?;
        let gone = match self.take_remembered(&mut tx, &account, may.device).await? {
            Some(entry) => Some(entry),
            None => self.take_approver(&mut tx, &account, may.device, reason).await?,
        };
        let entry = gone.ok_or(MfaError::NotFound("browser"))?;
        self.tell(&mut tx, may.actor(), entry.object(object(&account)).reason(reason)).await?;
        Ok(tx.commit().await?)
    }

    async fn take_remembered(&self, tx: &mut Tx, account: &Account, id: DeviceId) -> Result<Option<Entry>, MfaError> {
        let known = rows::of(tx, account.id).await?.into_iter().find(|known| known.id == id);
        let Some(gone) = known else { return Ok(None) };
        rows::delete(tx, account.id, id).await?;
        Ok(Some(Entry::act("mfa.device_forgotten").change_of(Some(&gone), None::<&Device>)))
    }

    async fn take_approver(
        &self,
        tx: &mut Tx,
        account: &Account,
        id: DeviceId,
        reason: &str,
    ) -> Result<Option<Entry>, MfaError> {
        let known = pushes::devices(tx, account.id).await?.into_iter().find(|known| known.id == id);
        let Some(gone) = known else { return Ok(None) };
        pushes::delete_device(tx, account.id, id).await?;
        let news = Notice::new(News::FactorRemoved, self.env().now()).of(FactorKind::Push, &gone.name);
        self.notify(tx, account, news.by_administrator(reason)).await?;
        Ok(Some(Entry::act("mfa.approver_removed").change_of(Some(&gone), None::<&PushDevice>)))
    }
}

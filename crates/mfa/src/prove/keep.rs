//! A browser that is kept: remembered, so that it proves by itself the next time, or asked about sign-ins elsewhere.
//!
//! | asked for | needs |
//! |---|---|
//! | remembering | a proof by anything but a code that was to help once, and not by being remembered |
//! | asking about sign-ins elsewhere | a proof by a registered factor, or by another browser that is asked |

use kernel::{Secret, Timestamp};
use store::Tx;
use uuid::Uuid;

use super::Scene;
use crate::devices::DeviceChallenge;
use crate::error::MfaError;
use crate::factors::Shown;
use crate::model::{FactorKind, Origin, TransactionId};
use crate::service::Mfa;
use crate::store::accounts;

/// What the person wishes for their browser, and what it shows for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keep {
    /// The ceremony that was begun.
    pub ceremony: Uuid,
    /// The public half of its key: an uncompressed point of P-256.
    pub public_key: Vec<u8>,
    /// What it signed.
    pub signature: Vec<u8>,
    /// What it is called.
    pub name: String,
    /// Whether it is remembered.
    pub remember: bool,
    /// Whether the person is asked in it about sign-ins elsewhere.
    pub approve: bool,
}

impl Mfa {
    /// Since when the browsers of the person count, where one of them proves by itself.
    pub(super) async fn reset_of(
        &self,
        id: TransactionId,
        browser: &Secret<String>,
        shown: &Shown,
    ) -> Result<Option<Timestamp>, MfaError> {
        if !matches!(shown, Shown::Device { .. }) {
            return Ok(None);
        }
        let mut tx = self.store().read().await?;
        let waiting = self.waiting(&mut tx, id, browser).await?;
        let account = accounts::get(&mut tx, waiting.organisation, waiting.account).await?;
        drop(tx);
        Ok(match account {
            Some(account) => self.reset_at(&account).await,
            None => None,
        })
    }

    /// A fresh text for this browser to sign with its key.
    pub async fn begin_device_for(
        &self,
        id: TransactionId,
        browser: &Secret<String>,
    ) -> Result<DeviceChallenge, MfaError> {
        let mut tx = self.store().begin().await?;
        let scene = self.scene(&mut tx, id, browser).await?;
        let challenge = self.begin_device(&mut tx, &scene.account, id.0).await?;
        tx.commit().await?;
        Ok(challenge)
    }

    /// The same for a browser that means to prove by its key; nothing where that is none that is remembered, because the browser
    /// has it for another purpose, or is forgotten.
    pub async fn begin_remembered_for(
        &self,
        id: TransactionId,
        browser: &Secret<String>,
        public_key: &[u8],
    ) -> Result<Option<DeviceChallenge>, MfaError> {
        let mut tx = self.store().begin().await?;
        let scene = self.scene(&mut tx, id, browser).await?;
        let known = self.devices_of(&mut tx, &scene.provider, &scene.account).await?;
        let is_known = known.iter().any(|device| device.public_key == public_key);
        if !is_known || !scene.takes(FactorKind::Device) || scene.account.locked_at.is_some() {
            return Ok(None);
        }
        let challenge = self.begin_device(&mut tx, &scene.account, id.0).await?;
        tx.commit().await?;
        Ok(Some(challenge))
    }

    /// Keeps a browser as the person wishes, who has just proved themselves.
    pub(super) async fn keep(
        &self,
        tx: &mut Tx,
        scene: &Scene,
        proved_by: FactorKind,
        keep: &Keep,
        origin: &Origin,
    ) -> Result<(), MfaError> {
        let Scene { waiting, provider, account } = scene;
        let ceremony = (keep.ceremony, waiting.id.0);
        if !self.shows_key(tx, account, ceremony, &keep.public_key, &keep.signature).await? {
            tracing::info!("a browser that was to be kept does not show its key");
            return Ok(());
        }
        let kinds = &provider.settings.kinds;
        if keep.remember && kinds.contains(&FactorKind::Device) && may_remember(proved_by) {
            passed_over(self.remember(tx, provider, account, &keep.public_key, &keep.name, origin).await)?;
        }
        if keep.approve && kinds.contains(&FactorKind::Push) && may_approve(proved_by) {
            passed_over(self.add_approver(tx, account, &keep.public_key, &keep.name, origin).await)?;
        }
        Ok(())
    }
}

/// What does not fit spoils no sign-in; what is broken does.
fn passed_over<T>(kept: Result<T, MfaError>) -> Result<(), MfaError> {
    match kept {
        Ok(_) => Ok(()),
        Err(error @ (MfaError::Invalid(_) | MfaError::Conflict(_))) => {
            tracing::info!(error = &error as &dyn std::error::Error, "a browser is not kept");
            Ok(())
        }
        Err(error) => Err(error),
    }
}

fn may_remember(proved_by: FactorKind) -> bool {
    !matches!(proved_by, FactorKind::Recovery | FactorKind::Temporary | FactorKind::Device)
}

fn may_approve(proved_by: FactorKind) -> bool {
    proved_by.is_usual() || proved_by == FactorKind::Push
}

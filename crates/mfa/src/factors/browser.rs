//! Proof by a browser's own key: one that is remembered, and one in which the person agreed to a sign-in elsewhere.
//!
//! Both are proofs that a key is held which software keeps (RFC 8176 §2, `swk`): neither is guessed, and neither counts as a
//! failure.

use store::Tx;
use uuid::Uuid;

use super::model::Means;
use super::{CeremonyFault, Refusal};
use crate::error::MfaError;
use crate::model::{Account, FactorKind, Provider};
use crate::service::Mfa;
use crate::store::pushes;

impl Mfa {
    /// A remembered browser shows that it has its key.
    pub(super) async fn judge_device(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
        ceremony: (Uuid, Uuid),
        (public_key, signature): (&[u8], &[u8]),
    ) -> Result<Result<Means, Refusal>, MfaError> {
        let known = if provider.settings.kinds.contains(&FactorKind::Device) {
            self.is_remembered(tx, provider, account, ceremony, public_key, signature).await?
        } else {
            None
        };
        let unknown = Refusal::Ceremony(CeremonyFault::Unknown);
        Ok(known.map(|device| Means::of(FactorKind::Device, device.name)).ok_or(unknown))
    }

    /// The person has agreed elsewhere: counted once.
    pub(super) async fn judge_push(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
        holder: Uuid,
    ) -> Result<Result<Means, Refusal>, MfaError> {
        let over = Refusal::Ceremony(CeremonyFault::Over);
        if account.locked_at.is_some() || !provider.settings.kinds.contains(&FactorKind::Push) {
            return Ok(Err(over));
        }
        let Some(device) = pushes::take(tx, account.id, holder, self.env().now()).await? else { return Ok(Err(over)) };
        pushes::forget_limit(tx, account.id).await?;
        let device = pushes::device(tx, device).await?.filter(|device| device.account == account.id);
        Ok(device.map(|device| Means::of(FactorKind::Push, device.name)).ok_or(over))
    }
}

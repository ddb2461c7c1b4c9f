//! Registering within a sign-in, for a person who has no factor yet.

use kernel::Secret;

use super::{Proved, Scene, with_request_id};
use crate::error::MfaError;
use crate::factors::PendingTotp;
use crate::model::{FactorId, FactorKind, Origin, TransactionId};
use crate::service::Mfa;

impl Mfa {
    /// Begins to register an authenticator app within the sign-in of a person who has no factor yet.
    pub async fn begin_enrol_totp_for(
        &self,
        id: TransactionId,
        browser: &Secret<String>,
    ) -> Result<PendingTotp, MfaError> {
        self.must_have_no_other_way(id, browser).await?;
        let mut tx = self.store().begin().await?;
        let Scene { provider, account, .. } = self.enrolling(&mut tx, id, browser, FactorKind::Totp).await?;
        let pending = self.begin_enrol_totp(&mut tx, &provider, &account).await?;
        tx.commit().await?;
        Ok(pending)
    }

    /// The authenticator app that is being registered, once more: its first code did not count.
    pub async fn pending_totp_for(
        &self,
        id: TransactionId,
        browser: &Secret<String>,
        factor: FactorId,
    ) -> Result<PendingTotp, MfaError> {
        let mut tx = self.store().read().await?;
        let Scene { account, .. } = self.enrolling(&mut tx, id, browser, FactorKind::Totp).await?;
        self.pending_totp(&mut tx, &account, factor).await
    }

    /// Registers the authenticator app by its first code, which also proves the person.
    pub async fn enrol_totp_for(
        &self,
        id: TransactionId,
        browser: &Secret<String>,
        factor: FactorId,
        code: &str,
        origin: &Origin,
    ) -> Result<Proved, MfaError> {
        self.must_have_no_other_way(id, browser).await?;
        let mut tx = self.store().begin().await?;
        let scene = self.enrolling(&mut tx, id, browser, FactorKind::Totp).await?;
        let origin = with_request_id(origin, &scene.waiting);
        let verdict = self.confirm_totp(&mut tx, &scene.provider, &scene.account, factor, code, &origin).await?;
        self.conclude(tx, scene, verdict).await
    }
}

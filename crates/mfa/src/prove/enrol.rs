//! Registering within a sign-in, for a person who is new.

use kernel::Secret;
use store::Tx;

use super::{Proved, Scene, with_request_id};
use crate::error::MfaError;
use crate::factors::{FactorRule, PendingTotp};
use crate::model::{FactorId, FactorKind, Origin, TransactionId};
use crate::newcomer::OtherWay;
use crate::service::Mfa;
use crate::store::pushes;

impl Mfa {
    /// Refuses whoever can prove themselves otherwise: a password alone would do for it. Asks Entra, outside of any unit of work.
    pub(super) async fn must_be_new(&self, id: TransactionId, browser: &Secret<String>) -> Result<(), MfaError> {
        let mut tx = self.store().read().await?;
        let scene = self.scene(&mut tx, id, browser).await?;
        let beside = self.beside(&mut tx, &scene.account).await?;
        drop(tx);
        match self.other_way(&beside, &scene.account, id.0).await? {
            OtherWay::None => Ok(()),
            OtherWay::Some | OtherWay::Unread => Err(FactorRule::NotNew.into()),
        }
    }

    /// A sign-in within which the person may register a factor of a kind: judged in the unit of work that does it, when it is
    /// their turn.
    pub(super) async fn enrolling(
        &self,
        tx: &mut Tx,
        id: TransactionId,
        browser: &Secret<String>,
        kind: FactorKind,
    ) -> Result<Scene, MfaError> {
        let (scene, _) = self.scene_by_turn(tx, id, browser).await?;
        self.may_register(tx, scene, kind).await
    }

    async fn may_register(&self, tx: &mut Tx, scene: Scene, kind: FactorKind) -> Result<Scene, MfaError> {
        let all = self.factors_of(tx, scene.account.id).await?;
        let agrees = !pushes::devices(tx, scene.account.id).await?.is_empty();
        let may = !agrees && scene.enrol(&all, self.has_passkeys(), self.env().now()).contains(&kind);
        if may { Ok(scene) } else { Err(FactorRule::NotNew.into()) }
    }

    /// Begins to register an authenticator app within the sign-in of a person who has no factor yet.
    pub async fn begin_enrol_totp_for(
        &self,
        id: TransactionId,
        browser: &Secret<String>,
    ) -> Result<PendingTotp, MfaError> {
        self.must_be_new(id, browser).await?;
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
        let scene = self.scene(&mut tx, id, browser).await?;
        let Scene { account, .. } = self.may_register(&mut tx, scene, FactorKind::Totp).await?;
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
        self.must_be_new(id, browser).await?;
        let mut tx = self.store().begin().await?;
        let scene = self.enrolling(&mut tx, id, browser, FactorKind::Totp).await?;
        let origin = with_request_id(origin, &scene.waiting);
        let verdict = self.confirm_totp(&mut tx, &scene.provider, &scene.account, factor, code, &origin).await?;
        self.conclude(tx, scene, verdict).await
    }
}

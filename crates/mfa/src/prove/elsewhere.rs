//! Agreeing elsewhere, within a sign-in.

use kernel::Secret;

use super::{Scene, with_request_id};
use crate::error::MfaError;
use crate::model::{FactorKind, Origin, TransactionId};
use crate::push::{PushState, Pushed};
use crate::service::Mfa;

impl Mfa {
    /// Asks the person in their other browsers about this sign-in.
    pub async fn push_for(
        &self,
        id: TransactionId,
        browser: &Secret<String>,
        origin: &Origin,
    ) -> Result<Pushed, MfaError> {
        let mut tx = self.store().begin().await?;
        let scene = self.scene(&mut tx, id, browser).await?;
        if !scene.takes(FactorKind::Push) {
            return Ok(Pushed::Nowhere);
        }
        let origin = with_request_id(origin, &scene.waiting);
        let Scene { waiting, provider, account } = &scene;
        let pushed = self.push(&mut tx, provider, account, (id.0, waiting.expires_at), &origin).await?;
        tx.commit().await?;
        Ok(pushed)
    }

    /// How the question stands that the person was asked elsewhere; none where none was, or the sign-in has ended.
    pub async fn push_state_for(
        &self,
        id: TransactionId,
        browser: &Secret<String>,
    ) -> Result<Option<PushState>, MfaError> {
        let mut tx = self.store().read().await?;
        let scene = match self.scene(&mut tx, id, browser).await {
            Err(MfaError::Over) => return Ok(None),
            other => other?,
        };
        Ok(self.push_of(&mut tx, &scene.account, id.0).await?.map(|push| push.state))
    }
}

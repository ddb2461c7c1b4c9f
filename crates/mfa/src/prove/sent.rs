//! Codes that are sent within a sign-in.

use kernel::Secret;

use super::ways::wanted;
use super::with_request_id;
use crate::error::MfaError;
use crate::model::{FactorKind, Origin, TransactionId};
use crate::outofband::{Offer, Sending, Target, Wording};
use crate::service::Mfa;

impl Mfa {
    /// Sends a code to one of the person's addresses, in place of the one before.
    pub async fn send_code_for(
        &self,
        id: TransactionId,
        browser: &Secret<String>,
        where_to: (FactorKind, Target),
        wording: Wording<'_>,
        origin: &Origin,
    ) -> Result<Sending, MfaError> {
        let offer = match wanted(self.offers_for(id, browser).await?, where_to) {
            Ok(offer) => offer,
            Err(why) => return Ok(Sending::Not(why)),
        };
        let mut tx = self.store().begin().await?;
        let scene = self.scene(&mut tx, id, browser).await?;
        let (origin, taken) = (with_request_id(origin, &scene.waiting), scene.narrowed());
        self.send_code(tx, &scene.occasion(&taken), &offer, wording, &origin).await
    }

    /// Where a code can be sent in the course of a sign-in.
    async fn offers_for(&self, id: TransactionId, browser: &Secret<String>) -> Result<Vec<Offer>, MfaError> {
        let mut tx = self.store().read().await?;
        let scene = self.scene(&mut tx, id, browser).await?;
        let (all, taken) = (self.factors_of(&mut tx, scene.account.id).await?, scene.narrowed());
        let ways = self.ways(&mut tx, &scene.occasion(&taken)).await?;
        drop(tx);
        let has_another = self.has_another(&scene, &all);
        Ok(self.offers(&scene.occasion(&taken), &ways.delivered, has_another).await)
    }
}

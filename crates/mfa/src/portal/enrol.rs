//! Showing a factor, and registering one more.

use kernel::Secret;
use serde_json::Value;
use store::Tx;
use uuid::Uuid;

use super::{Entered, Scene, Session};
use crate::error::MfaError;
use crate::factors::{PendingTotp, Refusal, Shown, Verdict};
use crate::model::{FactorId, Origin};
use crate::service::Mfa;

/// How showing or registering ended.
#[derive(Debug)]
pub enum Added {
    /// Well: the session has another secret from now on.
    In(Entered),
    /// Not; the person may try again.
    Again(Refusal),
}

impl Mfa {
    /// The session as ceremonies know it, for what the browser answers.
    pub async fn portal_holder(&self, token: &Secret<String>) -> Result<Uuid, MfaError> {
        Ok(self.session(&mut self.store().read().await?, token).await?.id.0)
    }

    /// What the browser needs to ask for a passkey of the person's.
    pub async fn begin_portal_passkey(&self, token: &Secret<String>) -> Result<(Uuid, Value), MfaError> {
        let mut tx = self.store().begin().await?;
        let scene = self.scene_of(&mut tx, token).await?;
        let begun = self.begin_passkey(&mut tx, &scene.provider, &scene.account, scene.session.id.0).await?;
        tx.commit().await?;
        Ok(begun)
    }

    /// Judges what the person shows, by the door through which sign-ins are judged.
    pub async fn prove_in_portal(
        &self,
        token: &Secret<String>,
        shown: &Shown,
        origin: &Origin,
    ) -> Result<Added, MfaError> {
        let mut tx = self.store().begin().await?;
        let Scene { session, provider, account, .. } = self.scene_in_turn(&mut tx, token).await?;
        let account = self.turn_of(&mut tx, account.id).await?;
        let verdict = self.verify(&mut tx, &provider, &account, shown, origin).await?;
        self.conclude_in_portal(tx, token, session, verdict).await
    }

    /// Commits what was learnt, whichever way it went; proven, the session may everything.
    async fn conclude_in_portal(
        &self,
        mut tx: Tx,
        token: &Secret<String>,
        session: Session,
        verdict: Verdict,
    ) -> Result<Added, MfaError> {
        match verdict {
            Verdict::Refused(refusal) => {
                tx.commit().await?;
                Ok(Added::Again(refusal))
            }
            Verdict::Proven(proof) => {
                let session = Session { proved_at: Some(proof.at()), ..session };
                let entered = self.renew_session(&mut tx, token, session).await?;
                tx.commit().await?;
                Ok(Added::In(entered))
            }
        }
    }

    /// Begins to register an authenticator app.
    pub async fn begin_add_totp(&self, token: &Secret<String>) -> Result<PendingTotp, MfaError> {
        self.heed_reach(token).await?;
        let mut tx = self.store().begin().await?;
        let scene = self.scene_in_turn(&mut tx, token).await?.adding()?;
        let pending = self.begin_enrol_totp(&mut tx, &scene.provider, &scene.account).await?;
        tx.commit().await?;
        Ok(pending)
    }

    /// The authenticator app that is being registered, once more.
    pub async fn pending_totp_in_portal(
        &self,
        token: &Secret<String>,
        factor: FactorId,
    ) -> Result<PendingTotp, MfaError> {
        let mut tx = self.store().read().await?;
        let scene = self.scene_of(&mut tx, token).await?.adding()?;
        self.pending_totp(&mut tx, &scene.account, factor).await
    }

    /// Registers the authenticator app by its first code, under a name.
    pub async fn add_totp(
        &self,
        token: &Secret<String>,
        factor: FactorId,
        code: &str,
        name: &str,
        origin: &Origin,
    ) -> Result<Added, MfaError> {
        self.heed_reach(token).await?;
        let mut tx = self.store().begin().await?;
        let Scene { session, provider, account, .. } = self.scene_in_turn(&mut tx, token).await?.adding()?;
        let verdict = self.confirm_totp(&mut tx, &provider, &account, factor, code, origin).await?;
        if matches!(verdict, Verdict::Proven(_)) && !name.trim().is_empty() {
            self.rename_factor(&mut tx, &account, factor, name, origin).await?;
        }
        self.conclude_in_portal(tx, token, session, verdict).await
    }

    /// What the browser needs to make a passkey for the person.
    pub async fn begin_add_passkey(&self, token: &Secret<String>) -> Result<(Uuid, Value), MfaError> {
        self.heed_reach(token).await?;
        let mut tx = self.store().begin().await?;
        let scene = self.scene_in_turn(&mut tx, token).await?.adding()?;
        let begun = self.begin_enrol_passkey(&mut tx, &scene.provider, &scene.account, scene.session.id.0).await?;
        tx.commit().await?;
        Ok(begun)
    }

    /// Registers the passkey that a browser has made, under a name.
    pub async fn add_passkey(
        &self,
        token: &Secret<String>,
        ceremony: Uuid,
        credential: Value,
        name: &str,
        origin: &Origin,
    ) -> Result<Entered, MfaError> {
        self.heed_reach(token).await?;
        let mut tx = self.store().begin().await?;
        let Scene { session, provider, account, .. } = self.scene_in_turn(&mut tx, token).await?.adding()?;
        let holder = session.id.0;
        let enrolled =
            self.finish_enrol_passkey(&mut tx, &provider, &account, holder, ceremony, credential, name, origin).await;
        match enrolled {
            Ok(enrolled) => {
                let session = Session { proved_at: Some(enrolled.proof.at()), ..session };
                let entered = self.renew_session(&mut tx, token, session).await?;
                tx.commit().await?;
                Ok(entered)
            }
            Err(
                refused @ (MfaError::Invalid(_) | MfaError::Conflict(_) | MfaError::Rule(_) | MfaError::WrongModel(_)),
            ) => {
                // The ceremony is over.
                tx.commit().await?;
                Err(refused)
            }
            Err(error) => Err(error),
        }
    }
}

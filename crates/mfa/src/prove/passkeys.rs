//! Passkeys within a sign-in.

use kernel::Secret;
use serde_json::Value;
use uuid::Uuid;

use super::{Proved, Scene, with_request_id};
use crate::error::MfaError;
use crate::factors::Verdict;
use crate::model::{FactorKind, Origin, TransactionId};
use crate::service::Mfa;

impl Mfa {
    /// What the browser needs to ask for a passkey: the ceremony's id and its options.
    pub async fn begin_passkey_for(
        &self,
        id: TransactionId,
        browser: &Secret<String>,
    ) -> Result<(Uuid, Value), MfaError> {
        let mut tx = self.store().begin().await?;
        let Scene { provider, account, .. } = self.scene(&mut tx, id, browser).await?;
        let begun = self.begin_passkey(&mut tx, &provider, &account, id.0).await?;
        tx.commit().await?;
        Ok(begun)
    }

    /// Begins to register a passkey within the sign-in of a person who has no factor yet.
    pub async fn begin_enrol_passkey_for(
        &self,
        id: TransactionId,
        browser: &Secret<String>,
    ) -> Result<(Uuid, Value), MfaError> {
        self.must_be_new(id, browser).await?;
        let mut tx = self.store().begin().await?;
        let Scene { provider, account, .. } = self.enrolling(&mut tx, id, browser, FactorKind::Passkey).await?;
        let begun = self.begin_enrol_passkey(&mut tx, &provider, &account, id.0).await?;
        tx.commit().await?;
        Ok(begun)
    }

    /// Registers the passkey; having just used it, the person has proved themselves.
    pub async fn enrol_passkey_for(
        &self,
        id: TransactionId,
        browser: &Secret<String>,
        ceremony: Uuid,
        credential: Value,
        name: &str,
        origin: &Origin,
    ) -> Result<Proved, MfaError> {
        self.must_be_new(id, browser).await?;
        let mut tx = self.store().begin().await?;
        let scene = self.enrolling(&mut tx, id, browser, FactorKind::Passkey).await?;
        let origin = with_request_id(origin, &scene.waiting);
        let Scene { provider, account, .. } = &scene;
        let enrolled =
            self.finish_enrol_passkey(&mut tx, provider, account, id.0, ceremony, credential, name, &origin).await;
        match enrolled {
            Ok(enrolled) => self.conclude(tx, scene, Verdict::Proven(enrolled.proof)).await,
            Err(
                refused @ (MfaError::Invalid(_) | MfaError::Conflict(_) | MfaError::Rule(_) | MfaError::WrongModel(_)),
            ) => {
                tx.commit().await?;
                Err(refused)
            }
            Err(error) => Err(error),
        }
    }
}

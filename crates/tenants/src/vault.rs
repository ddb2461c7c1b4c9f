//! Hands a tenant's credentials to the Graph client and learns from it which of them work.
//!
//! When Entra refuses the primary credential and a staged one works, the staged one becomes the primary by itself and
//! the refused one is retired.

use async_trait::async_trait;
use graph::{CredentialProvider, CredentialsError, NamedCredentials};
use kernel::{Actor, Env, RequestId, Secret, Timestamp};
use oidc::{ClientCredentials, Credential, TokenError};
use signals::{Entry, Object};
use std::sync::Arc;
use store::{Sealer, Store, StoreError};

use crate::model::{CredentialId, CredentialKind, CredentialRecord, Slot, Tenant};
use crate::store::credentials as rows;
use crate::{Config, config};

/// The name of the credential that the configuration holds.
const OF_THE_CONFIGURATION: &str = "configuration";
/// How often "it works" is written down.
const NOTE_EVERY: std::time::Duration = std::time::Duration::from_mins(10);

/// The credentials of one tenant.
pub(crate) struct Vault {
    pub(crate) store: Store,
    pub(crate) env: Env,
    pub(crate) sealer: Sealer,
    pub(crate) config: Arc<Config>,
    pub(crate) tenant: Tenant,
}

/// A credential with its secret.
pub(crate) fn unsealed(sealer: &Sealer, record: &CredentialRecord, sealed: &[u8]) -> Result<Credential, StoreError> {
    let secret = sealer.open_text(rows::place(record.id), sealed)?;
    Ok(credential_of(record.kind, secret, record.certificate_pem.clone()))
}

pub(crate) fn credential_of(
    kind: CredentialKind,
    secret: Secret<String>,
    certificate_pem: Option<String>,
) -> Credential {
    match kind {
        CredentialKind::Secret => Credential::Secret(secret),
        CredentialKind::Certificate => {
            Credential::Certificate { key_pem: secret, certificate_pem: certificate_pem.unwrap_or_default() }
        }
    }
}

impl Vault {
    fn named(&self, name: impl Into<String>, credential: Credential) -> NamedCredentials {
        let credentials = ClientCredentials {
            tenant: self.tenant.entra_id.to_string(),
            client_id: self.tenant.client_id.to_string(),
            credential,
        };
        NamedCredentials { name: name.into(), credentials }
    }

    async fn stored(&self) -> Result<Vec<NamedCredentials>, StoreError> {
        let mut tx = self.store.read().await?;
        let rows = rows::usable(&mut tx, self.tenant.organisation, self.tenant.id).await?;
        rows.iter()
            .map(|(record, sealed)| Ok(self.named(record.id.to_string(), unsealed(&self.sealer, record, sealed)?)))
            .collect()
    }

    async fn note_refused(&self, id: CredentialId, why: &TokenError) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        let code = why.aadsts().map(|code| format!("AADSTS{code}"));
        rows::note_refused(&mut tx, self.tenant.organisation, id, self.env.now(), code).await?;
        tx.commit().await
    }

    async fn note_working(&self, id: CredentialId) -> Result<(), StoreError> {
        let organisation = self.tenant.organisation;
        let mut tx = self.store.begin().await?;
        let all = rows::usable(&mut tx, organisation, self.tenant.id).await?;
        let now = self.env.now();
        let Some((working, _)) = all.iter().find(|(record, _)| record.id == id) else { return Ok(()) };
        if working.slot == Slot::Primary && working.refused_at.is_none() && is_recent(working.worked_at, now) {
            return Ok(());
        }
        rows::note_working(&mut tx, organisation, id, now).await?;
        let refused =
            all.iter().map(|(record, _)| record).find(|record| record.slot == Slot::Primary && record.id != id);
        if let (Slot::Staged, Some(refused)) = (working.slot, refused.filter(|record| record.refused_at.is_some())) {
            let why = format!("Entra refused it ({})", refused.refused_code.as_deref().unwrap_or("no code"));
            rows::retire(&mut tx, organisation, refused.id, now, &why).await?;
            rows::move_to(&mut tx, organisation, id, Slot::Primary).await?;
            let actor = Actor::system("the staged credential took over", organisation, self.env.new_id::<RequestId>());
            let entry = Entry::act("tenants.credential_switched")
                .object(Object::new("tenant", self.tenant.id, &self.tenant.name))
                .reason(why)
                .after(&serde_json::json!({ "credential": id, "label": working.label, "retired": refused.id }));
            signals::append(&mut tx, &self.env, &actor, vec![entry]).await?;
        }
        tx.commit().await
    }
}

fn is_recent(at: Option<Timestamp>, now: Timestamp) -> bool {
    at.is_some_and(|at| now.since(at) < NOTE_EVERY)
}

#[async_trait]
impl CredentialProvider for Vault {
    async fn credentials(&self) -> Result<Vec<NamedCredentials>, CredentialsError> {
        let cannot = "the credential cannot be read";
        let mut all = self.stored().await.map_err(|cause| CredentialsError::because(cannot, cause))?;
        if self.tenant.shared_app
            && let Some(own) = config::credential(&self.config).await.map_err(CredentialsError::new)?
        {
            all.push(self.named(OF_THE_CONFIGURATION, own));
        }
        Ok(all)
    }

    async fn refused(&self, name: &str, why: &TokenError) {
        let Ok(id) = name.parse() else { return };
        if let Err(error) = self.note_refused(id, why).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "a refused credential cannot be written down");
        }
    }

    async fn works(&self, name: &str) {
        let Ok(id) = name.parse() else { return };
        if let Err(error) = self.note_working(id).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "a working credential cannot be written down");
        }
    }
}

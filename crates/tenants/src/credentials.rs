//! A tenant's credentials: brought, staged, promoted, retired, made.
//!
//! ```text
//! (new) ──► primary ◄──promote/refused──► staged      either ──► retired (secret wiped)
//! ```

use std::time::Duration;

use kernel::{Actor, May, Secret};
use oidc::Certificate;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize, SerialNumber};
use serde::Deserialize;
use signals::Entry;
use store::Tx;
use utoipa::ToSchema;

use crate::calendar::calendar;
use crate::connect::{noted_credential, object_of};
use crate::draft::{CredentialDraft, NewCredential, check_credential, checked_label, checked_slot};
use crate::model::{CredentialId, CredentialKind, CredentialRecord, ExpirySource, Slot, Tenant, TenantId};
use crate::permissions::{DeleteCredential, PromoteCredential, PutCredential, ReadTenants};
use crate::store::{credentials as rows, tenants};
use crate::{Tenants, TenantsError};

/// A certificate to be made here: its key never leaves this server.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCertificate {
    /// What people call it.
    pub label: Option<String>,
    /// How many days it is valid, 1 to 1095; a year when absent.
    pub days: Option<u32>,
}

impl Tenants {
    /// A tenant's credentials, the retired ones too. Never a secret.
    pub async fn list_credentials(
        &self,
        may: &May<ReadTenants>,
        tenant: TenantId,
    ) -> Result<Vec<CredentialRecord>, TenantsError> {
        let organisation = may.actor().organisation;
        self.find(organisation, tenant).await?;
        Ok(rows::list(&mut self.store.read().await?, organisation, tenant).await?)
    }

    /// Brings a credential into a slot; what was there is retired. Staged when no slot is named, primary when there is
    /// no primary one.
    pub async fn put_credential(
        &self,
        may: &May<PutCredential>,
        new: &NewCredential,
        slot: Option<Slot>,
    ) -> Result<CredentialRecord, TenantsError> {
        let (draft, secret) = check_credential(new)?;
        self.bring(may.actor(), may.tenant, &draft, &secret, slot).await
    }

    /// Makes a key and a self-signed certificate, and stages it until the certificate is uploaded to Entra.
    pub async fn generate_certificate(
        &self,
        may: &May<PutCredential>,
        new: &NewCertificate,
    ) -> Result<CredentialRecord, TenantsError> {
        let days = new.days.unwrap_or(365);
        if !(1..=1_095).contains(&days) {
            return Err(TenantsError::invalid("days", "must be from 1 to 1095"));
        }
        let label = checked_label(new.label.as_deref(), "made by Vestibule")?;
        let (certificate_pem, key) = self.self_signed(days)?;
        let certificate = Certificate::from_pem(&certificate_pem)?;
        let draft = CredentialDraft {
            kind: CredentialKind::Certificate,
            label,
            thumbprint: Some(certificate.thumbprint()),
            expires_at: Some(certificate.not_after()),
            certificate_pem: Some(certificate_pem),
        };
        self.bring(may.actor(), may.tenant, &draft, &key, None).await
    }

    /// Makes a staged credential the primary one; the two change places.
    pub async fn promote_credential(&self, may: &May<PromoteCredential>) -> Result<CredentialRecord, TenantsError> {
        let actor = may.actor();
        let mut tx = self.store.begin().await?;
        let tenant = self.find_in(&mut tx, actor, may.tenant).await?;
        let record = in_use(&mut tx, actor, may.tenant, may.credential).await?;
        if record.slot == Slot::Staged {
            for primary in self.in_slot(&mut tx, &tenant, Slot::Primary).await? {
                rows::move_to(&mut tx, actor.organisation, primary.id, Slot::Staged).await?;
            }
            rows::move_to(&mut tx, actor.organisation, record.id, Slot::Primary).await?;
            let record = CredentialRecord { slot: Slot::Primary, ..record.clone() };
            self.note(&mut tx, actor, "tenants.credential_promoted", &tenant, &record).await?;
        }
        tx.commit().await?;
        self.clients.forget(tenant.id);
        let found = rows::find(&mut self.store.read().await?, actor.organisation, tenant.id, record.id).await?;
        found.ok_or(TenantsError::NoSuchCredential(record.id))
    }

    /// Retires a credential and wipes its secret. The only one stays, unless the installation's own stands behind it.
    pub async fn delete_credential(&self, may: &May<DeleteCredential>) -> Result<(), TenantsError> {
        let actor = may.actor();
        let mut tx = self.store.begin().await?;
        let tenant = self.find_in(&mut tx, actor, may.tenant).await?;
        let record = in_use(&mut tx, actor, may.tenant, may.credential).await?;
        let staged = self.in_slot(&mut tx, &tenant, Slot::Staged).await?;
        let successor = staged.iter().find(|staged| staged.id != record.id);
        if record.slot == Slot::Primary && successor.is_none() && !tenant.shared_app {
            let why = "it is the only credential; stage another one first, or disconnect the tenant";
            return Err(TenantsError::Conflict(why.to_owned()));
        }
        rows::retire(&mut tx, actor.organisation, record.id, self.env.now(), "an operator retired it").await?;
        if let Some(successor) = successor.filter(|_| record.slot == Slot::Primary) {
            rows::move_to(&mut tx, actor.organisation, successor.id, Slot::Primary).await?;
        }
        self.note(&mut tx, actor, "tenants.credential_retired", &tenant, &record).await?;
        tx.commit().await?;
        self.clients.forget(tenant.id);
        Ok(())
    }

    /// The days on which the organisation's credentials end, as a calendar file.
    pub async fn credential_calendar(&self, may: &May<ReadTenants>) -> Result<String, TenantsError> {
        let organisation = may.actor().organisation;
        let mut tx = self.store.read().await?;
        let mut entries = Vec::new();
        for tenant in tenants::list(&mut tx, organisation).await? {
            let credentials = rows::list(&mut tx, organisation, tenant.id).await?;
            entries.extend(credentials.into_iter().map(|credential| (tenant.name.clone(), credential)));
        }
        let pairs = entries.iter().map(|(tenant, credential)| (tenant.as_str(), credential));
        Ok(calendar(pairs, self.env.now()))
    }

    async fn bring(
        &self,
        actor: &Actor,
        tenant: TenantId,
        draft: &CredentialDraft,
        secret: &Secret<String>,
        slot: Option<Slot>,
    ) -> Result<CredentialRecord, TenantsError> {
        let mut tx = self.store.begin().await?;
        let tenant = self.find_in(&mut tx, actor, tenant).await?;
        let has_primary = tenant.shared_app || !self.in_slot(&mut tx, &tenant, Slot::Primary).await?.is_empty();
        let slot = checked_slot(slot, if has_primary { Slot::Staged } else { Slot::Primary })?;
        for there in self.in_slot(&mut tx, &tenant, slot).await? {
            rows::retire(&mut tx, actor.organisation, there.id, self.env.now(), "replaced").await?;
            self.note(&mut tx, actor, "tenants.credential_retired", &tenant, &there).await?;
        }
        let record = self.fresh_credential(actor, tenant.id, draft, slot);
        let sealed = self.sealer.seal(rows::place(record.id), secret.expose().as_bytes());
        rows::insert(&mut tx, actor.organisation, &record, sealed).await?;
        self.note(&mut tx, actor, "tenants.credential_added", &tenant, &record).await?;
        tx.commit().await?;
        self.clients.forget(tenant.id);
        Ok(record)
    }

    pub(crate) fn fresh_credential(
        &self,
        actor: &Actor,
        tenant: TenantId,
        draft: &CredentialDraft,
        slot: Slot,
    ) -> CredentialRecord {
        let source = match draft.kind {
            CredentialKind::Certificate => Some(ExpirySource::Certificate),
            CredentialKind::Secret => draft.expires_at.map(|_| ExpirySource::Entered),
        };
        CredentialRecord {
            id: self.env.new_id(),
            tenant,
            slot,
            kind: draft.kind,
            label: draft.label.clone(),
            certificate_pem: draft.certificate_pem.clone(),
            thumbprint: draft.thumbprint.clone(),
            key_id: None,
            expires_at: draft.expires_at,
            expiry_source: source,
            warned_days: None,
            refused_at: None,
            refused_code: None,
            worked_at: None,
            created_at: self.env.now(),
            created_by: actor.label(),
            retired_at: None,
            retired_reason: None,
        }
    }

    async fn find_in(&self, tx: &mut Tx, actor: &Actor, tenant: TenantId) -> Result<Tenant, TenantsError> {
        tenants::find(tx, actor.organisation, tenant).await?.ok_or(TenantsError::NoSuchTenant(tenant))
    }

    async fn in_slot(&self, tx: &mut Tx, tenant: &Tenant, slot: Slot) -> Result<Vec<CredentialRecord>, TenantsError> {
        let all = rows::usable(tx, tenant.organisation, tenant.id).await?;
        Ok(all.into_iter().map(|(record, _)| record).filter(|record| record.slot == slot).collect())
    }

    async fn note(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        name: &'static str,
        tenant: &Tenant,
        record: &CredentialRecord,
    ) -> Result<(), TenantsError> {
        let entry = Entry::act(name).object(object_of(tenant)).after(&noted_credential(record));
        signals::append(tx, &self.env, actor, vec![entry]).await?;
        Ok(())
    }

    fn self_signed(&self, days: u32) -> Result<(String, Secret<String>), TenantsError> {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).map_err(TenantsError::Generate)?;
        let now = self.env.now();
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "Vestibule");
        // A little earlier, as clocks differ.
        params.not_before = now.minus(Duration::from_mins(5)).into();
        params.not_after = now.plus(Duration::from_hours(24) * days).into();
        params.serial_number = Some(SerialNumber::from_slice(&self.env.rng.bytes::<16>()));
        let certificate = params.self_signed(&key).map_err(TenantsError::Generate)?;
        Ok((certificate.pem(), Secret::new(key.serialize_pem())))
    }
}

async fn in_use(
    tx: &mut Tx,
    actor: &Actor,
    tenant: TenantId,
    id: CredentialId,
) -> Result<CredentialRecord, TenantsError> {
    let found = rows::find(tx, actor.organisation, tenant, id).await?;
    found.filter(|record| record.slot != Slot::Retired).ok_or(TenantsError::NoSuchCredential(id))
}

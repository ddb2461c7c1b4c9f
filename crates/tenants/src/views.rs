//! What travels. Never a secret: there is no field for one.

use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::consent::{BegunConsent, Consent, ConsentState};
use crate::draft::CloudBody;
use crate::expiry::days_left;
use crate::grants::{self, GrantView};
use crate::model::{
    ConsentId, CredentialId, CredentialKind, CredentialRecord, ExpirySource, Health, Slot, Tenant, TenantId,
    TenantState,
};
use crate::scripts::Scripts;
use crate::{Feature, Status, UserIdAttribute};

/// A connected tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Tenant)]
pub struct TenantView {
    /// Its id here.
    pub id: TenantId,
    /// Its id in Entra.
    pub entra_id: Uuid,
    /// The friendly name.
    pub name: String,
    /// The primary domain, where known.
    pub primary_domain: Option<String>,
    /// The verified domains, as last read.
    pub domains: Vec<String>,
    /// Where it lives.
    pub cloud: CloudBody,
    /// The application we are in this tenant.
    pub client_id: Uuid,
    /// Whether the application is this installation's own.
    pub shared_app: bool,
    /// Which attribute is the user id.
    pub user_id_attribute: UserIdAttribute,
    /// What it is used for.
    pub features: Vec<Feature>,
    /// The proxy, without user name and password.
    pub proxy_url: Option<String>,
    /// Whether the proxy is given a user name and password.
    pub proxy_has_password: bool,
    /// Certificate authorities trusted for this tenant beside the machine's own.
    pub ca_pem: Option<String>,
    /// Whether it is in use.
    pub state: TenantState,
    /// How it is.
    pub health: HealthView,
    /// Send it back with a change.
    pub version: i64,
    /// Since when.
    pub created_at: Timestamp,
    /// Last changed by an operator.
    pub updated_at: Timestamp,
}

/// How a tenant's connection is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TenantHealth)]
pub struct HealthView {
    /// In one word.
    pub status: Status,
    /// In a sentence.
    pub detail: String,
    /// The raw code behind it.
    pub code: Option<String>,
    /// What to do about it.
    pub mend: &'static str,
    /// Where in the console.
    pub link: String,
    /// Since when.
    pub since: Timestamp,
    /// Last looked at.
    pub probed_at: Option<Timestamp>,
    /// The features that are stopped.
    pub stopped: Vec<Feature>,
    /// Needed permissions that the last token lacks.
    pub missing: Vec<&'static str>,
    /// Permissions in the last token that nothing needs.
    pub superfluous: Vec<String>,
}

/// A credential, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Credential)]
pub struct CredentialView {
    /// Its id here.
    pub id: CredentialId,
    /// Which place it has.
    pub slot: Slot,
    /// What it is.
    pub kind: CredentialKind,
    /// What people call it.
    pub label: String,
    /// The certificate (PEM), to be uploaded to the application's registration.
    pub certificate_pem: Option<String>,
    /// The certificate's thumbprint, as Entra shows it.
    pub thumbprint: Option<String>,
    /// When it ends, where known.
    pub expires_at: Option<Timestamp>,
    /// How that is known.
    pub expiry_source: Option<ExpirySource>,
    /// Whole days until then.
    pub days_left: Option<u64>,
    /// When Entra last refused it.
    pub refused_at: Option<Timestamp>,
    /// With which code.
    pub refused_code: Option<String>,
    /// When it last got a token.
    pub worked_at: Option<Timestamp>,
    /// Since when it is here.
    pub created_at: Timestamp,
    /// Who brought it.
    pub created_by: String,
    /// When it was retired.
    pub retired_at: Option<Timestamp>,
    /// Why.
    pub retired_reason: Option<String>,
}

/// The permissions that the chosen features need, and scripts that grant them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PermissionsView {
    /// The least list.
    pub permissions: Vec<GrantView>,
    /// Granted and not needed.
    pub superfluous: Vec<String>,
    /// Ready to run.
    pub scripts: Scripts,
}

/// Where to send the administrator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = BegunConsent)]
pub struct BegunConsentView {
    /// Its id, to look at how it goes.
    pub id: ConsentId,
    /// Entra's page.
    pub url: String,
    /// Until when it can be answered.
    pub expires_at: Timestamp,
}

/// How a consent goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Consent)]
pub struct ConsentView {
    /// Its id.
    pub id: ConsentId,
    /// Where it stands.
    pub state: ConsentState,
    /// What happened, in a sentence.
    pub detail: Option<String>,
    /// The raw code.
    pub code: Option<String>,
    /// The tenant that was connected.
    pub tenant: Option<TenantId>,
    /// Until when it can be answered.
    pub expires_at: Timestamp,
}

impl HealthView {
    /// The health of a tenant, with what to do about it.
    pub fn of(tenant: &Tenant) -> Self {
        let Health { status, detail, code, since, probed_at, roles, stopped, .. } = tenant.health.clone();
        let found =
            if probed_at.is_some() { grants::compare(&tenant.features, &roles) } else { grants::Comparison::default() };
        Self {
            status,
            detail,
            code,
            mend: status.mend(),
            link: status.link(tenant.id),
            since,
            probed_at,
            stopped,
            missing: found.missing.iter().map(|grant| grant.name).collect(),
            superfluous: found.superfluous,
        }
    }
}

impl From<Tenant> for TenantView {
    fn from(tenant: Tenant) -> Self {
        Self {
            health: HealthView::of(&tenant),
            id: tenant.id,
            entra_id: tenant.entra_id,
            name: tenant.name,
            primary_domain: tenant.primary_domain,
            domains: tenant.domains,
            cloud: tenant.cloud.into(),
            client_id: tenant.client_id,
            shared_app: tenant.shared_app,
            user_id_attribute: tenant.user_id_attribute,
            features: tenant.features,
            proxy_url: tenant.proxy_url,
            proxy_has_password: tenant.proxy_has_password,
            ca_pem: tenant.ca_pem,
            state: tenant.state,
            version: tenant.version,
            created_at: tenant.created_at,
            updated_at: tenant.updated_at,
        }
    }
}

impl CredentialView {
    /// A credential as it stands at a moment.
    pub fn at(record: CredentialRecord, now: Timestamp) -> Self {
        Self {
            id: record.id,
            slot: record.slot,
            kind: record.kind,
            label: record.label,
            certificate_pem: record.certificate_pem,
            thumbprint: record.thumbprint,
            expires_at: record.expires_at,
            expiry_source: record.expiry_source,
            days_left: record.expires_at.map(|end| days_left(end, now)),
            refused_at: record.refused_at,
            refused_code: record.refused_code,
            worked_at: record.worked_at,
            created_at: record.created_at,
            created_by: record.created_by,
            retired_at: record.retired_at,
            retired_reason: record.retired_reason,
        }
    }
}

impl From<BegunConsent> for BegunConsentView {
    fn from(begun: BegunConsent) -> Self {
        Self { id: begun.id, url: begun.url.into(), expires_at: begun.expires_at }
    }
}

impl From<Consent> for ConsentView {
    fn from(consent: Consent) -> Self {
        Self {
            id: consent.id,
            state: consent.state,
            detail: consent.detail,
            code: consent.code,
            tenant: consent.tenant,
            expires_at: consent.expires_at,
        }
    }
}

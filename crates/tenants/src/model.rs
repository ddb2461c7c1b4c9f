//! The nouns: a connected tenant, what it is used for, how it is.

use kernel::{OrganisationId, Timestamp, id_type, text_enum};
use oidc::Cloud;
use uuid::Uuid;

use crate::{Status, UserIdAttribute};

id_type!(
    /// A connected tenant of an organisation.
    TenantId,
    /// A credential of a tenant.
    CredentialId,
    /// A consent that an administrator was sent to give.
    ConsentId,
);

text_enum!(
    /// Whether a tenant is in use.
    pub enum TenantState {
        /// In use.
        Connected = "connected",
        /// Switched off by an operator: nothing is read, nothing is removed.
        Paused = "paused",
    }
);

text_enum!(
    /// What permissions are needed for.
    pub enum Feature {
        /// Users are read.
        Users = "users",
        /// Groups and their members are read.
        Groups = "groups",
        /// Members of groups with hidden membership are read.
        HiddenMembers = "hidden_members",
        /// The end of the application's credentials is read.
        CredentialExpiry = "credential_expiry",
        /// The tenant's name and domains are read.
        TenantDetails = "tenant_details",
        /// Entra's provisioning jobs that push to this server are looked at, mended and started.
        Provisioning = "provisioning",
        /// Where people can be reached is read, so that codes can be sent to them: a consent of its own.
        OutOfBand = "out_of_band",
        /// Entra's side of the second factor is looked at, and the method made and enabled.
        SecondFactor = "second_factor",
        /// Who is at risk is read, so that policies of the second factor can ask for it: a consent of its own.
        Risk = "risk",
        /// People are registered for the second factor on their behalf, and taken out again: a consent of its own.
        Registration = "registration",
        /// The tenant tells of changes, so that they are read at once.
        ChangeNotifications = "change_notifications",
    }
);

/// A connected tenant.
#[derive(Debug, Clone, PartialEq)]
pub struct Tenant {
    /// Its id here.
    pub id: TenantId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Its id in Entra.
    pub entra_id: Uuid,
    /// The friendly name.
    pub name: String,
    /// The primary domain, where known.
    pub primary_domain: Option<String>,
    /// The verified domains, as last read.
    pub domains: Vec<String>,
    /// Where it lives.
    pub cloud: Cloud,
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
    pub health: Health,
    /// Grows with every change of the record.
    pub version: i64,
    /// Since when.
    pub created_at: Timestamp,
    /// Last changed by an operator.
    pub updated_at: Timestamp,
}

impl Tenant {
    /// Why nothing of it may be removed for now, if so: it is paused, errored, expired or throttled.
    pub fn frozen(&self) -> Option<Frozen> {
        let frozen = |detail: &str, features: &[Feature]| Frozen {
            status: self.health.status,
            detail: detail.to_owned(),
            features: features.to_vec(),
        };
        if self.state == TenantState::Paused {
            return Some(frozen("an operator paused the tenant", &self.features));
        }
        (!self.health.stopped.is_empty()).then(|| frozen(&self.health.detail, &self.health.stopped))
    }
}

/// How a tenant's connection is, as last seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// In one word.
    pub status: Status,
    /// In a sentence.
    pub detail: String,
    /// The raw code behind it: `AADSTS7000215`, `Authorization_RequestDenied`.
    pub code: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// Last looked at.
    pub probed_at: Option<Timestamp>,
    /// The permissions in the last token.
    pub roles: Vec<String>,
    /// Every permission that was ever seen in a token.
    pub roles_seen: Vec<String>,
    /// The features that are stopped.
    pub stopped: Vec<Feature>,
}

/// Why nothing of a tenant may be removed for now: an errored source proves nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// In one word; [`Status::Granted`] when an operator paused the tenant.
    pub status: Status,
    /// In a sentence.
    pub detail: String,
    /// The features that are stopped; the others go on.
    pub features: Vec<Feature>,
}

impl Frozen {
    /// Whether this feature is stopped.
    pub fn stops(&self, feature: Feature) -> bool {
        self.features.contains(&feature)
    }
}

text_enum!(
    /// Which place a credential has.
    pub enum Slot {
        /// Tried first.
        Primary = "primary",
        /// Waits to take over when the primary one is refused.
        Staged = "staged",
        /// No longer used; its secret is wiped.
        Retired = "retired",
    }
);

text_enum!(
    /// What a credential is.
    pub enum CredentialKind {
        /// A client secret.
        Secret = "secret",
        /// A key whose certificate is registered on the application.
        Certificate = "certificate",
    }
);

text_enum!(
    /// How we know when a credential ends.
    pub enum ExpirySource {
        /// An operator entered it.
        Entered = "entered",
        /// The application's registration in Entra says so.
        Entra = "entra",
        /// The certificate says so.
        Certificate = "certificate",
    }
);

/// A credential, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialRecord {
    /// Its id here.
    pub id: CredentialId,
    /// Of which tenant.
    pub tenant: TenantId,
    /// Which place it has.
    pub slot: Slot,
    /// What it is.
    pub kind: CredentialKind,
    /// What people call it.
    pub label: String,
    /// The certificate (PEM), which is public.
    pub certificate_pem: Option<String>,
    /// The certificate's SHA-1 thumbprint, as Entra shows it.
    pub thumbprint: Option<String>,
    /// Its id in Entra, where known.
    pub key_id: Option<Uuid>,
    /// When it ends, where known.
    pub expires_at: Option<Timestamp>,
    /// How that is known.
    pub expiry_source: Option<ExpirySource>,
    /// The smallest number of days before the end that was warned of.
    pub warned_days: Option<u32>,
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

//! What an operator enters about a tenant and its credential, checked.

use kernel::{Secret, Timestamp};
use oidc::{Authority, Certificate, Cloud, Credential};
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::model::{CredentialKind, Slot};
use crate::vault::credential_of;
use crate::{Feature, TenantsError, UserIdAttribute};

/// No credential ends later: 2200-01-01T00:00:00Z, in seconds.
const LAST_END: i64 = 7_258_118_400;

/// Where a tenant lives, on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(tag = "name", rename_all = "snake_case")]
#[schema(as = Cloud)]
pub enum CloudBody {
    /// The world-wide cloud.
    #[default]
    Global,
    /// US Government (GCC High).
    UsGovernment,
    /// China, run by 21Vianet.
    China,
    /// Any other pair of base URLs.
    Custom {
        /// Base URL of the sign-in service, without the tenant.
        login: String,
        /// Base URL of Graph, without the version.
        graph: String,
    },
}

impl From<CloudBody> for Cloud {
    fn from(body: CloudBody) -> Self {
        match body {
            CloudBody::Global => Self::Global,
            CloudBody::UsGovernment => Self::UsGovernment,
            CloudBody::China => Self::China,
            CloudBody::Custom { login, graph } => Self::Custom { login, graph },
        }
    }
}

impl From<Cloud> for CloudBody {
    fn from(cloud: Cloud) -> Self {
        match cloud {
            Cloud::Global => Self::Global,
            Cloud::UsGovernment => Self::UsGovernment,
            Cloud::China => Self::China,
            Cloud::Custom { login, graph } => Self::Custom { login, graph },
        }
    }
}

/// A credential as it is entered: a secret, or a certificate with its key. Never given back.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCredential {
    /// What people call it; the kind when absent.
    pub label: Option<String>,
    /// The client secret's value (not its id).
    #[schema(value_type = Option<String>, write_only)]
    pub secret: Option<Secret<String>>,
    /// The certificate (PEM).
    pub certificate_pem: Option<String>,
    /// The certificate's RSA private key (PEM, not encrypted).
    #[schema(value_type = Option<String>, write_only)]
    pub key_pem: Option<Secret<String>>,
    /// When the secret ends, where Entra may not be asked. A certificate knows its own end.
    pub expires_at: Option<Timestamp>,
}

/// How a tenant is used and reached.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantSettings {
    /// The friendly name; the tenant's own name or domain when absent.
    pub name: Option<String>,
    /// Which attribute is the user id; the user principal name when absent.
    pub user_id_attribute: Option<UserIdAttribute>,
    /// What the tenant is used for; users and groups when absent.
    pub features: Option<Vec<Feature>>,
    /// A proxy for this tenant alone: `http://[user:password@]host:port`.
    #[schema(value_type = Option<String>, write_only)]
    pub proxy_url: Option<Secret<String>>,
    /// Certificate authorities (PEM) trusted for this tenant beside the machine's own.
    pub ca_pem: Option<String>,
}

/// A checked draft, without its secrets.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Draft {
    pub name: Option<String>,
    pub tenant: Option<Uuid>,
    pub domain: Option<String>,
    pub cloud: Cloud,
    pub client_id: Uuid,
    pub shared_app: bool,
    pub user_id_attribute: UserIdAttribute,
    pub features: Vec<Feature>,
    pub proxy_url: Option<String>,
    pub ca_pem: Option<String>,
    pub credential: Option<CredentialDraft>,
}

/// A checked credential, without its secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CredentialDraft {
    pub kind: CredentialKind,
    pub label: String,
    pub certificate_pem: Option<String>,
    pub thumbprint: Option<String>,
    pub expires_at: Option<Timestamp>,
}

/// The secrets of a draft.
#[derive(Debug, Clone, Default)]
pub(crate) struct Secrets {
    pub credential: Option<Secret<String>>,
    pub proxy: Option<Secret<String>>,
}

impl CredentialDraft {
    pub(crate) fn credential(&self, secret: Secret<String>) -> Credential {
        credential_of(self.kind, secret, self.certificate_pem.clone())
    }
}

impl Secrets {
    /// As one text, to be sealed.
    pub(crate) fn to_text(&self) -> Secret<String> {
        let pair = [&self.credential, &self.proxy].map(|secret| secret.as_ref().map(|secret| secret.expose().as_str()));
        Secret::new(serde_json::to_string(&pair).expect("invariant: two texts are plain data"))
    }

    /// Reads [`Secrets::to_text`] back.
    pub(crate) fn from_text(text: &Secret<String>) -> Self {
        let [credential, proxy]: [Option<Secret<String>>; 2] =
            serde_json::from_str(text.expose()).unwrap_or([None, None]);
        Self { credential, proxy }
    }
}

/// Checks a credential: exactly one kind, key and certificate a pair.
pub(crate) fn check_credential(new: &NewCredential) -> Result<(CredentialDraft, Secret<String>), TenantsError> {
    if new.expires_at.is_some_and(|end| !(0..LAST_END).contains(&end.seconds())) {
        return Err(TenantsError::invalid("expires_at", "must lie between 1970 and 2200"));
    }
    let label = |kind: CredentialKind| checked_label(new.label.as_deref(), kind.as_str());
    match (&new.secret, &new.certificate_pem, &new.key_pem) {
        (Some(secret), None, None) => {
            let secret = Secret::from(secret.expose().trim());
            if secret.expose().is_empty() {
                return Err(TenantsError::invalid("secret", "is empty"));
            }
            if secret.expose().len() > 1_024 {
                return Err(TenantsError::invalid("secret", "is longer than a client secret can be"));
            }
            let kind = CredentialKind::Secret;
            let draft = CredentialDraft {
                kind,
                label: label(kind)?,
                certificate_pem: None,
                thumbprint: None,
                expires_at: new.expires_at,
            };
            Ok((draft, secret))
        }
        (None, Some(pem), Some(key)) => {
            let certificate = Certificate::from_pem(pem)?;
            certificate.check_key(key)?;
            let kind = CredentialKind::Certificate;
            let draft = CredentialDraft {
                kind,
                label: label(kind)?,
                certificate_pem: Some(certificate_only(pem)),
                thumbprint: Some(certificate.thumbprint()),
                expires_at: Some(certificate.not_after()),
            };
            Ok((draft, key.clone()))
        }
        _ => {
            Err(TenantsError::invalid("credential", "must be either a secret, or a certificate together with its key"))
        }
    }
}

/// The first certificate of a PEM text and nothing else: files are often pasted with the key in them.
fn certificate_only(pem: &str) -> String {
    let (first, last) = ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----");
    let start = pem.find(first).unwrap_or(0);
    let end = pem[start..].find(last).map_or(pem.len(), |end| start + end + last.len());
    format!("{}\n", &pem[start..end])
}

/// Checks settings; `domain_of` and tenant are filled in by the caller.
pub(crate) fn check_settings(
    settings: &TenantSettings,
    cloud: Cloud,
    client_id: Uuid,
    shared_app: bool,
) -> Result<(Draft, Secrets), TenantsError> {
    Authority::of(&cloud)?;
    let features = settings.features.clone().unwrap_or_else(|| vec![Feature::Users, Feature::Groups]);
    let proxy = settings.proxy_url.clone().filter(|url| !url.expose().trim().is_empty());
    let proxy_url = proxy.as_ref().map(shown_proxy).transpose()?;
    let draft = Draft {
        name: settings.name.as_deref().map(checked_name).transpose()?,
        tenant: None,
        domain: None,
        cloud,
        client_id,
        shared_app,
        user_id_attribute: settings.user_id_attribute.unwrap_or(UserIdAttribute::UserPrincipalName),
        features: checked_features(features)?,
        proxy_url,
        ca_pem: settings.ca_pem.as_deref().map(checked_authorities).transpose()?.flatten(),
        credential: None,
    };
    Ok((draft, Secrets { credential: None, proxy }))
}

/// A friendly name.
pub(crate) fn checked_name(name: &str) -> Result<String, TenantsError> {
    checked_text("name", name, 120)
}

pub(crate) fn checked_label(label: Option<&str>, otherwise: &str) -> Result<String, TenantsError> {
    checked_text("label", label.unwrap_or(otherwise), 120)
}

fn checked_text(field: &'static str, text: &str, most: usize) -> Result<String, TenantsError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > most || text.chars().any(char::is_control) {
        return Err(TenantsError::invalid(field, format!("must have 1 to {most} characters on one line")));
    }
    Ok(text.to_owned())
}

/// Features, once each and in order. Hidden members are members of groups.
pub(crate) fn checked_features(mut features: Vec<Feature>) -> Result<Vec<Feature>, TenantsError> {
    features.sort_unstable();
    features.dedup();
    if features.contains(&Feature::HiddenMembers) && !features.contains(&Feature::Groups) {
        return Err(TenantsError::invalid("features", "hidden_members needs groups"));
    }
    if !features.contains(&Feature::Users) && !features.contains(&Feature::Groups) {
        return Err(TenantsError::invalid("features", "must name users or groups"));
    }
    Ok(features)
}

/// A proxy's address as it may be shown: without user name and password.
pub(crate) fn shown_proxy(proxy: &Secret<String>) -> Result<String, TenantsError> {
    let wrong = || TenantsError::invalid("proxy_url", "must be http://[user:password@]host:port");
    let mut url = Url::parse(proxy.expose().trim()).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(wrong());
    }
    url.set_username("").map_err(|()| wrong())?;
    url.set_password(None).map_err(|()| wrong())?;
    Ok(url.to_string())
}

/// Whether a proxy's address has a user name or password in it.
pub(crate) fn has_password(proxy: &Secret<String>) -> bool {
    Url::parse(proxy.expose().trim()).is_ok_and(|url| !url.username().is_empty() || url.password().is_some())
}

/// The certificates of a PEM text and nothing else, as keys are pasted by accident; nothing when the text is blank.
pub(crate) fn checked_authorities(pem: &str) -> Result<Option<String>, TenantsError> {
    let mut rest = pem;
    let mut kept = String::new();
    while let Some(start) = rest.find("-----BEGIN CERTIFICATE-----") {
        kept.push_str(&certificate_only(&rest[start..]));
        rest = &rest[start + 1..];
    }
    if kept.is_empty() && !pem.trim().is_empty() {
        return Err(TenantsError::invalid("ca_pem", "holds no CERTIFICATE block"));
    }
    Ok(Some(kept).filter(|kept| !kept.is_empty()))
}

/// The slot as entered: a new credential is never retired.
pub(crate) fn checked_slot(slot: Option<Slot>, otherwise: Slot) -> Result<Slot, TenantsError> {
    match slot.unwrap_or(otherwise) {
        Slot::Retired => Err(TenantsError::invalid("slot", "must be primary or staged")),
        slot => Ok(slot),
    }
}

//! The tenant itself and applications in it.

use kernel::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

/// The tenant's own record.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// The tenant id.
    pub id: Uuid,
    /// Its name.
    #[serde(default)]
    pub display_name: Option<String>,
    /// `AAD`, `AAD B2C` or `CIAM`; delta queries work in `AAD` only.
    #[serde(default)]
    pub tenant_type: Option<String>,
    /// The country's two letters.
    #[serde(default)]
    pub country_letter_code: Option<String>,
    /// Its verified domains.
    #[serde(default)]
    pub verified_domains: Vec<VerifiedDomain>,
    /// Whether objects are synchronised from an on-premises directory.
    #[serde(default)]
    pub on_premises_sync_enabled: Option<bool>,
}

/// A verified domain as the tenant's record lists it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifiedDomain {
    /// The domain.
    pub name: String,
    /// The `….onmicrosoft.com` domain the tenant was made with.
    #[serde(default)]
    pub is_initial: bool,
    /// The one that new users get.
    #[serde(default)]
    pub is_default: bool,
}

/// A domain. Needs `Domain.Read.All`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Domain {
    /// The domain's name.
    pub id: String,
    /// `Managed` or `Federated`.
    #[serde(default)]
    pub authentication_type: Option<String>,
    /// The one that new users get.
    #[serde(default)]
    pub is_default: bool,
    /// The one the tenant was made with.
    #[serde(default)]
    pub is_initial: bool,
    /// Ownership has been shown.
    #[serde(default)]
    pub is_verified: bool,
}

/// An application's presence in a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServicePrincipal {
    /// The object id, different in every tenant.
    pub id: Uuid,
    /// The application's id, the same everywhere.
    pub app_id: Uuid,
    /// Its name.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Switched off when false: token requests fail with 7000112.
    #[serde(default)]
    pub account_enabled: Option<bool>,
    /// The permissions it offers.
    #[serde(default)]
    pub app_roles: Vec<AppRole>,
}

/// A permission that a resource offers to applications.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppRole {
    /// Its id, the same in every tenant.
    pub id: Uuid,
    /// Its name, such as `User.Read.All`.
    #[serde(default)]
    pub value: Option<String>,
    /// Its name for people.
    #[serde(default)]
    pub display_name: Option<String>,
}

/// A permission that was granted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppRoleAssignment {
    /// Which permission.
    pub app_role_id: Uuid,
    /// To whom.
    pub principal_id: Uuid,
    /// On which resource: its service principal in this tenant.
    pub resource_id: Uuid,
    /// The resource's name.
    #[serde(default)]
    pub resource_display_name: Option<String>,
    /// Since when.
    #[serde(default)]
    pub created_date_time: Option<Timestamp>,
}

/// An app registration. Needs `Application.Read.All`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    /// The object id.
    pub id: Uuid,
    /// The application's id.
    pub app_id: Uuid,
    /// Its name.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Its secrets, without their values.
    #[serde(default)]
    pub password_credentials: Vec<PasswordCredential>,
    /// Its certificates, without their keys.
    #[serde(default)]
    pub key_credentials: Vec<KeyCredential>,
}

/// A registered secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PasswordCredential {
    /// Its id.
    #[serde(default)]
    pub key_id: Option<Uuid>,
    /// Its description.
    #[serde(default)]
    pub display_name: Option<String>,
    /// The first three characters of its value.
    #[serde(default)]
    pub hint: Option<String>,
    /// Valid until.
    #[serde(default)]
    pub end_date_time: Option<Timestamp>,
}

/// A registered certificate.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyCredential {
    /// Its id.
    #[serde(default)]
    pub key_id: Option<Uuid>,
    /// Its description.
    #[serde(default)]
    pub display_name: Option<String>,
    /// The SHA-1 thumbprint, base64 or hexadecimal.
    #[serde(default)]
    pub custom_key_identifier: Option<String>,
    /// Valid until.
    #[serde(default)]
    pub end_date_time: Option<Timestamp>,
}

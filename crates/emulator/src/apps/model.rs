//! The nouns, as plain data. Times that are not Graph's own (`effective`) carry the consent delay.

use std::collections::BTreeMap;

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::catalogue;

/// What one tenant knows of applications.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Apps {
    /// Registrations, by application (client) id.
    pub applications: BTreeMap<Uuid, Application>,
    /// Instances in this tenant, by object id.
    pub service_principals: BTreeMap<Uuid, ServicePrincipal>,
    /// What service principals were granted.
    pub assignments: Vec<AppRoleAssignment>,
}

/// An application registration, in its home tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Application {
    /// Object id.
    pub id: Uuid,
    /// Client id.
    pub app_id: Uuid,
    /// Display name.
    pub display_name: String,
    /// When registered.
    pub created: Timestamp,
    /// `AzureADMyOrg` or `AzureADMultipleOrgs`.
    pub sign_in_audience: String,
    /// Made from an application template, as enterprise applications are: it publishes the role `User`.
    #[serde(default)]
    pub from_template: bool,
    /// A public client may not authenticate with a secret or an assertion.
    pub public_client: bool,
    /// Application ID URIs.
    pub identifier_uris: Vec<String>,
    /// The delegated permissions that its own API publishes, by value.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Redirect URIs of the platform "web".
    pub redirect_uris: Vec<String>,
    /// Redirect URIs of the platform "single-page application".
    #[serde(default)]
    pub spa_redirect_uris: Vec<String>,
    /// Redirect URIs of the platform "mobile and desktop applications".
    #[serde(default)]
    pub public_redirect_uris: Vec<String>,
    /// The front-channel logout address.
    #[serde(default)]
    pub logout_url: Option<String>,
    /// The authorize endpoint may hand out ID tokens.
    #[serde(default)]
    pub id_token_enabled: bool,
    /// `optionalClaims`, as Graph has it.
    #[serde(default)]
    pub optional_claims: Value,
    /// `api.requestedAccessTokenVersion`.
    #[serde(default)]
    pub token_version: Option<u8>,
    /// The permissions the registration asks for on Microsoft Graph.
    pub required_access: Vec<ResourceAccess>,
    /// Secrets.
    pub passwords: Vec<PasswordCredential>,
    /// Certificates.
    pub keys: Vec<KeyCredential>,
}

/// One permission a registration asks for on Microsoft Graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceAccess {
    /// The app role's (or scope's) id.
    pub id: Uuid,
    /// `Role` (application permission) or `Scope` (delegated).
    pub kind: String,
}

/// A client secret. The emulator keeps the value: it is a toy tenant's.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PasswordCredential {
    /// Its id.
    pub key_id: Uuid,
    /// Its label.
    pub display_name: Option<String>,
    /// The value.
    pub secret: String,
    /// Valid from.
    pub start: Timestamp,
    /// Valid until.
    pub end: Timestamp,
}

/// A registered certificate.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeyCredential {
    /// Its id.
    pub key_id: Uuid,
    /// Its label.
    pub display_name: Option<String>,
    /// The certificate, DER.
    pub der: Vec<u8>,
    /// Valid from.
    pub start: Timestamp,
    /// Valid until.
    pub end: Timestamp,
}

/// An application's instance in a tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ServicePrincipal {
    /// Object id.
    pub id: Uuid,
    /// Client id.
    pub app_id: Uuid,
    /// Display name.
    pub display_name: String,
    /// Whether it may get tokens.
    pub enabled: bool,
    /// The tenant of the registration.
    pub owner_tenant: Uuid,
    /// When created.
    pub created: Timestamp,
    /// From when on the token endpoint and Graph see it (consent delay).
    pub effective: Timestamp,
}

/// Who was assigned to a resource.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PrincipalKind {
    /// An application.
    #[default]
    ServicePrincipal,
    /// A person.
    User,
    /// A group: with it its direct members.
    Group,
}

/// A granted application permission, or a person's or group's assignment to an enterprise application.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AppRoleAssignment {
    /// Its id, opaque.
    pub id: String,
    /// The role on the resource.
    pub app_role_id: Uuid,
    /// Who was granted it.
    pub principal_id: Uuid,
    /// What that is.
    #[serde(default)]
    pub principal_kind: PrincipalKind,
    /// The resource's service principal in this tenant.
    pub resource_id: Uuid,
    /// When granted.
    pub created: Timestamp,
    /// From when on tokens carry it (consent delay).
    pub effective: Timestamp,
}

impl Application {
    /// Whether it asked for an optional claim in `idToken` or `accessToken`.
    pub fn opts_in(&self, token: &str, claim: &str) -> bool {
        let wanted = self.optional_claims[token].as_array();
        wanted.is_some_and(|wanted| wanted.iter().any(|one| one["name"] == claim))
    }

    /// The same with one of the additional properties of the claim.
    pub fn opts_in_with(&self, token: &str, claim: &str, property: &str) -> bool {
        let wanted = self.optional_claims[token].as_array().map(Vec::as_slice).unwrap_or_default();
        let with = |one: &Value| {
            one["additionalProperties"].as_array().is_some_and(|all| all.iter().any(|own| own == property))
        };
        wanted.iter().any(|one| one["name"] == claim && with(one))
    }

    /// Whether its own API goes by that name: the client id, bare or after `api://`, or an application ID URI.
    pub fn goes_by(&self, name: &str) -> bool {
        let id = self.app_id.to_string();
        name.strip_prefix("api://").unwrap_or(name) == id || self.identifier_uris.iter().any(|uri| uri == name)
    }

    /// The redirect URIs of every platform.
    pub fn all_redirects(&self) -> impl Iterator<Item = &String> {
        self.redirect_uris.iter().chain(&self.spa_redirect_uris).chain(&self.public_redirect_uris)
    }
}

impl Apps {
    /// The service principal of an application in this tenant, visible or not yet.
    pub fn principal_of(&self, app_id: Uuid) -> Option<&ServicePrincipal> {
        self.service_principals.values().find(|principal| principal.app_id == app_id)
    }

    /// The same, to change it.
    pub fn principal_of_mut(&mut self, app_id: Uuid) -> Option<&mut ServicePrincipal> {
        self.service_principals.values_mut().find(|principal| principal.app_id == app_id)
    }

    /// Takes an application's instance away, with what it was granted.
    pub fn remove_principal_of(&mut self, app_id: Uuid) {
        let Some(id) = self.principal_of(app_id).map(|principal| principal.id) else { return };
        self.service_principals.remove(&id);
        self.assignments.retain(|assignment| assignment.principal_id != id && assignment.resource_id != id);
    }

    /// The names of the Graph permissions a service principal has at `now`, sorted.
    pub fn graph_roles(&self, principal_id: Uuid, now: Timestamp) -> Vec<String> {
        let mut roles: Vec<_> = self
            .assignments
            .iter()
            .filter(|assignment| assignment.principal_id == principal_id && assignment.effective <= now)
            .filter_map(|assignment| catalogue::role_by_id(assignment.app_role_id))
            .map(|role| role.value.to_owned())
            .collect();
        roles.sort();
        roles.dedup();
        roles
    }
}

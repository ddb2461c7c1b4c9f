//! An external method's configuration (Graph: externalAuthenticationMethodConfiguration).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use crate::sign_in::person::Person;

/// The type's name.
pub const TYPE: &str = "#microsoft.graph.externalAuthenticationMethodConfiguration";
/// What every discovery address ends with.
pub const WELL_KNOWN: &str = "/.well-known/openid-configuration";

/// One external method.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Configuration {
    /// Its id.
    pub id: Uuid,
    /// What people see. Never changes.
    pub name: String,
    /// Whether it is on.
    pub enabled: bool,
    /// The provider's application, consented to in the tenant.
    pub app_id: Uuid,
    /// What the provider calls this tenant.
    pub client_id: String,
    /// Where the provider describes itself.
    pub discovery_url: String,
    /// For whom.
    pub include: Vec<Value>,
    /// And for whom not.
    pub exclude: Vec<Value>,
}

impl Configuration {
    /// Whether it is on and meant for a person.
    pub fn is_for(&self, person: &Person) -> bool {
        let names = |targets: &[Value]| {
            targets.iter().filter_map(|target| target["id"].as_str()).any(|id| {
                id == "all_users" || id.parse::<Uuid>().is_ok_and(|id| id == person.id || person.groups.contains(&id))
            })
        };
        self.enabled && names(&self.include) && !names(&self.exclude)
    }

    /// The issuer that the provider must use: the discovery address without its end.
    pub fn issuer(&self) -> &str {
        self.discovery_url.strip_suffix(WELL_KNOWN).unwrap_or(&self.discovery_url)
    }

    /// As Graph shows it.
    pub fn shown(&self) -> Value {
        json!({
            "@odata.type": TYPE, "id": self.id, "state": if self.enabled { "enabled" } else { "disabled" },
            "displayName": self.name, "appId": self.app_id,
            "openIdConnectSetting": { "clientId": self.client_id, "discoveryUrl": self.discovery_url },
            "includeTargets": self.include, "excludeTargets": self.exclude,
        })
    }
}

/// Whether an address may be a discovery address: `https` (unless plain ones are let pass), the well-known end, nothing
/// after it.
pub fn is_discovery_url(address: &str, plain: bool) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let scheme = url.scheme() == "https" || (plain && url.scheme() == "http");
    scheme && url.query().is_none() && url.fragment().is_none() && address.ends_with(WELL_KNOWN)
}

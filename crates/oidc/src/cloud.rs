//! Microsoft's clouds: the only place where a host name of Microsoft's is written.
//!
//! Deliberately does no discovery: the paths below are fixed by the protocol, the hosts by this table.

use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

/// Where a tenant lives.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum Cloud {
    /// The world-wide cloud.
    #[default]
    Global,
    /// US Government (GCC High). Its DoD part is [`Cloud::Custom`].
    UsGovernment,
    /// China, run by 21Vianet.
    China,
    /// Any other pair of base URLs: the emulator, or a cloud this table does not know.
    Custom {
        /// Base URL of the sign-in service, without the tenant.
        login: String,
        /// Base URL of Graph, without the version.
        graph: String,
    },
}

impl Cloud {
    /// The clouds that have a name of their own.
    pub const NAMED: [Self; 3] = [Self::Global, Self::UsGovernment, Self::China];

    /// The name on the wire and in the database.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::UsGovernment => "us_government",
            Self::China => "china",
            Self::Custom { .. } => "custom",
        }
    }

    /// Reads [`Cloud::name`] back; `None` for `custom`, which needs its URLs.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMED.into_iter().find(|cloud| cloud.name() == name)
    }

    /// Base URL of the sign-in service, as written.
    pub fn login(&self) -> &str {
        match self {
            Self::Global => "https://login.microsoftonline.com",
            Self::UsGovernment => "https://login.microsoftonline.us",
            Self::China => "https://login.partner.microsoftonline.cn",
            Self::Custom { login, .. } => login,
        }
    }

    /// Base URL of Graph, as written.
    pub fn graph(&self) -> &str {
        match self {
            Self::Global => "https://graph.microsoft.com",
            Self::UsGovernment => "https://graph.microsoft.us",
            Self::China => "https://microsoftgraph.chinacloudapi.cn",
            Self::Custom { graph, .. } => graph,
        }
    }
}

/// Why a pair of base URLs cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CloudError {
    /// It is no URL.
    #[error("{0:?} is not a URL")]
    NoUrl(String),
    /// Secrets would travel in clear.
    #[error("{0:?} is not https; plain http is accepted for this machine only (localhost, 127.0.0.1, ::1)")]
    Insecure(String),
    /// It has parts a base URL may not have.
    #[error("{0:?} has a user name, a query or a fragment; a base URL has none")]
    NotABase(String),
}

/// The checked base URLs of one cloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    login: Url,
    graph: Url,
}

impl Authority {
    /// Checks a cloud's base URLs. A version at the end of Graph's, as its addresses are often copied, is dropped.
    pub fn of(cloud: &Cloud) -> Result<Self, CloudError> {
        let mut graph = base(cloud.graph())?;
        let versioned = ["/v1.0", "/beta"].iter().any(|version| graph.path().trim_end_matches('/').ends_with(version));
        if versioned && let Ok(mut path) = graph.path_segments_mut() {
            path.pop_if_empty().pop();
        }
        Ok(Self { login: base(cloud.login())?, graph })
    }

    /// Base URL of the sign-in service.
    pub fn login(&self) -> &Url {
        &self.login
    }

    /// Base URL of Graph, without the version.
    pub fn graph(&self) -> &Url {
        &self.graph
    }

    /// The token endpoint (v2.0) of one tenant.
    pub fn token_endpoint(&self, tenant: &str) -> Url {
        self.login_path(&[tenant, "oauth2", "v2.0", "token"])
    }

    /// The scope that stands for every application permission granted on Graph.
    pub fn graph_scope(&self) -> String {
        format!("{}/.default", self.graph.as_str().trim_end_matches('/'))
    }

    /// Where a tenant publishes the keys that Entra signs its tokens with (oidc.md §1).
    pub fn keys_of(&self, tenant: Uuid) -> Url {
        self.login_path(&[&tenant.to_string(), "discovery", "v2.0", "keys"])
    }

    /// Who issues a tenant's version 2 tokens, with `{tenantid}` where its id stands (oidc.md §7).
    pub fn issuer_template(&self) -> String {
        format!("{}/{{tenantid}}/v2.0", self.login.as_str().trim_end_matches('/'))
    }

    /// The one address that takes the answers of an External MFA provider (eam.md §4).
    pub fn external_mfa_redirect(&self) -> Url {
        self.login_path(&["common", "federation", "externalauthprovider"])
    }

    /// Where an administrator of a tenant consents to what an application's registration lists.
    pub fn admin_consent(&self, tenant: Uuid, client_id: &str) -> Url {
        let mut url = self.login_path(&[&tenant.to_string(), "adminconsent"]);
        url.query_pairs_mut().append_pair("client_id", client_id);
        url
    }

    pub(crate) fn login_path(&self, segments: &[&str]) -> Url {
        let mut url = self.login.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }
}

/// The one address that takes the answers of a custom control's provider: beside that for External MFA's (eam.md §7; seen in the
/// global cloud, in others by analogy).
pub fn custom_control_redirect(external_mfa: &str) -> Option<Url> {
    Url::parse(external_mfa).ok()?.join("OAuth2ClaimsProvider").ok()
}

/// Checks an address that secrets may travel to: https, or this machine; no user name, query or fragment.
pub fn base(text: &str) -> Result<Url, CloudError> {
    let url = Url::parse(text).map_err(|_| CloudError::NoUrl(text.to_owned()))?;
    let local = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(CloudError::NoUrl(text.to_owned())),
    };
    if url.scheme() != "https" && !(url.scheme() == "http" && local) {
        return Err(CloudError::Insecure(text.to_owned()));
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(CloudError::NotABase(text.to_owned()));
    }
    Ok(url)
}

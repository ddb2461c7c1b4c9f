//! The section `[graph]`: how Microsoft Graph is reached, where a tenant does not say otherwise.

use std::fs;
use std::path::PathBuf;

use graph::{HttpSettings, ProxySetting};
use kernel::Secret;
use serde::{Deserialize, Serialize};

use super::{ConfigError, only_one, secret};

/// The section `[graph]`.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct GraphConfig {
    /// The proxy: `http://[user:password@]host:port`. Without one, what `HTTPS_PROXY` and `NO_PROXY` say.
    #[serde(skip_serializing)]
    pub proxy_url: Option<Secret<String>>,
    /// A file that holds the proxy's URL.
    pub proxy_url_file: Option<PathBuf>,
    /// Hosts, domains and networks that are reached without the proxy, separated by commas.
    pub proxy_except: String,
    /// Certificate authorities (PEM) trusted beside the machine's own, for proxies that break TLS open.
    pub ca_file: Option<PathBuf>,
}

impl GraphConfig {
    /// Everything that is wrong with it, in sentences.
    pub fn validate(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let (written, file) = (self.proxy_url.is_some(), self.proxy_url_file.is_some());
        only_one(&mut wrong, ("graph.proxy_url", written), ("graph.proxy_url_file", file));
        if !self.proxy_except.is_empty() && !written && !file {
            wrong.push("graph.proxy_except needs graph.proxy_url or graph.proxy_url_file".to_owned());
        }
        wrong
    }

    /// What the HTTP client is built with.
    pub fn settings(&self) -> Result<HttpSettings, ConfigError> {
        let url = secret("graph.proxy_url_file", self.proxy_url.as_ref(), self.proxy_url_file.as_deref())?;
        let proxy = match url {
            Some(url) => ProxySetting::Through { url: url.expose().clone(), except: self.proxy_except.clone() },
            None => ProxySetting::FromEnvironment,
        };
        let extra_ca_pem = match &self.ca_file {
            Some(path) => {
                let path_text = path.display().to_string();
                let failed = |cause| ConfigError::SecretFile { key: "graph.ca_file", path: path_text, cause };
                Some(fs::read_to_string(path).map_err(failed)?)
            }
            None => None,
        };
        Ok(HttpSettings { proxy, extra_ca_pem, ..HttpSettings::default() })
    }
}

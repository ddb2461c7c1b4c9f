//! The section `[tenants]` of the configuration.

use std::time::Duration;

use kernel::Secret;
use oidc::Credential;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The application of this installation, which tenants may consent to, and how tenants are watched.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The client id of this installation's multitenant application; without one, every tenant brings its own.
    pub client_id: Option<Uuid>,
    /// The application's client secret; better in a file.
    #[serde(skip_serializing)]
    pub client_secret: Option<Secret<String>>,
    /// A file with the application's client secret.
    pub client_secret_file: Option<String>,
    /// A file with the application's certificate (PEM).
    pub certificate_file: Option<String>,
    /// A file with the certificate's private key (PEM).
    pub certificate_key_file: Option<String>,
    /// Where Entra sends the browser back to, as registered: `https://…/connect/callback`.
    pub redirect_uri: Option<String>,
    /// How often each tenant is probed.
    pub probe_interval_minutes: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            client_id: None,
            client_secret: None,
            client_secret_file: None,
            certificate_file: None,
            certificate_key_file: None,
            redirect_uri: None,
            probe_interval_minutes: 15,
        }
    }
}

impl Config {
    /// What is wrong with the section, as sentences; empty when nothing is.
    pub fn validate(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if !(1..=1_440).contains(&self.probe_interval_minutes) {
            faults.push("tenants.probe_interval_minutes must be from 1 to 1440".to_owned());
        }
        if self.client_secret.is_some() && self.client_secret_file.is_some() {
            faults.push("set either tenants.client_secret or tenants.client_secret_file, not both".to_owned());
        }
        if self.certificate_file.is_some() != self.certificate_key_file.is_some() {
            faults.push("tenants.certificate_file and tenants.certificate_key_file belong together".to_owned());
        }
        let has_credential =
            self.client_secret.is_some() || self.client_secret_file.is_some() || self.certificate_file.is_some();
        if self.client_id.is_some() && !has_credential {
            faults.push("tenants.client_id needs tenants.client_secret_file or tenants.certificate_file".to_owned());
        }
        if let Some(uri) = &self.redirect_uri
            && url::Url::parse(uri).is_err()
        {
            faults
                .push("tenants.redirect_uri must be a whole address such as https://host/connect/callback".to_owned());
        }
        faults
    }

    /// How often each tenant is probed.
    pub fn probe_interval(&self) -> Duration {
        Duration::from_secs(u64::from(self.probe_interval_minutes) * 60)
    }
}

/// The credential of this installation's application, read anew each time so that files may be replaced.
pub(crate) async fn credential(config: &Config) -> Result<Option<Credential>, String> {
    if let (Some(certificate), Some(key)) = (&config.certificate_file, &config.certificate_key_file) {
        let certificate_pem = read(certificate).await?;
        return Ok(Some(Credential::Certificate { key_pem: Secret::new(read(key).await?), certificate_pem }));
    }
    if let Some(file) = &config.client_secret_file {
        let text = Secret::new(read(file).await?);
        return Ok(Some(Credential::Secret(Secret::from(text.expose().trim()))));
    }
    Ok(config.client_secret.clone().map(Credential::Secret))
}

async fn read(file: &str) -> Result<String, String> {
    tokio::fs::read_to_string(file).await.map_err(|cause| format!("the file {file} cannot be read: {cause}"))
}

//! The configuration: one TOML file with a section per room, an overlay from the environment, flags on top.
//!
//! | from | looks like | wins over |
//! |---|---|---|
//! | the file | `[web]` `listen = "127.0.0.1:8080"` | the defaults |
//! | the environment | `VESTIBULE_WEB__LISTEN=127.0.0.1:8080` | the file |
//! | flags | `--set web.listen=127.0.0.1:8080` | both |
//!
//! Unknown keys are refused. Deliberately checks nothing outside the text: files, names and certificates are for
//! `doctor`.

mod graph;
mod keys;
mod log;
mod overlay;
mod store;

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use toml::Table;

pub use graph::GraphConfig;
pub use keys::KeysConfig;
pub use log::{LogConfig, LogFormat};
pub use store::{DEFAULT_DATABASE, StoreConfig};

/// The whole configuration.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where to listen and what to endure.
    pub web: web::Config,
    /// Where the database is.
    pub store: StoreConfig,
    /// The master keys that secrets in the database are sealed under.
    pub keys: KeysConfig,
    /// How Microsoft Graph is reached.
    pub graph: GraphConfig,
    /// The application of this installation and how tenants are watched.
    pub tenants: tenants::Config,
    /// What a source of the directory sync begins with, and how long its runs are kept.
    pub dirsync: dirsync::Config,
    /// What a connection of an application that pushes begins with.
    pub provisioning: provisioning::Config,
    /// How people prove themselves to Entra, and how long what they did is kept.
    pub mfa: mfa::Config,
    /// Where webhooks may go, and how long what was sent is kept.
    pub signals: signals::Config,
    /// The mail server that letters go out by; without one nobody is written to.
    pub mail: mail::Config,
    /// How long a sign-in lasts.
    pub operators: operators::Config,
    /// What is logged and how.
    pub log: LogConfig,
}

/// Where the configuration comes from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The file; without one the usual places are looked at.
    pub file: Option<PathBuf>,
    /// The environment.
    pub environment: Vec<(String, String)>,
    /// `section.key` and value, from flags.
    pub flags: Vec<(String, String)>,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration {path} cannot be read")]
    Unreadable {
        /// Which.
        path: String,
        /// The system's reason.
        #[source]
        cause: std::io::Error,
    },
    /// The file is not understood; the text shows where.
    #[error("the configuration {path} is not understood\n{text}")]
    NotUnderstood {
        /// Which file.
        path: String,
        /// Line, column and reason.
        text: String,
    },
    /// A variable or a flag is not understood.
    #[error("{from} is not understood: {text}")]
    BadOverlay {
        /// The variable or the flag.
        from: String,
        /// The reason.
        text: String,
    },
    /// It is understood and makes no sense.
    #[error("the configuration makes no sense:\n  {}", .0.join("\n  "))]
    Invalid(Vec<String>),
    /// A file that a key names cannot be read.
    #[error("{key} names {path}, which cannot be read")]
    SecretFile {
        /// The key.
        key: &'static str,
        /// The file.
        path: String,
        /// The system's reason.
        #[source]
        cause: std::io::Error,
    },
}

/// Where a configuration is looked for when none is named.
const USUAL_PLACES: [&str; 2] = ["vestibule.toml", "/etc/vestibule/vestibule.toml"];

impl Config {
    /// Reads every source and checks the result.
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let config = Self::read(sources)?;
        let wrong = config.validate();
        if wrong.is_empty() { Ok(config) } else { Err(ConfigError::Invalid(wrong)) }
    }

    /// Reads every source without checking whether the result makes sense.
    pub fn read(sources: &Sources) -> Result<Self, ConfigError> {
        let mut table = match found(sources) {
            Some(path) => file(&path)?,
            None => Table::new(),
        };
        for overlay in overlay::all(sources)? {
            overlay::apply(&mut table, &overlay)?;
        }
        overlay::typed(&table).map_err(|text| ConfigError::BadOverlay { from: "the configuration".to_owned(), text })
    }

    /// Everything that is wrong with it, in sentences.
    pub fn validate(&self) -> Vec<String> {
        let sections = [
            self.web.validate(),
            self.store.validate(),
            self.keys.validate(),
            self.graph.validate(),
            self.tenants.validate(),
            self.dirsync.validate(),
            self.provisioning.validate(),
            self.mfa.validate(),
            self.signals.validate(),
            self.mail.validate(),
            self.operators.validate(),
            self.log.validate(),
        ];
        let mut wrong: Vec<String> = sections.into_iter().flatten().collect();
        if self.keys.is_empty() && !self.store.is_embedded() {
            wrong.push(
                "keys.master_key_file, keys.master_keys or keys.master_key_command is needed with PostgreSQL, because \
                 every node must hold the same key; make one with `vestibule keys generate`"
                    .to_owned(),
            );
        }
        wrong
    }

    /// Where people reach this server, without a slash at its end.
    pub fn url(&self) -> String {
        let scheme = if self.web.tls_certificate_file.is_some() { "https" } else { "http" };
        self.web.origin().unwrap_or_else(|| format!("{scheme}://{}", self.web.listen))
    }

    /// The configuration as TOML without secrets, for people.
    pub fn shown(&self) -> String {
        toml::to_string(self).unwrap_or_else(|error| format!("# cannot be shown: {error}\n"))
    }
}

fn found(sources: &Sources) -> Option<PathBuf> {
    let named = sources.file.clone();
    named.or_else(|| USUAL_PLACES.iter().map(PathBuf::from).find(|path| path.exists()))
}

/// Reads the file twice: once as what it must be, so that a fault has its line, and once as a table to lay over.
fn file(path: &Path) -> Result<Table, ConfigError> {
    let shown = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|cause| ConfigError::Unreadable { path: shown.clone(), cause })?;
    let not_understood =
        |error: toml::de::Error| ConfigError::NotUnderstood { path: shown.clone(), text: error.to_string() };
    toml::from_str::<Config>(&text).map_err(not_understood)?;
    text.parse::<Table>().map_err(not_understood)
}

/// A secret that is written out or lies in a file.
pub(crate) fn secret(
    key: &'static str,
    written: Option<&kernel::Secret<String>>,
    file: Option<&Path>,
) -> Result<Option<kernel::Secret<String>>, ConfigError> {
    match (written, file) {
        (Some(secret), _) => Ok(Some(secret.clone())),
        (None, Some(path)) => {
            let failed = |cause| ConfigError::SecretFile { key, path: path.display().to_string(), cause };
            let text = kernel::Secret::new(fs::read_to_string(path).map_err(failed)?);
            Ok(Some(text.expose().trim().into()))
        }
        (None, None) => Ok(None),
    }
}

/// The sentence for a secret that is given twice.
pub(crate) fn only_one(wrong: &mut Vec<String>, first: (&str, bool), second: (&str, bool)) {
    if first.1 && second.1 {
        wrong.push(format!("{} and {} are both set; keep one", first.0, second.0));
    }
}

#[cfg(test)]
mod tests;

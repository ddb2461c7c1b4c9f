//! The section `[store]`: where the database is.

use std::path::{Path, PathBuf};

use kernel::Secret;
use serde::{Deserialize, Serialize};

use super::{ConfigError, only_one, secret};

/// The database when none is named.
pub const DEFAULT_DATABASE: &str = "sqlite:vestibule.db";

/// The section `[store]`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreConfig {
    /// The database: `sqlite:<file>` or `postgres://user:password@host/database`. Without one, `sqlite:vestibule.db`.
    #[serde(skip_serializing)]
    pub url: Option<Secret<String>>,
    /// A file that holds the database's URL.
    pub url_file: Option<PathBuf>,
    /// How many connections are held: readers with SQLite, all with PostgreSQL.
    pub connections: u32,
    /// How long to wait for a connection or a lock.
    pub acquire_timeout_seconds: u64,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self { url: None, url_file: None, connections: 8, acquire_timeout_seconds: 10 }
    }
}

impl StoreConfig {
    /// Everything that is wrong with it, in sentences.
    pub fn validate(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        only_one(&mut wrong, ("store.url", self.url.is_some()), ("store.url_file", self.url_file.is_some()));
        let known = |url: &str| ["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme));
        if self.url.as_ref().is_some_and(|url| !known(url.expose())) {
            wrong.push("store.url must begin with sqlite: or postgres:".to_owned());
        }
        if !(2..=500).contains(&self.connections) {
            wrong.push("store.connections must be from 2 to 500".to_owned());
        }
        if !(1..=600).contains(&self.acquire_timeout_seconds) {
            wrong.push("store.acquire_timeout_seconds must be from 1 to 600".to_owned());
        }
        wrong
    }

    /// The URL, from wherever it is written. Holds a password with PostgreSQL.
    pub fn url(&self) -> Result<Secret<String>, ConfigError> {
        let url = secret("store.url_file", self.url.as_ref(), self.url_file.as_deref())?;
        Ok(url.unwrap_or_else(|| DEFAULT_DATABASE.into()))
    }

    /// The file of an embedded database; `None` with PostgreSQL.
    pub fn file(&self) -> Option<PathBuf> {
        let url = self.url().ok()?;
        let path = url.expose().strip_prefix("sqlite:")?;
        let path = path.strip_prefix("//").unwrap_or(path);
        Some(Path::new(path.split('?').next().unwrap_or(path)).to_owned())
    }

    /// Whether the database is a file of ours. A URL that cannot be read yet counts as one that is elsewhere.
    pub fn is_embedded(&self) -> bool {
        self.file().is_some()
    }

    /// What the store is opened with.
    pub fn settings(&self) -> Result<store::Settings, ConfigError> {
        Ok(store::Settings {
            max_connections: self.connections,
            acquire_timeout: std::time::Duration::from_secs(self.acquire_timeout_seconds),
            ..store::Settings::new(self.url()?.expose())
        })
    }
}

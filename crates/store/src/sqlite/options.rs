//! How connections are made.

use std::path::PathBuf;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;

use super::{Flush, Paces};
use crate::{Settings, StoreError};

/// What one kind of connection needs. Those of one database know the same of their statements.
#[derive(Clone)]
pub(crate) struct Options {
    pub(super) path: PathBuf,
    pub(super) writes: bool,
    /// How long whoever is in the way is waited for.
    pub(super) patience: Duration,
    /// Statements that begin it.
    pub(super) settings: String,
    pub(super) paces: Arc<Paces>,
}

impl Options {
    /// Of connections that write. The file is made if there is none.
    pub(crate) fn new(settings: &Settings) -> Result<Self, StoreError> {
        let url = SqliteConnectOptions::from_str(&settings.url).ok().filter(|_| !settings.url.contains(['?', '#']));
        let url = url.filter(|_| !settings.url.contains(":memory:"));
        let url =
            url.ok_or_else(|| StoreError::Settings("the SQLite URL must be sqlite:<path of a file>".to_owned()))?;
        let options = Self {
            path: url.get_filename().to_owned(),
            writes: true,
            patience: settings.acquire_timeout,
            settings: String::new(),
            paces: Arc::default(),
        };
        Ok(options
            .with("journal_mode = WAL")
            .with("foreign_keys = ON")
            // Whoever commits waits for a flush of their own.
            .with("synchronous = NORMAL")
            .with("cache_size = -131072")
            // All caches of the process together: whoever needs a page beyond that takes one that nobody uses.
            .with("soft_heap_limit = 50331648")
            .with("temp_store = MEMORY")
            // Pages that many units of work change are written to the file once for all of them.
            // Should nobody else do it in time.
            .with("wal_autocheckpoint = 32768")
            .with("journal_size_limit = 134217728"))
    }

    /// What makes commits outlive a loss of power.
    pub(crate) fn flush(&self) -> Flush {
        Flush::of(&self.path)
    }

    /// Of connections that read.
    pub(crate) fn reader(&self) -> Self {
        Self { writes: false, ..self.with("cache_size = -16384") }
    }

    /// Of the one that tidies up, which gives up sooner.
    pub(crate) fn tidier(&self, patience: Duration) -> Self {
        Self { patience, ..self.with("cache_size = -2048") }
    }

    fn with(&self, setting: &str) -> Self {
        Self { settings: format!("{}PRAGMA {setting};\n", self.settings), ..self.clone() }
    }
}

//! What is kept in the data folder.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::second::Second;

/// The data folder: the one that was named, or one that goes with the process.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    temporary: Option<tempfile::TempDir>,
}

/// What the demo must know again at its next start.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Notes {
    pub password: String,
    pub api_token: String,
    /// None in the notes of an older demo.
    #[serde(default)]
    pub second: Option<Second>,
    /// The key of somebody's authenticator app.
    #[serde(default)]
    pub totp_secret: Option<String>,
}

impl Folder {
    pub(crate) fn open(named: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = named else {
            let temporary = tempfile::Builder::new().prefix("vestibule-demo-").tempdir()?;
            return Ok(Self { path: temporary.path().to_owned(), temporary: Some(temporary) });
        };
        fs::create_dir_all(path).with_context(|| format!("cannot make {}", path.display()))?;
        // Other programs are handed paths in it, so they must not depend on where we stand.
        Ok(Self { path: path.canonicalize()?, temporary: None })
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Whether the folder outlives the process.
    pub(crate) fn is_kept(&self) -> bool {
        self.temporary.is_none()
    }

    /// Writes a file that only we can read.
    pub(crate) fn write(&self, name: &str, text: &str) -> anyhow::Result<PathBuf> {
        let path = self.file(name);
        let mut options = fs::OpenOptions::new();
        let file = options.write(true).create(true).truncate(true).mode(0o600).open(&path);
        file.and_then(|mut file| file.write_all(text.as_bytes()))
            .with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }

    pub(crate) fn notes(&self) -> Option<Notes> {
        serde_json::from_str(&fs::read_to_string(self.file(NOTES)).ok()?).ok()
    }

    pub(crate) fn keep_notes(&self, notes: &Notes) -> anyhow::Result<()> {
        self.write(NOTES, &serde_json::to_string(notes)?).map(drop)
    }
}

const NOTES: &str = "demo.json";

//! The repository as a table of text files, so that every house rule is a pure function.
//!
//! Deliberately reads the work tree, not git: a rule must fail before the commit.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

const TEXTS: &[&str] = &["rs", "toml", "md", "sql", "html", "css", "js", "py", "txt", "yaml", "json", "sh", "svg", ""];
const SKIPPED: &[&str] = &[".git", "target", "data", "node_modules", "__pycache__", ".venv", ".pytest_cache"];

/// Where the repository is.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Every text file by its path from the root, with `/` between folders.
#[derive(Debug, Default)]
pub struct Repository {
    files: BTreeMap<String, String>,
}

impl Repository {
    /// Reads the work tree.
    pub fn read() -> Result<Self> {
        let mut repository = Self::default();
        repository.read_folder(root(), "")?;
        Ok(repository)
    }

    /// A repository of the given files, for the tests of the rules.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Self {
        Self { files: files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect() }
    }

    /// All files.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The Rust files.
    pub fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files().filter(|(path, _)| path.ends_with(".rs"))
    }

    /// One file.
    pub fn file(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// The crates by folder name, each with its manifest.
    pub fn crates(&self) -> Result<BTreeMap<String, toml::Table>> {
        let manifests = self.files().filter_map(|(path, text)| {
            let name = path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml")?;
            Some((name.to_owned(), text))
        });
        manifests
            .map(|(name, text)| {
                let manifest = text.parse::<toml::Table>().with_context(|| format!("the manifest of {name}"))?;
                Ok((name, manifest))
            })
            .collect()
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str) -> Result<()> {
        for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if SKIPPED.contains(&name.as_str()) {
                continue;
            }
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                self.read_folder(&path, &format!("{prefix}{name}/"))?;
            } else if is_text(&path)
                && let Ok(text) = fs::read_to_string(&path)
            {
                self.files.insert(format!("{prefix}{name}"), text);
            }
        }
        Ok(())
    }
}

/// The crate a path belongs to.
pub fn crate_of(path: &str) -> Option<&str> {
    path.strip_prefix("crates/")?.split('/').next()
}

fn is_text(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    TEXTS.contains(&ending)
}

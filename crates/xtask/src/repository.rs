//! The repository as a table of text files, so that every house rule is a pure function.
//!
//! Deliberately reads the work tree, not git: a rule must fail before the commit.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use toml::Table;

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
    crates: BTreeMap<String, Table>,
}

impl Repository {
    /// Reads the work tree.
    pub fn read() -> Result<Self> {
        let mut files = BTreeMap::new();
        read_folder(root(), "", &mut files)?;
        Self::of_files(files)
    }

    /// A repository of the given files, for the tests of the rules.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        Self::of_files(files.collect()).expect("the manifests of a test can be read")
    }

    fn of_files(files: BTreeMap<String, String>) -> Result<Self> {
        let mut crates = BTreeMap::new();
        for (path, text) in &files {
            if let Some(name) = path.strip_prefix("crates/").and_then(|path| path.strip_suffix("/Cargo.toml")) {
                let manifest = text.parse::<Table>().with_context(|| format!("the manifest of {name}"))?;
                crates.insert(name.to_owned(), manifest);
            }
        }
        Ok(Self { files, crates })
    }

    /// All files.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The files with this ending.
    pub fn ending(&self, ending: &str) -> impl Iterator<Item = (&str, &str)> {
        self.files().filter(move |(path, _)| Path::new(path).extension().is_some_and(|found| found == ending))
    }

    /// The Rust files.
    pub fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        self.ending("rs")
    }

    /// One file.
    pub fn file(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// The crates by folder name, each with its manifest.
    pub fn crates(&self) -> &BTreeMap<String, Table> {
        &self.crates
    }
}

fn read_folder(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if SKIPPED.contains(&name.as_str()) {
            continue;
        }
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            read_folder(&path, &format!("{prefix}{name}/"), files)?;
        } else if is_text(&path)
            && let Ok(text) = fs::read_to_string(&path)
        {
            files.insert(format!("{prefix}{name}"), text);
        }
    }
    Ok(())
}

/// The crate a path belongs to.
pub fn crate_of(path: &str) -> Option<&str> {
    path.strip_prefix("crates/")?.split('/').next()
}

fn is_text(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    TEXTS.contains(&ending)
}

//! `exceptions.toml`: the breaches of house rules that are tolerated for now. The list may only shrink.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use crate::repository::Repository;
use crate::rules::Breach;

/// Where the list is.
pub const PATH: &str = "crates/xtask/exceptions.toml";

/// Per rule: what is tolerated, and why.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(transparent)]
pub struct Exceptions(BTreeMap<String, BTreeMap<String, String>>);

impl Exceptions {
    /// Reads the list; no file is an empty list.
    pub fn read(repository: &Repository) -> Result<Self> {
        let text = repository.file(PATH).unwrap_or_default();
        toml::from_str(text).with_context(|| format!("{PATH} cannot be read"))
    }

    /// What is left to complain about: breaches that are not listed, and lines that are no longer needed.
    pub fn judge(&self, rule: &str, breaches: Vec<Breach>) -> Vec<String> {
        let nothing = BTreeMap::new();
        let listed = self.0.get(rule).unwrap_or(&nothing);
        let found: BTreeSet<String> = breaches.iter().map(|breach| breach.key.clone()).collect();
        let stale = listed.keys().filter(|key| !found.contains(*key));
        let stale = stale.map(|key| format!("{PATH}: [{rule}] {key:?} is no longer needed: delete the line"));
        let unlisted = breaches.into_iter().filter(|breach| !listed.contains_key(&breach.key));
        unlisted.map(|breach| format!("{}: {}", breach.key, breach.text)).chain(stale).collect()
    }

    /// Lists for rules that do not exist.
    pub fn unknown<'a>(&'a self, rules: &'a [&str]) -> impl Iterator<Item = &'a str> {
        self.0.keys().map(String::as_str).filter(move |rule| !rules.contains(rule))
    }
}

#[cfg(test)]
mod tests;

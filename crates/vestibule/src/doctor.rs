//! What a configuration file cannot say: whether the outside is as it should be.
//!
//! Every check gives one line with a result and, where something is wrong, the mend. Deliberately changes nothing: it
//! makes no key, migrates no database and writes no row.

mod database;
mod files;
mod notifications;
mod post;
mod reach;
mod rights;

use std::path::Path;

use kernel::Env;
use serde::Serialize;
use store::Store;

use crate::config::Config;
use crate::keys::Ring;

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Good,
    /// It works, but somebody should look at it.
    Warning,
    /// It does not work.
    Bad,
}

/// One line of the report.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub check: String,
    /// How it is.
    pub verdict: Verdict,
    /// What was seen.
    pub result: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

impl Finding {
    pub(crate) fn good(check: impl Into<String>, result: impl Into<String>) -> Self {
        Self { check: check.into(), verdict: Verdict::Good, result: result.into(), mend: None }
    }

    pub(crate) fn warning(check: impl Into<String>, result: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check: check.into(), verdict: Verdict::Warning, result: result.into(), mend: Some(mend.into()) }
    }

    pub(crate) fn bad(check: impl Into<String>, result: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check: check.into(), verdict: Verdict::Bad, result: result.into(), mend: Some(mend.into()) }
    }
}

/// Looks at everything.
pub async fn examine(config: Config) -> Vec<Finding> {
    let env = Env::system();
    let mut findings = vec![files::address(&config), files::keys(&config)];
    findings.extend(files::certificate(&config, env.now()));
    if let Some(file) = config.store.file() {
        findings.push(files::disk(folder_of(&file)));
    }
    findings.extend(database::examine(&config, &env).await);
    findings.extend(reach::examine(&config, &env).await);
    findings.push(post::examine(&config).await);
    findings.extend(notifications::examine(&config, &env).await);
    findings.extend(rights::examine(&config, &env).await);
    findings
}

/// Looks at what a running server can see without asking anybody outside.
pub(crate) async fn here(config: &Config, store: &Store, ring: &Ring, env: &Env) -> Vec<Finding> {
    let mut findings = vec![files::address(config), files::keys(config)];
    findings.extend(files::certificate(config, env.now()));
    if let Some(file) = config.store.file() {
        findings.push(files::disk(folder_of(&file)));
    }
    findings.extend(database::look(store, env).await);
    findings.push(database::secrets(store, ring).await);
    findings.push(post::look(config));
    findings.push(notifications::look(config, store, env).await);
    findings
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// An error with its causes as one sentence.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    store::worker::JobError::from_error(error).0
}

#[cfg(test)]
mod tests;

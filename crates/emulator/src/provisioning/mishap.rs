//! Mishaps on demand between the service and its target: requests that never arrive, arrive twice, or whose answer is
//! lost. What the target itself does wrong is not ours to play.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::faults::path_matches;

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It arrives and is done; its answer is not read.
    LoseAnswer,
    /// It is sent twice; the second answer counts.
    Repeat,
    /// It carries a token that is not the secret.
    WrongToken,
    /// It never leaves.
    Unreachable,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mishap {
    /// What happens.
    pub kind: Kind,
    /// Only to this method.
    #[serde(default)]
    pub method: Option<String>,
    /// Only on this path below the tenant URL: a prefix, or a pattern with `*`.
    #[serde(default)]
    pub path: Option<String>,
    /// So often, then never again; none is until cleared.
    #[serde(default)]
    pub count: Option<u32>,
    /// Lets so many pass first.
    #[serde(default)]
    pub skip: u32,
}

/// The rules of a job.
#[derive(Debug, Default)]
pub struct Mishaps(Mutex<Vec<Mishap>>);

impl Mishaps {
    /// Adds a rule.
    pub fn add(&self, mishap: Mishap) {
        self.with(|all| all.push(mishap));
    }

    /// The rules at work.
    pub fn list(&self) -> Vec<Mishap> {
        self.with(|all| all.clone())
    }

    /// Takes every rule away.
    pub fn clear(&self) {
        self.with(Vec::clear);
    }

    /// What happens to one request: the first rule that fits and is due.
    pub fn strike(&self, method: &str, path: &str) -> Option<Kind> {
        self.with(|all| {
            let fits = |mishap: &&mut Mishap| {
                mishap.method.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
                    && mishap.path.as_ref().is_none_or(|pattern| path_matches(pattern, path))
            };
            let found = all.iter_mut().find(fits)?;
            if found.skip > 0 {
                found.skip -= 1;
                return None;
            }
            let kind = found.kind;
            found.count = found.count.map(|left| left.saturating_sub(1));
            all.retain(|mishap| mishap.count != Some(0));
            Some(kind)
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut Vec<Mishap>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

//! Requests spoilt on purpose, for tests of a provider. Each quirk strikes until it is cleared, or so many times.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One way to spoil a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Quirk {
    /// The hint is signed otherwise.
    Sign {
        /// How.
        by: Signer,
    },
    /// A claim of the hint has another value; `null` leaves it out.
    Claim {
        /// Its name.
        name: String,
        /// Its value.
        #[serde(default)]
        value: Value,
    },
    /// A member of the hint's header has another value; `null` leaves it out.
    Header {
        /// Its name.
        name: String,
        /// Its value.
        #[serde(default)]
        value: Value,
    },
    /// The hint was made so many seconds ago; negative ones lie ahead.
    Age {
        /// How many.
        seconds: i64,
    },
    /// A parameter has another value; without one it is left out.
    Parameter {
        /// Its name.
        name: String,
        /// Its value.
        #[serde(default)]
        value: Option<String>,
    },
    /// A parameter comes twice, the second time with another value when one is given.
    Repeat {
        /// Its name.
        name: String,
        /// The second value.
        #[serde(default)]
        value: Option<String>,
    },
    /// The hint is about somebody else.
    Person {
        /// A principal name or an object id.
        user: String,
    },
    /// The last request's hint and nonce come again.
    Replay {},
}

/// Who signs a hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signer {
    /// A key that nobody published, under the published key's id.
    ForeignKey,
    /// A key that nobody published, under its own id.
    UnknownKey,
    /// Nobody: `alg` is `none`.
    Nobody,
    /// A shared secret that is the published certificate: `alg` is `HS256`.
    Hmac,
    /// The right key, but the claims were changed after.
    Broken,
}

/// A quirk, and for how many requests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// What is spoilt.
    #[serde(flatten)]
    pub quirk: Quirk,
    /// For how many requests; until cleared when not given.
    #[serde(default)]
    pub count: Option<u32>,
}

/// The quirks at work.
#[derive(Debug, Default)]
pub struct Quirks(Mutex<Vec<Rule>>);

impl Quirks {
    /// Adds one.
    pub fn add(&self, rule: Rule) {
        self.lock().push(rule);
    }

    /// All of them.
    pub fn list(&self) -> Vec<Rule> {
        self.lock().clone()
    }

    /// None any more.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Those for the next request.
    pub fn strike(&self) -> Vec<Quirk> {
        let mut rules = self.lock();
        let struck = rules.iter().map(|rule| rule.quirk.clone()).collect();
        for rule in rules.iter_mut() {
            rule.count = rule.count.map(|count| count.saturating_sub(1));
        }
        rules.retain(|rule| rule.count != Some(0));
        struck
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Rule>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! Conditional Access: policies, named locations, authentication contexts, and how risky people are.
//!
//! | file | what it is for |
//! |---|---|
//! | `policy` | a policy as Graph takes and shows it |
//! | `situation` | one sign-in as policies see it |
//! | `evaluate` | policies and a situation make a verdict; pure |
//! | `control` | custom controls, which are retiring |
//! | `conditions` | whether a policy is about a situation; pure |
//! | `place` | where an address is |
//! | `graph`, `risky` | `/identity/conditionalAccess`, `/identityProtection` |
//!
//! Deliberately knows no devices: every browser here is unknown to the organisation.

pub mod conditions;
pub mod control;
pub mod evaluate;
pub mod graph;
pub mod place;
pub mod policy;
pub mod risky;
pub mod situation;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use control::CustomControl;

/// What one tenant has decided, and what it knows of risk. Policies, locations and contexts are kept as Graph shows
/// them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Access {
    /// Policies.
    pub policies: BTreeMap<Uuid, Value>,
    /// Named locations.
    pub locations: BTreeMap<Uuid, Value>,
    /// Authentication contexts by id (`c1`).
    pub contexts: BTreeMap<String, Value>,
    /// Custom controls.
    pub controls: BTreeMap<Uuid, CustomControl>,
    /// Risk, by user.
    pub risks: BTreeMap<Uuid, Risk>,
}

/// How risky somebody is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Risk {
    /// The user's level: `none`, `low`, `medium`, `high`.
    pub level: String,
    /// The state: `atRisk`, `dismissed`, ...
    pub state: String,
    /// Why it is so.
    pub detail: String,
    /// The level of the next sign-ins, until a second factor is passed.
    pub sign_in_level: String,
    /// When it changed.
    pub at: Timestamp,
}

impl Risk {
    /// Nobody was ever risky.
    pub fn none(at: Timestamp) -> Self {
        let none = || "none".to_owned();
        Self { level: none(), state: none(), detail: none(), sign_in_level: none(), at }
    }
}

impl Access {
    /// A user's risk.
    pub fn risk(&self, user: Uuid) -> Risk {
        self.risks.get(&user).cloned().unwrap_or_else(|| Risk::none(Timestamp::default()))
    }

    /// A second factor was passed: the sign-in is no longer risky.
    pub fn remedied(&mut self, user: Uuid, now: Timestamp) {
        let risky = self.risks.get_mut(&user).filter(|risk| risk.sign_in_level != "none");
        if let Some(risk) = risky {
            "none".clone_into(&mut risk.sign_in_level);
            "userPassedMFADrivenByRiskBasedPolicy".clone_into(&mut risk.detail);
            risk.at = now;
        }
    }
}

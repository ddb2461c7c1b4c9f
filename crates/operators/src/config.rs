//! The section `[operators]` of the configuration.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How long a sign-in lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// A session that was not used for so many minutes ends.
    pub session_idle_minutes: u32,
    /// A session ends after so many hours, used or not.
    pub session_hours: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self { session_idle_minutes: 30, session_hours: 12 }
    }
}

impl Config {
    /// What is wrong with the section, as sentences; empty when nothing is.
    pub fn validate(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if !(1..=1_440).contains(&self.session_idle_minutes) {
            faults.push("operators.session_idle_minutes must be from 1 to 1440".to_owned());
        }
        if !(1..=168).contains(&self.session_hours) {
            faults.push("operators.session_hours must be from 1 to 168".to_owned());
        }
        faults
    }

    /// How long a session lasts unused.
    pub fn idle(&self) -> Duration {
        Duration::from_secs(u64::from(self.session_idle_minutes) * 60)
    }

    /// How long a session lasts at most.
    pub fn longest(&self) -> Duration {
        Duration::from_secs(u64::from(self.session_hours) * 3_600)
    }
}

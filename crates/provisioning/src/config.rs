//! The section `[provisioning]`: what a connection begins with that nobody has set anything for.

use serde::{Deserialize, Serialize};

use crate::settings::{Limits, Settings};

/// The section `[provisioning]`. What is set for a connection in the console wins over it.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// How many users a new connection may take away in a day without asking.
    pub limit_users: u32,
    /// The same in per cent of all active users; the first limit reached counts.
    pub limit_users_percent: u32,
    /// How many groups a new connection may take away in a day without asking.
    pub limit_groups: u32,
    /// The same in per cent of all groups; the first limit reached counts.
    pub limit_groups_percent: u32,
    /// Hours until held calls of a new connection count as rejected, 1 to 720.
    pub hold_hours: u32,
    /// Days that calls of a new connection are kept, 1 to 365.
    pub keep_calls_days: u32,
    /// Minutes that an OAuth access token works, 60 to 360.
    pub token_minutes: u32,
}

impl Default for Config {
    fn default() -> Self {
        let Settings { limits, keep_calls_days, .. } = Settings::default();
        Self {
            limit_users: limits.users,
            limit_users_percent: limits.users_percent,
            limit_groups: limits.groups,
            limit_groups_percent: limits.groups_percent,
            hold_hours: limits.hold_hours,
            keep_calls_days,
            token_minutes: 60,
        }
    }
}

impl Config {
    /// What a connection begins with.
    pub fn settings(&self) -> Settings {
        Settings {
            limits: Limits {
                users: self.limit_users,
                users_percent: self.limit_users_percent,
                groups: self.limit_groups,
                groups_percent: self.limit_groups_percent,
                hold_hours: self.hold_hours,
                ..Limits::default()
            },
            keep_calls_days: self.keep_calls_days,
            ..Settings::default()
        }
    }

    /// Everything that is wrong with it, in sentences.
    pub fn validate(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        if let Err(error) = self.settings().validate() {
            wrong.push(format!("provisioning: {error}"));
        }
        if !(60..=360).contains(&self.token_minutes) {
            wrong.push("provisioning.token_minutes must be from 60 to 360".to_owned());
        }
        wrong
    }
}

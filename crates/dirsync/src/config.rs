//! The section `[dirsync]`: what a source begins with that nobody has set anything for, and how long runs are kept.

use std::time::Duration;

use axum::http::Uri;
use serde::{Deserialize, Serialize};

use crate::settings::{Limits, Settings};

/// The section `[dirsync]`. What is set for a source in the console wins over it.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Minutes between full compares of a new source, 1 to 10080.
    pub full_interval_minutes: u32,
    /// Minutes between delta reads of a new source, 1 to 10080.
    pub delta_interval_minutes: u32,
    /// Days from a conflict to its deletion in a new source, 0 to 365.
    pub delete_after_days: u32,
    /// Days from deletion to purge in a new source, 1 to 3650.
    pub purge_after_days: u32,
    /// How many users a run of a new source may take away without asking.
    pub limit_users: u32,
    /// The same in per cent of all users; the first limit reached counts.
    pub limit_users_percent: u32,
    /// How many groups a run of a new source may take away without asking.
    pub limit_groups: u32,
    /// The same in per cent of all groups; the first limit reached counts.
    pub limit_groups_percent: u32,
    /// Hours until a held plan of a new source counts as rejected, 1 to 720.
    pub hold_hours: u32,
    /// Who is told of held plans of a new source: mail addresses, or user names of operators who have one.
    pub owners: Vec<String>,
    /// Days that a run and its plan are kept, 7 to 3650; for as long it can be looked at item by item.
    pub keep_runs_days: u32,
    /// The address by which Microsoft reaches this server from the internet: `https://vestibule.example`. Where it is set, a
    /// source can be told of changes at once; without it sources are followed by the timer alone.
    pub notification_url: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        let Settings {
            full_interval_minutes, delta_interval_minutes, delete_after_days, purge_after_days, limits, ..
        } = Settings::default();
        Self {
            full_interval_minutes,
            delta_interval_minutes,
            delete_after_days,
            purge_after_days,
            limit_users: limits.users,
            limit_users_percent: limits.users_percent,
            limit_groups: limits.groups,
            limit_groups_percent: limits.groups_percent,
            hold_hours: limits.hold_hours,
            owners: Vec::new(),
            keep_runs_days: 90,
            notification_url: None,
        }
    }
}

impl Config {
    /// What a source begins with.
    pub fn settings(&self) -> Settings {
        Settings {
            full_interval_minutes: self.full_interval_minutes,
            delta_interval_minutes: self.delta_interval_minutes,
            delete_after_days: self.delete_after_days,
            purge_after_days: self.purge_after_days,
            owners: self.owners.clone(),
            limits: Limits {
                users: self.limit_users,
                users_percent: self.limit_users_percent,
                groups: self.limit_groups,
                groups_percent: self.limit_groups_percent,
                hold_hours: self.hold_hours,
                ..Limits::default()
            },
            ..Settings::default()
        }
    }

    /// Everything that is wrong with it, in sentences.
    pub fn validate(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        if let Err(error) = self.settings().validate() {
            wrong.push(format!("dirsync: {error}"));
        }
        if !(7..=3_650).contains(&self.keep_runs_days) {
            wrong.push("dirsync.keep_runs_days must be from 7 to 3650".to_owned());
        }
        if self.notification_url.is_some() && self.notification_base().is_none() {
            wrong.push(
                "dirsync.notification_url must be like https://vestibule.example, without a path: Microsoft tells nobody else"
                    .to_owned(),
            );
        }
        wrong
    }

    /// The public address for notifications without a slash at its end. Plain HTTP reaches this machine only: a local Entra.
    pub fn notification_base(&self) -> Option<String> {
        let uri: Uri = self.notification_url.as_deref()?.parse().ok()?;
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
        let local = matches!(authority.host(), "localhost" | "127.0.0.1" | "[::1]");
        let scheme = uri.scheme_str().filter(|scheme| *scheme == "https" || (*scheme == "http" && local))?;
        let bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
        bare.then(|| format!("{scheme}://{authority}"))
    }

    /// How long a run is kept.
    pub(crate) fn keep_runs(&self) -> Duration {
        Duration::from_secs(u64::from(self.keep_runs_days) * 86_400)
    }
}

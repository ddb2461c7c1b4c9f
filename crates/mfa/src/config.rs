//! The section `[mfa]`: what is the same for every tenant.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::push::web::is_host;

/// The section `[mfa]`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Seconds in which a person must have proved themselves, 60 to 290. Entra gives up after 300.
    pub prove_within_seconds: u32,
    /// Minutes that a hint of Entra's counts after it was issued, 1 to 10.
    pub hint_minutes: u32,
    /// Days after which another key begins to sign, 30 to 730.
    pub key_days: u32,
    /// Days that attempts and the list of sent messages are kept, 7 to 730.
    pub keep_attempts_days: u32,
    /// Hosts of push services by which browsers may be told of sign-ins while their page is closed, with `*.` for all below one:
    /// `fcm.googleapis.com`, `*.push.apple.com`. None: every public one.
    pub push_hosts: Vec<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            prove_within_seconds: 270,
            hint_minutes: 5,
            key_days: 180,
            keep_attempts_days: 180,
            push_hosts: Vec::new(),
        }
    }
}

impl Config {
    /// Everything that is wrong with it, in sentences.
    pub fn validate(&self) -> Vec<String> {
        let bounds = [
            ("prove_within_seconds", self.prove_within_seconds, 60, 290),
            ("hint_minutes", self.hint_minutes, 1, 10),
            ("key_days", self.key_days, 30, 730),
            ("keep_attempts_days", self.keep_attempts_days, 7, 730),
        ];
        let outside = bounds.into_iter().filter(|(_, value, least, most)| value < least || value > most);
        let outside = outside.map(|(name, _, least, most)| format!("mfa.{name} must be from {least} to {most}"));
        let no_hosts = self.push_hosts.iter().filter(|host| !is_host(host));
        let no_hosts = no_hosts
            .map(|host| format!("mfa.push_hosts: {host} is no host such as fcm.googleapis.com or *.push.apple.com"));
        outside.chain(no_hosts).collect()
    }

    pub(crate) fn prove_within(&self) -> Duration {
        Duration::from_secs(self.prove_within_seconds.into())
    }

    pub(crate) fn hint_fresh_for(&self) -> Duration {
        Duration::from_mins(self.hint_minutes.into())
    }
}

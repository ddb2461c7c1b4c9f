//! The section `[signals]`: where webhooks may go, and how long what was sent is kept.

use std::path::PathBuf;
use std::time::Duration;

use kernel::Secret;
use serde::{Deserialize, Serialize};

use crate::webhooks::guard::Network;

/// The section `[signals]`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Loopback, private and other special networks that webhooks and web push may go to: `127.0.0.0/8`, `10.1.0.0/16`.
    /// Public addresses need no leave.
    pub webhook_networks: Vec<String>,
    /// Whether webhooks may go out without TLS to other machines; to this machine they may.
    pub webhook_http: bool,
    /// Seconds that a receiver has to answer, 1 to 60.
    pub webhook_timeout_seconds: u32,
    /// How many webhooks a node serves at once, 1 to 64.
    pub webhook_lanes: u32,
    /// Hours without any success after which a webhook is switched off, 1 to 720.
    pub webhook_disable_after_hours: u32,
    /// Days that deliveries and their attempts are kept, 1 to 365.
    pub webhook_keep_days: u32,
    /// Days that dead letters are kept, 1 to 365.
    pub webhook_keep_dead_days: u32,
    /// Certificate authorities (PEM) trusted beside the machine's own, for receivers with a certificate of one's own.
    pub webhook_ca_file: Option<PathBuf>,
    /// The proxy that webhooks go through: `http://[user:password@]host:port`. It then is the proxy that must keep them
    /// from networks they have no business in: names are looked up there.
    #[serde(skip_serializing)]
    pub webhook_proxy_url: Option<Secret<String>>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            webhook_networks: Vec::new(),
            webhook_http: false,
            webhook_timeout_seconds: 15,
            webhook_lanes: 8,
            webhook_disable_after_hours: 120,
            webhook_keep_days: 14,
            webhook_keep_dead_days: 90,
            webhook_ca_file: None,
            webhook_proxy_url: None,
        }
    }
}

impl Config {
    /// Everything that is wrong with it, in sentences.
    pub fn validate(&self) -> Vec<String> {
        let bounds = [
            ("webhook_timeout_seconds", self.webhook_timeout_seconds, 60),
            ("webhook_lanes", self.webhook_lanes, 64),
            ("webhook_disable_after_hours", self.webhook_disable_after_hours, 720),
            ("webhook_keep_days", self.webhook_keep_days, 365),
            ("webhook_keep_dead_days", self.webhook_keep_dead_days, 365),
        ];
        let out = bounds.into_iter().filter(|(_, value, most)| !(1..=*most).contains(value));
        let mut wrong: Vec<String> =
            out.map(|(key, _, most)| format!("signals.{key} must be from 1 to {most}")).collect();
        for network in self.webhook_networks.iter().filter(|network| Network::parse(network).is_none()) {
            wrong.push(format!("signals.webhook_networks: {network} is no network such as 10.1.0.0/16"));
        }
        wrong
    }

    /// The networks that were allowed.
    pub(crate) fn networks(&self) -> Vec<Network> {
        self.webhook_networks.iter().filter_map(|network| Network::parse(network)).collect()
    }

    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_secs(self.webhook_timeout_seconds.into())
    }

    pub(crate) fn disable_after(&self) -> Duration {
        Duration::from_secs(u64::from(self.webhook_disable_after_hours) * 3_600)
    }

    pub(crate) fn keep(&self) -> Duration {
        days(self.webhook_keep_days)
    }

    pub(crate) fn keep_dead(&self) -> Duration {
        days(self.webhook_keep_dead_days)
    }

    /// How many webhooks a node serves at once.
    pub fn lanes(&self) -> usize {
        usize::try_from(self.webhook_lanes).unwrap_or(1)
    }
}

fn days(days: u32) -> Duration {
    Duration::from_secs(u64::from(days) * 86_400)
}

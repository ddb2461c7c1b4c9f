//! Whether Microsoft's clouds can be reached, and whether our clock agrees with theirs.

use std::collections::BTreeSet;
use std::time::Duration;

use graph::http_client;
use kernel::{Env, Timestamp};
use reqwest::Client;
use reqwest::header::DATE;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::{Finding, chain};
use crate::config::Config;

/// Assertions are refused when the clock is off by more than this (RFC 7523 §3 leaves "a few minutes").
const SKEW: Duration = Duration::from_mins(2);
/// How long one host may take.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn examine(config: &Config, env: &Env) -> Vec<Finding> {
    let client = config.graph.settings().map_err(|error| chain(&error));
    let client = match client.and_then(|settings| http_client(&settings).map_err(|error| chain(&error))) {
        Ok(client) => client,
        Err(why) => return vec![Finding::bad("network", why, "check [graph]")],
    };
    let mut findings = Vec::new();
    for host in hosts() {
        findings.push(reach(&client, &host, env).await);
    }
    findings
}

/// The hosts of the world-wide cloud; tenants elsewhere are tested one by one with `vestibule tenants test`.
fn hosts() -> BTreeSet<String> {
    let cloud = oidc::Cloud::Global;
    [cloud.login().to_owned(), cloud.graph().to_owned()].into()
}

async fn reach(client: &Client, url: &str, env: &Env) -> Finding {
    let host = url.trim_start_matches("https://").to_owned();
    let answer = match client.head(url).timeout(PATIENCE).send().await {
        Ok(answer) => answer,
        Err(error) => {
            let mend = "let this machine reach it on port 443, or name the proxy in graph.proxy_url";
            return Finding::warning("network", format!("{host} cannot be reached: {}", chain(&error)), mend);
        }
    };
    let date = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
    let theirs = date.and_then(|date| OffsetDateTime::parse(date, &Rfc2822).ok()).map(Timestamp::from);
    let ours = env.now();
    match theirs.map(|theirs| ours.since(theirs).max(theirs.since(ours))) {
        Some(apart) if apart > SKEW => {
            let said = format!("{host} answers, but its clock is {} seconds apart from ours", apart.as_secs());
            Finding::bad("clock", said, "let this machine follow a time server: tokens depend on it")
        }
        _ => Finding::good("network", format!("{host} answers and agrees about the time")),
    }
}

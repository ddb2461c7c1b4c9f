//! An emulator in a process of its own.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use anyhow::Context as _;
use emulator::Options;
use graph::{Budget, Client, Config, FixedCredentials, HttpSettings, Limits, Pace, http_client};
use kernel::{Env, Secret};
use oidc::{ClientCredentials, Cloud, Credential};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How to reach it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ready {
    pub base_url: String,
    pub admin_url: String,
    pub tenant_id: Uuid,
    pub client_id: Uuid,
    pub client_secret: String,
}

/// A running emulator; ends with this value.
pub struct Entra {
    pub ready: Ready,
    child: Child,
}

impl Drop for Entra {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Entra {
    /// Starts one with so many users and groups.
    pub fn start(users: usize, groups: usize) -> anyhow::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["entra", "--users", &users.to_string(), "--groups", &groups.to_string()])
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("the child has a standard output")?).read_line(&mut line)?;
        let ready = serde_json::from_str(&line).with_context(|| format!("the emulator said {line:?}"))?;
        Ok(Self { ready, child })
    }

    /// A client of it.
    pub fn client(&self) -> anyhow::Result<Client> {
        let ready = &self.ready;
        let credentials = ClientCredentials {
            tenant: ready.tenant_id.to_string(),
            client_id: ready.client_id.to_string(),
            credential: Credential::Secret(Secret::new(ready.client_secret.clone())),
        };
        let cloud = Cloud::Custom { login: ready.base_url.parse()?, graph: ready.base_url.parse()? };
        let budget = Arc::new(Budget::new(Limits::LARGE, Pace::real()));
        let http = http_client(&HttpSettings::default())?;
        let provider = Arc::new(FixedCredentials::one(credentials));
        Ok(Client::new(Config::new(http, Env::system(), cloud, provider, budget))?)
    }

    /// Lets so many everyday changes happen.
    pub async fn live(&self, steps: usize) -> anyhow::Result<()> {
        let url = format!("{}/tenants/default/live", self.ready.admin_url);
        let http = http_client(&HttpSettings::default())?;
        http.post(url).json(&serde_json::json!({ "steps": steps })).send().await?.error_for_status()?;
        Ok(())
    }
}

/// The child's side: serves until it is killed.
#[expect(clippy::print_stdout, reason = "the parent reads it")]
pub async fn serve(args: &[String]) -> anyhow::Result<()> {
    let users = super::flag(args, "--users", 1_000);
    let groups = super::flag(args, "--groups", 50);
    let running = emulator::start(Options { users, groups, ..Options::default() }).await?;
    let ready = Ready {
        base_url: running.base_url.clone(),
        admin_url: running.admin_url.clone(),
        tenant_id: running.tenant_id,
        client_id: running.client_id,
        client_secret: running.client_secret.clone(),
    };
    println!("{}", serde_json::to_string(&ready)?);
    std::future::pending().await
}

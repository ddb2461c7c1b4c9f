//! The doctor: everything that has to be right between Entra and us, read as Entra reads it, line by line with what to do
//! (SYM-09, SYM-10, SYM-15; eam.md §2, §3).
//!
//! ```text
//! our metadata, our keys ──over the network──► lines
//! method, application, policies ──Microsoft Graph──► lines
//! ```
//!
//! Live, and never fails as a whole: what could not be read is a line that says so. What it deliberately does not do: change
//! anything.

pub(crate) mod conditional_access;
pub(crate) mod entras;
pub(crate) mod line;
mod old_way;
mod ours;
mod risk;

use graph::{Client, Query};
use kernel::May;
use serde::Serialize;
use serde_json::Value;
use tenants::TenantId;
use tenants::checklist::{Checklist, Line, LineResult};
use url::Url;
use utoipa::ToSchema;

use crate::error::MfaError;
use crate::method::application::{self, Needs};
use crate::method::{self, WRITER};
use crate::model::Provider;
use crate::permissions::ReadMfa;
use crate::readiness::licence;
use crate::readiness::policy::Policy;
use crate::risk::RiskUnknown;
use crate::service::Mfa;
use crate::store::risks;
use entras::{Principal, READ_APPLICATIONS, READ_POLICIES, Wanted, unread};
use ours::{Ours, Read};

/// Everything that Entra's side is looked at with.
const NEEDED: [&str; 4] = [READ_POLICIES, WRITER, READ_APPLICATIONS, licence::READER];
/// More policies than any tenant has.
const MOST_POLICIES: usize = 1_000;
/// People who are looked at one by one while somebody waits for the answer.
const MOST_PEOPLE: u64 = 20_000;

/// What the doctor found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaDiagnosis)]
pub struct Diagnosis {
    /// Whether no line failed, on either side.
    pub passed: bool,
    /// Our side.
    pub ours: Checklist,
    /// Entra's side.
    pub entras: Checklist,
    /// Application permissions that are missing for all of it.
    pub missing: Vec<String>,
}

impl Mfa {
    /// Looks at everything, live.
    pub async fn diagnose(&self, may: &May<ReadMfa>, tenant: TenantId) -> Result<Diagnosis, MfaError> {
        let provider = self.own_provider(&mut self.store().read().await?, may.actor().organisation, tenant).await?;
        let ours = checklist(self.look_at_ourselves(&provider).await?);
        let (mut lines, missing) = self.look_at_entra(&provider).await?;
        lines.push(self.look_at_risk(&provider).await?);
        let entras = checklist(lines);
        Ok(Diagnosis { passed: ours.passed && entras.passed, ours, entras, missing })
    }

    /// Reads our own metadata and keys over the network, from the addresses that Entra was given.
    async fn look_at_ourselves(&self, provider: &Provider) -> Result<Vec<Line>, MfaError> {
        let issuer = self.issuer(provider.tenant);
        let discovery_url = format!("{issuer}/.well-known/openid-configuration");
        let metadata = self.look(&discovery_url).await;
        let keys = self.look(&format!("{issuer}/keys")).await;
        let signs = self.signing_key(&mut self.store().read().await?, provider.tenant).await.ok();
        let signs = signs.as_ref().map(|key| key.kid());
        let now = self.env().now();
        let ours =
            Ours { discovery_url: &discovery_url, issuer: &issuer, signs, metadata: &metadata, keys: &keys, now };
        let mut lines = ours::lines(&ours);
        lines.push(self.look_at_clock(provider).await);
        lines.push(old_way::line(&provider.settings.custom_controls));
        Ok(lines)
    }

    /// Whether our clock is Entra's: what either side signs counts for minutes.
    async fn look_at_clock(&self, provider: &Provider) -> Line {
        let tenants = &self.parts.tenants;
        let found = match tenants.find(provider.organisation, provider.tenant).await {
            Ok(tenant) => tenants.look_at_clock(&tenant).await,
            Err(error) => Err(error),
        };
        found.unwrap_or_else(|error| line::skipped("clock", error.to_string()))
    }

    async fn look(&self, address: &str) -> Read {
        let address = Url::parse(address).map_err(|error| error.to_string())?;
        self.parts.issuer_keys.look(&address).await
    }

    /// Reads Entra's side, as far as the tenant's application may.
    async fn look_at_entra(&self, provider: &Provider) -> Result<(Vec<Line>, Vec<String>), MfaError> {
        let client = self.parts.tenants.client(provider.organisation, provider.tenant).await?;
        let roles = match method::roles(&client, &NEEDED).await {
            Ok(roles) => roles,
            Err(error) => return Ok((vec![unread("token", &error, "a working credential")], Vec::new())),
        };
        let wanted = self.wanted(provider);
        let mut lines = vec![licence::line(&licence::read(&client).await)];
        match method::methods(&client).await {
            Ok(methods) => lines.extend(entras::method(&methods, &wanted)),
            Err(error) => lines.push(unread("method", &error, READ_POLICIES)),
        }
        lines.extend(look_at_application(&client, &wanted).await);
        lines.extend(look_at_portal(&client, &self.portal_needs(provider).await?).await);
        match policies(&client).await {
            Ok(policies) => lines.extend(self.of_policies(provider, &policies).await?),
            Err(error) => lines.push(unread("policies", &error, READ_POLICIES)),
        }
        Ok((lines, missing(&roles)))
    }

    /// How people's risk is known, and whether a policy asks for what nobody reads.
    async fn look_at_risk(&self, provider: &Provider) -> Result<Line, MfaError> {
        let tenant = self.parts.tenants.find(provider.organisation, provider.tenant).await?;
        let reading = risks::reading(&mut self.store().read().await?, provider.tenant).await?;
        let (policies, closed) = (provider.policies.as_slice(), RiskUnknown::of(&tenant));
        let standing = risk::Standing { policies, closed, reading: reading.as_ref(), now: self.env().now() };
        Ok(risk::line(&standing))
    }

    /// What the policies ask, and of whom.
    async fn of_policies(&self, provider: &Provider, policies: &[Policy]) -> Result<Vec<Line>, MfaError> {
        let mut lines = conditional_access::policies(policies);
        let both = self.count_asked_twice(provider, policies, MOST_PEOPLE).await?;
        lines.push(conditional_access::asked_twice(policies, both.as_ref()));
        let spared = self.spared(provider, policies).await?;
        lines.push(conditional_access::break_glass(policies, &spared));
        Ok(lines)
    }
}

/// Every Conditional Access policy of a tenant.
pub(crate) async fn policies(client: &Client) -> Result<Vec<Policy>, graph::GraphError> {
    let path = ["identity", "conditionalAccess", "policies"];
    let all = client.list::<Value>(&path, &Query::new()).first(MOST_POLICIES).await?;
    Ok(all.iter().filter_map(Policy::read).collect())
}

async fn look_at_application(client: &Client, wanted: &Wanted) -> Vec<Line> {
    let filter = format!("appId eq {}", graph::query::quote(&wanted.app_id));
    let query = Query::new().select(["id", "appId", "displayName", "accountEnabled", "replyUrls"]).filter(filter);
    match client.list::<Value>(&["servicePrincipals"], &query).first(2).await {
        Ok(found) => entras::principal(found.first().map(Principal::read).as_ref(), wanted),
        Err(error) => vec![unread("application", &error, READ_APPLICATIONS)],
    }
}

async fn look_at_portal(client: &Client, needs: &Needs) -> Vec<Line> {
    match application::registration(client, &needs.app_id).await {
        Ok(found) => entras::portal(found.as_ref(), needs),
        Err(error) => vec![unread("portal_reply_url", &error, READ_APPLICATIONS)],
    }
}

/// What is needed and not granted; a wider permission that does as well counts.
fn missing(roles: &[String]) -> Vec<String> {
    let wider = |name: &str| -> &[&str] {
        match name {
            READ_APPLICATIONS => &["Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
            licence::READER => &["Organization.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
            _ => &[],
        }
    };
    let has = |name: &str| roles.iter().any(|role| role == name || wider(name).contains(&role.as_str()));
    NEEDED.into_iter().filter(|name| !has(name)).map(str::to_owned).collect()
}

fn checklist(lines: Vec<Line>) -> Checklist {
    Checklist { passed: !lines.iter().any(|line| line.result == LineResult::Fail), lines }
}

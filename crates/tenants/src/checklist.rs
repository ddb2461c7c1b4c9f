//! The connection test: one line per thing that can be wrong, in the order in which they depend on each other.
//!
//! Runs live and never fails; the last one of each connected tenant is kept. What stands behind a failed line is skipped, not guessed.

mod graph_lines;
mod network_lines;

use std::borrow::Cow;
use std::time::Duration;

use graph::Client;
use kernel::{May, Timestamp, text_enum};
use oidc::{Authority, ClientCredentials, Cloud};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::queue;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::connect::NewTenant;
use crate::model::{Tenant, TenantId};
use crate::permissions::{ConnectTenant, ProbeTenant, ReadTenants};
use crate::store::{checklists, tenants as rows};
use crate::{Feature, Tenants, TenantsError};

text_enum!(
    /// How a line of the test ended.
    pub enum LineResult {
        /// It works.
        Ok = "ok",
        /// It works; look at it.
        Warn = "warn",
        /// It does not work.
        Fail = "fail",
        /// Not tried, because something before it failed or it is not needed.
        Skipped = "skipped",
    }
);

/// One line of the test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Line {
    /// What was tried: `dns`, `connect`, `clock`, `discovery`, `token`, `permission`, `superfluous`, `users`, `groups`,
    /// `delta`, `throttling`, `licence`.
    #[schema(value_type = String)]
    pub name: Cow<'static, str>,
    /// How it ended.
    pub result: LineResult,
    /// What was seen, in a sentence.
    pub detail: String,
    /// The raw code: `AADSTS7000215`, `Authorization_RequestDenied`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
    /// How long it took.
    pub duration_ms: u64,
}

/// The whole test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Checklist {
    /// Whether no line failed.
    pub passed: bool,
    /// The lines, in order.
    pub lines: Vec<Line>,
}

/// The last test of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TestRecord {
    /// When.
    pub tested_at: Timestamp,
    /// By whom.
    pub tested_by: String,
    /// What came of it.
    pub checklist: Checklist,
}

/// What is tested.
pub(crate) struct Subject {
    pub cloud: Cloud,
    pub entra_id: Uuid,
    pub features: Vec<Feature>,
    pub proxied: bool,
    pub http: reqwest::Client,
    pub client: Client,
}

impl Line {
    pub(crate) fn new(name: &'static str, result: LineResult, detail: impl Into<String>) -> Self {
        Self { name: Cow::Borrowed(name), result, detail: detail.into(), code: None, mend: None, duration_ms: 0 }
    }

    pub(crate) fn ok(name: &'static str, detail: impl Into<String>) -> Self {
        Self::new(name, LineResult::Ok, detail)
    }

    pub(crate) fn fail(name: &'static str, detail: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { mend: Some(mend.into()), ..Self::new(name, LineResult::Fail, detail) }
    }

    pub(crate) fn warn(name: &'static str, detail: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { mend: Some(mend.into()), ..Self::new(name, LineResult::Warn, detail) }
    }

    pub(crate) fn skipped(name: &'static str, detail: impl Into<String>) -> Self {
        Self::new(name, LineResult::Skipped, detail)
    }

    pub(crate) fn code(mut self, code: Option<String>) -> Self {
        self.code = code;
        self
    }

    pub(crate) fn took(mut self, span: Duration) -> Self {
        self.duration_ms = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        self
    }

    pub(crate) fn failed(&self) -> bool {
        self.result == LineResult::Fail
    }
}

impl Checklist {
    fn of(lines: Vec<Line>) -> Self {
        Self { passed: !lines.iter().any(Line::failed), lines }
    }
}

impl Tenants {
    /// Tests a connected tenant, live, and keeps what came of it; its status follows from a probe right afterwards.
    pub async fn run_test(&self, may: &May<ProbeTenant>) -> Result<Checklist, TenantsError> {
        let actor = may.actor();
        let tenant = self.find(actor.organisation, may.tenant).await?;
        let checklist = self.test(&tenant).await;
        let record = TestRecord { tested_at: self.env.now(), tested_by: actor.label(), checklist };
        let mut tx = self.store.begin().await?;
        checklists::put(&mut tx, tenant.organisation, tenant.id, &record).await?;
        queue::enqueue(&mut tx, &self.env, self.recheck_job(&tenant, Duration::ZERO)).await?;
        tx.commit().await?;
        Ok(record.checklist)
    }

    /// The last test of a tenant; `None` where nobody has tested it yet.
    pub async fn last_test(
        &self,
        may: &May<ReadTenants>,
        tenant: TenantId,
    ) -> Result<Option<TestRecord>, TenantsError> {
        let organisation = may.actor().organisation;
        self.find(organisation, tenant).await?;
        Ok(checklists::find(&mut self.store.read().await?, organisation, tenant).await?)
    }

    /// Tests what was entered, before anything is kept.
    pub async fn test_new(&self, may: &May<ConnectTenant>, new: &NewTenant) -> Result<Checklist, TenantsError> {
        let _ = may;
        let (draft, secrets, entra_id) = match self.check_new(new).await {
            Ok(checked) => checked,
            Err(TenantsError::Unreachable(cause)) => {
                return Ok(Checklist::of(vec![network_lines::unreachable(&cause)]));
            }
            Err(error) => return Err(error),
        };
        let http = self.clients.http(secrets.proxy.as_ref(), draft.ca_pem.as_deref())?;
        let Some((credential, secret)) = draft.credential.as_ref().zip(secrets.credential.clone()) else {
            return Err(TenantsError::invalid("credential", "is needed"));
        };
        let credentials = ClientCredentials {
            tenant: entra_id.to_string(),
            client_id: draft.client_id.to_string(),
            credential: credential.credential(secret),
        };
        let provider = Arc::new(graph::FixedCredentials::one(credentials));
        let budget = self.clients.budget(entra_id, draft.client_id);
        let config = graph::Config::new(http.clone(), self.env.clone(), draft.cloud.clone(), provider, budget);
        let client = Client::new(graph::Config { retry: crate::probe::BRISK, ..config })?;
        let proxied = draft.proxy_url.is_some();
        let subject = Subject { cloud: draft.cloud, entra_id, features: draft.features, proxied, http, client };
        Ok(self.check(&subject).await)
    }

    /// Tests every tenant of every organisation, for `vestibule doctor`.
    pub async fn doctor(&self) -> Result<Vec<(Tenant, Checklist)>, TenantsError> {
        let all = rows::list_everywhere(&mut self.store.read().await?).await?;
        let mut tested = Vec::with_capacity(all.len());
        for tenant in all {
            let checklist = self.test(&tenant).await;
            tested.push((tenant, checklist));
        }
        Ok(tested)
    }

    /// How far this machine's clock is from the tenant's sign-in service.
    pub async fn look_at_clock(&self, tenant: &Tenant) -> Result<Line, TenantsError> {
        let subject = self.subject(tenant).await?;
        let authority = Authority::of(&subject.cloud)?;
        Ok(network_lines::clock(&subject, &authority, &self.env.clock).await)
    }

    async fn test(&self, tenant: &Tenant) -> Checklist {
        match self.subject(tenant).await {
            Ok(subject) => self.check(&subject).await,
            Err(error) => {
                let mend = "open the tenant's settings and correct them";
                Checklist::of(vec![Line::fail("settings", error.to_string(), mend)])
            }
        }
    }

    async fn subject(&self, tenant: &Tenant) -> Result<Subject, TenantsError> {
        let (_, http) = self.client_of(tenant).await?;
        Ok(Subject {
            cloud: tenant.cloud.clone(),
            entra_id: tenant.entra_id,
            features: tenant.features.clone(),
            proxied: tenant.proxy_url.is_some(),
            client: self.fresh_client(tenant, http.clone(), crate::probe::BRISK)?,
            http,
        })
    }

    async fn check(&self, subject: &Subject) -> Checklist {
        let pace = subject.client.budget().pace().clone();
        let authority = match Authority::of(&subject.cloud) {
            Ok(authority) => authority,
            Err(error) => {
                return Checklist::of(vec![Line::fail("dns", error.to_string(), "correct the cloud's base URLs")]);
            }
        };
        let mut lines = network_lines::check(subject, &authority, &self.env.clock, &pace).await;
        let reached = !lines.iter().any(|line| line.name == "connect" && line.failed());
        graph_lines::check(subject, reached, &pace, &mut lines).await;
        Checklist::of(lines)
    }
}

//! The reading, by one job for each tenant: what changed every five minutes, everybody once a day.
//!
//! Pages are settled as they come, as each says something true of its people whatever becomes of the rest. Who is kept as
//! being at risk and is not in a whole list is asked for by name: only Entra's own word ends a risk.

use std::collections::HashSet;
use std::time::Duration;

use async_trait::async_trait;
use graph::{Client, GraphError, Query};
use kernel::{Actor, OrganisationId, Timestamp};
use serde::{Deserialize, Serialize};
use signals::{Entry, Object};
use store::Tx;
use store::queue::{self, Job, NewJob};
use store::worker::{Handler, JobError, Outcome};
use tenants::{Feature, TenantId, TenantState, TenantsError};
use tokio::sync::watch;
use uuid::Uuid;

use super::{Reading, RiskLevel, RiskState, RiskUnknown, Risky};
use crate::error::MfaError;
use crate::events::object;
use crate::model::{Account, Provider};
use crate::service::Mfa;
use crate::store::{accounts, devices, providers, risks as rows};

/// The kind of the job.
const READ: &str = "mfa.read_risk";
/// How often the job may fail: the next timer begins another one.
const ATTEMPTS: u32 = 3;
/// How often everybody is read.
const WHOLE_EVERY: Duration = Duration::from_hours(24);
/// What changed is asked for from a little earlier on, as Graph's copies are not all as new.
const OVERLAP: Duration = Duration::from_mins(15);
/// People on one page: the most that Graph gives (Graph: List riskyUsers).
const ON_A_PAGE: u16 = 500;
/// People who are asked for by name after one whole read: the service takes one call a second.
const BY_NAME: usize = if cfg!(test) { 3 } else { 50 };
/// Who reads.
const READER: &str = "reading risks";

/// Of which tenant a job is.
#[derive(Serialize, Deserialize)]
struct Payload {
    tenant: TenantId,
}

/// Reads the risks of a tenant.
pub(crate) struct ReadHandler(pub(crate) Mfa);

#[async_trait]
impl Handler for ReadHandler {
    fn kind(&self) -> &'static str {
        READ
    }

    async fn handle(&self, job: &Job, _: watch::Receiver<bool>) -> Result<Outcome, JobError> {
        let payload: Payload = job.read()?;
        self.0.read_risks_of(payload.tenant).await.map_err(|error| JobError::from_error(&error))?;
        Ok(Outcome::Done)
    }
}

/// A person as Graph tells of them (Graph: riskyUser).
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RiskyUser {
    id: Uuid,
    #[serde(default)]
    is_deleted: Option<bool>,
    #[serde(default)]
    risk_level: Option<String>,
    #[serde(default)]
    risk_state: Option<String>,
    #[serde(default)]
    risk_detail: Option<String>,
    #[serde(default)]
    risk_last_updated_date_time: Option<Timestamp>,
}

/// What is read of a person.
const PROPERTIES: [&str; 6] = ["id", "isDeleted", "riskLevel", "riskState", "riskDetail", "riskLastUpdatedDateTime"];

/// What Entra says of somebody: at risk, or no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub person: Uuid,
    pub risk: Option<Risky>,
}

impl RiskyUser {
    /// What it means. Dismissed, remediated and confirmed safe end a risk; a state that nobody knows yet does not.
    pub(super) fn told(self, now: Timestamp) -> Told {
        let state = self.risk_state.unwrap_or_default();
        let over = matches!(state.as_str(), "none" | "confirmedSafe" | "remediated" | "dismissed");
        let none = self.risk_level.as_deref() == Some("none");
        let compromised = state == "confirmedCompromised";
        let person = self.id;
        if over || none || self.is_deleted == Some(true) {
            return Told { person, risk: None };
        }
        let risk = Risky {
            object_id: person,
            level: self.risk_level.as_deref().and_then(RiskLevel::parse),
            state: if compromised { RiskState::ConfirmedCompromised } else { RiskState::AtRisk },
            detail: self.risk_detail.filter(|detail| detail != "none"),
            changed_at: self.risk_last_updated_date_time,
            seen_at: now,
        };
        Told { person, risk: Some(risk) }
    }
}

/// How a read through Graph went.
struct Seen {
    /// Everybody who was named.
    people: HashSet<Uuid>,
    /// The newest change that was told.
    newest: Option<Timestamp>,
}

/// Trouble with Graph beside trouble of our own.
type Answered<T> = Result<Result<T, GraphError>, MfaError>;

impl Mfa {
    /// Begins a read for every tenant where it is chosen. A timer's work.
    pub async fn read_risks(&self) -> Result<(), MfaError> {
        let all = providers::list_all(&mut self.store().read().await?).await?;
        for provider in all {
            if !self.may_have_risks(&provider).await? {
                continue;
            }
            let job = NewJob {
                organisation: provider.organisation,
                kind: READ,
                unique_key: Some(provider.tenant.to_string()),
                payload: serde_json::json!({ "tenant": provider.tenant }),
                run_at: self.env().now(),
                max_attempts: ATTEMPTS,
            };
            let mut tx = self.store().begin().await?;
            queue::enqueue(&mut tx, self.env(), job).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Whether risks are to be read, or were and are to be forgotten.
    async fn may_have_risks(&self, provider: &Provider) -> Result<bool, MfaError> {
        let tenant = match self.parts.tenants.find(provider.organisation, provider.tenant).await {
            Err(TenantsError::NoSuchTenant(_)) => return Ok(false),
            other => other?,
        };
        if tenant.features.contains(&Feature::Risk) {
            return Ok(true);
        }
        let reading = rows::reading(&mut self.store().read().await?, provider.tenant).await?;
        Ok(reading.is_some_and(|reading| reading.trouble != Some(RiskUnknown::NotChosen)))
    }

    /// Reads what a tenant's people are at risk of, as far as it may.
    async fn read_risks_of(&self, tenant: TenantId) -> Result<(), MfaError> {
        let mut tx = self.store().read().await?;
        let Some(provider) = providers::find(&mut tx, tenant).await? else { return Ok(()) };
        let now = self.env().now();
        let before = rows::reading(&mut tx, tenant).await?.unwrap_or_else(|| Reading::new(now));
        drop(tx);
        let connected = match self.parts.tenants.find(provider.organisation, tenant).await {
            Err(TenantsError::NoSuchTenant(_)) => return Ok(()),
            other => other?,
        };
        if connected.state == TenantState::Paused {
            return Ok(());
        }
        match RiskUnknown::of(&connected) {
            Some(RiskUnknown::NotChosen) => self.forget_risks(&provider).await,
            Some(why) => self.note_reading(&provider, &before, failed(&before, why, None, now)).await,
            None => self.ask_for_risks(&provider, &before).await,
        }
    }

    async fn ask_for_risks(&self, provider: &Provider, before: &Reading) -> Result<(), MfaError> {
        let client = self.parts.tenants.client(provider.organisation, provider.tenant).await?;
        let now = self.env().now();
        let due = before.whole_at.is_none_or(|whole| whole.plus(WHOLE_EVERY) <= now);
        let mut since = before.seen_until.filter(|_| !due).map(|seen| seen.minus(OVERLAP));
        let mut seen = self.read_pages(provider, &client, since).await?;
        if since.is_some() && seen.as_ref().is_err_and(is_refused) {
            // What cannot be asked for by time is read whole.
            since = None;
            seen = self.read_pages(provider, &client, None).await?;
        }
        let whole = since.is_none();
        let seen = match seen {
            Ok(seen) if whole => {
                let others = self.ask_for_others(provider, &client, &seen.people).await?;
                others.map(|()| seen)
            }
            other => other,
        };
        let after = match seen {
            Ok(seen) => Reading {
                trouble: None,
                detail: None,
                tried_at: now,
                read_at: Some(now),
                whole_at: if whole { Some(now) } else { before.whole_at },
                // Where nobody was ever at risk there is nothing to begin from: the next read is whole, and short.
                seen_until: seen.newest.max(before.seen_until),
            },
            Err(error) => failed(before, trouble_of(&error), Some(said(&error)), now),
        };
        self.note_reading(provider, before, after).await
    }

    /// Reads page after page, and settles each.
    async fn read_pages(&self, provider: &Provider, client: &Client, since: Option<Timestamp>) -> Answered<Seen> {
        let query = Query::new().select(PROPERTIES).top(ON_A_PAGE);
        let query = match since {
            Some(since) => query.filter(format!("riskLastUpdatedDateTime ge {since}")),
            None => query,
        };
        let mut list = client.list::<RiskyUser>(&["identityProtection", "riskyUsers"], &query);
        let mut seen = Seen { people: HashSet::new(), newest: None };
        loop {
            let page = match list.next_page().await {
                Ok(Some(page)) => page.items,
                Ok(None) => return Ok(Ok(seen)),
                Err(error) => return Ok(Err(error)),
            };
            seen.people.extend(page.iter().map(|user| user.id));
            seen.newest = page.iter().filter_map(|user| user.risk_last_updated_date_time).max().max(seen.newest);
            let now = self.env().now();
            self.settle(provider, page.into_iter().map(|user| user.told(now)).collect()).await?;
        }
    }

    /// Asks by name for those who are kept as being at risk and were not named.
    async fn ask_for_others(&self, provider: &Provider, client: &Client, named: &HashSet<Uuid>) -> Answered<()> {
        let kept = rows::everybody(&mut self.store().read().await?, provider.tenant).await?;
        let others: Vec<Uuid> = kept.into_iter().filter(|person| !named.contains(person)).take(BY_NAME).collect();
        let mut told = Vec::new();
        for &person in &others {
            match client.get_json::<RiskyUser>(&format!("/identityProtection/riskyUsers/{person}")).await {
                Ok(user) => told.push(user.told(self.env().now())),
                Err(GraphError::NotFound(_)) => told.push(Told { person, risk: None }),
                Err(error) => return Ok(Err(error)),
            }
        }
        self.settle(provider, told).await?;
        let mut tx = self.store().begin().await?;
        rows::asked_for(&mut tx, provider.tenant, &others, self.env().now()).await?;
        tx.commit().await?;
        Ok(Ok(()))
    }

    /// Keeps what was told; whoever is newly at high risk loses remembered browsers.
    async fn settle(&self, provider: &Provider, told: Vec<Told>) -> Result<(), MfaError> {
        if told.is_empty() {
            return Ok(());
        }
        let people: Vec<Uuid> = told.iter().map(|one| one.person).collect();
        let mut tx = self.store().begin().await?;
        let known = rows::of(&mut tx, provider.tenant, &people).await?;
        let accounts = accounts::by_object_ids(&mut tx, provider.tenant, &people).await?;
        for one in told {
            let before = known.iter().find(|known| known.object_id == one.person);
            if same(before, one.risk.as_ref()) {
                continue;
            }
            match &one.risk {
                Some(risk) => rows::put(&mut tx, provider, risk).await?,
                None => rows::delete(&mut tx, provider.tenant, one.person).await?,
            }
            if let Some(account) = accounts.iter().find(|account| account.object_id == one.person) {
                self.risk_changed(&mut tx, account, before, one.risk.as_ref()).await?;
            }
        }
        Ok(tx.commit().await?)
    }

    async fn risk_changed(
        &self,
        tx: &mut Tx,
        account: &Account,
        before: Option<&Risky>,
        after: Option<&Risky>,
    ) -> Result<(), MfaError> {
        let actor = self.reader(account.organisation);
        let entry = Entry::act("mfa.risk_changed").object(object(account));
        self.tell(tx, &actor, entry.change_of(before.map(shown).as_ref(), after.map(shown).as_ref())).await?;
        let is_high = |risk: Option<&Risky>| risk.is_some_and(|risk| risk.level == Some(RiskLevel::High));
        if is_high(after) && !is_high(before) && devices::delete_all(tx, account.id).await? > 0 {
            let entry = Entry::act("mfa.devices_forgotten").object(object(account)).reason("risk");
            self.tell(tx, &actor, entry).await?;
        }
        Ok(())
    }

    /// Forgets what was read: it is not chosen any more.
    async fn forget_risks(&self, provider: &Provider) -> Result<(), MfaError> {
        let now = self.env().now();
        let mut tx = self.store().begin().await?;
        rows::delete_all(&mut tx, provider.tenant).await?;
        let reading = Reading { trouble: Some(RiskUnknown::NotChosen), ..Reading::new(now) };
        rows::put_reading(&mut tx, provider, &reading).await?;
        Ok(tx.commit().await?)
    }

    /// Writes down how a read went, and tells when it stops or begins to go well.
    async fn note_reading(&self, provider: &Provider, before: &Reading, after: Reading) -> Result<(), MfaError> {
        let mut tx = self.store().begin().await?;
        rows::put_reading(&mut tx, provider, &after).await?;
        if before.trouble != after.trouble {
            let tenant = self.parts.tenants.find(provider.organisation, provider.tenant).await?;
            let name = if after.trouble.is_some() { "mfa.risk_unread" } else { "mfa.risk_read" };
            let mut entry = Entry::act(name).object(Object::new("tenant", tenant.id, &tenant.name));
            if let Some(trouble) = after.trouble {
                entry = entry.reason(trouble.as_str());
            }
            self.tell(&mut tx, &self.reader(provider.organisation), entry).await?;
        }
        Ok(tx.commit().await?)
    }

    fn reader(&self, organisation: OrganisationId) -> Actor {
        Actor::system(READER, organisation, self.env().new_id())
    }
}

/// Whether the same was known already. When it was said is no difference.
fn same(before: Option<&Risky>, after: Option<&Risky>) -> bool {
    let said = |risk: &Risky| (risk.level, risk.state, risk.detail.clone());
    before.map(said) == after.map(said)
}

/// What the log keeps of a risk.
fn shown(risk: &Risky) -> serde_json::Value {
    serde_json::json!({ "level": risk.level, "state": risk.state, "detail": risk.detail })
}

/// After a read that went badly: what was known stays.
fn failed(before: &Reading, why: RiskUnknown, detail: Option<String>, now: Timestamp) -> Reading {
    Reading { trouble: Some(why), detail, tried_at: now, ..before.clone() }
}

/// What stands in the way. A missing permission and a missing licence have one code; the text alone tells them apart.
fn trouble_of(error: &GraphError) -> RiskUnknown {
    if !error.is_forbidden() {
        return RiskUnknown::Unanswered;
    }
    let unlicensed = error.refusal().is_some_and(|refusal| refusal.message.to_lowercase().contains("licensed"));
    if unlicensed { RiskUnknown::NotLicensed } else { RiskUnknown::NotGranted }
}

fn is_refused(error: &GraphError) -> bool {
    error.refusal().is_some_and(|refusal| refusal.status == 400)
}

/// What Graph said, for people.
fn said(error: &GraphError) -> String {
    error.refusal().map(|refusal| refusal.message.clone()).filter(|text| !text.is_empty()).unwrap_or_else(|| {
        // Without the ids of requests, which differ each time.
        match error {
            GraphError::Unreachable { .. } => "Graph cannot be reached".to_owned(),
            other => other.to_string(),
        }
    })
}

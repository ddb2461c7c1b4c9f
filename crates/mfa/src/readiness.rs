//! Readiness: whom each policy hits, and who of them could not pass (SYM-09).
//!
//! ```text
//! policies of Entra's ──┐
//! users, memberships ───┼──► counted ──► a report, and the people without a usable factor
//! factors ──────────────┘
//! ```
//!
//! Counted when somebody asks, and kept until they ask again: a page reads what was counted. Some hundred people are held
//! at a time, and whoever of them could not pass is written down before the next are read: while people are counted, the
//! list goes over from the count before to the new one. Whoever the directory has disabled or deleted is not counted. What
//! it deliberately does not do: put a policy in force.

pub(crate) mod count;
pub mod licence;
pub mod policy;
pub(crate) mod turn;
pub(crate) mod walk;

use graph::GraphError;
use kernel::{Actor, May, Page, PageRequest, Timestamp};
use serde::{Deserialize, Serialize};
use signals::{Entry, Object};
use tenants::TenantId;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::doctor;
use crate::error::MfaError;
use crate::lists;
use crate::method;
use crate::model::{AccountId, Provider};
use crate::permissions::{ChangeProvider, ReadMfa};
use crate::service::Mfa;
use crate::store::readiness as rows;
use licence::Licence;
use policy::{Gap, Policy, PolicyState};
use turn::Turn;

kernel::text_enum!(
    /// Why somebody has no usable factor.
    pub enum Lack {
        /// They never registered one, and were never sent a code.
        Nothing = "nothing",
        /// What they have is of kinds that are switched off, or keys of models that a policy does not take.
        SwitchedOff = "switched_off",
        /// They are locked, and have no passkey.
        Locked = "locked",
    }
);

/// How ready people are for one policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = MfaPolicyReadiness)]
pub struct PolicyReadiness {
    /// The policy's id in Entra.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is in force.
    pub state: PolicyState,
    /// Whom it hits.
    pub people: u64,
    /// Who of them has no usable factor.
    pub without: u64,
    /// Whether enough of them could pass, as the tenant's settings want it. Where not, nobody should put it in force.
    pub may_enforce: bool,
    /// What could not be counted.
    pub gaps: Vec<Gap>,
}

/// What was counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaReadiness)]
pub struct Report {
    /// When.
    pub counted_at: Timestamp,
    /// By whom.
    pub counted_by: String,
    /// The share of people, in percent, that must be able to pass.
    pub wanted_percent: u32,
    /// People of the tenant in use.
    pub people: u64,
    /// Who of them has no usable factor.
    pub without: u64,
    /// The policies that ask for multifactor authentication, by name.
    pub policies: Vec<PolicyReadiness>,
}

/// A report as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub people: u64,
    pub without: u64,
    pub policies: Vec<PolicyReadiness>,
}

/// Somebody without a usable factor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaUnready)]
pub struct Unready {
    /// The object id in the tenant.
    pub object_id: Uuid,
    /// The account, where they were asked before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// What people call them.
    pub name: String,
    /// The user principal name.
    pub upn: String,
    /// The mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
    /// The department.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// Why.
    pub why: Lack,
    /// The ids of the policies that hit them.
    pub policies: Vec<String>,
}

/// Which people without a usable factor are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnreadyFilter {
    /// Whom this policy hits.
    pub policy: Option<String>,
    /// Whose name or user name has this in it.
    pub text: Option<String>,
}

/// Whether so many who could not pass leave enough who could.
pub fn may_enforce(people: u64, without: u64, wanted_percent: u32) -> bool {
    let ready = u128::from(people.saturating_sub(without));
    ready * 100 >= u128::from(people) * u128::from(wanted_percent)
}

impl Mfa {
    /// What the tenant's plan has of what this needs.
    pub async fn licence(&self, may: &May<ReadMfa>, tenant: TenantId) -> Result<Licence, MfaError> {
        let organisation = may.actor().organisation;
        match self.parts.tenants.client(organisation, tenant).await {
            Ok(client) => Ok(licence::judge(&licence::read(&client).await)),
            Err(error) => Err(error.into()),
        }
    }

    /// What was counted last; nothing where nobody has counted yet.
    pub async fn get_readiness(&self, may: &May<ReadMfa>, tenant: TenantId) -> Result<Option<Report>, MfaError> {
        let mut tx = self.store().read().await?;
        let provider = self.own_provider(&mut tx, may.actor().organisation, tenant).await?;
        let found = rows::find(&mut tx, tenant).await?;
        Ok(found.map(|(at, by, kept)| report(&provider, at, by, kept)))
    }

    /// Counts anew: reads the policies, then walks the tenant's people.
    pub async fn count_readiness(&self, may: &May<ChangeProvider>) -> Result<Report, MfaError> {
        let (actor, tenant) = (may.actor(), may.tenant);
        let provider = self.own_provider(&mut self.store().read().await?, actor.organisation, tenant).await?;
        let client = self.parts.tenants.client(provider.organisation, tenant).await?;
        // Consent that was given just now shows in a new token only.
        method::roles(&client, &[doctor::entras::READ_POLICIES]).await.map_err(|error| unread(&error))?;
        let all = doctor::policies(&client).await.map_err(|error| unread(&error))?;
        let asking = all.into_iter().filter(|policy| policy.asks_mfa).collect();
        let turn = self.take_turn(&provider, &actor.label()).await?;
        let done = self.count_in_turn(&provider, asking, actor, &turn).await;
        self.end_turn(turn, done).await
    }

    async fn count_in_turn(
        &self,
        provider: &Provider,
        asking: Vec<Policy>,
        actor: &Actor,
        turn: &Turn,
    ) -> Result<Report, MfaError> {
        let kept = self.count(provider, asking, turn).await?;
        let (now, by) = (self.env().now(), actor.label());
        let mut tx = self.store().begin().await?;
        self.keep_turn(&mut tx, turn).await?;
        rows::put(&mut tx, provider, now, &by, &kept).await?;
        let figures =
            serde_json::json!({ "people": kept.people, "without": kept.without, "policies": kept.policies.len() });
        let object = Object::new("tenant", provider.tenant, provider.client_id.as_str());
        self.tell(&mut tx, actor, Entry::act("mfa.readiness_counted").object(object).after(&figures)).await?;
        tx.commit().await?;
        Ok(report(provider, now, by, kept))
    }

    /// One page of the people without a usable factor, as last counted, by name.
    pub async fn list_unready(
        &self,
        may: &May<ReadMfa>,
        tenant: TenantId,
        filter: &UnreadyFilter,
        page: &PageRequest,
    ) -> Result<Page<Unready>, MfaError> {
        let after = lists::after(page)?;
        let mut tx = self.store().read().await?;
        self.own_provider(&mut tx, may.actor().organisation, tenant).await?;
        let found = rows::list(&mut tx, tenant, filter, page.limit, after).await?;
        Ok(Page::from_rows(found, page.limit, |one| (one.name.clone(), one.object_id)))
    }
}

/// With what the settings want now, so that another wish shows without another count.
fn report(provider: &Provider, counted_at: Timestamp, counted_by: String, mut kept: Kept) -> Report {
    let wanted_percent = provider.settings.readiness_percent;
    for policy in &mut kept.policies {
        policy.may_enforce = may_enforce(policy.people, policy.without, wanted_percent);
    }
    let Kept { people, without, policies } = kept;
    Report { counted_at, counted_by, wanted_percent, people, without, policies }
}

fn unread(error: &GraphError) -> MfaError {
    MfaError::Conflict(format!("Entra’s policies could not be read: {}", method::told(error)))
}

#[cfg(test)]
mod tests;

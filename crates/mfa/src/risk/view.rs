//! What people at work see of risks: how the reading stands, who is at risk, whom policies would meet.

use std::collections::HashMap;

use directory::{SourceId, User};
use kernel::{May, Page, PageRequest, Timestamp};
use serde::{Deserialize, Serialize};
use tenants::grants::needed;
use tenants::{Feature, TenantId};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{KnownRisk, Reading, RiskLevel, RiskState, RiskUnknown, Risky, STALE_AFTER, ask_risk};
use crate::error::MfaError;
use crate::lists;
use crate::model::AccountId;
use crate::permissions::ReadMfa;
use crate::service::Mfa;
use crate::store::{accounts, policies, risks as rows};

/// How risks of a tenant's people are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaRisk)]
pub struct RiskView {
    /// Why it is not known who has come to be at risk; absent where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<RiskUnknown>,
    /// What to do next; empty where nothing is to be done.
    pub mend: String,
    /// What Graph said, where the last read went badly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The permission that an administrator of the tenant consents to.
    pub permission: &'static str,
    /// Where an administrator of the tenant consents.
    pub consent_url: String,
    /// Whether a policy in force, or of the draft, asks for risk.
    pub asked: bool,
    /// The last read that went well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Timestamp>,
    /// The last one of everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whole_at: Option<Timestamp>,
    /// Hours after a good read in which it is known who is at risk.
    pub counts_for_hours: u64,
    /// People at low risk.
    pub low: u64,
    /// At medium risk.
    pub medium: u64,
    /// At high risk.
    pub high: u64,
    /// At a risk whose level Entra hides.
    pub hidden: u64,
}

/// Somebody at risk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaRiskyPerson)]
pub struct RiskyPerson {
    /// The object id in the tenant.
    pub object_id: Uuid,
    /// The account, where they were asked here before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// What people call them, where the directory knows them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The user principal name, where the directory knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upn: Option<String>,
    /// How high the risk is; absent where Entra hides it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<RiskLevel>,
    /// What is said of them.
    pub state: RiskState,
    /// Entra's word for why (riskDetail).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// When Entra changed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Timestamp>,
    /// Since when it is known here.
    pub seen_at: Timestamp,
}

/// The risk of the people whom a preview walked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = MfaRiskFigures)]
pub struct RiskFigures {
    /// People at low risk.
    pub low: u64,
    /// At medium risk.
    pub medium: u64,
    /// At high risk.
    pub high: u64,
    /// Of whom it is not known whether they are at a risk, or at a higher one.
    pub unknown: u64,
    /// Why it is not known of everybody; absent where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<RiskUnknown>,
    /// Who can prove themselves as things are, and could not if they were at high risk.
    pub stuck_if_high: u64,
}

impl RiskFigures {
    /// Counts somebody, and whether they could pass no longer if they were at high risk.
    pub(crate) fn count(&mut self, risk: &KnownRisk, stuck_if_high: bool) {
        self.stuck_if_high += u64::from(stuck_if_high);
        self.unknown += u64::from(risk.unknown.is_some());
        match risk.level {
            None => {}
            Some(RiskLevel::Low) => self.low += 1,
            Some(RiskLevel::Medium) => self.medium += 1,
            Some(RiskLevel::High) => self.high += 1,
        }
    }
}

impl Mfa {
    /// How risks of a tenant's people are known.
    pub async fn get_risk(&self, may: &May<ReadMfa>, tenant: TenantId) -> Result<RiskView, MfaError> {
        let organisation = may.actor().organisation;
        let connected = self.parts.tenants.find(organisation, tenant).await?;
        let authority = oidc::Authority::of(&connected.cloud).map_err(|error| MfaError::Invalid(error.to_string()))?;
        let consent_url = authority.admin_consent(connected.entra_id, &connected.client_id.to_string()).to_string();
        let mut tx = self.store().read().await?;
        let provider = self.own_provider(&mut tx, organisation, tenant).await?;
        let reading = rows::reading(&mut tx, tenant).await?;
        let draft = policies::draft(&mut tx, tenant).await?.and_then(|row| row.draft);
        let counts = rows::counts(&mut tx, tenant).await?;
        drop(tx);
        let unread = reading.as_ref().map_or(Some(RiskUnknown::NotChosen), |reading| reading.unknown(self.env().now()));
        // What is chosen or granted by now counts before the next read does.
        let unknown = RiskUnknown::of(&connected).filter(|_| unread.is_some());
        let unknown = unknown.or(unread.map(RiskUnknown::once_chosen));
        let of = |level: Option<RiskLevel>| counts.iter().find(|(of, _)| *of == level).map_or(0, |(_, count)| *count);
        let Reading { detail, read_at, whole_at, .. } = reading.unwrap_or_else(|| Reading::new(self.env().now()));
        Ok(RiskView {
            unknown,
            mend: unknown.map_or("", RiskUnknown::mend).to_owned(),
            detail,
            permission: needed(&[Feature::Risk]).first().map_or("", |grant| grant.name),
            consent_url,
            asked: ask_risk(&provider.policies) || draft.is_some_and(|draft| ask_risk(&draft.policies)),
            read_at,
            whole_at,
            counts_for_hours: STALE_AFTER.as_secs() / 3_600,
            low: of(Some(RiskLevel::Low)),
            medium: of(Some(RiskLevel::Medium)),
            high: of(Some(RiskLevel::High)),
            hidden: of(None),
        })
    }

    /// One page of the people at risk, by object id.
    pub async fn list_risky(
        &self,
        may: &May<ReadMfa>,
        tenant: TenantId,
        least: Option<RiskLevel>,
        page: &PageRequest,
    ) -> Result<Page<RiskyPerson>, MfaError> {
        let after: Option<Uuid> = lists::after(page)?;
        let mut tx = self.store().read().await?;
        self.own_provider(&mut tx, may.actor().organisation, tenant).await?;
        let found = rows::list(&mut tx, tenant, least, page.limit, after).await?;
        let page = Page::from_rows(found, page.limit, |one| one.object_id);
        let ids: Vec<Uuid> = page.items.iter().map(|one| one.object_id).collect();
        if ids.is_empty() {
            return Ok(Page { items: Vec::new(), next: None });
        }
        let users = directory::read::users_by_object_ids(&mut tx, SourceId(tenant.into()), &ids).await?;
        let users: HashMap<Uuid, User> = users.into_iter().map(|user| (user.object_id, user)).collect();
        let accounts = accounts::by_object_ids(&mut tx, tenant, &ids).await?;
        let accounts: HashMap<Uuid, AccountId> = accounts.iter().map(|one| (one.object_id, one.id)).collect();
        Ok(page.map(|one| person(one, &users, &accounts)))
    }
}

fn person(one: Risky, users: &HashMap<Uuid, User>, accounts: &HashMap<Uuid, AccountId>) -> RiskyPerson {
    let user = users.get(&one.object_id);
    RiskyPerson {
        object_id: one.object_id,
        account: accounts.get(&one.object_id).copied(),
        name: user.map(User::name),
        upn: user.and_then(|user| user.attributes.user_principal_name.clone()),
        level: one.level,
        state: one.state,
        detail: one.detail,
        changed_at: one.changed_at,
        seen_at: one.seen_at,
    }
}

//! Putting policies in force, and giving back those of before. Each time everybody is weighed anew, by the same walk as the
//! preview's: who would lose the last factor they can use holds it, until somebody types the tenant's name.

use kernel::{May, Page, PageRequest, Timestamp};
use serde::{Deserialize, Serialize};
use signals::Entry;
use store::Tx;
use tenants::TenantId;
use utoipa::ToSchema;

use super::model::{Policy, validate};
use super::preview::Figures;
use crate::error::MfaError;
use crate::lists;
use crate::model::Provider;
use crate::permissions::{ChangePolicies, ReadMfa};
use crate::service::Mfa;
use crate::store::policies as rows;

/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// That a draft is put in force.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MfaPolicyOrder)]
pub struct Order {
    /// The draft's version that was read and previewed.
    pub version: i64,
    /// The tenant's name, typed in: needed where somebody would lose the last factor they can use.
    #[serde(default)]
    pub confirmation: Option<String>,
    /// Why. Logged.
    #[serde(default)]
    pub reason: Option<String>,
}

/// That a former revision is put in force again, as a new one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MfaPolicyUndo)]
pub struct Undo {
    /// The revision that is in force, as it was read.
    pub in_force: i64,
    /// The one to be given back; left out: the one before. 0 stands for none of the policies.
    #[serde(default)]
    pub to: Option<i64>,
    /// The tenant's name, typed in: needed where somebody would lose the last factor they can use.
    #[serde(default)]
    pub confirmation: Option<String>,
    /// Why. Logged.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A revision without its policies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaPolicyRevisionSummary)]
pub struct RevisionSummary {
    /// Its number.
    pub revision: i64,
    /// Since when it was in force.
    pub applied_at: Timestamp,
    /// Who put it in force.
    pub applied_by: String,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The revision that it gave back, where it was an undo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restores: Option<i64>,
    /// How many policies it has.
    pub policy_count: usize,
    /// Who lost the last factor that they could use.
    pub loses_last: u64,
}

/// A revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaPolicyRevision)]
pub struct Revision {
    /// When, by whom, why.
    #[serde(flatten)]
    pub summary: RevisionSummary,
    /// The policies, in their order.
    pub policies: Vec<Policy>,
    /// Whom it concerned.
    pub figures: Figures,
}

/// What is to be put in force, and what it rests on.
struct Candidate {
    policies: Vec<Policy>,
    restores: Option<i64>,
    /// The draft's version that is used up.
    draft: Option<i64>,
}

impl Mfa {
    /// Puts the draft in force.
    pub async fn apply_policies(&self, may: &May<ChangePolicies>, order: &Order) -> Result<Revision, MfaError> {
        let mut tx = self.store().read().await?;
        let provider = self.own_provider(&mut tx, may.actor().organisation, may.tenant).await?;
        let draft = self.draft_read(&mut tx, &provider, order.version).await?;
        drop(tx);
        if draft.based_on != provider.policy_revision {
            let now = provider.policy_revision;
            let why = format!("the draft was saved when revision {} was in force; now it is {now}", draft.based_on);
            return Err(MfaError::Conflict(format!("{why}: look at both, and save it again")));
        }
        let candidate = Candidate { policies: draft.policies, restores: None, draft: Some(draft.version) };
        self.put_policies_in_force(may, provider, candidate, (order.confirmation.as_deref(), order.reason.as_deref()))
            .await
    }

    /// Puts a former revision in force again, as a new one.
    pub async fn undo_policies(&self, may: &May<ChangePolicies>, undo: &Undo) -> Result<Revision, MfaError> {
        let mut tx = self.store().read().await?;
        let provider = self.own_provider(&mut tx, may.actor().organisation, may.tenant).await?;
        if undo.in_force != provider.policy_revision {
            return Err(MfaError::Stale);
        }
        let to = undo.to.unwrap_or(undo.in_force - 1);
        if to < 0 || to >= provider.policy_revision {
            return Err(MfaError::Conflict("there is no revision before the one in force".to_owned()));
        }
        let policies = self.policies_of(&mut tx, provider.tenant, to).await?;
        drop(tx);
        let candidate = Candidate { policies, restores: Some(to), draft: None };
        self.put_policies_in_force(may, provider, candidate, (undo.confirmation.as_deref(), undo.reason.as_deref()))
            .await
    }

    async fn put_policies_in_force(
        &self,
        may: &May<ChangePolicies>,
        provider: Provider,
        candidate: Candidate,
        (confirmation, reason): (Option<&str>, Option<&str>),
    ) -> Result<Revision, MfaError> {
        // The settings may have changed since they were saved.
        validate(&candidate.policies, &provider.settings)?;
        let reason = reason.map(str::trim).filter(|text| !text.is_empty());
        if reason.is_some_and(|text| text.chars().count() > LONGEST_REASON) {
            return Err(MfaError::Invalid(format!("reason has at most {LONGEST_REASON} characters")));
        }
        let figures = self.weigh(&provider, &candidate.policies, None).await?;
        let tenant = self.parts.tenants.find(provider.organisation, provider.tenant).await?;
        if figures.loses_last > 0 && confirmation.map(str::trim) != Some(tenant.name.as_str()) {
            return Err(MfaError::LastFactors { people: figures.loses_last, name: tenant.name });
        }
        let summary = RevisionSummary {
            revision: provider.policy_revision + 1,
            applied_at: self.env().now(),
            applied_by: may.actor().label(),
            reason: reason.map(str::to_owned),
            restores: candidate.restores,
            policy_count: candidate.policies.len(),
            loses_last: figures.loses_last,
        };
        let revision = Revision { summary, policies: candidate.policies, figures };
        self.write_revision(may, &provider, &revision, candidate.draft).await?;
        Ok(revision)
    }

    /// One unit of work: what is in force, the revision, the draft, the log.
    async fn write_revision(
        &self,
        may: &May<ChangePolicies>,
        provider: &Provider,
        revision: &Revision,
        draft: Option<i64>,
    ) -> Result<(), MfaError> {
        let object = self.tenant_object(provider.organisation, provider.tenant).await?;
        let mut tx = self.store().begin().await?;
        let mut is_ours = rows::put_in_force(&mut tx, provider, &revision.policies, revision.summary.revision).await?;
        if let Some(version) = draft {
            is_ours &= rows::clear_draft(&mut tx, provider.tenant, version).await?;
        }
        if !is_ours {
            return Err(MfaError::Stale);
        }
        rows::insert_revision(&mut tx, provider, revision).await?;
        let undone = revision.summary.restores.is_some();
        let mut entry = Entry::act(if undone { "mfa.policies_undone" } else { "mfa.policies_applied" }).object(object);
        if let Some(reason) = &revision.summary.reason {
            entry = entry.reason(reason);
        }
        let before = serde_json::json!({ "revision": provider.policy_revision, "policies": provider.policies });
        let entry = entry.change_of(Some(&before), Some(revision));
        self.tell(&mut tx, may.actor(), entry).await?;
        Ok(tx.commit().await?)
    }

    /// The policies of a revision; none of 0, and of none that never was.
    pub(super) async fn policies_of(
        &self,
        tx: &mut Tx,
        tenant: TenantId,
        revision: i64,
    ) -> Result<Vec<Policy>, MfaError> {
        if revision == 0 {
            return Ok(Vec::new());
        }
        let found = rows::revision(tx, tenant, revision).await?;
        Ok(found.ok_or(MfaError::NotFound("revision"))?.policies)
    }

    /// One page of everything that ever was in force, newest first.
    pub async fn list_policy_revisions(
        &self,
        may: &May<ReadMfa>,
        tenant: TenantId,
        page: &PageRequest,
    ) -> Result<Page<RevisionSummary>, MfaError> {
        let before = lists::after(page)?;
        let mut tx = self.store().read().await?;
        self.own_provider(&mut tx, may.actor().organisation, tenant).await?;
        let found = rows::revisions(&mut tx, tenant, page.limit, before).await?;
        let page = Page::from_rows(found, page.limit, |one| one.summary.revision);
        Ok(page.map(|one| one.summary))
    }

    /// One revision with its policies.
    pub async fn get_policy_revision(
        &self,
        may: &May<ReadMfa>,
        tenant: TenantId,
        revision: i64,
    ) -> Result<Revision, MfaError> {
        let mut tx = self.store().read().await?;
        self.own_provider(&mut tx, may.actor().organisation, tenant).await?;
        rows::revision(&mut tx, tenant, revision).await?.ok_or(MfaError::NotFound("revision"))
    }
}

//! What is prepared, apart from what is in force: saving it changes nothing for anybody.

use kernel::{May, OrganisationId, Timestamp};
use serde::{Deserialize, Serialize};
use signals::{Entry, Object};
use store::Tx;
use tenants::TenantId;
use utoipa::ToSchema;

use super::model::{Policy, validate};
use crate::error::MfaError;
use crate::model::Provider;
use crate::permissions::{ChangePolicies, ReadMfa};
use crate::service::Mfa;
use crate::store::policies as rows;

/// What is being prepared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaPolicyDraft)]
pub struct Draft {
    /// To be sent back with the next change, and when it is applied.
    pub version: i64,
    /// The policies, in their order.
    pub policies: Vec<Policy>,
    /// The revision that was in force when it was saved.
    pub based_on: i64,
    /// When.
    pub saved_at: Timestamp,
    /// By whom.
    pub saved_by: String,
}

/// The policies of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaPolicyBoard)]
pub struct Board {
    /// The revision in force; 0 where there never was any policy.
    pub revision: i64,
    /// The policies in force, in their order: the first that says something about a rule counts.
    pub policies: Vec<Policy>,
    /// What is being prepared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draft: Option<Draft>,
    /// To be sent back when a draft is saved; 0 where there never was one.
    pub draft_version: i64,
}

/// A draft to be saved: the whole list, in its order.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewMfaPolicyDraft)]
pub struct NewDraft {
    /// The policies.
    pub policies: Vec<Policy>,
    /// The draft's version that was read; left out: whatever there is.
    #[serde(default)]
    pub version: Option<i64>,
}

impl Mfa {
    /// The policies in force, and what is being prepared.
    pub async fn get_policies(&self, may: &May<ReadMfa>, tenant: TenantId) -> Result<Board, MfaError> {
        let mut tx = self.store().read().await?;
        let provider = self.own_provider(&mut tx, may.actor().organisation, tenant).await?;
        let row = rows::draft(&mut tx, tenant).await?;
        let draft_version = row.as_ref().map_or(0, |row| row.version);
        let draft = row.and_then(|row| row.draft);
        Ok(Board { revision: provider.policy_revision, policies: provider.policies, draft, draft_version })
    }

    /// Saves a draft over what was read.
    pub async fn save_draft(&self, may: &May<ChangePolicies>, new: NewDraft) -> Result<Draft, MfaError> {
        let actor = may.actor();
        let object = self.tenant_object(actor.organisation, may.tenant).await?;
        let mut tx = self.store().begin().await?;
        let provider = self.own_provider(&mut tx, actor.organisation, may.tenant).await?;
        validate(&new.policies, &provider.settings)?;
        let row = rows::draft(&mut tx, provider.tenant).await?;
        let read = row.as_ref().map(|row| row.version);
        if new.version.is_some_and(|version| version != read.unwrap_or(0)) {
            return Err(MfaError::Stale);
        }
        let draft = Draft {
            version: read.unwrap_or(0) + 1,
            policies: new.policies.into_iter().map(|policy| self.named(policy)).collect(),
            based_on: provider.policy_revision,
            saved_at: self.env().now(),
            saved_by: actor.label(),
        };
        if !rows::save_draft(&mut tx, &provider, read, &draft).await? {
            return Err(MfaError::Stale);
        }
        let before = row.and_then(|row| row.draft).map_or(provider.policies.clone(), |draft| draft.policies);
        let entry = Entry::act("mfa.policies_drafted").change_of(Some(&before), Some(&draft.policies));
        self.tell(&mut tx, actor, entry.object(object)).await?;
        tx.commit().await?;
        Ok(draft)
    }

    /// Throws a draft away. What is in force stays.
    pub async fn discard_draft(&self, may: &May<ChangePolicies>, version: i64) -> Result<(), MfaError> {
        let object = self.tenant_object(may.actor().organisation, may.tenant).await?;
        let mut tx = self.store().begin().await?;
        let provider = self.own_provider(&mut tx, may.actor().organisation, may.tenant).await?;
        let draft = self.draft_read(&mut tx, &provider, version).await?;
        if !rows::clear_draft(&mut tx, provider.tenant, version).await? {
            return Err(MfaError::Stale);
        }
        let entry = Entry::act("mfa.policies_draft_discarded").change_of(Some(&draft.policies), None::<&Vec<Policy>>);
        self.tell(&mut tx, may.actor(), entry.object(object)).await?;
        Ok(tx.commit().await?)
    }

    /// The draft, if it is still the one that was read.
    pub(super) async fn draft_read(&self, tx: &mut Tx, provider: &Provider, version: i64) -> Result<Draft, MfaError> {
        let row = rows::draft(tx, provider.tenant).await?;
        row.and_then(|row| row.draft).filter(|draft| draft.version == version).ok_or(MfaError::Stale)
    }

    /// A policy with an id, and without space around its name.
    fn named(&self, policy: Policy) -> Policy {
        let id = if policy.is_new() { self.env().new_id() } else { policy.id };
        Policy { id, name: policy.name.trim().to_owned(), ..policy }
    }

    /// The tenant as the log knows it.
    pub(super) async fn tenant_object(
        &self,
        organisation: OrganisationId,
        tenant: TenantId,
    ) -> Result<Object, MfaError> {
        let tenant = self.parts.tenants.find(organisation, tenant).await?;
        Ok(Object::new("tenant", tenant.id, &tenant.name))
    }
}

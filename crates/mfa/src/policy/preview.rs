//! Whom other policies would concern, as it is told and kept: until the next preview.

use kernel::{May, Page, PageRequest, Timestamp, text_enum};
use serde::{Deserialize, Serialize};
use store::Tx;
use tenants::TenantId;
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::{Policy, PolicyId, PreviewId};
use crate::error::MfaError;
use crate::lists::after;
use crate::model::{AccountId, FactorKind, Provider};
use crate::permissions::{ChangePolicies, ReadMfa};
use crate::readiness::turn::Turn;
use crate::risk::RiskFigures;
use crate::service::Mfa;
use crate::store::policies as rows;

text_enum!(
    /// What happens to somebody.
    pub enum PolicyEffect {
        /// They hold something that counts now, and nothing that would count then.
        LosesLast = "loses_last",
        /// They could use something no longer, and have something else.
        Loses = "loses",
        /// They could use something again.
        Gains = "gains",
    }
);

/// Whom one policy would be for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = MfaPolicyFigures)]
pub struct PolicyFigures {
    /// Which.
    pub id: PolicyId,
    /// Its name.
    pub name: String,
    /// People whom it is for.
    pub people: u64,
    /// Who of them would have no usable factor, whether they had one before or not.
    pub without: u64,
    /// Groups (object ids) that the directory does not hold: nobody is found in them.
    pub unknown_groups: Vec<Uuid>,
}

/// Whom policies would concern.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = MfaPolicyTotals)]
pub struct Figures {
    /// People of the tenant in use.
    pub people: u64,
    /// Who of them no policy is for.
    pub outside: u64,
    /// Who would lose the last factor that they can use.
    pub loses_last: u64,
    /// Who would lose one and keep another.
    pub loses: u64,
    /// Who would get one back.
    pub gains: u64,
    /// Who would have fewer factors than they must keep.
    pub short: u64,
    /// By policy, in their order.
    pub policies: Vec<PolicyFigures>,
    /// Their risk; absent where no policy asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<RiskFigures>,
}

/// What was worked out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaPolicyPreview)]
pub struct Preview {
    /// Its id.
    pub id: PreviewId,
    /// The version of the draft that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draft: Option<i64>,
    /// Or the former revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<i64>,
    /// The revision in force that it was held against.
    pub in_force: i64,
    /// When.
    pub counted_at: Timestamp,
    /// By whom.
    pub counted_by: String,
    /// Whom it would concern.
    pub figures: Figures,
}

/// Somebody who would lose or get back a factor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaPolicyPerson)]
pub struct Affected {
    /// The object id in the tenant.
    pub object_id: Uuid,
    /// The account.
    pub account: AccountId,
    /// What people call them.
    pub name: String,
    /// The user principal name.
    pub upn: String,
    /// What happens to them.
    pub effect: PolicyEffect,
    /// Kinds of proof that they could use no longer.
    pub lost: Vec<FactorKind>,
    /// Kinds of proof that they could use again.
    pub gained: Vec<FactorKind>,
    /// The policy that would say what they may use; absent where the tenant's settings would.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
}

/// Which of them are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AffectedFilter {
    /// To whom this happens.
    pub effect: Option<PolicyEffect>,
    /// Whose name or user name has this in it.
    pub text: Option<String>,
}

impl Mfa {
    /// Works out whom the draft would concern, or a former revision; 0 stands for none of the policies.
    pub async fn preview_policies(
        &self,
        may: &May<ChangePolicies>,
        revision: Option<i64>,
    ) -> Result<Preview, MfaError> {
        let (actor, tenant) = (may.actor(), may.tenant);
        let mut tx = self.store().read().await?;
        let provider = self.own_provider(&mut tx, actor.organisation, tenant).await?;
        let (draft, policies) = if let Some(revision) = revision {
            (None, self.policies_of(&mut tx, tenant, revision).await?)
        } else {
            let draft = rows::draft(&mut tx, tenant).await?.and_then(|row| row.draft);
            let none = || MfaError::Conflict("there is no draft: save one first".to_owned());
            let draft = draft.ok_or_else(none)?;
            (Some(draft.version), draft.policies)
        };
        drop(tx);
        let turn = self.take_turn(&provider, &actor.label()).await?;
        let preview = Preview {
            id: self.env().new_id(),
            draft,
            revision,
            in_force: provider.policy_revision,
            counted_at: self.env().now(),
            counted_by: actor.label(),
            figures: Figures::default(),
        };
        let done = self.preview_in_turn(&provider, &policies, preview, &turn).await;
        self.end_turn(turn, done).await
    }

    async fn preview_in_turn(
        &self,
        provider: &Provider,
        policies: &[Policy],
        mut preview: Preview,
        turn: &Turn,
    ) -> Result<Preview, MfaError> {
        preview.figures = self.weigh(provider, policies, Some((preview.id, turn))).await?;
        preview.counted_at = self.env().now();
        let mut tx = self.store().begin().await?;
        self.keep_turn(&mut tx, turn).await?;
        rows::put_preview(&mut tx, provider, &preview).await?;
        tx.commit().await?;
        Ok(preview)
    }

    /// What was worked out last; nothing where nobody has.
    pub async fn get_preview(&self, may: &May<ReadMfa>, tenant: TenantId) -> Result<Option<Preview>, MfaError> {
        let mut tx = self.store().read().await?;
        self.own_provider(&mut tx, may.actor().organisation, tenant).await?;
        Ok(rows::preview(&mut tx, tenant).await?)
    }

    /// One page of whom the last preview concerns, by name.
    pub async fn list_affected(
        &self,
        may: &May<ReadMfa>,
        tenant: TenantId,
        filter: &AffectedFilter,
        page: &PageRequest,
    ) -> Result<Page<Affected>, MfaError> {
        let mut tx = self.store().read().await?;
        self.own_provider(&mut tx, may.actor().organisation, tenant).await?;
        let Some(preview) = rows::preview(&mut tx, tenant).await? else {
            return Ok(Page { items: Vec::new(), next: None });
        };
        people(&mut tx, preview.id, filter, page).await
    }
}

/// One page of whom a preview concerns, by name.
pub(crate) async fn people(
    tx: &mut Tx,
    preview: PreviewId,
    filter: &AffectedFilter,
    page: &PageRequest,
) -> Result<Page<Affected>, MfaError> {
    let found = rows::people(tx, preview, filter, page.limit, after(page)?).await?;
    Ok(Page::from_rows(found, page.limit, |one| (one.name.clone(), one.object_id)))
}

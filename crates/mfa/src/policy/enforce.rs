//! The rules at work: who proves themselves, registers or is helped is judged by what is in force for them at that moment.

use std::collections::HashMap;

use directory::{SourceId, User};
use kernel::May;
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;
use uuid::Uuid;

use super::counts::Counts;
use super::decide::{self, Subject};
use super::model::{Door, Given, Rule, Ruled, Rules};
use crate::accounts::{is_guest, user_of};
use crate::error::MfaError;
use crate::model::{Account, AccountId, FactorKind, Provider};
use crate::permissions::ReadMfa;
use crate::readiness::walk::Groups;
use crate::risk::KnownRisk;
use crate::service::Mfa;
use crate::store::accounts;

/// A group on the way from somebody to the group that a policy names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaRuleHop)]
pub struct Hop {
    /// Its id here.
    pub id: Uuid,
    /// Its name.
    pub name: String,
}

/// That a rule came from a policy, and by which path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaRuleReason)]
pub struct Reason {
    /// Which.
    #[serde(flatten)]
    pub given: Given,
    /// From a group that the person is in directly to the one that the policy names; empty where it names none.
    pub path: Vec<Hop>,
}

/// The rules in force for somebody where they prove themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaDoorRules)]
pub struct DoorRules {
    /// Where.
    pub door: Door,
    /// All of them.
    pub rules: Rules,
    /// Which of them policies gave; the others are the tenant's settings.
    pub because: Vec<Reason>,
}

/// The rules in force for somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaRulesInForce)]
pub struct RulesInForce {
    /// The revision of the tenant's policies; 0 where there never were any.
    pub revision: i64,
    /// What is known of the person's risk; absent where no policy asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk: Option<KnownRisk>,
    /// By where they prove themselves.
    pub doors: Vec<DoorRules>,
}

impl Provider {
    /// Every kind of proof that somebody may use here: those of the settings, and of any policy.
    pub(crate) fn any_kinds(&self) -> impl Iterator<Item = FactorKind> {
        let of_policies = self.policies.iter().filter(|policy| policy.enabled).flat_map(|policy| &policy.rules.kinds);
        self.settings.kinds.iter().chain(of_policies.flatten()).copied()
    }

    /// What counts of what somebody holds, where the rules in force for them are these.
    pub(crate) fn counts(&self) -> Counts<'_> {
        let of_models = |given: &Given| given.rule == Rule::Attestation;
        let by_policy = self.ruled.as_ref().is_some_and(|ruled| ruled.given.iter().any(of_models));
        Counts { kinds: &self.settings.kinds, models: by_policy.then_some(&self.settings.attestation) }
    }

    /// The provider as it is for somebody at a door: with the rules in force, and which policy gave each of them.
    fn decided(
        mut self,
        account: &Account,
        user: Option<&User>,
        groups: &Groups,
        door: Door,
        risk: Option<&KnownRisk>,
    ) -> Self {
        let policies = std::mem::take(&mut self.policies);
        let is_in = |group: Uuid| user.is_some_and(|user| groups.holds(group, user));
        let unasked = KnownRisk::default();
        let known = risk.unwrap_or(&unasked);
        let subject = Subject { object_id: account.object_id, guest: account.guest, door, is_in: &is_in, risk: known };
        let (settings, given) = decide::in_force(&self.settings, &decide::hits(&policies, &self.settings, &subject));
        self.settings = settings;
        let ruled = Ruled { revision: self.policy_revision, given, risk: risk.cloned() };
        self.ruled = (!ruled.given.is_empty() || risk.is_some()).then_some(ruled);
        self
    }
}

impl Mfa {
    /// The provider as it is for somebody at a door.
    pub(crate) async fn ruled(
        &self,
        tx: &mut Tx,
        provider: Provider,
        account: &Account,
        door: Door,
    ) -> Result<Provider, MfaError> {
        if provider.policies.is_empty() {
            return Ok(provider);
        }
        let named = provider.policies.iter().flat_map(|policy| policy.whom.all_groups());
        let groups = self.groups_at_hand(tx, &provider, named).await?;
        let user = user_of(tx, provider.tenant, account.object_id).await?;
        let risks = self.risks_asked(tx, provider.tenant, &provider.policies, &[account.object_id]).await?;
        let risk = risks.map(|risks| risks.of(account.object_id));
        Ok(provider.decided(account, user.as_ref(), &groups, door, risk.as_ref()))
    }

    /// How many factors these people of the tenant may have, whether they have an account here yet or not.
    pub(crate) async fn most_factors_of(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        people: &[Uuid],
    ) -> Result<HashMap<Uuid, u32>, MfaError> {
        if provider.policies.is_empty() {
            return Ok(HashMap::new());
        }
        let named = provider.policies.iter().flat_map(|policy| policy.whom.all_groups());
        let groups = self.groups_at_hand(tx, provider, named).await?;
        let users = directory::read::users_by_object_ids(tx, SourceId(provider.tenant.into()), people).await?;
        let users: HashMap<Uuid, User> = users.into_iter().map(|user| (user.object_id, user)).collect();
        let risks = self.risks_asked(tx, provider.tenant, &provider.policies, people).await?;
        let most = people.iter().map(|object_id| {
            let user = users.get(object_id);
            let is_in = |group: Uuid| user.is_some_and(|user| groups.holds(group, user));
            let (object_id, guest) = (*object_id, user.is_some_and(is_guest));
            let risk = risks.as_ref().map(|risks| risks.of(object_id)).unwrap_or_default();
            let subject = Subject { object_id, guest, door: Door::Entra, is_in: &is_in, risk: &risk };
            let hits = decide::hits(&provider.policies, &provider.settings, &subject);
            (object_id, decide::in_force(&provider.settings, &hits).0.most_factors)
        });
        Ok(most.collect())
    }

    /// The rules in force for somebody, and why.
    pub async fn get_rules(&self, may: &May<ReadMfa>, id: AccountId) -> Result<RulesInForce, MfaError> {
        let organisation = may.actor().organisation;
        let mut tx = self.store().read().await?;
        let account = accounts::get(&mut tx, organisation, id).await?.ok_or(MfaError::NotFound("account"))?;
        let provider = self.own_provider(&mut tx, organisation, account.provider).await?;
        let user = user_of(&mut tx, provider.tenant, account.object_id).await?;
        let risks = self.risks_asked(&mut tx, provider.tenant, &provider.policies, &[account.object_id]).await?;
        drop(tx);
        let risk = risks.map(|risks| risks.of(account.object_id));
        let named = provider.policies.iter().flat_map(|policy| policy.whom.all_groups());
        let groups = self.groups_named(&provider, named).await?;
        let mut doors = Vec::new();
        for door in Door::ALL.iter().copied() {
            let decided = provider.clone().decided(&account, user.as_ref(), &groups, door, risk.as_ref());
            let given = decided.ruled.map(|ruled| ruled.given).unwrap_or_default();
            let because = self.reasons(&account, given, user.as_ref(), &groups).await?;
            doors.push(DoorRules { door, rules: Rules::from(&decided.settings), because });
        }
        Ok(RulesInForce { revision: provider.policy_revision, risk, doors })
    }

    async fn reasons(
        &self,
        account: &Account,
        given: Vec<Given>,
        user: Option<&User>,
        groups: &Groups,
    ) -> Result<Vec<Reason>, MfaError> {
        let mut reasons = Vec::with_capacity(given.len());
        for given in given {
            let path = given.group.zip(user).map(|(group, user)| groups.path(group, user.id)).unwrap_or_default();
            let ids: Vec<Uuid> = path.into_iter().map(Uuid::from).collect();
            let mut tx = self.store().read().await?;
            let known = directory::read::groups_by_ids(&mut tx, account.organisation, &ids).await?;
            let name_of =
                |id: &Uuid| known.iter().find(|group| Uuid::from(group.id) == *id).map(directory::Group::name);
            let path = ids.iter().map(|id| Hop { id: *id, name: name_of(id).unwrap_or_else(|| id.to_string()) });
            let path = path.collect();
            reasons.push(Reason { given, path });
        }
        Ok(reasons)
    }
}

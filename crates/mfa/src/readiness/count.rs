//! The count: every usable person of a tenant, held against the policies and against their factors.

use std::collections::BTreeMap;

use directory::{SourceId, User};
use uuid::Uuid;

use super::policy::{Gap, Person, Policy};
use super::turn::Turn;
use super::walk::{Groups, Place, is_in_use};
use super::{Kept, Lack, PolicyReadiness, Unready, may_enforce};
use crate::accounts::is_guest;
use crate::doctor::conditional_access::Spared;
use crate::error::MfaError;
use crate::model::{AccountId, FactorKind, Provider};
use crate::policy::Door;
use crate::policy::counts::{Counts, Holding};
use crate::policy::decide::{self, Subject};
use crate::risk::KnownRisk;
use crate::service::Mfa;
use crate::store::readiness as rows;

/// How many are hit by a custom control and by External MFA at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AskedTwice {
    pub people: u64,
    /// How many were looked at.
    pub looked_at: u64,
    /// Whether there are others, who were not.
    pub more: bool,
    /// The policies of which not everything could be weighed, and what of them could not.
    pub unweighed: Vec<(String, Vec<Gap>)>,
}

/// What somebody can prove themselves with.
#[derive(Debug, Clone, Default)]
pub(crate) struct Means {
    pub account: Option<AccountId>,
    pub locked: bool,
    /// Active factors that are factors of their own.
    pub held: Vec<Holding>,
    /// Every other way that was ever seen to lead to them.
    pub ways: Vec<Holding>,
}

impl Means {
    /// Everything that leads to them.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Holding> {
        self.held.iter().chain(&self.ways)
    }

    /// Why they could not pass now; nothing where they could. A passkey is not guessed, and counts for whoever is locked.
    pub(crate) fn lack(&self, counts: &Counts<'_>) -> Option<Lack> {
        if self.held.is_empty() && self.ways.is_empty() {
            return Some(Lack::Nothing);
        }
        let usable: Vec<_> = self.all().filter(|holding| counts.has(holding)).collect();
        match usable.as_slice() {
            [] => Some(Lack::SwitchedOff),
            all if self.locked && all.iter().all(|holding| holding.kind != FactorKind::Passkey) => Some(Lack::Locked),
            _ => None,
        }
    }
}

impl Mfa {
    /// Walks the tenant's people, and keeps who of them could not pass in place of those of the count before, some at a
    /// time: however many there are, no more are held.
    pub(crate) async fn count(
        &self,
        provider: &Provider,
        mut policies: Vec<Policy>,
        turn: &Turn,
    ) -> Result<Kept, MfaError> {
        policies.sort_by(|one, other| one.name.cmp(&other.name).then_with(|| one.id.cmp(&other.id)));
        let named = policies.iter().flat_map(|policy| policy.whom().all_groups());
        let ours = provider.policies.iter().flat_map(|policy| policy.whom.all_groups());
        let groups = self.groups_named(provider, named.chain(ours)).await?;
        let (mut tally, mut place) = (Tally::new(policies, &groups), Place::default());
        loop {
            let (mut tx, after) = (self.store().read().await?, place.after);
            let Some(users) = self.next_people(&mut tx, provider, &mut place).await? else { break };
            let ids: Vec<Uuid> = users.iter().map(|user| user.object_id).collect();
            let means = rows::means(&mut tx, provider, &ids).await?;
            let risks = self.risks_asked(&mut tx, provider.tenant, &provider.policies, &ids).await?;
            drop(tx);
            let mut unready = Vec::new();
            for user in users.iter().filter(|user| is_in_use(user)) {
                let means = means.get(&user.object_id).cloned().unwrap_or_default();
                let risk = risks.as_ref().map(|risks| risks.of(user.object_id)).unwrap_or_default();
                unready.extend(tally.add(user, &means, &risk, provider, &groups));
            }
            self.keep_unready(provider, (after, place.after), &unready, turn).await?;
        }
        self.keep_unready(provider, (place.after, None), &[], turn).await?;
        Ok(tally.counted(provider.settings.readiness_percent))
    }

    /// Keeps whoever could not pass of those behind one person, up to another, in a unit of work of its own.
    async fn keep_unready(
        &self,
        provider: &Provider,
        stretch: (Option<Uuid>, Option<Uuid>),
        people: &[Unready],
        turn: &Turn,
    ) -> Result<(), MfaError> {
        let mut tx = self.store().begin().await?;
        self.keep_turn(&mut tx, turn).await?;
        rows::replace(&mut tx, provider, stretch, people).await?;
        Ok(tx.commit().await?)
    }

    /// How many are hit by a custom control and by External MFA at once; nothing where the directory holds nobody of the
    /// tenant. Nobody is counted where there are not both. Once `most` people were looked at no others are read: somebody
    /// waits for the answer.
    pub(crate) async fn count_asked_twice(
        &self,
        provider: &Provider,
        policies: &[Policy],
        most: u64,
    ) -> Result<Option<AskedTwice>, MfaError> {
        let on = || policies.iter().filter(|policy| policy.is_on());
        let (old, new): (Vec<_>, Vec<_>) = (
            on().filter(|policy| !policy.custom_controls.is_empty()).collect(),
            on().filter(|policy| policy.asks_mfa).collect(),
        );
        let mut twice = AskedTwice::default();
        if old.is_empty() || new.is_empty() {
            return Ok(Some(twice));
        }
        let named = old.iter().chain(&new).flat_map(|policy| policy.whom().all_groups());
        let groups = self.groups_named(provider, named).await?;
        let gaps = |policy: &&Policy| (policy.name.clone(), policy.whom().gaps(&|group| groups.knows(group)));
        let both = old.iter().chain(new.iter().filter(|policy| policy.custom_controls.is_empty()));
        twice.unweighed = both.map(gaps).filter(|(_, gaps)| !gaps.is_empty()).collect();
        let mut place = Place::default();
        loop {
            let mut tx = self.store().read().await?;
            let Some(users) = self.next_people(&mut tx, provider, &mut place).await? else { break };
            drop(tx);
            if twice.looked_at >= most {
                twice.more = true;
                break;
            }
            for user in users.iter().filter(|user| is_in_use(user)) {
                let is_in = |group: Uuid| groups.holds(group, user);
                let person = Person { object_id: user.object_id, guest: is_guest(user), is_in: &is_in };
                let hit = |all: &[&Policy]| all.iter().any(|policy| policy.hits(&person));
                twice.looked_at += 1;
                twice.people += u64::from(hit(&old) && hit(&new));
            }
        }
        Ok(Some(twice).filter(|twice| twice.more || twice.looked_at > 0))
    }

    /// The break-glass accounts of the settings, as far as the directory knows them.
    pub(crate) async fn spared(&self, provider: &Provider, policies: &[Policy]) -> Result<Vec<Spared>, MfaError> {
        let named = &provider.settings.break_glass;
        if named.is_empty() {
            return Ok(Vec::new());
        }
        let all_groups: Vec<Uuid> = policies.iter().flat_map(|policy| policy.whom().all_groups()).collect();
        let groups = self.groups_named(provider, all_groups.iter().copied()).await?;
        let mut tx = self.store().read().await?;
        let source = SourceId(provider.tenant.into());
        let users = directory::read::users_by_object_ids(&mut tx, source, named).await?;
        let spared = named.iter().map(|id| match users.iter().find(|user| user.object_id == *id) {
            Some(user) => {
                let known = all_groups.iter().copied().filter(|group| groups.knows(*group));
                Spared {
                    object_id: *id,
                    label: user.name(),
                    guest: Some(is_guest(user)),
                    groups: known.map(|group| (group, groups.holds(group, user))).collect(),
                }
            }
            None => Spared { object_id: *id, label: id.to_string(), guest: None, groups: BTreeMap::new() },
        });
        Ok(spared.collect())
    }
}

/// The figures while they grow.
struct Tally {
    people: u64,
    without: u64,
    policies: Vec<(Policy, PolicyReadiness)>,
}

impl Tally {
    fn new(policies: Vec<Policy>, groups: &Groups) -> Self {
        let begun = |policy: Policy| {
            let readiness = PolicyReadiness {
                id: policy.id.clone(),
                name: policy.name.clone(),
                state: policy.state,
                people: 0,
                without: 0,
                may_enforce: false,
                gaps: policy.whom().gaps(&|group| groups.knows(group)),
            };
            (policy, readiness)
        };
        Self { people: 0, without: 0, policies: policies.into_iter().map(begun).collect() }
    }

    /// Counts somebody; tells of them where they could not pass.
    fn add(
        &mut self,
        user: &User,
        means: &Means,
        risk: &KnownRisk,
        provider: &Provider,
        groups: &Groups,
    ) -> Option<Unready> {
        let is_in = |group: Uuid| groups.holds(group, user);
        let person = Person { object_id: user.object_id, guest: is_guest(user), is_in: &is_in };
        let (object_id, guest) = (person.object_id, person.guest);
        let subject = Subject { object_id, guest, door: Door::Entra, is_in: &is_in, risk };
        let hits = decide::hits(&provider.policies, &provider.settings, &subject);
        let lack = means.lack(&decide::counts(&provider.settings, &hits));
        let mut hit_by = Vec::new();
        self.people += 1;
        for (policy, readiness) in self.policies.iter_mut().filter(|(policy, _)| policy.hits(&person)) {
            readiness.people += 1;
            readiness.without += u64::from(lack.is_some());
            hit_by.push(policy.id.clone());
        }
        let (why, attributes) = (lack?, &user.attributes);
        self.without += 1;
        Some(Unready {
            object_id: user.object_id,
            account: means.account,
            name: user.name(),
            upn: attributes.user_principal_name.clone().unwrap_or_default(),
            mail: attributes.mail.clone(),
            department: attributes.department.clone(),
            why,
            policies: hit_by,
        })
    }

    fn counted(self, wanted_percent: u32) -> Kept {
        let judged = |(_, mut readiness): (Policy, PolicyReadiness)| {
            readiness.may_enforce = may_enforce(readiness.people, readiness.without, wanted_percent);
            readiness
        };
        let policies = self.policies.into_iter().map(judged).collect();
        Kept { people: self.people, without: self.without, policies }
    }
}

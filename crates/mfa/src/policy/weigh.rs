//! The walk: everybody is held against the policies and settings in force and against others.
//!
//! Two walks, so that nobody is missed: the people whom the directory holds, and the accounts here of people whom it does
//! not hold. Who is disabled or deleted there cannot lose anything.

use std::collections::HashSet;

use directory::{SourceId, User, UserId};
use store::Tx;
use uuid::Uuid;

use super::counts::Holding;
use super::decide::{self, Hit, Subject};
use super::effect::Shift;
use super::model::{Door, Policy, PolicyId, PreviewId, Rule};
use super::preview::{Affected, Figures, PolicyEffect, PolicyFigures};
use crate::accounts::{is_guest, suspended};
use crate::error::MfaError;
use crate::model::Provider;
use crate::readiness::count::Means;
use crate::readiness::turn::Turn;
use crate::readiness::walk::{AT_ONCE, Groups, Place, is_in_use};
use crate::risk::{KnownRisk, RiskFigures, RiskLevel, Risks, ask_risk};
use crate::service::Mfa;
use crate::settings::Settings;
use crate::store::{policies as rows, readiness};

/// Somebody on the walk.
struct Person {
    object_id: Uuid,
    guest: bool,
    name: String,
    upn: String,
    /// Who they are in the directory, where it holds them.
    user: Option<UserId>,
    /// Whether they count among the tenant's people in use.
    counts: bool,
}

impl From<&User> for Person {
    fn from(user: &User) -> Self {
        Self {
            object_id: user.object_id,
            guest: is_guest(user),
            name: user.name(),
            upn: user.attributes.user_principal_name.clone().unwrap_or_default(),
            user: Some(user.id),
            counts: is_in_use(user),
        }
    }
}

impl From<rows::Known> for Person {
    fn from(known: rows::Known) -> Self {
        let name = known.name.unwrap_or_else(|| known.label.clone());
        Self { object_id: known.object_id, guest: known.guest, name, upn: known.label, user: None, counts: false }
    }
}

/// What would be in force: the tenant's settings, and the policies over them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rulebook<'a> {
    pub settings: &'a Settings,
    pub policies: &'a [Policy],
}

/// What is held against each other, and the figures while they grow.
struct Scales<'a> {
    provider: &'a Provider,
    after: Rulebook<'a>,
    groups: Groups,
    figures: Figures,
}

impl<'a> Rulebook<'a> {
    /// What is in force.
    fn of(provider: &'a Provider) -> Self {
        Self { settings: &provider.settings, policies: &provider.policies }
    }
}

impl<'a> Scales<'a> {
    fn new(provider: &'a Provider, after: Rulebook<'a>, groups: Groups) -> Self {
        let figures = |policy: &Policy| PolicyFigures {
            id: policy.id,
            name: policy.name.clone(),
            people: 0,
            without: 0,
            unknown_groups: policy.whom.all_groups().filter(|group| !groups.knows(*group)).collect(),
        };
        let asked = ask_risk(&provider.policies) || ask_risk(after.policies);
        let figures = Figures {
            policies: after.policies.iter().map(figures).collect(),
            risk: asked.then(RiskFigures::default),
            ..Figures::default()
        };
        Self { provider, after, groups, figures }
    }

    fn weigh(&mut self, person: &Person, means: &Means, risk: &KnownRisk) -> Option<Affected> {
        let (now, then, groups) = (Rulebook::of(self.provider), self.after, &self.groups);
        let hits = |Rulebook { settings, policies }: Rulebook<'a>, door: Door, risk: &KnownRisk| -> Vec<Hit<'a>> {
            let is_in = |group: Uuid| person.user.is_some_and(|user| groups.holds_user(group, user));
            let (object_id, guest) = (person.object_id, person.guest);
            decide::hits(policies, settings, &Subject { object_id, guest, door, is_in: &is_in, risk })
        };
        let all: Vec<Holding> = means.all().copied().collect();
        let (mut shift, mut passes, mut short, mut policy) = (Shift::default(), true, false, None);
        let (mut hit, high, mut passes_at_high): (Vec<PolicyId>, _, _) =
            (Vec::new(), KnownRisk::at(RiskLevel::High), true);
        for door in Door::ALL.iter().copied() {
            let (before, after) = (hits(now, door, risk), hits(then, door, risk));
            let counts = decide::counts(then.settings, &after);
            shift = shift.and(Shift::of(&all, &decide::counts(now.settings, &before), &counts));
            passes &= all.iter().any(|holding| counts.has(holding));
            let at_high = decide::counts(then.settings, &hits(then, door, &high));
            passes_at_high &= all.iter().any(|holding| at_high.has(holding));
            let usable = means.held.iter().filter(|holding| counts.has(holding)).count();
            short |= means.account.is_some() && usable < decide::least(then.settings, &after);
            let unfit = all.iter().any(|holding| counts.unfit(holding).is_some());
            let by = decide::giver(&after, if unfit { Rule::Attestation } else { Rule::Kinds });
            policy = policy.or(by.map(|policy| policy.name.clone()));
            hit.extend(after.iter().map(|hit| hit.policy.id));
        }
        if person.counts {
            self.count(&hit, passes, short);
        }
        if let Some(figures) = &mut self.figures.risk {
            figures.count(risk, passes && !passes_at_high);
        }
        let effect = match &shift {
            Shift { last: true, .. } => PolicyEffect::LosesLast,
            Shift { lost, .. } if !lost.is_empty() => PolicyEffect::Loses,
            Shift { gained, .. } if !gained.is_empty() => PolicyEffect::Gains,
            _ => return None,
        };
        let counter = match effect {
            PolicyEffect::LosesLast => &mut self.figures.loses_last,
            PolicyEffect::Loses => &mut self.figures.loses,
            PolicyEffect::Gains => &mut self.figures.gains,
        };
        *counter += 1;
        Some(Affected {
            object_id: person.object_id,
            account: means.account?,
            name: person.name.clone(),
            upn: person.upn.clone(),
            effect,
            lost: shift.lost,
            gained: shift.gained,
            policy,
        })
    }

    fn count(&mut self, hit: &[PolicyId], passes: bool, short: bool) {
        self.figures.people += 1;
        self.figures.outside += u64::from(hit.is_empty());
        self.figures.short += u64::from(short);
        for figures in self.figures.policies.iter_mut().filter(|figures| hit.contains(&figures.id)) {
            figures.people += 1;
            figures.without += u64::from(!passes);
        }
    }
}

impl Mfa {
    /// Holds everybody against the policies in force and against others; keeps whom it concerns where it is told to.
    pub(super) async fn weigh(
        &self,
        provider: &Provider,
        after: &[Policy],
        keep: Option<(PreviewId, &Turn)>,
    ) -> Result<Figures, MfaError> {
        self.weigh_against(provider, Rulebook { settings: &provider.settings, policies: after }, keep).await
    }

    /// The same where the tenant's settings may be others too.
    pub(crate) async fn weigh_against(
        &self,
        provider: &Provider,
        after: Rulebook<'_>,
        keep: Option<(PreviewId, &Turn)>,
    ) -> Result<Figures, MfaError> {
        let named: Vec<Uuid> =
            provider.policies.iter().chain(after.policies).flat_map(|policy| policy.whom.all_groups()).collect();
        let groups = self.groups_named(provider, named.into_iter()).await?;
        let mut scales = Scales::new(provider, after, groups);
        let (mut place, mut strangers) = (Place::default(), Place::default());
        loop {
            let mut tx = self.store().read().await?;
            let people: Vec<Person> = match self.next_people(&mut tx, provider, &mut place).await? {
                Some(users) => users.iter().filter(|user| suspended(user).is_none()).map(Person::from).collect(),
                None => match next_strangers(&mut tx, provider, &mut strangers).await? {
                    Some(people) => people,
                    None => break,
                },
            };
            let ids: Vec<Uuid> = people.iter().map(|one| one.object_id).collect();
            let means = readiness::means(&mut tx, provider, &ids).await?;
            let risks = match &mut scales.figures.risk {
                None => Risks::default(),
                Some(figures) => {
                    let risks = self.risks(&mut tx, provider.tenant, &ids).await?;
                    figures.why = risks.unknown();
                    risks
                }
            };
            drop(tx);
            let nothing = Means::default();
            let weighed = people.iter().filter_map(|one| {
                let means = means.get(&one.object_id).unwrap_or(&nothing);
                scales.weigh(one, means, &risks.of(one.object_id))
            });
            let affected: Vec<Affected> = weighed.collect();
            if let Some((preview, turn)) = keep {
                let mut tx = self.store().begin().await?;
                self.keep_turn(&mut tx, turn).await?;
                rows::insert_people(&mut tx, provider.tenant, preview, &affected).await?;
                tx.commit().await?;
            }
        }
        Ok(scales.figures)
    }
}

/// The next people who have an account here and whom the directory does not hold; nothing where there are no more.
async fn next_strangers(tx: &mut Tx, provider: &Provider, place: &mut Place) -> Result<Option<Vec<Person>>, MfaError> {
    let known = rows::accounts_after(tx, provider.tenant, place.after, AT_ONCE).await?;
    let Some(last) = known.last() else { return Ok(None) };
    place.after = Some(last.object_id);
    let ids: Vec<Uuid> = known.iter().map(|one| one.object_id).collect();
    let users = directory::read::users_by_object_ids(tx, SourceId(provider.tenant.into()), &ids).await?;
    let held: HashSet<Uuid> = users.iter().map(|user| user.object_id).collect();
    Ok(Some(known.into_iter().filter(|one| !held.contains(&one.object_id)).map(Person::from).collect()))
}

//! The decision: which rules are in force for somebody, and which policy gave each of them. Pure.

use uuid::Uuid;

use super::counts::Counts;
use super::model::{Door, Given, People, Policy, Rule};
use crate::risk::KnownRisk;
use crate::settings::Settings;

/// Somebody as far as policies look at them.
pub(crate) struct Subject<'a> {
    pub object_id: Uuid,
    pub guest: bool,
    pub door: Door,
    /// Whether they are in a group, directly or through another.
    pub is_in: &'a dyn Fn(Uuid) -> bool,
    /// What is known of their risk.
    pub risk: &'a KnownRisk,
}

/// A policy that is for somebody, and the group that makes it so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hit<'a> {
    pub policy: &'a Policy,
    pub group: Option<Uuid>,
}

impl Policy {
    fn hit(&self, subject: &Subject<'_>) -> Option<Hit<'_>> {
        let whom = &self.whom;
        let people = match whom.people {
            People::All => true,
            People::Members => !subject.guest,
            People::Guests => subject.guest,
        };
        let door = whom.doors.is_empty() || whom.doors.contains(&subject.door);
        let risk = whom.risk.is_none_or(|asked| asked.is_for(subject.risk));
        let is_in = |group: &Uuid| (subject.is_in)(*group);
        if !self.enabled || !people || !door || !risk || whom.except_groups.iter().any(is_in) {
            return None;
        }
        let group = whom.groups.iter().copied().find(is_in);
        (whom.groups.is_empty() || group.is_some()).then_some(Hit { policy: self, group })
    }
}

/// The policies that are for somebody, in their order; none for a break-glass account.
pub(crate) fn hits<'a>(policies: &'a [Policy], defaults: &Settings, subject: &Subject<'_>) -> Vec<Hit<'a>> {
    if defaults.break_glass.contains(&subject.object_id) {
        return Vec::new();
    }
    policies.iter().filter_map(|policy| policy.hit(subject)).collect()
}

/// The settings as they are for whom these policies are, and which policy gave each rule.
pub(crate) fn in_force(defaults: &Settings, hits: &[Hit<'_>]) -> (Settings, Vec<Given>) {
    let (mut settings, mut given) = (defaults.clone(), Vec::new());
    for rule in Rule::ALL.iter().copied() {
        let Some(Hit { policy, group }) = hits.iter().find(|hit| hit.policy.rules.gives(rule)) else { continue };
        policy.rules.put(rule, &mut settings);
        given.push(Given { rule, policy: policy.id, name: policy.name.clone(), group: *group });
    }
    // Two policies may disagree: nobody must keep more than they may have.
    settings.least_factors = settings.least_factors.min(settings.most_factors);
    (settings, given)
}

/// What counts for whom these policies are.
pub(crate) fn counts<'a>(defaults: &'a Settings, hits: &[Hit<'a>]) -> Counts<'a> {
    let rules = || hits.iter().map(|hit| &hit.policy.rules);
    Counts {
        kinds: rules().find_map(|rules| rules.kinds.as_deref()).unwrap_or(&defaults.kinds),
        models: rules().find_map(|rules| rules.attestation.as_ref()),
    }
}

/// The policy that gives a rule to whom these policies are; none where the tenant's settings do.
pub(crate) fn giver<'a>(hits: &[Hit<'a>], rule: Rule) -> Option<&'a Policy> {
    hits.iter().map(|hit| hit.policy).find(|policy| policy.rules.gives(rule))
}

/// How many factors they must keep.
pub(crate) fn least(defaults: &Settings, hits: &[Hit<'_>]) -> usize {
    let least = hits.iter().find_map(|hit| hit.policy.rules.least_factors).unwrap_or(defaults.least_factors);
    let most = hits.iter().find_map(|hit| hit.policy.rules.most_factors).unwrap_or(defaults.most_factors);
    least.min(most) as usize
}

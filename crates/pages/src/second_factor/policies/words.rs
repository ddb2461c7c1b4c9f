//! What a policy says, in words.

use mfa::policy::{AtRisk, Door, LockoutRule, People, Policy, PolicyId, Rule, Ruled, Rules, WhenUnknown, Whom};
use mfa::risk::{KnownRisk, RiskUnknown};
use mfa::settings::{Attestation, AttestationMode};

use super::super::words;
use crate::format::plural;

/// The names of groups that are shown before it says how many more there are.
const SHOWN: usize = 3;

/// For whom a policy is, a line each; `name_of` knows what groups are called.
pub fn whom(whom: &Whom, name_of: &dyn Fn(uuid::Uuid) -> String) -> Vec<String> {
    let names = |groups: &[uuid::Uuid]| {
        let shown: Vec<_> = groups.iter().take(SHOWN).map(|group| name_of(*group)).collect();
        let more = groups.len().saturating_sub(SHOWN);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        format!("{}{more}", shown.join(", "))
    };
    let people = match whom.people {
        People::All if whom.groups.is_empty() => Some("Everybody".to_owned()),
        People::All => None,
        People::Members => Some("Not guests".to_owned()),
        People::Guests => Some("Guests".to_owned()),
    };
    let groups = (!whom.groups.is_empty()).then(|| format!("In {}", names(&whom.groups)));
    let except = (!whom.except_groups.is_empty()).then(|| format!("Not in {}", names(&whom.except_groups)));
    let door = match whom.doors.as_slice() {
        [Door::Entra] => Some("Only in sign-ins".to_owned()),
        [Door::Portal] => Some("Only at the portal".to_owned()),
        _ => None,
    };
    [people, groups, except, door, whom.risk.map(at_risk)].into_iter().flatten().collect()
}

fn at_risk(asked: AtRisk) -> String {
    let also = if asked.when_unknown == WhenUnknown::Apply { ", or not known" } else { "" };
    format!("Risk: at least {}{also}", asked.at_least)
}

/// Why a risk is not known.
pub fn unknown(why: RiskUnknown) -> &'static str {
    match why {
        RiskUnknown::NotChosen => "nobody has chosen that risks are read",
        RiskUnknown::NotRead => "the first read is still to come",
        RiskUnknown::NotGranted => "reading risks is not granted in Entra",
        RiskUnknown::NotLicensed => "the tenant’s plan has no risks: they need Entra ID P2",
        RiskUnknown::Unanswered => "Graph does not answer as it should",
        RiskUnknown::Stale => "the last read is too long ago",
        RiskUnknown::Hidden => "Entra does not say how high it is",
    }
}

/// What was known of somebody's risk.
pub fn risk(known: &KnownRisk) -> String {
    match (known.level, known.unknown) {
        (None, None) => "Risk: none".to_owned(),
        (Some(level), None) => format!("Risk: {level}"),
        (None, Some(why)) => format!("Risk: not known ({})", unknown(why)),
        (Some(level), Some(why)) => format!("Risk: {level} when it was last read ({})", unknown(why)),
    }
}

/// What a policy says, a line each.
pub fn rules(rules: &Rules) -> Vec<String> {
    Rule::ALL.iter().filter_map(|rule| said(rules, *rule)).collect()
}

/// What is said about one rule.
pub fn said(rules: &Rules, rule: Rule) -> Option<String> {
    let factors = |count: u32| plural(count.into(), "factor", "factors");
    match rule {
        Rule::Kinds => rules.kinds.as_ref().map(|kinds| format!("Ways: {}", words::kinds(kinds))),
        Rule::Attestation => rules.attestation.as_ref().map(models),
        Rule::MostFactors => rules.most_factors.map(|most| format!("At most {}", factors(most))),
        Rule::LeastFactors => rules.least_factors.map(|least| format!("At least {}", factors(least))),
        Rule::Enrolment => rules.enrolment.as_ref().map(|enrolment| {
            let inline = if enrolment.inline { "within the first sign-in" } else { "not within a sign-in" };
            let guests = if enrolment.guests { "" } else { ", not for guests" };
            format!("First factor: {inline}{guests}")
        }),
        Rule::Lockout => rules.lockout.map(lockout),
        Rule::Window => {
            rules.window.map(|window| format!("One-time codes: {}", plural(window.into(), "step", "steps")))
        }
        Rule::Devices => rules.devices.map(|devices| match devices.days {
            0 => "Browsers are not remembered".to_owned(),
            days => format!("Browsers: {}, {} unused", plural(days.into(), "day", "days"), devices.idle_days),
        }),
        Rule::Session => {
            rules.session_minutes.map(|minutes| format!("Portal: {}", plural(minutes.into(), "minute", "minutes")))
        }
    }
}

fn models(models: &Attestation) -> String {
    let Attestation { mode, allow, deny } = models;
    let proof = match mode {
        AttestationMode::None => return "Security keys: every model".to_owned(),
        AttestationMode::Wanted => None,
        AttestationMode::Required => Some("proof required".to_owned()),
    };
    let count = |models: &[uuid::Uuid]| plural(u64::try_from(models.len()).unwrap_or(u64::MAX), "model", "models");
    let taken = (!allow.is_empty()).then(|| format!("{} taken", count(allow)));
    let not = (!deny.is_empty()).then(|| format!("{} not", count(deny)));
    let said: Vec<String> = [proof, taken, not].into_iter().flatten().collect();
    let said = if said.is_empty() { "asked for their model".to_owned() } else { said.join(", ") };
    format!("Security keys: {said}")
}

fn lockout(rule: LockoutRule) -> String {
    match rule {
        LockoutRule::Level { level } => format!("Lockout: {level}"),
        LockoutRule::Own { lock_after, wait_after, .. } => {
            format!("Lockout: wait after {wait_after}, lock after {lock_after}")
        }
    }
}

/// A policy as a line.
pub fn row(policy: &Policy, in_force: &[Policy], name_of: &dyn Fn(uuid::Uuid) -> String) -> super::PolicyRow {
    let difference = match in_force.iter().find(|known| known.id == policy.id) {
        Some(known) if known == policy => super::Difference::Same,
        Some(_) => super::Difference::Changed,
        None => super::Difference::New,
    };
    super::PolicyRow {
        id: policy.id.to_string(),
        name: policy.name.clone(),
        enabled: policy.enabled,
        whom: whom(&policy.whom, name_of),
        rules: rules(&policy.rules),
        difference,
    }
}

/// Which policies gave the rules that an attempt was judged by, a line each; and the risk that was known then.
pub fn ruled(ruled: &Ruled) -> Vec<String> {
    let rule = |rule: Rule| match rule {
        Rule::Kinds => "which ways count",
        Rule::Attestation => "which models of keys count",
        Rule::MostFactors => "how many factors one may have",
        Rule::LeastFactors => "how many factors one must keep",
        Rule::Enrolment => "the first factor",
        Rule::Lockout => "lockout",
        Rule::Window => "early and late codes",
        Rule::Devices => "remembered browsers",
        Rule::Session => "sessions of the portal",
    };
    let mut lines: Vec<(PolicyId, String)> = Vec::new();
    for given in &ruled.given {
        let said = rule(given.rule);
        match lines.iter_mut().find(|(policy, _)| *policy == given.policy) {
            Some((_, line)) => {
                line.push_str(", ");
                line.push_str(said);
            }
            None => lines.push((given.policy, format!("{}: {said}", given.name))),
        }
    }
    let policies = lines.into_iter().map(|(_, line)| format!("{line} (revision {})", ruled.revision));
    policies.chain(ruled.risk.as_ref().map(risk)).collect()
}

//! Conditional Access policies as lines: what they ask, whom they ask twice, and whom they must not ask. Pure (eam.md §7).
//!
//! What it deliberately does not do: guess. Where somebody's directory roles, or a group that the directory does not hold,
//! decide whether a policy hits them, the line says so instead of passing.

use std::collections::BTreeMap;

use tenants::checklist::Line;
use uuid::Uuid;

use super::line::{Coded as _, fail, ok, skipped, warn};
use crate::readiness::count::AskedTwice;
use crate::readiness::policy::{Gap, Policy, Sketch};

/// Somebody who must always get in.
pub(crate) struct Spared {
    pub object_id: Uuid,
    /// What they are called, where the directory knows them.
    pub label: String,
    /// Whether they are a guest; nothing where the directory does not know them.
    pub guest: Option<bool>,
    /// The groups that policies name: whether they are in them, as far as anybody here knows.
    pub groups: BTreeMap<Uuid, bool>,
}

impl Spared {
    fn sketch<T>(&self, look: impl FnOnce(&Sketch<'_>) -> T) -> T {
        let is_in = |group: Uuid| self.groups.get(&group).copied();
        look(&Sketch { object_id: self.object_id, guest: self.guest, is_in: &is_in })
    }

    /// What was not weighed of a policy of which nobody knows whether it hits them.
    fn unweighed(&self, policy: &Policy) -> String {
        if self.guest.is_none() {
            return "the directory does not know the account".to_owned();
        }
        gaps(policy.whom().gaps(&|group| self.groups.contains_key(&group)).into_iter())
    }
}

fn named<'a>(policies: impl Iterator<Item = &'a Policy>) -> String {
    policies.map(|policy| format!("“{}”", policy.name)).collect::<Vec<_>>().join(", ")
}

/// What could not be weighed, in words.
fn gaps(all: impl Iterator<Item = Gap>) -> String {
    let word = |gap: Gap| match gap {
        Gap::Roles => "who has the directory roles that it names",
        Gap::LeftOutRoles => "who has the directory roles that it leaves out",
        Gap::Groups => "who is in a group that the directory does not hold",
    };
    all.map(word).collect::<Vec<_>>().join(", ")
}

/// Whether any policy asks for what we give, and which ask for what we cannot.
pub(super) fn policies(policies: &[Policy]) -> Vec<Line> {
    let (on, later): (Vec<_>, Vec<_>) =
        policies.iter().filter(|policy| policy.asks_mfa).partition(|policy| policy.is_on());
    let asked = match (on.is_empty(), later.is_empty()) {
        (false, _) => ok("policies", format!("{} ask for multifactor authentication", named(on.into_iter()))),
        (true, false) => {
            let detail = format!("{} would ask, and are not in force", named(later.into_iter()));
            warn("policies", detail, "look at the readiness, then put one in force for the pilot group")
        }
        (true, true) => {
            let mend = "make a Conditional Access policy with Require multifactor authentication, report-only first";
            warn(
                "policies",
                "no Conditional Access policy asks for multifactor authentication: nobody comes here",
                mend,
            )
        }
    };
    vec![asked, strengths(policies)]
}

/// External MFA satisfies no authentication strength, not even the built-in one.
fn strengths(policies: &[Policy]) -> Line {
    let strict = || policies.iter().filter(|policy| policy.strength.is_some());
    if strict().next().is_none() {
        return ok("strengths", "no policy asks for an authentication strength");
    }
    let mend = "in those policies, ask for Require multifactor authentication instead, or leave out who proves themselves here";
    let detail = format!("{} ask for an authentication strength, which External MFA never satisfies", named(strict()));
    if strict().any(Policy::is_on) {
        fail("strengths", detail, mend).coded(Some("AADSTS53003".to_owned()))
    } else {
        warn("strengths", format!("{detail}; they are not in force"), mend)
    }
}

/// Who is under a custom control and External MFA at once is sent to a provider twice (eam.md §7).
pub(super) fn asked_twice(policies: &[Policy], both: Option<&AskedTwice>) -> Line {
    let old = || policies.iter().filter(|policy| policy.is_on() && !policy.custom_controls.is_empty());
    let new = || policies.iter().filter(|policy| policy.is_on() && policy.asks_mfa);
    let mend = "leave the group out of one of them: the same person belongs under exactly one";
    let which = || format!("hit by a custom control ({}) and by External MFA ({})", named(old()), named(new()));
    match both {
        _ if old().next().is_none() => ok("custom_controls", "no policy in force asks for a custom control"),
        _ if new().next().is_none() => ok("custom_controls", "nobody is asked for both"),
        Some(AskedTwice { people: 0, more: false, unweighed, .. }) if unweighed.is_empty() => {
            ok("custom_controls", "nobody is hit by a custom control and by External MFA")
        }
        Some(AskedTwice { people: 0, looked_at, more, unweighed }) => {
            let others = if *more { "; the others were not looked at" } else { "" };
            let detail = format!("none of {looked_at} people is {}{others}{}", which(), not_weighed(unweighed));
            warn("custom_controls", detail, mend)
        }
        Some(AskedTwice { people, more, unweighed, .. }) => {
            let least = if *more { "at least " } else { "" };
            let people = if *people == 1 { "1 person is".to_owned() } else { format!("{people} people are") };
            let detail = format!("{least}{people} {}{}", which(), not_weighed(unweighed));
            fail("custom_controls", detail, mend).coded(Some("AADSTS50158".to_owned()))
        }
        None => {
            let detail = format!(
                "{} ask for a custom control; the directory is not there to count whom they share",
                named(old())
            );
            warn("custom_controls", detail, mend)
        }
    }
}

/// What the count of whom two policies share has not weighed, as the end of a sentence.
fn not_weighed(unweighed: &[(String, Vec<Gap>)]) -> String {
    let of = |(name, all): &(String, Vec<Gap>)| format!("“{name}” ({})", gaps(all.iter().copied()));
    let all: Vec<String> = unweighed.iter().map(of).collect();
    if all.is_empty() { String::new() } else { format!("; not weighed: {}", all.join(", ")) }
}

/// Accounts that must always get in are left out of everything that can fail.
pub(super) fn break_glass(policies: &[Policy], spared: &[Spared]) -> Line {
    let asking: Vec<_> = policies.iter().filter(|policy| policy.asks() && policy.is_on()).collect();
    if spared.is_empty() {
        let mend =
            "enter the object ids of your break-glass accounts in the settings, so that they are looked for here";
        let bare = asking.iter().filter(|policy| policy.whom().spares_nobody());
        let which = named(bare.copied());
        return if which.is_empty() {
            skipped("break_glass", "no break-glass accounts are named in the settings")
        } else {
            warn(
                "break_glass",
                format!("{which} leave nobody out, and no break-glass accounts are named in the settings"),
                mend,
            )
        };
    }
    let mut unsure = Vec::new();
    for one in spared {
        for policy in &asking {
            match one.sketch(|sketch| policy.whom().may_hold(sketch)) {
                Some(true) => return hit(one, policy),
                None => unsure.push(format!("{} by “{}” ({})", one.label, policy.name, one.unweighed(policy))),
                Some(false) => {}
            }
        }
    }
    if unsure.is_empty() {
        return ok("break_glass", format!("{} left out of every policy in force", are(spared.len())));
    }
    let mend = "leave the accounts out of those policies one by one (Users > Exclude): that is seen from here, and it counts \
                whatever their roles and groups are";
    warn("break_glass", format!("nobody here knows whether these are hit: {}", unsure.join("; ")), mend)
}

fn hit(one: &Spared, policy: &Policy) -> Line {
    let detail =
        format!("the account {} is hit by “{}”: nobody gets in when this server is down", one.label, policy.name);
    fail("break_glass", detail, "leave the account out of every policy")
}

fn are(count: usize) -> String {
    if count == 1 { "the break-glass account is".to_owned() } else { format!("all {count} break-glass accounts are") }
}

#[cfg(test)]
mod tests;

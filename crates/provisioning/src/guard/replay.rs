//! What other limits would have made of what went through. Pure.
//!
//! What it deliberately does not know: how many users and groups there were then. Shares are measured against how many
//! there are now.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use kernel::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::{Breach, Day, Loss, LossKind, Population, judge};
use crate::settings::Limits;

/// The span that limits are about.
const DAY: Duration = Duration::from_hours(24);
/// The most days that are told one by one.
const MOST_DAYS: usize = 31;

/// Something that went through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// When.
    pub at: Timestamp,
    /// Of what.
    pub kind: LossKind,
    /// The user, or the group.
    pub resource_id: Uuid,
    /// How many.
    pub amount: u64,
    /// Of how many members; none where nobody wrote that down, and then it is not judged.
    pub group_size: Option<u64>,
}

/// What limits would have made of what went through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ProvisioningLimitsPreview)]
pub struct Replay {
    /// Since when it is looked at.
    pub since: Timestamp,
    /// How many losses went through since then: users, groups, and groups that lost members.
    pub passed: u64,
    /// How many of them would have been held.
    pub held: u64,
    /// The days on which, the newest first.
    pub days: Vec<HeldDay>,
}

/// What would have been held within a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ProvisioningHeldDay)]
pub struct HeldDay {
    /// When the first of them came.
    pub at: Timestamp,
    /// How many.
    pub held: u64,
    /// Which limit the first of them reached.
    pub breach: Breach,
    /// The same in a sentence.
    pub because: String,
}

/// What went through lately and counts for the limits of a day.
#[derive(Default)]
struct Window {
    entries: VecDeque<(Timestamp, LossKind, Uuid, u64)>,
    /// How often a user was lost, by id.
    users: HashMap<Uuid, u64>,
    /// The same of groups.
    groups: HashMap<Uuid, u64>,
    /// How many members groups lost.
    members: HashMap<Uuid, u64>,
}

impl Window {
    fn forget_before(&mut self, moment: Timestamp) {
        while let Some((_, kind, id, amount)) = self.entries.pop_front_if(|(at, ..)| *at <= moment) {
            match kind {
                LossKind::User => subtract(&mut self.users, id, 1),
                LossKind::Group => subtract(&mut self.groups, id, 1),
                LossKind::Members => subtract(&mut self.members, id, amount),
            }
        }
    }

    fn admit(&mut self, passed: &Passed) {
        self.entries.push_back((passed.at, passed.kind, passed.resource_id, passed.amount));
        let (counts, by) = match passed.kind {
            LossKind::User => (&mut self.users, 1),
            LossKind::Group => (&mut self.groups, 1),
            LossKind::Members => (&mut self.members, passed.amount),
        };
        *counts.entry(passed.resource_id).or_default() += by;
    }

    /// What was lost before, as the guard counts it: without the user or group itself.
    fn day(&self, passed: &Passed) -> Day {
        let id = passed.resource_id;
        let others = |counts: &HashMap<Uuid, u64>| (counts.len() - usize::from(counts.contains_key(&id))) as u64;
        let own = self.members.get(&id).map(|lost| (id, *lost));
        Day {
            users: others(&self.users),
            users_gone: 0,
            groups: others(&self.groups),
            members: own.into_iter().collect(),
        }
    }
}

/// Takes from a count, which goes when nothing of it is left.
fn subtract(counts: &mut HashMap<Uuid, u64>, id: Uuid, by: u64) {
    if let Entry::Occupied(mut count) = counts.entry(id) {
        *count.get_mut() = count.get().saturating_sub(by);
        if *count.get() == 0 {
            count.remove();
        }
    }
}

/// Judges what went through, oldest first, by other limits: what they would have held is not counted later on.
pub fn replay(passed: &[Passed], since: Timestamp, population: Population, limits: &Limits) -> Replay {
    let mut window = Window::default();
    let (mut held, mut days) = (0, Vec::<HeldDay>::new());
    for one in passed {
        window.forget_before(one.at.minus(DAY));
        let breach = loss_of(one).and_then(|loss| judge(&[loss], &window.day(one), population, limits));
        let Some(breach) = breach else {
            window.admit(one);
            continue;
        };
        held += 1;
        match days.last_mut().filter(|day| one.at.since(day.at) < DAY && day.breach.kind == one.kind) {
            Some(day) => day.held += 1,
            None => days.push(HeldDay { at: one.at, held: 1, because: breach.describe(), breach }),
        }
    }
    days.reverse();
    days.truncate(MOST_DAYS);
    Replay { since, passed: passed.len() as u64, held, days }
}

/// The loss as the guard judges it; none where too little is known of it.
fn loss_of(passed: &Passed) -> Option<Loss> {
    let of = match passed.kind {
        LossKind::Members => passed.group_size?,
        _ => 0,
    };
    let (kind, resource_id, amount) = (passed.kind, passed.resource_id, passed.amount);
    Some(Loss { kind, resource_id, name: "a group".to_owned(), amount, of, created_at: passed.at })
}

#[cfg(test)]
mod tests;

//! What other rules mean for somebody, by what they hold. Pure.

use super::counts::{Counts, Holding};
use crate::model::FactorKind;

/// What somebody loses and gets back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Shift {
    /// Kinds of which they hold something that they could use no longer.
    pub lost: Vec<FactorKind>,
    /// Kinds of which they hold something that they could use again.
    pub gained: Vec<FactorKind>,
    /// Whether they could pass before, and could not any more.
    pub last: bool,
}

impl Shift {
    /// What follows where something counts that did not, and the other way round.
    pub(crate) fn of(held: &[Holding], before: &Counts<'_>, after: &Counts<'_>) -> Self {
        let usable = |counts: &Counts<'_>| held.iter().any(|one| counts.has(one));
        let only = |one: &Counts<'_>, other: &Counts<'_>| {
            let there = held.iter().filter(|holding| one.has(holding) && !other.has(holding));
            each_once(there.map(|holding| holding.kind).collect())
        };
        Self { lost: only(before, after), gained: only(after, before), last: usable(before) && !usable(after) }
    }

    /// The same over two doors: what is lost at either of them is lost.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            lost: each_once([self.lost, other.lost].concat()),
            gained: each_once([self.gained, other.gained].concat()),
            last: self.last || other.last,
        }
    }
}

fn each_once(mut kinds: Vec<FactorKind>) -> Vec<FactorKind> {
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

//! The safety net: a pure function of the plan's numbers, the limits and the last 24 hours.
//!
//! What it deliberately does not do: look at single changes. Evidence for each deletion is the planner's business
//! (NET-04); this is about how much at once.

use directory::{Cause, ObjectKind, Toll};
use serde::{Deserialize, Serialize};

use crate::settings::{Limits, Mode};
use crate::totals::Totals;

/// What was lost in the last 24 hours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct History {
    /// Users.
    pub users_lost: u64,
    /// Groups.
    pub groups_lost: u64,
}

/// Under which circumstances the plan was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Circumstances {
    /// Off, preview only, or on.
    pub mode: Mode,
    /// Whether the run was asked for as a preview.
    pub preview: bool,
    /// Whether an operator has confirmed a plan under these settings (NET-07).
    pub confirmed: bool,
    /// Whether the plan is about a source that is no longer connected.
    pub source_gone: bool,
}

/// A limit that the plan reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "breach", rename_all = "snake_case")]
pub enum Breach {
    /// Nobody has confirmed a plan of this source, or of these settings, yet.
    NotConfirmed,
    /// The source is no longer connected; its users and groups would begin to run out (VPR-13).
    SourceGone,
    /// Too many users or groups would be lost.
    TooMany {
        /// `user` or `group`.
        kind: String,
        /// By this run.
        lost: u64,
        /// In the 24 hours before.
        lost_before: u64,
        /// Of how many.
        of: u64,
        /// The limit by count.
        limit: u64,
        /// The limit in per cent.
        limit_percent: u64,
    },
    /// Groups would lose too large a part of their members.
    Shrinks {
        /// How many groups.
        groups: u64,
        /// The limit in per cent.
        limit_percent: u64,
    },
}

/// What becomes of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// It is applied.
    Pass,
    /// It is shown and not applied, because only a preview was wanted.
    Preview,
    /// It waits for a person's decision.
    Hold {
        /// Why.
        breaches: Vec<Breach>,
        /// Whether creations and updates go on at once.
        safe_part: bool,
        /// Whether somebody other than the one who started it must decide (NET-03).
        second_person: bool,
    },
}

/// Losses above this part of all users need a second person (NET-03).
const SECOND_PERSON_PERCENT: u64 = 20;

/// Judges a plan.
pub fn judge(totals: &Totals, limits: &Limits, history: History, circumstances: Circumstances) -> Verdict {
    if circumstances.preview || circumstances.mode != Mode::On && !circumstances.source_gone {
        return Verdict::Preview;
    }
    if totals.is_empty() {
        return Verdict::Pass;
    }
    let mut breaches = Vec::new();
    if circumstances.source_gone {
        if totals.causes.contains_key(Cause::SourceRemoved.as_str()) {
            breaches.push(Breach::SourceGone);
        }
    } else if !circumstances.confirmed {
        breaches.push(Breach::NotConfirmed);
    }
    let users = (totals.lost(ObjectKind::User), history.users_lost, totals.users_before);
    let groups = (totals.lost(ObjectKind::Group), history.groups_lost, totals.groups_before);
    let over_limit = too_many("user", users, limits.users, limits.users_percent);
    breaches.extend(over_limit.or_else(|| for_two(users, limits.users)));
    breaches.extend(too_many("group", groups, limits.groups, limits.groups_percent));
    if totals.shrink_count > 0 {
        breaches.push(Breach::Shrinks { groups: totals.shrink_count, limit_percent: limits.members_percent.into() });
    }
    if breaches.is_empty() {
        return Verdict::Pass;
    }
    Verdict::Hold {
        safe_part: limits.apply_safe_part && circumstances.confirmed,
        second_person: needs_two(users.0, totals.users_before),
        breaches,
    }
}

/// Whether a loss of users is more than one person decides.
const fn needs_two(lost: u64, of: u64) -> bool {
    lost * 100 > of * SECOND_PERSON_PERCENT
}

/// What two people decide is held whatever the limits: otherwise whoever may raise them would decide it alone.
fn for_two((lost, lost_before, of): (u64, u64, u64), limit: u32) -> Option<Breach> {
    (lost > 1 && needs_two(lost, of)).then(|| Breach::TooMany {
        kind: "user".to_owned(),
        lost,
        lost_before,
        of,
        limit: limit.into(),
        limit_percent: SECOND_PERSON_PERCENT,
    })
}

/// Reaching a limit holds; a run that loses nothing is never held for what was lost before.
fn too_many(kind: &str, (lost, lost_before, of): (u64, u64, u64), limit: u32, limit_percent: u32) -> Option<Breach> {
    let (limit, limit_percent) = (u64::from(limit), u64::from(limit_percent));
    (Toll { lost, lost_before, of }).reaches(limit, limit_percent).then(|| Breach::TooMany {
        kind: kind.to_owned(),
        lost,
        lost_before,
        of,
        limit,
        limit_percent,
    })
}

//! The safety net of a push: what a call takes away, against the limits of a day (NET-01, NET-15). Pure functions.
//!
//! What it deliberately does not do: count. Who calls has counted, and notes what went through.

use std::collections::HashMap;

use directory::Toll;
use kernel::{Timestamp, text_enum};
use scim::ResourceType;
use scim::bulk::Method;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::settings::Limits;

pub mod replay;

/// What a call takes away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Loss {
    /// Of what.
    pub kind: LossKind,
    /// The user, or the group: its SCIM id.
    pub resource_id: Uuid,
    /// What people call it.
    pub name: String,
    /// How many: one user, one group, or so many members.
    pub amount: u64,
    /// Of how many, for members: those of the group before the call. Users and groups are counted by the guard.
    pub of: u64,
    /// When the user or group was made here: what is young does not count.
    pub created_at: Timestamp,
}

text_enum!(
    /// Of what something is taken away.
    pub enum LossKind {
        /// A user is disabled or deleted.
        User = "user",
        /// A group is deleted.
        Group = "group",
        /// A group loses members.
        Members = "members",
    }
);

/// A call as it was sent, to be carried out later.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// `PUT`, `PATCH` or `DELETE`.
    pub method: Method,
    /// Of which kind of resource.
    pub kind: &'static ResourceType,
    /// Which.
    pub id: Uuid,
    /// The body, as it was read.
    pub body: Option<scim::Object>,
}

/// What a connection has lost in the last 24 hours, without the resources of the call that is judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Day {
    /// Users that were disabled or deleted.
    pub users: u64,
    /// How many of those were deleted: they are no longer counted among the users.
    pub users_gone: u64,
    /// Groups that were deleted.
    pub groups: u64,
    /// Members that groups lost, by group.
    pub members: HashMap<Uuid, u64>,
}

/// How many a connection has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Population {
    /// Users.
    pub users: u64,
    /// Groups.
    pub groups: u64,
}

/// A limit that a call reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ProvisioningBreach)]
pub struct Breach {
    /// Of what too much would be lost.
    pub kind: LossKind,
    /// By the call that reached the limit.
    pub lost: u64,
    /// In the 24 hours before.
    pub lost_before: u64,
    /// Of how many.
    pub of: u64,
    /// The limit by count; none for members.
    pub limit: Option<u64>,
    /// The limit in per cent.
    pub limit_percent: u64,
    /// The name of the group that would lose members.
    pub group: Option<String>,
}

/// What an earlier call that waits is to a later one about the same resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// It is the same, asked again.
    Same,
    /// The later one takes its place.
    Replaced,
    /// Both stand, in their order.
    Beside,
}

/// Judges a call; the first limit reached is told.
pub fn judge(losses: &[Loss], day: &Day, population: Population, limits: &Limits) -> Option<Breach> {
    let sum = |kind| losses.iter().filter(|loss| loss.kind == kind).map(|loss| loss.amount).sum();
    // Who was disabled today is still counted among the users, but no longer there to be lost.
    let active = (population.users + day.users_gone).saturating_sub(day.users);
    let users = Toll { lost: sum(LossKind::User), lost_before: day.users, of: active };
    let groups = Toll { lost: sum(LossKind::Group), lost_before: day.groups, of: population.groups };
    let over = |kind, toll, limit, percent| too_many(kind, toll, u64::from(limit), u64::from(percent));
    over(LossKind::User, users, limits.users, limits.users_percent)
        .or_else(|| over(LossKind::Group, groups, limits.groups, limits.groups_percent))
        .or_else(|| losses.iter().find_map(|loss| shrinks(loss, day, limits)))
}

fn too_many(kind: LossKind, toll: Toll, limit: u64, limit_percent: u64) -> Option<Breach> {
    toll.reaches(limit, limit_percent).then_some(Breach {
        kind,
        lost: toll.lost,
        lost_before: toll.lost_before,
        of: toll.of,
        limit: Some(limit),
        limit_percent,
        group: None,
    })
}

/// Whether a group loses too large a part of its members. A small group may.
fn shrinks(loss: &Loss, day: &Day, limits: &Limits) -> Option<Breach> {
    let lost_before = day.members.get(&loss.resource_id).copied().unwrap_or(0);
    let toll = Toll { lost: loss.amount, lost_before, of: loss.of };
    let small = toll.of + toll.lost_before < u64::from(limits.members_from);
    let over = loss.kind == LossKind::Members
        && loss.amount > 0
        && !small
        && toll.part_reaches(u64::from(limits.members_percent));
    over.then(|| Breach {
        kind: LossKind::Members,
        lost: toll.lost,
        lost_before,
        of: toll.of,
        limit: None,
        limit_percent: limits.members_percent.into(),
        group: Some(loss.name.clone()),
    })
}

impl Breach {
    /// What happened, for people.
    pub fn describe(&self) -> String {
        let Self { lost_before, of, limit_percent, .. } = self;
        let lost = self.lost + lost_before;
        match (self.kind, self.limit) {
            (LossKind::Members, _) => {
                let group = self.group.as_deref().unwrap_or("a group");
                let of = of + lost_before;
                format!("{group} would lose {lost} of {of} members within 24 hours; the limit is {limit_percent} %")
            }
            (kind, limit) => {
                let (noun, verb) =
                    if kind == LossKind::User { ("users", "disabled or deleted") } else { ("groups", "deleted") };
                let limit = limit.unwrap_or_default();
                format!(
                    "{lost} of {} {noun} would be {verb} within 24 hours; the limit is {limit} or {limit_percent} %",
                    of + lost_before
                )
            }
        }
    }
}

impl Asked {
    /// What this call, which waits, is to a later one about the same resource.
    ///
    /// Of a user the newest call says all that is still wanted. Patches of a group take away one member after another, so
    /// each stands; only a call about the group as a whole takes their place.
    pub fn relation_to(&self, later: &Self) -> Relation {
        if self == later {
            return Relation::Same;
        }
        let whole = |asked: &Self| matches!(asked.method, Method::Put | Method::Delete);
        if later.kind.name == scim::USER.name || whole(later) || self.method == Method::Delete {
            Relation::Replaced
        } else {
            Relation::Beside
        }
    }
}

#[cfg(test)]
mod tests;

//! Which objects a cycle looks at: all of them, or those that changed since the watermark, came into or fell out of
//! scope, or are due again. And the guard, which holds too many deletions back.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::job::{Link, State, Watermark};
use super::run::Run;
use super::scope::fits;
use crate::directory::{Change, Directory, Kind, Life, Ref};

/// What one cycle looks at.
#[derive(Debug, Default)]
pub struct Plan {
    /// Whether it is an initial cycle.
    pub initial: bool,
    /// Users, in order.
    pub users: BTreeSet<Ref>,
    /// Groups, in order.
    pub groups: BTreeSet<Ref>,
    /// How far the directory will have been read.
    pub watermark: Option<Watermark>,
    /// Deletions that the guard holds.
    pub held: BTreeSet<Uuid>,
}

/// Makes the plan.
pub fn plan(run: &Run<'_>) -> Plan {
    let directory = run.tenant.directory();
    run.job.with(|state| {
        let watermark = Watermark { origin: directory.origin(), position: directory.position() };
        let known = state.watermark.filter(|known| known.origin == watermark.origin);
        let mut plan = Plan { initial: known.is_none(), watermark: Some(watermark), ..Plan::default() };
        let found = match known {
            None => everything(run, state, &directory),
            Some(known) => changed(run, state, &directory, known.position, watermark.position),
        };
        for object in found {
            let (mapping, place) = match object.kind {
                Kind::User => (&run.schema.users, &mut plan.users),
                Kind::Group => (&run.schema.groups, &mut plan.groups),
            };
            if mapping.enabled && fits(&directory, object, &mapping.filter.input_filter_groups, &run.behaviour) {
                place.insert(object);
            }
        }
        guard(run, state, &directory, &mut plan);
        plan
    })
}

/// Everybody in scope, and everybody who has a partner.
fn everything(run: &Run<'_>, state: &State, directory: &Directory) -> BTreeSet<Ref> {
    let linked = state.links.keys().filter_map(|id| directory.find(*id));
    run.scope.iter().chain(linked).collect()
}

fn changed(run: &Run<'_>, state: &State, directory: &Directory, from: u64, to: u64) -> BTreeSet<Ref> {
    let concerned = |object: &Ref| run.scope.holds(*object) || state.links.contains_key(&directory.id(*object));
    let edited = directory.entries(from, to).iter().filter(|entry| {
        // A member's own deletion and restoration leave its memberships as they were.
        !matches!(entry.change, Change::Member { shadow: true, .. })
    });
    let mut found: BTreeSet<Ref> = edited.map(|entry| entry.object).filter(concerned).collect();
    found.extend(run.scope.iter().filter(|object| !state.scoped.contains(&directory.id(*object))));
    let lost = state.scoped.iter().filter_map(|id| directory.find(*id)).filter(|object| !run.scope.holds(*object));
    found.extend(lost.filter(concerned));
    let due = state.escrows.iter().filter(|(_, escrow)| escrow.due <= run.began).map(|(id, _)| id);
    found.extend(due.chain(&state.held).filter_map(|id| directory.find(*id)).filter(concerned));
    found
}

/// Holds the deletions when there are more than the threshold allows.
fn guard(run: &Run<'_>, state: &State, directory: &Directory, plan: &mut Plan) {
    if !run.behaviour.deletion_guard || state.deletions_allowed {
        return;
    }
    let goes = |object: &&Ref| {
        let link = state.links.get(&directory.id(**object));
        link.is_some_and(|link| is_deletion(link, directory.life(**object), run.scope.holds(**object)))
    };
    let going: BTreeSet<Ref> = plan.users.iter().chain(&plan.groups).filter(goes).copied().collect();
    if going.len() > run.behaviour.deletion_threshold {
        plan.users.retain(|object| !going.contains(object));
        plan.groups.retain(|object| !going.contains(object));
        plan.held = going.iter().map(|object| directory.id(*object)).collect();
    }
}

/// What counts as a deletion: a user who is deleted or falls out of scope, a group that goes.
fn is_deletion(link: &Link, life: Life, in_scope: bool) -> bool {
    match (link.kind, life) {
        (_, Life::Purged) => link.managed,
        (Kind::User, Life::Live) => link.managed && link.active && !in_scope,
        (Kind::User, Life::Deleted(_)) => link.managed && link.active,
        (Kind::Group, Life::Live) => !in_scope,
        (Kind::Group, Life::Deleted(_)) => true,
    }
}

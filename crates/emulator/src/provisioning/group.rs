//! Provisions one group, and afterwards its members: a create carries none, they follow one by one.
//!
//! Only direct members that are users; a group inside a group is not expanded.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::failure::Failure;
use super::job::Link;
use super::object::{create, delete, differences, link, match_partner, update};
use super::patch;
use super::run::Run;
use super::source::Entry;
use super::story::{Action, Story};
use crate::directory::{Life, Ref};

/// Does what is to be done for one group, its members left out.
pub async fn provision(run: &Run<'_>, object: Ref) {
    if run.stopped() {
        return;
    }
    let entry = run.read(object);
    let known = run.job.link(entry.id);
    if known.is_none() && entry.is_soft_deleted {
        return;
    }
    let mut story = Story::of(&entry);
    let outcome = decide(run, &entry, known, &mut story).await;
    run.settle(&entry, story, &outcome, false);
}

async fn decide(run: &Run<'_>, entry: &Entry, known: Option<Link>, story: &mut Story) -> Result<Action, Failure> {
    let Some(known) = known else { return begin(run, entry, story).await };
    story.found(&known.target);
    if entry.is_soft_deleted {
        let left_alone = entry.life == Life::Live && run.behaviour.skip_out_of_scope_deletions;
        if left_alone || !run.schema.groups.delete {
            run.job.with(|state| state.links.remove(&entry.id));
            return Ok(story.skip("SkipOutOfScopeDeletions", "Groups out of scope are left alone"));
        }
        return delete(run, entry, &known, story).await;
    }
    let resource = run.target.read("Groups", &known.target).await?;
    if !run.schema.groups.update {
        return Ok(story.skip("UpdateDisabled", "Groups are not changed"));
    }
    update(run, entry, &known, &differences(run, entry, &resource), story).await
}

async fn begin(run: &Run<'_>, entry: &Entry, story: &mut Story) -> Result<Action, Failure> {
    match match_partner(run, entry, story).await? {
        Some(resource) => {
            let known = link(run, entry, &resource, story)?;
            update(run, entry, &known, &differences(run, entry, &resource), story).await
        }
        None if run.schema.groups.create => create(run, entry, story).await,
        None => Ok(story.skip("CreateDisabled", "Groups are not created")),
    }
}

/// What is to change in a group's membership.
#[derive(Debug, Default)]
struct Changes {
    /// Who joins: object and partner.
    add: Vec<(Uuid, String)>,
    /// Who leaves.
    remove: Vec<(Uuid, String)>,
    /// In scope, and without a partner although one was due.
    missing: usize,
}

/// The later pass: writes the members that joined and left. `only` limits it to these.
pub async fn members(run: &Run<'_>, object: Ref, only: Option<&[Uuid]>) {
    if run.stopped() || !run.groups.iter().any(super::mapping::Flow::is_reference) {
        return;
    }
    let entry = run.read(object);
    let Some(known) = run.job.link(entry.id).filter(|_| !entry.is_soft_deleted) else { return };
    let changes = changes(run, object, &known, only);
    if changes.add.is_empty() && changes.remove.is_empty() && changes.missing == 0 {
        run.job.with(|state| super::escrow::mend(state, entry.id, true));
        return;
    }
    let mut story = Story::of(&entry);
    story.found(&known.target);
    let outcome = write(run, &entry, &known, &changes, &mut story).await;
    run.settle(&entry, story, &outcome, true);
}

fn changes(run: &Run<'_>, object: Ref, known: &Link, only: Option<&[Uuid]>) -> Changes {
    let mut changes = Changes::default();
    let listed: BTreeSet<Uuid> = {
        let directory = run.tenant.directory();
        let users = directory.linked(object.ordinal).0;
        users.iter().filter(|user| run.scope.users.contains(*user)).map(|user| directory.user(user).id).collect()
    };
    let wanted = |id: &Uuid| only.is_none_or(|only| only.contains(id));
    for id in listed.difference(&known.members).filter(|id| wanted(id)) {
        match run.job.link(*id) {
            Some(link) if link.managed => changes.add.push((*id, link.target)),
            _ => changes.missing += usize::from(is_due(run, *id)),
        }
    }
    for id in known.members.difference(&listed).filter(|id| wanted(id)) {
        if let Some(link) = run.job.link(*id) {
            changes.remove.push((*id, link.target));
        } else {
            // Whoever was deleted in the target has left its groups there.
            forget(run, object, &[*id]);
        }
    }
    changes
}

/// Whether a user without a partner should have had one by now.
fn is_due(run: &Run<'_>, id: Uuid) -> bool {
    let found = run.tenant.directory().find(id);
    found.is_some_and(|found| !run.read(found).is_soft_deleted)
}

async fn write(
    run: &Run<'_>,
    entry: &Entry,
    known: &Link,
    changes: &Changes,
    story: &mut Story,
) -> Result<Action, Failure> {
    let batch = run.behaviour.batch(changes.add.len() + changes.remove.len());
    story.step(
        "ReferenceResolution",
        "referenceResolution",
        &format!("{} members to add, {} to remove", changes.add.len(), changes.remove.len()),
    );
    for some in changes.remove.chunks(batch) {
        let body = patch::remove_members(run.dialect, &partners(some));
        run.target.patch("Groups", &known.target, &body).await?;
        forget(run, entry.object, &ids(some));
        run.notes().counts.members_removed += some.len() as u64;
        for (_, partner) in some {
            story.modify("members", Some(&partner.as_str().into()), None);
        }
    }
    for some in changes.add.chunks(batch) {
        let some = absent(run, known, some).await?;
        if !some.is_empty() {
            run.target.patch("Groups", &known.target, &patch::add_members(run.dialect, &partners(&some))).await?;
        }
        run.job.with(|state| state.links.get_mut(&entry.id).map(|link| link.members.extend(ids(&some))));
        run.notes().counts.members_added += some.len() as u64;
        for (_, partner) in &some {
            story.modify("members", None, Some(&partner.as_str().into()));
        }
    }
    match changes.missing {
        0 => Ok(Action::Update),
        count => Err(Failure::object("MissingReference", format!("{count} members have not been provisioned"))),
    }
}

/// Those who are not members yet, when the job asks before it adds.
async fn absent(run: &Run<'_>, known: &Link, some: &[(Uuid, String)]) -> Result<Vec<(Uuid, String)>, Failure> {
    if !run.behaviour.reference_checks {
        return Ok(some.to_vec());
    }
    let mut found = Vec::new();
    for one in some {
        if !run.target.refers("Groups", &known.target, "members", &one.1).await? {
            found.push(one.clone());
        }
    }
    Ok(found)
}

fn forget(run: &Run<'_>, group: Ref, gone: &[Uuid]) {
    let id = run.tenant.directory().id(group);
    run.job.with(|state| {
        if let Some(link) = state.links.get_mut(&id) {
            for member in gone {
                link.members.remove(member);
            }
        }
    });
}

fn ids(some: &[(Uuid, String)]) -> Vec<Uuid> {
    some.iter().map(|(id, _)| *id).collect()
}

fn partners(some: &[(Uuid, String)]) -> Vec<String> {
    some.iter().map(|(_, partner)| partner.clone()).collect()
}

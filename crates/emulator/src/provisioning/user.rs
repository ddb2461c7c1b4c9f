//! Provisions one user.
//!
//! | in Entra | in the target |
//! |---|---|
//! | new, and active | matched, else created |
//! | disabled, deleted or out of scope before it was ever provisioned | nothing |
//! | changed | what differs, and no nulls |
//! | out of scope, disabled, soft-deleted | `active` false; `DELETE` where no mapping writes `active` |
//! | purged after 30 days, and still managed | `DELETE` |
//! | purged after it fell out of scope | nothing, ever |

use serde_json::Value;

use super::failure::Failure;
use super::job::Link;
use super::mapping::Flow;
use super::object::{create, delete, differences, link, match_partner, update};
use super::patch::{self, Difference};
use super::path::{as_text, member};
use super::run::Run;
use super::source::Entry;
use super::story::{Action, Story};
use crate::directory::{Kind, Life, Ref};

/// Does what is to be done for one user, its manager left out.
pub async fn provision(run: &Run<'_>, object: Ref) {
    if run.stopped() {
        return;
    }
    let entry = run.read(object);
    let known = run.job.link(entry.id);
    let asked_for = run.notes().told.is_some();
    if known.is_none() && (!entry.in_scope || entry.life == Life::Purged) && !asked_for {
        return;
    }
    let mut story = Story::of(&entry);
    let outcome = decide(run, &entry, known, &mut story).await;
    run.settle(&entry, story, &outcome, false);
}

async fn decide(run: &Run<'_>, entry: &Entry, known: Option<Link>, story: &mut Story) -> Result<Action, Failure> {
    let Some(known) = known else { return begin(run, entry, story).await };
    story.found(&known.target);
    if entry.life == Life::Purged {
        if known.managed && run.schema.users.delete {
            return delete(run, entry, &known, story).await;
        }
        run.job.with(|state| state.links.remove(&entry.id));
        return Ok(story.skip("NotManaged", "The user fell out of scope before it was deleted"));
    }
    if !entry.in_scope {
        return let_go(run, entry, &known, story).await;
    }
    if entry.is_soft_deleted && !writes_active(run) {
        return delete(run, entry, &known, story).await;
    }
    let resource = run.target.read("Users", &known.target).await?;
    change(run, entry, &known, &resource, story).await
}

/// A user without a partner: matched, created, or left alone.
async fn begin(run: &Run<'_>, entry: &Entry, story: &mut Story) -> Result<Action, Failure> {
    if entry.is_soft_deleted {
        return Ok(story.skip("NotEffectivelyEntitled", "The user is disabled or deleted and was never provisioned"));
    }
    match match_partner(run, entry, story).await? {
        Some(resource) => {
            let known = link(run, entry, &resource, story)?;
            change(run, entry, &known, &resource, story).await
        }
        None if run.schema.users.create => create(run, entry, story).await,
        None => Ok(story.skip("CreateDisabled", "Users are not created")),
    }
}

async fn change(
    run: &Run<'_>,
    entry: &Entry,
    known: &Link,
    resource: &Value,
    story: &mut Story,
) -> Result<Action, Failure> {
    if let Some(flow) = manager_flow(run) {
        let held = flow.path.read(resource).and_then(|manager| member(manager, "value")).map(as_text);
        run.notes().managers.insert(entry.id, held);
    }
    if !run.schema.users.update {
        return Ok(story.skip("UpdateDisabled", "Users are not changed"));
    }
    let action = update(run, entry, known, &differences(run, entry, resource), story).await?;
    run.job.with(|state| {
        if let Some(link) = state.links.get_mut(&entry.id) {
            (link.managed, link.active) = (true, !entry.is_soft_deleted);
        }
    });
    Ok(action)
}

/// A user that fell out of scope: disabled once, and never looked at again.
async fn let_go(run: &Run<'_>, entry: &Entry, known: &Link, story: &mut Story) -> Result<Action, Failure> {
    if !known.managed {
        return Ok(story.skip("NotManaged", "The user fell out of scope before"));
    }
    let action = if run.behaviour.skip_out_of_scope_deletions || !run.schema.users.delete {
        story.skip("SkipOutOfScopeDeletions", "Users out of scope are left alone")
    } else if writes_active(run) {
        let resource = run.target.read("Users", &known.target).await?;
        let mut all = differences(run, entry, &resource);
        all.retain(|difference: &Difference| difference.path.is("active"));
        update(run, entry, known, &all, story).await?
    } else {
        return delete(run, entry, known, story).await;
    };
    run.job.with(|state| {
        if let Some(link) = state.links.get_mut(&entry.id) {
            (link.managed, link.active) = (false, false);
        }
    });
    Ok(action)
}

fn writes_active(run: &Run<'_>) -> bool {
    run.users.iter().any(|flow| flow.path.is("active"))
}

fn manager_flow<'r>(run: &'r Run<'_>) -> Option<&'r Flow> {
    run.users.iter().find(|flow| flow.is_reference())
}

/// The later pass: writes the manager where what was read back differs.
pub async fn reference(run: &Run<'_>, object: Ref) {
    let Some(flow) = manager_flow(run).filter(|_| !run.stopped()) else { return };
    let entry = run.read(object);
    let Some(known) = run.job.link(entry.id).filter(|link| link.managed) else { return };
    if entry.is_soft_deleted {
        return;
    }
    let held = run.notes().managers.get(&entry.id).cloned().unwrap_or_else(|| known.manager.clone());
    let wanted = match entry.manager {
        None if held.is_some() && held == known.manager => None,
        None => return,
        Some(manager) => match run.job.link(manager) {
            Some(link) if Some(&link.target) != held.as_ref() => Some(link.target),
            None if awaited(run, manager) => return miss(run, &entry),
            _ => return,
        },
    };
    let mut story = Story::of(&entry);
    story.found(&known.target);
    story.step("ReferenceResolution", "referenceResolution", "Resolved the manager");
    let outcome = write_manager(run, &known, flow, wanted.as_deref()).await;
    let (old, new) = (held.map(Value::String), wanted.clone().map(Value::String));
    story.modify(&flow.path.text, old.as_ref(), new.as_ref());
    if outcome.is_ok() {
        run.job.with(|state| {
            if let Some(link) = state.links.get_mut(&entry.id) {
                link.manager = wanted;
            }
        });
    }
    run.settle(&entry, story, &outcome, true);
}

async fn write_manager(run: &Run<'_>, known: &Link, flow: &Flow, wanted: Option<&str>) -> Result<Action, Failure> {
    if let Some(manager) = wanted.filter(|_| run.behaviour.reference_checks)
        && run.target.refers("Users", &known.target, &flow.path.text, manager).await?
    {
        return Ok(Action::Skip);
    }
    let body = patch::manager(run.dialect, &flow.path, wanted, &run.behaviour);
    run.target.patch("Users", &known.target, &body).await?;
    Ok(Action::Update)
}

/// Whether a manager is in scope and should have had a partner by now.
fn awaited(run: &Run<'_>, manager: uuid::Uuid) -> bool {
    let found = run.tenant.directory().find(manager).filter(|found| found.kind == Kind::User);
    found.is_some_and(|found| !run.read(found).is_soft_deleted)
}

fn miss(run: &Run<'_>, entry: &Entry) {
    let failure = Failure::object("MissingReference", "the manager has not been provisioned");
    run.settle(entry, Story::of(entry), &Err(failure), true);
}

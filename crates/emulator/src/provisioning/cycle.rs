//! One cycle: users, then groups, then managers, then members; then the watermark.

use std::collections::BTreeSet;

use futures_util::{StreamExt as _, stream};
use uuid::Uuid;

use super::job::{Ended, Execution, ExecutionError, Job, State};
use super::plan::{Plan, plan};
use super::run::{Notes, Run};
use super::{escrow, group, quarantine, user};
use crate::directory::{Kind, Ref};
use crate::world::World;

/// Runs a cycle now, after whatever the job is doing. Fails only when the job cannot work at all.
pub async fn run(world: &World, job: &Job) -> Result<Execution, String> {
    let _turn = job.turn.lock().await;
    let run = Run::new(world, job, false)?;
    let plan = plan(&run);
    run.notes().counts.imported = (plan.users.len() + plan.groups.len()) as u64;
    run.notes().counts.entitled = run.scope.users.len() + run.scope.groups.len();
    let at_once = run.behaviour.parallel_requests.max(1);
    let run_ref = &run;
    stream::iter(&plan.users).for_each_concurrent(at_once, |object| user::provision(run_ref, *object)).await;
    stream::iter(&plan.groups).for_each_concurrent(at_once, |object| group::provision(run_ref, *object)).await;
    let (users, groups) = referring(&run, &plan);
    stream::iter(users).for_each_concurrent(at_once, |object| user::reference(run_ref, object)).await;
    stream::iter(groups).for_each_concurrent(at_once, |object| group::members(run_ref, object, None)).await;
    let notes = std::mem::take(&mut *run.notes());
    Ok(finish(&run, &plan, notes))
}

/// Whose references are written: what the cycle looked at, and what refers to those who got a partner.
fn referring(run: &Run<'_>, plan: &Plan) -> (BTreeSet<Ref>, BTreeSet<Ref>) {
    let linked = std::mem::take(&mut run.notes().linked);
    let (mut users, mut groups) = (plan.users.clone(), plan.groups.clone());
    let directory = run.tenant.directory();
    for object in linked.iter().filter_map(|id| directory.find(*id)).filter(|object| object.kind == Kind::User) {
        users.extend(directory.direct_reports(object.ordinal).iter().map(Ref::user));
        groups.extend(directory.groups_of(object).iter().map(Ref::group));
    }
    (users, groups)
}

fn finish(run: &Run<'_>, plan: &Plan, notes: Notes) -> Execution {
    let now = run.world.clock.now();
    let paused = ExecutionError { code: "Paused".to_owned(), message: "the job was paused".to_owned() };
    let error = notes
        .stop
        .as_ref()
        .map(|failure| ExecutionError { code: failure.code.to_owned(), message: failure.detail.clone() });
    let mut execution = Execution {
        id: run.id,
        initial: plan.initial,
        state: Ended::Failed,
        began: run.began,
        ended: now,
        error: error.clone().or(notes.paused.then_some(paused)),
        counts: notes.counts,
    };
    execution.counts.held = plan.held.len() as u64;
    if execution.error.is_none() {
        execution.state = if notes.counts.failed > 0 { Ended::EntryLevelErrors } else { Ended::Succeeded };
    }
    let scoped: BTreeSet<Uuid> = {
        let directory = run.tenant.directory();
        run.scope.iter().map(|object| directory.id(object)).collect()
    };
    run.job.with(|state| {
        match error {
            Some(error) => quarantine::enter(state, "EncounteredQuarantineException", error, now),
            None if notes.paused => {}
            None => move_on(state, plan, scoped, now),
        }
        remember(state, &execution);
    });
    execution
}

/// A cycle came to its end: the watermark moves, and the job is in quarantine or is not.
fn move_on(state: &mut State, plan: &Plan, mut scoped: BTreeSet<Uuid>, now: kernel::Timestamp) {
    state.watermark = plan.watermark;
    scoped.extend(&plan.held);
    state.scoped = scoped;
    state.held.clone_from(&plan.held);
    state.deletions_allowed = false;
    let State { escrows, links, scoped, .. } = state;
    escrows.retain(|id, _| scoped.contains(id) || links.contains_key(id));
    escrow::prune(state, now);
    state.due = Some(now.plus(state.behaviour.interval()));
    let reason = if plan.held.is_empty() { quarantine::by_volume(state) } else { Some("TooManyDeletes") };
    match reason {
        Some(reason) => {
            let message = format!("{} deletions are held, {} objects fail", plan.held.len(), state.escrows.len());
            quarantine::enter(state, reason, ExecutionError { code: reason.to_owned(), message }, now);
        }
        None => state.quarantine = None,
    }
}

fn remember(state: &mut State, execution: &Execution) {
    let history = &mut state.history;
    history.last = Some(execution.clone());
    if execution.state == Ended::Failed {
        history.failures_in_row += 1;
        return;
    }
    history.failures_in_row = 0;
    history.steady_first.get_or_insert(execution.ended);
    history.steady_last = Some(execution.ended);
    if execution.state == Ended::Succeeded {
        history.last_success = Some(execution.clone());
        if execution.counts.exported() > 0 {
            history.last_export = Some(execution.clone());
        }
    }
}

//! Cycles as the emulated clock goes: every 40 minutes, once a day in quarantine, never again after four weeks of it.

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::job::{Job, Schedule};
use super::{cycle, quarantine};
use crate::World;

/// How often the clock is looked at.
const BEAT: Duration = Duration::from_millis(200);

/// Starts the clockwork of a world that is served. It ends with the world.
pub fn run(world: &Arc<World>) {
    let world = Arc::downgrade(world);
    tokio::spawn(async move {
        let mut beat = tokio::time::interval(BEAT);
        loop {
            beat.tick().await;
            let Some(world) = Weak::upgrade(&world) else { return };
            for job in due(&world) {
                // One that is still at work is left alone until the next beat.
                if job.turn.try_lock().is_ok() {
                    tokio::spawn(turn(world.clone(), job));
                }
            }
        }
    });
}

/// Runs every cycle that is due, one after the other.
pub async fn run_due(world: &Arc<World>) {
    for job in due(world) {
        turn(world.clone(), job).await;
    }
}

async fn turn(world: Arc<World>, job: Arc<Job>) {
    // Taken off the list first, so that the next beat does not start it again.
    let due = job.with(|state| state.due.take());
    if due.is_none() {
        return;
    }
    if let Err(reason) = cycle::run(&world, &job).await {
        tracing::warn!(job = %job.id, %reason, "a provisioning job cannot work");
        job.with(|state| state.schedule = Schedule::Disabled);
    }
}

fn due(world: &World) -> Vec<Arc<Job>> {
    let now = world.clock.now();
    let is_due = |job: &Arc<Job>| {
        job.with(|state| {
            state.schedule == Schedule::Active
                && state.due.is_some_and(|due| due <= now)
                && !quarantine::give_up(state, now)
        })
    };
    world.provisioning.all().into_iter().filter(is_due).collect()
}

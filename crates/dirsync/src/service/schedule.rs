//! The clockwork: asks for runs when they are due, sees to runs that nobody works on, ends holds that nobody decided, gives up on additions.
//!
//! Any number of nodes may call [`Dirsync::tick`] at any time: what is due is asked for once.

use std::time::Duration;

use signals::{Entry, Object};
use store::Tx;

use super::Dirsync;
use super::source_settings::next_run;
use crate::error::DirsyncError;
use crate::jobs::clockwork;
use crate::model::{RunKind, RunState};
use crate::settings::Mode;
use crate::store::settings::Kept;
use crate::store::{lists, runs, settings, staged};

impl Dirsync {
    /// Does what is due now; returns how many runs were asked for.
    pub async fn tick(&self) -> Result<usize, DirsyncError> {
        self.sweep().await?;
        self.expire_holds().await?;
        self.expire_additions().await?;
        self.take_in_left_behind().await?;
        if let Err(error) = self.tend_notifications().await {
            // They only hasten what the rest of this does anyway.
            tracing::warn!(error = &error as &dyn std::error::Error, "notifications cannot be tended");
        }
        let mut tx = self.store.read().await?;
        let all = settings::all(&mut tx, None).await?;
        drop(tx);
        let mut count = 0;
        for kept in all {
            let asked = match self.former(kept.organisation, kept.source_id).await? {
                Some(former) => self.ask_for_detach(&kept, &former).await,
                None => self.ask_for_run(&kept).await,
            };
            match asked {
                Ok(true) => count += 1,
                Ok(false) | Err(DirsyncError::RunUnderWay) => {}
                Err(error) => {
                    let error: &dyn std::error::Error = &error;
                    tracing::warn!(dirsync.source_id = %kept.source_id, error, "a run cannot be asked for");
                }
            }
        }
        Ok(count)
    }

    /// Gives sources that were never read here the usual settings, so that their end is planned like any other.
    async fn take_in_left_behind(&self) -> Result<(), DirsyncError> {
        for (organisation, source) in self.sources.left_behind().await? {
            let mut tx = self.store.begin().await?;
            if settings::find(&mut tx, source).await?.is_none() {
                settings::put(&mut tx, &Kept { version: 1, ..self.usual(organisation, source) }).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }

    async fn ask_for_run(&self, kept: &Kept) -> Result<bool, DirsyncError> {
        // A source that was disconnected keeps its settings, and is not read; nor is one that is paused.
        if !self.sources.list(kept.organisation).await?.iter().any(|(id, _)| *id == kept.source_id) {
            return Ok(false);
        }
        self.end_detach(kept).await?;
        self.watch(kept).await?;
        let freeze = self.sources.frozen(kept.organisation, kept.source_id).await?;
        if freeze.is_some_and(|freeze| freeze.paused) {
            return Ok(false);
        }
        let mut tx = self.store.begin().await?;
        let Some(kind) = self.due(&mut tx, kept).await? else { return Ok(false) };
        let actor = clockwork(&self.env, kept.organisation);
        self.queue_run(&mut tx, &actor, kept, kind, false, None).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Which run is due, if one is. A run that failed is tried again after the delta interval.
    async fn due(&self, tx: &mut Tx, kept: &Kept) -> Result<Option<RunKind>, DirsyncError> {
        let now = self.env.now();
        if kept.settings.mode == Mode::Off || runs::open(tx, kept.source_id).await?.is_some() {
            return Ok(None);
        }
        let pause = Duration::from_secs(u64::from(kept.settings.delta_interval_minutes) * 60);
        let last = runs::last(tx, kept.source_id).await?;
        let resting = last.as_ref().is_some_and(|last| {
            matches!(last.state, RunState::Failed | RunState::Rejected | RunState::Cancelled)
                && last.finished_at.is_some_and(|ended| ended.plus(pause) > now)
        });
        if resting {
            return Ok(None);
        }
        let ended = |run: Option<crate::model::Run>| run.and_then(|run| run.finished_at);
        let full = ended(runs::last_good(tx, kept.source_id, RunKind::Full).await?);
        let delta = ended(runs::last_good(tx, kept.source_id, RunKind::Delta).await?);
        let rescope = ended(runs::last_good(tx, kept.source_id, RunKind::Rescope).await?);
        let looked = full.max(delta).max(rescope);
        let missed = lists::exception_ended(tx, kept.source_id, looked, now).await?;
        if missed && kept.settings.mode == Mode::On && full.is_some() {
            return Ok(Some(RunKind::Rescope));
        }
        if next_run(&kept.settings, full, full.max(delta), now).is_none_or(|due| due > now) {
            return Ok(None);
        }
        let interval = Duration::from_secs(u64::from(kept.settings.full_interval_minutes) * 60);
        let full_due = full.is_none_or(|at| at.plus(interval) <= now);
        Ok(Some(if full_due || kept.settings.mode == Mode::Preview { RunKind::Full } else { RunKind::Delta }))
    }

    /// A held plan that nobody decides in time counts as rejected (NET-03).
    async fn expire_holds(&self) -> Result<(), DirsyncError> {
        let mut tx = self.store.begin().await?;
        for run in runs::expired_holds(&mut tx, self.env.now()).await? {
            let actor = clockwork(&self.env, run.organisation);
            let by = actor.label();
            let to = RunState::Rejected;
            if runs::decide(&mut tx, run.id, RunState::Held, to, ("expired", &by), self.env.now()).await? {
                staged::clear(&mut tx, run.id).await?;
                let entry = Entry::act("dirsync.run_decided")
                    .cause("run", Some(run.id.0))
                    .reason("nobody decided in time")
                    .after(&serde_json::json!({ "decision": "expired" }));
                self.log(&mut tx, &actor, Object::new("run", run.id, format!("{} run", run.kind)), entry).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    async fn expire_additions(&self) -> Result<(), DirsyncError> {
        let mut tx = self.store.begin().await?;
        for addition in lists::expire_additions(&mut tx, self.env.now()).await? {
            let actor = clockwork(&self.env, addition.organisation);
            let entry = Entry::act("dirsync.addition_expired").reason("the user was not seen in time");
            self.log(&mut tx, &actor, Object::new("addition", addition.id, addition.email.clone()), entry).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

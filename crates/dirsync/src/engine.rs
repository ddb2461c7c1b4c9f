//! One run from where it stands to where it can go: the five verbs in their order.
//!
//! Every step ends with the run's new state in the database, so that an execution that is cut off anywhere is followed by
//! another that goes on from there.

use std::sync::Arc;

use async_trait::async_trait;
use directory::SourceId;
use graph::GraphError;
use kernel::{Env, Kinded as _, OrganisationId};
use signals::Entry;
use store::Store;
use tokio::sync::watch;

use crate::apply::apply;
use crate::collect::{begin_again, collect};
use crate::error::DirsyncError;
use crate::guard::{Circumstances, History, Verdict, judge};
use crate::model::{RunKind, RunState};
use crate::notice;
use crate::plan::plan;
use crate::sources::{Former, Freeze, Notifier, Source};
use crate::store::{changes, runs, settings, staged};
use crate::verify::verify;
use crate::work::Work;

/// Opens sources by their ids: what the sync needs of the tenants.
#[async_trait]
pub trait OpenSource: Send + Sync {
    /// The source, ready to be read.
    async fn open(&self, organisation: OrganisationId, id: SourceId) -> Result<Arc<dyn Source>, DirsyncError>;

    /// What asks the source to tell of changes, where it can.
    async fn notifier(
        &self,
        _organisation: OrganisationId,
        _id: SourceId,
    ) -> Result<Option<Arc<dyn Notifier>>, DirsyncError> {
        Ok(None)
    }

    /// Why and of what the source may not be trusted now, if so: nothing is taken away while it may not (NET-05).
    async fn frozen(&self, organisation: OrganisationId, id: SourceId) -> Result<Option<Freeze>, DirsyncError>;

    /// The sources of an organisation, with what people call them.
    async fn list(&self, organisation: OrganisationId) -> Result<Vec<(SourceId, String)>, DirsyncError>;

    /// Sources of an organisation that are no longer connected and may have left users behind.
    async fn former(&self, _organisation: OrganisationId) -> Result<Vec<Former>, DirsyncError> {
        Ok(Vec::new())
    }

    /// Sources that are no longer connected and were never read by this sync, of every organisation: nobody has set
    /// anything for them, and their end is planned all the same.
    async fn left_behind(&self) -> Result<Vec<(OrganisationId, SourceId)>, DirsyncError> {
        Ok(Vec::new())
    }

    /// Which attribute is the user id of a source, where it has one.
    async fn user_id_attribute(
        &self,
        _organisation: OrganisationId,
        _id: SourceId,
    ) -> Result<Option<tenants::UserIdAttribute>, DirsyncError> {
        Ok(None)
    }

    /// Tells that reading went well, so that an old trouble is over at once.
    async fn worked(&self, organisation: OrganisationId, id: SourceId);

    /// Tells what was met while reading, so that the connection's status follows at once.
    async fn report(&self, organisation: OrganisationId, id: SourceId, error: &GraphError);
}

/// Runs runs.
#[derive(Clone)]
pub struct Engine {
    pub(crate) store: Store,
    pub(crate) env: Env,
    pub(crate) sources: Arc<dyn OpenSource>,
}

impl Engine {
    /// An engine over a database and its sources.
    pub fn new(store: Store, env: Env, sources: Arc<dyn OpenSource>) -> Self {
        Self { store, env, sources }
    }

    /// Takes a run as far as it can go. An error is one of the database's: try again later. Any other failure ends the
    /// run and is written down in it.
    pub async fn execute(
        &self,
        organisation: OrganisationId,
        id: crate::model::RunId,
        stop: watch::Receiver<bool>,
    ) -> Result<(), DirsyncError> {
        let mut tx = self.store.read().await?;
        let Some(run) = runs::find(&mut tx, organisation, id).await? else { return Ok(()) };
        let Some(kept) = settings::find(&mut tx, run.source_id).await? else { return Ok(()) };
        drop(tx);
        if !run.state.open() || run.state == RunState::Held {
            return Ok(());
        }
        let mut work = Work::take(&self.store, &self.env, run, kept.settings.clone(), stop).await?;
        match self.steps(&mut work, &kept).await {
            Err(error) if passes(&error) => Err(error),
            Err(error) => self.fail(&mut work, &error).await,
            Ok(()) => Ok(()),
        }
    }

    async fn steps(&self, work: &mut Work, kept: &settings::Kept) -> Result<(), DirsyncError> {
        loop {
            match work.run.state {
                RunState::Queued => self.begin(work).await?,
                RunState::Collecting => {
                    if work.run.kind.reads() {
                        self.look_around(work).await?;
                        let source = self.sources.open(work.run.organisation, work.run.source_id).await?;
                        Box::pin(collect(work, source.as_ref())).await?;
                        self.sources.worked(work.run.organisation, work.run.source_id).await;
                    }
                    self.refuse_empty(work).await?;
                    work.enter(RunState::Planning).await?;
                }
                RunState::Planning => self.judge(work, kept).await?,
                RunState::Applying => {
                    Box::pin(apply(work)).await?;
                }
                RunState::Verifying => return self.finish(work).await,
                _ => return Ok(()),
            }
        }
    }

    async fn begin(&self, work: &mut Work) -> Result<(), DirsyncError> {
        work.run.state = RunState::Collecting;
        work.run.started_at = Some(self.env.now());
        let mut tx = self.store.begin().await?;
        if work.run.kind != RunKind::Delta {
            let entry = Entry::act("dirsync.run_started").reason(format!("started by {}", work.run.started_by));
            work.log(&mut tx, entry).await?;
        }
        work.save(&mut tx, RunState::Queued).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Asks how the source is: what has trouble is not taken away, what is paused is not read (NET-05).
    async fn look_around(&self, work: &mut Work) -> Result<(), DirsyncError> {
        let (organisation, id) = (work.run.organisation, work.run.source_id);
        if work.run.kind == RunKind::Detach {
            let connected = self.sources.list(organisation).await?;
            let is_connected = connected.iter().any(|(other, _)| *other == id);
            work.others = connected.into_iter().map(|(other, _)| other).filter(|other| *other != id).collect();
            return if is_connected && !work.run.preview { Err(DirsyncError::Connected) } else { Ok(()) };
        }
        work.freeze = self.sources.frozen(organisation, id).await?;
        let stops = |freeze: &&Freeze| match work.run.kind {
            RunKind::Rescope => freeze.paused || freeze.users,
            kind => freeze.paused && kind.reads(),
        };
        match work.freeze.as_ref().filter(stops) {
            Some(freeze) => Err(DirsyncError::Frozen(freeze.reason.clone())),
            None => Ok(()),
        }
    }

    /// No users at all is never the truth where there were some (NET-04).
    async fn refuse_empty(&self, work: &Work) -> Result<(), DirsyncError> {
        let users_read = work.run.resume.users_delta.is_some();
        if work.run.kind != RunKind::Full || !users_read || work.run.progress.users > 0 {
            return Ok(());
        }
        let mut tx = self.store.read().await?;
        let known = directory::read::user_keys_after(&mut tx, work.run.source_id, None, 1).await?;
        if known.is_empty() {
            return Ok(());
        }
        Err(DirsyncError::EmptyAnswer)
    }

    /// Plans, judges, and sends the run where the verdict says.
    async fn judge(&self, work: &mut Work, kept: &settings::Kept) -> Result<(), DirsyncError> {
        self.look_around(work).await?;
        let Some(totals) = Box::pin(plan(work)).await? else {
            return begin_again(work).await;
        };
        let now = self.env.now();
        let day_ago = now.minus(std::time::Duration::from_hours(24));
        let mut tx = self.store.begin().await?;
        let (users_lost, groups_lost) = runs::losses_since(&mut tx, work.run.source_id, day_ago).await?;
        let circumstances = Circumstances {
            mode: kept.settings.mode,
            preview: work.run.preview,
            confirmed: kept.confirmed(),
            source_gone: work.run.kind == RunKind::Detach,
        };
        let verdict = judge(&totals, &kept.settings.limits, History { users_lost, groups_lost }, circumstances);
        let totals_json = serde_json::to_value(&totals).unwrap_or_default();
        work.run.totals = Some(totals);
        work.run.state = match &verdict {
            Verdict::Pass => RunState::Applying,
            Verdict::Preview => {
                work.run.finished_at = Some(now);
                staged::clear(&mut tx, work.run.id).await?;
                RunState::Previewed
            }
            Verdict::Hold { breaches, .. } => {
                let hours = u64::from(kept.settings.limits.hold_hours);
                work.run.expires_at = Some(now.plus(std::time::Duration::from_secs(hours * 3_600)));
                let entry = Entry::act("dirsync.plan_held")
                    .reason(format!("{} reasons", breaches.len()))
                    .after(&serde_json::json!({ "verdict": verdict, "totals": totals_json }));
                work.log(&mut tx, entry).await?;
                if !kept.settings.owners.is_empty() {
                    notice::enqueue(&mut tx, &self.env, &work.run).await?;
                }
                RunState::Held
            }
        };
        // A complete look under these settings that changes nothing needs nobody to confirm it.
        let complete = matches!(work.run.kind, RunKind::Full | RunKind::Rescope);
        let known = work.run.totals.as_ref().is_some_and(|totals| totals.users_before > 0 && totals.paused == 0);
        if verdict == Verdict::Pass && complete && known {
            settings::confirm(&mut tx, work.run.source_id, kept.version).await?;
        }
        let safe_part = matches!(verdict, Verdict::Hold { safe_part: true, .. });
        work.run.verdict = Some(verdict);
        work.save(&mut tx, RunState::Planning).await?;
        tx.commit().await?;
        if safe_part { self.apply_safe_part(work).await } else { Ok(()) }
    }

    /// Creations and updates of a held plan go on at once, where the settings say so (NET-02).
    async fn apply_safe_part(&self, work: &mut Work) -> Result<(), DirsyncError> {
        for effect in [crate::totals::Effect::Create, crate::totals::Effect::Update, crate::totals::Effect::Return] {
            loop {
                work.go_on()?;
                let mut tx = self.store.begin().await?;
                let items = changes::next_of(&mut tx, work.run.id, effect, 1_000).await?;
                if items.is_empty() {
                    break;
                }
                let planned: Vec<_> = items.iter().map(|item| item.change.clone()).collect();
                let origin = directory::Origin { kind: "run", id: Some(work.run.id.0) };
                directory::apply(&mut tx, &self.env, &work.actor(), work.source(), &planned, origin).await?;
                let seqs: Vec<_> = items.iter().map(|item| item.seq).collect();
                changes::mark_these_applied(&mut tx, work.run.id, &seqs, self.env.now()).await?;
                work.run.progress.applied += seqs.len() as u64;
                work.save(&mut tx, RunState::Held).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }

    async fn finish(&self, work: &mut Work) -> Result<(), DirsyncError> {
        let changed = work.run.totals.as_ref().is_some_and(|totals| !totals.is_empty());
        let source =
            if changed { self.sources.open(work.run.organisation, work.run.source_id).await.ok() } else { None };
        let verified = verify(work, source.as_deref()).await?;
        let applied = work.run.outcome.take().unwrap_or_default();
        let outcome = serde_json::json!({ "applied": applied, "verified": verified });
        work.run.outcome = Some(outcome.clone());
        work.run.state = RunState::Done;
        work.run.finished_at = Some(self.env.now());
        let mut tx = self.store.begin().await?;
        if changed || work.run.kind != RunKind::Delta {
            work.log(&mut tx, Entry::act("dirsync.run_done").after(&outcome)).await?;
        }
        staged::clear(&mut tx, work.run.id).await?;
        work.save(&mut tx, RunState::Verifying).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends the run with what went wrong. Nothing was taken away: a plan that is not whole is never applied.
    async fn fail(&self, work: &mut Work, error: &DirsyncError) -> Result<(), DirsyncError> {
        if let DirsyncError::Graph(error) = error {
            self.sources.report(work.run.organisation, work.run.source_id, error).await;
        }
        let detail = store::worker::JobError::from_error(error).0;
        tracing::warn!(dirsync.run_id = %work.run.id, code = error.code(), detail, "a run failed");
        let was = work.run.state;
        work.run.state = RunState::Failed;
        work.run.error_code = Some(error.code().to_owned());
        work.run.error_detail = Some(detail.clone());
        work.run.finished_at = Some(self.env.now());
        let mut tx = self.store.begin().await?;
        staged::clear(&mut tx, work.run.id).await?;
        work.log(&mut tx, Entry::act("dirsync.run_failed").reason(detail)).await?;
        work.save(&mut tx, was).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Whether the run itself is not at fault: the database is away, or somebody else has the run.
fn passes(error: &DirsyncError) -> bool {
    matches!(
        error,
        DirsyncError::TakenOver | DirsyncError::Store(_) | DirsyncError::Directory(directory::DirectoryError::Store(_))
    )
}

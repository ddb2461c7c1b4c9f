//! Runs: start, look at, cancel, decide, take back.

use directory::{ObjectKind, SourceId};
use kernel::{Actor, May, OperatorId, OrganisationId, Page, PageRequest};
use signals::{Entry, Object};
use store::Tx;

use super::Dirsync;
pub use super::parts::Part;
use super::parts::narrow;
use super::second_person::Standing;
use crate::collect::Subject;
use crate::error::DirsyncError;
use crate::guard::Verdict;
use crate::jobs;
use crate::model::{Progress, Resume, Run, RunId, RunKind, RunState};
use crate::permissions::{DecideRun, ReadSync, StartRun, SyncOne, Undo};
use crate::settings::Mode;
use crate::sources::Freeze;
use crate::store::changes;
pub use crate::store::changes::{ChangeFilter, Planned};
use crate::store::runs;
pub use crate::store::runs::RunFilter;
use crate::store::settings::Kept;
use crate::store::{settings, staged};

/// On whose account a run is.
pub(crate) struct On {
    /// An actor's label.
    pub label: String,
    /// The operator behind it.
    pub person: Option<OperatorId>,
}

impl Dirsync {
    /// Runs, newest first.
    pub async fn list_runs(
        &self,
        may: &May<ReadSync>,
        filter: &RunFilter,
        page: &PageRequest,
    ) -> Result<Page<Run>, DirsyncError> {
        let mut tx = self.store.read().await?;
        Ok(runs::list(&mut tx, may.actor().organisation, filter, page).await?)
    }

    /// One run.
    pub async fn get_run(&self, may: &May<ReadSync>, id: RunId) -> Result<Run, DirsyncError> {
        let mut tx = self.store.read().await?;
        runs::find(&mut tx, may.actor().organisation, id).await?.ok_or(DirsyncError::NoSuchRun)
    }

    /// Items of a run's plan.
    pub async fn list_changes(
        &self,
        may: &May<ReadSync>,
        id: RunId,
        filter: &ChangeFilter,
        page: &PageRequest,
    ) -> Result<Page<Planned>, DirsyncError> {
        self.get_run(may, id).await?;
        let mut tx = self.store.read().await?;
        Ok(changes::list(&mut tx, id, filter, page).await?)
    }

    /// Starts a full, delta or rescope run, or shows what one would do; of a disconnected source, a detach, which a connected
    /// one only shows: what would become of its users without it.
    pub async fn start_run(&self, may: &May<StartRun>, kind: RunKind, preview: bool) -> Result<Run, DirsyncError> {
        if !matches!(kind, RunKind::Full | RunKind::Delta | RunKind::Rescope | RunKind::Detach) {
            return Err(DirsyncError::Invalid("a run is full, delta, rescope or detach".to_owned()));
        }
        self.start(may.actor(), may.source, kind, preview, None).await
    }

    /// Looks at one user (`user:<object id>` or an address) or one group (`group:<object id>`) now.
    pub async fn sync_one(&self, may: &May<SyncOne>, subject: &str, preview: bool) -> Result<Run, DirsyncError> {
        if Subject::parse(subject).is_none() {
            let text = "name a user by address or as user:<object id>, a group as group:<object id>";
            return Err(DirsyncError::Invalid(text.to_owned()));
        }
        self.start(may.actor(), may.source, RunKind::Single, preview, Some(subject.to_owned())).await
    }

    /// Takes back everything a run did.
    pub async fn undo_run(&self, may: &May<Undo>, run: RunId, preview: bool) -> Result<Run, DirsyncError> {
        let mut tx = self.store.read().await?;
        let found = runs::find(&mut tx, may.actor().organisation, run).await?.ok_or(DirsyncError::NoSuchRun)?;
        drop(tx);
        if found.source_id != may.source {
            return Err(DirsyncError::NoSuchRun);
        }
        if found.state != RunState::Done {
            return Err(DirsyncError::WrongState(found.state));
        }
        self.start(may.actor(), may.source, RunKind::Undo, preview, Some(format!("run:{run}"))).await
    }

    /// Takes back one change, by its number in the log.
    pub async fn undo_change(&self, may: &May<Undo>, revision: i64, preview: bool) -> Result<Run, DirsyncError> {
        let mut tx = self.store.read().await?;
        let change = signals::Filter { stream: Some(signals::Stream::Change), ..signals::Filter::default() };
        let after = revision.saturating_sub(1);
        let found = signals::oldest_first(&mut tx, may.actor().organisation, &change, after, 1).await?;
        if found.first().is_none_or(|entry| entry.revision != revision) {
            return Err(DirsyncError::NotFound("change"));
        }
        drop(tx);
        self.start(may.actor(), may.source, RunKind::Undo, preview, Some(format!("revision:{revision}"))).await
    }

    /// Writes down why somebody has something taken back or given back, beside the run that does it.
    pub async fn note_reason(&self, may: &May<Undo>, run: &Run, reason: String) -> Result<(), DirsyncError> {
        let mut tx = self.store.begin().await?;
        let mut entry = Entry::act("dirsync.undo_asked").cause("run", Some(run.id.0));
        entry.reason = Some(reason);
        self.log(&mut tx, may.actor(), Object::new("run", run.id, format!("{} run", run.kind)), entry).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(super) async fn start(
        &self,
        actor: &Actor,
        source: SourceId,
        kind: RunKind,
        preview: bool,
        subject: Option<String>,
    ) -> Result<Run, DirsyncError> {
        self.fits(actor.organisation, source, kind, preview).await?;
        let mut tx = self.store.begin().await?;
        let mut kept = self.kept(&mut tx, actor.organisation, source).await?;
        if kept.version == 0 {
            // The defaults become the settings with the first run.
            kept.version = 1;
            settings::put(&mut tx, &kept).await?;
        }
        if kept.settings.mode == Mode::Off && !preview && kind != RunKind::Detach {
            return Err(DirsyncError::Off);
        }
        self.supersede_hold(&mut tx, actor, source).await?;
        let run = self.queue_run(&mut tx, actor, &kept, kind, preview, subject).await?;
        tx.commit().await?;
        Ok(run)
    }

    /// A connected source is read, and what its end would mean can be looked at; one that is no longer connected can only be
    /// detached, or what was done taken back.
    async fn fits(
        &self,
        organisation: OrganisationId,
        source: SourceId,
        kind: RunKind,
        preview: bool,
    ) -> Result<(), DirsyncError> {
        let former = self.former(organisation, source).await?.is_some();
        match kind {
            RunKind::Detach if !former && !preview => Err(DirsyncError::Connected),
            RunKind::Undo | RunKind::Detach => Ok(()),
            _ if former => Err(DirsyncError::Disconnected),
            _ => Ok(()),
        }
    }

    /// A held plan gives way to a newer run: what it was made of is looked at again.
    pub(crate) async fn supersede_hold(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        source: SourceId,
    ) -> Result<(), DirsyncError> {
        let Some(open) = runs::open(tx, source).await?.filter(|run| run.state == RunState::Held) else {
            return Ok(());
        };
        let decision = ("superseded", actor.label());
        let now = self.env.now();
        runs::decide(tx, open.id, RunState::Held, RunState::Superseded, (decision.0, &decision.1), now).await?;
        staged::clear(tx, open.id).await?;
        Ok(())
    }

    /// Writes a run down and queues its job, in the caller's unit of work.
    pub(crate) async fn queue_run(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        kept: &Kept,
        kind: RunKind,
        preview: bool,
        subject: Option<String>,
    ) -> Result<Run, DirsyncError> {
        // A plan under settings that nobody has confirmed is on the account of whoever made them.
        let changed_by = kept.scope_person.filter(|_| !kept.confirmed());
        let by = On { label: actor.label(), person: actor.person().or(changed_by) };
        self.queue_run_of(tx, by, kept, kind, preview, subject).await
    }

    /// The same on behalf of somebody who is not there now.
    pub(crate) async fn queue_run_of(
        &self,
        tx: &mut Tx,
        by: On,
        kept: &Kept,
        kind: RunKind,
        preview: bool,
        subject: Option<String>,
    ) -> Result<Run, DirsyncError> {
        let run = Run {
            id: self.env.new_id(),
            organisation: kept.organisation,
            source_id: kept.source_id,
            kind,
            preview,
            state: RunState::Queued,
            started_by: by.label,
            person: by.person,
            subject,
            resume: Resume::default(),
            progress: Progress { at: self.env.now(), ..Progress::default() },
            totals: None,
            verdict: None,
            outcome: None,
            error_code: None,
            error_detail: None,
            settings_version: kept.version,
            created_at: self.env.now(),
            started_at: None,
            finished_at: None,
            expires_at: None,
            decided_by: None,
            decided_at: None,
            decision: None,
            users_lost: 0,
            groups_lost: 0,
        };
        if !runs::insert(tx, &run).await? {
            return Err(DirsyncError::RunUnderWay);
        }
        jobs::enqueue(tx, &self.env, &run).await?;
        Ok(run)
    }

    /// Stops a run that has not begun to write.
    pub async fn cancel_run(&self, may: &May<DecideRun>) -> Result<Run, DirsyncError> {
        let states = [RunState::Queued, RunState::Collecting, RunState::Planning, RunState::Held];
        self.end(may, &states, RunState::Cancelled, "cancelled", None).await
    }

    /// Refuses a held plan. Nothing of it is done; the next run looks again.
    pub async fn reject_run(&self, may: &May<DecideRun>, reason: Option<String>) -> Result<Run, DirsyncError> {
        self.end(may, &[RunState::Held], RunState::Rejected, "rejected", reason).await
    }

    async fn end(
        &self,
        may: &May<DecideRun>,
        from: &[RunState],
        to: RunState,
        decision: &str,
        reason: Option<String>,
    ) -> Result<Run, DirsyncError> {
        let mut tx = self.store.begin().await?;
        let run = self.run_for_decision(&mut tx, may).await?;
        if !from.contains(&run.state) {
            return Err(DirsyncError::WrongState(run.state));
        }
        let by = may.actor().label();
        if !runs::decide(&mut tx, run.id, run.state, to, (decision, &by), self.env.now()).await? {
            return Err(DirsyncError::WrongState(run.state));
        }
        staged::clear(&mut tx, run.id).await?;
        self.log_decision(&mut tx, may, &run, decision, reason, None).await?;
        tx.commit().await?;
        self.reload(may.actor(), run.id).await
    }

    /// Allows a held plan, or a part of it, once.
    pub async fn approve_run(
        &self,
        may: &May<DecideRun>,
        part: &Part,
        reason: Option<String>,
    ) -> Result<Run, DirsyncError> {
        self.approve_run_alone(may, part, reason, None).await
    }

    /// The same by somebody who types the source's name to say that they know there is nobody else who could decide.
    pub async fn approve_run_alone(
        &self,
        may: &May<DecideRun>,
        part: &Part,
        reason: Option<String>,
        confirmation: Option<&str>,
    ) -> Result<Run, DirsyncError> {
        let mut tx = self.store.begin().await?;
        let run = self.run_for_decision(&mut tx, may).await?;
        if run.state != RunState::Held || !matches!(run.verdict, Some(Verdict::Hold { .. })) {
            return Err(DirsyncError::WrongState(run.state));
        }
        let by = may.actor().label();
        let alone = match self.standing(may.actor(), &run).await? {
            Standing::Free => false,
            Standing::Alone(name) => match confirmation.map(str::trim) {
                Some(typed) if typed == name => true,
                _ => return Err(DirsyncError::ConfirmationNeeded(name)),
            },
            Standing::Refused(refusal) => return Err(refusal.into()),
        };
        self.still_fits(&run, part).await?;
        let left_out = narrow(&mut tx, run.id, part).await?;
        let decision = if left_out == 0 { "allowed" } else { "allowed_in_part" };
        let to = RunState::Applying;
        if !runs::decide(&mut tx, run.id, RunState::Held, to, (decision, &by), self.env.now()).await? {
            return Err(DirsyncError::WrongState(run.state));
        }
        settings::confirm(&mut tx, run.source_id, run.settings_version).await?;
        self.log_decision(&mut tx, may, &run, decision, reason, Some(left_out)).await?;
        if alone {
            self.log_waiver(&mut tx, may.actor(), &run).await?;
        }
        jobs::enqueue_decided(&mut tx, &self.env, &run).await?;
        tx.commit().await?;
        self.reload(may.actor(), run.id).await
    }

    /// A plan is not allowed any more when its source has come or gone since, nor its losses while the source has trouble.
    async fn still_fits(&self, run: &Run, part: &Part) -> Result<(), DirsyncError> {
        self.fits(run.organisation, run.source_id, run.kind, false).await?;
        if run.kind == RunKind::Detach || *part == Part::WithoutLosses {
            return Ok(());
        }
        let freeze = self.sources.frozen(run.organisation, run.source_id).await?;
        let lost = |kind| run.totals.as_ref().is_some_and(|totals| totals.takes_away(kind));
        let stops = |freeze: &Freeze, kind| freeze.stops(kind) && lost(kind);
        match freeze.filter(|freeze| stops(freeze, ObjectKind::User) || stops(freeze, ObjectKind::Group)) {
            Some(freeze) => Err(DirsyncError::Frozen(freeze.reason)),
            None => Ok(()),
        }
    }

    async fn run_for_decision(&self, tx: &mut Tx, may: &May<DecideRun>) -> Result<Run, DirsyncError> {
        runs::find(tx, may.actor().organisation, may.run).await?.ok_or(DirsyncError::NoSuchRun)
    }

    async fn log_decision(
        &self,
        tx: &mut Tx,
        may: &May<DecideRun>,
        run: &Run,
        decision: &str,
        reason: Option<String>,
        left_out: Option<u64>,
    ) -> Result<(), DirsyncError> {
        let mut entry = Entry::act("dirsync.run_decided")
            .cause("run", Some(run.id.0))
            .after(&serde_json::json!({ "decision": decision, "items_left_out": left_out }));
        entry.reason = reason;
        self.log(tx, may.actor(), Object::new("run", run.id, format!("{} run", run.kind)), entry).await
    }

    async fn reload(&self, actor: &Actor, id: RunId) -> Result<Run, DirsyncError> {
        let mut tx = self.store.read().await?;
        runs::find(&mut tx, actor.organisation, id).await?.ok_or(DirsyncError::NoSuchRun)
    }
}

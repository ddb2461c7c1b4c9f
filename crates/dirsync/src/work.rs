//! A run in the hands of one execution: the only way to write to it, refused once another execution has taken over.

use directory::Source as DirectorySource;
use directory::{ObjectKind, SourceId, SourceKind};
use kernel::{Actor, Env, RequestId};
use signals::{Entry, Object};
use store::{Store, Tx};
use tokio::sync::watch;

use crate::error::DirsyncError;
use crate::model::{Run, RunState};
use crate::settings::Settings;
use crate::sources::Freeze;
use crate::store::runs;

/// A run in the hands of one execution.
pub(crate) struct Work {
    pub(crate) store: Store,
    pub(crate) env: Env,
    pub(crate) run: Run,
    pub(crate) settings: Settings,
    /// Why and of what nothing may be taken away for now.
    pub(crate) freeze: Option<Freeze>,
    /// Of a detach: the sources that are connected.
    pub(crate) others: Vec<SourceId>,
    owner: String,
    stop: watch::Receiver<bool>,
}

impl Work {
    /// Takes a run over: from now on any other execution of it stops at its next write.
    pub(crate) async fn take(
        store: &Store,
        env: &Env,
        run: Run,
        settings: Settings,
        stop: watch::Receiver<bool>,
    ) -> Result<Self, DirsyncError> {
        let owner = env.rng.token::<12>();
        let mut tx = store.begin().await?;
        runs::own(&mut tx, run.id, &owner).await?;
        tx.commit().await?;
        Ok(Self {
            store: store.clone(),
            env: env.clone(),
            run,
            settings,
            freeze: None,
            others: Vec::new(),
            owner,
            stop,
        })
    }

    /// Writes the run in a unit of work; refuses when it is no longer ours or no longer in the state `was`.
    pub(crate) async fn save(&mut self, tx: &mut Tx, was: RunState) -> Result<(), DirsyncError> {
        self.run.progress.at = self.env.now();
        if runs::save(tx, &self.run, was, &self.owner).await? {
            tx.announce();
            Ok(())
        } else {
            Err(DirsyncError::TakenOver)
        }
    }

    /// Moves the run to another state, alone in a unit of work.
    pub(crate) async fn enter(&mut self, state: RunState) -> Result<(), DirsyncError> {
        let was = self.run.state;
        self.run.state = state;
        let mut tx = self.store.begin().await?;
        self.save(&mut tx, was).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Whether objects of a kind are not read: what reads them has stopped, and the rest has not. Where everything has
    /// stopped, reading is tried: it is how an end of the trouble shows.
    pub(crate) fn skips(&self, kind: ObjectKind) -> bool {
        self.freeze.as_ref().is_some_and(|freeze| freeze.users != freeze.groups && freeze.stops(kind))
    }

    /// Stops when the node shuts down or the job's lease is lost.
    pub(crate) fn go_on(&self) -> Result<(), DirsyncError> {
        if *self.stop.borrow() { Err(DirsyncError::TakenOver) } else { Ok(()) }
    }

    /// Who acts: the system, under the run's own id as the request id.
    pub(crate) fn actor(&self) -> Actor {
        Actor::system("directory sync", self.run.organisation, RequestId(self.run.id.0))
    }

    /// The source, as the directory names it.
    pub(crate) fn source(&self) -> DirectorySource {
        source_of(&self.run)
    }

    /// Puts an act into the log in a unit of work.
    pub(crate) async fn log(&self, tx: &mut Tx, entry: Entry) -> Result<(), DirsyncError> {
        let object = Object::new("run", self.run.id, format!("{} run", self.run.kind));
        let entry = entry.object(object).cause("run", Some(self.run.id.0));
        signals::append(tx, &self.env, &self.actor(), vec![entry]).await?;
        Ok(())
    }
}

/// The source of a run, as the directory names it.
pub(crate) fn source_of(run: &Run) -> DirectorySource {
    DirectorySource { organisation: run.organisation, kind: SourceKind::Graph, id: run.source_id }
}

/// The source of a tenant, as the directory names it.
pub(crate) fn source_named(organisation: kernel::OrganisationId, id: SourceId) -> DirectorySource {
    DirectorySource { organisation, kind: SourceKind::Graph, id }
}

//! The room's door for readers: people, groups, who is in what and why, search, history, export.
//!
//! What is asked about membership and text is answered from the memory of this node, which follows the log; the rest
//! from the database. What it deliberately does not do: change anything. Changes come through [`crate::apply`].

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use kernel::{Env, OrganisationId, Timestamp};
use serde::Serialize;
use store::{Store, StoreError};
use tokio::sync::{Mutex, Semaphore, watch};
use tokio::time::timeout;
use utoipa::ToSchema;

use crate::error::DirectoryError;
use crate::follow::{self, View};
use crate::index::Snapshot;
use crate::store as rows;

mod export;
mod groups;
mod history;
mod identities;
mod memberships;
mod snapshot;
mod summary;
mod users;

pub use export::ExportFormat;
pub use memberships::MOST_PATHS_ASKED;
pub use summary::{IndexSummary, MOST_FOUND, Summary};

/// How often the log is looked at without being called: notifications are hints.
const POLL: Duration = Duration::from_secs(1);
/// How long the followed log is left alone: a client that writes without pause must not be followed write by write.
const REST: Duration = Duration::from_millis(50);
/// How long a caller waits for the first load of a directory: a small one is there at once.
const PATIENCE: Duration = Duration::from_secs(2);

/// The directory for readers. Cheap to clone.
#[derive(Clone)]
pub struct Directory {
    store: Store,
    env: Env,
    held: Arc<RwLock<HashMap<OrganisationId, Arc<Held>>>>,
    /// Who may read a snapshot now.
    snapshots: Arc<Semaphore>,
}

/// What this node keeps of one organisation.
struct Held {
    view: ArcSwapOption<View>,
    loading: AtomicBool,
    loaded: watch::Sender<bool>,
    /// One refresh at a time.
    gate: Mutex<()>,
}

/// How far this node's memory of an organisation is behind the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DirectoryLag)]
pub struct Lag {
    /// Whether the directory is in memory yet.
    pub loaded: bool,
    /// The revision that is in memory.
    pub revision: i64,
    /// The log's newest revision.
    pub newest: i64,
    /// How many revisions lie between.
    pub behind: u64,
}

impl Directory {
    /// The directory of a database.
    pub fn new(store: Store, env: Env) -> Self {
        Self { store, env, held: Arc::default(), snapshots: Arc::new(Semaphore::new(snapshot::AT_ONCE)) }
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.env.now()
    }

    /// Who is in which group, as this node knows it now. Begins to load what is not there yet.
    pub fn index(&self, organisation: OrganisationId) -> Result<Arc<Snapshot>, DirectoryError> {
        let held = self.held(organisation);
        if let Some(view) = held.view.load().as_ref() {
            return Ok(view.index.clone());
        }
        self.begin_to_load(organisation, &held);
        Err(DirectoryError::Loading)
    }

    /// Waits until the directory is in memory, however long it takes, and brings it up to date.
    pub async fn ready(&self, organisation: OrganisationId) -> Result<Arc<Snapshot>, DirectoryError> {
        Ok(self.refresh(organisation).await?.index.clone())
    }

    /// Brings this node's memory of an organisation up to the newest revision of the log; loads it when need be.
    pub async fn catch_up(&self, organisation: OrganisationId) -> Result<(), DirectoryError> {
        self.refresh(organisation).await?;
        Ok(())
    }

    /// How far this node's memory is behind.
    pub async fn lag(&self, organisation: OrganisationId) -> Result<Lag, DirectoryError> {
        let newest = signals::newest(&mut self.store.read().await?, organisation).await?;
        let view = self.held(organisation).view.load_full();
        let revision = view.as_ref().map_or(0, |view| view.index.revision());
        // The memory may have moved on since the log was asked.
        let behind = u64::try_from(newest.saturating_sub(revision)).unwrap_or(0);
        Ok(Lag { loaded: view.is_some(), revision, newest: newest.max(revision), behind })
    }

    /// Keeps every organisation in memory in step with the log until `stop` turns true.
    pub async fn follow_all(&self, mut stop: watch::Receiver<bool>) {
        let mut changes = self.store.changes();
        while !*stop.borrow() {
            changes.borrow_and_update();
            if let Err(error) = self.catch_up_all().await {
                tracing::warn!(error = &error as &dyn std::error::Error, "the directory cannot be followed for now");
                if timeout(POLL, stop.changed()).await.is_ok() {
                    return;
                }
            }
            // What is written in quick succession is followed together; the first at once.
            if timeout(REST, stop.changed()).await.is_ok() {
                return;
            }
            tokio::select! {
                _ = timeout(POLL, changes.changed()) => {}
                _ = stop.changed() => return,
            }
        }
    }

    /// Brings every organisation up to date, once.
    pub async fn catch_up_all(&self) -> Result<(), DirectoryError> {
        let mut all = rows::users::organisations(&mut self.store.read().await?).await?;
        all.extend(self.held.read().unwrap_or_else(PoisonError::into_inner).keys());
        all.sort_unstable();
        all.dedup();
        for organisation in all {
            self.refresh(organisation).await?;
        }
        Ok(())
    }

    /// What is in memory; waits a moment for it.
    async fn view(&self, organisation: OrganisationId) -> Result<Arc<View>, DirectoryError> {
        let held = self.held(organisation);
        if held.view.load().is_none() {
            let mut loaded = held.loaded.subscribe();
            self.begin_to_load(organisation, &held);
            // Whether it came in time is read from the view itself.
            drop(timeout(PATIENCE, loaded.wait_for(|loaded| *loaded)).await);
        }
        held.view.load_full().ok_or(DirectoryError::Loading)
    }

    fn held(&self, organisation: OrganisationId) -> Arc<Held> {
        let known = self.held.read().unwrap_or_else(PoisonError::into_inner).get(&organisation).cloned();
        known.unwrap_or_else(|| {
            let mut all = self.held.write().unwrap_or_else(PoisonError::into_inner);
            all.entry(organisation).or_insert_with(|| Arc::new(Held::new())).clone()
        })
    }

    fn begin_to_load(&self, organisation: OrganisationId, held: &Arc<Held>) {
        if held.loading.swap(true, Ordering::AcqRel) {
            return;
        }
        let (directory, held) = (self.clone(), held.clone());
        tokio::spawn(async move {
            if let Err(error) = directory.refresh(organisation).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "a directory cannot be loaded for now");
            }
            held.loading.store(false, Ordering::Release);
        });
    }

    async fn refresh(&self, organisation: OrganisationId) -> Result<Arc<View>, StoreError> {
        let held = self.held(organisation);
        let _turn = held.gate.lock().await;
        let current = held.view.load_full();
        let fresh = match &current {
            None => Some(follow::load(&self.store, organisation).await?),
            Some(view) => follow::catch_up(&self.store, organisation, view).await?,
        };
        let fresh = fresh.map(Arc::new);
        if let Some(fresh) = &fresh {
            held.view.store(Some(fresh.clone()));
            held.loaded.send_replace(true);
        }
        Ok(fresh.or(current).expect("invariant: what was not there was loaded"))
    }
}

impl Held {
    fn new() -> Self {
        let loaded = watch::Sender::new(false);
        Self { view: ArcSwapOption::empty(), loading: AtomicBool::new(false), loaded, gate: Mutex::new(()) }
    }
}

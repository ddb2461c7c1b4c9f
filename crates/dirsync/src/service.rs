//! The public verbs: the only door for routes, pages, jobs and commands.

use std::sync::Arc;

use directory::SourceId;
use kernel::{Actor, Env, OrganisationId};
use signals::{Entry, Object};
use store::worker::Handler;
use store::{Sealer, Store, Tx};

use crate::config::Config;
use crate::engine::{Engine, OpenSource};
use crate::error::DirsyncError;
use crate::jobs::RunHandler;
use crate::notice::{Post, TellHandler};
use crate::notify::Hook;
use crate::notify::follow::FollowHandler;
use crate::notify::tend::TendHandler;
use crate::sources::Former;
use crate::store::settings::{self, Kept};

pub mod changes;
pub mod conflicts;
mod counts;
pub mod detach;
pub mod group_uses;
pub mod lists;
pub mod parts;
pub mod restore;
pub mod runs;
pub mod schedule;
pub mod scope_preview;
pub mod second_person;
pub mod source_settings;
mod strays;
mod upkeep;
pub mod user_ids;

/// The directory sync. Cheap to clone.
#[derive(Clone)]
pub struct Dirsync {
    pub(crate) store: Store,
    pub(crate) env: Env,
    pub(crate) sources: Arc<dyn OpenSource>,
    pub(crate) config: Arc<Config>,
    pub(crate) post: Option<Post>,
    pub(crate) counts: Arc<counts::Counts>,
    pub(crate) hook: Option<Hook>,
}

impl Dirsync {
    /// The sync over a database and its sources.
    pub fn new(store: Store, env: Env, sources: Arc<dyn OpenSource>) -> Self {
        Self { store, env, sources, config: Arc::default(), post: None, counts: Arc::default(), hook: None }
    }

    /// With the section of the configuration.
    #[must_use]
    pub fn with_config(self, config: Config) -> Self {
        Self { config: Arc::new(config), ..self }
    }

    /// With what owners are written to with.
    #[must_use]
    pub fn with_post(self, post: Post) -> Self {
        Self { post: Some(post), ..self }
    }

    /// With what notifications are sealed with. Sources are told of nothing where the configuration names no address.
    #[must_use]
    pub fn with_sealer(self, sealer: Sealer) -> Self {
        let hook = self.config.notification_base().map(|base| Hook { base: base.into(), sealer });
        Self { hook, ..self }
    }

    /// The handlers of this room's jobs.
    pub fn handlers(&self) -> Vec<Arc<dyn Handler>> {
        vec![
            Arc::new(RunHandler::new(self.engine())),
            Arc::new(TellHandler(self.clone())),
            Arc::new(TendHandler(self.clone())),
            Arc::new(FollowHandler(self.clone())),
        ]
    }

    /// What runs the runs.
    pub fn engine(&self) -> Engine {
        Engine::new(self.store.clone(), self.env.clone(), Arc::clone(&self.sources))
    }

    /// The settings of a source, if the organisation has that source; the defaults where nobody has set any.
    pub(crate) async fn kept(
        &self,
        tx: &mut Tx,
        organisation: OrganisationId,
        source: SourceId,
    ) -> Result<Kept, DirsyncError> {
        match settings::find(tx, source).await? {
            Some(kept) if kept.organisation == organisation => Ok(kept),
            Some(_) => Err(DirsyncError::NoSuchSource),
            None => self.defaults(organisation, source).await,
        }
    }

    /// The defaults of a source that nobody has set anything for.
    async fn defaults(&self, organisation: OrganisationId, source: SourceId) -> Result<Kept, DirsyncError> {
        let known = self.sources.list(organisation).await?.iter().any(|(id, _)| *id == source);
        if !known {
            return Err(DirsyncError::NoSuchSource);
        }
        Ok(self.usual(organisation, source))
    }

    pub(crate) fn usual(&self, organisation: OrganisationId, source: SourceId) -> Kept {
        Kept {
            source_id: source,
            organisation,
            version: 0,
            settings: self.config.settings(),
            confirmed_version: -1,
            updated_at: self.env.now(),
            updated_by: "default".to_owned(),
            scope_person: None,
            stale_since: None,
        }
    }

    /// The source among those that are no longer connected, if it is one.
    pub(crate) async fn former(
        &self,
        organisation: OrganisationId,
        source: SourceId,
    ) -> Result<Option<Former>, DirsyncError> {
        Ok(self.sources.former(organisation).await?.into_iter().find(|former| former.id == source))
    }

    /// Puts an act about a source into the log.
    pub(crate) async fn log(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        object: Object,
        entry: Entry,
    ) -> Result<(), DirsyncError> {
        signals::append(tx, &self.env, actor, vec![entry.object(object)]).await?;
        Ok(())
    }
}

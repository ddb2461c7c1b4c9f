//! Giving deleted and conflicted users and groups back by hand.

use std::time::Duration;

use directory::{ObjectKind, SourceId, State, read};
use kernel::{May, Timestamp};
use store::Tx;
use uuid::Uuid;

use super::Dirsync;
use crate::error::DirsyncError;
use crate::model::{Run, RunKind};
use crate::permissions::Undo;
use crate::plan::restore::{Wanted, restored};

/// The most that is given back at once.
const MOST: usize = 200;

impl Dirsync {
    /// Gives users or groups back, by our ids, with their groups: they are in use until a moment, by default for as long as
    /// a conflict waits for its deletion, and a conflict again after it unless the source supports them by then. The way
    /// back is a plan like any other.
    pub async fn restore(
        &self,
        may: &May<Undo>,
        kind: ObjectKind,
        ids: &[Uuid],
        until: Option<Timestamp>,
        preview: bool,
    ) -> Result<Run, DirsyncError> {
        if ids.is_empty() || ids.len() > MOST {
            return Err(DirsyncError::Invalid(format!("name 1 to {MOST} users or groups")));
        }
        let (actor, now) = (may.actor(), self.env.now());
        let mut tx = self.store.read().await?;
        let kept = self.kept(&mut tx, actor.organisation, may.source).await?;
        let until = until.unwrap_or_else(|| now.plus(kept.settings.delete_after().max(Duration::from_hours(24))));
        if until <= now {
            return Err(DirsyncError::Invalid(
                "the moment until which it is given back must lie in the future".to_owned(),
            ));
        }
        for id in ids {
            let (source, name, state) = self.found(&mut tx, actor.organisation, kind, *id).await?;
            if source != may.source {
                return Err(DirsyncError::NotFound(kind.as_str()));
            }
            if restored(&state, now, until).is_none() {
                let text = format!("{name} is {}; only what is deleted or in conflict can be given back", state.name());
                return Err(DirsyncError::Invalid(text));
            }
        }
        drop(tx);
        let subject = Wanted { kind, until, ids: ids.to_vec() }.subject();
        self.start(actor, may.source, RunKind::Undo, preview, Some(subject)).await
    }

    async fn found(
        &self,
        tx: &mut Tx,
        organisation: kernel::OrganisationId,
        kind: ObjectKind,
        id: Uuid,
    ) -> Result<(SourceId, String, State), DirsyncError> {
        let found = match kind {
            ObjectKind::User => {
                read::user(tx, organisation, id.into()).await?.map(|user| (user.source.id, user.name(), user.state))
            }
            ObjectKind::Group => read::group(tx, organisation, id.into())
                .await?
                .map(|group| (group.source.id, group.name(), group.state)),
        };
        found.ok_or(DirsyncError::NotFound(kind.as_str()))
    }
}

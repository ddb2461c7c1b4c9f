//! The walk over a tenant's people, some at a time: whoever counts them holds no more than those. Groups as policies name
//! them, whoever's policies those are.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use directory::index::Snapshot;
use directory::{DirectoryError, GroupId, SourceId, User, UserId};
use store::Tx;
use uuid::Uuid;

use crate::accounts::suspended;
use crate::error::MfaError;
use crate::model::Provider;
use crate::service::Mfa;

/// People that are read at a time.
pub(crate) const AT_ONCE: usize = 500;

/// Where a walk is.
#[derive(Debug, Default)]
pub(crate) struct Place {
    pub after: Option<Uuid>,
}

/// Whether somebody counts among the people of a tenant.
pub(crate) fn is_in_use(user: &User) -> bool {
    user.state.usable() && suspended(user).is_none()
}

/// The groups that policies name, as the directory knows them.
pub(crate) struct Groups {
    index: Arc<Snapshot>,
    known: HashMap<Uuid, GroupId>,
}

impl Groups {
    pub(crate) fn knows(&self, group: Uuid) -> bool {
        self.known.contains_key(&group)
    }

    pub(crate) fn holds(&self, group: Uuid, user: &User) -> bool {
        self.holds_user(group, user.id)
    }

    /// Whether somebody is in a group, directly or through another.
    pub(crate) fn holds_user(&self, group: Uuid, user: UserId) -> bool {
        self.known.get(&group).is_some_and(|group| self.index.is_member(user, *group))
    }

    /// The shortest path by which somebody is in a group: from one that they are in directly to the group itself.
    pub(crate) fn path(&self, group: Uuid, user: UserId) -> Vec<GroupId> {
        self.known.get(&group).and_then(|group| self.index.path(user, *group)).unwrap_or_default()
    }
}

impl Mfa {
    /// The groups that are named, with everything that the log has of them.
    pub(crate) async fn groups_named(
        &self,
        provider: &Provider,
        named: impl Iterator<Item = Uuid>,
    ) -> Result<Groups, MfaError> {
        let ids: Vec<Uuid> = named.collect::<HashSet<_>>().into_iter().collect();
        let mut tx = self.store().read().await?;
        let found = directory::read::groups_by_object_ids(&mut tx, SourceId(provider.tenant.into()), &ids).await?;
        drop(tx);
        let index = self.parts.directory.ready(provider.organisation).await?;
        Ok(Self::groups(index, &found))
    }

    /// The same in the course of a sign-in: as this node knows them now, which is never long ago.
    pub(crate) async fn groups_at_hand(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        named: impl Iterator<Item = Uuid>,
    ) -> Result<Groups, MfaError> {
        let ids: Vec<Uuid> = named.collect::<HashSet<_>>().into_iter().collect();
        let found = directory::read::groups_by_object_ids(tx, SourceId(provider.tenant.into()), &ids).await?;
        let index = match self.parts.directory.index(provider.organisation) {
            Err(DirectoryError::Loading) => self.parts.directory.ready(provider.organisation).await?,
            other => other?,
        };
        Ok(Self::groups(index, &found))
    }

    fn groups(index: Arc<Snapshot>, found: &[directory::Group]) -> Groups {
        let known = found.iter().filter(|group| index.group(group.id).is_some());
        let known = known.map(|group| (group.object_id, group.id)).collect();
        Groups { index, known }
    }

    /// The next people of a tenant whom its directory holds, whatever their state; nothing where there are no more.
    pub(crate) async fn next_people(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        place: &mut Place,
    ) -> Result<Option<Vec<User>>, MfaError> {
        let source = SourceId(provider.tenant.into());
        let users = directory::read::users_after(tx, source, place.after, AT_ONCE).await?;
        place.after = users.last().map(|user| user.object_id).or(place.after);
        Ok(Some(users).filter(|users| !users.is_empty()))
    }
}
